CREATE TABLE IF NOT EXISTS run_carries (
  {{text "region" 32}},
  {{int "run_key"}},
  {{int "attempt"}},
  {{text "distributor_id" 64}},
  {{text "bonus" 64}},
  {{int "left_volume"}},
  {{int "right_volume"}},
  PRIMARY KEY (region, run_key, attempt, distributor_id, bonus)
){{table}}
