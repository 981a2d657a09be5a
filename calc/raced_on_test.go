//go:build race

package calc

// raced tells that the race detector watches, which makes a computation ten times slower.
const raced = true
