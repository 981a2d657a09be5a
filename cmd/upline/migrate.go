package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"upline/migrations"
	"upline/server"
	"upline/store"
	"upline/store/cockroach"
	"upline/store/open"
)

// migrateOptions are what `migrate` is told.
type migrateOptions struct {
	config  server.Config
	regions []string
	primary string
	survive string
	dryRun  bool
}

func migrateCommand(t terminal) *cobra.Command {
	options := &migrateOptions{config: server.DefaultConfig()}
	source := settingsSource{serverSettings(&options.config, "database"), t.lookupEnv}
	c := &cobra.Command{
		Use:   "migrate [flags]",
		Short: "Bring a database up to this program's schema, or spread a CockroachDB database over regions",
		Long: `Applies the schema's steps that a database lacks. Several may run at once, also beside servers; one that was interrupted is
continued by the next. "upline serve" does the same when it starts, unless it is told --migrate=false.

With --regions it then says where a CockroachDB database keeps which rows: what belongs to a region lives there, what is read
everywhere is copied to all. The regions are those of the cluster's nodes, and the texts that markets name as theirs. Do it
before data is live. --dry-run prints the statements and needs no connection.`,
		Example: `  upline migrate --database postgres://upline@db.internal/upline

  # What would be done?
  upline migrate --database postgres://upline@db.internal/upline --dry-run

  # Spread a CockroachDB database over three regions; look at the statements first.
  upline migrate --database postgres://root@crdb.internal:26257/upline \
    --regions us-east1,europe-west1,asia-south1 --primary us-east1 --dry-run`,
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := source.read(c.Flags()); err != nil {
				return err
			}
			return options.run(c.Context(), t.out)
		},
	}
	source.declare(c.Flags())
	c.Flags().StringSliceVar(&options.regions, "regions", nil, "spread a CockroachDB database over these `regions`, separated by commas")
	c.Flags().StringVar(&options.primary, "primary", "", "the `region` of what belongs to no other")
	c.Flags().StringVar(&options.survive, "survive", "zone", "the `failure` that leaves the database writable: zone, or region (takes three regions)")
	c.Flags().BoolVar(&options.dryRun, "dry-run", false, "print what would be done, and do nothing")
	return c
}

func (o *migrateOptions) run(ctx context.Context, out io.Writer) error {
	var topology *cockroach.Topology
	if len(o.regions) > 0 || o.primary != "" {
		goals := map[string]cockroach.SurvivalGoal{"zone": cockroach.SurviveZone, "region": cockroach.SurviveRegion}
		switch {
		case len(o.regions) == 0 || o.primary == "":
			return usageErrorf("--regions and --primary belong together")
		case goals[o.survive] == "":
			return usageErrorf("--survive %q is neither zone nor region", o.survive)
		}
		topology = &cockroach.Topology{Primary: o.primary, Regions: o.regions, Survive: goals[o.survive]}
		if o.dryRun {
			return printTopology(out, *topology, o.config.Database)
		}
	}
	if o.dryRun {
		return o.printSteps(ctx, out)
	}
	return o.apply(ctx, out, topology)
}

// printTopology prints the statements as a script.
func printTopology(out io.Writer, topology cockroach.Topology, database string) error {
	parsed, err := url.Parse(database)
	if err != nil || !strings.HasPrefix(parsed.Scheme, "postgres") || strings.Trim(parsed.Path, "/") == "" {
		return usageErrorf("--regions is for CockroachDB: give its --database, with the name of the database: postgres://USER@HOST:26257/NAME")
	}
	statements, err := topology.Statements(strings.Trim(parsed.Path, "/"))
	if err != nil {
		return usageError{err}
	}
	for _, statement := range statements {
		fmt.Fprintf(out, "%s;\n", statement)
	}
	return nil
}

func (o *migrateOptions) open(ctx context.Context) (store.Engine, error) {
	return open.Engine(ctx, o.config.Database, open.Options{Clock: time.Now})
}

// version returns the last step that the database has. A SQLite file that does not exist has none, and is not made by asking.
func (o *migrateOptions) version(ctx context.Context) (version int, err error) {
	if path, isFile := strings.CutPrefix(o.config.Database, "sqlite:"); isFile {
		if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
			return 0, nil
		}
	}
	engine, err := o.open(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, engine.Close()) }()
	version, _, err = engine.SchemaVersion(ctx)
	return version, err
}

// printSteps says what the schema lacks.
func (o *migrateOptions) printSteps(ctx context.Context, out io.Writer) error {
	version, err := o.version(ctx)
	if err != nil {
		return err
	}
	steps, err := migrations.Load(migrations.Postgres) // Numbers and names are the same in every dialect.
	if err != nil {
		return err
	}
	for _, step := range steps {
		if step.Number > version {
			fmt.Fprintf(out, "would apply step %d, %s\n", step.Number, step.Name)
		}
	}
	fmt.Fprintf(out, "the schema is at step %d of %d\n", version, migrations.Newest())
	return nil
}

func (o *migrateOptions) apply(ctx context.Context, out io.Writer, topology *cockroach.Topology) (err error) {
	engine, err := o.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, engine.Close()) }()
	spread, isCockroach := engine.(*cockroach.Engine)
	if topology != nil && !isCockroach {
		return usageErrorf("--regions is for CockroachDB, and the database is on %s", engine.Name())
	}
	before, _, err := engine.SchemaVersion(ctx)
	if err != nil {
		return err
	}
	if err := engine.Migrate(ctx); err != nil {
		return err
	}
	after, _, err := engine.SchemaVersion(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "the schema is at step %d; it was at step %d\n", after, before)
	if topology == nil {
		return nil
	}
	return spread.ApplyTopology(ctx, *topology, func(statement string) { fmt.Fprintf(out, "%s;\n", statement) })
}
