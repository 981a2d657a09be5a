package calc

// FactArgument is what a fact is asked of.
type FactArgument uint8

// What a fact is asked of.
const (
	OfNothing FactArgument = iota
	OfRank                 // the name of a rank
	OfVolume               // the name of a volume
	OfBonus                // the name of a bonus
	OfKind                 // a kind of registration
	OfMarket               // a country
	OfTag                  // a tag
)

// FactWord is how those who write conditions call a fact. They write it like `gv`, or like `legs_with("gold")` where it is asked of
// something; a number may, or must, follow.
type FactWord struct {
	Name string
	// Key is the fact, with a volume or a number where the word alone says it.
	Key FactKey
	// Of is what it is asked of, and Number what the number behind means; "" where there is none, and a number in brackets is
	// optional.
	Of     FactArgument
	Number string
	// NumberNeeded tells that the number must be given.
	NumberNeeded bool
	// NumberIsVolume tells that the number is one of the volume's own unit, with its decimals.
	NumberIsVolume bool
	// Meaning is the fact in words.
	Meaning string
}

// Boolean facts hold or not, the others are numbers.
func (w FactWord) Boolean() bool { return w.Key.Fact.boolean() }

// Placed facts exist where the placement tree has two legs.
func (w FactWord) Placed() bool { return w.Key.Fact.placed() }

// Digits is the number of decimals of the fact's values under a plan.
func (w FactWord) Digits(p *Plan, key FactKey) int32 {
	switch key.Fact {
	case FactOwn, FactGroup, FactCapped, FactLeg, FactLeft, FactRight, FactWeaker, FactStronger, FactCompany:
		switch p.MeasureOf(key.Volume).Unit() {
		case UnitVolume:
			return volumeDigits
		case UnitMoney:
			return p.MinorDigits
		case UnitCount:
		}
	case FactEarned:
		return p.MinorDigits
	}
	return 0
}

