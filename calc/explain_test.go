package calc

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

// What a line is made of adds up to its base, every bonus of the period is either paid or missed for a reason, and explaining changes
// nothing.
func TestExplain_SourcesAddUpToTheBase(t *testing.T) {
	checkDrawn(t, 1, func(t *rapid.T) {
		in := drawInput(t)
		_, err := Compute(in)
		discardOverflow(t, err)
		checkExplained(t, in, &explained{})
	})
}

// The same of each kind, over the random companies of the kind's own model.
func TestExplain_EveryKind(t *testing.T) {
	for _, kind := range []struct {
		name string
		in   func(seed uint64) *Input
	}{
		{"differential", func(seed uint64) *Input { return drawnDifferential(rand.New(rand.NewPCG(seed, 1)), 1+int(seed)%14) }},
		{"generation", func(seed uint64) *Input { return drawnGeneration(rand.New(rand.NewPCG(seed, 2)), 1+int(seed)%14) }},
		{"levels", func(seed uint64) *Input { return drawnLevels(rand.New(rand.NewPCG(seed, 3)), 1+int(seed)%14) }},
		{"sharing", func(seed uint64) *Input { return drawnSharing(rand.New(rand.NewPCG(seed, 4)), 1+int(seed)%14) }},
		{"binary", func(seed uint64) *Input {
			c := newSlowCompany(seed)
			c.grow(1 + c.r.IntN(10))
			for range seed % 3 {
				c.sell()
				c.in.Prior = Prior{State: must(Compute(c.in)).State}
				c.in.Period = PeriodByNo(Monthly, nil, c.in.Period.No+1)
			}
			c.sell()
			return c.in
		}},
	} {
		t.Run(kind.name, func(t *testing.T) {
			var seen explained
			for seed := range uint64(fewer(150)) {
				checkExplained(t, kind.in(seed), &seen)
				if t.Failed() {
					t.Fatalf("seed %d", seed)
				}
			}
			if kind.name != "sharing" && seen.sources < fewer(150) || seen.lines < fewer(50) || seen.missed < fewer(100) {
				t.Errorf("only %+v were met", seen)
			}
		})
	}
}

// drawnLevels draws bonuses that walk up trees in all ways, and others that match them.
func drawnLevels(random *rand.Rand, n int) *Input {
	in := drawn(random, n)
	p := in.Plan
	walk := func() Walk {
		w := Walk{
			Placement: p.PlacementWidth > 0 && random.IntN(2) == 0, Compression: Compression(random.IntN(4)),
			SkipLevels: random.Int32N(3),
		}
		if !w.Placement {
			w.PassUp = random.Int32N(3)
		}
		if random.IntN(3) == 0 {
			w.StopAt = p.tagged(tagBreaksAway)
		}
		return w
	}
	rates := func() RateTable { return drawnRates(random, p, 1+random.IntN(4)) }
	for i := range 6 {
		b := drawnBonus(random, p)
		b.Name = fmt.Sprintf("b%d", i)
		base := []Base{BaseCV, BasePV, BasePrice}[random.IntN(3)]
		switch i {
		case 0:
			b.Unilevel = &Unilevel{Base: base, Walk: walk(), Rates: rates()}
		case 1:
			b.Residual = &Residual{Parts: []ResidualPart{{base, RateScale}, {BasePV, RateScale / 2}}, Levels: rates(), Walk: walk()}
			if random.IntN(2) == 0 {
				b.Residual.Own = drawnRates(random, p, 1)
			}
		case 2:
			if p.PlacementWidth == 0 {
				continue
			}
			w := walk()
			w.Placement, w.PassUp = true, 0
			b.Matrix = &Matrix{Base: base, Walk: w, Rates: rates(), TopCounts: random.IntN(2) == 0}
			if random.IntN(2) == 0 {
				b.Matrix.Completions = []MatrixCompletion{{Depth: 1, AmountMinor: 500}}
			}
		case 3:
			b.Matching = &Matching{Bonuses: []int{0, 1}, Walk: walk(), Rates: rates(), AfterCaps: true}
		case 4:
			b.Matching = &Matching{Bonuses: []int{len(p.Bonuses) - 1}, Walk: Walk{}, Rates: rates(), ByGeneration: true, Leaders: p.tagged(tagLeader)}
		case 5:
			b.Direct = &Direct{Base: base, Rates: drawnRates(random, p, 1)}
		}
		p.paysBonus(b)
	}
	return in
}

