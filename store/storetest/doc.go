// Package storetest is the conformance suite of the store's engines, and gives tests fresh databases to work on.
//
// SQLiteURL, PostgresURL and CockroachURL make an empty database for one test, and Open opens an engine on it. SQLite, Postgres and
// Cockroach do both. Each runs a test on every engine that is there, with the schema in place.
//
// Run is the suite. Every engine runs all of it; there is no list of exceptions.
package storetest
