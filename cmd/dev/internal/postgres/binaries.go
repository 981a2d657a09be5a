package postgres

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
)

// ErrNotInstalled says that no PostgreSQL server was found on this machine.
var ErrNotInstalled = errors.New("PostgreSQL's server programs (initdb, postgres) were not found")

// binariesPattern is where Debian and its relatives put each major version's programs, outside PATH.
const binariesPattern = "/usr/lib/postgresql/*/bin"

// Binaries returns the folder with initdb and postgres: the highest version that the distribution installed, or else the
// one on PATH. The error is ErrNotInstalled if there is neither.
func Binaries() (string, error) {
	folders, err := filepath.Glob(binariesPattern)
	if err != nil {
		return "", fmt.Errorf("look for PostgreSQL: %w", err)
	}
	best, bestVersion := "", -1
	for _, folder := range folders {
		version, err := strconv.Atoi(filepath.Base(filepath.Dir(folder)))
		if err != nil || version <= bestVersion || !holdsServer(folder) {
			continue
		}
		best, bestVersion = folder, version
	}
	if best != "" {
		return best, nil
	}
	if initdb, err := exec.LookPath("initdb"); err == nil && holdsServer(filepath.Dir(initdb)) {
		return filepath.Dir(initdb), nil
	}
	return "", ErrNotInstalled
}

// holdsServer is false for a folder that has only the client's programs, as postgresql-client leaves it.
func holdsServer(folder string) bool {
	for _, program := range []string{"initdb", "postgres"} {
		if _, err := os.Stat(filepath.Join(folder, program)); err != nil {
			return false
		}
	}
	return true
}
