CREATE TABLE IF NOT EXISTS run_confirmations (
  {{int "run_key"}},
  {{int "started_at_us"}},
  {{text "output_digest" 64}},
  {{text "confirmed_by" 100}},
  {{text "reason" 500}},
  {{int "confirmed_at_us"}},
  PRIMARY KEY (run_key, started_at_us, output_digest)
){{table}}
