CREATE TABLE IF NOT EXISTS opening_events (
  {{text "plan_id" 64}},
  {{text "event_id" 64}},
  {{text "distributor_id" 64}},
  {{text "kind" 16}},
  {{text "rank" 64}},
  {{text "bonus" 64}},
  {{int "left_volume"}},
  {{int "right_volume"}},
  {{text "market" 2}},
  {{text "sale_id" 64}},
  {{int "amount_minor"}},
  {{text "currency" 3}},
  {{int "recorded_at_us"}},
  {{bytes "content"}},
  {{bytes "digest"}},
  PRIMARY KEY (plan_id, event_id),
  CHECK (kind IN ('RANK', 'CARRY', 'BALANCE', 'ADVANCE', 'SERVICE'))
){{table}}
