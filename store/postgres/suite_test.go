package postgres_test

import (
	"testing"

	"upline/store/storetest"
)

func TestSuite(t *testing.T) { storetest.Run(t, storetest.PostgresDatabase) }
