CREATE INDEX IF NOT EXISTS event_counts_restated_by_sale ON event_counts (region, market, sale_id, event_id) WHERE restated_in > 0
