package storetest

import (
	"os"
	"os/exec"
	"sync"
	"testing"

	"github.com/cockroachdb/cockroach-go/v2/testserver"
)

// CockroachDatabase is a Source of databases on the server of UPLINE_TEST_COCKROACH_URL, or on one that is started from a cockroach
// binary on the PATH.
func CockroachDatabase(t testing.TB) Database {
	t.Helper()
	server := os.Getenv(CockroachEnv)
	if server == "" {
		binary, err := exec.LookPath("cockroach")
		if err != nil {
			t.Skip("no CockroachDB server: set " + CockroachEnv + " to the URL of one where databases may be created, " +
				"or put a cockroach binary on the PATH")
		}
		server = startedCockroach(t, binary)
	}
	return createDatabase(t, server, "", "CASCADE")
}

// startedServer is the server that the tests of this process share while any of them is running.
var startedServer struct {
	sync.Mutex
	server testserver.TestServer
	users  int
}

// startedCockroach returns the URL of a server that is there until the test ends. Nothing would stop a server that is kept for the
// life of the process; so the last test that uses it does.
func startedCockroach(t testing.TB, binary string) string {
	t.Helper()
	startedServer.Lock()
	defer startedServer.Unlock()
	if startedServer.users == 0 {
		server, err := testserver.NewTestServer(testserver.CockroachBinaryPathOpt(binary))
		if err != nil {
			t.Fatalf("start %s: %v", binary, err)
		}
		startedServer.server = server
	}
	startedServer.users++
	t.Cleanup(func() {
		startedServer.Lock()
		defer startedServer.Unlock()
		if startedServer.users--; startedServer.users == 0 {
			startedServer.server.Stop()
		}
	})
	return startedServer.server.PGURL().String()
}
