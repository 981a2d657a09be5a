CREATE TABLE IF NOT EXISTS run_restatings (
  {{int "run_key"}},
  {{int "attempt"}},
  {{int "of_period_no"}},
  {{text "bonus" 64}},
  {{text "outcome" 16}},
  {{int "distributors"}},
  {{int "line_count"}},
  {{int "raised_minor"}},
  {{int "lowered_minor"}},
  PRIMARY KEY (run_key, attempt, of_period_no, bonus, outcome),
  CHECK (outcome IN ('POSTED', 'EXCLUDED', 'IMMATERIAL'))
){{table}}
