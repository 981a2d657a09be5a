// Package worker holds the loops that run behind a server's calls.
//
// Invariants:
//
//  1. A run that is unfinished is continued, by some server, without anybody asking for it.
//  2. A loop ends when its context does, after the transaction under way.
//  3. A fault in the work on one run ends neither the loop nor the process.
package worker
