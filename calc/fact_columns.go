package calc

import (
	"fmt"
	"sync"
)

// factColumns are what conditions and numbers read, by seat of the sponsor tree. Each worker has a copy of its own, with its own
// scratch, over the same columns.
type factColumns struct {
	table   *FactTable
	columns [][]int64 // by slot; nil: not known yet, or read from what stands below
	first   []int32   // the sponsor tree's; gives the number of the frontline
	active  []bool
	rank    []uint8 // paid as
	// achieved and before are the ranks achieved in earlier periods, and paid as in the last one of the main cadence.
	achieved []uint8
	before   []uint8
	variant  []uint8 // nil: all 0
	// legs counts, for the distributor at hand, the legs with a holder of each rank number or a higher one.
	legs [ranksMax + 1]int32
	// highestLeg is the highest rank number that legs counts; above it are zeros.
	highestLeg uint8
	// overflow is raised by an evaluation whose numbers left the range of int64.
	overflow bool
}

// ranksMax is the number of ranks that a plan may have: rank numbers and 0 fit a byte.
const ranksMax = 255

func (f *factColumns) variantAt(seat int32) uint8 {
	if f.variant == nil {
		return 0
	}
	return f.variant[seat]
}

// worker gives a copy for another goroutine.
func (f *factColumns) worker() *factColumns {
	copied := *f
	return &copied
}

// factFiller computes columns when something is about to read them.
type factFiller struct {
	*computation
	facts  *factColumns
	times  timing
	mutex  sync.Mutex
	earned func(bonus int) []int64 // by row; for facts that read what bonuses pay
}

// fill makes the columns that the slots ask for, as far as they are known at a stage.
func (ff *factFiller) fill(at stageOf, slots ...[]Slot) error {
	ff.mutex.Lock()
	defer ff.mutex.Unlock()
	for _, list := range slots {
		for _, s := range list {
			if err := ff.fillSlot(s, at); err != nil {
				return err
			}
		}
	}
	return nil
}

func (ff *factFiller) fillSlot(s Slot, at stageOf) error {
	f := ff.facts
	if f.columns[s] != nil || ff.times[s] > at {
		return nil
	}
	key := f.table.keys[s]
	if key.Fact == FactPlan {
		own := &f.table.own[key.Name]
		for _, read := range own.reads() {
			if err := ff.fillSlot(read, at); err != nil {
				return err
			}
		}
		if ff.times[s] == inRanks && at == inRanks {
			f.columns[s] = make([]int64, ff.n) // filled seat by seat as ranks are decided
			return nil
		}
		column, err := ff.fillOwn(own)
		if err != nil {
			return fmt.Errorf("fact %s: %w", own.Name, err)
		}
		f.columns[s] = column
		return nil
	}
	if at == inRanks && ff.times[s] == inRanks {
		if key.Fact != FactLegsWith { // the counts of which stand beside the columns
			f.columns[s] = make([]int64, ff.n)
		}
		return nil
	}
	column, err := ff.column(key)
	if err != nil {
		return err
	}
	f.columns[s] = column
	return nil
}

