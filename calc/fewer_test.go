package calc

import "testing"

// fewer is how often a test is repeated, or how many people its company has: n, and with -short or under the race detector a part of it.
// Small companies are computed by one thread, of which that detector learns nothing; a whole run of the checks tests the package a second
// time without it.
func fewer(n int) int {
	if raced || testing.Short() {
		return n / 6
	}
	return n
}
