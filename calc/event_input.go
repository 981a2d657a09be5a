package calc

// ChainMember is one distributor on the way up from a seller.
type ChainMember struct {
	// Rank is the rank number paid as in the last closed period of the main cadence; before the first close, the one achieved in
	// the opening state.
	Rank uint8
	// Inactive tells that the distributor was not active in the last closed period of the main cadence. Before the first close
	// everybody counts as active, as they do in a plan that has no condition for it.
	Inactive bool
	// Market is the number of the distributor's market in Plan.Names.Markets; 0 for any other.
	Market uint16

	// What follows is read where EventNeeds asks for it.

	// Achieved is the highest rank number achieved up to the last closed period; Rank counts as achieved in any case.
	Achieved uint8
	// Kind is the number of the kind of registration in Plan.Names.Kinds at the time of the event, 0 for any other, and Tags has bit k-1
	// for number k of Plan.Names.Tags.
	Kind         uint16
	Tags         uint64
	EnrolledAtUS int64
	// Held is for how many periods in a row, up to the last closed one, the distributor was paid as each of the ranks that HeldAtEvents
	// lists, in its order; nil: for none.
	Held []int64
}

// EventInput is what the lines of one sale event depend on: the sale and the slice of the tree above it.
type EventInput struct {
	Plan *Plan
	// AtUS is when the sale goes live, changes, or its cycle is paid: the time that months and days of enrolment are counted to.
	AtUS int64
	// Sponsor and Placement are the ways up in the two trees, each beginning with the seller. They reach as far up as EventNeeds
	// asks, or to the top.
	// The placement chain is not looked at when the plan has no placement tree.
	Sponsor, Placement []ChainMember
	PV, CV, QV         int64 // volume units
	PriceMinor         int64
	FeeMinor           int64
	Count              int64  // the number of sales that it stands for; 0 means 1
	Class              string // product class
	// Market is the number of the sale's market in Plan.Names.Markets, and SellerBought tells that the seller bought, no customer.
	Market       uint16
	SellerBought bool
	// Sold are the values that the sale was recorded with, by which volumes choose sales of a size, whatever changes have made of it since;
	// nil: those of this input.
	Sold        *SaleValues
	CycleMonths int32 // months in a billing cycle, which volumes and price are of; 0 means 1
	// Cycle is the billing cycle that was paid, from 1; 0 when the sale goes live.
	Cycle int32
	// Part says that not a sale is paid, but what a change of it adds; Taken that it is what the change takes away: of volumes and prices
	// those below zero are paid, and the lines are below zero.
	Part  EventPart
	Taken bool
	// Span are the months that the rest of an advance is for.
	Span MonthSpan
	// Customers is how many customers of the seller have a live sale, where EventNeeds asks for it.
	Customers int64
}

// EventPart is what lines of an event are for.
type EventPart uint8

// The parts.
const (
	// EventWhole is a sale, or a paid cycle of it.
	EventWhole EventPart = iota
	// EventDifference is what a change charges less what it credits: all bonuses but advances are paid on it. It is no sale, so amounts
	// for each sale are not paid again.
	EventDifference
	// EventRest is what a change leaves to pay of an advance: the months of Span, at a price that is the difference of both.
	EventRest
)

// skips tells that a part pays nothing of a bonus.
func (in *EventInput) skips(b *Bonus) bool {
	months := b.MonthsAdvanced()
	switch in.Part {
	case EventDifference:
		return months > 0
	case EventRest: // what matches advances is paid with them
		return months == 0 && b.Matching == nil || months > 0 && in.Span.Left(months).Num == 0
	case EventWhole:
	}
	return false
}

// side is what counts of a value in a part.
func (in *EventInput) side(value int64) int64 {
	switch {
	case in.Part == EventWhole:
		return value
	case in.Taken:
		return max(0, -value)
	}
	return max(0, value)
}

// EventLine is a commission of a sale event.
type EventLine struct {
	Bonus     int  // index into Plan.Bonuses
	Placement bool // whether Distance counts in the placement tree
	Distance  int  // index of the earner in the chain; 0 is the seller
	Level     uint16
	Base      int64 // volume units, or minor units where the bonus's base is price
	Rate      int64
	Months    Months // of an advance; one elsewhere
	// Factor is what base × rate is multiplied by: the billing cycles of an advance, its months ÷ the months of a cycle, or what is
	// left of a rate; One elsewhere, where it has no name.
	Factor      Fraction
	FactorName  string
	AmountMinor int64
}
