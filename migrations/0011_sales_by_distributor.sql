CREATE INDEX IF NOT EXISTS sales_by_distributor ON sales (distributor_id, market, sale_id)
