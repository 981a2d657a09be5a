package calc

import (
	"errors"
	"fmt"
	"math/big"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func drawEventPlan(t *rapid.T) *Plan {
	p := drawPlan(t)
	for i := range p.Bonuses {
		b := &p.Bonuses[i]
		switch {
		case b.Binary != nil:
			rates := b.Binary.Rates
			b.Binary, b.Advance = nil, &Advance{Base: BasePrice, Months: drawMonths(t, 1, 12, "months"), Rates: rates}
			b.Pays = PaysEvent
		case rapid.Bool().Draw(t, "at the event"):
			b.Pays = PaysEvent
			if b.Unilevel != nil {
				b.Unilevel.Walk.Compression = CompressionNone
				b.Unilevel.Months = drawMonths(t, 0, 3, "months of levels")
			}
		}
		classes := rapid.SampledFrom([][]string{nil, {"power"}, {"gas", "power"}, {"gas"}}).Draw(t, "classes")
		if b.Pays == PaysEvent && b.Direct != nil {
			b.Direct.Classes = classes
		} else if b.Advance != nil {
			b.Advance.Classes = classes
		}
	}
	if rapid.Bool().Draw(t, "overrides") {
		drawEventOverrides(t, p)
	}
	if rapid.Bool().Draw(t, "conditions") {
		drawEventConditions(t, p)
	}
	return p
}

// drawEventOverrides adds bonuses that pay the upline at the event: on the sale by differences, and on what the event's bonuses pay, of which one
// is matched that stands after it, and one that matches others.
func drawEventOverrides(t *rapid.T, p *Plan) {
	rates := func(levels int) RateTable {
		var rows [][]int64
		for range len(p.Ranks) + 1 {
			rate := rapid.SampledFrom([]int64{0, RateScale / 10, RateScale / 5, RateScale / 3, 6 * RateScale / 5})
			rows = append(rows, rapid.SliceOfN(rate, levels, levels).Draw(t, "rates of overrides"))
		}
		return byStanding(rows...)
	}
	placed := p.PlacementWidth > 0 && rapid.Bool().Draw(t, "overrides by placement")
	differential := &Differential{
		Base: rapid.SampledFrom([]Base{BaseCV, BasePrice}).Draw(t, "base of differences"), Placement: placed, Rates: rates(1),
		OwnSales: rapid.Bool().Draw(t, "own sales"), LessSeller: rapid.Bool().Draw(t, "less seller"),
		FromLevel: rapid.Int32Range(0, 3).Draw(t, "from"), ToLevel: rapid.Int32Range(1, 6).Draw(t, "to"), Months: drawMonths(t, 0, 9, "months of differences"),
	}
	if rapid.Bool().Draw(t, "a total") {
		differential.Total = rapid.SampledFrom([]int64{RateScale / 10, RateScale / 2, 13 * RateScale / 10}).Draw(t, "total")
		differential.LessSeller, differential.FromLevel = false, 0
	}
	inactive := Inactive(rapid.IntRange(0, 2).Draw(t, "pays the inactive"))
	first := len(p.Bonuses)
	match := func(of ...int) *Matching {
		m := &Matching{Bonuses: of, Walk: Walk{Placement: placed, SkipLevels: rapid.Int32Range(0, 1).Draw(t, "skip")}, Rates: rates(rapid.IntRange(1, 3).Draw(t, "levels"))}
		for i, b := range p.Bonuses[:first] {
			if b.Pays == PaysEvent && samePath(b.kind(), &m.Walk) {
				m.Bonuses = append(m.Bonuses, i)
			}
		}
		return m
	}
	for i, b := range []Bonus{{Matching: match(first+1, first+2)}, {Differential: differential, Inactive: inactive}, {Matching: match(first + 1)}} {
		b.Name, b.Pays, b.Cadence = fmt.Sprintf("o%d", i), PaysEvent, Monthly
		p.Bonuses = append(p.Bonuses, b)
	}
}

// The lines of one sale are what the rules say about its seller and the way up.
func TestEventLines_AgreeWithTheModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		plan := drawEventPlan(t)
		member := rapid.Custom(func(t *rapid.T) ChainMember {
			m := ChainMember{Rank: rapid.Uint8Range(0, uint8(len(plan.Ranks))).Draw(t, "rank"), Inactive: rapid.Bool().Draw(t, "inactive")}
			m.Achieved, m.Kind, m.Tags = rapid.Uint8Range(0, uint8(len(plan.Ranks))).Draw(t, "achieved"), rapid.Uint16Range(0, 2).Draw(t, "kind"), rapid.Uint64Range(0, 3).Draw(t, "tags")
			m.EnrolledAtUS = eventAtUS - rapid.SampledFrom([]int64{0, 1, dayUS, 2*dayUS - 1, 31 * dayUS, 31*dayUS - 1, 59 * dayUS, 90*dayUS + 1}).Draw(t, "enrolled")
			for range plan.HeldAtEvents() {
				m.Held = append(m.Held, rapid.Int64Range(0, 4).Draw(t, "held"))
			}
			return m
		})
		in := &EventInput{
			Plan: plan, AtUS: eventAtUS, Sponsor: rapid.SliceOfN(member, 1, 7).Draw(t, "sponsor"), Placement: rapid.SliceOfN(member, 0, 6).Draw(t, "placement"),
			PV: drawVolume(t, "pv"), CV: drawVolume(t, "cv"), PriceMinor: drawVolume(t, "price"), Class: rapid.SampledFrom([]string{"", "power"}).Draw(t, "class"),
		}
		in.Placement = append(in.Sponsor[:1:1], in.Placement...)
		got, err := EventLines(in)
		if err != nil {
			t.Fatal(err)
		}
		if want := modelEventLines(in); !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v\nwant %+v", got, want)
		}
		// What lies further up than EventNeeds says, in ranks too when it says so, does not matter.
		needs := EventNeeds(plan, false)
		in.Sponsor = in.Sponsor[:min(len(in.Sponsor), 1+int(needs.SponsorLevels))]
		in.Placement = in.Placement[:min(len(in.Placement), 1+int(needs.PlacementLevels))]
		in.Sponsor, in.Placement = forgotten(in.Sponsor, needs), forgotten(in.Placement, needs)
		if again, err := EventLines(in); err != nil || !reflect.DeepEqual(got, again) {
			t.Errorf("with no more than %+v: got %+v, %v\nwant %+v", needs, again, err, got)
		}
	})
}

