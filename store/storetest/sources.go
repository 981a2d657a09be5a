package storetest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"upline/store"
	"upline/store/open"
)

// Clock is the clock of the engines that tests open. It stands still: engines ask it only when they record a migration.
func Clock() time.Time { return time.Date(2026, time.January, 2, 3, 4, 5, 0, time.UTC) }

// Where the tests find servers.
const (
	PostgresEnv        = "UPLINE_TEST_POSTGRES_URL"
	RequirePostgresEnv = "UPLINE_TEST_REQUIRE_POSTGRES"
	CockroachEnv       = "UPLINE_TEST_COCKROACH_URL"
)

// Database is a database that is one test's own. It begins empty.
type Database struct {
	URL string
	// OpenBy opens engines on it; nil stands for open.Engine.
	OpenBy func(ctx context.Context, url string) (store.Engine, error)
}

// Open opens an engine on the database and closes it when the test ends.
func (d Database) Open(t testing.TB) store.Engine {
	t.Helper()
	openBy := d.OpenBy
	if openBy == nil {
		openBy = func(ctx context.Context, url string) (store.Engine, error) {
			return open.Engine(ctx, url, open.Options{Clock: Clock})
		}
	}
	engine, err := openBy(t.Context(), d.URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := engine.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return engine
}

// Source makes databases of one kind. It ends the test, with a remedy, where it has no server to make them on.
type Source func(t testing.TB) Database

// SQLite returns an engine on an empty database of its own.
func SQLite(t testing.TB) store.Engine { t.Helper(); return SQLiteDatabase(t).Open(t) }

// Postgres returns an engine on an empty database of its own. The test is skipped without a server, or fails where
// UPLINE_TEST_REQUIRE_POSTGRES is 1.
func Postgres(t testing.TB) store.Engine { t.Helper(); return PostgresDatabase(t).Open(t) }

// Cockroach returns an engine on an empty database of its own. The test is skipped without a server.
func Cockroach(t testing.TB) store.Engine { t.Helper(); return CockroachDatabase(t).Open(t) }

// SQLiteDatabase is a Source of files.
func SQLiteDatabase(t testing.TB) Database {
	t.Helper()
	return Database{URL: "sqlite:" + filepath.Join(t.TempDir(), "test.db")}
}

// PostgresDatabase is a Source of databases on the server of UPLINE_TEST_POSTGRES_URL.
func PostgresDatabase(t testing.TB) Database {
	t.Helper()
	server := os.Getenv(PostgresEnv)
	if server == "" {
		const remedy = "set " + PostgresEnv + " to the URL of a PostgreSQL server where databases may be created, " +
			"or run `go run ./cmd/dev test`, which starts one"
		if os.Getenv(RequirePostgresEnv) == "1" {
			t.Fatalf("%s is 1 and there is no server: %s", RequirePostgresEnv, remedy)
		}
		t.Skip("no PostgreSQL server: " + remedy)
	}
	return createDatabase(t, server, "TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'", "WITH (FORCE)")
}

var databases atomic.Int64

// createDatabase makes a database on a server, to be dropped when the test ends.
func createDatabase(t testing.TB, server, with, drop string) Database {
	t.Helper()
	at, err := url.Parse(server)
	if err != nil {
		t.Fatal("the URL of the test server cannot be read")
	}
	// Tests of several packages run at once, each in a process of its own.
	name := fmt.Sprintf("upline_test_%d_%d", os.Getpid(), databases.Add(1))
	if err := execute(server, "CREATE DATABASE "+name+" "+with); err != nil {
		t.Fatalf("create a database on %s: %v", at.Redacted(), err)
	}
	t.Cleanup(func() {
		if err := execute(server, "DROP DATABASE IF EXISTS "+name+" "+drop); err != nil {
			t.Errorf("drop %s: %v", name, err)
		}
	})
	at.Path = "/" + name
	return Database{URL: at.String()}
}

// execute runs one statement on a server. It outlives the test's context, which has ended when databases are dropped.
func execute(server, sql string) error {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, sql)
	return err
}

// Each runs test on every engine that there is a database for, each empty but for the schema.
func Each(t *testing.T, test func(t *testing.T, engine store.Engine)) {
	t.Helper()
	EachDatabase(t, func(t *testing.T, database Database) {
		engine := database.Open(t)
		if err := engine.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		test(t, engine)
	})
}

// EachDatabase runs test on an empty database of every engine that there is one for, on all at once: what the tests of the engines share
// they must only read.
func EachDatabase(t *testing.T, test func(t *testing.T, database Database)) {
	t.Helper()
	for _, s := range []struct {
		name   string
		source Source
	}{{"sqlite", SQLiteDatabase}, {"postgres", PostgresDatabase}, {"cockroach", CockroachDatabase}} {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			test(t, s.source(t))
		})
	}
}
