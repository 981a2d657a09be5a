// Package store keeps Upline's events, lines, periods and runs on SQLite, PostgreSQL or CockroachDB, and decides nothing about
// money: what an event pays and what a period comes to is computed by package calc inside the store's transactions.
//
// Every SQL text stands here once. The engines in store/sqlite, store/postgres and store/cockroach hold only what really differs:
// connecting, beginning and retrying transactions, classifying errors, bulk loading and snapshot reads.
//
// Invariants:
//
//  1. Events and lines are only ever added. Rows that are updated (sales, positions, periods, runs, leases) can be derived from
//     them or say only who is working.
//  2. An id used again with the same content changes nothing and returns the first result; with other content it is refused.
//  3. An event transaction reads the gate of every period that the event counts in or posts lines in, and stamps the lines with the number of
//     the tally that it has. A gate is written by a close, and by the end of a tally.
//  4. A run's rows are visible only when its run is POSTED, by the attempt that the run names.
//  5. A tally has exactly the lines of its distributor and period that bear a lower number. It is written from a snapshot of a close's kind, so
//     that no such line is added later, and replaced only as a whole. What it says can be had from the lines at any time.
//  6. A sale has one entry by which it is found by its seller (seller_sales), written in the transactions that write the sale's seller. In which
//     segment the entry stands says nothing, and is changed behind the writes.
//  7. Times come from the injected clock; nothing here asks the machine for the time.
package store
