package calc

import (
	"cmp"
	"math/big"
	"slices"
	"time"
)

// model is the rules of the engine written down a second time, as slowly and plainly as they can be said: recursion over people,
// one sale at a time, rationals of any size. The engine is held against it on random companies.
type model struct {
	in       *Input
	children [][]int // by sponsor
	legs     [][3]int
	active   []bool
	rank     []int
	ranked   []bool
}

type modelLine struct {
	earner, bonus, level int
	base, rate, amount   int64
}

type modelResult struct {
	lines            []modelLine
	active           []bool
	paidAs, achieved []uint8
	carry            State
	overflow         bool
}

const nobody = -1

func newModel(in *Input) *model {
	n := len(in.Network.Sponsor)
	m := &model{in: in, children: make([][]int, n), legs: make([][3]int, n), rank: make([]int, n), ranked: make([]bool, n)}
	for i := range n {
		m.legs[i] = [3]int{nobody, nobody, nobody}
	}
	for i := range n {
		if s := in.Network.Sponsor[i]; s >= 0 {
			m.children[s] = append(m.children[s], i)
		}
		if in.Plan.PlacementWidth == 2 && in.Network.Parent[i] >= 0 {
			m.legs[in.Network.Parent[i]][in.Network.Leg[i]] = i
		}
	}
	return m
}

func (m *model) own(i int, column []int64) *big.Rat {
	sum := new(big.Rat)
	for k, seller := range m.in.Volumes.Seller {
		if int(seller) == i {
			sum.Add(sum, new(big.Rat).SetInt64(column[k]))
		}
	}
	return sum
}

func (m *model) column(b Base) []int64 {
	switch b {
	case BasePV:
		return m.in.Volumes.PV
	case BasePrice:
		return m.in.Volumes.PriceMinor
	case BaseQV:
		return make([]int64, len(m.in.Volumes.Seller))
	}
	return m.in.Volumes.CV
}

func (m *model) group(i int) *big.Rat {
	sum := m.own(i, m.in.Volumes.PV)
	for _, c := range m.children[i] {
		sum.Add(sum, m.group(c))
	}
	return sum
}

// under is the volume of everybody in the placement tree from i down; nobody has none.
func (m *model) under(i int) *big.Rat {
	if i == nobody {
		return new(big.Rat)
	}
	sum := m.own(i, m.in.Volumes.CV)
	sum.Add(sum, m.under(m.legs[i][1]))
	return sum.Add(sum, m.under(m.legs[i][2]))
}

func (m *model) holdsRank(i, rank int) bool {
	if m.rankOf(i) >= rank {
		return true
	}
	for _, c := range m.children[i] {
		if m.holdsRank(c, rank) {
			return true
		}
	}
	return false
}

func (m *model) achieved(i int) int {
	if m.in.Prior.Achieved == nil {
		return 0
	}
	return int(m.in.Prior.Achieved[i])
}

func (m *model) before(i int) int {
	if m.in.Prior.PaidAs == nil {
		return m.achieved(i)
	}
	return int(m.in.Prior.PaidAs[i])
}

func (m *model) rankOf(i int) int {
	if m.in.Cadence != m.in.Plan.Main {
		return m.before(i)
	}
	if !m.ranked[i] {
		for k, r := range m.in.Plan.Ranks {
			if r.When == nil || m.eval(r.When.root, i).truth {
				m.rank[i] = k + 1
			}
		}
		m.ranked[i] = true
	}
	return m.rank[i]
}

func (m *model) decideActive() {
	m.active = make([]bool, len(m.children))
	for i := range m.active {
		switch {
		case m.in.Cadence != m.in.Plan.Main:
			m.active[i] = m.in.Plan.Active == nil || m.in.Prior.Active == nil || m.in.Prior.Active[i]
		case m.in.Plan.Active == nil:
			m.active[i] = true
		default:
			m.active[i] = m.eval(m.in.Plan.Active.root, i).truth
		}
	}
}

// months counts how often the day and time of the enrolment have come round by the end of the period, on the wall clock.
func (m *model) months(i int) int64 {
	loc := orUTC(m.in.Plan.Location)
	at, end := time.UnixMicro(m.in.Network.EnrolledAtUS[i]).In(loc), time.UnixMicro(m.in.Period.EndUS).In(loc)
	key := func(t time.Time, months int) [3]int64 {
		sinceMidnight := int64(t.Hour())*3600e6 + int64(t.Minute())*60e6 + int64(t.Second())*1e6 + int64(t.Nanosecond()/1000)
		return [3]int64{int64(t.Year())*12 + int64(t.Month()) + int64(months), int64(t.Day()), sinceMidnight}
	}
	limit, count := key(end, 0), int64(0)
	for count < 5000 {
		now := key(at, int(count)+1)
		if slices.Compare(now[:], limit[:]) > 0 {
			break
		}
		count++
	}
	return count
}

