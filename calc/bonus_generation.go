package calc

// Generation pays leaders on the groups of the leaders below them, as GenerationBonus in plan_upline.proto says.
type Generation struct {
	plain
	Base      Base
	Placement bool
	// Leaders says who is a leader; nil with SameRank, where everybody of the earner's rank or a higher one is a boundary.
	Leaders  *Condition
	SameRank bool
	Rates    RateTable // by generation
	// InactivePassedOver and EmptyPassedOver tell that a leader who is not active, or whose group has no volume, is no boundary.
	InactivePassedOver, EmptyPassedOver bool
	OwnGroupRate                        int64
	LessLeader                          bool
	LeastRate                           int64
	GuaranteeMinor                      int64
}