// column computes a fact that is not of the plan's own making; nil where it is read from elsewhere.
func (ff *factFiller) column(key FactKey) ([]int64, error) {
	t, w := ff.sponsor.tree, &ff.sponsor
	switch key.Fact {
	case FactOwn:
		return ff.ownOver(key.Volume, int(key.N))
	case FactGroup:
		return ff.groupTo(w.volume(key.Volume), int(key.N)), nil
	case FactCapped:
		return ff.capped(w.volume(key.Volume), key.N), nil
	case FactLeg:
		return ff.leg(ff.group(key.Volume), int(key.N)), nil
	case FactLeft, FactRight, FactWeaker, FactStronger:
		return ff.placedLeg(key), nil
	case FactCompany:
		total := int64(0)
		for _, v := range w.volume(key.Volume) {
			total += v
		}
		return ff.each(func(int32) int64 { return total }), nil
	case FactCustomers:
		return ff.customers(key.Volume, key.N)
	case FactDownline:
		return ff.below(func(int32) int64 { return 1 }), nil
	case FactMonthsEnrolled:
		return ff.monthsEnrolled(), nil
	case FactDaysEnrolled:
		return ff.each(func(seat int32) int64 {
			return max(0, ff.in.Period.EndUS-ff.in.Network.EnrolledAtUS[t.row[seat]]) / dayUS
		}), nil
	case FactKind:
		return ff.named(ff.in.Network.Kind, key.Name), nil
	case FactMarket:
		return ff.named(ff.in.Network.Market, key.Name), nil
	case FactTag:
		tags := ff.in.Network.Tags
		return ff.each(func(seat int32) int64 {
			if tags == nil || tags[t.row[seat]]>>(key.Name-1)&1 == 0 {
				return 0
			}
			return 1
		}), nil
	case FactHeld:
		return ff.stateColumn(HeldKey(ff.in.Plan, key.Rank)), nil
	case FactActiveFrontline:
		return ff.front(ff.facts.activeAt), nil
	case FactActiveDownline:
		return ff.below(ff.facts.activeAt), nil
	case FactActiveLeft, FactActiveRight:
		return ff.activeInLeg(key.Fact == FactActiveLeft), nil
	case FactLegsWith:
		highest := ff.highestBelow()
		return ff.front(func(child int32) int64 { return oneIf(highest[child] >= key.Rank) }), nil
	case FactFrontlineWith:
		return ff.front(func(child int32) int64 { return oneIf(ff.facts.rank[child] >= key.Rank) }), nil
	case FactDownlineWith:
		return ff.below(func(child int32) int64 { return oneIf(ff.facts.rank[child] >= key.Rank) }), nil
	case FactEarned:
		if ff.earned == nil {
			return make([]int64, ff.n), nil
		}
		return gather(ff.threads, ff.earned(int(key.Name)), t.row), nil
	}
	return nil, nil // active, ranks and the frontline stand in columns of their own
}

func oneIf(holds bool) int64 {
	if holds {
		return 1
	}
	return 0
}

func (f *factColumns) activeAt(seat int32) int64 { return oneIf(f.active[seat]) }

// each computes a column seat by seat.
func (ff *factFiller) each(value func(seat int32) int64) []int64 {
	out := make([]int64, ff.n)
	ff.forSeats(func(_, from, to int) {
		for seat := from; seat < to; seat++ {
			out[seat] = value(int32(seat))
		}
	})
	return out
}

// front adds up a value of those sponsored directly.
func (ff *factFiller) front(value func(child int32) int64) []int64 {
	first := ff.sponsor.first
	return ff.each(func(seat int32) int64 {
		sum := int64(0)
		for child := first[seat]; child < first[seat+1]; child++ {
			sum += value(child)
		}
		return sum
	})
}

// below adds up a value of everybody below.
func (ff *factFiller) below(value func(child int32) int64) []int64 {
	out, first := make([]int64, ff.n), ff.sponsor.first
	ff.sponsor.upward(ff.threads, func(_, from, to int) {
		for seat := to - 1; seat >= from; seat-- {
			sum := int64(0)
			for child := first[seat]; child < first[seat+1]; child++ {
				sum += value(child) + out[child]
			}
			out[seat] = sum
		}
	})
	return out
}

// named compares a column of numbers of words.
func (ff *factFiller) named(column []uint16, name uint16) []int64 {
	return ff.each(func(seat int32) int64 { return oneIf(column != nil && column[ff.sponsor.row[seat]] == name) })
}

// stateColumn takes a column of the state before the period into the order of seats.
func (ff *factFiller) stateColumn(key string) []int64 {
	if column := ff.in.Prior.State[key]; column != nil {
		return gather(ff.threads, column, ff.sponsor.row)
	}
	return make([]int64, ff.n)
}

// highestBelow gives the highest rank of everybody and the downline.
func (ff *factFiller) highestBelow() []uint8 {
	first, rank := ff.sponsor.first, ff.facts.rank
	highest := make([]uint8, ff.n)
	ff.sponsor.upward(ff.threads, func(_, from, to int) {
		for seat := to - 1; seat >= from; seat-- {
			top := rank[seat]
			for child := first[seat]; child < first[seat+1]; child++ {
				top = max(top, highest[child])
			}
			highest[seat] = top
		}
	})
	return highest
}
