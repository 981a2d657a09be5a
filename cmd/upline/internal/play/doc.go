// Package play plays example cases against a server of Upline, through its RPC API only, and holds what the server pays against the
// figures that were published.
//
// A case is a folder with plan files and a case.yaml, whose fields Case documents. The story of a case is played once for each of
// its plans. Ids in the file are short; on the server each is prefixed with the plan's id and a dot, so that cases do not meet:
// the earner `silver` of the plan `compression` is the distributor `compression.silver`.
//
// Invariants:
//
//  1. Everything goes over the wire: this package knows the contract in api/upline/v1 and no other package of Upline.
//  2. Playing a case again on a server that has played it changes nothing and gives the same rows.
//  3. Published figures are compared as exact decimal numbers; a row is ok only if they are equal.
//  4. A field that a case file misspells is an error.
package play
