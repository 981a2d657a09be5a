CREATE INDEX IF NOT EXISTS adjustments_by_distributor ON adjustments (distributor_id, adjustment_id)
