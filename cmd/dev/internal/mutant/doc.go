// Package mutant finds the small mistakes that could have been made in Go code: one operator taken for another, a bound that is off by
// one, a condition turned round, a statement left out, a rounding in the wrong direction. Tests that are worth their time fail on each.
//
// go/ast is enough to find them, and types are not looked at: what does not compile is no mutant, and the compiler says so. Tools that
// were looked at change operators only, or copy the whole module for every mutant; here a mutant is a file of its own that
// `go build -overlay` reads in the place of the true one.
package mutant
