// Package placement gives distributors their places in a placement tree: a binary tree, or a matrix of any width and depth. A place is
// a leg of a parent. Who sponsored somebody is another tree, which this package is told about and never changes.
//
// A Tree holds everybody who is placed. Place puts somebody where the caller says; Auto finds a place beneath the sponsor by a Rule and
// takes it; Choose only finds it. AddVolume tells of volume, for the rules that go by it. Arrange makes a tree of a list of people who
// join one after the other. Load takes a tree that is kept elsewhere.
//
// # Rules
//
// A Rule is a strategy, and a descent: how to go on inside the leg that was chosen, when somebody stands in it. Companies that say
// "the weaker leg" mean one of three things by it, so all three can be said: to its outer edge, to its first vacancy by breadth, or
// choosing the weaker leg again at everybody on the way.
//
//	strategy       usual descent  others
//	breadth_first                                        first vacancy, level by level, left before right; in one leg, if named
//	outer_edge                                           the end of the line in the named leg and the same leg all the way down
//	fewer_people   repeat         outer_edge, breadth_first
//	less_volume    outer_edge     breadth_first, repeat
//	alternate      outer_edge     breadth_first          the legs in turn, separately for each sponsor
//
// Repeat is usual for people because it keeps the tree in balance; for volume it is not, because whoever has joined only now has no
// volume and would be followed on and on. A vacant leg has no people and no volume. Whatever is equal, the lower leg comes first; so
// without any volume less_volume builds the first leg. A leg in which the descent finds no place within the limits is no choice.
//
// Limits are the tree's DepthMax, beneath its top, and the rule's LevelsMax, beneath the sponsor. A matrix plan of 3 × 7 in which
// everybody has 3,279 places of their own has the second and not the first.
//
// # Contract
//
// Nothing here reads or writes anything outside, looks at a clock or draws a number. A Tree is for one caller at a time, who may well
// choose and place for thousands, with a lock around each call; where places are kept elsewhere, it is that store which says in the end
// who has one (one row for each parent and leg), and Remove takes back what it refused. Moves of people who have others beneath are
// made there, too, and the tree is loaded again.
//
//  1. No place holds two, nobody has two places, and everybody's way up ends at a top: each placement is of somebody new, in a vacant
//     leg of somebody who has a place.
//
//  2. An error changes nothing.
//
//  3. The result depends on nothing but the calls that change something, in their order; asking changes no result. Choose finds where Auto
//     would place.
//
//  4. Nobody is moved. Places are only taken, but for Remove of somebody who has nobody beneath.
//
//  5. An automatic place is beneath the sponsor and within the limits. If there is any such place that the rule leads to, one is found.
//
//  6. A tree that was loaded behaves as the one did whose columns it has.
//
//  7. Nothing is walked from end to end, whatever the shape of the tree, and nothing is kept for a sponsor but one turn. For n people
//     and w legs each, over any sequence of calls from New or Load on:
//
//     Place, Auto, Choose, Remove, AddVolume, Beneath, InLeg   O(w × log n) amortised
//     Load                                                     O(w × n + n × log n)
//
//     With a limit, repeat takes one such time more for each level above the limit that could be full, of which there are at most
//     log n to the base w.
//
// # How
//
// The questions of all rules are about whole subtrees: where is the highest vacancy in this leg, how many people are in it, what is its
// volume. Kept at everybody, the answers would have to be mended all the way up at each placement, which in a power leg is a million
// levels. A cursor for each sponsor would scan the same filled part of the tree once for every sponsor above it. So the tree is held
// as a link-cut tree, in which a way up is searched, and not walked; see path.go. What a stretch of a path knows about all that hangs off it
// is in summary.go, and is enough to look for the left-most of the highest vacancies, and for the end of a way along the lesser volume,
// downward in the same time. The ends of lines in one leg are known by themselves: only at its end can a line grow, so it never changes
// hands.
//
// Amortised means that a single call can take longer when nothing went before that put things in order. The longest there is, the first
// question about the top of a line of 1,000,000 that grew at its end and was asked nothing, took 22 ms on the machine where placements
// took 0.3 to 9 µs; a tree from Load is in order. `go test -bench . ./calc/placement` prints these figures. Memory is 123 bytes a row in a
// binary tree, and 8 more for each further leg.
package placement
