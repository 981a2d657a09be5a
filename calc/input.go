package calc

// Network is the trees of n distributors, columnar. Rows may stand in any order; the store gives them in byte order of the ids.
// -1 means none. Columns after the first four are optional: nil means what their comment says.
type Network struct {
	Sponsor      []int32
	Parent       []int32 // placement; nil when the plan has no placement tree
	Leg          []uint8 // 1..width; 0 for a top
	EnrolledAtUS []int64

	Owner  []int32  // row of the position that stands for the owner; nil: everybody owns one position
	Market []uint16 // number in Plan.Names.Markets; nil: 0
	Kind   []uint16 // number in Plan.Names.Kinds; nil: 0
	Tags   []uint64 // bit k-1 for number k of Plan.Names.Tags; nil: none
	Unpaid []bool   // who is never active, has no rank and is paid nothing, as the terminated; nil: nobody
	Joined []int32  // place in the order of joining, for what is counted by it; nil: the order of EnrolledAtUS, then of the rows
}

// unpaid tells whether somebody is paid nothing whatever the plan says.
func (n *Network) unpaid(row int32) bool { return n.Unpaid != nil && n.Unpaid[row] }

// Volumes are the counted entries of a period: what sale events add to, or take from, their sellers' volumes. Columns after the first
// four are optional: nil means what their comment says, and is refused where the plan asks for the column.
type Volumes struct {
	Seller     []int32
	PV, CV     []int64 // volume units; negative where volume is taken back
	PriceMinor []int64 // minor units of the plan's currency

	QV           []int64  // nil: 0
	FeeMinor     []int64  // nil: 0
	Count        []int32  // what the entry counts as a number of sales: 1, or −1 where it takes one back; nil: 1, or −1 for a negative price or volume
	Class        []uint16 // number in Plan.Names.Classes
	Market       []uint16 // of the sale, number in Plan.Names.Markets
	Buyer        []int32  // number of the customer; -1 where the seller bought
	AtUS         []int64  // effective time
	BuyerSinceUS []int64  // time of the buyer's first purchase
	Cycle        []int32  // billing cycle, from 1
	First        []uint16 // bit k where it is the buyer's first sale of the k-th set of Plan.FirstSets
	Sized        []uint64 // bit k where the sale has the k-th size of Plan.SaleSizes: SizeBits of what it was recorded with
}

// Posted are lines that events of the period have posted, for caps that bound them with others. A cap takes nothing of them back: it
// posts adjustments.
type Posted struct {
	Earner      []int32
	Bonus       []uint16
	AmountMinor []int64
}

// Earned is what bonuses of shorter cadences have paid in all of their closed periods that ended within this one: after its start, up to its
// end. Matching bonuses that match them are computed from it. Several entries of one earner and bonus add up.
type Earned struct {
	Earner      []int32
	Bonus       []uint16
	AmountMinor []int64
}

// Adjustments are paid, or taken, by hand.
type Adjustments struct {
	Earner      []int32
	Bonus       []uint16 // index of a manual bonus
	AmountMinor []int64
}

// Prior is the state before the period, by distributor.
type Prior struct {
	// Achieved is the highest rank number ever achieved; nil means none for everybody.
	Achieved []uint8
	// PaidAs is the rank number paid as in the last closed period of the main cadence. nil means that there is none yet, and
	// Achieved stands in for it: a company that comes with ranks goes by them from the first day. Whoever comes with a rank counts as
	// having reached it then, and those below it: it need not be held anew, and its grace begins. So do those of PaidAs where State is
	// nil, which says that no period of the cadence has been closed.
	PaidAs []uint8
	// Active tells who was active in the last closed period of the main cadence. nil means that there is none yet, and everybody
	// counts as active, as they do in a plan that has no condition for it.
	Active []bool
	// State is what the last closed period of the same cadence carried out.
	State State
}

// State is what goes on from a period to the next one of its cadence beside ranks: columns by row, under keys that the plan's rules
// make. A missing column is zero for everybody. A key that begins with "company:" has one entry.
type State map[string][]int64

// keep stores a column, unless it is zero throughout.
func (s State) keep(key string, column []int64) {
	for _, v := range column {
		if v != 0 {
			s[key] = column
			return
		}
	}
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
	// Posted are the event lines of the period that the plan's caps bound, and Adjustments what is paid by hand.
	Posted      Posted
	Adjustments Adjustments
	// Earned is what EarnedFrom asks for.
	Earned Earned
	// Threads is how many are used at most; 0 means as many as there are processors. The result does not depend on it.
	Threads int
	// Trace asks for Output.Flows.
	Trace bool
}

// LineKind says what a line is.
type LineKind uint8

// The kinds of lines.
const (
	// LineCommission is base × rate × factors.
	LineCommission LineKind = iota
	// LineRounding makes a sum right that is rounded as a whole, or gets a minor unit that is left of an allocation. It has an
	// amount alone.
	LineRounding
	// LineAdjustment moves money: its base is minor units, whatever the unit of the bonus. It corrects lines that events have posted by
	// what a cap takes, base being what they posted together, shares what an earlier period has left of a pool, or passes on what a
	// guarantee takes from one distributor and gives another, base being that and the rate 1 or −1. It is at most its base.
	LineAdjustment
	// LinePieces is a commission whose base counts pieces and whose rate is minor units for each, whatever the unit of the bonus.
	LinePieces
)

// Lines are commission lines, columnar, ordered by earner, bonus index, level, part and kind.
type Lines struct {
	Earner []int32
	Bonus  []uint16 // index into Plan.Bonuses
	Level  []uint16 // 0 where the bonus has none
	// Part tells lines of one level apart that have different rates: brackets, steps of a differential, ranks.
	Part        []uint16
	Kind        []LineKind
	Base        []int64 // in the unit of the bonus
	Rate        []int64 // in 10⁻⁹, or minor units for each piece where the unit is UnitCount
	Factor      []int32 // index into Factors; 0: none
	AmountMinor []int64
	// Factors are what base × rate is multiplied by, before the one rounding. Factors[0] is none.
	Factors []Factor
}

// Factor is one factor of a line, and leads on to those before it.
type Factor struct {
	// Name says where it comes from: the name of a cap, or of a rule of the bonus.
	Name string
	Fraction
	Next int32 // index of another factor of the line; 0: there is none
}

// Len is the number of lines.
func (l *Lines) Len() int { return len(l.Earner) }

// FactorsOf lists the factors of a line, in the order in which they were applied.
func (l *Lines) FactorsOf(line int) []Factor {
	var factors []Factor
	for k := l.Factor[line]; k != 0; k = l.Factors[k].Next {
		factors = append(factors, l.Factors[k])
	}
	for i, j := 0, len(factors)-1; i < j; i, j = i+1, j-1 {
		factors[i], factors[j] = factors[j], factors[i]
	}
	return factors
}

// Output is the result of a period.
type Output struct {
	Lines Lines
	// Active tells who is active: in this period when the cadence is the plan's main one, else as Prior has it.
	Active []bool
	// PaidAs and Achieved are rank numbers after the period; nil when the cadence is not the plan's main one, which decides no ranks.
	PaidAs   []uint8
	Achieved []uint8
	// State is what the next period of the cadence goes on from.
	State State
	// ReEntries are the rows whose full matrix lets them enter again, in order of rows, once for each entry.
	ReEntries []int32
	// Flows tell what became of leg volume under each binary bonus, in the order of the plan; nil unless the input asks for them.
	Flows []BinaryFlow
}
