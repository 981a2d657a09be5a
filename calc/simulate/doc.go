// Package simulate computes what a plan pays from CSV files: a network and its sales, over several consecutive periods, without a server
// and without a database.
//
// Read reads the files and fits them to a plan, or to two that are to be compared; Company.Run closes the periods of a plan one after the
// other and gives each to a visitor; NewReport sums up, and FileWriter writes CSV files as periods are closed. The columns of all files are
// described by InputFormats and OutputFormats, which the help of the command and README.md show.
//
// Nothing is computed here but what becomes of sales in the course of time: periods are computed by calc.Compute, what an event pays by
// calc.EventLines, and what its cancellation takes back by calc.FoldSale and calc.Clawback, as a server does. So a simulation of a company
// is what a server would have paid it, had it been told of everything at once:
//
//   - A period begins from the ranks, the activity and the state that the last closed ones have left. A period of another cadence than the
//     main one goes by the ranks of the last main period that ended by its end; where both end at the same moment the main one closes
//     first. What is paid at an event goes by the last main period before it.
//   - Whoever joins later is not there in a period before. Who is in the files without a date was there from the beginning.
//   - A sale counts in the period in which it goes live, and a payment of a subscription in that in which it is paid, and so a cancellation
//     that takes volume back. What is taken back counts as of the moment at which it was counted, so that it leaves every window and cutoff
//     that it was in.
//
// Contract:
//
//  1. Pure: it reads and writes nothing but the readers and writers that it is given, and knows no clock.
//  2. Everything that is wrong with the files is said at once, with file, line, column and what to do, up to a bound; then nothing is
//     computed. What is taken for granted, because a file does not say it, is said as well.
//  3. The order of the rows changes nothing but what follows from the order of joining, and of sales at the same moment.
//  4. Time and memory grow with the rows, whatever is in them: rows, cells, words and periods are bounded.
package simulate
