CREATE TABLE IF NOT EXISTS markets (
  {{text "market" 2}},
  {{text "region" 32}},
  {{text "name" 100}},
  {{int "recorded_at_us"}},
  PRIMARY KEY (market)
){{table}}
