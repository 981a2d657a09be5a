CREATE INDEX IF NOT EXISTS adjustments_by_period ON adjustments (plan_id, cadence, period_no, adjustment_id)
