CREATE TABLE IF NOT EXISTS run_totals (
  {{int "run_key"}},
  {{int "attempt"}},
  {{text "kind" 8}},
  {{int "position"}},
  {{text "name" 64}},
  {{int "row_count"}},
  {{int "amount_minor"}},
  PRIMARY KEY (run_key, attempt, kind, position),
  CHECK (kind IN ('BONUS', 'RANK'))
){{table}}
