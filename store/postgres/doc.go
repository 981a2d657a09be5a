// Package postgres is the store's engine on PostgreSQL.
//
// Writes are SERIALIZABLE, and run again as a whole, in a fresh transaction, when the server says 40001, 40P01 or 23505, be it in a
// statement or in the COMMIT. cockroach-go's helper is not used here: it ignores the error of COMMIT, where PostgreSQL still
// reports serialization failures.
//
// Reads are REPEATABLE READ, which on PostgreSQL is one snapshot, taken at the first statement, of all that had committed. It is
// what Engine.Read promises. SERIALIZABLE READ ONLY would add only that no transaction which is serialized earlier commits later
// (a report of a fenced period that lacks a sale still committing); it would pay for it with predicate locks that make writers
// fail, and with failures of its own. Where that matters there is Snapshot: SERIALIZABLE READ ONLY DEFERRABLE waits for a moment
// from which on it needs no locks and cannot fail.
//
// Invariants:
//
//  1. The transactions that Write reported as done have the effect of some serial order of them.
//  2. Connections that write find rows by indexes: sequential scans are off there, as they lock the whole table against
//     concurrent writers in SERIALIZABLE.
//  3. Durable means flushed: synchronous_commit is on, whatever the server's default.
package postgres
