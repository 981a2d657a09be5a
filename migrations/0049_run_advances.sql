CREATE TABLE IF NOT EXISTS run_advances (
  {{int "run_key"}},
  {{int "attempt"}},
  {{text "bonus" 64}},
  {{text "currency" 3}},
  {{int "unearned_minor"}},
  PRIMARY KEY (run_key, attempt, bonus, currency)
){{table}}
