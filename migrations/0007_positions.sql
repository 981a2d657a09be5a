CREATE TABLE IF NOT EXISTS positions (
  {{text "distributor_id" 64}},
  {{text "plan_id" 64}},
  {{text "market" 2}},
  {{text "region" 32}},
  {{text "sponsor_id" 64}},
  {{text "parent_id" 64}},
  {{int "leg"}},
  {{int "enrolled_at_us"}},
  {{int "recorded_at_us"}},
  PRIMARY KEY (distributor_id)
){{table}}
