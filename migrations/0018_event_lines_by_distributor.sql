CREATE INDEX IF NOT EXISTS event_lines_by_distributor ON event_lines (distributor_id, plan_id, cadence, period_no, advance, tally_no, market, sale_id, event_id, line_no)
