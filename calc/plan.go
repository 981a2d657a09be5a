package calc

import "time"

// Plan is one version of a compensation plan, ready to compute with. It is immutable and safe for concurrent use.
//
// A plan with market overrides has variants: variant 0 is the plan as it stands, the others are those of its overrides, in the
// order of the file. A distributor's variant and rank number together are the standing, by which rates are looked up.
type Plan struct {
	ID          string
	Version     int32
	Digest      [32]byte
	Currency    string
	MinorDigits int32 // decimals of Currency: 2 for USD
	Location    *time.Location
	// WeeksFrom is the number of a week, by WeekOf, that a period of two and one of four weeks begin with: those before and after follow.
	WeeksFrom   int64
	ValidFromUS int64
	Main        Cadence
	Rounding    Rounding
	// RoundingAt says what Rounding is applied to. Lines of a plan that rounds sums are rounded to the minor unit.
	RoundingAt RoundingAt
	// PointValue turns volume units (10⁻⁴ points) into minor units of Currency.
	PointValue Fraction
	// PointValues are those of the variants, when there are any; PointValues[0] is PointValue.
	PointValues []Fraction
	// PlacementWidth is the number of legs in the placement tree; 0 when the plan has none, 2 for a binary tree.
	PlacementWidth int32
	// PlacementDepth is how deep the placement tree may be, 0 for any depth.
	PlacementDepth int32
	// Placing says how those are placed who are enrolled without a place; nil when everybody's place has to be named.
	Placing *Placing
	// Names are the words of the input that the plan knows: an input speaks of them by number.
	Names Names
	// VariantOfMarket gives a distributor's variant by the number of the market, 0 being that of all markets without an override; nil
	// when there are no overrides.
	VariantOfMarket []uint8
	// Volumes are those of the plan's own making, behind the built-in ones: volume number VolumeBuiltIn+k is Volumes[k].
	Volumes []Volume
	// Facts holds every fact that a condition or number of the plan reads.
	Facts *FactTable
	// Active decides who is active in a period; nil means everybody.
	Active          *Condition
	Ranks           []Rank // lowest first; rank number k is Ranks[k-1], 0 is no rank
	Bonuses         []Bonus
	Caps            []Cap
	Late            LatePolicy
	CancelledVolume CancelledVolume
	Restating       Restating
	Terminations    Terminations
	// Liability says how much a period may pay before its close has to be confirmed; nil: any amount.
	Liability *Liability
	// Exchange holds the plan's own rates; nil when all money is in Currency. ExchangeOnce tells that conversions are rounded only
	// when they are paid out.
	Exchange     *Rates
	ExchangeOnce bool
	PayoutPer    PayoutPer

	// checked tells that Check has found nothing wrong, and atEvents are then the bonuses paid at events in the order of computing;
	// slotsAtEvents are the facts that they read, those paid when a sale goes live first and then those paid at payments.
	checked       bool
	atEvents      []task
	slotsAtEvents [2][]Slot
}

// Names are words that inputs speak of by number: number k is the word at index k-1, and 0 stands for any other word and for none.
type Names struct {
	Classes []string // product classes
	Markets []string // ISO 3166 country codes
	Kinds   []string // kinds of registration
	Tags    []string // licences and the like; at most 64
}

// WordNumber gives a word's number in a list of Names, or 0.
func WordNumber(words []string, word string) uint16 {
	for i, w := range words {
		if w == word {
			return uint16(i + 1)
		}
	}
	return 0
}

// Variants is the number of variants: 1 without overrides.
func (p *Plan) Variants() int { return max(1, len(p.PointValues)) }

// Standing is the index into tables by standing.
func (p *Plan) Standing(variant, rank uint8) int { return int(variant)*(len(p.Ranks)+1) + int(rank) }

// Standings is the number of standings.
func (p *Plan) Standings() int { return p.Variants() * (len(p.Ranks) + 1) }

// Rank is a rank of a plan.
type Rank struct {
	Name string
	When *Condition // nil: always holds
	// HoldPeriods is the number of consecutive periods, the present one included, in which When must hold; 0 and 1 mean at once.
	HoldPeriods int32
	// GracePeriods is for how many periods whoever was paid as the rank stays so after When has ceased to hold.
	GracePeriods int32
}

// Pays says when a bonus posts its lines.
type Pays uint8

// When a bonus posts its lines.
const (
	PaysPeriod Pays = iota
	PaysEvent
)

