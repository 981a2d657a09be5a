package cockroach

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"upline/migrations"
)

// The scripts hold what is said to a cluster. `-rewrite` writes them anew, for a reviewed difference.
func TestTopology_Statements(t *testing.T) {
	datadriven.RunTest(t, "testdata/topology", func(t *testing.T, d *datadriven.TestData) string {
		if d.Cmd != "topology" {
			d.Fatalf(t, "unknown command %q", d.Cmd)
		}
		topology := Topology{Survive: SurviveZone}
		database := "upline"
		for _, arg := range d.CmdArgs {
			switch arg.Key {
			case "primary":
				topology.Primary = arg.Vals[0]
			case "regions":
				topology.Regions = arg.Vals
			case "survive":
				topology.Survive = SurvivalGoal(strings.ToUpper(arg.Vals[0]) + " FAILURE")
			case "database":
				database = arg.Vals[0]
			default:
				d.Fatalf(t, "unknown argument %q", arg.Key)
			}
		}
		statements, err := topology.Statements(database)
		if err != nil {
			return fmt.Sprintf("error: %v\n", err)
		}
		return strings.Join(statements, ";\n") + ";\n"
	})
}

var created = regexp.MustCompile(`^CREATE TABLE IF NOT EXISTS (\w+)`)

func TestTopology_KnowsEveryTable(t *testing.T) {
	steps, err := migrations.Load(migrations.Cockroach)
	if err != nil {
		t.Fatal(err)
	}
	tables := []string{"schema_history"}
	for _, step := range steps {
		match := created.FindStringSubmatch(step.SQL)
		if match == nil {
			continue
		}
		tables = append(tables, match[1])
		if slices.Contains(regionalTables, match[1]) && !strings.Contains(step.SQL, "PRIMARY KEY (region,") {
			t.Errorf("%s is regional by row, and its primary key does not begin with the region", match[1])
		}
	}
	known := slices.Concat(globalTables, regionalTables)
	for _, table := range tables {
		if !slices.Contains(known, table) {
			t.Errorf("table %s has no locality: add it to globalTables or regionalTables", table)
		}
	}
	for _, table := range known {
		if !slices.Contains(tables, table) {
			t.Errorf("table %s has a locality and is in no migration", table)
		}
	}
}
