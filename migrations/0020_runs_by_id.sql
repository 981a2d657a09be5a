CREATE UNIQUE INDEX IF NOT EXISTS runs_by_id ON runs (run_id)
