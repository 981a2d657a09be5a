CREATE TABLE IF NOT EXISTS restated_ranks (
  {{text "region" 32}},
  {{int "run_key"}},
  {{int "attempt"}},
  {{text "distributor_id" 64}},
  {{int "of_period_no"}},
  {{int "active"}},
  {{text "paid_as" 64}},
  {{text "achieved" 64}},
  PRIMARY KEY (region, run_key, attempt, distributor_id, of_period_no)
){{table}}
