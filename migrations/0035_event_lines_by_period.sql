CREATE INDEX IF NOT EXISTS event_lines_by_period ON event_lines (region, plan_id, cadence, period_no, distributor_id, bonus, kind, amount_minor, vendor_id)
