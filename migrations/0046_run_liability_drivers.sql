CREATE TABLE IF NOT EXISTS run_liability_drivers (
  {{int "run_key"}},
  {{int "attempt"}},
  {{int "of_what"}},
  {{text "name" 64}},
  {{int "by_change"}},
  {{int "place"}},
  {{text "distributor_id" 64}},
  {{int "amount_minor"}},
  {{int "before_minor"}},
  {{int "base_minor"}},
  PRIMARY KEY (run_key, attempt, of_what, name, by_change, place)
){{table}}
