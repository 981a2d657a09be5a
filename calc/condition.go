package calc

// Condition is a compiled expression over the facts of a distributor in a period. It is immutable and safe for concurrent use.
type Condition struct {
	// Source is the expression as the plan writes it.
	Source string
}
