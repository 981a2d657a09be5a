CREATE TABLE IF NOT EXISTS slots (
  {{text "parent_id" 64}},
  {{int "leg"}},
  {{text "distributor_id" 64}},
  {{int "left_at_us"}},
  {{int "free_at_us"}},
  PRIMARY KEY (parent_id, leg)
){{table}}
