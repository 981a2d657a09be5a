package simulate

// Format describes a kind of CSV file: what its columns are called and what they mean.
type Format struct {
	// File is what the file is called where it has no name of its own, for instance `sales.csv`.
	File string
	// About says what a row is.
	About   string
	Columns []Column
}

// Column is one column of a file.
type Column struct {
	Name string
	// Needed tells that an input file must have the column.
	Needed  bool
	Meaning string
}

// The columns of network.csv, by their places in networkFormat; those of the other files follow in the same manner.
const (
	networkID = iota
	networkSponsor
	networkEnrolled
	networkParent
	networkLeg
	networkPlacement
	networkOwner
	networkKind
	networkMarket
	networkTags
	networkRank
	networkPaidAs
	networkCurrency
)

var networkFormat = Format{
	"network.csv", "one distributor, in the order of joining",
	[]Column{
		networkID:        {"id", true, "the distributor's id, up to 200 characters"},
		networkSponsor:   {"sponsor", true, "id of the sponsor; empty for the top of a tree"},
		networkEnrolled:  {"enrolled", false, "when the distributor joined, and counts from; without it, from the beginning"},
		networkParent:    {"parent", false, "id of the placement parent; without it, the place is found beneath the sponsor, by the plan's placement.automatic or as the first vacancy"},
		networkLeg:       {"leg", false, "leg of the parent: left, right, or a number from 1"},
		networkPlacement: {"placement", false, "how a place is found: auto (as the plan says), breadth_first (the first vacant place beneath the sponsor, level by level), left or right or a number (the outer edge of that leg), fewer_people, alternate; without it, auto"},
		networkOwner:     {"owner", false, "who owns the position: the id of another position, or any name; without it, everybody owns one"},
		networkKind:      {"kind", false, "kind of registration, as conditions ask by kind(\"…\")"},
		networkMarket:    {"market", false, "country, two capital letters of ISO 3166"},
		networkTags:      {"tags", false, "licences and the like, separated by spaces or semicolons"},
		networkRank:      {"rank", false, "highest rank achieved before the first period"},
		networkPaidAs:    {"paid_as", false, "rank that the last period before the first one was paid as; without the column, what rank says"},
		networkCurrency:  {"currency", false, "currency of payouts; without it, the plan's"},
	},
}

const (
	salesSale = iota
	salesSeller
	salesAt
	salesCustomer
	salesProduct
	salesClass
	salesMarket
	salesPrice
	salesCurrency
	salesFee
	salesPV
	salesCV
	salesQV
	salesCount
	salesCycle
	salesBilling
	salesVolume
	salesNeedsActivation
	salesActivatedAt
	salesCancelledAt
)

var salesFormat = Format{
	"sales.csv", "one sale, or one billing cycle of a subscription",
	[]Column{
		salesSale:            {"sale", false, "the sale's id; without it, the number of the row: 1, 2, 3 …"},
		salesSeller:          {"seller", true, "id of the distributor"},
		salesAt:              {"at", true, "when it was sold; may be left out when --period names a single period"},
		salesCustomer:        {"customer", false, "the customer's id; empty where the seller bought"},
		salesProduct:         {"product", false, "for your own reference"},
		salesClass:           {"class", false, "product class, as the plan names it"},
		salesMarket:          {"market", false, "country of the sale; without it, the seller's market"},
		salesPrice:           {"price", false, "what the row costs as a whole; one of price, pv and cv is needed"},
		salesCurrency:        {"currency", false, "currency of price and fee; without it, the plan's"},
		salesFee:             {"fee", false, "fees and taxes in the price that net_price leaves out; without it, 0"},
		salesPV:              {"pv", false, "personal volume of the row as a whole; without it, cv, or else price, counts as pv"},
		salesCV:              {"cv", false, "commissionable volume of the row as a whole; without it, pv, or else price, counts as cv"},
		salesQV:              {"qv", false, "qualifying volume; without it, pv"},
		salesCount:           {"count", false, "how many sales the row stands for; without it, 1"},
		salesCycle:           {"cycle", false, "billing cycle of a subscription that the row is; without it, 1"},
		salesBilling:         {"billing", false, "what the price and volume of the row are for, and a payment pays: one_time, monthly, quarterly or annual; without it, monthly"},
		salesVolume:          {"volume", false, "once, or payment where volume counts with every payment of payments.csv; without it, once"},
		salesNeedsActivation: {"needs_activation", false, "yes where the sale waits for activated_at; without it, no: it is live at once"},
		salesActivatedAt:     {"activated_at", false, "when the vendor confirmed that the service is live"},
		salesCancelledAt:     {"cancelled_at", false, "when the sale was cancelled"},
	},
}

const (
	paymentSale = iota
	paymentAt
	paymentCycle
	paymentAmount
)

var paymentsFormat = Format{
	"payments.csv", "one payment of a subscription",
	[]Column{
		paymentSale:   {"sale", true, "the sale's id"},
		paymentAt:     {"at", true, "when it was paid"},
		paymentCycle:  {"cycle", false, "the billing cycle that is paid, from 1; without the column, 1, 2, 3 … in the order of at"},
		paymentAmount: {"amount", false, "for your own reference: what counts is the price and the volume of the sale"},
	},
}

