CREATE TABLE IF NOT EXISTS settings (
  {{text "name" 64}},
  {{bytes "value"}},
  PRIMARY KEY (name)
){{table}}
