// Package plan reads compensation plans: from the text of a plan file to a calc.Plan that the engine computes with, or to
// findings, each with its line, its column and what to do, for people who are no programmers.
//
// The schema of a plan file is the message Plan of the contract, with the rules that its comments state. What follows is the
// reference of how it is written and of what is found wrong with it.
//
// # Contract
//
// Compile takes any bytes. It uses no clock and keeps nothing between calls, and may be called from many goroutines at once.
// Beside the source it depends on the time zones that the program finds.
//
//  1. It returns a plan or errors, never both and never neither; warnings stand beside either.
//  2. It does not panic, and its time and memory are bounded: a file has at most 1 MiB, lists at most 200 entries, blocks stand at
//     most 32 deep, a condition has at most 2,000 characters and 64 levels, and at most 100 findings are returned.
//  3. Every finding stands inside the file. One about a condition stands at the character that it is about, however YAML lets the
//     condition be written.
//  4. No number passes through a float. A rate is exact to 10⁻⁹ and a volume to 10⁻⁴; what has more decimals is refused, not
//     rounded.
//  5. The engine accepts every plan that comes out: nothing in it is left to be refused when a period closes.
//  6. A plan's digest is that of what it says: comments, the order of fields and the manner of quoting do not change it, and
//     anything else does, `7%` written as `0.07` too.
//  7. What a condition is lowered to has the type and the value that CEL gives it.
//
// A plan that was published is compiled again by every later release, through Load. So a rule may be relaxed at any time, while a
// new error needs a way to keep accepting the plans that are there; new doubts are warnings.
//
// # Files
//
// A plan file is YAML without anchors, aliases, tags and further documents. Every field is known, stands once and has a value. An
// enum value is its name in the contract in lower case and without prefix. A single value is taken as it is written, with or without
// quotes, so that `rate: 0.07` and `valid_from: 2026-01-01` are what they look like; only whole numbers stand without quotes.
//
// A rate is `7%`, with up to seven decimals, or `0.07`, with up to nine. It is not below zero, and at most 100 %, or 1000 % for an
// advance. In rates by rank an entry holds for its rank and those above it up to the next entry, which replaces it whole; entries
// stand in the order of the ranks, and whoever is below the first entry has none.
//
// # Conditions
//
// A condition is a CEL expression that holds or does not, over these facts of a distributor in a period. calc.Facts has their
// meanings.
//
//	volumes    pv  cv  gv  left_volume  right_volume  pay_leg
//	counts     frontline  active_frontline  months_enrolled  legs_with("rank")
//	yes or no  active  achieved("rank")  paid_as_before("rank")
//
// left_volume, right_volume and pay_leg need `placement: {width: 2}`. The plan's `active` cannot ask for active, active_frontline
// and legs_with, which follow from it. A rank's condition may ask for legs with any rank of the plan, since ranks are decided from
// the bottom of the tree upward.
//
// Facts are compared with numbers and with each other by == != < <= > >=, computed with by + - * and brackets, and joined by && || !
// and `condition ? a : b`. Whole numbers and decimals mix. A number has at most four decimals, as volumes have. A volume is not
// multiplied by a volume, a product has at most eight decimals, and nothing is divided: write the other side of the comparison times
// the divisor. There are no lists, no texts but the names of ranks, and no functions but the three above.
//
// # Findings
//
// Findings come in three phases: whether the file can be read (YAML and fields), whether its fields keep the schema's rules
// (what is missing, too long, or written otherwise than it must be), and whether the plan makes sense. A later phase is silent about
// a place where an earlier one found an error, above or below it, so that one slip of the pen is one finding. The scripts in
// testdata/findings hold every finding in its own words.
//
// Errors of sense:
//
//	currency, time_zone       not known; a zone is one of the IANA database
//	valid_from                not a day, or not the first day of a period of the main cadence
//	rounding.step             not above zero, or not a whole number of the currency's minor units
//	point_value               not above zero, above 1,000,000,000, or with more digits than can be computed with
//	ranks, bonuses            two of one name
//	when, active              a condition that CEL cannot read, of the wrong type, or with facts or ranks that are not there
//	rate, rates, levels       both rate and rates, or neither; not a rate; too high; an unknown rank; not in the order of the ranks
//	pays                      an advance not paid at the event; a binary bonus paid at the event
//	compression               any but `none` for a unilevel bonus paid at the event
//	tree, binary, pay_leg     no placement tree, or one without exactly two legs
//	clawback                  of a bonus paid at the period's close; months_paid but for an advance; days without within_days, or
//	                          within_days without days
//	product_classes           of a bonus paid at the period's close; an empty one
//
// Warnings, which are allowed and probably not meant:
//
//	a bonus whose rates are all zero; an entry that says the same as the one before it; an entry that pays nothing on a level
//	that the ranks below it are paid on; levels that together pay more than 100 %; with dynamic compression, a level that nobody
//	is entitled to before one that somebody is; a rank that always holds above others; a condition that never holds; standard
//	compression or net_off without the plan's active; a product class listed twice
package plan
