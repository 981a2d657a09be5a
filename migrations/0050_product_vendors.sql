CREATE TABLE IF NOT EXISTS product_vendors (
  {{text "product_id" 64}},
  {{int "from_us"}},
  {{text "vendor_id" 64}},
  {{text "event_id" 64}},
  {{text "reason" 200}},
  {{int "recorded_at_us"}},
  {{bytes "content"}},
  PRIMARY KEY (product_id, from_us)
){{table}}