func modelEventLines(in *EventInput) (lines []EventLine) {
	e := &modelEvent{in: in, of: make([][]EventLine, len(in.Plan.Bonuses))}
	for index := range in.Plan.Bonuses {
		lines = append(lines, e.lines(index)...)
	}
	return lines
}

// modelEvent finds the lines of each bonus, those of matched ones first.
type modelEvent struct {
	in *EventInput
	of [][]EventLine
}

func (e *modelEvent) lines(index int) []EventLine {
	in, b := e.in, &e.in.Plan.Bonuses[index]
	if b.Pays != PaysEvent || e.of[index] != nil {
		return e.of[index]
	}
	m := &model{in: &Input{Plan: in.Plan}}
	var lines []EventLine
	add := func(placement bool, distance, level int, of, rate int64, base Base, months Months) {
		name := nameOf(months)
		if months == 0 {
			months = Month
		}
		paid := big.NewRat(int64(months), int64(Month))
		exact := m.money(bigOf(of), rate, base)
		amount, _ := modelRound(exact.Mul(exact, paid), in.Plan.Rounding)
		if amount != 0 {
			lines = append(lines, EventLine{index, placement, distance, uint16(level), of, rate, months, Fraction{paid.Num().Int64(), paid.Denom().Int64()}, name, amount})
		}
	}
	sale := func(placement bool, distance, level int, rate int64, months Months) {
		of := map[Base]int64{BaseCV: in.CV, BasePV: in.PV, BasePrice: in.PriceMinor}[b.BaseOf()]
		add(placement, distance, level, of, rate, b.BaseOf(), months)
	}
	sells := func(classes []string) bool {
		return len(classes) == 0 || strings.Contains(strings.Join(classes, " "), in.Class) && in.Class != ""
	}
	chain := func(placement bool) []ChainMember {
		if placement {
			return in.Placement
		}
		return in.Sponsor
	}
	paid := func(c ChainMember) bool {
		return (in.Plan.Active == nil || !c.Inactive || b.Inactive == InactivePaid) && e.asks(b.When, c)
	}
	switch seller := in.Sponsor[0]; {
	case b.Direct != nil:
		if sells(b.Direct.Classes) && e.asks(b.When, seller) {
			sale(false, 0, 0, e.rate(&b.Direct.Rates, seller, 0), 0)
		}
	case b.Advance != nil:
		if sells(b.Advance.Classes) && e.asks(b.When, seller) {
			sale(false, 0, 0, e.rate(&b.Advance.Rates, seller, 0), b.Advance.Months)
		}
	case b.Unilevel != nil:
		up := chain(b.Unilevel.Walk.Placement)
		for level := 1; level < len(up) && level <= int(b.Unilevel.Rates.Levels); level++ {
			if b.Unilevel.Walk.StopAt != nil && e.asks(b.Unilevel.Walk.StopAt, up[level-1]) {
				break
			}
			if paid(up[level]) {
				sale(b.Unilevel.Walk.Placement, level, level, e.rate(&b.Unilevel.Rates, up[level], level-1), b.Unilevel.Months)
			}
		}
	case b.Differential != nil:
		d := b.Differential
		highest, rest := int64(0), d.Total
		for distance, member := range chain(d.Placement) {
			rate := int64(0)
			if paid(member) && distance <= int(d.ToLevel) {
				rate = e.rate(&d.Rates, member, 0)
			}
			switch {
			case d.Total != 0:
				if rate = min(rate, rest); distance > 0 || d.OwnSales {
					sale(d.Placement, distance, 0, rate, d.Months)
					rest -= rate
				}
			case distance == 0 && d.OwnSales:
				sale(d.Placement, 0, 0, rate, d.Months)
			case distance > 0 && distance >= int(d.FromLevel) && rate > highest:
				sale(d.Placement, distance, 0, rate-highest, d.Months)
			}
			if distance > 0 || d.LessSeller {
				highest = max(highest, rate)
			}
		}
	case b.Matching != nil:
		up := chain(b.Matching.Walk.Placement)
		earned := make([]int64, len(up)+10)
		for _, k := range b.Matching.Bonuses {
			for _, l := range e.lines(k) {
				earned[l.Distance] += l.AmountMinor
			}
		}
		for level := 1; level <= int(b.Matching.Rates.Levels); level++ {
			above := level + int(b.Matching.Walk.SkipLevels)
			for distance := len(up) - 1; distance >= above; distance-- {
				if paid(up[distance]) && earned[distance-above] != 0 {
					add(b.Matching.Walk.Placement, distance, level, earned[distance-above], b.Matching.Rates.Rows[up[distance].Rank][level-1], BasePrice, 0)
				}
			}
		}
	}
	e.of[index] = lines
	return lines
}

