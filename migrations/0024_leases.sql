CREATE TABLE IF NOT EXISTS leases (
  {{text "name" 128}},
  {{text "owner" 128}},
  {{int "expires_at_us"}},
  {{int "token"}},
  PRIMARY KEY (name)
){{table}}
