//go:build race

package placement

// raced tells that the race detector watches, which makes everything many times slower and learns nothing here, as a tree is for one
// goroutine. A whole run of the checks tests the package a second time without it.
const raced = true