// The store reads what is asked for with every sale, so nothing is asked for in vain.
func TestEventNeeds_AsksForNoMoreThanItTakes(t *testing.T) {
	one, two := []int64{RateScale / 10}, []int64{RateScale / 10, RateScale / 5}
	same := []int64{RateScale / 10, RateScale / 10}
	ranks, active := []Rank{{Name: "r"}}, hybridPlan().Active
	levels := func(rates ...[]int64) *Unilevel {
		return &Unilevel{Rates: byStanding(rates...)}
	}
	placed := levels(one)
	placed.Walk.Placement = true
	for name, c := range map[string]struct {
		plan Plan
		want Needs
	}{
		"nothing":                {Plan{}, Needs{}},
		"no rule":                {Plan{Bonuses: []Bonus{{Pays: PaysEvent}}}, Needs{}},
		"direct":                 {Plan{Active: active, Bonuses: []Bonus{{Pays: PaysEvent, Direct: &Direct{Rates: single(one...)}}}}, Needs{}},
		"direct, same rates":     {Plan{Ranks: ranks, Bonuses: []Bonus{{Pays: PaysEvent, Direct: &Direct{Rates: single(same...)}}}}, Needs{}},
		"direct by rank":         {Plan{Ranks: ranks, Bonuses: []Bonus{{Pays: PaysEvent, Direct: &Direct{Rates: single(two...)}}}}, Needs{Ranks: true}},
		"direct, at the close":   {Plan{Ranks: ranks, Bonuses: []Bonus{{Pays: PaysPeriod, Direct: &Direct{Rates: single(two...)}}}}, Needs{}},
		"advance":                {Plan{Bonuses: []Bonus{{Pays: PaysEvent, Advance: &Advance{Rates: single(same...)}}}}, Needs{}},
		"advance by rank":        {Plan{Bonuses: []Bonus{{Pays: PaysEvent, Advance: &Advance{Rates: single(two...)}}}}, Needs{Ranks: true}},
		"levels":                 {Plan{Bonuses: []Bonus{{Pays: PaysEvent, Unilevel: levels(two)}}}, Needs{SponsorLevels: 2}},
		"levels, same for rank":  {Plan{Bonuses: []Bonus{{Pays: PaysEvent, Unilevel: levels(two, two)}}}, Needs{SponsorLevels: 2}},
		"levels by rank":         {Plan{Bonuses: []Bonus{{Pays: PaysEvent, Unilevel: levels(two, same)}}}, Needs{SponsorLevels: 2, Ranks: true}},
		"levels of the active":   {Plan{Active: active, Bonuses: []Bonus{{Pays: PaysEvent, Unilevel: levels(one)}}}, Needs{SponsorLevels: 1, Ranks: true}},
		"levels, at the close":   {Plan{Active: active, Bonuses: []Bonus{{Unilevel: levels(one)}}}, Needs{}},
		"residual of the seller": {Plan{Bonuses: []Bonus{{Pays: PaysEvent, Residual: &Residual{Own: single(one...)}}}}, Needs{}},
		"both trees":             {Plan{Bonuses: []Bonus{{Pays: PaysEvent, Unilevel: placed}, {Pays: PaysEvent, Unilevel: levels(two)}}}, Needs{SponsorLevels: 2, PlacementLevels: 1}},
	} {
		if got := EventNeeds(&c.plan, false); got != c.want {
			t.Errorf("%s: got %+v, want %+v", name, got, c.want)
		}
	}
}