// FactWords lists the words, in the order in which they are documented. Wherever a rank is named, a higher one counts, too.
func FactWords() []FactWord {
	own := func(f Fact, b Base) FactKey { return FactKey{Fact: f, Volume: b} }
	return []FactWord{
		{Name: "pv", Key: own(FactOwn, BasePV), Meaning: "own personal volume of the period"},
		{Name: "cv", Key: own(FactOwn, BaseCV), Meaning: "own commissionable volume of the period"},
		{Name: "qv", Key: own(FactOwn, BaseQV), Meaning: "own qualifying volume of the period"},
		{Name: "sales", Key: own(FactOwn, BaseCount), Meaning: "number of own sales of the period"},
		{Name: "own", Key: FactKey{Fact: FactOwn}, Of: OfVolume, Number: "periods", Meaning: "own volume of the period, or of so many periods, this one included"},
		{Name: "gv", Key: own(FactGroup, BasePV), Meaning: "personal volume of the distributor and the whole sponsor downline"},
		{Name: "group", Key: FactKey{Fact: FactGroup}, Of: OfVolume, Number: "levels", Meaning: "volume of the distributor and the sponsor downline, or of so many levels of it"},
		{Name: "capped", Key: FactKey{Fact: FactCapped}, Of: OfVolume, Number: "limit", NumberNeeded: true, NumberIsVolume: true, Meaning: "volume of the group when neither the own volume nor any sponsor leg counts more than a limit"},
		{Name: "leg", Key: FactKey{Fact: FactLeg}, Of: OfVolume, Number: "place", NumberNeeded: true, Meaning: "volume of the largest, second largest … sponsor leg"},
		{Name: "company", Key: FactKey{Fact: FactCompany}, Of: OfVolume, Meaning: "volume of the whole company"},
		{Name: "left_volume", Key: own(FactLeft, BaseCV), Meaning: "commissionable volume of the left leg in the period, without carry"},
		{Name: "right_volume", Key: own(FactRight, BaseCV), Meaning: "commissionable volume of the right leg in the period, without carry"},
		{Name: "pay_leg", Key: own(FactWeaker, BaseCV), Meaning: "the smaller of left_volume and right_volume"},
		{Name: "left", Key: FactKey{Fact: FactLeft}, Of: OfVolume, Meaning: "volume of the left leg in the period, without carry"},
		{Name: "right", Key: FactKey{Fact: FactRight}, Of: OfVolume, Meaning: "volume of the right leg in the period, without carry"},
		{Name: "weaker", Key: FactKey{Fact: FactWeaker}, Of: OfVolume, Meaning: "the smaller of left and right"},
		{Name: "stronger", Key: FactKey{Fact: FactStronger}, Of: OfVolume, Meaning: "the greater of left and right"},
		{Name: "customers", Key: own(FactCustomers, BaseCount), Meaning: "number of customers who bought in the period"},
		{Name: "customers_with", Key: FactKey{Fact: FactCustomers}, Of: OfVolume, Number: "at least", NumberNeeded: true, NumberIsVolume: true, Meaning: "number of customers who bought at least so much of a volume each in the period"},
		{Name: "frontline", Key: FactKey{Fact: FactFrontline}, Meaning: "number of distributors sponsored directly"},
		{Name: "active_frontline", Key: FactKey{Fact: FactActiveFrontline}, Meaning: "number of distributors sponsored directly who are active"},
		{Name: "active_left", Key: FactKey{Fact: FactActiveLeft}, Meaning: "number of distributors sponsored directly who are active and stand in the left leg"},
		{Name: "active_right", Key: FactKey{Fact: FactActiveRight}, Meaning: "number of distributors sponsored directly who are active and stand in the right leg"},
		{Name: "frontline_with", Key: FactKey{Fact: FactFrontlineWith}, Of: OfRank, Meaning: "number of distributors sponsored directly who are paid as that rank in the period"},
		{Name: "downline", Key: FactKey{Fact: FactDownline}, Meaning: "number of distributors in the sponsor downline"},
		{Name: "active_downline", Key: FactKey{Fact: FactActiveDownline}, Meaning: "number of distributors in the sponsor downline who are active"},
		{Name: "downline_with", Key: FactKey{Fact: FactDownlineWith}, Of: OfRank, Meaning: "number of distributors in the sponsor downline who are paid as that rank in the period"},
		{Name: "legs_with", Key: FactKey{Fact: FactLegsWith}, Of: OfRank, Meaning: "number of sponsor legs with somebody paid as that rank in the period"},
		{Name: "months_enrolled", Key: FactKey{Fact: FactMonthsEnrolled}, Meaning: "whole months from enrolment to the end of the period"},
		{Name: "days_enrolled", Key: FactKey{Fact: FactDaysEnrolled}, Meaning: "whole days from enrolment to the end of the period"},
		{Name: "active", Key: FactKey{Fact: FactActive}, Meaning: "whether the distributor is active in the period"},
		{Name: "paid_as", Key: FactKey{Fact: FactPaidAs}, Of: OfRank, Meaning: "whether the distributor is paid as that rank in the period"},
		{Name: "achieved", Key: FactKey{Fact: FactAchieved}, Of: OfRank, Meaning: "whether the distributor reached that rank in any earlier period"},
		{Name: "paid_as_before", Key: FactKey{Fact: FactPaidAsBefore}, Of: OfRank, Meaning: "whether the distributor was paid as that rank in the last closed period of the main cadence"},
		{Name: "held", Key: FactKey{Fact: FactHeld}, Of: OfRank, Meaning: "for how many periods in a row, up to the one before, the distributor was paid as that rank"},
		{Name: "earned", Key: FactKey{Fact: FactEarned}, Of: OfBonus, Meaning: "what that bonus pays the distributor in the period, in the plan's currency"},
		{Name: "kind", Key: FactKey{Fact: FactKind}, Of: OfKind, Meaning: "whether the distributor is registered as that kind"},
		{Name: "market", Key: FactKey{Fact: FactMarket}, Of: OfMarket, Meaning: "whether the distributor lives in that market"},
		{Name: "tag", Key: FactKey{Fact: FactTag}, Of: OfTag, Meaning: "whether the distributor has that tag, for instance a licence"},
	}
}