// drawnSharing draws pools, rank bonuses and adjustments, which a cap bounds, over one period or two.
func drawnSharing(random *rand.Rand, n int) *Input {
	in := drawn(random, n)
	p := in.Plan
	group := must(NewNumber(p.Facts, "gv", p.fact(factGV)))
	whole := []int64{0, 1, 2, 3}
	shares := RateTable{Levels: 1, Amounts: true, Candidates: make([][]uint8, p.Standings())}
	for range whole {
		shares.Rows = append(shares.Rows, []int64{whole[random.IntN(len(whole))]})
	}
	for i := range shares.Candidates {
		if random.IntN(3) > 0 {
			shares.Candidates[i] = []uint8{uint8(random.IntN(len(shares.Rows)))}
		}
	}
	pools := []*Pool{
		{Base: BaseCV, Rate: percent(3)},
		{Base: BasePrice, Rate: percent(1), Sharing: ShareByShares, SharesByRank: shares},
		{AmountMinor: 5000, Sharing: ShareByShares, Shares: group, Undistributed: UndistributedNextPeriod},
		{AmountMinor: 1, Sharing: ShareByPlace, OrderBy: group, Places: []int64{percent(60), percent(40)}, ShareMax: percent(50)},
	}
	bonuses := []Bonus{}
	for _, pool := range pools {
		b := drawnBonus(random, p)
		b.Pool = pool
		bonuses = append(bonuses, b)
	}
	bonuses = append(bonuses, Bonus{Manual: &Manual{}}, Bonus{Pool: &Pool{
		AmountMinor: 7000, Sharing: ShareByShares, Generations: drawnPoolGenerations(random, p),
	}})
	for _, held := range []bool{false, true} {
		b := drawnBonus(random, p)
		b.RankBonus = &RankBonus{WhileHeld: held, Base: BasePV}
		for rank := range p.Ranks {
			award := RankAward{Rank: uint8(rank + 1), AfterPeriods: random.Int32N(2)}
			if random.IntN(2) == 0 {
				award.Rate = percent(2)
			} else {
				award.AmountMinor = []int64{1000 * random.Int64N(3)}
			}
			if !held && random.IntN(2) == 0 {
				award.Instalments = []int64{percent(60), percent(40)}
			}
			if !held && random.IntN(2) == 0 {
				award.WithinDays = 30
			}
			if !held && random.IntN(2) == 0 {
				award.WithinMonths = 1 + random.Int32N(2)
			}
			b.RankBonus.Awards = append(b.RankBonus.Awards, award)
		}
		if len(p.Ranks) > 0 {
			bonuses = append(bonuses, b)
		}
	}
	for i, b := range bonuses {
		b.Name = fmt.Sprintf("b%d", i)
		p.paysBonus(b)
	}
	for row := range n {
		if random.IntN(3) == 0 {
			a := &in.Adjustments
			a.Earner, a.Bonus, a.AmountMinor = append(a.Earner, int32(row)), append(a.Bonus, 4), append(a.AmountMinor, random.Int64N(9)-4)
		}
	}
	if limit := random.IntN(3); limit < 2 {
		amounts := EverybodyAt(p, int64(limit)*1000)
		amounts.Amounts = true
		p.Caps = []Cap{{Name: "payout", Cadence: Monthly, Bonuses: []int{0, 1, 4}, Per: CapPer(2 * random.IntN(2)), LimitMinor: amounts}}
	}
	if random.IntN(2) == 0 {
		in.Prior.State = must(Compute(in)).State
	}
	return in
}

// explained counts what has been explained.
type explained struct{ lines, sources, missed int }

// checkExplained explains everybody.
func checkExplained(t interface {
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
}, in *Input, seen *explained,
) {
	want, err := Compute(in)
	if err != nil {
		t.Fatalf("%v", err)
	}
	for row := range in.Network.Sponsor {
		x, err := Explain(in, int32(row))
		if err != nil {
			t.Fatalf("%v", err)
		}
		if !reflect.DeepEqual(x.Output, want) {
			t.Fatalf("explaining %d gives %+v, not %+v", row, x.Output, want)
		}
		if x.Active != want.Active[row] || want.PaidAs != nil && (x.PaidAs != want.PaidAs[row] || x.Achieved != want.Achieved[row]) {
			t.Errorf("distributor %d stands as %+v", row, x)
		}
		if in.Cadence == in.Plan.Main && x.Activity.Holds != x.Active {
			t.Errorf("distributor %d: active is %v, and explained as %+v", row, x.Active, x.Activity)
		}
		for _, r := range x.Ranks {
			if want.PaidAs != nil && r.Reason.Holds != (r.Rank == want.PaidAs[row]) {
				t.Errorf("distributor %d is paid as %d, and rank %d is explained as %+v", row, want.PaidAs[row], r.Rank, r.Reason)
			}
		}
		for _, problem := range explainedWrongly(in, want, x) {
			t.Errorf("distributor %d: %s", row, problem)
		}
		seen.lines += len(x.Lines)
		seen.missed += len(x.Missed)
		for _, l := range x.Lines {
			seen.sources += len(l.Sources)
		}
	}
}

