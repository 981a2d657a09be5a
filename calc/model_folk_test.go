package calc

import (
	"cmp"
	"math/big"
	"slices"
)

// folk is the rules of volumes, facts, ranks and of the bonuses that walk a tree, written down a second time from the reference of the
// plan language: recursion over people, one seller at a time, rationals of any size. It goes on from period to period with what it
// remembers itself, and reads nothing of the state that the engine carries.
type folk struct {
	in      *Input
	out     *Output // of the engine: what capped bonuses pay is taken from it
	n       int
	past    []pastPeriod // the last one first
	now     pastPeriod
	active  []bool
	decided []bool
	// bonus is the index of the bonus that is being paid; facts of earnings are asked for then only.
	bonus    int
	earned   [][]*big.Rat // by bonus and row
	lines    map[personKey]*personLine
	filled   map[string]bool // completions that were paid
	came     []int           // the ranks that everybody comes with
	reEnters []int32
}

// pastPeriod is what is remembered of a period.
type pastPeriod struct {
	period  Period
	own     [][]*big.Rat // by volume and row, as it counts
	uncut   [][]*big.Rat // before a bound on sources
	paidAs  []int
	holds   [][]bool // by rank index and row: whether the rank's condition held
	reached [][]bool // and whether it had held for long enough
}

type personKey struct{ earner, bonus, level, part int }

type personLine struct {
	base   *big.Rat
	rate   int64
	factor Fraction
	unit   Unit
	pieces bool
}

func (m *folk) begin(in *Input, out *Output) {
	m.in, m.out, m.n = in, out, len(in.Network.Sponsor)
	if m.filled == nil {
		m.filled = map[string]bool{}
	}
	if m.now.own != nil {
		m.past = append([]pastPeriod{m.now}, m.past...)
	}
	m.now = pastPeriod{period: in.Period, paidAs: make([]int, m.n)}
	for range in.Plan.Ranks {
		m.now.holds, m.now.reached = append(m.now.holds, make([]bool, m.n)), append(m.now.reached, make([]bool, m.n))
	}
	if m.came == nil {
		m.came = make([]int, m.n)
		for i, rank := range in.Prior.Achieved {
			m.came[i] = int(rank)
		}
	}
	m.decided, m.lines, m.reEnters = make([]bool, m.n), map[personKey]*personLine{}, nil
	m.sellAll()
	m.active = make([]bool, m.n)
	for i := range m.n {
		m.active[i] = in.Plan.Active == nil || m.holds(in.Plan.Active, i)
	}
	for i := range m.n {
		m.rankOf(i)
	}
}

// compute pays every bonus of the plan, in an order in which what is matched is paid before.
func (m *folk) compute() {
	m.earned = make([][]*big.Rat, len(m.in.Plan.Bonuses))
	for index := range m.in.Plan.Bonuses {
		m.bonus = index
		b := &m.in.Plan.Bonuses[index]
		switch {
		case b.Cadence != m.in.Cadence:
		case b.Direct != nil:
			m.payDirect(b.Direct)
		case b.Residual != nil:
			m.payResidual(b.Residual)
		case b.Unilevel != nil:
			m.payUnilevel(b.Unilevel)
		case b.Matching != nil:
			m.payMatching(b.Matching)
		case b.Matrix != nil:
			m.payMatrix(b.Matrix)
		}
		m.earned[index] = make([]*big.Rat, m.n)
		for i := range m.n {
			m.earned[index][i] = new(big.Rat)
		}
		for key, l := range m.lines {
			if key.bonus == index {
				m.earned[index][key.earner].Add(m.earned[index][key.earner], bigOf(m.amountOf(key, l)))
			}
		}
	}
	slices.Sort(m.reEnters)
}

// give adds to a line of the bonus at hand.
func (m *folk) give(earner, level, part int, base *big.Rat, as personLine) {
	key := personKey{earner, m.bonus, level, part}
	l := m.lines[key]
	if l == nil {
		as.base = new(big.Rat)
		l = &as
		m.lines[key] = l
	}
	if l.rate != as.rate {
		panic("one line with two rates")
	}
	l.base.Add(l.base, base)
}

func (m *folk) amountOf(key personKey, l *personLine) int64 {
	plan := m.in.Plan
	exact := new(big.Rat).Mul(l.base, big.NewRat(l.factor.Num, l.factor.Den))
	switch {
	case l.pieces || l.unit == UnitCount:
		exact.Mul(exact, bigOf(l.rate))
	case l.unit == UnitVolume:
		point := plan.PointValue
		if plan.PointValues != nil {
			point = plan.PointValues[m.variant(key.earner)]
		}
		exact.Mul(exact, big.NewRat(l.rate, RateScale)).Mul(exact, big.NewRat(point.Num, point.Den))
	default:
		exact.Mul(exact, big.NewRat(l.rate, RateScale))
	}
	rounding := plan.Rounding
	if r := plan.Bonuses[key.bonus].Rounding; r != nil {
		rounding = *r
	}
	amount, fits := modelRound(exact, rounding)
	if !fits {
		panic("an amount out of range")
	}
	return amount
}

