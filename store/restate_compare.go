package store

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"upline/calc"
)

// computed is a period that was computed in this process.
type computed struct {
	in  *runInput
	out *calc.Output
}

// compare takes what differs in a period between the history without the corrections and the one with them, and tells whether both
// have come to the same state.
func (ch *restateChain) compare(scope runScope, without, with *computed) (converged bool, err error) {
	if ch.asksUpline(scope.plan) {
		ch.touch(without.in)
		ch.touch(with.in)
	}
	c := comparison{
		chain: ch, scope: scope, without: without, with: with, of: periodKey(scope.plan, scope.period.Cadence, scope.period.No),
		ranked: scope.period.Cadence == scope.plan.Main && (len(scope.plan.Ranks) > 0 || scope.plan.Active != nil),
		keys:   distributorStates(without, with),
	}
	ranks, states := len(ch.result.ranks), len(ch.result.states)
	c.company()
	if err := c.distributors(); err != nil {
		return false, err
	}
	return len(ch.result.ranks) == ranks && len(ch.result.states) == states, nil
}

// comparison is the comparing of one period.
type comparison struct {
	chain         *restateChain
	scope         runScope
	of            PeriodKey
	without, with *computed
	ranked        bool
	keys          []string // of the state that is by distributor
}

// distributorStates gives the keys of the state that is by distributor, in byte order.
func distributorStates(of ...*computed) []string {
	keys := map[string]bool{}
	for _, c := range of {
		for key, column := range c.out.State {
			if len(column) == c.in.ids.len() && !isCompanyState(key) {
				keys[key] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(keys))
}

// distributors goes through those of both networks in the order of their ids, which is that of their rows.
func (c *comparison) distributors() error {
	without, with := cursorOf(c.without), cursorOf(c.with)
	for !without.done() || !with.done() {
		var order int
		switch {
		case without.done():
			order = 1
		case with.done():
			order = -1
		default:
			order = cmp.Compare(without.id(), with.id())
		}
		a, b := without.take(order <= 0), with.take(order >= 0)
		id := b.id
		if order < 0 {
			id = a.id
		}
		if err := c.lines(id, a, b); err != nil {
			return err
		}
		c.standing(id, a, b)
	}
	return nil
}

// rowCursor goes through the distributors of a computed period with their lines.
type rowCursor struct {
	of        *computed
	row, line int
}

func cursorOf(of *computed) *rowCursor { return &rowCursor{of: of} }

func (k *rowCursor) done() bool { return k.row == k.of.in.ids.len() }
func (k *rowCursor) id() string { return k.of.in.ids.at(k.row) }

// present is a distributor in one of the two histories; row -1 where the distributor is not in it.
type present struct {
	id       string
	row      int
	from, to int // lines
}

// take returns the distributor that the cursor is at and moves on, or an absent one.
func (k *rowCursor) take(here bool) present {
	if !here {
		return present{row: -1, from: k.line, to: k.line}
	}
	p := present{id: k.id(), row: k.row, from: k.line}
	earner := k.of.out.Lines.Earner
	for k.line < len(earner) && int(earner[k.line]) == k.row {
		k.line++
	}
	p.to = k.line
	k.row++
	return p
}

// lines takes the differences between a distributor's lines. Both lists are in the order of bonus, level and part, and have the same
// bonuses, as a period is computed under one plan version.
func (c *comparison) lines(id string, a, b present) error {
	x, y := &c.without.out.Lines, &c.with.out.Lines
	if sameLines(x, y, a, b) {
		return nil
	}
	i, j := a.from, b.from
	for i < a.to || j < b.to {
		k := lineKeyOf(x, i, a.to)
		if other := lineKeyOf(y, j, b.to); compareLineKeys(other, k) < 0 {
			k = other
		}
		was, is, ok := int64(0), int64(0), true
		for ; ok && lineKeyOf(x, i, a.to) == k; i++ {
			was, ok = addInt64(was, x.AmountMinor[i])
		}
		for ; ok && lineKeyOf(y, j, b.to) == k; j++ {
			is, ok = addInt64(is, y.AmountMinor[j])
		}
		if was == is && ok {
			continue
		}
		difference, fits := addInt64(is, -was)
		bonus := c.scope.plan.Bonuses[k.bonus]
		if !ok || !fits || was == -was && was != 0 {
			return fmt.Errorf("%w: lines of bonus %s for distributor %s in %s", calc.ErrOverflow, bonus.Name, id, c.of.Name)
		}
		c.chain.result.lines = append(c.chain.result.lines, restatedLine{
			id: strings.Clone(id), bonus: bonus.Name, of: c.of, level: uint16(k.level), part: uint16(k.part), amountMinor: difference,
			outcome: c.chain.outcome(id, &bonus),
		})
	}
	return nil
}

func sameLines(x, y *calc.Lines, a, b present) bool {
	return a.to-a.from == b.to-b.from && slices.Equal(x.AmountMinor[a.from:a.to], y.AmountMinor[b.from:b.to]) &&
		slices.Equal(x.Bonus[a.from:a.to], y.Bonus[b.from:b.to]) && slices.Equal(x.Level[a.from:a.to], y.Level[b.from:b.to]) &&
		slices.Equal(x.Part[a.from:a.to], y.Part[b.from:b.to])
}

type lineKey struct{ bonus, level, part int }

// lineKeyOf returns the key of a line, or behind the last one a key that is greater than all.
func lineKeyOf(l *calc.Lines, line, end int) lineKey {
	if line == end {
		return lineKey{bonus: 1 << 16}
	}
	return lineKey{int(l.Bonus[line]), int(l.Level[line]), int(l.Part[line])}
}

func compareLineKeys(a, b lineKey) int {
	return cmp.Or(cmp.Compare(a.bonus, b.bonus), cmp.Compare(a.level, b.level), cmp.Compare(a.part, b.part))
}

// standing takes a distributor's ranks and state where they differ.
func (c *comparison) standing(id string, a, b present) {
	if b.row < 0 {
		return
	}
	result := c.chain.result
	if c.ranked {
		is := rankRowOf(c.scope.plan, c.with.out, int32(b.row))
		if a.row < 0 || rankRowOf(c.scope.plan, c.without.out, int32(a.row)) != is {
			result.ranks = append(result.ranks, restatedRank{strings.Clone(id), c.of, is})
		}
	}
	differs := false
	for _, key := range c.keys {
		was := int64(0)
		if a.row >= 0 {
			was = c.without.state(key, a.row)
		}
		differs = differs || was != c.with.state(key, b.row)
	}
	if !differs {
		return
	}
	id = strings.Clone(id)
	left := len(result.states)
	for _, key := range c.keys {
		if value := c.with.state(key, b.row); value != 0 {
			result.states = append(result.states, restatedState{id, c.of, key, value})
		}
	}
	if len(result.states) == left {
		result.states = append(result.states, restatedState{id: id, of: c.of})
	}
}

// company takes the state that is nobody's in particular where any of it differs.
func (c *comparison) company() {
	was, is := companyStates(c.without.out.State), companyStates(c.with.out.State)
	if slices.Equal(was, is) {
		return
	}
	for _, row := range is {
		c.chain.result.states = append(c.chain.result.states, restatedState{of: c.of, key: row.key, value: row.value})
	}
	if len(is) == 0 {
		c.chain.result.states = append(c.chain.result.states, restatedState{of: c.of})
	}
}

func (c *computed) state(key string, row int) int64 {
	if column := c.out.State[key]; len(column) == c.in.ids.len() {
		return column[row]
	}
	return 0
}

// ranks gives the next period the ranks that this one has left.
func (c *computed) ranks(to *runInput) {
	number := rankNumbers(to.scope.plan)
	prior, from := &to.calc.Prior, c.in.scope.plan
	prior.PaidAs = make([]uint8, to.ids.len())
	if len(from.Ranks) == 0 && from.Active == nil {
		return
	}
	active := make([]bool, to.ids.len())
	for row, was := range c.rowsOf(to) {
		active[row] = true
		if was >= 0 {
			r := rankRowOf(from, c.out, was)
			active[row], prior.PaidAs[row], prior.Achieved[row] = r.active != 0, number[r.paidAs], number[r.achieved]
		}
	}
	if to.scope.plan.Active != nil {
		prior.Active = active
	}
}

// states gives the next period the state that this one has left.
func (c *computed) states(to *runInput) {
	rows := c.rowsOf(to)
	for _, key := range distributorStates(c) {
		column := make([]int64, len(rows))
		for row, was := range rows {
			if was >= 0 {
				column[row] = c.state(key, int(was))
			}
		}
		to.calc.Prior.State[key] = column
	}
	for _, row := range companyStates(c.out.State) {
		to.calc.Prior.State[row.key] = []int64{row.value}
	}
}

// rowsOf gives, for every distributor of a later period, the row in this one, or -1.
func (c *computed) rowsOf(later *runInput) []int32 {
	rows := make([]int32, later.ids.len())
	was, end := 0, c.in.ids.len()
	for row := range rows {
		id := later.ids.at(row)
		for was < end && c.in.ids.at(was) < id {
			was++
		}
		rows[row] = -1
		if was < end && c.in.ids.at(was) == id {
			rows[row] = int32(was)
		}
	}
	return rows
}
