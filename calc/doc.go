// Package calc is the engine: what a compensation plan pays for the sales of a period, or at one sale event.
//
// Compute takes a network, the volumes of a period, the state before it and a plan, and gives lines, activity, ranks and carry-outs.
// EventLines takes one sale and the way up from its seller, and gives what is posted at once. Both run the same code of each kind of
// bonus; FoldSale and Clawback say what the events of a sale come to, PeriodAt which period an instant lies in. Package plan makes a
// Plan from a file.
//
// Everything is columnar. A distributor is an index, the row of the input. A tree is put in breadth-first order once; a
// distributor's place in it is a seat, and columns that a pass reads are kept by seat, so that a pass goes through memory in
// sequence, children after parents or before them. What names rows at random, as sales and parents do, is sorted into parts of the rows
// that fit the processor's cache before anything is done by row (parting.go), so that large companies do not wait for memory.
//
// Money is int64 minor units, volume int64 units of 10⁻⁴ points, a rate int64 units of 10⁻⁹.
//
// To add a kind of bonus, write a file bonus_KIND.go with a struct and the methods of kind, and name it in Bonus.kind; to add a fact of
// conditions, describe it in factInfos and fill its column.
//
// Invariants:
//
//  1. Pure: no input or output, no clock, no randomness, no global that changes, nothing of the input written to.
//  2. Deterministic: the result does not depend on the order of the rows of Volumes; renumbering distributors renumbers it and changes
//     nothing else, but for who gets what rounding leaves over of a pool or a cap: among equals the lowest rows do.
//  3. Exact: a line's amount is base × rate × value of a point × factors, of any size, rounded once; there are no floats. What leaves
//     int64 is an error and never wraps.
//  4. Rounding treats an amount and its negative alike, so a line taken back whole nets to zero.
//  5. There is one line for an earner, a bonus, a level, a part and a kind, and lines stand in this order. None has amount zero, but what
//     a cap has cut to nothing, what only rounding lines lift above it, and what counts in a sum that is rounded as a whole.
//  6. Time and memory grow with distributors, volumes and lines, whatever the shape of the trees: no tree is walked by recursion, nothing searches an
//     upline for anybody, and nothing is allocated by distributor or by line.
//  7. Parts sum to the whole: shares to the pool, less what nobody gets of it, and lines to the limit of the cap that scaled them, to the
//     last rounding step.
//  8. Carry is conserved: for every leg, in + new = matched + flushed + expired + out.
package calc
