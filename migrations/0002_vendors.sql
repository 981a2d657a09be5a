CREATE TABLE IF NOT EXISTS vendors (
  {{text "vendor_id" 64}},
  {{text "name" 200}},
  {{int "recorded_at_us"}},
  PRIMARY KEY (vendor_id)
){{table}}
