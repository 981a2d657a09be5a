package calc

// Manual is paid by hand.
type Manual struct {
	plain
	AmountMaxMinor int64 // up or down; 0: no limit
}
