package calc

// Fact is a kind of thing that a condition can ask about a distributor in a period.
type Fact uint8

// The facts. What stands in brackets is their argument, as FactKey holds it.
const (
	FactOwn             Fact = iota // own volume [Volume, N periods, this one included; 0 and 1 mean this one]
	FactGroup                       // volume of the distributor and the sponsor downline [Volume, N levels; 0 means all]
	FactCapped                      // own volume and that of each sponsor leg, none counting more than a limit [Volume, N]
	FactLeg                         // volume of the N-th largest sponsor leg [Volume, N]
	FactLeft                        // volume of the left leg of the placement tree [Volume]
	FactRight                       // volume of the right leg [Volume]
	FactWeaker                      // volume of the weaker leg [Volume]
	FactStronger                    // volume of the stronger leg [Volume]
	FactCompany                     // volume of the whole company [Volume]
	FactCustomers                   // customers who bought [Volume, N: with at least so much of it each]
	FactFrontline                   // distributors sponsored directly
	FactDownline                    // distributors in the sponsor downline
	FactMonthsEnrolled              // whole months from enrolment to the end of the period
	FactDaysEnrolled                // whole days from enrolment to the end of the period
	FactKind                        // whether the kind of registration is the one named [Name]
	FactMarket                      // whether the market is the one named [Name]
	FactTag                         // whether the distributor has a licence or another tag [Name]
	FactAchieved                    // whether the rank was reached in an earlier period [Rank]
	FactPaidAsBefore                // whether paid as the rank in the last closed period of the main cadence [Rank]
	FactHeld                        // consecutive periods, up to the last closed one, of being paid as the rank [Rank]
	FactActive                      // whether active in the period
	FactActiveFrontline             // active distributors sponsored directly
	FactActiveDownline              // active distributors in the sponsor downline
	FactActiveLeft                  // active distributors sponsored directly who stand in the left leg
	FactActiveRight                 // active distributors sponsored directly who stand in the right leg
	FactLegsWith                    // sponsor legs with anybody paid as the rank [Rank]
	FactFrontlineWith               // distributors sponsored directly who are paid as the rank [Rank]
	FactDownlineWith                // distributors in the downline who are paid as the rank [Rank]
	FactPaidAs                      // whether paid as the rank in this period [Rank]
	FactEarned                      // what a bonus pays the distributor in the period [Bonus]
	FactPlan                        // a fact of the plan's own making [Own]
	factCount
)

// FactKey is a fact with its arguments. Ranks count as the rank named or a higher one.
type FactKey struct {
	Fact   Fact
	Rank   uint8  // rank number
	Volume Base   // number of a volume
	Name   uint16 // number of a word of Plan.Names, the index of a bonus, or the index of a fact of the plan's own making
	N      int64
}

// stageOf is when in the course of a period a fact is known.
type stageOf uint8

const (
	fromStart stageOf = iota // before anything is decided
	afterActive
	// inRanks facts rest on who below is paid as what. They are known, for one distributor after the other, while ranks are decided
	// from the bottom up.
	inRanks
	// afterRanks facts rest on the distributor's own rank, and on the ranks of those below.
	afterRanks
	// afterAllRanks facts rest on ranks of people who stand anywhere.
	afterAllRanks
	afterBonuses
)

// stage says when the fact alone, without what its plan's own expressions read, is known.
func (f Fact) stage() stageOf {
	switch f {
	case FactActive, FactActiveFrontline, FactActiveDownline, FactActiveLeft, FactActiveRight:
		return afterActive
	case FactLegsWith, FactFrontlineWith, FactDownlineWith:
		return inRanks
	case FactPaidAs:
		return afterRanks
	case FactEarned:
		return afterBonuses
	}
	return fromStart
}

// Boolean tells that a fact is a condition and not a number.
func (f Fact) boolean() bool {
	switch f {
	case FactKind, FactMarket, FactTag, FactAchieved, FactPaidAsBefore, FactActive, FactPaidAs:
		return true
	}
	return false
}

// placed tells that the fact reads the placement tree.
func (f Fact) placed() bool {
	switch f {
	case FactLeft, FactRight, FactWeaker, FactStronger, FactActiveLeft, FactActiveRight:
		return true
	}
	return false
}

// Over says whom a fact of the plan's own making is made up from.
type Over uint8

// Whom a fact is made up from.
const (
	OverSelf Over = iota // the distributor: the fact is an expression
	OverFrontline
	OverDownline
	OverGroup
	OverLegs
	OverPositions
)

// Fold says what is made of those whom a fact is over.
type Fold uint8

// What is made of them.
const (
	FoldCount Fold = iota
	FoldSum
	FoldMax
)

// PlanFact is a fact of the plan's own making.
type PlanFact struct {
	Name string
	// Holds is set where the fact is a condition, Value where it is a number: of the distributor with OverSelf, else of each of those
	// whom the fact is over.
	Holds *Condition
	Value *Number
	Over  Over
	Fold  Fold
	// Where says who counts, Until who does not count and ends the leg; nil: everybody, nobody.
	Where, Until *Condition
	Depth        int32 // levels below; 0: all
	// AtMost bounds what one of them counts in a sum; a number of the distributor who asks. nil: no bound.
	AtMost *Number
}

// Slot is the place of a fact's column.
type Slot int32

// FactTable holds the facts that a plan reads, each in a slot. It is filled while a plan is made and then only read.
type FactTable struct {
	keys  []FactKey
	infos []slotInfo
	slots map[FactKey]Slot
	own   []PlanFact
}

type slotInfo struct {
	digits  int32
	boolean bool
}

// NewFactTable gives an empty table.
func NewFactTable() *FactTable { return &FactTable{slots: map[FactKey]Slot{}} }

// Slot gives the slot of a fact. digits is the number of decimals of its values: those of the volume or currency that it speaks of.
func (t *FactTable) Slot(key FactKey, digits int32) Slot {
	if s, ok := t.slots[key]; ok {
		return s
	}
	s := Slot(len(t.keys))
	t.slots[key] = s
	t.keys = append(t.keys, key)
	t.infos = append(t.infos, slotInfo{digits: digits, boolean: key.Fact.boolean()})
	return s
}

// Add makes a fact of the plan's own making, which reads only facts that are in the table before it, and gives its slot.
func (t *FactTable) Add(f PlanFact) Slot {
	digits := int32(0)
	if f.Value != nil && (f.Over == OverSelf || f.Fold != FoldCount) {
		digits = f.Value.Digits()
	}
	key := FactKey{Fact: FactPlan, Name: uint16(len(t.own))}
	t.own = append(t.own, f)
	s := t.Slot(key, digits)
	t.infos[s].boolean = f.Over == OverSelf && f.Holds != nil
	return s
}

// Key gives the fact in a slot.
func (t *FactTable) Key(s Slot) FactKey { return t.keys[s] }

// Digits gives the number of decimals of the values in a slot.
func (t *FactTable) Digits(s Slot) int32 { return t.infos[s].digits }

// Boolean tells that a slot holds a condition: 0 and 1.
func (t *FactTable) Boolean(s Slot) bool { return t.infos[s].boolean }

// Own gives the plan's own fact in a slot; nil where another kind of fact is there.
func (t *FactTable) Own(s Slot) *PlanFact {
	if t.keys[s].Fact != FactPlan {
		return nil
	}
	return &t.own[t.keys[s].Name]
}

func (t *FactTable) len() int {
	if t == nil {
		return 0
	}
	return len(t.keys)
}
