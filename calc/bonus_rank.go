package calc

// RankBonus pays for reaching or holding a rank.
type RankBonus struct {
	plain
	Awards    []RankAward
	WhileHeld bool
	Base      Base
}

// RankAward is what a rank is worth.
type RankAward struct {
	Rank uint8
	// AmountMinor are by variant; one alone is for all. Rate is of the group's volume, where there is no amount.
	AmountMinor  []int64
	Rate         int64
	AfterPeriods int32
	Instalments  []int64 // rates; empty: one part
	WithinDays   int32   // 0: any time
}
