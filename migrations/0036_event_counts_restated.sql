CREATE INDEX IF NOT EXISTS event_counts_restated ON event_counts (region, plan_id, cadence, restated_in, period_no, distributor_id) WHERE restated_in > 0
