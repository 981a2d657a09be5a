CREATE TABLE IF NOT EXISTS adjustments (
  {{text "adjustment_id" 64}},
  {{text "plan_id" 64}},
  {{int "cadence"}},
  {{int "period_no"}},
  {{text "distributor_id" 64}},
  {{text "bonus" 64}},
  {{int "amount_minor"}},
  {{text "reason" 500}},
  {{text "approver" 100}},
  {{text "requester" 100}},
  {{text "corrects_id" 64}},
  {{int "effective_at_us"}},
  {{int "recorded_at_us"}},
  {{bytes "content"}},
  {{bytes "digest"}},
  PRIMARY KEY (adjustment_id)
){{table}}
