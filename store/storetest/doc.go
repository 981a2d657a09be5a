// Package storetest is the conformance suite of the store's engines, and gives tests fresh databases to work on.
//
// SQLite, Postgres and Cockroach return an engine on an empty database of its own; Each runs a test on every engine that there is a
// database for, with the schema in place. Where a test wants several engines on one database, as several servers have, it makes a
// Database and opens it more than once.
//
// Run is the suite. Every engine runs all of it; there is no list of exceptions.
package storetest
