CREATE TABLE IF NOT EXISTS period_lines (
  {{text "region" 32}},
  {{int "run_key"}},
  {{int "attempt"}},
  {{text "distributor_id" 64}},
  {{text "bonus" 64}},
  {{int "level"}},
  {{int "part"}},
  {{text "kind" 16}},
  {{int "base"}},
  {{text "base_unit" 8}},
  {{int "point_num"}},
  {{int "point_den"}},
  {{int "rate"}},
  {{text "factors" 1000}},
  {{int "amount_minor"}},
  {{int "corrects_no"}},
  PRIMARY KEY (region, run_key, attempt, distributor_id, bonus, level, part, kind, corrects_no)
){{table}}
