// Package postgres starts private PostgreSQL servers for tests, benchmarks and developers.
//
// A cluster lives in a temporary folder of its own and is gone when it is stopped. It is set up the way Upline wants a real
// one: UTF-8, text compared by bytes (locale C), fsync on. Nothing is tuned for speed at the price of durability, because
// figures and crash tests are taken from it.
//
// Invariants:
//
//  1. The server listens on 127.0.0.1 only, on a port that was free, and asks for a password that was made for it.
//  2. After Stop nothing of the cluster is left: no process, no folder. Where the system can do it (Linux), the server also
//     goes down when the process that started it is killed.
//  3. Two clusters never share anything, so any number may run side by side.
//
// PostgreSQL refuses to run as root. A caller who is root gets a server that runs as the system account "postgres", which
// the distribution's package creates; any other caller runs it as themselves.
package postgres