func TestEventLines_RefusesBadInput(t *testing.T) {
	good := func() *EventInput {
		return &EventInput{Plan: hybridPlan(), Sponsor: make([]ChainMember, 2), Placement: make([]ChainMember, 1)}
	}
	if _, err := EventLines(good()); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		spoil  func(in *EventInput)
		err    error
		naming string
	}{
		{func(in *EventInput) { in.Plan = nil }, ErrPlan, "no plan"},
		{func(in *EventInput) { in.Plan.Bonuses[0].Binary = nil }, ErrPlan, "bonus team"},
		{func(in *EventInput) { in.Sponsor = nil }, ErrInput, "the sponsor chain lacks the seller"},
		{func(in *EventInput) { in.Placement = nil }, ErrInput, "the placement chain lacks the seller"},
		{func(in *EventInput) { in.Sponsor[1].Rank = 11 }, ErrInput, "member 1 of the sponsor chain has rank number 11"},
		{func(in *EventInput) {
			in.PriceMinor = 1 << 62
			in.Plan.Bonuses = append(in.Plan.Bonuses, Bonus{Name: "advance", Pays: PaysEvent, Cadence: Monthly, Advance: &Advance{Base: BasePrice, Months: 9 * Month, Rates: single(make([]int64, 11)...)}})
			in.Plan.Bonuses[2].Advance.Rates.Rows[0][0] = RateScale
		}, ErrOverflow, "bonus advance"},
	} {
		in := good()
		c.spoil(in)
		if lines, err := EventLines(in); !errors.Is(err, c.err) || !strings.Contains(err.Error(), c.naming) || lines != nil {
			t.Errorf("got %v, %v; want %v naming %q", lines, err, c.err, c.naming)
		}
	}
}