// explainedWrongly says what is wrong with the lines and the bonuses missed of an explanation.
func explainedWrongly(in *Input, want *Output, x *Explanation) (problems []string) {
	wrong := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	lines := &want.Lines
	paid := make([]bool, len(in.Plan.Bonuses))
	count := 0
	for i, earner := range lines.Earner {
		if earner != x.Row {
			continue
		}
		b := &in.Plan.Bonuses[lines.Bonus[i]]
		paid[lines.Bonus[i]] = paid[lines.Bonus[i]] || lines.AmountMinor[i] != 0
		if count >= len(x.Lines) || x.Lines[count].Line != i {
			wrong("line %d is not explained: %+v", i, x.Lines)
			return problems
		}
		sum := int64(0)
		for _, source := range x.Lines[count].Sources {
			sum += source.Amount
		}
		of := lines.Base[i]
		if lines.Kind[i] == LineAdjustment {
			of = 0
		}
		if b.Binary == nil && b.Pool == nil && b.Manual == nil && sum != of {
			wrong("sources of line %d come to %d, not %d", i, sum, of)
		}
		count++
	}
	missed := map[int]bool{}
	for _, m := range x.Missed {
		missed[m.Bonus] = true
		if len(m.Reasons) == 0 {
			wrong("bonus %d is missed without a reason", m.Bonus)
		}
		for _, r := range m.Reasons {
			if r.Holds || r.String() == "" {
				wrong("bonus %d is missed because of what holds: %+v", m.Bonus, r)
			}
		}
	}
	for i := range in.Plan.Bonuses {
		b := &in.Plan.Bonuses[i]
		if of := b.Pays == PaysPeriod && b.Cadence == in.Cadence; missed[i] != (of && !paid[i]) {
			wrong("bonus %d: paid %v, missed %v", i, paid[i], missed[i])
		}
	}
	return problems
}

func TestExplain_RefusesWhoIsNotThere(t *testing.T) {
	if x, err := Explain(goodInput(), 3); !errors.Is(err, ErrInput) || x != nil {
		t.Errorf("got %v, %v", x, err)
	}
}

func TestReason_SaysWhatIsLacking(t *testing.T) {
	p := &Plan{Ranks: []Rank{{Name: "silver"}}}
	condition := p.condition(expr(OpAnd, p.atLeast(factPV, 100), expr(OpOr, p.legsWith(1, 2), expr(OpNot, expr(OpLess, p.fact(factGV), num(500))))))
	teller := conditionTeller{plan: p, f: &factColumns{table: p.Facts, columns: [][]int64{{60 * VolumeScale}, {1}, {320_5000}}}}
	r := teller.of(condition)
	if want := "pv >= 100: has 60, needs 40 more; legs_with(\"silver\") >= 2: has 1, needs 1 more, or gv >= 500: has 320.5, needs 179.5 more"; r.Holds || r.String() != want {
		t.Errorf("got %v %q, want %q", r.Holds, r, want)
	}
	if got := len(r.Missing()); got != 3 {
		t.Errorf("%d parts are missing", got)
	}
	teller.f.columns[0][0] = 100 * VolumeScale
	if r := teller.of(condition); r.Holds || r.String() != `legs_with("silver") >= 2: has 1, needs 1 more, or gv >= 500: has 320.5, needs 179.5 more` {
		t.Errorf("got %v %q", r.Holds, r)
	}
	teller.f.columns[1][0] = 2
	if r := teller.of(condition); !r.Holds {
		t.Errorf("got %+v", r)
	}
}

func TestPlanWords_SayConditionsInEnglish(t *testing.T) {
	p := &Plan{Ranks: []Rank{{Name: "silver"}}}
	for _, c := range []struct {
		root *Expr
		want string
	}{
		{
			expr(OpAnd, p.atLeast(factPV, 100), expr(OpOr, p.legsWith(1, 2), expr(OpNot, expr(OpLess, p.fact(factGV), num(500))))),
			"personal volume of at least 100, and (at least 2 sponsor legs with the rank silver, or personal volume of the whole group of at least 500)",
		},
		{
			expr(OpNot, expr(OpOr, p.fact(FactKey{Fact: FactActive}), expr(OpLess, num(3), p.fact(FactKey{Fact: FactFrontline})))),
			"not active, and at most 3 sponsored directly",
		},
		{expr(OpGreater, expr(OpMultiply, p.fact(factPV), num(2)), p.fact(factGV)), "pv * 2 of more than personal volume of the whole group"},
	} {
		if got := p.Words(p.condition(c.root)); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
	if got := p.Words(nil); got != "always" {
		t.Errorf("got %q", got)
	}
}
