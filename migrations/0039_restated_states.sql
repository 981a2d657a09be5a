CREATE TABLE IF NOT EXISTS restated_states (
  {{text "region" 32}},
  {{int "run_key"}},
  {{int "attempt"}},
  {{text "distributor_id" 64}},
  {{int "of_period_no"}},
  {{text "state_key" 200}},
  {{int "value"}},
  PRIMARY KEY (region, run_key, attempt, distributor_id, of_period_no, state_key)
){{table}}
