CREATE TABLE IF NOT EXISTS line_tallies (
  {{text "region" 32}},
  {{text "distributor_id" 64}},
  {{text "plan_id" 64}},
  {{int "cadence"}},
  {{int "period_no"}},
  {{text "bonus" 64}},
  {{text "currency" 3}},
  {{text "side" 16}},
  {{int "tallies"}},
  {{int "line_count"}},
  {{int "amount_minor"}},
  {{int "advance_count"}},
  PRIMARY KEY (region, distributor_id, plan_id, cadence, period_no, bonus, currency, side),
  CHECK (side IN ('COMMISSION', 'REVERSAL', 'OPENING'))
){{table}}