// Published: 500 of premium, nine months, 102.5 %.
func TestEventLines_AdvanceOfNineMonths(t *testing.T) {
	plan := testPlanOf(Bonus{Name: "advance", Pays: PaysEvent, Cadence: Monthly, Advance: &Advance{Base: BasePrice, Months: 9 * Month, Rates: single(1_025_000_000)}})
	got, err := EventLines(&EventInput{Plan: plan, Sponsor: make([]ChainMember, 1), PriceMinor: 500_00})
	want := []EventLine{{Bonus: 0, Base: 500_00, Rate: 1_025_000_000, Months: 9 * Month, Factor: Fraction{9, 1}, FactorName: factorMonths, AmountMinor: 4_612_50}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
}

// What is said of some classes of products holds for one alone, and products without a class are of none of them.
func TestEventLines_OfOneProductClass(t *testing.T) {
	plan := testPlanOf(
		Bonus{Name: "advance", Pays: PaysEvent, Cadence: Monthly, Advance: &Advance{Base: BasePrice, Months: 2 * Month, Rates: single(RateScale / 10), Classes: []string{"power"}}},
		Bonus{Name: "direct", Pays: PaysEvent, Cadence: Monthly, Direct: &Direct{Base: BasePrice, Rates: single(RateScale / 100), Classes: []string{"power"}}},
	)
	for class, want := range map[string][]int64{"power": {20, 1}, "gas": nil, "": nil} {
		lines, err := EventLines(&EventInput{Plan: plan, Sponsor: make([]ChainMember, 1), PriceMinor: 100, Class: class})
		if err != nil {
			t.Fatal(err)
		}
		var got []int64
		for _, l := range lines {
			got = append(got, l.AmountMinor)
		}
		if !slices.Equal(got, want) {
			t.Errorf("a sale of class %q pays %v, want %v", class, got, want)
		}
	}
}

// Each of those above is paid at the value that a point has in their market.
func TestEventLines_PointsAreWorthWhatTheyAreInTheEarnersMarket(t *testing.T) {
	plan := testPlanOf(Bonus{Name: "team", Pays: PaysEvent, Cadence: Monthly, Unilevel: &Unilevel{Base: BaseCV}})
	plan.Names.Markets, plan.VariantOfMarket, plan.PointValues = []string{"IN", "DE"}, []uint8{0, 1, 0}, []Fraction{{1, 100}, {60, 100}}
	plan.Bonuses[0].Unilevel.Rates = EverybodyAt(plan, RateScale/10, RateScale/10, RateScale/10)
	lines, err := EventLines(&EventInput{Plan: plan, Sponsor: []ChainMember{{Market: 1}, {Market: 2}, {Market: 1}, {}}, CV: 100 * VolumeScale})
	if err != nil {
		t.Fatal(err)
	}
	var got []int64
	for _, l := range lines {
		got = append(got, l.AmountMinor)
	}
	if want := []int64{10_00, 600_00, 10_00}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestEventLines_AsManyLevelsAsThereAre(t *testing.T) {
	const levels = 3*eventBlockLines + 1
	rates, want := make([]int64, levels), []EventLine{}
	for i := range rates {
		rates[i] = RateScale / 100
		want = append(want, EventLine{Bonus: 0, Distance: i + 1, Level: uint16(i + 1), Base: 100 * VolumeScale, Rate: rates[i], Months: Month, Factor: One, AmountMinor: 1_00})
	}
	plan := testPlanOf(Bonus{Name: "levels", Pays: PaysEvent, Cadence: Monthly, Unilevel: &Unilevel{Rates: byStanding(rates)}})
	got, err := EventLines(&EventInput{Plan: plan, Sponsor: make([]ChainMember, levels+5), CV: 100 * VolumeScale})
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v\nwant %+v", got, err, want)
	}
}

func testPlanOf(bonuses ...Bonus) *Plan {
	return &Plan{ID: "p", Main: Monthly, Rounding: Rounding{HalfUp, 1}, PointValue: Fraction{1, 100}, Bonuses: bonuses}
}

// A sale counts as the number of pieces that it says, and as one where it says none.
func TestEventLines_CountPieces(t *testing.T) {
	rates := single(5_00)
	rates.Amounts = true
	plan := testPlanOf(Bonus{Name: "direct", Pays: PaysEvent, Cadence: Monthly, Direct: &Direct{Base: BaseCount, Rates: rates}})
	for count, want := range map[int64]int64{0: 5_00, 1: 5_00, 2: 10_00, 7: 35_00} {
		lines, err := EventLines(&EventInput{Plan: plan, Sponsor: make([]ChainMember, 1), Count: count, PriceMinor: 100})
		if err != nil || len(lines) != 1 || lines[0].AmountMinor != want {
			t.Errorf("%d pieces: %+v, %v; want %d", count, lines, err, want)
		}
	}
}

// What an event allocates is little, and the same whatever the table of rates.
func TestEventLines_AllocatesLittle(t *testing.T) {
	plan := hybridPlan()
	plan.Bonuses[1].Pays, plan.Bonuses[1].Unilevel.Walk.Compression = PaysEvent, CompressionNone
	if err := plan.Check(); err != nil {
		t.Fatal(err)
	}
	in := &EventInput{Plan: plan, Sponsor: make([]ChainMember, 8), Placement: make([]ChainMember, 1), CV: 100 * VolumeScale}
	if count := testing.AllocsPerRun(100, func() { must(EventLines(in)) }); count > 25 {
		t.Errorf("an event allocates %v times", count)
	}
}

func BenchmarkEventLines(b *testing.B) {
	plan := hybridPlan()
	plan.Bonuses[1].Pays, plan.Bonuses[1].Unilevel.Walk.Compression = PaysEvent, CompressionNone
	if err := plan.Check(); err != nil { // as a reader of plan files does
		b.Fatal(err)
	}
	in := &EventInput{Plan: plan, Sponsor: make([]ChainMember, 8), Placement: make([]ChainMember, 1), CV: 100 * VolumeScale}
	for i := range in.Sponsor {
		in.Sponsor[i].Rank = uint8(i)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := EventLines(in); err != nil {
			b.Fatal(err)
		}
	}
}

// A sale that is taken back earns what it earned with the other sign, and what is retained of a cancelled sale's line and what is taken
// back are the line, whatever the schedule leaves.
func TestEventLines_TakenBackAreNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		plan := drawEventPlan(t)
		in := &EventInput{
			Plan: plan, Sponsor: make([]ChainMember, 4), PV: drawVolume(t, "pv"), CV: drawVolume(t, "cv"), PriceMinor: drawVolume(t, "price"), Class: "power",
		}
		in.Placement = in.Sponsor
		lines, err := EventLines(in)
		if err != nil {
			t.Fatal(err)
		}
		back := *in
		back.PV, back.CV, back.PriceMinor = -in.PV, -in.CV, -in.PriceMinor
		reversed, err := EventLines(&back)
		if err != nil || len(reversed) != len(lines) {
			t.Fatalf("%d lines of %d, %v", len(reversed), len(lines), err)
		}
		full := Clawback{Mode: ClawbackFull}
		ended := SaleFold{Status: SaleCancelled}
		for i, line := range lines {
			want := line
			want.AmountMinor, want.Base = -line.AmountMinor, -line.Base
			if reversed[i] != want {
				t.Errorf("got %+v, want %+v", reversed[i], want)
			}
			kept := full.Retained(ended, line.Months)
			taken, err := RoundedPart(line.AmountMinor, Fraction{kept.Den - kept.Num, kept.Den}, plan.BonusRounding(&plan.Bonuses[line.Bonus]))
			if err != nil || taken != line.AmountMinor {
				t.Errorf("%d of %d is taken back, %v", taken, line.AmountMinor, err)
			}
		}
	})
}

