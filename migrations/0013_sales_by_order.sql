CREATE INDEX IF NOT EXISTS sales_by_order ON sales (order_id, market, sale_id) WHERE order_id <> ''
