// Package cockroach is the store's engine on CockroachDB.
//
// Transactions are SERIALIZABLE and run inside the savepoint cockroach_restart, by cockroach-go: a conflict is retried in the same
// transaction, which keeps its place in the queue of those that wait for a row. That has no pauses, so it is bounded to a few
// turns, after which the transaction begins anew, with pauses, like on PostgreSQL.
//
// Snapshot is a serializable read-only transaction, at a timestamp that the server takes when it begins. It is never a follower
// read, which is seconds old and could miss what was committed before a gate.
//
// DDL runs outside of transaction blocks, apart from the row that records it.
//
// What was run on a CockroachDB server and what was not is said in store/README.md.
package cockroach
