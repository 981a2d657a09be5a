package calc

// Matrix pays those above in a placement tree of limited width and depth.
type Matrix struct {
	plain
	Base        Base
	Walk        Walk      // of the placement tree
	Rates       RateTable // Amounts are paid for each position that was filled in the period
	Depth       int32
	TopCounts   bool
	Completions []MatrixCompletion
}

// MatrixCompletion is paid once when so many levels are full.
type MatrixCompletion struct {
	Depth       int32
	AmountMinor int64
	ReEntry     bool
}
