// Command dev holds the tasks of the people who work on Upline: gen, lint, test, bench, mutate and postgres. It needs nothing but Go
// to begin with; `go run ./cmd/dev test` installs the rest on a Debian machine.
//
// Invariants:
//
//  1. A task that failed, in whatever step, exits with a code other than 0, and its last lines name the step.
//  2. A whole `dev test` cannot pass without having run the PostgreSQL suite: PostgreSQL's own log must show it.
//  3. However a task ends, Ctrl-C included, no process that it started outlives it.
//
// One file per task; what tasks share stands in a file named after it (step.go, child.go, prerequisites.go, …).
package main
