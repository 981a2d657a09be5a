CREATE TABLE IF NOT EXISTS event_counts (
  {{text "region" 32}},
  {{text "plan_id" 64}},
  {{int "cadence"}},
  {{int "period_no"}},
  {{text "market" 2}},
  {{text "sale_id" 64}},
  {{text "event_id" 64}},
  {{text "of_event_id" 64}},
  {{text "distributor_id" 64}},
  {{int "pv"}},
  {{int "cv"}},
  {{int "price_minor"}},
  PRIMARY KEY (region, plan_id, cadence, period_no, market, sale_id, event_id, of_event_id)
){{table}}
