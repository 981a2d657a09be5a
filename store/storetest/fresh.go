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
	"upline/store/postgres"
	"upline/store/sqlite"
)

// Clock is the clock of the engines that tests open. It stands still: engines ask it only when they record a migration.
func Clock() time.Time { return time.Date(2026, time.January, 2, 3, 4, 5, 0, time.UTC) }

// Where the tests find servers.
const (
	PostgresEnv        = "UPLINE_TEST_POSTGRES_URL"
	RequirePostgresEnv = "UPLINE_TEST_REQUIRE_POSTGRES"
)

// SQLitePath returns the path of a database that does not exist yet.
func SQLitePath(t testing.TB) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "test.db")
}

// SQLite returns an engine on an empty database of its own.
func SQLite(t testing.TB) store.Engine {
	t.Helper()
	return OpenSQLite(t, SQLitePath(t))
}

// OpenSQLite opens an engine on a path, and closes it when the test ends. Several may be open on one.
func OpenSQLite(t testing.TB, path string) store.Engine {
	t.Helper()
	engine, err := sqlite.Open(t.Context(), path, sqlite.Options{Clock: Clock})
	return closing(t, engine, err)
}

// Postgres returns an engine on an empty database of its own, or ends the test as PostgresURL does.
func Postgres(t testing.TB) store.Engine {
	t.Helper()
	return OpenPostgres(t, PostgresURL(t))
}

// OpenPostgres opens an engine on a URL, and closes it when the test ends. Several may be open on one.
func OpenPostgres(t testing.TB, url string) store.Engine {
	t.Helper()
	engine, err := postgres.Open(t.Context(), url, postgres.Options{Clock: Clock})
	return closing(t, engine, err)
}

// PostgresURL returns the URL of an empty database that is dropped when the test ends. Without a server the test is skipped, or
// fails where one is required.
func PostgresURL(t testing.TB) string {
	t.Helper()
	server := os.Getenv(PostgresEnv)
	if server == "" {
		const remedy = "set " + PostgresEnv + " to the URL of a PostgreSQL server where databases may be created, " +
			"or run the tests by `go run ./cmd/dev test`, which starts one"
		if os.Getenv(RequirePostgresEnv) == "1" {
			t.Fatalf("%s=1 and no server: %s", RequirePostgresEnv, remedy)
		}
		t.Skip("no PostgreSQL server: " + remedy)
	}
	return createDatabase(t, server, "TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'", "WITH (FORCE)")
}

var databases atomic.Int64

// createDatabase makes a database on a server and returns its URL.
func createDatabase(t testing.TB, server, with, drop string) string {
	t.Helper()
	at, err := url.Parse(server)
	if err != nil {
		t.Fatalf("the server's URL cannot be read: %v", err)
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
	return at.String()
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

func closing[E store.Engine](t testing.TB, engine E, err error) store.Engine {
	t.Helper()
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

// Each runs test on every engine that there is a database for, each empty but for the schema.
func Each(t *testing.T, test func(t *testing.T, engine store.Engine)) {
	t.Helper()
	for _, e := range []struct {
		name string
		open func(testing.TB) store.Engine
	}{{"sqlite", SQLite}, {"postgres", Postgres}} {
		t.Run(e.name, func(t *testing.T) {
			engine := e.open(t)
			if err := engine.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			test(t, engine)
		})
	}
}
