CREATE TABLE IF NOT EXISTS run_chunks (
  {{int "run_key"}},
  {{int "attempt"}},
  {{int "chunk_no"}},
  {{int "row_count"}},
  {{int "written_at_us"}},
  PRIMARY KEY (run_key, attempt, chunk_no)
){{table}}
