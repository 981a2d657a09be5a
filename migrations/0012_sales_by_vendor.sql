CREATE INDEX IF NOT EXISTS sales_by_vendor ON sales (vendor_id, market, sale_id)
