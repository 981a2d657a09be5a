package store

import (
	"context"
	"errors"
	"fmt"

	"upline/migrations"
)

// MigrationTarget is an engine as the migration runner sees it.
type MigrationTarget interface {
	Write(ctx context.Context, name string, fn func(Conn) error) error
	Read(ctx context.Context, name string, fn func(Conn) error) error
	// ApplyStep runs one statement of DDL and then record, and repeats them while the database asks for it. Where DDL and DML
	// may share a transaction they do; elsewhere a crash may come between them, and the statement is run again later. record
	// may run more than once.
	ApplyStep(ctx context.Context, ddl string, record func(Conn) error) error
	// HasTable reports whether a table exists.
	HasTable(ctx context.Context, table string) (bool, error)
}

// MigrateOptions configure Migrate.
type MigrateOptions struct {
	Dialect migrations.Dialect
	NowUS   int64 // the time that applied steps are recorded with
	// Steps are the steps to bring the schema up to; nil stands for all that are embedded.
	Steps []migrations.Step
}

// The table of applied steps. It is made by the same rules as any step, and is never changed. The digest is that of the statement
// that was run, so that a database made by other steps than this binary's is not taken for one of its own.
var schemaHistoryDDL = map[migrations.Dialect]string{
	migrations.SQLite: `CREATE TABLE IF NOT EXISTS schema_history (
  step BIGINT NOT NULL CHECK (typeof(step) = 'integer'),
  name TEXT NOT NULL CHECK (typeof(name) = 'text' AND length(name) <= 100),
  applied_at_us BIGINT NOT NULL CHECK (typeof(applied_at_us) = 'integer'),
  oldest_binary BIGINT NOT NULL CHECK (typeof(oldest_binary) = 'integer'),
  digest TEXT NOT NULL CHECK (typeof(digest) = 'text' AND length(digest) = 64),
  PRIMARY KEY (step)
) WITHOUT ROWID`,
	migrations.Postgres: `CREATE TABLE IF NOT EXISTS schema_history (
  step BIGINT NOT NULL,
  name TEXT COLLATE "C" NOT NULL CHECK (length(name) <= 100),
  applied_at_us BIGINT NOT NULL,
  oldest_binary BIGINT NOT NULL,
  digest TEXT COLLATE "C" NOT NULL CHECK (length(digest) = 64),
  PRIMARY KEY (step)
)`,
	migrations.Cockroach: `CREATE TABLE IF NOT EXISTS schema_history (
  step BIGINT NOT NULL,
  name TEXT NOT NULL CHECK (length(name) <= 100),
  applied_at_us BIGINT NOT NULL,
  oldest_binary BIGINT NOT NULL,
  digest TEXT NOT NULL CHECK (length(digest) = 64),
  PRIMARY KEY (step)
)`,
}

const (
	selectStep    = `SELECT step FROM schema_history WHERE step = $1`
	selectVersion = `SELECT COALESCE(MAX(step), 0), COALESCE(MAX(oldest_binary), 0) FROM schema_history`
	selectDigests = `SELECT step, name, digest FROM schema_history ORDER BY step`
	insertStep    = `INSERT INTO schema_history (step, name, applied_at_us, oldest_binary, digest) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (step) DO NOTHING`
)

// Migrate applies the steps that the schema lacks, in order, one statement of DDL per transaction.
//
// There is no lease on it, though that would keep a second server from waiting: a lease's owner can die or stall, so that each
// step must bear being run twice and at once anyhow, and then the lease protects nothing. A step is skipped once it is recorded,
// is written with IF NOT EXISTS, and is begun again when two servers collide in the catalogue.
//
// It returns ErrSchema, with nothing changed, when the schema needs a newer binary or was made by other steps.
func Migrate(ctx context.Context, target MigrationTarget, options MigrateOptions) error {
	steps := options.Steps
	if steps == nil {
		all, err := migrations.Load(options.Dialect)
		if err != nil {
			return err
		}
		steps = all
	}
	version, oldest, err := SchemaVersion(ctx, target)
	if err != nil {
		return err
	}
	if oldest > len(steps) {
		return tooNew(version, oldest, len(steps))
	}
	if err := checkOrigin(ctx, target, version, steps); err != nil {
		return err
	}
	if version >= len(steps) {
		return nil
	}
	if version == 0 {
		if err := target.ApplyStep(ctx, schemaHistoryDDL[options.Dialect], func(Conn) error { return nil }); err != nil {
			return fmt.Errorf("migrate: schema_history: %w", err)
		}
	}
	for _, step := range steps {
		if step.Number <= version {
			continue
		}
		if err := applyStep(ctx, target, step, options.NowUS); err != nil {
			return fmt.Errorf("migrate: step %d %s: %w", step.Number, step.Name, err)
		}
	}
	return nil
}