const (
	cancellationSale = iota
	cancellationAt
)

var cancellationsFormat = Format{
	"cancellations.csv", "one cancellation, in place of cancelled_at in sales.csv",
	[]Column{
		cancellationSale: {"sale", true, "the sale's id"},
		cancellationAt:   {"at", true, "when it was cancelled"},
	},
}

const (
	changeSale = iota
	changeAt
	changePrice
	changeFee
	changeClass
	changePV
	changeCV
	changeQV
	changeBilling
	changeProration
	changeUnit
	changeDayCount
	changeChangedUnit
	changeExtension
)

var changesFormat = Format{
	"changes.csv", "one upgrade or downgrade of a service, within a billing cycle",
	[]Column{
		changeSale:        {"sale", true, "the sale's id"},
		changeAt:          {"at", true, "when the service changes"},
		changePrice:       {"price", true, "what a billing cycle costs from then on, in the plan's currency"},
		changeFee:         {"fee", false, "fees and taxes in the price; without it, 0"},
		changeClass:       {"class", false, "product class from then on; without it, as before"},
		changePV:          {"pv", false, "personal volume from then on; without it, cv, or else as before, or by the price where that of sales is"},
		changeCV:          {"cv", false, "commissionable volume from then on; without it, pv, or else as before, or by the price where that of sales is"},
		changeQV:          {"qv", false, "qualifying volume from then on; without it, as before, or pv where that of sales is"},
		changeBilling:     {"billing", false, "monthly, quarterly or annual from then on; without it, as before"},
		changeProration:   {"proration", true, "charge (what is left of the cycle is credited at the old price and charged at the new one), date (the credit buys time), none, deferred, restart (a new cycle begins, at the full price), full_price (and is longer by the time that the credit buys)"},
		changeUnit:        {"unit", false, "what the cycle is counted in: second, day, month, calendar_month, calendar_year; without it, day"},
		changeDayCount:    {"day_count", false, "actual_actual, actual_365, actual_360, thirty_360; without it, actual_actual for days"},
		changeChangedUnit: {"changed_unit", false, "whether the day or month in which the change falls is used or unused; without it, unused"},
		changeExtension:   {"extension", false, "how the time is rounded that a credit buys: half_up, half_even, down, up; without it, half_up"},
	},
}

const (
	stateDistributor = iota
	stateKey
	stateValue
	stateCadence
	stateUnit
	statePeriod
)

var stateFormat = Format{
	"state.csv", "one number that goes on from the time before the first period, such as a carry-over; state.csv of an earlier simulation can be given as it is",
	[]Column{
		stateDistributor: {"distributor", true, "the distributor's id; empty for what is the company's"},
		stateKey:         {"key", true, "`NAME left` or `NAME right` for the carry-over of the binary bonus NAME; achieved, paid_as or active; or any key of state.csv"},
		stateValue:       {"value", true, "points, money or a number, as the key says; a rank for achieved and paid_as; yes or no for active"},
		stateCadence:     {"cadence", false, "daily, weekly, biweekly, half_monthly, four_weekly, monthly, quarterly or yearly: whose periods it goes on in; without it, that of the bonus that the key names, or else the plan's"},
		stateUnit:        {"unit", false, "points, money or number; for your own reference"},
		statePeriod:      {"period", false, "the last period closed; for your own reference"},
	},
}

const (
	rateCurrency = iota
	rateRate
	rateBid
	rateAsk
	ratePeriod
)

var ratesFormat = Format{
	"rates.csv", "one exchange rate",
	[]Column{
		rateCurrency: {"currency", true, "the currency, ISO 4217"},
		rateRate:     {"rate", false, "what 1 of it is worth in the plan's currency, where that is the same both ways"},
		rateBid:      {"bid", false, "the rate at which prices are brought to the plan's currency"},
		rateAsk:      {"ask", false, "the rate at which commissions are brought to the currency of a payout"},
		ratePeriod:   {"period", false, "the period of the plan's cadence that the rate is for, for instance 2026-03; empty for all"},
	},
}

const (
	adjustmentDistributor = iota
	adjustmentBonus
	adjustmentAmount
	adjustmentReason
	adjustmentApprover
	adjustmentAt
)

var adjustmentsFormat = Format{
	"adjustments.csv", "one amount that is paid, or taken, by hand",
	[]Column{
		adjustmentDistributor: {"distributor", true, "the distributor's id"},
		adjustmentBonus:       {"bonus", false, "name of a manual bonus of the plan; without it, the only one there is"},
		adjustmentAmount:      {"amount", true, "in the plan's currency; below zero where it is taken"},
		adjustmentReason:      {"reason", true, "why"},
		adjustmentApprover:    {"approver", true, "who approved it"},
		adjustmentAt:          {"at", false, "when; may be left out when a single period is computed"},
	},
}

// InputFormats are the formats of the files that are read.
func InputFormats() []Format {
	return []Format{networkFormat, salesFormat, paymentsFormat, cancellationsFormat, changesFormat, stateFormat, ratesFormat, adjustmentsFormat}
}
