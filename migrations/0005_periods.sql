CREATE TABLE IF NOT EXISTS periods (
  {{text "plan_id" 64}},
  {{int "cadence"}},
  {{int "period_no"}},
  {{text "state" 16}},
  {{int "start_us"}},
  {{int "end_us"}},
  {{int "tally_no"}},
  PRIMARY KEY (plan_id, cadence, period_no),
  CHECK (state IN ('OPEN', 'FENCED', 'CLOSED'))
){{table}}
