CREATE TABLE IF NOT EXISTS run_states (
  {{text "region" 32}},
  {{int "run_key"}},
  {{int "attempt"}},
  {{text "distributor_id" 64}},
  {{text "state_key" 200}},
  {{int "value"}},
  PRIMARY KEY (region, run_key, attempt, distributor_id, state_key)
){{table}}
