package calc

import (
	"fmt"
	"math"
	"math/bits"
	"strconv"
)

// CarryLimit bounds what is carried from period to period. Volume above zero alone is bounded: a leg below zero is carried as it is.
// Whether volume is matched, taken back, or cut by a limit, it is the oldest that goes first.
type CarryLimit struct {
	// Volume is the most that a leg carries; 0: no limit.
	Volume int64
	// AverageTimes is how many times the average weaker leg, with its carry-ins, of the last AveragePeriods periods, this one included, a
	// leg carries at most, rounded down. Periods before the first in which the distributor had a place in the tree are left out. Den 0:
	// no limit.
	AverageTimes   Fraction
	AveragePeriods int32
	// ExpiresAfter is in how many periods after the one it was sold in volume can be matched; 0: in all.
	ExpiresAfter int32
	// LostWhenInactive leaves nothing of what would be carried to whoever is not active.
	LostWhenInactive bool
	// LostWhenUnqualified does the same to whoever does not fulfil the bonus's When, and LostWhen to whoever it holds for; nil: to nobody.
	LostWhenUnqualified bool
	LostWhen            *Condition
}

// carryPeriodsMax is how many periods back an average or an expiry looks at most.
const carryPeriodsMax = 24

func (c *CarryLimit) check(*Plan) error {
	switch {
	case c.Volume < 0 || c.AverageTimes.Den < 0 || c.AverageTimes.Num < 0 || c.AverageTimes.Den > math.MaxInt64/carryPeriodsMax:
		return errKind("a limit of what is carried is not below zero, and a multiple has at most seventeen decimals")
	case c.AverageTimes.Den > 0 && (c.AveragePeriods < 1 || c.AveragePeriods > carryPeriodsMax):
		return errKind("an average is of 1 to 24 periods")
	case c.ExpiresAfter < 0 || c.ExpiresAfter > carryPeriodsMax:
		return errKind("volume expires after 1 to 24 periods, or never")
	}
	return nil
}

// The state of a binary bonus, by row. All keys begin with "binary:" and the name of the bonus.
//
//	:left :right        what the legs carry, in units of the bonus's base; below zero where more was taken back than sold
//	:left:2 … :left:24  how much of it was sold that many periods before the next one, and the same for :right; the rest was sold in
//	                    the period before the next one. Where volume does not expire there are none
//	:weak:1 … :weak:23  the weaker leg of the period that many before the next one, for an average
//	:averaged           how many of those the distributor had a place in the tree in
//	:first              how many cycles the distributor has made, up to the last that takes or pays otherwise than the others

// CarryKeys names the columns of the state that hold what the legs carry under a binary bonus. They alone are enough to begin with:
// volume whose age is not said counts as sold in the period before.
func CarryKeys(bonus string) (left, right string) {
	return binaryKey(bonus, "left"), binaryKey(bonus, "right")
}

func binaryKey(bonus, what string) string { return "binary:" + bonus + ":" + what }

func agedKey(key string, age int) string { return key + ":" + strconv.Itoa(age) }

// binaryCarry is what a binary bonus goes on from and hands on, by row. Index 0 is the left leg, index 1 the right one. Columns that come in
// may be nil, which is zero for everybody.
type binaryCarry struct {
	rule        CarryLimit
	name        string
	active      []bool // by seat
	lost        []bool // by seat: who loses what would be carried, active or not; nil: nobody
	inLegs      [2][]int64
	outLegs     [2][]int64 // nil where nothing is ever carried
	inOlder     [2][][]int64
	outOlder    [2][][]int64 // by age; those from 2 on are there
	inWeak      [][]int64    // by how many periods ago
	outWeak     []int64
	inAveraged  []int64
	outAveraged []int64
	inFirst     []int64
	outFirst    []int64
	average     bool
	firstCycles int64 // of a life, that are told from the others; 0: none
}

func newBinaryCarry(s *stage, b *Binary, name string) binaryCarry {
	c := binaryCarry{
		rule: b.Carry, name: name, active: s.placement.active,
		average: b.Carry.AverageTimes.Den > 0 && b.Carry.AveragePeriods > 1, firstCycles: b.firstCycles(),
	}
	prior := s.in.Prior.State
	for side, key := range sideKeys(name) {
		c.inLegs[side] = prior[key]
		if b.AfterPayout != Flush || b.UnqualifiedKeeps {
			c.outLegs[side] = make([]int64, s.n)
		}
		if c.rule.ExpiresAfter == 0 {
			continue
		}
		c.inOlder[side], c.outOlder[side] = make([][]int64, carryPeriodsMax+1), make([][]int64, carryPeriodsMax+1)
		for age := 2; age <= carryPeriodsMax; age++ {
			c.inOlder[side][age] = prior[agedKey(key, age)]
			if age <= int(c.rule.ExpiresAfter) {
				c.outOlder[side][age] = make([]int64, s.n)
			}
		}
	}
	if c.average {
		c.outWeak, c.outAveraged = make([]int64, s.n), make([]int64, s.n)
		c.inAveraged = prior[binaryKey(name, "averaged")]
		c.inWeak = make([][]int64, c.rule.AveragePeriods)
		for ago := 1; ago < len(c.inWeak); ago++ {
			c.inWeak[ago] = prior[agedKey(binaryKey(name, "weak"), ago)]
		}
	}
	if c.firstCycles > 0 {
		c.inFirst, c.outFirst = prior[binaryKey(name, "first")], make([]int64, s.n)
	}
	return c
}

