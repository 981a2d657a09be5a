package store

import (
	"upline/calc"
	"upline/calc/placement"
)

// SaleState is the state of a sale, as text of the database.
type SaleState string

// The states of a sale.
const (
	SalePending   SaleState = "PENDING"
	SaleActive    SaleState = "ACTIVE"
	SaleCancelled SaleState = "CANCELLED"
	SaleLapsed    SaleState = "LAPSED"
)

// PeriodState is the state of a period's gate.
type PeriodState string

// The states of a period.
const (
	PeriodOpen   PeriodState = "OPEN"
	PeriodFenced PeriodState = "FENCED"
	PeriodClosed PeriodState = "CLOSED"
)

// Market is a country that sales are made in.
type Market struct {
	Market, Region, Name string
}

// Vendor is a company whose service is sold.
type Vendor struct {
	VendorID, Name string
}

// Product is something that is sold. PV, CV and QV are in volume units.
type Product struct {
	ProductID, VendorID, Name, Class string
	RequiresActivation               bool
	VolumeOnPayment                  bool
	PV, CV, QV                       int64
	Billing                          calc.Billing // without a Location
	// Proration is how a billing cycle is split when a sale is changed to the product; without a mode the change has to say. The plan
	// says how money is rounded, and where days begin.
	Proration calc.Proration
}

// PlanVersion is a published plan.
type PlanVersion struct {
	PlanID        string
	Version       int32
	Name          string
	Digest        [32]byte
	Source        string
	ValidFromUS   int64
	PublishedAtUS int64
}

// NewPlan is a plan file to publish, already compiled.
type NewPlan struct {
	Plan   *calc.Plan // its Version is not set yet
	Name   string
	Source string
}

// PeriodKey names a period.
type PeriodKey struct {
	PlanID  string
	Cadence calc.Cadence
	No      int64
	Name    string
}

// Period is a period with its gate.
type Period struct {
	Key            PeriodKey
	StartUS, EndUS int64
	State          PeriodState
	RunID          string
}

// NewDistributor is a distributor to enrol. Content is what the client sent.
type NewDistributor struct {
	DistributorID, PlanID, Market, SponsorID, ParentID string
	Leg                                                int32
	// Automatic asks for a place by one of the plan's rules, where no parent is named. Without it and without a parent the plan's own
	// rule holds.
	Automatic    *AutomaticPlace
	EnrolledAtUS int64
	Registration Registration
	OwnerID      string // "": the position is its own
	Content      Content
}

// AutomaticPlace is what an enrolment says about the rule that finds its place.
type AutomaticPlace struct {
	Strategy placement.Strategy // 0: the plan's own
	Leg      int32              // 0: none
}

// PlacementOrigin says how a distributor came to the place in which they were enrolled. It is zero in a plan without a placement tree.
type PlacementOrigin struct {
	Seq          int64              // in the plan's order of placements, from 1
	Strategy     placement.Strategy // 0: the place was named
	Leg          int32              // that the strategy was told
	VolumeAsOfUS int64              // when the volumes were read that LessVolume decided by
}

// Distributor is a distributor as it stands now, or stood at a time that was asked for.
type Distributor struct {
	DistributorID, PlanID, Market, Region, SponsorID, ParentID string
	Leg                                                        int32
	EnrolledAtUS, RecordedAtUS                                 int64
	OwnerID                                                    string
	Registration                                               Registration
	Standing                                                   Standing
	// The effective times of the last change of each, 0 while it is as enrolled.
	SponsorAtUS, PlacedAtUS, StandingAtUS, RegisteredAtUS int64
	// Origin is set by Enroll, GetDistributor and ChangeNetwork.
	Origin PlacementOrigin
}

// Member is a distributor at a distance in a tree.
type Member struct {
	Distributor Distributor
	Level       int32
}

// NewSale is a sale to record. PV, CV and QV are nil where the product's count. The fee is in the price's currency; nil is none.
// Content is what the client sent.
type NewSale struct {
	Market, SaleID, OrderID, DistributorID, CustomerID, ProductID string
	PriceMinor                                                    int64
	Currency                                                      string
	FeeMinor, PV, CV, QV                                          *int64
	SoldAtUS                                                      int64
	Content                                                       Content
}

