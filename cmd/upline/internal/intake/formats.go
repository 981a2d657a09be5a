package intake

import "upline/calc/simulate"

// The columns of the files, by their places in their formats.
const (
	networkID = iota
	networkSponsor
	networkEnrolled
	networkMarket
	networkParent
	networkLeg
	networkOwner
	networkKind
	networkTags
)

const (
	serviceDistributor = iota
	serviceMarket
	serviceSale
	serviceCustomer
	serviceProduct
	servicePrice
	serviceCurrency
	serviceCycles
	serviceActivated
	serviceID
	// Of advances.csv only, in the place of the id.
	advanceBonus  = serviceID
	advanceAmount = serviceID + 1
	advanceID     = serviceID + 2
)

const (
	rankDistributor = iota
	rankRank
	rankID
)

const (
	carryDistributor = iota
	carryBonus
	carryLeft
	carryRight
	carryID
)

const (
	balanceDistributor = iota
	balanceAmount
	balanceCurrency
	balanceID
)

const (
	totalFile = iota
	totalName
	totalCurrency
	totalValue
)

const eventIDMeaning = "id of the entry, unique in the plan; without it, one is made of "

var networkFormat = simulate.Format{
	File: "network.csv", About: "one distributor, in any order",
	Columns: []simulate.Column{
		networkID:       {Name: "id", Needed: true, Meaning: "the distributor's id: 1 to 64 of A-Z a-z 0-9 . _ : -"},
		networkSponsor:  {Name: "sponsor", Needed: true, Meaning: "id of the sponsor, in the file or enrolled already; empty for the top of a tree"},
		networkEnrolled: {Name: "enrolled", Needed: true, Meaning: "when the distributor joined"},
		networkMarket:   {Name: "market", Needed: true, Meaning: "country, two capital letters of ISO 3166, that the catalog has"},
		networkParent:   {Name: "parent", Meaning: "id of the placement parent; empty, the place is found by the plan's rule, in the order of joining"},
		networkLeg:      {Name: "leg", Meaning: "leg of the parent, a number from 1"},
		networkOwner:    {Name: "owner", Meaning: "who owns the position, where one owner has several"},
		networkKind:     {Name: "kind", Meaning: "kind of registration, as conditions ask by kind(\"…\")"},
		networkTags:     {Name: "tags", Meaning: "licences and the like, separated by spaces"},
	},
}

// serviceColumns are those that services and advances have in common.
func serviceColumns(more ...simulate.Column) []simulate.Column {
	return append([]simulate.Column{
		serviceDistributor: {Name: "distributor", Needed: true, Meaning: "id of the distributor who sold it"},
		serviceMarket:      {Name: "market", Needed: true, Meaning: "the customer's country"},
		serviceSale:        {Name: "sale", Needed: true, Meaning: "id of the sale, unique in its market"},
		serviceCustomer:    {Name: "customer", Needed: true, Meaning: "id of the customer"},
		serviceProduct:     {Name: "product", Needed: true, Meaning: "id of the product"},
		servicePrice:       {Name: "price", Needed: true, Meaning: "price of one billing cycle"},
		serviceCurrency:    {Name: "currency", Meaning: "the price's currency; without it, the plan's"},
		serviceCycles:      {Name: "cycles_paid", Meaning: "billing cycles paid so far: 1 to this many; without it, 0"},
		serviceActivated:   {Name: "activated", Needed: true, Meaning: "when the service went live"},
	}, more...)
}

var servicesFormat = simulate.Format{
	File: "services.csv", About: "one open service without a running advance",
	Columns: serviceColumns(simulate.Column{Name: "id", Meaning: eventIDMeaning + "market and sale"}),
}

var advancesFormat = simulate.Format{
	File: "advances.csv", About: "one open service whose advance is still being earned",
	Columns: serviceColumns(
		simulate.Column{Name: "bonus", Needed: true, Meaning: "the bonus that paid months in advance"},
		simulate.Column{Name: "advanced", Needed: true, Meaning: "the amount that was advanced, in the plan's currency"},
		simulate.Column{Name: "id", Meaning: eventIDMeaning + "market and sale"}),
}

var ranksFormat = simulate.Format{
	File: "ranks.csv", About: "the highest rank that one distributor has achieved",
	Columns: []simulate.Column{
		rankDistributor: {Name: "distributor", Needed: true, Meaning: "id of the distributor"},
		rankRank:        {Name: "rank", Needed: true, Meaning: "the rank, as the plan names it"},
		rankID:          {Name: "id", Meaning: eventIDMeaning + "the distributor"},
	},
}

var carriesFormat = simulate.Format{
	File: "carries.csv", About: "the volume that a binary bonus carries into the first period for one distributor",
	Columns: []simulate.Column{
		carryDistributor: {Name: "distributor", Needed: true, Meaning: "id of the distributor"},
		carryBonus:       {Name: "bonus", Needed: true, Meaning: "the bonus"},
		carryLeft:        {Name: "left", Needed: true, Meaning: "volume of the left leg, at most four decimals"},
		carryRight:       {Name: "right", Needed: true, Meaning: "volume of the right leg"},
		carryID:          {Name: "id", Meaning: eventIDMeaning + "distributor and bonus"},
	},
}

var balancesFormat = simulate.Format{
	File: "balances.csv", About: "what one distributor is owed, or owes when it is negative",
	Columns: []simulate.Column{
		balanceDistributor: {Name: "distributor", Needed: true, Meaning: "id of the distributor"},
		balanceAmount:      {Name: "amount", Needed: true, Meaning: "the balance"},
		balanceCurrency:    {Name: "currency", Meaning: "without it, the plan's"},
		balanceID:          {Name: "id", Meaning: eventIDMeaning + "distributor and currency"},
	},
}

var totalsFormat = simulate.Format{
	File: "totals.csv", About: "one control total",
	Columns: []simulate.Column{
		totalFile:     {Name: "file", Needed: true, Meaning: "network, services, ranks, carries, advances or balances"},
		totalName:     {Name: "total", Needed: true, Meaning: "rows, or a column to sum up: price of services and advances, advanced, amount of balances, left and right of carries"},
		totalCurrency: {Name: "currency", Meaning: "of an amount; empty for others"},
		totalValue:    {Name: "value", Needed: true, Meaning: "what it has to come to"},
	},
}

// Formats describes the files, in the order of the flags.
func Formats() []simulate.Format {
	return []simulate.Format{networkFormat, servicesFormat, ranksFormat, carriesFormat, advancesFormat, balancesFormat, totalsFormat}
}
