package postgres_test

import (
	"context"
	"errors"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"upline/cmd/dev/internal/postgres"
)

// start skips on a machine without PostgreSQL, unless the whole suite is asked to prove itself there.
func start(t *testing.T) *postgres.Cluster {
	t.Helper()
	cluster, err := postgres.Start(t.Context())
	if errors.Is(err, postgres.ErrNotInstalled) && os.Getenv("UPLINE_TEST_REQUIRE_POSTGRES") == "" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cluster.Stop(); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	return cluster
}

func connect(t *testing.T, address string) *pgx.Conn {
	t.Helper()
	connection, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	return connection
}

func TestStart_ServerHasTheSettingsThatUplineNeeds(t *testing.T) {
	t.Parallel()
	connection := connect(t, start(t).URL)
	defer connection.Close(t.Context())

	want := map[string]string{
		"server_encoding":  "UTF8",
		"fsync":            "on",
		"max_connections":  "200",
		"listen_addresses": "127.0.0.1",
		"is_superuser":     "on",
	}
	for name, value := range want {
		var got string
		if err := connection.QueryRow(t.Context(), "SELECT current_setting($1)", name).Scan(&got); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got != value {
			t.Errorf("%s is %q, want %q", name, got, value)
		}
	}
	var collation string
	const query = "SELECT datcollate FROM pg_database WHERE datname = 'template1'"
	if err := connection.QueryRow(t.Context(), query).Scan(&collation); err != nil {
		t.Fatal(err)
	}
	if collation != "C" {
		t.Errorf("new databases get collation %q, want C: digests and paging compare text by bytes", collation)
	}
}

func TestStart_WrongPasswordIsRefused(t *testing.T) {
	t.Parallel()
	address, err := url.Parse(start(t).URL)
	if err != nil {
		t.Fatal(err)
	}
	address.User = url.UserPassword(address.User.Username(), "wrong")
	connection, err := pgx.Connect(t.Context(), address.String())
	if err == nil {
		_ = connection.Close(t.Context())
		t.Fatal("the server took a wrong password")
	}
	if !strings.Contains(err.Error(), "password authentication failed") {
		t.Errorf("got %v, want a failed password authentication", err)
	}
}

func TestDatabasesCreated_CountsBothProtocolsAndDroppedOnes(t *testing.T) {
	t.Parallel()
	cluster := start(t)
	connection := connect(t, cluster.URL)
	defer connection.Close(t.Context())

	requireCreated(t, cluster, 0)
	for _, statement := range []string{"CREATE DATABASE first", "create  database second", "DROP DATABASE first"} {
		if _, err := connection.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := connection.Exec(t.Context(), "CREATE DATABASE third", pgx.QueryExecModeSimpleProtocol); err != nil {
		t.Fatal(err)
	}
	requireCreated(t, cluster, 3)
}

func requireCreated(t *testing.T, cluster *postgres.Cluster, want int) {
	t.Helper()
	got, err := cluster.DatabasesCreated()
	if err != nil {
		t.Fatal(err)
	}
	if got != want {
		t.Errorf("%d databases counted, want %d", got, want)
	}
}

func TestStop_LeavesNothingBehindAndMayBeRepeated(t *testing.T) {
	// Not parallel: the folder for temporary files is set for the whole process.
	parent := t.TempDir()
	if os.Geteuid() == 0 {
		// The account that runs the server must be able to reach its folder.
		for _, folder := range []string{parent, parent + "/.."} {
			if err := os.Chmod(folder, 0o755); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Setenv("TMPDIR", parent)
	cluster := start(t)
	connection := connect(t, cluster.URL)
	defer connection.Close(t.Context())

	for range 2 {
		if err := cluster.Stop(); err != nil {
			t.Fatal(err)
		}
	}
	left, err := os.ReadDir(parent)
	if err != nil {
		t.Fatal(err)
	}
	if len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
	if again, err := pgx.Connect(t.Context(), cluster.URL); err == nil {
		_ = again.Close(t.Context())
		t.Error("the server still takes connections")
	}
}

func TestStart_CancelledContextLeavesNothingBehind(t *testing.T) {
	parent := t.TempDir()
	t.Setenv("TMPDIR", parent)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if cluster, err := postgres.Start(ctx); err == nil {
		_ = cluster.Stop()
		t.Fatal("a start under a cancelled context succeeded")
	}
	left, err := os.ReadDir(parent)
	if err != nil {
		t.Fatal(err)
	}
	if len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}
