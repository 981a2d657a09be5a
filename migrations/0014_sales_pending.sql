CREATE INDEX IF NOT EXISTS sales_pending ON sales (distributor_id, market, sale_id) WHERE state = 'PENDING'
