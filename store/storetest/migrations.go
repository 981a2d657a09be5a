package storetest

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"upline/migrations"
	"upline/store"
)

func testMigrations(t *testing.T, source Source) {
	wantNewest := func(t *testing.T, engine store.Engine) {
		t.Helper()
		version, oldest, err := engine.SchemaVersion(t.Context())
		if err != nil || version != migrations.Newest() || oldest > version {
			t.Errorf("version %d, oldest %d, %v; want version %d", version, oldest, err, migrations.Newest())
		}
		if err := store.CheckSchema(t.Context(), engine); err != nil {
			t.Error(err)
		}
		var steps []int64
		read(t, engine, func(c store.Conn) error {
			steps = steps[:0]
			return c.Query(`SELECT step, applied_at_us FROM schema_history ORDER BY step`, nil, func(r store.Row) error {
				if r.Int(1) != Clock().UnixMicro() {
					t.Errorf("step %d was applied at %d", r.Int(0), r.Int(1))
				}
				steps = append(steps, r.Int(0))
				return nil
			})
		})
		if len(steps) != migrations.Newest() {
			t.Errorf("steps %v are recorded, want %d", steps, migrations.Newest())
		}
	}

	t.Run("MakesTheSchemaOnce", func(t *testing.T) {
		engine := source(t).Open(t)
		if version, oldest, err := engine.SchemaVersion(t.Context()); version != 0 || oldest != 0 || err != nil {
			t.Errorf("an empty database has version %d, oldest %d, %v", version, oldest, err)
		}
		if err := store.CheckSchema(t.Context(), engine); !errors.Is(err, store.ErrSchema) {
			t.Errorf("an empty database: %v", err)
		}
		for range 2 {
			if err := engine.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			wantNewest(t, engine)
		}
	})

	t.Run("ByEightServersAtOnce", func(t *testing.T) {
		database := source(t)
		var engines []store.Engine
		for range 8 {
			engines = append(engines, database.Open(t))
		}
		var wg sync.WaitGroup
		for i, engine := range engines {
			wg.Go(func() {
				if err := engine.Migrate(t.Context()); err != nil {
					t.Errorf("server %d: %v", i, err)
				}
			})
		}
		wg.Wait()
		wantNewest(t, engines[0])
	})

	t.Run("ResumedAfterACrashAtEveryStep", func(t *testing.T) {
		engine := source(t).Open(t)
		dialect := migrations.Dialect(engine.Name())
		steps, err := migrations.Load(dialect)
		if err != nil {
			t.Fatal(err)
		}
		options := store.MigrateOptions{Dialect: dialect, NowUS: Clock().UnixMicro()}
		for step := 1; step <= migrations.Newest(); step++ {
			for _, when := range []crash{beforeTheStatement, beforeTheRecord, afterTheRecord} {
				target := &crashing{MigrationTarget: engine.(store.MigrationTarget), steps: steps, step: step, when: when}
				if err := store.Migrate(t.Context(), target, options); !errors.Is(err, errCrash) {
					t.Fatalf("step %d, crash %d: %v", step, when, err)
				}
			}
		}
		if err := engine.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		wantNewest(t, engine)
	})

	t.Run("SchemaThatNeedsANewerBinaryIsRefused", func(t *testing.T) {
		engine := source(t).Open(t)
		if err := engine.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		newer := func(step, oldest int) {
			write(t, engine, func(c store.Conn) error {
				_, err := c.Exec(`INSERT INTO schema_history (step, name, applied_at_us, oldest_binary, digest) VALUES ($1, $2, $3, $4, $5)`,
					int64(step), "of a newer binary", int64(0), int64(oldest), strings.Repeat("0", 64))
				return err
			})
		}
		newest := migrations.Newest()
		newer(newest+1, newest)
		if err := store.CheckSchema(t.Context(), engine); err != nil {
			t.Errorf("a newer schema that allows this binary: %v", err)
		}
		if err := engine.Migrate(t.Context()); err != nil {
			t.Errorf("a newer schema that allows this binary: %v", err)
		}
		newer(newest+2, newest+1)
		if err := store.CheckSchema(t.Context(), engine); !errors.Is(err, store.ErrSchema) {
			t.Errorf("a newer schema that does not allow this binary: %v", err)
		}
		if err := engine.Migrate(t.Context()); !errors.Is(err, store.ErrSchema) {
			t.Errorf("a newer schema that does not allow this binary: %v", err)
		}
	})

	t.Run("SchemaOfOtherStepsIsRefused", func(t *testing.T) {
		foreign := source(t).Open(t)
		define(t, foreign, `CREATE TABLE markets (id BIGINT NOT NULL, PRIMARY KEY (id))`)
		if err := foreign.Migrate(t.Context()); !errors.Is(err, store.ErrSchema) {
			t.Errorf("a database of another program: %v", err)
		}
		engine := source(t).Open(t)
		if err := engine.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		write(t, engine, func(c store.Conn) error {
			_, err := c.Exec(`UPDATE schema_history SET digest = $1 WHERE step = 3`, strings.Repeat("0", 64))
			return err
		})
		if err := engine.Migrate(t.Context()); !errors.Is(err, store.ErrSchema) || !strings.Contains(err.Error(), "step 3") {
			t.Errorf("a database whose third step was another: %v", err)
		}
	})

	t.Run("ColumnsHoldWhatTheySay", func(t *testing.T) {
		engine := source(t).Open(t)
		steps, err := migrations.Load(migrations.Dialect(engine.Name()))
		if err != nil {
			t.Fatal(err)
		}
		// The columns of a step are the same functions everywhere, so one table shows them.
		table := steps[0]
		define(t, engine, table.SQL)
		const insert = `INSERT INTO markets (market, region, name, recorded_at_us) VALUES ($1, $2, $3, $4)`
		for name, args := range map[string][]any{
			"text too long":  {"XYZ", "r", "n", int64(1)},
			"text as number": {"XY", "r", "n", "one"},
		} {
			if err := engine.Write(t.Context(), "test", func(c store.Conn) error { _, err := c.Exec(insert, args...); return err }); err == nil {
				t.Errorf("%s was stored", name)
			}
		}
		write(t, engine, func(c store.Conn) error { _, err := c.Exec(insert, "éé", "r", "n", int64(1)); return err })
	})
}

// crash is a moment of a step.
type crash int

const (
	beforeTheStatement crash = iota
	beforeTheRecord
	afterTheRecord
)

var errCrash = errors.New("crashed on purpose")

// crashing is a target of migrations that dies at one moment of one step.
type crashing struct {
	store.MigrationTarget
	steps []migrations.Step
	step  int
	when  crash
}

func (c *crashing) ApplyStep(ctx context.Context, ddl string, record func(store.Conn) error) error {
	if ddl != c.steps[c.step-1].SQL {
		return c.MigrationTarget.ApplyStep(ctx, ddl, record)
	}
	if c.when == beforeTheStatement {
		return errCrash
	}
	err := c.MigrationTarget.ApplyStep(ctx, ddl, func(conn store.Conn) error {
		if c.when == beforeTheRecord {
			return errCrash
		}
		return record(conn)
	})
	if err == nil && c.when == afterTheRecord {
		return errCrash
	}
	return err
}