func TestMatching_RefusesWhatTheEventDoesNotKnow(t *testing.T) {
	plan := func() (*Plan, *Matching) {
		levels := &Unilevel{Rates: byStanding([]int64{RateScale / 10})}
		m := &Matching{Bonuses: []int{0, 1}, Rates: byStanding([]int64{RateScale / 10})}
		p := testPlanOf(
			Bonus{Name: "own", Pays: PaysEvent, Cadence: Monthly, Direct: &Direct{Rates: single(RateScale / 10)}},
			Bonus{Name: "levels", Pays: PaysEvent, Cadence: Monthly, Unilevel: levels},
			Bonus{Name: "match", Pays: PaysEvent, Cadence: Monthly, Matching: m},
		)
		p.PlacementWidth = 2
		return p, m
	}
	for _, c := range []struct {
		says  string
		spoil func(p *Plan, m *Matching)
	}{
		{"", func(*Plan, *Matching) {}},
		{"is paid when what it matches is", func(p *Plan, _ *Matching) { p.Bonuses[0].Pays = PaysPeriod }},
		{"as they stand", func(_ *Plan, m *Matching) { m.AfterCaps = true }},
		{"as they stand", func(_ *Plan, m *Matching) { m.Walk.Compression = CompressionStandard }},
		{"as they stand", func(_ *Plan, m *Matching) { m.Walk.PassUp = 1 }},
		{"the tree of what it matches", func(_ *Plan, m *Matching) { m.Walk.Placement = true }},
		{"wait for each other", func(_ *Plan, m *Matching) { m.Bonuses = []int{2} }},
	} {
		p, m := plan()
		c.spoil(p, m)
		err := p.check()
		if c.says == "" && err != nil || c.says != "" && (!errors.Is(err, ErrPlan) || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("got %v, want %q", err, c.says)
		}
	}
}

// nameOf is the name of the factor of months in advance; "" where there are none.
func nameOf(months Months) string {
	if months > 0 {
		return factorMonths
	}
	return ""
}

// drawMonths draws a number of months, by thirds of a month that are rounded to what months can be.
func drawMonths(t *rapid.T, least, most int32, name string) Months {
	months := Months(rapid.Int32Range(least, most).Draw(t, name)) * Month
	if months > 0 && rapid.Bool().Draw(t, name+", not whole") {
		months -= rapid.SampledFrom([]Months{Month / 2, Month / 3}).Draw(t, name+", less")
	}
	return months
}