func (m *model) compute() modelResult {
	m.decideActive()
	n := len(m.children)
	r := modelResult{active: m.active, carry: State{}}
	if m.in.Cadence == m.in.Plan.Main {
		r.paidAs, r.achieved = make([]uint8, n), make([]uint8, n)
		for i := range n {
			r.paidAs[i] = uint8(m.rankOf(i))
			r.achieved[i] = uint8(max(m.achieved(i), m.rankOf(i)))
		}
	}
	for index, b := range m.in.Plan.Bonuses {
		if b.Pays != PaysPeriod || b.Cadence != m.in.Cadence {
			continue
		}
		bases := map[[2]int]*big.Rat{} // by earner and level
		give := func(earner, level int, volume *big.Rat) {
			key := [2]int{earner, level}
			if bases[key] == nil {
				bases[key] = new(big.Rat)
			}
			bases[key].Add(bases[key], volume)
		}
		var rateOf func(earner, level int) int64
		switch {
		case b.Direct != nil:
			for i := range n {
				give(i, 0, m.own(i, m.column(b.Direct.Base)))
			}
			rateOf = func(earner, _ int) int64 { return b.Direct.Rates.Rows[m.rankOf(earner)][0] }
		case b.Unilevel != nil:
			for k, seller := range m.in.Volumes.Seller {
				m.climb(b.Unilevel, int(seller), func(earner, level int) {
					give(earner, level, new(big.Rat).SetInt64(m.column(b.Unilevel.Base)[k]))
				})
			}
			rateOf = func(earner, level int) int64 { return b.Unilevel.Rates.Rows[m.rankOf(earner)][level-1] }
		case b.Binary != nil:
			m.match(b.Name, b.Binary, r.carry, give)
			rateOf = func(earner, _ int) int64 { return b.Binary.Rates.Rows[m.rankOf(earner)][0] }
		}
		for key, base := range bases {
			rate := rateOf(key[0], key[1])
			amount, fits := modelRound(m.money(base, rate, b.BaseOf()), m.in.Plan.Rounding)
			r.overflow = r.overflow || !fits
			if amount != 0 {
				r.lines = append(r.lines, modelLine{key[0], index, key[1], base.Num().Int64(), rate, amount})
			}
		}
	}
	slices.SortFunc(r.lines, func(a, b modelLine) int {
		return cmp.Or(cmp.Compare(a.earner, b.earner), cmp.Compare(a.bonus, b.bonus), cmp.Compare(a.level, b.level))
	})
	return r
}

func (m *model) money(base *big.Rat, rate int64, of Base) *big.Rat {
	exact := new(big.Rat).Mul(base, big.NewRat(rate, RateScale))
	if of != BasePrice {
		exact.Mul(exact, big.NewRat(m.in.Plan.PointValue.Num, m.in.Plan.PointValue.Den))
	}
	return exact
}

// climb finds who is paid on one sale, level by level, by walking up from its seller.
func (m *model) climb(u *Unilevel, seller int, pay func(earner, level int)) {
	parents := m.in.Network.Sponsor
	if u.Walk.Placement {
		parents = m.in.Network.Parent
	}
	at := seller
	for level := 1; level <= int(u.Rates.Levels); level++ {
		stops := func(i int) bool {
			switch u.Walk.Compression {
			case CompressionStandard:
				return m.active[i]
			case CompressionDynamic:
				return m.active[i] && u.Rates.Rows[m.rankOf(i)][level-1] != 0
			}
			return true
		}
		for at = int(parents[at]); at >= 0 && !stops(at); {
			at = int(parents[at])
		}
		if at < 0 {
			return
		}
		if m.active[at] && u.Rates.Rows[m.rankOf(at)][level-1] != 0 {
			pay(at, level)
		}
	}
}

func (m *model) match(name string, b *Binary, carry State, give func(earner, level int, volume *big.Rat)) {
	n := len(m.children)
	outLeft, outRight := make([]int64, n), make([]int64, n)
	leftKey, rightKey := CarryKeys(name)
	for i := range n {
		left, right := m.under(m.legs[i][1]), m.under(m.legs[i][2])
		if in := m.in.Prior.State[leftKey]; in != nil {
			left.Add(left, bigOf(in[i]))
		}
		if in := m.in.Prior.State[rightKey]; in != nil {
			right.Add(right, bigOf(in[i]))
		}
		weaker := left
		if right.Cmp(left) < 0 {
			weaker = right
		}
		if weaker.Sign() < 0 {
			weaker = new(big.Rat)
		}
		if m.active[i] {
			give(i, 0, weaker)
		}
		switch {
		case b.AfterPayout == Flush:
			continue
		case b.AfterPayout == NetOff && !m.active[i]:
			weaker = new(big.Rat)
		}
		outLeft[i] = new(big.Rat).Sub(left, weaker).Num().Int64()
		outRight[i] = new(big.Rat).Sub(right, weaker).Num().Int64()
	}
	carry.keep(leftKey, outLeft)
	carry.keep(rightKey, outRight)
}

// modelValue is a number or a truth.
type modelValue struct {
	number *big.Rat
	truth  bool
}

