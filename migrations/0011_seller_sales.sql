CREATE TABLE IF NOT EXISTS seller_sales (
  {{bounded "region" 32}},
  {{int "segment_no"}},
  {{bounded "distributor_id" 64}},
  {{bounded "market" 2}},
  {{bounded "sale_id" 64}},
  PRIMARY KEY (region, segment_no, distributor_id, market, sale_id)
){{table}}
