CREATE TABLE IF NOT EXISTS plans (
  {{text "plan_id" 64}},
  {{int "version"}},
  {{text "name" 200}},
  {{bytes "digest"}},
  {{text "source" 1048576}},
  {{int "valid_from_us"}},
  {{int "published_at_us"}},
  PRIMARY KEY (plan_id, version)
){{table}}
