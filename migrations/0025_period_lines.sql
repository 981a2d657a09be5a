CREATE TABLE IF NOT EXISTS period_lines (
  {{bounded "region" 32}},
  {{int "run_key"}},
  {{int "attempt"}},
  {{bounded "distributor_id" 64}},
  {{bounded "bonus" 64}},
  {{int "level"}},
  {{int "part"}},
  {{bounded "kind" 16}},
  {{int "base"}},
  {{bounded "base_unit" 8}},
  {{int "point_num"}},
  {{int "point_den"}},
  {{int "rate"}},
  {{bounded "factors" 1000}},
  {{int "amount_minor"}},
  {{int "corrects_no"}},
  PRIMARY KEY (region, run_key, attempt, distributor_id, bonus, level, part, kind, corrects_no)
){{table}}
