// Package intake brings a company into Upline from CSV files: its network, open services, ranks, carry-overs, running advances and
// balances, into a database, without a server.
//
// Read reads all files, holds every row against the contract's bounds, the plan, the catalog and the other rows, and sums up. Only when
// nothing is wrong and the control totals match, Write writes: through the calls of the store that serve the API, so that the rows are
// those that the API would have written, in chunks that each leave a note beside them.
//
// Contract:
//
//  1. Nothing is written unless every row of every file is good and every control total matches.
//  2. A row that was brought in before, by a file or by a call, with the same content is a repeat and changes nothing; with other content
//     it is refused.
//  3. Whoever is killed anywhere and begins again ends with the rows of a run that was not.
//  4. The order of rows in a file changes nothing but who is placed first of those who joined at the same moment.
//  5. It is done when the database has at least what the files have: rows are counted and amounts summed up there, too.
package intake