func (m *model) eval(e *Expr, i int) modelValue {
	return modelEval(e, 0, func(e *Expr) modelValue { return m.fact(e, i) })
}

// modelEval evaluates a condition as it is written, without caring for the range of numbers.
func modelEval(e *Expr, variant int, fact func(e *Expr) modelValue) modelValue {
	arg := func(k int) modelValue { return modelEval(e.Args[k], variant, fact) }
	number := func(r *big.Rat) modelValue { return modelValue{number: r} }
	truth := func(b bool) modelValue { return modelValue{truth: b} }
	switch e.Op {
	case OpNumber:
		return number(big.NewRat(e.Value, pow10[e.Digits]))
	case OpBoolean:
		return truth(e.Value != 0)
	case OpFact:
		return fact(e)
	case OpNegate:
		return number(new(big.Rat).Neg(arg(0).number))
	case OpAdd:
		return number(new(big.Rat).Add(arg(0).number, arg(1).number))
	case OpSubtract:
		return number(new(big.Rat).Sub(arg(0).number, arg(1).number))
	case OpMultiply:
		return number(new(big.Rat).Mul(arg(0).number, arg(1).number))
	case OpMin, OpMax:
		if (arg(0).number.Cmp(arg(1).number) < 0) == (e.Op == OpMin) {
			return arg(0)
		}
		return arg(1)
	case OpWhole:
		times := new(big.Rat).Quo(arg(0).number, arg(1).number)
		if times.Sign() < 0 {
			return number(new(big.Rat))
		}
		return number(new(big.Rat).SetInt(new(big.Int).Quo(times.Num(), times.Denom())))
	case OpVariant:
		return arg(variant)
	case OpNot:
		return truth(!arg(0).truth)
	case OpAnd:
		return truth(arg(0).truth && arg(1).truth)
	case OpOr:
		return truth(arg(0).truth || arg(1).truth)
	case OpIf:
		if arg(0).truth {
			return arg(1)
		}
		return arg(2)
	}
	a, b := arg(0), arg(1)
	if a.number == nil {
		return truth((a.truth == b.truth) == (e.Op == OpEqual))
	}
	order := a.number.Cmp(b.number)
	return truth(map[Op]bool{
		OpLess: order < 0, OpLessEqual: order <= 0, OpGreater: order > 0, OpGreaterEqual: order >= 0, OpEqual: order == 0, OpNotEqual: order != 0,
	}[e.Op])
}

func (m *model) fact(e *Expr, i int) modelValue {
	count := func(n int) modelValue { return modelValue{number: new(big.Rat).SetInt64(int64(n))} }
	points := func(units *big.Rat) modelValue {
		return modelValue{number: units.Mul(units, big.NewRat(1, VolumeScale))}
	}
	key := m.in.Plan.Facts.Key(e.Slot)
	switch key.Fact {
	case FactOwn:
		if key.Volume == BaseCount {
			return modelValue{number: m.own(i, m.counts())}
		}
		return points(m.own(i, m.column(key.Volume)))
	case FactGroup:
		return points(m.group(i))
	case FactFrontline:
		return count(len(m.children[i]))
	case FactActiveFrontline:
		n := 0
		for _, c := range m.children[i] {
			if m.active[c] {
				n++
			}
		}
		return count(n)
	case FactMonthsEnrolled:
		return count(int(m.months(i)))
	case FactLeft:
		return points(m.under(m.legs[i][1]))
	case FactRight:
		return points(m.under(m.legs[i][2]))
	case FactWeaker:
		left, right := m.under(m.legs[i][1]), m.under(m.legs[i][2])
		if left.Cmp(right) < 0 {
			return points(left)
		}
		return points(right)
	case FactActive:
		return modelValue{truth: m.active[i]}
	case FactAchieved:
		return modelValue{truth: m.achieved(i) >= int(key.Rank)}
	case FactPaidAsBefore:
		return modelValue{truth: m.before(i) >= int(key.Rank)}
	case FactLegsWith:
		n := 0
		for _, c := range m.children[i] {
			if m.holdsRank(c, int(key.Rank)) {
				n++
			}
		}
		return count(n)
	}
	panic("a fact that the model does not know")
}

// modelKnows tells which facts the model knows.
func modelKnows(f Fact) bool {
	switch f {
	case FactOwn, FactGroup, FactFrontline, FactActiveFrontline, FactMonthsEnrolled, FactLeft, FactRight, FactWeaker, FactActive, FactAchieved,
		FactPaidAsBefore, FactLegsWith:
		return true
	}
	return false
}

// counts is what each entry counts as a number of sales.
func (m *model) counts() []int64 {
	v := &m.in.Volumes
	counts := make([]int64, len(v.Seller))
	for i := range counts {
		counts[i] = 1
		if v.PV[i] < 0 || v.CV[i] < 0 || v.PriceMinor[i] < 0 {
			counts[i] = -1
		}
	}
	return counts
}

func bigOf(v int64) *big.Rat { return new(big.Rat).SetInt64(v) }
