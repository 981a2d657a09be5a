CREATE TABLE IF NOT EXISTS sale_events (
  {{text "region" 32}},
  {{text "market" 2}},
  {{text "sale_id" 64}},
  {{text "event_id" 64}},
  {{int "kind"}},
  {{int "effective_at_us"}},
  {{int "recorded_at_us"}},
  {{int "cycle"}},
  {{int "amount_minor"}},
  {{text "currency" 3}},
  {{text "cause" 200}},
  {{text "sale_state" 16}},
  {{text "counted_in" 200}},
  {{bytes "content"}},
  {{bytes "digest"}},
  PRIMARY KEY (region, market, sale_id, event_id),
  CHECK (sale_state IN ('PENDING', 'ACTIVE', 'CANCELLED'))
){{table}}
