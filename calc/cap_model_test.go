package calc

import (
	"cmp"
	"fmt"
	"maps"
	"math/big"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// capModel is the rules of caps written down a second time, plainly: one line after the other, in rationals of any size.
type capModel struct {
	in    *Input
	lines []*cappedLine
	limit int // index of the cap at work
}

// cappedLine is a line, or what events have posted to somebody by a bonus.
type cappedLine struct {
	earner, bonus int
	exact         *big.Rat // base × rate × factors; of what is posted, what is left of it
	amount        int64    // rounded; of what is posted, what is left of it
	correction    int64    // by rounding lines
	posted        bool
	scaled        bool
	takenBy       map[int][2]int64 // by cap: what it takes of what is posted, and the rounding line
}

func (l *cappedLine) value() int64 { return l.amount + l.correction }

func newCapModel(in *Input) *capModel {
	m := &capModel{in: in}
	sums := map[[2]int]int64{}
	add := func(row int32, bonus int, amount int64) { sums[[2]int{int(row), bonus}] += amount }
	for i, row := range in.Adjustments.Earner {
		add(row, int(in.Adjustments.Bonus[i]), in.Adjustments.AmountMinor[i])
	}
	for bonus := range in.Plan.Bonuses {
		if b := &in.Plan.Bonuses[bonus]; b.Direct != nil && b.Pays == PaysPeriod {
			for i, row := range in.Volumes.Seller {
				add(row, bonus, in.Volumes.PriceMinor[i])
			}
		}
	}
	for key, base := range sums {
		rate := big.NewRat(1, 1)
		if d := in.Plan.Bonuses[key[1]].Direct; d != nil {
			rate = big.NewRat(d.Rates.Rows[0][0], RateScale)
		}
		exact := new(big.Rat).Mul(new(big.Rat).SetInt64(base), rate)
		amount := m.round(exact, in.Plan.BonusRounding(&in.Plan.Bonuses[key[1]]))
		if amount != 0 {
			m.lines = append(m.lines, &cappedLine{earner: key[0], bonus: key[1], exact: exact, amount: amount})
		}
	}
	posted := map[[2]int]int64{}
	for i, row := range in.Posted.Earner {
		posted[[2]int{int(row), int(in.Posted.Bonus[i])}] += in.Posted.AmountMinor[i]
	}
	for key, amount := range posted {
		m.lines = append(m.lines, &cappedLine{
			earner: key[0], bonus: key[1], exact: new(big.Rat).SetInt64(amount), amount: amount, posted: true, takenBy: map[int][2]int64{},
		})
	}
	slices.SortFunc(m.lines, func(a, b *cappedLine) int {
		return cmp.Or(cmp.Compare(a.earner, b.earner), cmp.Compare(a.bonus, b.bonus))
	})
	return m
}

func (m *capModel) round(x *big.Rat, r Rounding) int64 {
	amount, fits := modelRounded(x, r)
	if !fits {
		panic("out of range")
	}
	return amount
}

// modelRounded rounds as the rounding says.
func modelRounded(x *big.Rat, r Rounding) (int64, bool) {
	steps := new(big.Rat).Quo(new(big.Rat).Abs(x), new(big.Rat).SetInt64(r.StepMinor))
	whole := new(big.Int).Quo(steps.Num(), steps.Denom())
	left := new(big.Rat).Sub(steps, new(big.Rat).SetInt(whole))
	half := left.Cmp(big.NewRat(1, 2))
	up := false
	switch r.Mode {
	case HalfUp:
		up = half >= 0
	case HalfEven:
		up = half > 0 || half == 0 && whole.Bit(0) == 1
	case Up:
		up = left.Sign() > 0
	}
	if up {
		whole.Add(whole, big.NewInt(1))
	}
	whole.Mul(whole, big.NewInt(r.StepMinor))
	if x.Sign() < 0 {
		whole.Neg(whole)
	}
	return whole.Int64(), whole.IsInt64()
}

// apply applies all caps; ranks and limits of everybody are given.
func (m *capModel) apply(ranks []uint8) {
	for i := range m.in.Plan.Caps {
		m.limit = i
		c := &m.in.Plan.Caps[i]
		units := map[int][]*cappedLine{}
		for _, l := range m.lines {
			if !slices.Contains(c.Bonuses, l.bonus) || l.posted && l.value() == 0 {
				continue
			}
			unit := 0
			switch c.Per {
			case CapPerPerson:
				unit = l.earner
			case CapPerOwner:
				unit = int(m.in.Network.Owner[l.earner])
			}
			if l.posted {
				l.exact, l.amount, l.correction = new(big.Rat).SetInt64(l.value()), l.value(), 0
			}
			units[unit] = append(units[unit], l)
		}
		for _, lines := range units {
			m.bound(c, lines, c.LimitMinor.Rows[0][0], ranks)
		}
	}
}

func sumOfLines(lines []*cappedLine) (sum int64) {
	for _, l := range lines {
		sum += l.value()
	}
	return sum
}

func (m *capModel) bound(c *Cap, lines []*cappedLine, limit int64, ranks []uint8) {
	sum := sumOfLines(lines)
	if sum <= 0 || sum <= limit {
		return
	}
	var first, others []*cappedLine
	for _, l := range lines {
		if slices.Contains(c.Protect, l.bonus) {
			first = append(first, l)
		} else {
			others = append(others, l)
		}
	}
	if sumOfLines(first) > limit {
		m.scale(c, lines, limit, sum)
		return
	}
	left := limit - sumOfLines(first)
	var groups [][]*cappedLine // in the order in which they are served
	switch c.Mode {
	case CapProRata:
		groups = [][]*cappedLine{others}
	case CapPriority:
		groups = make([][]*cappedLine, len(m.in.Plan.Ranks)+1)
		for _, l := range others {
			at := len(m.in.Plan.Ranks) - int(ranks[l.earner])
			groups[at] = append(groups[at], l)
		}
	case CapHardStop:
		slices.SortStableFunc(others, func(a, b *cappedLine) int {
			return cmp.Or(cmp.Compare(a.bonus, b.bonus), cmp.Compare(a.earner, b.earner))
		})
		for _, l := range others {
			groups = append(groups, []*cappedLine{l})
		}
	}
	for _, group := range groups {
		left -= min(0, sumOfLines(group))
	}
	for _, group := range groups {
		sum := sumOfLines(group)
		switch {
		case sum <= 0:
		case sum <= left:
			left -= sum
		default:
			m.scale(c, group, left, sum)
			left = 0
		}
	}
}

// scale scales lines of each step by itself.
func (m *capModel) scale(c *Cap, lines []*cappedLine, target, sum int64) {
	byStep := map[int64][]*cappedLine{}
	for _, l := range lines {
		step := m.in.Plan.BonusRounding(&m.in.Plan.Bonuses[l.bonus]).StepMinor
		byStep[step] = append(byStep[step], l)
	}
	all := map[int64]bool{}
	for _, b := range c.Bonuses {
		all[m.in.Plan.BonusRounding(&m.in.Plan.Bonuses[b]).StepMinor] = true
	}
	f := big.NewRat(target, sum)
	for step, group := range byStep {
		part := target
		if len(all) > 1 {
			exact := new(big.Rat).Mul(f, new(big.Rat).SetInt64(sumOfLines(group)))
			mode := Down
			if exact.Sign() < 0 {
				mode = Up
			}
			part = m.round(exact, Rounding{mode, step})
		}
		m.scaleAlike(c, group, f, part, step)
	}
}

func (m *capModel) scaleAlike(c *Cap, lines []*cappedLine, f *big.Rat, target, step int64) {
	exacts := make([]*big.Rat, len(lines)) // of what is rounded
	for i, l := range lines {
		r := m.in.Plan.BonusRounding(&m.in.Plan.Bonuses[l.bonus])
		before := new(big.Rat).Set(l.exact)
		l.exact, l.correction, l.scaled = new(big.Rat).Mul(l.exact, f), 0, true
		if !l.posted {
			if c.Remainder == RemainderCompany {
				r.Mode = Down
			}
			l.amount, exacts[i] = m.round(l.exact, r), l.exact
			continue
		}
		if c.Remainder == RemainderCompany {
			r.Mode = Up
		}
		exacts[i] = new(big.Rat).Sub(l.exact, before)
		taken := m.round(exacts[i], r)
		if whole := l.amount; max(taken, -taken) > max(whole, -whole) {
			taken = -whole // no more than there is
		}
		l.amount += taken
		l.takenBy[m.limit] = [2]int64{taken, 0}
	}
	steps := (target - sumOfLines(lines))
	sign := int64(1)
	if steps < 0 {
		sign = -1
		steps = -steps
		steps = (steps + step - 1) / step
	} else {
		steps /= step
	}
	if sign > 0 && c.Remainder == RemainderCompany {
		return
	}
	order := make([]int, len(lines))
	for i := range order {
		order[i] = i
	}
	if sign < 0 {
		slices.Reverse(order) // of equals the last gives first
	}
	if c.Remainder != RemainderFirst {
		off := func(i int) *big.Rat { // how far the step brings it nearer
			l := lines[i]
			rounded := l.amount
			if l.posted {
				rounded = l.takenBy[m.limit][0]
			}
			off := new(big.Rat).Sub(exacts[i], new(big.Rat).SetInt64(rounded))
			return off.Mul(off, big.NewRat(sign, 1))
		}
		offs, roughly := make([]*big.Rat, len(lines)), make([]int64, len(lines))
		for i := range offs {
			offs[i] = off(i)
			roughly[i] = floored(offs[i])
		}
		slices.SortStableFunc(order, func(a, b int) int {
			if roughly[a] != roughly[b] || offs[a].Num().Cmp(offs[b].Num()) == 0 && offs[a].Denom().Cmp(offs[b].Denom()) == 0 {
				return cmp.Compare(roughly[b], roughly[a])
			}
			return offs[b].Cmp(offs[a]) // which takes many times as long
		})
	}
	for round := int64(1); steps > 0; round++ {
		given := false
		for _, i := range order {
			l := lines[i]
			by := sign * step
			switch {
			case steps == 0 || exacts[i].Sign() == 0:
				continue
			case l.posted:
				after := l.amount + by*round
				whole := l.amount - l.takenBy[m.limit][0]
				if whole > 0 && (after < 0 || after > whole) || whole < 0 && (after > 0 || after < whole) {
					continue
				}
			case exacts[i].Sign() != int(sign) && (l.amount+by*round)*int64(exacts[i].Sign()) < 0:
				continue
			}
			l.correction += by
			if l.posted {
				taken := l.takenBy[m.limit]
				l.takenBy[m.limit] = [2]int64{taken[0], taken[1] + by}
			}
			steps--
			given = true
		}
		if !given {
			break
		}
	}
}

// floored is a number × 2³², rounded down: it tells most numbers from each other without multiplying fractions out.
func floored(x *big.Rat) int64 {
	num := new(big.Int).Lsh(x.Num(), 32)
	return num.Div(num, x.Denom()).Int64() // Euclid's division, which rounds down for denominators above zero
}

// result lists amounts by earner, bonus, part and kind.
func (m *capModel) result() map[string]int64 {
	amounts := map[string]int64{}
	put := func(l *cappedLine, part int, kind LineKind, amount int64, keeps bool) {
		if amount != 0 || keeps {
			amounts[lineName(l.earner, l.bonus, part, kind)] = amount
		}
	}
	for _, l := range m.lines {
		if !l.posted {
			put(l, 0, LineCommission, l.amount, true)
			put(l, 0, LineRounding, l.correction, false)
			continue
		}
		for part, taken := range l.takenBy {
			put(l, part, LineAdjustment, taken[0], false)
			put(l, part, LineRounding, taken[1], false)
		}
	}
	return amounts
}

func lineName(earner, bonus, part int, kind LineKind) string {
	return fmt.Sprintf("%d by %d, part %d, kind %d", earner, bonus, part, kind)
}

func resultOf(out *Output) map[string]int64 {
	amounts := map[string]int64{}
	l := &out.Lines
	for i := range l.Len() {
		amounts[lineName(int(l.Earner[i]), int(l.Bonus[i]), int(l.Part[i]), l.Kind[i])] = l.AmountMinor[i]
	}
	return amounts
}

// drawCapped makes a company up whose caps have something to do.
func drawCapped(t *rapid.T) *payroll {
	people := rapid.IntRange(1, 6).Draw(t, "people")
	event := directOf("event", RateScale/10)
	event.Pays = PaysEvent
	p := newPayroll(people, manual("a"), directOf("b", rapid.Int64Range(1, RateScale).Draw(t, "rate")), event, manual("c"))
	plan := p.in.Plan
	plan.Rounding = Rounding{RoundingMode(rapid.IntRange(0, 3).Draw(t, "mode")), rapid.SampledFrom([]int64{1, 1, 1, 5}).Draw(t, "step")}
	if rapid.IntRange(0, 3).Draw(t, "own rounding") == 0 {
		plan.Bonuses[0].Rounding = &Rounding{HalfEven, rapid.SampledFrom([]int64{1, 7, 10}).Draw(t, "own step")}
	}
	p.rank(1, 2)
	amounts := rapid.SampledFrom([]*rapid.Generator[int64]{
		rapid.Int64Range(-3, 3), rapid.Int64Range(0, 1000), rapid.Int64Range(-100, 1000), rapid.Int64Range(-1e15, 1e15), rapid.Just(int64(3)),
	}).Draw(t, "amounts")
	for row := range people {
		for _, name := range []string{"a", "c"} {
			if rapid.Bool().Draw(t, name) {
				p.pay(name, row, amounts.Draw(t, "amount"))
			}
		}
		if rapid.Bool().Draw(t, "sells") {
			p.sell(row, amounts.Draw(t, "price"))
		}
		if rapid.Bool().Draw(t, "posted") {
			// Events have rounded to the same step.
			p.post("event", row, amounts.Draw(t, "amount")/plan.Rounding.StepMinor*plan.Rounding.StepMinor)
		}
		p.in.Network.Owner = append(p.in.Network.Owner, int32(rapid.IntRange(0, row).Draw(t, "owner")))
	}
	for row, owner := range p.in.Network.Owner {
		p.in.Network.Owner[row] = p.in.Network.Owner[owner] // owners own themselves, or belong to one who does
	}
	for i := range rapid.IntRange(1, 3).Draw(t, "caps") {
		c := Cap{
			Name: fmt.Sprintf("cap%d", i), Per: CapPer(rapid.IntRange(0, 2).Draw(t, "per")), Mode: CapMode(rapid.IntRange(0, 2).Draw(t, "mode")),
			Remainder:  Remainder(rapid.IntRange(0, 2).Draw(t, "remainder")),
			LimitMinor: p.limit(max(0, amounts.Draw(t, "limit"))),
		}
		for bonus := range plan.Bonuses {
			switch rapid.IntRange(0, 3).Draw(t, "bounded") {
			case 0, 1:
				c.Bonuses = append(c.Bonuses, bonus)
			case 2:
				c.Bonuses, c.Protect = append(c.Bonuses, bonus), append(c.Protect, bonus)
			}
		}
		if c.Bonuses != nil {
			p.cap(c)
		}
	}
	return p
}

func TestCap_AgreesWithTheModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawCapped(t)
		out, err := Compute(p.in)
		if err != nil {
			t.Fatal(err)
		}
		if err := outOfOrder(&out.Lines); err != nil {
			t.Fatal(err)
		}
		m := newCapModel(p.in)
		m.apply(out.PaidAs)
		if got, want := resultOf(out), m.result(); !reflect.DeepEqual(got, want) {
			for _, name := range slices.Sorted(maps.Keys(want)) {
				if have, ok := got[name]; !ok || have != want[name] {
					t.Errorf("%s: %d (%t), want %d", name, have, ok, want[name])
				}
			}
			t.Errorf("caps: %+v\nlines:\n%s", p.in.Plan.Caps, described(p.in, out))
		}
	})
}