// NewEvent is an event on a sale. Content is what the client sent.
type NewEvent struct {
	Market, SaleID, EventID string
	Kind                    calc.EventKind
	EffectiveAtUS           int64
	Cycle                   int32      // of a payment or a lapse
	AmountMinor             int64      // of a payment
	Partly                  bool       // of a refund: AmountMinor is given back, and not the whole payment
	Currency                string     // of a payment
	Cause                   string     // of a cancellation
	VendorID                string     // of a move to another vendor
	SellerID                string     // of a correction of the seller
	Change                  *NewChange // of a change; its price is in Currency
	change                  *storedChange
	Content                 Content
}

// Scope limits what a caller sees. The zero value sees everything.
type Scope struct {
	VendorID      string // only sales of this vendor's products
	DistributorID string // only sales of this distributor
}

// Receipt says what one event did, the same whenever it is asked for.
type Receipt struct {
	Market, SaleID, EventID     string
	Kind                        calc.EventKind
	EffectiveAtUS, RecordedAtUS int64
	State                       SaleState
	Cycle                       int32 // of a payment or a lapse; the cycles paid of an opening
	CountedIn                   []PeriodKey
	RestatedIn                  []PeriodKey       // those in whose close a closed period of CountedIn is computed again
	Corrects                    []CorrectedPeriod // also of events that count in open periods alone
	Change                      *ChangeOutcome    // of a change
	Lines                       []Line
}

// Sale is a sale as it stands now. Times that never came are 0.
type Sale struct {
	Region, Market, SaleID, OrderID, PlanID               string
	PlanVersion                                           int32
	DistributorID, CustomerID, ProductID, VendorID, Class string
	RequiresActivation, VolumeOnPayment                   bool
	PriceMinor, FeeMinor                                  int64
	Currency                                              string
	PV, CV, QV                                            int64
	SoldAtUS                                              int64
	State                                                 SaleState
	ActivatedAtUS, CancelledAtUS                          int64
	CyclesPaid                                            int32
	MonthsPaid                                            calc.Fraction // the months of the paid cycles, as far as they were not given back
	TermsFromUS                                           int64         // since when product and price are what they are; 0 since it was sold
	Billing                                               calc.Billing  // without a Location
	DueAtUS                                               int64         // when it lapses unless the next cycle is paid; 0 for never
	NextCycle                                             int32         // 0 once it is over
	RecordedAtUS                                          int64
}

// SaleFilter selects sales of a market. Empty fields select all.
type SaleFilter struct {
	Market, DistributorID, OrderID string
	State                          SaleState
	Scope                          Scope
}

// Line is one commission amount. A period's line has RunID, an event's line SaleID, EventID and LineNo.
type Line struct {
	DistributorID, Bonus, Kind string // Kind: COMMISSION, REVERSAL, OPENING; of runs ROUNDING, ADJUSTMENT, PIECES, RESTATED, too
	Market, SaleID, EventID    string
	LineNo                     int32
	RunID                      string
	Corrects                   PeriodKey // the closed period that a RESTATED line corrects, in the run of the same cadence
	Level, Part                int32
	Base                       int64
	BaseUnit                   string // "", VOLUME, MONEY, COUNT
	Point                      calc.Fraction
	Rate                       int64
	Factor                     string // "" when the line has none beside Point
	FactorPart                 calc.Fraction
	Factors                    string // of a run's line: `name=1/2;other=3/4`, in the order in which they were applied
	AmountMinor                int64
	Currency                   string
	PlanID                     string
	PlanVersion                int32
	Period                     PeriodKey
	VendorID                   string // of an event's line, who provided the sale's service when it was posted
	Origin                     string // of an event's line, what it is posted for, and whose sale: "live@ann", "cycle:3@ann"
	ReversesEventID            string
	ReversesLineNo             int32
	RecordedAtUS               int64
	TallyNo                    int64 // of an event's line, the tally of its period that it belongs to
}

