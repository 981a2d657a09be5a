package open_test

import (
	"errors"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"upline/store"
	"upline/store/open"
	"upline/store/storetest"
)

func TestEngine_Refused(t *testing.T) {
	const password = "open-sesame"
	for connection, want := range map[string]string{
		"":                  "sqlite:PATH",
		"upline.db":         "sqlite:PATH",
		"sqlite:":           "names no file",
		"sqlite::memory:":   "in memory",
		"sqlite:///tmp/x":   "sqlite:/tmp/x",
		"mysql://root@host": `"mysql"`,
		"file:upline.db":    `"file"`,
		"postgres://user:" + password + "@127.0.0.1:1/x?connect_timeout=1":    "connect",
		"postgres://user:" + password + "@127.0.0.1:port/x":                   "cannot parse",
		"postgresql://user:" + password + "@127.0.0.1:1/x?sslmode=perhaps":    "cannot parse",
		"postgres://user:" + password + "@[::1/x":                             "cannot parse",
		"postgres://user:" + password + "@127.0.0.1:1,127.0.0.1:2/x?port=no ": "",
	} {
		engine, err := open.Engine(t.Context(), connection, open.Options{Clock: storetest.Clock})
		if err == nil || engine != nil {
			t.Errorf("%q was opened", connection)
			continue
		}
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v; want it to say %q", connection, err, want)
		}
		if strings.Contains(err.Error(), password) {
			t.Errorf("%q: the error shows the password: %v", connection, err)
		}
	}
}

func TestEngine_ServerThatDoesNotAnswerIsUnavailable(t *testing.T) {
	_, err := open.Engine(t.Context(), "postgres://u@127.0.0.1:1/x", open.Options{Clock: storetest.Clock})
	if !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("got %v, want store.ErrUnavailable", err)
	}
}

func TestEngine_SQLite(t *testing.T) {
	engine, err := open.Engine(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "x.db"), open.Options{Clock: storetest.Clock, Readers: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	if engine.Name() != "sqlite" {
		t.Errorf("opened %s", engine.Name())
	}
}

func TestEngine_Postgres(t *testing.T) {
	database := storetest.PostgresDatabase(t)
	at, err := url.Parse(database.URL)
	if err != nil {
		t.Fatal(err)
	}
	for _, scheme := range []string{"postgres", "postgresql"} {
		at.Scheme = scheme
		engine, err := open.Engine(t.Context(), at.String(), open.Options{Clock: storetest.Clock, Readers: 1, Writers: 1})
		if err != nil {
			t.Fatal(err)
		}
		defer engine.Close()
		if engine.Name() != "postgres" {
			t.Errorf("opened %s", engine.Name())
		}
	}
}

func TestEngine_PostgresInASchemaOfItsOwn(t *testing.T) {
	database := storetest.PostgresDatabase(t)
	plain := database.Open(t)
	if err := plain.(store.MigrationTarget).ApplyStep(t.Context(), "CREATE SCHEMA tenant", func(store.Conn) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if err := plain.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	at, err := url.Parse(database.URL)
	if err != nil {
		t.Fatal(err)
	}
	at.RawQuery += "&search_path=tenant"
	tenant, err := open.Engine(t.Context(), at.String(), open.Options{Clock: storetest.Clock})
	if err != nil {
		t.Fatal(err)
	}
	defer tenant.Close()
	if version, _, err := tenant.SchemaVersion(t.Context()); version != 0 || err != nil {
		t.Errorf("the schema of its own begins at version %d, %v", version, err)
	}
	if err := tenant.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := store.CheckSchema(t.Context(), tenant); err != nil {
		t.Error(err)
	}
}
