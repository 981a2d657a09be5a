// Package pgsql speaks to servers of PostgreSQL's protocol for the engines postgres and cockroach: pools, transactions as
// store.Conn, classes of errors, and the loop that runs transactions again.
//
// It stands on pgx's pool and on the pipeline of pgx's pgconn, below pgx.Conn: all values here are int64, text or bytes in their
// binary form, which need no type map, and a transaction's BEGIN and the preparation of a statement travel in the same round trip
// as the statement's first use.
//
// Invariants:
//
//  1. A transaction is committed on a context that its caller cannot cancel, so that the outcome is known whenever the server can
//     still say it.
//  2. A connection that was left in the middle of anything is closed, never given back to the pool.
//  3. An error of a statement fails the transaction, whatever the closure made of it.
package pgsql
