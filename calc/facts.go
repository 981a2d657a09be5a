package calc

// Fact is what a condition can ask about a distributor in a period.
type Fact uint8

// The facts.
const (
	FactPV Fact = iota
	FactCV
	FactGV
	FactFrontline
	FactActiveFrontline
	FactMonthsEnrolled
	FactLeftVolume
	FactRightVolume
	FactPayLeg
	FactActive
	FactAchieved
	FactLegsWith
	FactPaidAsBefore
	factCount
)

// FactInfo describes a fact to those who write conditions.
type FactInfo struct {
	Fact Fact
	// Name is what conditions call it.
	Name string
	// Boolean facts are true or false, the others numbers with at most Digits decimals.
	Boolean bool
	Digits  int32
	// TakesRank facts are functions of the name of a rank.
	TakesRank bool
	// AfterActive facts rest on who is active, or on ranks of this period, so the condition for being active cannot ask for them.
	AfterActive bool
	// Binary facts exist where the placement tree is binary.
	Binary bool
	// Meaning is the fact in words.
	Meaning string
}

var factInfos = [factCount]FactInfo{
	{Fact: FactPV, Name: "pv", Digits: volumeDigits, Meaning: "own personal volume of the period"},
	{Fact: FactCV, Name: "cv", Digits: volumeDigits, Meaning: "own commissionable volume of the period"},
	{Fact: FactGV, Name: "gv", Digits: volumeDigits, Meaning: "personal volume of the distributor and the whole sponsor downline"},
	{Fact: FactFrontline, Name: "frontline", Meaning: "number of distributors sponsored directly"},
	{Fact: FactActiveFrontline, Name: "active_frontline", AfterActive: true, Meaning: "number of distributors sponsored directly who are active"},
	{Fact: FactMonthsEnrolled, Name: "months_enrolled", Meaning: "whole months from enrolment to the end of the period"},
	{Fact: FactLeftVolume, Name: "left_volume", Digits: volumeDigits, Binary: true, Meaning: "commissionable volume of the left leg in the period, without carry"},
	{Fact: FactRightVolume, Name: "right_volume", Digits: volumeDigits, Binary: true, Meaning: "commissionable volume of the right leg in the period, without carry"},
	{Fact: FactPayLeg, Name: "pay_leg", Digits: volumeDigits, Binary: true, Meaning: "the smaller of left_volume and right_volume"},
	{Fact: FactActive, Name: "active", Boolean: true, AfterActive: true, Meaning: "whether the distributor is active in the period"},
	{Fact: FactAchieved, Name: "achieved", Boolean: true, TakesRank: true, Meaning: "whether the distributor reached that rank, or a higher one, in any earlier period"},
	{Fact: FactLegsWith, Name: "legs_with", TakesRank: true, AfterActive: true, Meaning: "number of sponsor legs with somebody paid as that rank, or a higher one, in the period"},
	{Fact: FactPaidAsBefore, Name: "paid_as_before", Boolean: true, TakesRank: true, Meaning: "whether the distributor was paid as that rank, or a higher one, in the last closed period of the main cadence"},
}

// Info describes the fact.
func (f Fact) Info() FactInfo { return factInfos[f] }

// Facts describes all facts, in a fixed order.
func Facts() []FactInfo { return append([]FactInfo(nil), factInfos[:]...) }

// facts are the columns that conditions read, by seat of the sponsor tree; those that no condition of the plan asks for are nil.
type facts struct {
	columns  [factCount][]int64
	first    []int32 // the sponsor tree's; gives the number of the frontline
	active   []bool
	achieved []uint8
	before   []uint8
	// legs counts, for the distributor at hand, the legs with a holder of each rank number or a higher one.
	legs [ranksMax + 1]int32
	// overflow is raised by an evaluation whose numbers left the range of int64.
	overflow bool
}

// ranksMax is the number of ranks that a plan may have: rank numbers and 0 fit a byte.
const ranksMax = 255
