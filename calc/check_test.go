package calc

import (
	"errors"
	"math"
	"strings"
	"testing"
)

// goodInput has everything that an input can have: three people, two trees, carry and ranks.
func goodInput() *Input {
	plan := hybridPlan()
	return &Input{
		Plan: plan, Cadence: Monthly, Period: PeriodByNo(Monthly, nil, 680),
		Network: Network{Sponsor: []int32{-1, 0, 1}, Parent: []int32{-1, 0, 0}, Leg: []uint8{0, 1, 2}, EnrolledAtUS: make([]int64, 3)},
		Volumes: Volumes{Seller: []int32{1, 2}, PV: []int64{1, 2}, CV: []int64{1, 2}, PriceMinor: []int64{1, 2}},
		Prior: Prior{
			Achieved: []uint8{0, 10, 1}, PaidAs: []uint8{0, 1, 1}, Active: make([]bool, 3),
			State: State{"binary:team:left": make([]int64, 3), "binary:team:right": make([]int64, 3)},
		},
	}
}

func TestCompute_RefusesBadInputByIndex(t *testing.T) {
	if _, err := Compute(goodInput()); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		spoil  func(in *Input)
		err    error
		naming string
	}{
		{"no plan", func(in *Input) { in.Plan = nil }, ErrPlan, "no plan"},
		{"no cadence", func(in *Input) { in.Cadence = 0 }, ErrInput, "cadence"},
		{"a period of another cadence", func(in *Input) { in.Cadence = Weekly }, ErrInput, "2026-09"},
		{"sponsor below", func(in *Input) { in.Network.Sponsor[2] = -2 }, ErrInput, "the sponsor of distributor 2 is -2"},
		{"sponsor beyond", func(in *Input) { in.Network.Sponsor[1] = 3 }, ErrInput, "the sponsor of distributor 1 is 3"},
		{"own sponsor", func(in *Input) { in.Network.Sponsor[1] = 1 }, ErrInput, "the sponsor of distributor 1 is 1"},
		{"cycle", func(in *Input) { in.Network.Sponsor[1] = 2 }, ErrInput, "distributor 1 is its own upline by sponsor"},
		{"placement cycle", func(in *Input) {
			in.Network.Parent[0], in.Network.Leg[0] = 2, 1
			in.Network.Parent[1] = -1
		}, ErrInput, "distributor 0 is its own upline by placement parent"},
		{"parent missing", func(in *Input) { in.Network.Parent = nil }, ErrInput, "Network.Parent has 0 entries, not 3"},
		{"leg missing", func(in *Input) { in.Network.Leg = in.Network.Leg[:2] }, ErrInput, "Network.Leg has 2 entries, not 3"},
		{"leg of a top", func(in *Input) { in.Network.Leg[0] = 1 }, ErrInput, "distributor 0 stands in leg 1"},
		{"no leg", func(in *Input) { in.Network.Leg[1] = 0 }, ErrInput, "distributor 1 stands in leg 0"},
		{"third leg", func(in *Input) { in.Network.Leg[1] = 3 }, ErrInput, "distributor 1 stands in leg 3"},
		{"leg taken", func(in *Input) { in.Network.Leg[2] = 1 }, ErrInput, "distributor 2 stands in leg 1 of distributor 0, which is taken"},
		{"enrolment missing", func(in *Input) { in.Network.EnrolledAtUS = nil }, ErrInput, "Network.EnrolledAtUS"},
		{"PV missing", func(in *Input) { in.Volumes.PV = nil }, ErrInput, "Volumes.PV has 0 entries, not 2"},
		{"CV missing", func(in *Input) { in.Volumes.CV = nil }, ErrInput, "Volumes.CV"},
		{"price missing", func(in *Input) { in.Volumes.PriceMinor = nil }, ErrInput, "Volumes.PriceMinor"},
		{"seller below", func(in *Input) { in.Volumes.Seller[1] = -1 }, ErrInput, "the seller of volume 1 is -1"},
		{"seller beyond", func(in *Input) { in.Volumes.Seller[0] = 3 }, ErrInput, "the seller of volume 0 is 3"},
		{"achieved short", func(in *Input) { in.Prior.Achieved = []uint8{} }, ErrInput, "Prior.Achieved has 0 entries, not 3"},
		{"achieved beyond", func(in *Input) { in.Prior.Achieved[2] = 11 }, ErrInput, "distributor 2 comes with rank number 11, of 10 ranks"},
		{"paid as beyond", func(in *Input) { in.Prior.PaidAs[0] = 255 }, ErrInput, "distributor 0 comes with rank number 255"},
		{"active long", func(in *Input) { in.Prior.Active = make([]bool, 4) }, ErrInput, "Prior.Active"},
		{"state short", func(in *Input) { in.Prior.State["held:rank1"] = make([]int64, 2) }, ErrInput, "the state held:rank1 has 2 entries, not 3"},
		{"state of the company", func(in *Input) { in.Prior.State["company:pool"] = make([]int64, 3) }, ErrInput, "the state company:pool has 3 entries, not 1"},
		{"owner beyond", func(in *Input) { in.Network.Owner = []int32{0, 1, 3} }, ErrInput, "Network.Owner 2 is 3"},
		{"market beyond", func(in *Input) { in.Network.Market = []uint16{0, 1, 0} }, ErrInput, "Network.Market 1 is 1"},
		{"class short", func(in *Input) { in.Volumes.Class = make([]uint16, 1) }, ErrInput, "Volumes.Class has 1 entries, not 2"},
		{"PV too large", func(in *Input) { in.Volumes.PV = []int64{math.MaxInt64, -1} }, ErrOverflow, "PV"},
		{"CV too large", func(in *Input) { in.Volumes.CV = []int64{math.MinInt64, 0} }, ErrOverflow, "CV"},
		{"price too large", func(in *Input) { in.Volumes.PriceMinor = []int64{math.MinInt64, math.MinInt64} }, ErrOverflow, "price"},
		{"carry too large", func(in *Input) { in.Prior.State["binary:team:left"][0] = math.MaxInt64 }, ErrOverflow, "leg volume of distributor 0"},

		{"no rounding step", func(in *Input) { in.Plan.Rounding.StepMinor = 0 }, ErrPlan, "rounding step"},
		{"no value of a point", func(in *Input) { in.Plan.PointValue = Fraction{} }, ErrPlan, "value of a point"},
		{"no main cadence", func(in *Input) { in.Plan.Main = 0 }, ErrPlan, "cadence"},
		{"no rule", func(in *Input) { in.Plan.Bonuses[0].Binary = nil }, ErrPlan, "bonus team: calc: bad plan: no rule"},
		{"two rules", func(in *Input) { in.Plan.Bonuses[1].Direct = &Direct{} }, ErrPlan, "bonus levels: calc: bad plan: no rule"},
		{"no cadence of a bonus", func(in *Input) { in.Plan.Bonuses[0].Cadence = 0 }, ErrPlan, "bonus team"},
		{"binary rates", func(in *Input) { in.Plan.Bonuses[0].Binary.Rates.Candidates = nil }, ErrPlan, "bonus team: calc: bad plan: rates for 0 standings of 11"},
		{"binary at the event", func(in *Input) { in.Plan.Bonuses[0].Pays = PaysEvent }, ErrPlan, "bonus team"},
		{"binary without its tree", func(in *Input) { in.Plan.PlacementWidth = 3 }, ErrPlan, "bonus team"},
		{"unilevel rates", func(in *Input) { in.Plan.Bonuses[1].Unilevel.Rates.Rows[3] = nil }, ErrPlan, "row 3"},
		{"unilevel ranks", func(in *Input) {
			in.Plan.Bonuses[1].Unilevel.Rates.Candidates = in.Plan.Bonuses[1].Unilevel.Rates.Candidates[:10]
		}, ErrPlan, "rates for 10 standings of 11"},
		{"no levels", func(in *Input) { in.Plan.Bonuses[1].Unilevel.Rates.Levels = 0 }, ErrPlan, "0 levels"},
		{"compression at the event", func(in *Input) { in.Plan.Bonuses[1].Pays = PaysEvent }, ErrPlan, "compression"},
		{"placement without a tree", func(in *Input) {
			in.Plan.PlacementWidth, in.Plan.Bonuses = 0, in.Plan.Bonuses[1:]
			in.Plan.Bonuses[0].Unilevel.Walk.Placement = true
		}, ErrPlan, "no placement tree"},
		{"classes at the close", func(in *Input) {
			in.Plan.Bonuses[0] = Bonus{Name: "own", Cadence: Monthly, Direct: &Direct{Rates: single(make([]int64, 11)...), Classes: []string{"power"}}}
		}, ErrPlan, "bonus own"},
		{"direct rates", func(in *Input) { in.Plan.Bonuses[0] = Bonus{Name: "own", Cadence: Monthly, Direct: &Direct{}} }, ErrPlan, "bonus own"},
		{"advance at the close", func(in *Input) {
			in.Plan.Bonuses[0] = Bonus{Name: "own", Cadence: Monthly, Advance: &Advance{Months: 9 * Month, Rates: single(make([]int64, 11)...)}}
		}, ErrPlan, "at the event"},
		{"advance of no month", func(in *Input) {
			in.Plan.Bonuses[0] = Bonus{Name: "own", Pays: PaysEvent, Cadence: Monthly, Advance: &Advance{Rates: single(make([]int64, 11)...)}}
		}, ErrPlan, "a part of one"},
		{"too many ranks", func(in *Input) { in.Plan.Ranks = make([]Rank, 256) }, ErrPlan, "256 ranks"},
		{"legs without a tree", func(in *Input) {
			in.Plan.PlacementWidth, in.Plan.Bonuses = 0, in.Plan.Bonuses[1:]
			in.Plan.Ranks[0].When = in.Plan.condition(in.Plan.atLeast(FactKey{Fact: FactWeaker}, 1))
		}, ErrPlan, "a fact about two legs"},
		{"active by active", func(in *Input) { in.Plan.Active = in.Plan.condition(in.Plan.fact(FactKey{Fact: FactActive})) }, ErrPlan, "rests on who is active"},
	} {
		in := goodInput()
		c.spoil(in)
		out, err := Compute(in)
		if !errors.Is(err, c.err) || !strings.Contains(err.Error(), c.naming) || out != nil {
			t.Errorf("%s: got %v, %v; want %v naming %q", c.name, out, err, c.err, c.naming)
		}
	}
}

