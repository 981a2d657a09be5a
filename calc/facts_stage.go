package calc

import "fmt"

// timing is when each slot of a table is known, with what its expressions read taken into account.
type timing []stageOf

// timing finds it. As a fact of the plan's own making reads only slots before its own, one pass is enough.
func (t *FactTable) timing() timing {
	times := make(timing, t.len())
	for s := range times {
		key := t.keys[s]
		times[s] = key.Fact.stage()
		if key.Fact != FactPlan {
			continue
		}
		f := &t.own[key.Name]
		// What is read of the distributor must be known of the distributor; what is read of those below, of them: their ranks are
		// known before those above are asked.
		// The distributor is one of those whom a fact over the group counts, but never where it stops.
		counted := max(times.of(f.Holds.reads()), times.of(f.Value.reads()), times.of(f.Where.reads()))
		self, below := times.of(f.AtMost.reads()), fromStart
		if f.Over == OverSelf || f.Over == OverGroup {
			self = max(self, counted)
		}
		if f.Over != OverSelf {
			below = max(counted, times.of(f.Until.reads()))
		}
		switch {
		case f.Over == OverPositions && (below == inRanks || below == afterRanks):
			below = afterAllRanks // positions of one owner stand anywhere
		case f.Over != OverPositions && below == afterRanks:
			below = inRanks
		}
		times[s] = max(self, below)
	}
	return times
}

func (t timing) of(slots []Slot) stageOf {
	latest := fromStart
	for _, s := range slots {
		latest = max(latest, t[s])
	}
	return latest
}

// Known says when a condition or number is known that reads the slots: before it is decided who is active, before a rank of the same
// distributor is decided, before bonuses are paid. A reader of plan files asks it to refuse what is asked too early.
type Known struct{ BeforeActive, BeforeRank, BeforeBonuses bool }

// Known tells when what reads the slots is known.
func (t *FactTable) Known(slots []Slot) Known {
	at := t.timing().of(slots)
	return Known{BeforeActive: at == fromStart, BeforeRank: at <= inRanks, BeforeBonuses: at <= afterAllRanks}
}

// EarnedOf lists the bonuses, by index, whose earnings are read by the slots, through the plan's own facts, too.
func (t *FactTable) EarnedOf(slots []Slot) []int {
	var bonuses []int
	seen := make([]bool, t.len())
	var visit func([]Slot)
	visit = func(slots []Slot) {
		for _, s := range slots {
			if seen[s] {
				continue
			}
			seen[s] = true
			switch key := t.keys[s]; key.Fact {
			case FactEarned:
				bonuses = append(bonuses, int(key.Name))
			case FactPlan:
				visit(t.own[key.Name].reads())
			}
		}
	}
	visit(slots)
	return bonuses
}

// reads lists the slots that a fact of the plan's own making reads.
func (f *PlanFact) reads() []Slot {
	var all []Slot
	for _, c := range []*Condition{f.Holds, f.Where, f.Until} {
		all = append(all, c.reads()...)
	}
	for _, n := range []*Number{f.Value, f.AtMost} {
		all = append(all, n.reads()...)
	}
	return all
}

func (t *FactTable) check(p *Plan) error {
	for s := range t.len() {
		key := t.keys[s]
		switch {
		case key.Fact >= factCount, int(key.Rank) > len(p.Ranks), key.Fact == FactEarned && int(key.Name) >= len(p.Bonuses):
			return fmt.Errorf("%w: there is no such fact: %+v", ErrPlan, key)
		case key.Fact.placed() && p.PlacementWidth != 2:
			return fmt.Errorf("%w: a fact about two legs, without a placement tree of width 2", ErrPlan)
		}
		if err := p.checkBase(key.Volume); err != nil {
			return err
		}
		if key.Fact != FactPlan {
			continue
		}
		for _, read := range t.own[key.Name].reads() {
			if read >= Slot(s) {
				return fmt.Errorf("%w: the fact %s reads one that comes after it", ErrPlan, t.own[key.Name].Name)
			}
		}
	}
	return nil
}
