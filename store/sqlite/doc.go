// Package sqlite is the store's embedded engine: one SQLite file in WAL mode, one writer that commits concurrent transactions as a
// group, many readers.
//
// Invariants:
//
//  1. A transaction's caller is answered only after the COMMIT of its group, which synchronous=FULL makes durable. That holds for
//     the errors of closures too: what they saw may be a peer's row that was not committed yet.
//  2. What a closure does is undone alone: its error, panic or refused statement rolls back its savepoint, not the group.
//  3. A cancelled context drops a transaction that has not begun; one that has begun is finished and answered truthfully.
//  4. Closures run on their callers' goroutines, one at a time, so that a panic keeps its stack and a test's FailNow ends its own
//     goroutine.
//  5. A reader sees one commit, and never waits for the writer.
//  6. What a ReadThenWrite has read before its turn holds in its turn, or is read again there.
package sqlite