// EarningsQuery asks for a distributor's earnings.
type EarningsQuery struct {
	DistributorID string
	Cadence       calc.Cadence // 0: the plan's main cadence
	Period        string       // "": the one running now
	PageSize      int
	After         string // cursor of the page before
}

// EarningsTotal sums lines of one currency.
type EarningsTotal struct {
	Bonus, Currency                                                  string
	EarnedMinor, ReversedMinor, PostedMinor, HeldMinor, PayableMinor int64
	UnearnedMinor                                                    int64 // of PostedMinor: advances that paid cycles have not earned yet
	CompanyMinor                                                     int64 // of who is terminated, where the plan gives it to the company
	LineCount                                                        int64
}

// CarryOut is volume carried into the next period, in volume units.
type CarryOut struct {
	Bonus       string
	Left, Right int64
}

// Earnings is what a distributor earned in a period. Totals are by currency, ByBonus by bonus and currency, both in byte order.
type Earnings struct {
	DistributorID   string
	Period          Period
	Totals, ByBonus []EarningsTotal
	Lines           []Line
	Next            string // cursor of the next page; "" on the last
	PendingSales    int32
	PaidAs          string
	Achieved        string
	CarryOuts       []CarryOut
	AsOfUS          int64
}

// RunState is the state of a run.
type RunState string

// The states of a run. A preview is not kept.
const (
	RunRunning   RunState = "RUNNING"
	RunWaiting   RunState = "WAITING" // computed and written, and outside of limits that its plan wants confirmed
	RunPosted    RunState = "POSTED"
	RunPreviewed RunState = "PREVIEWED"
	RunCancelled RunState = "CANCELLED"
)

// RunPhase says where a run stands.
type RunPhase string

// The phases of a run, in order.
const (
	PhaseFencing   RunPhase = "FENCING"
	PhaseReading   RunPhase = "READING"
	PhaseComputing RunPhase = "COMPUTING"
	PhaseWriting   RunPhase = "WRITING"
	PhaseWaiting   RunPhase = "WAITING" // for a confirmation
	PhasePosting   RunPhase = "POSTING" // the flip, which is too short to be kept as a phase
	PhaseDone      RunPhase = "DONE"
)

// RunTotal counts a bonus's lines and their sum, or with kind RANK the distributors paid as a rank.
type RunTotal struct {
	Name        string
	Count       int64
	AmountMinor int64
}

// Run is one computation of a period.
type Run struct {
	RunID                     string
	Key                       int64 // what rows of the run are keyed by
	Period                    Period
	State                     RunState
	Phase                     RunPhase
	Attempt                   int32
	ChunksDone, ChunksTotal   int32
	PlanVersion               int32
	EngineVersion             string
	InputDigest, OutputDigest []byte
	Distributors, LineCount   int64
	VolumeCV                  int64
	Currency                  string
	Totals, Ranks             []RunTotal
	Restated                  []RestatedTotal // what it corrects of closed periods
	Liability                 *RunLiability   // nil where its plan wants nothing confirmed, and until it is computed
	Confirmation              *Confirmation   // of what it came to; nil where nobody has confirmed it
	StartedAtUS, PostedAtUS   int64
}

// OpeningKind is the kind of an opening entry.
type OpeningKind string

// The kinds of opening entries.
const (
	OpeningRank    OpeningKind = "RANK"
	OpeningCarry   OpeningKind = "CARRY"
	OpeningBalance OpeningKind = "BALANCE"
	OpeningAdvance OpeningKind = "ADVANCE"
	OpeningService OpeningKind = "SERVICE"
)

// OpeningEntry is one fact of the opening state.
type OpeningEntry struct {
	EventID, DistributorID string
	Kind                   OpeningKind
	Rank                   string // RANK
	Bonus                  string // CARRY, ADVANCE
	Left, Right            int64  // CARRY, volume units
	AmountMinor            int64  // BALANCE, ADVANCE
	Currency               string // BALANCE, ADVANCE
	// Sale is the running service of an ADVANCE or a SERVICE; its SoldAtUS is when it went live.
	Sale       NewSale
	CyclesPaid int32
	Content    Content
}