// listed is a line as both the model and the engine write it.
type listed struct {
	earner, bonus, level, part int
	pieces                     bool
	base, rate, amount         int64
	factor                     Fraction
}

func byPlace(a, b listed) int {
	return cmp.Or(cmp.Compare(a.earner, b.earner), cmp.Compare(a.bonus, b.bonus), cmp.Compare(a.level, b.level), cmp.Compare(a.part, b.part))
}

func (m *folk) listed(leaveOut []bool) []listed {
	var all []listed
	for key, l := range m.lines {
		if amount := m.amountOf(key, l); amount != 0 && !leaveOut[key.bonus] {
			all = append(all, listed{key.earner, key.bonus, key.level, key.part, l.pieces, l.base.Num().Int64(), l.rate, amount, l.factor})
		}
	}
	slices.SortFunc(all, byPlace)
	return all
}

func listedOf(l *Lines, leaveOut []bool) []listed {
	var all []listed
	for i := range l.Earner {
		if leaveOut[l.Bonus[i]] {
			continue
		}
		factor := One
		for _, f := range l.FactorsOf(i) {
			factor = f.Fraction
		}
		all = append(all, listed{int(l.Earner[i]), int(l.Bonus[i]), int(l.Level[i]), int(l.Part[i]), l.Kind[i] == LinePieces, l.Base[i], l.Rate[i], l.AmountMinor[i], factor})
	}
	return all
}

func (m *folk) variant(i int) int {
	if m.in.Plan.VariantOfMarket == nil {
		return 0
	}
	return int(m.in.Plan.VariantOfMarket[m.market(i)])
}

func (m *folk) market(i int) uint16 {
	if m.in.Network.Market == nil {
		return 0
	}
	return m.in.Network.Market[i]
}

// isPaid tells whether the bonus at hand pays somebody at all. Those above a residual's seller are paid when they are active, if the
// bonus does not say.
func (m *folk) isPaid(i int, inactiveToo bool) bool {
	b := &m.in.Plan.Bonuses[m.bonus]
	switch b.Inactive {
	case InactivePaid:
		inactiveToo = true
	case InactiveUnpaid:
		inactiveToo = false
	}
	return (inactiveToo || m.active[i]) &&
		(b.Markets == nil || b.Markets[m.market(i)]) &&
		(b.Variants == nil || b.Variants[m.variant(i)]) &&
		(b.When == nil || m.holds(b.When, i))
}

// rateOf gives somebody's rate of a level, counted from 1; 0 when not entitled.
func (m *folk) rateOf(t *RateTable, i, level int) int64 {
	if level-1 < len(t.Unlock) && t.Unlock[level-1] != nil && !m.holds(t.Unlock[level-1], i) {
		return 0
	}
	for _, row := range t.Candidates[m.variant(i)*(len(m.in.Plan.Ranks)+1)+m.rankOf(i)] {
		if t.When == nil || t.When[row] == nil || m.holds(t.When[row], i) {
			return t.Rows[row][level-1]
		}
	}
	return 0
}

func (m *folk) holds(c *Condition, i int) bool { return m.eval(c.root, i).truth }

func (m *folk) value(n *Number, i int) *big.Rat { return m.eval(n.root, i).number }

func (m *folk) eval(e *Expr, i int) modelValue {
	return modelEval(e, m.variant(i), func(e *Expr) modelValue { return m.fact(m.in.Plan.Facts.Key(e.Slot), i) })
}

func (m *folk) frontline(i int) []int { return m.below(m.in.Network.Sponsor, i) }

func (m *folk) below(parents []int32, i int) []int {
	var children []int
	for child, parent := range parents {
		if int(parent) == i {
			children = append(children, child)
		}
	}
	return children
}

// rankOf decides a rank from the ranks of those below.
func (m *folk) rankOf(i int) int {
	if m.decided[i] {
		return m.now.paidAs[i]
	}
	for k, r := range m.in.Plan.Ranks {
		m.now.holds[k][i] = r.When == nil || m.holds(r.When, i)
		// The condition must hold in so many periods in a row.
		run, long := m.now.holds[k][i], int(max(1, r.HoldPeriods))
		for back := 1; run && back < long; back++ {
			run = back <= len(m.past) && m.past[back-1].holds[k][i] || back > len(m.past) && m.came[i] > k
		}
		m.now.reached[k][i] = run
		// Or it did, not longer ago than grace is given.
		paid := run
		for back := 1; back <= int(r.GracePeriods) && back <= len(m.past); back++ {
			paid = paid || m.past[back-1].reached[k][i]
		}
		// Who comes with a rank has reached it in the period before the first.
		paid = paid || len(m.past) < int(r.GracePeriods) && m.came[i] > k
		if paid {
			m.now.paidAs[i] = k + 1
		}
	}
	m.decided[i] = true
	return m.now.paidAs[i]
}