func TestCompute_LineOutOfRangeNamesBonusAndEarner(t *testing.T) {
	in := goodInput()
	in.Plan.PointValue = Fraction{math.MaxInt64, 1}
	in.Plan.Active = nil
	in.Plan.Bonuses = append(in.Plan.Bonuses, Bonus{Name: "own", Cadence: Monthly, Direct: &Direct{Rates: single(make([]int64, 11)...)}})
	in.Prior.State = nil
	for _, row := range in.Plan.Bonuses[2].Direct.Rates.Rows {
		row[0] = RateScale
	}
	if _, err := Compute(in); !errors.Is(err, ErrOverflow) || !strings.Contains(err.Error(), "bonus own of distributor 2") {
		t.Errorf("got %v", err)
	}
}

// A long tail that runs into a cycle is not on it.
func TestNewTree_NamesTheLowestOnTheCycle(t *testing.T) {
	for _, c := range []struct {
		parents []int32
		naming  string
	}{
		{[]int32{1, 2, 3, 4, 5, 3}, "distributor 3 is"},
		{[]int32{-1, 3, 0, 4, 3, 1}, "distributor 3 is"},
		{[]int32{-1, 0, 5, 1, 2, 4}, "distributor 2 is"},
	} {
		if _, err := newTree(2, c.parents, nil, "sponsor"); !errors.Is(err, ErrInput) || !strings.Contains(err.Error(), c.naming) {
			t.Errorf("%v: got %v, want %q", c.parents, err, c.naming)
		}
	}
}
