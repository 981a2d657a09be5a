CREATE TABLE IF NOT EXISTS placements (
  {{text "plan_id" 64}},
  {{int "seq"}},
  {{text "kind" 16}},
  {{text "distributor_id" 64}},
  {{text "sponsor_id" 64}},
  {{text "parent_id" 64}},
  {{int "leg"}},
  {{int "turn"}},
  {{int "held_until_us"}},
  {{int "enrolled_at_us"}},
  {{int "recorded_at_us"}},
  PRIMARY KEY (plan_id, seq),
  CHECK (kind IN ('PLACED', 'MOVED'))
){{table}}
