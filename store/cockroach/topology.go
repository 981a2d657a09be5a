package cockroach

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"upline/store/internal/pgsql"
)

// Topology is where a cluster's data lives.
type Topology struct {
	// Primary is the region of the data that belongs to no other; Regions are all, with or without it. They are the regions of
	// the cluster's nodes (`SHOW REGIONS FROM CLUSTER`), and the texts that markets name as their region.
	Primary string
	Regions []string
	// Survive says which failure leaves the database writable.
	Survive SurvivalGoal
}

// SurvivalGoal is a failure that a database survives.
type SurvivalGoal string

// The survival goals. SurviveRegion needs three regions, and makes each write wait for a second region.
const (
	SurviveZone   SurvivalGoal = "ZONE FAILURE"
	SurviveRegion SurvivalGoal = "REGION FAILURE"
)

// Tables that are read everywhere and written seldom. A sale walks its upline and reads its period's gate without crossing an
// ocean.
var globalTables = []string{
	"markets", "vendors", "products", "product_vendors", "plans", "periods",
	"network_events", "network_left", "positions", "slots", "placement_orders", "placements", "import_chunks", "opening_events", "adjustments",
	"runs", "run_attempts", "run_chunks", "run_totals", "run_restatings", "run_liability",
	"run_liability_drivers", "run_confirmations", "run_advances", "leases", "settings", "schema_history",
}

// Tables whose rows live in the region that their `region` column names: it leads their primary keys.
var regionalTables = []string{
	"sales", "seller_sales", "sale_events", "sale_terms", "event_counts", "event_lines", "period_lines", "run_ranks", "run_states", "restated_ranks", "restated_states",
	"line_tallies",
}

// regionColumn is the computed column that REGIONAL BY ROW goes by. It has to have the type crdb_internal_region, so it cannot be
// the text column itself.
const regionColumn = "home_region"

// addRegion begins the one statement that cannot be written so that it may be run again on every supported version.
const addRegion = `ALTER DATABASE %s ADD REGION `

var (
	regionName   = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,31}$`)
	databaseName = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,62}$`)
)

// Statements returns the DDL that gives a database its topology, in order. Each is a transaction of its own.
//
// The rows' region is computed by a CASE over the regions that are known now. A region that is added later needs the computed
// column to be made anew, before rows name it; one that is not known lives in the primary region.
func (t Topology) Statements(database string) ([]string, error) {
	if !databaseName.MatchString(database) {
		return nil, fmt.Errorf("store/cockroach: topology: %q is not the name of a database", database)
	}
	regions := slices.Clone(t.Regions)
	if !slices.Contains(regions, t.Primary) {
		regions = append(regions, t.Primary)
	}
	slices.Sort(regions)
	for i, region := range regions {
		if !regionName.MatchString(region) {
			return nil, fmt.Errorf("store/cockroach: topology: %q is not the name of a region", region)
		}
		if i > 0 && regions[i-1] == region {
			return nil, fmt.Errorf("store/cockroach: topology: region %q is named twice", region)
		}
	}
	switch {
	case t.Survive != SurviveZone && t.Survive != SurviveRegion:
		return nil, fmt.Errorf("store/cockroach: topology: the survival goal %q is neither %q nor %q", t.Survive, SurviveZone, SurviveRegion)
	case t.Survive == SurviveRegion && len(regions) < 3:
		return nil, fmt.Errorf("store/cockroach: topology: surviving a region takes 3 regions, and there are %d", len(regions))
	}

	statements := []string{fmt.Sprintf(`ALTER DATABASE %s SET PRIMARY REGION "%s"`, database, t.Primary)}
	for _, region := range regions {
		if region != t.Primary {
			statements = append(statements, fmt.Sprintf(addRegion+`"%s"`, database, region))
		}
	}
	statements = append(statements, fmt.Sprintf("ALTER DATABASE %s SURVIVE %s", database, t.Survive))
	for _, table := range globalTables {
		statements = append(statements, fmt.Sprintf("ALTER TABLE %s SET LOCALITY GLOBAL", table))
	}
	home := homeRegion(regions, t.Primary)
	for _, table := range regionalTables {
		statements = append(statements,
			fmt.Sprintf("ALTER TABLE %s ADD COLUMN IF NOT EXISTS %s crdb_internal_region AS (%s) STORED", table, regionColumn, home),
			fmt.Sprintf("ALTER TABLE %s ALTER COLUMN %s SET NOT NULL", table, regionColumn),
			fmt.Sprintf("ALTER TABLE %s SET LOCALITY REGIONAL BY ROW AS %s", table, regionColumn))
	}
	return statements, nil
}

// homeRegion returns the expression for the region that a row lives in.
func homeRegion(regions []string, primary string) string {
	if len(regions) == 1 {
		return fmt.Sprintf("'%s'", primary)
	}
	var b strings.Builder
	b.WriteString("CASE")
	for _, region := range regions {
		if region != primary {
			fmt.Fprintf(&b, " WHEN region = '%s' THEN '%s'", region, region)
		}
	}
	fmt.Fprintf(&b, " ELSE '%s' END", primary)
	return b.String()
}

// ApplyTopology gives the engine's database its topology, statement by statement, and tells each to progress before it runs. When
// one fails the error names it, and the ones before it stand; ApplyTopology can be called again.
//
// It changes where every row lives, so it is run before data is live.
func (e *Engine) ApplyTopology(ctx context.Context, topology Topology, progress func(statement string)) error {
	statements, err := topology.Statements(e.database)
	if err != nil {
		return err
	}
	for _, statement := range statements {
		if progress != nil {
			progress(statement)
		}
		err := e.db.Define(ctx, statement)
		if err != nil && !(strings.Contains(statement, " ADD REGION ") && pgsql.IsDuplicate(err)) {
			return fmt.Errorf("store/cockroach: topology: %w", err)
		}
	}
	return nil
}
