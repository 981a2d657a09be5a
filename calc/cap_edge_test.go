package calc

import (
	"cmp"
	"errors"
	"math"
	"math/big"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// The company's cap gives two lines a unit each that rounding had not taken from them; the cap of their earner then lacks more units than
// there are lines.
func TestCap_MoreUnitsThanLines(t *testing.T) {
	p := newPayroll(5, manual("a"), manual("b"))
	p.in.Plan.Rounding.Mode = Down
	for row := range 5 {
		amount := int64(10)
		if row == 0 {
			amount = 20
		}
		p.pay("a", row, amount)
		p.pay("b", row, amount)
	}
	p.cap(Cap{Name: "company", Per: CapPerCompany, LimitMinor: p.limit(114), Remainder: RemainderFirst})
	p.cap(Cap{Name: "person", LimitMinor: p.limit(39), Remainder: RemainderFirst})
	out := p.compute(t)
	if got := sumsByRow(p.in, out); !slices.Equal(got, []int64{39, 20, 18, 18, 18}) {
		t.Errorf("%v\n%s", got, described(p.in, out))
	}
	m := newCapModel(p.in)
	m.apply(out.PaidAs)
	if got, want := resultOf(out), m.result(); !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// Where a cap lacks more units than there are lines, they are gone through again without those that another unit would take past zero: a
// line of -1 that has been given one, or one of 1 that has lost one. One of -2 can be given two.
func TestCap_NoSecondUnitPastZero(t *testing.T) {
	names := []string{"first", "a", "b", "last"}
	others := []int64{0, 10, 10, 0}
	for _, c := range []struct {
		name  string
		mode  RoundingMode
		pays  [][]int64 // by row and bonus
		row   int       // whose cap it is
		limit int64
		want  []int64
	}{
		{"given", Down, [][]int64{{-2, 20, 20, 0}, {0, 12, 10, 0}, others, others, others}, 0, 39, []int64{0, 20, 19, 0}},
		{"given twice", Down, [][]int64{{-3, 20, 20, 0}, {0, 13, 10, 0}, others, others, others}, 0, 38, []int64{0, 19, 19, 0}},
		{"taken", Up, [][]int64{{0, 9, 10, 0}, others, others, others, {0, 20, 20, 1}}, 4, 35, []int64{0, 18, 17, 0}},
	} {
		p := newPayroll(len(c.pays), manual(names[0]), manual(names[1]), manual(names[2]), manual(names[3]))
		p.in.Plan.Rounding.Mode = c.mode
		for row, amounts := range c.pays {
			for bonus, amountMinor := range amounts {
				p.pay(names[bonus], row, amountMinor)
			}
		}
		p.cap(Cap{Name: "company", Per: CapPerCompany, LimitMinor: p.limit(114), Remainder: RemainderFirst})
		p.cap(Cap{Name: "person", LimitMinor: p.limit(c.limit), Remainder: RemainderFirst})
		out := p.compute(t)
		got := make([]int64, len(names))
		for i, row := range out.Lines.Earner {
			if int(row) == c.row {
				got[out.Lines.Bonus[i]] += out.Lines.AmountMinor[i]
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v\n%s", c.name, got, c.want, described(p.in, out))
		}
		m := newCapModel(p.in)
		m.apply(out.PaidAs)
		if got, want := resultOf(out), m.result(); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, want %v", c.name, got, want)
		}
	}
}

// What the positions of an owner were paid before counts together.
func TestCap_OwnersLifetimeLimit(t *testing.T) {
	p := newPayroll(4, manual("pay"))
	p.in.Network.Owner = []int32{0, 1, 2, 1}
	p.cap(Cap{Name: "life", Per: CapPerOwner, Lifetime: true, LimitMinor: p.limit(100)})
	for i, want := range [][]int64{{30, 20, 0, 20}, {30, 30, 0, 30}, {30, 0, 0, 0}, {10, 0, 0, 0}, {0, -5, 0, 0}, {0, 2, 0, 3}} {
		p.in.Adjustments = Adjustments{}
		p.pay("pay", 0, 30)
		switch i {
		case 0:
			p.pay("pay", 1, 20)
			p.pay("pay", 3, 20)
		case 4:
			p.pay("pay", 1, -5)
		default:
			p.pay("pay", 1, 40)
			p.pay("pay", 3, 40+int64(i/5)*20)
		}
		out := p.compute(t)
		if got := sumsByRow(p.in, out); !slices.Equal(got, want) {
			t.Errorf("period %d: %v, want %v", i, got, want)
		}
		p.in.Prior.State = out.State
	}
}

// A limit that is a rate of volume is at the value of a point of the distributor's market, and the company's at that of the plan.
func TestCap_LimitsAtTheValueOfAPoint(t *testing.T) {
	for per, want := range map[CapPer][]int64{CapPerPerson: {100, 50}, CapPerCompany: {150, 150}} {
		p := newPayroll(2, manual("pay"))
		plan := p.in.Plan
		plan.Names.Markets = []string{"IN"}
		plan.PointValues, plan.VariantOfMarket = []Fraction{{1, 100}, {1, 200}}, []uint8{0, 1}
		p.in.Network.Market = []uint16{0, 1}
		p.in.Network.Sponsor = []int32{-1, -1}
		p.in.Volumes = Volumes{Seller: []int32{0, 1}, PV: []int64{0, 0}, CV: []int64{10 * VolumeScale, 10 * VolumeScale}, PriceMinor: []int64{0, 0}}
		if per == CapPerCompany {
			p.in.Volumes.CV[1] = 20 * VolumeScale
		}
		p.pay("pay", 0, 1000)
		p.pay("pay", 1, 1000)
		p.cap(Cap{Name: "limit", Per: per, Rate: RateScale / 10})
		if got := sumsByRow(p.in, p.compute(t)); !slices.Equal(got, want) {
			t.Errorf("per %d: %v, want %v", per, got, want)
		}
	}
}

func TestCap_LimitsByACondition(t *testing.T) {
	p := newPayroll(3, manual("pay"))
	p.sell(1, 500)
	for row := range 3 {
		p.pay("pay", row, 1000)
	}
	more := p.in.Plan.condition(p.in.Plan.atLeast(FactKey{Fact: FactOwn, Volume: BasePrice}, 5))
	p.cap(Cap{Name: "limit", LimitMinor: RateTable{
		Levels: 1, Amounts: true, Rows: [][]int64{{400}, {900}}, Candidates: [][]uint8{{1, 0}}, When: []*Condition{nil, more},
	}})
	if got := sumsByRow(p.in, p.compute(t)); !slices.Equal(got, []int64{400, 900, 400}) {
		t.Errorf("%v", got)
	}
}

func TestCap_RefusesWhatIsNoCap(t *testing.T) {
	for name, change := range map[string]func(p *payroll, c *Cap){
		"an unknown bonus":          func(_ *payroll, c *Cap) { c.Bonuses = []int{2} },
		"bonuses out of order":      func(_ *payroll, c *Cap) { c.Bonuses = []int{1, 0} },
		"a bonus twice":             func(_ *payroll, c *Cap) { c.Bonuses = []int{0, 0} },
		"another cadence":           func(p *payroll, _ *Cap) { p.in.Plan.Bonuses[0].Cadence = Weekly },
		"protected and not bounded": func(_ *payroll, c *Cap) { c.Bonuses, c.Protect = []int{0}, []int{1} },
		"a shorter time":            func(_ *payroll, c *Cap) { c.Within = Weekly },
		"two times":                 func(_ *payroll, c *Cap) { c.Within, c.Lifetime = Yearly, true },
		"no such mode":              func(_ *payroll, c *Cap) { c.Mode = 9 },
		"no such remainder":         func(_ *payroll, c *Cap) { c.Remainder = 9 },
		"below zero":                func(p *payroll, c *Cap) { c.LimitMinor = p.limit(-1) },
		"rates":                     func(_ *payroll, c *Cap) { c.LimitMinor.Amounts = false },
		"a rate below zero":         func(_ *payroll, c *Cap) { c.LimitMinor, c.Rate = RateTable{}, -1 },
		"a rate of sales":           func(_ *payroll, c *Cap) { c.LimitMinor, c.Rate, c.Base = RateTable{}, 1, BaseCount },
		"an unknown volume":         func(_ *payroll, c *Cap) { c.LimitMinor, c.Rate, c.Base = RateTable{}, 1, 99 },
		"the company by rank": func(p *payroll, c *Cap) {
			p.rank(1)
			c.Per, c.LimitMinor = CapPerCompany, RateTable{Levels: 1, Amounts: true, Rows: [][]int64{{1}, {2}}, Candidates: [][]uint8{{0}, {1}}}
		},
		"what bonuses pay": func(p *payroll, c *Cap) {
			earned := p.in.Plan.condition(p.in.Plan.atLeast(FactKey{Fact: FactEarned}, 1))
			c.LimitMinor.When = []*Condition{earned}
		},
	} {
		p := newPayroll(1, manual("a"), manual("b"))
		p.cap(Cap{Name: "limit", LimitMinor: p.limit(5)})
		change(p, &p.in.Plan.Caps[0])
		if _, err := Compute(p.in); !errors.Is(err, ErrPlan) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCap_SumsOutOfRange(t *testing.T) {
	p := newPayroll(2, manual("a"))
	p.pay("a", 0, math.MaxInt64)
	p.pay("a", 1, 1)
	p.cap(Cap{Name: "limit", Per: CapPerCompany, LimitMinor: p.limit(5)})
	if _, err := Compute(p.in); !errors.Is(err, ErrOverflow) {
		t.Errorf("%v", err)
	}
	p.in.Adjustments = Adjustments{}
	p.pay("a", 0, math.MaxInt64)
	if got := sumsByRow(p.in, p.compute(t)); got[0] != 5 {
		t.Errorf("%v", got)
	}
}

// Who gets all that is claimed is not scaled, also where nothing is left after it.
func TestCap_ServedInFullIsNotScaled(t *testing.T) {
	p := newPayroll(3, manual("pay"))
	p.rank(1, 2)
	p.sell(0, 200)
	p.sell(1, 100)
	for row := range 3 {
		p.pay("pay", row, 100)
	}
	p.cap(Cap{Name: "limit", Per: CapPerCompany, Mode: CapPriority, LimitMinor: p.limit(200)})
	want := `
		0 pay 100 × 1 = 100
		1 pay 100 × 1 = 100
		2 pay 100 × 1 × limit 0/1 = 0`
	wantLines(t, p.in, p.compute(t), want)
	p.in.Plan.Caps[0].Mode = CapHardStop
	wantLines(t, p.in, p.compute(t), want)
	for _, per := range []CapPer{CapPerPerson, CapPerOwner, CapPerCompany} {
		p := newPayroll(1, manual("pay"))
		p.pay("pay", 0, 100)
		p.cap(Cap{Name: "limit", Per: per, LimitMinor: p.limit(100)})
		wantLines(t, p.in, p.compute(t), "0 pay 100 × 1 = 100")
	}
}

// Of two lines that lose all but the same, the one that rounding gave more to gives a unit back, though what it gave differs only in the
// 62nd place: 2⁻⁶² of a unit.
func TestCap_TellsLinesApartByTheirLastPlaces(t *testing.T) {
	const half = 1<<61 - 2
	for _, larger := range []int{0, 1} {
		p := newPayroll(3, manual("pay"))
		p.pay("pay", larger, half+1)
		p.pay("pay", 1-larger, half)
		p.pay("pay", 2, 3)
		p.cap(Cap{Name: "limit", Per: CapPerCompany, LimitMinor: p.limit(2*half + 3)})
		if got := sumsByRow(p.in, p.compute(t)); !slices.Equal(got, []int64{half, half, 3}) {
			t.Errorf("row %d is larger: %v", larger, got)
		}
	}
}

// More was paid than the limit is now: nothing more is, and nothing is taken back.
func TestCap_MoreWasPaidBeforeThanTheLimit(t *testing.T) {
	for _, per := range []CapPer{CapPerPerson, CapPerCompany} {
		p := newPayroll(1, manual("pay"))
		p.pay("pay", 0, 50)
		p.cap(Cap{Name: "limit", Per: per, Within: Yearly, LimitMinor: p.limit(250)})
		p.in.Prior.State = State{capKey(&p.in.Plan.Caps[0]): {300}}
		wantLines(t, p.in, p.compute(t), "0 pay 50 × 1 × limit 0/1 = 0")
	}
}

func TestCap_RateOfVolumeIsRoundedDown(t *testing.T) {
	for _, per := range []CapPer{CapPerPerson, CapPerCompany} {
		p := newPayroll(1, manual("pay"))
		p.sell(0, 1999)
		p.pay("pay", 0, 500)
		p.cap(Cap{Name: "limit", Per: per, Rate: RateScale / 10, Base: BasePrice})
		wantLines(t, p.in, p.compute(t), "0 pay 500 × 1 × limit 199/500 = 199")
	}
}

func TestCap_OwnerHasTheHighestLimitOfThePositions(t *testing.T) {
	for _, best := range []int{0, 1, 2} {
		p := newPayroll(3, manual("pay"))
		p.in.Network.Owner = []int32{1, 1, 1}
		p.rank(1)
		p.sell(best, 100)
		for row := range 3 {
			p.pay("pay", row, 100)
		}
		p.cap(Cap{Name: "limit", Per: CapPerOwner, LimitMinor: RateTable{
			Levels: 1, Amounts: true, Rows: [][]int64{{30}, {60}}, Candidates: [][]uint8{{0}, {1}},
		}})
		if got := sumsByRow(p.in, p.compute(t)); !slices.Equal(got, []int64{20, 20, 20}) {
			t.Errorf("%v", got)
		}
	}
}

// What is left of exact amounts ranks as it should: the more a step brings an amount nearer, the higher.
func TestCap_RanksAgreeWithRationals(t *testing.T) {
	checkDrawn(t, 30, func(t *rapid.T) {
		down := rapid.Bool().Draw(t, "down")
		const step = 5
		draw := func() (word uint64, nearer *big.Rat) {
			den := rapid.OneOf(rapid.Int64Range(1, 16), rapid.Int64Range(1, 1<<62)).Draw(t, "den")
			num := rapid.OneOf(rapid.Int64Range(-50, 50), rapid.Int64Range(-1<<62, 1<<62)).Draw(t, "num")
			exact, err := ExactProduct(1, step, Fraction{num, den})
			discardOverflow(t, err)
			amount := must(exact.RoundedMinor(Rounding{RoundingMode(rapid.IntRange(0, 3).Draw(t, "mode")), step}))
			nearer = new(big.Rat).Sub(big.NewRat(num, den), new(big.Rat).SetInt64(amount))
			if down {
				nearer.Neg(nearer)
			}
			return packed(exact, amount, step), nearer
		}
		a, nearerA := draw()
		b, nearerB := draw()
		if a == 0 || b == 0 {
			t.Skip("nothing")
		}
		rankA, rankB := rankOfExact(a, down), rankOfExact(b, down)
		far := new(big.Rat).Sub(nearerA, nearerB)
		if far.Abs(far).Cmp(big.NewRat(step, 1<<59)) < 0 && far.Sign() != 0 {
			t.Skip("too near for the first word")
		}
		if got, want := cmp.Compare(rankA, rankB), nearerA.Cmp(nearerB); got != want {
			t.Errorf("%#x and %#x compare as %d, %s and %s as %d", rankA, rankB, got, nearerA.FloatString(20), nearerB.FloatString(20), want)
		}
	})
}

// A word says of its places whether anything is left behind them, and its other bits are not among them.
func TestCap_WordTellsWhatIsLeftBehindItsPlaces(t *testing.T) {
	word := func(e ExactAmount) uint64 { return packed(e, int64(e.Steps), 1) }
	const places = 1 << 40
	want := word(ExactAmount{Steps: 7, Hi: places})
	if want != places|exactThere|exactShort {
		t.Fatalf("the word is %#x", want)
	}
	for bit := range placesShift {
		if got := word(ExactAmount{Steps: 7, Hi: places | 1<<bit}); got != want&^exactShort {
			t.Errorf("with bit %d behind the places: %#x", bit, got)
		}
	}
	for _, e := range []ExactAmount{{Steps: 7, Hi: places, Lo: 1}, {Steps: 7, Hi: places, More: true}} {
		if got := word(e); got != want&^exactShort {
			t.Errorf("%+v: %#x", e, got)
		}
	}
}

// A bonus may pay everybody another rate, more of them than any cache holds: each line is scaled by its own.
func TestCap_EveryLineHasAnotherRate(t *testing.T) {
	const people = 2_000
	p := newPayroll(people, directOf("own", 0))
	table := BracketTable{}
	for i := range people {
		table.From, table.Rates = append(table.From, int64(i+1)*VolumeScale), append(table.Rates, int64(i+1)*RateScale/(2*people))
		p.sell(i, 10_000)
		p.in.Volumes.PV[i] = int64(i+1) * VolumeScale
		p.in.Network.Sponsor[i] = -1
	}
	d := p.in.Plan.Bonuses[0].Direct
	d.Rates = RateTable{}
	d.Brackets = &Brackets{By: must(NewNumber(p.in.Plan.Facts, "gv", p.in.Plan.fact(factGV))), Tables: []BracketTable{table}}
	p.cap(Cap{Name: "half", Per: CapPerCompany, LimitMinor: p.limit(10_000 * people / 8)})
	out := p.compute(t) // which reckons every amount again
	sum := int64(0)
	for i := range out.Lines.Len() {
		sum += out.Lines.AmountMinor[i]
	}
	if sum != 10_000*people/8 || out.Lines.Len() < people {
		t.Errorf("%d lines pay %d", out.Lines.Len(), sum)
	}
}

// The first words of ranks go up with what a step brings an amount nearer: of amounts that were rounded down, a step up the more the more
// is left over; a step down the more the less is left over, and whole steps are the last to lose one.
func TestCap_RanksInOrder(t *testing.T) {
	left := func(eighths int64) uint64 {
		exact := must(ExactProduct(16+eighths, 1, Fraction{1, 8}))
		return packed(exact, 2, 1)
	}
	for eighths := range int64(7) {
		a, b := left(eighths), left(eighths+1)
		if up, next := rankOfExact(a, false), rankOfExact(b, false); up >= next {
			t.Errorf("up: %d/8 ranks %#x, and %d/8 %#x", eighths, up, eighths+1, next)
		}
		if down, next := rankOfExact(a, true), rankOfExact(b, true); eighths > 0 && down <= next {
			t.Errorf("down: %d/8 ranks %#x, and %d/8 %#x", eighths, down, eighths+1, next)
		}
	}
	if whole, rest := rankOfExact(left(0), true), rankOfExact(left(1), true); whole>>62 != rankNearer>>62 || rest>>62 == rankNearer>>62 {
		t.Errorf("down: whole steps rank %#x, and others, which were rounded down already, %#x", whole, rest)
	}
}

// Parts that are equal in the sixty places of the first word go by the sixty-eight behind them, the nearer ones first.
func TestCap_WordsBehindTheFirstAreInOrder(t *testing.T) {
	// From the least to the greatest, all with the same sixty places before them.
	const same = 0xabcd << 32
	places := [][2]uint64{
		{same, 0},
		{same, 1},
		{same, 2},
		{same, 8},
		{same, 0x10},
		{same, 0x18},
		{same, 1 << 63},
		{same, 1<<63 | 1},
		{same | 1, 0},
		{same | 1, 1 << 63},
		{same | 2, 0},
		{same | 4, 1},
		{same | 8, 0},
		{same | 8, 1 << 63},
		{same | 15, 0},
		{same | 15, 1<<64 - 1},
	}
	words := func(of [2]uint64, lacking bool) []uint64 {
		e := ExactAmount{Steps: 7, Hi: of[0], Lo: of[1]}
		return []uint64{e.placesBehindFirst(lacking, 1), e.placesBehindFirst(lacking, 2)}
	}
	for i, less := range places {
		for _, more := range places[i+1:] {
			if a, b := words(less, false), words(more, false); slices.Compare(a, b) >= 0 {
				t.Errorf("%#x ranks as %#x, and %#x as %#x", less, a, more, b)
			}
			if less[0] == more[0] { // else the first words differ of what lacks to the next step
				if a, b := words(less, true), words(more, true); less[1] != 0 && slices.Compare(a, b) <= 0 {
					t.Errorf("%#x lacks %#x, and %#x lacks %#x", less, a, more, b)
				}
			}
		}
	}
}

// What a limit of a year has taken is what its own bonuses have paid, at the event and at the close: 10 and 40 of the first, and nothing of
// the 100 that an event has posted of a bonus which the cap does not bound.
func TestCap_CountsOnlyWhatItBoundsTowardItsPeriod(t *testing.T) {
	event, other := directOf("event", RateScale), directOf("other", RateScale)
	event.Pays, other.Pays = PaysEvent, PaysEvent
	p := newPayroll(2, event, other, manual("pay"))
	p.post("event", 0, 10)
	p.post("other", 0, 100)
	p.post("other", 1, 100)
	p.pay("pay", 0, 40)
	p.cap(Cap{Name: "year", Within: Yearly, Bonuses: p.bonuses("event pay"), LimitMinor: p.limit(1_000)})
	if got := p.compute(t).State[capKey(&p.in.Plan.Caps[0])]; !slices.Equal(got, []int64{50, 0}) {
		t.Errorf("counted: %v", got)
	}
}
