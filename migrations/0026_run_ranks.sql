CREATE TABLE IF NOT EXISTS run_ranks (
  {{bounded "region" 32}},
  {{int "run_key"}},
  {{int "attempt"}},
  {{bounded "distributor_id" 64}},
  {{int "active"}},
  {{bounded "paid_as" 64}},
  {{bounded "achieved" 64}},
  PRIMARY KEY (region, run_key, attempt, distributor_id)
){{table}}
