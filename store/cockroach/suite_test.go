package cockroach_test

import (
	"context"
	"testing"

	"upline/store"
	"upline/store/cockroach"
	"upline/store/storetest"
)

func TestSuite(t *testing.T) { storetest.Run(t, storetest.CockroachDatabase) }

// PostgreSQL understands all that this engine says but the region topology, so that its savepoints, its loads by INSERT and its way
// of running transactions again are tried even where there is no CockroachDB. It shows nothing of CockroachDB itself.
func TestSuite_OnPostgresInItsPlace(t *testing.T) {
	storetest.Run(t, func(t testing.TB) storetest.Database {
		database := storetest.PostgresDatabase(t)
		database.OpenBy = func(ctx context.Context, url string) (store.Engine, error) {
			return cockroach.OpenAnywhere(ctx, url, cockroach.Options{Clock: storetest.Clock})
		}
		return database
	})
}
