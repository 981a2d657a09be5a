package calc

// Network is the trees of n distributors, columnar. Rows may stand in any order; the store gives them in byte order of the ids.
// -1 means none.
type Network struct {
	Sponsor      []int32
	Parent       []int32 // placement; nil when the plan has no placement tree
	Leg          []uint8 // 1..width; 0 for a top
	EnrolledAtUS []int64
}

// Volumes are the counted entries of a period: what sale events add to, or take from, their sellers' volumes.
type Volumes struct {
	Seller     []int32
	PV, CV     []int64 // volume units; negative where volume is taken back
	PriceMinor []int64 // minor units of the plan's currency
}

// Prior is the state before the period, by distributor.
type Prior struct {
	// Achieved is the highest rank number ever achieved; nil means none for everybody.
	Achieved []uint8
	// PaidAs is the rank number paid as in the last closed period of the main cadence. nil means that there is none yet, and
	// Achieved stands in for it: a company that comes with ranks goes by them from the first day.
	PaidAs []uint8
	// Active tells who was active in the last closed period of the main cadence. nil means that there is none yet, and everybody
	// counts as active, as they do in a plan that has no condition for it.
	Active []bool
	// Carry holds the carry-ins of the plan's bonus with the same index; nil where the bonus is not binary or nothing carries.
	Carry []Carry
}

// Carry is volume left over per distributor, in volume units.
type Carry struct {
	Left, Right []int64
}

// Input is all that a result depends on.
type Input struct {
	Plan    *Plan
	Cadence Cadence
	// Period is the period computed, one of the cadence.
	Period  Period
	Network Network
	Volumes Volumes
	Prior   Prior
}

// Lines are commission lines, columnar, ordered by earner, bonus index and level.
type Lines struct {
	Earner      []int32
	Bonus       []uint16 // index into Plan.Bonuses
	Level       []uint16 // 0 where the bonus has none
	Base        []int64  // volume units, or minor units where the bonus's base is price
	Rate        []int64
	AmountMinor []int64
}

// Output is the result of a period.
type Output struct {
	Lines Lines
	// Active tells who is active: in this period when the cadence is the plan's main one, else as Prior has it.
	Active []bool
	// PaidAs and Achieved are rank numbers after the period; nil when the cadence is not the plan's main one, which decides no ranks.
	PaidAs   []uint8
	Achieved []uint8
	// Carry holds the carry-outs by bonus index, as Prior.Carry.
	Carry []Carry
}