// Terminations says what becomes of the amounts and the downline of who is terminated.
type Terminations uint8

// The rules for terminations. The engine knows RollUp alone, by an input that has the downline moved up already and lists those who are
// not paid; the others are decided when amounts are payable.
const (
	TerminationsHold Terminations = iota
	TerminationsRollUp
	TerminationsCompany
)

// LatePolicy says where an event counts whose period is no longer open.
type LatePolicy uint8

// Where a late event counts.
const (
	LateCurrent LatePolicy = iota // in the earliest open period
	LateNone                      // in no volume
	LateRestate                   // in its own period, which is computed again
)

// CancelledVolume says what a cancellation does to volume already counted.
type CancelledVolume uint8

// What a cancellation does to volume.
const (
	CancelledVolumeCurrent CancelledVolume = iota // negative volume in the period of the cancellation
	CancelledVolumeNone                           // volume stays
	CancelledVolumeRestate                        // volume is taken back where it was counted
)

// Restate says for whom a bonus is corrected when a closed period is computed again.
type Restate uint8

// For whom a bonus is corrected.
const (
	RestateAll    Restate = iota // everybody whose amount differs
	RestateUpline                // those whose sales or places were corrected, and everybody above them in either tree
	RestateNone                  // nobody
)

// Restating says how far corrections of closed periods go.
type Restating struct {
	// MaterialityMinor is the least that corrections of one distributor come to together, their signs left aside; what is below is
	// not posted.
	MaterialityMinor int64
	// PeriodsMax is how many periods before the earliest open one are computed again at most; 0 means all. What belongs to an earlier
	// one counts in the open period.
	PeriodsMax int32
}

// RoundingAt says what is rounded.
type RoundingAt uint8

// What is rounded.
const (
	RoundLines RoundingAt = iota
	RoundBonuses
	RoundTotals
)

// PayoutPer says what is converted to a distributor's currency as one.
type PayoutPer uint8

// What is converted as one.
const (
	PayoutPerLine PayoutPer = iota
	PayoutPerBonus
	PayoutPerTotal
)

// Inactive says whether a bonus pays those who are not active.
type Inactive uint8

// Whether the inactive are paid.
const (
	InactiveAsKind Inactive = iota // as the kind of bonus says
	InactivePaid
	InactiveUnpaid
)

// Bonus is one rule that pays. Exactly one of the kinds is set.
type Bonus struct {
	Name string
	Pays Pays
	// AtPayments tells of a bonus that pays at events that it pays with every paid cycle, and not when the sale goes live.
	AtPayments bool
	// EventVersion tells of a bonus that pays at events that what happens to a sale later is of the version that is in force then.
	EventVersion bool
	Cadence      Cadence
	// When is a condition on the earner; nil for everybody.
	When *Condition
	// Variants tells, by variant, whether the bonus is paid there; nil: everywhere.
	Variants []bool
	// Markets tells, by market number, whose earners are paid; nil: everybody's.
	Markets  []bool
	Inactive Inactive
	// Rounding is the bonus's own; nil: the plan's.
	Rounding *Rounding
	// Restate says for whom the bonus is corrected in closed periods.
	Restate Restate

	Direct       *Direct
	Residual     *Residual
	Advance      *Advance
	Unilevel     *Unilevel // also a fast start and a revenue share, which differ in volume and conditions only
	Differential *Differential
	Generation   *Generation
	Matching     *Matching
	Binary       *Binary
	Matrix       *Matrix
	Pool         *Pool
	RankBonus    *RankBonus
	Manual       *Manual
}

// ClawbackMode says how much of an event's line a cancellation takes back.
type ClawbackMode uint8

// How much is taken back.
const (
	ClawbackNone ClawbackMode = iota
	ClawbackFull
	ClawbackWithinDays
	ClawbackMonthsPaid
	ClawbackBands
)

// ClawbackBand is a stretch of whole months that a sale was live, its end included, and the rate that is taken back.
type ClawbackBand struct {
	ToMonths int32
	Rate     int64
}

// Clawback is the schedule of taking back.
type Clawback struct {
	Mode  ClawbackMode
	Days  int32          // for ClawbackWithinDays
	Bands []ClawbackBand // for ClawbackBands, going up; nothing is taken back after the last
	// Location is where the months of Bands are counted; nil means UTC.
	Location *time.Location
}
