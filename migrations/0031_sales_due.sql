CREATE INDEX IF NOT EXISTS sales_due ON sales (region, due_shard, due_at_us, market, sale_id) WHERE due_at_us > 0
