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
//     most 32 deep, a condition has at most 2,000 characters and 64 levels, a plan asks for at most 1,000 different facts, its
//     overrides change at most 1,000 ranks and bonuses, and at most 100 findings are returned.
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
// A condition is a CEL expression that holds or does not, over the facts of a distributor in a period; where a number is wanted, it is
// one whose value is a number. calc.FactWords has the facts with their meanings, the plan's `facts` are others. Some are words, `gv`;
// others are asked of the name of a rank, a volume, a bonus, a kind of registration, a market or a tag in quotes, and of a number behind
// it: `legs_with("gold")`, `own("cv", 3)` of three periods. The volumes are those of the plan and cv, pv, qv, price, net_price and
// count, which every plan has.
//
// Facts are compared with numbers and with each other by == != < <= > >=, computed with by + - * and brackets, min(a, b), max(a, b) and
// whole(a, 200), which is how many whole 200s there are in a, and joined by && || ! and `condition ? a : b`. Whole numbers and decimals
// mix. A number has at most four decimals, as volumes have. A volume is not multiplied by a volume, a product has at most eight
// decimals, and nothing is divided: write the other side of the comparison times the divisor. There are no lists, and no texts but
// names.
//
// What is asked must be known by then. `active` cannot ask who is active, nor for anything that follows from it; a rank can ask for the
// ranks of those below, since ranks are decided from the bottom of the tree upward, but not for the rank that it decides; only bonuses,
// and facts that bonuses ask for, know what bonuses pay; and a bonus that is paid at the event knows no facts at all. Facts about the legs of
// the placement tree need `placement: {width: 2}`.
//
// # Markets
//
// An override is merged into the plan's message: what it writes takes the place of what the plan writes, by name for ranks and bonuses,
// lists whole. The result is compiled by the same code as the plan, so that every finding is the same and stands in the override's
// lines, and the plans are then joined: conditions and numbers go by the distributor's market, rates by market and rank. What the engine
// does the same for all markets cannot differ, and is reported.
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
//	weeks_from                not a Monday, or not there although the plan has periods of two or of four weeks
//	valid_from                not a day, or not the first day of a period of the main cadence
//	rounding.step             not above zero, or not a whole number of the currency's minor units
//	point_value               not above zero, above 1,000,000,000, or with more digits than can be computed with
//	ranks, bonuses, caps      two of one name
//	volumes, facts            two of one name, or a name that means something else in conditions
//	facts                     none or two of value, count, sum and max; what does not go with them; one that reads itself, or a circle
//	conditions, numbers       what CEL cannot read, is of the wrong type, is not there, or is not known when it is asked
//	rate, rates, levels       two ways of paying, or none; not a rate; too high; an unknown rank; not in the order of the ranks
//	pays                      at the event, or at the close, what cannot be paid then
//	tree, binary, pay_leg     no placement tree, or one without exactly two legs
//	windows, cycles, limits   that let nothing in
//	clawback                  of a bonus paid at the period's close; days, bands and modes that do not go together
//	markets                   not a code of ISO 3166; a market in two overrides; what an override names and the plan has not; what cannot
//	                          differ by market
//	bonuses, caps             that wait for each other, with the circle
//
// Warnings, which are allowed and probably not meant:
//
//	a rank that nobody can reach, or that nobody is paid as because the next one is no harder; a condition that never holds; a bonus
//	whose rates are all zero; an entry that says the same as the one before it, or pays nothing on a level that those below are paid
//	on; rates that together pay more than 100 %, or more than a cap lets through; what without the plan's active does nothing; a
//	word that is listed twice; an override in which nothing differs; a rank asked for by paid_as before the ranks of the time are decided
package plan
