CREATE TABLE IF NOT EXISTS run_states (
  {{bounded "region" 32}},
  {{int "run_key"}},
  {{int "attempt"}},
  {{bounded "distributor_id" 64}},
  {{bounded "state_key" 200}},
  {{int "value"}},
  PRIMARY KEY (region, run_key, attempt, distributor_id, state_key)
){{table}}
