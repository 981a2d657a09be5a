CREATE TABLE IF NOT EXISTS products (
  {{text "product_id" 64}},
  {{text "vendor_id" 64}},
  {{text "name" 200}},
  {{text "product_class" 64}},
  {{int "requires_activation"}},
  {{int "volume_timing"}},
  {{int "pv"}},
  {{int "cv"}},
  {{int "qv"}},
  {{int "billing_cycle"}},
  {{int "due_rule"}},
  {{int "grace_days"}},
  {{int "failures_max"}},
  {{int "lapse_overdue"}},
  {{int "payment_reinstates"}},
  {{int "recorded_at_us"}},
  PRIMARY KEY (product_id)
){{table}}
