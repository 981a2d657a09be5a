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
}

// EventInput is what the lines of one sale event depend on: the sale and the slice of the tree above it.
type EventInput struct {
	Plan *Plan
	// Sponsor and Placement are the ways up in the two trees, each beginning with the seller. They reach as far up as EventNeeds
	// asks, or to the top.
	// The placement chain is not looked at when the plan has no placement tree.
	Sponsor, Placement []ChainMember
	PV, CV, QV         int64 // volume units
	PriceMinor         int64
	FeeMinor           int64
	Count              int64  // the number of sales that it stands for; 0 means 1
	Class              string // product class
	CycleMonths        int32  // months in a billing cycle, which volumes and price are of; 0 means 1
	// Cycle is the billing cycle that was paid, from 1; 0 when the sale goes live.
	Cycle int32
	// Customers is how many customers of the seller have a live sale, where EventNeeds asks for it.
	Customers int64
}

// EventLine is a commission of a sale event.
type EventLine struct {
	Bonus     int  // index into Plan.Bonuses
	Placement bool // whether Distance counts in the placement tree
	Distance  int  // index of the earner in the chain; 0 is the seller
	Level     uint16
	Base      int64 // volume units, or minor units where the bonus's base is price
	Rate      int64
	Months    int32 // months of an advance; 1 elsewhere
	// Factor is what base × rate is multiplied by: the billing cycles of an advance, its months ÷ the months of a cycle, or what is
	// left of a rate; One elsewhere, where it has no name.
	Factor      Fraction
	FactorName  string
	AmountMinor int64
}