func sideKeys(name string) [2]string {
	left, right := CarryKeys(name)
	return [2]string{left, right}
}

// keep writes the state.
func (c *binaryCarry) keep(to *computation) {
	for side, key := range sideKeys(c.name) {
		to.keep(key, c.outLegs[side])
		for age, column := range c.outOlder[side] {
			to.keep(agedKey(key, age), column)
		}
	}
	if c.average {
		weak := binaryKey(c.name, "weak")
		to.keep(agedKey(weak, 1), c.outWeak)
		for ago := 1; ago+1 < len(c.inWeak); ago++ {
			to.keep(agedKey(weak, ago+1), c.inWeak[ago])
		}
		to.keep(binaryKey(c.name, "averaged"), c.outAveraged)
	}
	to.keep(binaryKey(c.name, "first"), c.outFirst)
}

// columnAt reads a column that may be missing.
func columnAt(column []int64, row int32) int64 {
	if column == nil {
		return 0
	}
	return column[row]
}

// cyclesMade is how many cycles the distributor had made before the period, up to those that are told from the others.
func (c *binaryCarry) cyclesMade(row int32) int64 {
	return min(max(0, columnAt(c.inFirst, row)), c.firstCycles)
}

// out decides what of the legs is carried, after they were matched, and writes it down. weaker is the weaker leg's volume, base what was
// paid on.
func (c *binaryCarry) out(legs *[2]legAccount, row, seat int32, weaker, base int64, flush bool) error {
	limit := int64(math.MaxInt64)
	if c.rule.Volume > 0 {
		limit = c.rule.Volume
	}
	if c.rule.AverageTimes.Den > 0 {
		average, err := c.averageLimit(row, weaker)
		if err != nil {
			return err
		}
		limit = min(limit, average)
	}
	if c.firstCycles > 0 {
		made := c.cyclesMade(row)
		c.outFirst[row] = made + min(base, c.firstCycles-made)
	}
	lost := c.rule.LostWhenInactive && !c.active[seat] || c.lost != nil && c.lost[seat]
	for side := range legs {
		l := &legs[side]
		l.out = l.volume() - l.matched
		switch {
		case flush:
			l.flushed, l.out = l.out, 0
		case l.out > 0:
			c.bound(l, side, row, limit, lost)
		}
	}
	return nil
}

// bound takes off a leg with something left what expires, and what is above a limit or lost.
func (c *binaryCarry) bound(l *legAccount, side int, row int32, limit int64, lost bool) {
	expiring := int(c.rule.ExpiresAfter)
	var a ages
	if expiring > 0 {
		a = c.agesOf(l, side, row)
		a.take(expiring, l.matched)
		l.expired = a[expiring]
		a[expiring] = 0
		l.out -= l.expired
	}
	if lost {
		limit = 0
	}
	l.flushed = max(0, l.out-limit)
	l.out -= l.flushed
	if expiring > 0 {
		a.take(expiring, l.flushed)
		for age := 1; age < expiring; age++ {
			c.outOlder[side][age+1][row] = a[age]
		}
	}
}

// averageLimit is the multiple of the average weaker leg.
func (c *binaryCarry) averageLimit(row int32, weaker int64) (int64, error) {
	sum, periods := weaker, int64(1)
	if c.average {
		before := min(max(0, columnAt(c.inAveraged, row)), int64(len(c.inWeak)-1))
		for ago := int64(1); ago <= before; ago++ {
			var fits bool
			if sum, fits = added(sum, max(0, columnAt(c.inWeak[ago], row))); !fits {
				return 0, fmt.Errorf("bonus %s: %w: weaker legs of distributor %d", c.name, ErrOverflow, row)
			}
		}
		c.outWeak[row], c.outAveraged[row] = weaker, min(before+1, int64(len(c.inWeak)-1))
		periods += before
	}
	hi, lo := bits.Mul64(uint64(sum), uint64(c.rule.AverageTimes.Num))
	den := uint64(c.rule.AverageTimes.Den * periods)
	if hi >= den {
		return math.MaxInt64, nil
	}
	limit, _ := bits.Div64(hi, lo, den)
	return int64(min(limit, math.MaxInt64)), nil
}

// ages is the volume of a leg by how many periods ago it was sold.
type ages [carryPeriodsMax + 1]int64

// agesOf gives the ages of a leg's volume, which together is above zero. What was taken back is taken off the oldest, so none of them
// is below zero. Volume that has expired by a rule that came later is as old as it may be.
func (c *binaryCarry) agesOf(l *legAccount, side int, row int32) (a ages) {
	oldest := int(c.rule.ExpiresAfter)
	young := l.in
	for age := 2; age <= carryPeriodsMax; age++ {
		older := min(max(0, columnAt(c.inOlder[side][age], row)), max(0, young))
		a[min(age, oldest)] += older
		young -= older
	}
	a[0] = l.new
	a[1] += young
	takenBack := int64(0)
	for age := range 2 {
		takenBack -= min(0, a[age])
		a[age] = max(0, a[age])
	}
	a.take(oldest, takenBack)
	return a
}

// take takes volume off the oldest first. There is as much.
func (a *ages) take(oldest int, volume int64) {
	for age := oldest; volume > 0; age-- {
		part := min(a[age], volume)
		a[age] -= part
		volume -= part
	}
}
