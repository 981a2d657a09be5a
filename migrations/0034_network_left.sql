CREATE TABLE IF NOT EXISTS network_left (
  {{int "tree"}},
  {{text "above_id" 64}},
  {{text "distributor_id" 64}},
  PRIMARY KEY (tree, above_id, distributor_id)
){{table}}