// errApplied ends a step that another server has recorded.
var errApplied = errors.New("store: step already applied")

func applyStep(ctx context.Context, target MigrationTarget, step migrations.Step, nowUS int64) error {
	applied := false
	err := target.Read(ctx, "migrate", func(c Conn) error {
		applied = false
		return c.Query(selectStep, []any{int64(step.Number)}, func(Row) error { applied = true; return nil })
	})
	if err != nil || applied {
		return err
	}
	err = target.ApplyStep(ctx, step.SQL, func(c Conn) error {
		changed, err := c.Exec(insertStep, int64(step.Number), step.Name, nowUS, int64(step.Oldest), step.Digest())
		if err == nil && changed == 0 {
			// Rolling back what was run twice leaves the catalogue as the first server made it.
			return errApplied
		}
		return err
	})
	if errors.Is(err, errApplied) {
		return nil
	}
	return err
}

// someTable is a table of the first step.
const someTable = "markets"

// checkOrigin returns ErrSchema when the schema was made by other steps than these: by another program, or by a state of development
// that no release has had.
func checkOrigin(ctx context.Context, target MigrationTarget, version int, steps []migrations.Step) error {
	if version == 0 {
		// In this order: a server that migrates at the same time makes the history first.
		made, err := target.HasTable(ctx, someTable)
		if err != nil || !made {
			return err
		}
		history, err := target.HasTable(ctx, "schema_history")
		if err == nil && !history {
			err = fmt.Errorf("%w: the database has a table %s that no step of this binary made: name an empty database", ErrSchema, someTable)
		}
		return err
	}
	return target.Read(ctx, "schema origin", func(c Conn) error {
		return c.Query(selectDigests, nil, func(r Row) error {
			number := int(r.Int(0))
			if number > len(steps) || steps[number-1].Digest() == r.Text(2) {
				return nil
			}
			return fmt.Errorf("%w: step %d %s of the database is another than this binary's step %d %s: use the binary that made the database, or name an empty one",
				ErrSchema, number, r.Text(1), number, steps[number-1].Name)
		})
	})
}

// SchemaVersion returns the number of the last step applied, and the oldest number that a binary must know to use the schema;
// zeros for an empty database.
func SchemaVersion(ctx context.Context, target MigrationTarget) (version, oldest int, err error) {
	exists, err := target.HasTable(ctx, "schema_history")
	if err != nil || !exists {
		return 0, 0, err
	}
	err = target.Read(ctx, "schema version", func(c Conn) error {
		return c.Query(selectVersion, nil, func(r Row) error {
			version, oldest = int(r.Int(0)), int(r.Int(1))
			return nil
		})
	})
	return version, oldest, err
}

// CheckSchema returns nil when this binary can use the engine's schema, and ErrSchema when the schema lacks steps or needs a newer
// binary. A schema with more steps than the binary knows is well as long as it allows so old a binary: so old servers live
// through a rolling upgrade.
func CheckSchema(ctx context.Context, engine Engine) error {
	version, oldest, err := engine.SchemaVersion(ctx)
	if err != nil {
		return err
	}
	newest := migrations.Newest()
	switch {
	case oldest > newest:
		return tooNew(version, oldest, newest)
	case version < newest:
		return fmt.Errorf("%w: the database is at step %d and this binary needs step %d: run `upline migrate`", ErrSchema, version, newest)
	}
	return nil
}

func tooNew(version, oldest, newest int) error {
	return fmt.Errorf("%w: the database is at step %d and needs a binary that knows step %d; this one knows %d: use a newer binary",
		ErrSchema, version, oldest, newest)
}
