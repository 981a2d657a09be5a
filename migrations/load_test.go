package migrations

import (
	"strings"
	"testing"
	"testing/fstest"
)

func TestLoad_EveryDialectRendersEveryStep(t *testing.T) {
	for _, dialect := range []Dialect{SQLite, Postgres, Cockroach} {
		steps, err := Load(dialect)
		if err != nil {
			t.Fatalf("%s: %v", dialect, err)
		}
		if len(steps) != Newest() {
			t.Fatalf("%s: %d steps, want %d", dialect, len(steps), Newest())
		}
		for _, step := range steps {
			if strings.Contains(step.SQL, "{{") || strings.Contains(step.SQL, ";") {
				t.Errorf("%s: step %d %s is not one plain statement:\n%s", dialect, step.Number, step.Name, step.SQL)
			}
			// Two servers may run a step at once, and one may die after the DDL and before it is recorded.
			if !strings.Contains(step.SQL, "IF NOT EXISTS") {
				t.Errorf("%s: step %d %s cannot be run twice:\n%s", dialect, step.Number, step.Name, step.SQL)
			}
		}
	}
}

func TestLoad_ColumnsByDialect(t *testing.T) {
	files := fstest.MapFS{"0001_a.sql": {Data: []byte("{{int \"n\"}}|{{text \"s\" 7}}|{{bounded \"h\" 7}}|{{bytes \"b\"}}|{{table}}")}}
	for dialect, want := range map[Dialect]string{
		SQLite: "n INTEGER NOT NULL|" +
			"s TEXT NOT NULL CHECK (length(s) <= 7)|" +
			"h TEXT NOT NULL|" +
			"b BLOB NOT NULL| STRICT, WITHOUT ROWID",
		Postgres:  `n BIGINT NOT NULL|s TEXT COLLATE "C" NOT NULL CHECK (length(s) <= 7)|h TEXT COLLATE "C" NOT NULL CHECK (length(h) <= 7)|b BYTEA NOT NULL|`,
		Cockroach: `n BIGINT NOT NULL|s TEXT NOT NULL CHECK (length(s) <= 7)|h TEXT NOT NULL CHECK (length(h) <= 7)|b BYTEA NOT NULL|`,
	} {
		steps, err := load(files, dialect)
		if err != nil {
			t.Fatal(err)
		}
		if steps[0].SQL != want {
			t.Errorf("%s:\n got %s\nwant %s", dialect, steps[0].SQL, want)
		}
	}
}

func TestLoad_OldestBinaryIsInherited(t *testing.T) {
	steps, err := load(fstest.MapFS{
		"0001_a.sql": {Data: []byte("A")},
		"0002_b.sql": {Data: []byte("-- oldest binary: 2\nB")},
		"0003_c.sql": {Data: []byte("C")},
	}, SQLite)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []Step{{1, "a", "A", 0}, {2, "b", "B", 2}, {3, "c", "C", 2}} {
		if steps[i] != want {
			t.Errorf("step %d: got %+v, want %+v", i+1, steps[i], want)
		}
	}
}

func TestLoad_Refused(t *testing.T) {
	for name, files := range map[string]fstest.MapFS{
		"a gap":                {"0001_a.sql": {}, "0003_c.sql": {}},
		"a number used twice":  {"0001_a.sql": {}, "0001_b.sql": {}},
		"a name out of form":   {"1_a.sql": {}},
		"an unknown function":  {"0001_a.sql": {Data: []byte("{{blob \"x\"}}")}},
		"oldest in the future": {"0001_a.sql": {Data: []byte("-- oldest binary: 2\nA")}},
		"oldest that falls":    {"0001_a.sql": {Data: []byte("-- oldest binary: 1\nA")}, "0002_b.sql": {Data: []byte("-- oldest binary: 0\nB")}},
	} {
		if _, err := load(files, SQLite); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
	if _, err := load(fstest.MapFS{}, "oracle"); err == nil {
		t.Error("an unknown dialect was accepted")
	}
}
