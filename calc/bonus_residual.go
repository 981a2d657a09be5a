package calc

// Residual pays the seller, and those above, on every paid cycle of a subscription.
type Residual struct {
	plain
	// Parts are the volumes that it pays on: the cycles before and after each step down.
	Parts []ResidualPart
	// Own gives the seller's rate, or OwnBrackets does; Own has no rows where the seller is not paid.
	Own         RateTable
	OwnBrackets *Brackets
	// Levels gives the rates of those above; no rows where they are not paid.
	Levels RateTable
	Walk   Walk
}

// ResidualPart is a volume and what is left of the rates on it, in 10⁻⁹.
type ResidualPart struct {
	Base  Base
	Share int64
}
