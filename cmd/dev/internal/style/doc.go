// Package style holds the repository to its house style: what may import what, how long a file may be, what calc and store
// may not call, which names and words are not used, what stands where.
//
// Each rule reads a Tree and returns problems; a problem says where it is, what is wrong, and what to do instead. The test
// of this package runs every rule on the repository, so that `go test ./...` holds the style.
//
// Invariants:
//
//  1. Rules judge what people wrote. Generated files (those with Go's "Code generated … DO NOT EDIT." line, and what stands
//     in the folders for generated and foreign code) are not read.
//  2. Every rule has a fixture in this package's tests that it finds fault with, so no rule passes because it does nothing.
//  3. A rule knows no exceptions by file name. A rule that needs one is wrong, or the file is.
package style
