// Package mutant finds the small mistakes that could have been made in Go code: one operator taken for another, a bound that is off by
// one, a condition turned round, a statement left out, a rounding in the wrong direction. Tests that are worth their time fail on each.
//
// go/ast is enough to find them, and types are not looked at: what does not compile is no mutant, and the compiler says so. Tools that
// were looked at change operators only, or copy and compile the whole module for every mutant; here many mutants are compiled at once, and
// `go build -overlay` reads what they are compiled from in the place of the true file.
package mutant
