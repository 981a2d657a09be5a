CREATE INDEX IF NOT EXISTS opening_events_by_distributor ON opening_events (distributor_id, kind)
