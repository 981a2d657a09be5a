CREATE TABLE IF NOT EXISTS placement_orders (
  {{text "plan_id" 64}},
  {{int "last_seq"}},
  PRIMARY KEY (plan_id)
){{table}}
