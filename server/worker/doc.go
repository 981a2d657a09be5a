// Package worker holds the loops that run behind a server's calls.
//
// Invariants:
//
//  1. A run that is unfinished is continued, by some server, without anybody asking for it.
//  2. A loop ends when its context does, after the transaction under way.
//  3. A fault in the work on one run, or in a look at what is due, ends neither the loop nor the process.
//  4. A service that is overdue lapses, by some server, as of the moment that its grace ended, however late it is looked at.
//  5. Whoever has many lines that are not summed up yet is summed up within seconds of being posted them or read, by the server that did it.
//  6. What recording leaves apart for the sake of speed is put together behind it; who does that, when, and whether, changes no answer.
package worker
