CREATE TABLE IF NOT EXISTS import_chunks (
  {{text "plan_id" 64}},
  {{text "file_kind" 16}},
  {{text "file_digest" 64}},
  {{int "first_row"}},
  {{int "row_count"}},
  {{int "recorded_at_us"}},
  PRIMARY KEY (plan_id, file_kind, file_digest, first_row)
){{table}}
