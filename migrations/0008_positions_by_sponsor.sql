CREATE INDEX IF NOT EXISTS positions_by_sponsor ON positions (sponsor_id, distributor_id)
