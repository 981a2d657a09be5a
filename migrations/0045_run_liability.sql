CREATE TABLE IF NOT EXISTS run_liability (
  {{int "run_key"}},
  {{int "attempt"}},
  {{int "of_what"}},
  {{text "name" 64}},
  {{text "bonus" 64}},
  {{int "amount_minor"}},
  {{int "base_minor"}},
  {{int "before_minor"}},
  {{int "periods_before"}},
  PRIMARY KEY (run_key, attempt, of_what, name, bonus)
){{table}}
