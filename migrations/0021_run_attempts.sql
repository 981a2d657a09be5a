CREATE TABLE IF NOT EXISTS run_attempts (
  {{int "run_key"}},
  {{int "attempt"}},
  {{int "token"}},
  {{int "plan_version"}},
  {{text "engine_version" 32}},
  {{bytes "input_digest"}},
  {{bytes "output_digest"}},
  {{int "chunks_total"}},
  {{text "state" 16}},
  {{int "started_at_us"}},
  PRIMARY KEY (run_key, attempt),
  CHECK (state IN ('LIVE', 'DEAD', 'SWEPT', 'POSTED'))
){{table}}
