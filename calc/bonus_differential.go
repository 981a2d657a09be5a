package calc

import (
	"math"
	"slices"
)

// Differential pays the earner's own rate less the highest rate of anybody who has one and stands between. Whoever is not paid by the
// bonus has no rate. A stairstep is one that pays the own sales too, by brackets, and ends where a leg breaks away. In the place of
// rates there may be amounts for each sale.
//
// With a Total nobody's rate is taken off another's: what there is to share of a sale is shared out from the seller upward, to each the own
// rate, and to the last what is left of it.
//
// All lines have level 0. Part 0 is the own sales, at the full rate. Part 1+i is the volume from below on which the highest rate between
// is the i-th of all that the rule has, going up, the 0th being none: its rate is what is left of the earner's own, or EqualRate where
// nothing is left. With a Total it is the volume that came when so much of it was left, by the place in what may be left, going down.
type Differential struct {
	plain
	Base      Base
	Placement bool
	Rates     RateTable // of one level
	Brackets  *Brackets // instead of Rates
	// OwnSales tells that own sales are paid at the full rate, LessSeller that the seller's own rate is taken off.
	OwnSales, LessSeller bool
	FromLevel            int32 // sellers nearer than this level are not paid on; 0 and 1: all are
	// Breakaway says whose leg pays nothing to those above, paid by the bonus or not; nil: nobody's.
	Breakaway *Condition
	// EqualRate is paid on the volume on which the highest rate between is the earner's own, to the first of those whom that is true of.
	EqualRate int64
	// Total is what is shared out of a sale, a rate or an amount like the rates; 0: the differences are paid.
	Total int64
	// At the event: ToLevel is the last level above the seller that has a rate, and Months are paid in advance, a factor of every line; 0:
	// none.
	ToLevel  int32
	Months   Months
	Clawback Clawback
}

// eventLevelsMax is how far up what is paid at an event may ask at most.
const eventLevelsMax = 200

func (d *Differential) check(p *Plan, b *Bonus) error {
	switch {
	case b.Pays == PaysEvent && (d.ToLevel < 1 || d.ToLevel > eventLevelsMax || d.Brackets != nil || d.Breakaway != nil || d.EqualRate != 0):
		return errKind("a differential bonus that is paid at the event goes up so many levels, by rates that are known before")
	case b.Pays != PaysEvent && (d.ToLevel != 0 || d.Months != 0) || d.Months < 0:
		return errKind("months are paid in advance at the event, which alone ends at a level")
	case d.Placement && p.PlacementWidth == 0:
		return errKind("no placement tree to walk")
	case d.Brackets != nil && d.Brackets.Marginal:
		return errKind("differences are of rates that each are for the whole volume; marginal brackets have none")
	case d.EqualRate < 0 || d.EqualRate != 0 && d.amounts():
		return errKind("a rate at equality that is below zero, or stands beside amounts")
	case d.Total < 0 || d.Total != 0 && (d.LessSeller || d.FromLevel > 1 || d.EqualRate != 0 || d.Breakaway != nil):
		return errKind("a total is shared out from the seller upward, by everybody who has a rate")
	case d.EqualRate != 0 && d.FromLevel > 1:
		return errKind("a rate at equality and a first level that is paid do not go together")
	}
	if d.Brackets != nil {
		if err := d.Brackets.check(p); err != nil {
			return err
		}
	} else if err := d.Rates.check(p); err != nil {
		return err
	}
	if d.Brackets == nil && (d.Rates.Levels != 1 || d.Rates.Unlock != nil) {
		return errKind("a differential bonus has no levels")
	}
	if rates := d.ladder(); rates[0] < 0 || len(rates) >= math.MaxUint16 {
		return errKind("rates below zero, or too many of them")
	}
	if _, few := d.Leftovers(); !few {
		return errKind("a total that may be shared out in too many ways")
	}
	return nil
}

func (d *Differential) base() Base                 { return d.Base }
func (d *Differential) upline(*Plan) (int32, bool) { return d.ToLevel, d.Placement }
func (d *Differential) byStanding(p *Plan) bool {
	return p.Active != nil || d.Brackets != nil || d.Rates.byStanding()
}
func (d *Differential) unit(p *Plan) Unit { return p.unitOf(d.Base, d.amounts()) }
func (d *Differential) amounts() bool {
	return d.Brackets == nil && d.Rates.Amounts || d.Brackets != nil && d.Brackets.Amounts
}

func (d *Differential) reads() []Slot {
	return slices.Concat(d.Rates.whoReads(), d.Brackets.whatReads(), d.Breakaway.reads())
}

// ladder gives all rates of the rule, going up; the first is zero, which is to have none.
func (d *Differential) ladder() []int64 {
	rates := []int64{0}
	if d.Brackets != nil {
		for i := range d.Brackets.Tables {
			rates = append(rates, d.Brackets.Tables[i].Rates...)
		}
	} else {
		for _, row := range d.Rates.Rows {
			rates = append(rates, row[0])
		}
	}
	slices.Sort(rates)
	return slices.Compact(rates)
}

func (d *Differential) pay(s *stage, bonus int) error {
	x, err := d.begin(s, bonus)
	if err != nil {
		return err
	}
	if d.Total != 0 {
		return x.shareOut()
	}
	if d.OwnSales {
		if err := x.payOwn(); err != nil {
			return err
		}
	}
	between := uint16(0)
	for _, step := range x.held() {
		x.rise(between, step)
		if err := x.payDue(between, false); err != nil {
			return err
		}
		between = step
		if d.EqualRate == 0 {
			continue
		}
		x.riseEqual(step)
		if err := x.payDue(step, true); err != nil {
			return err
		}
	}
	return nil
}

// differential is a bonus under way. Nobody searches an upline for the rates in it: volume rises through the tree once for each rate
// that anybody has, and whoever has that rate or a higher one lets nothing through. What comes to a distributor at one rate and did
// not at the rate before is the volume on which the rate before is the highest between.
type differential struct {
	s      *stage
	w      *walk
	rule   *Differential
	bonus  int
	ladder []int64
	table  *tariffs
	step   []uint16 // by seat: the index of the distributor's rate in the ladder
	breaks []bool   // by seat; nil: nobody breaks away
	counts Base     // what own counts
	own    []int64
	// up is what a seat lets through to its parent, came what comes to it from all its children, and due what of that is to be paid.
	up, came, due []int64
}

func (d *Differential) begin(s *stage, bonus int) (*differential, error) {
	w := s.walk(d.Placement)
	base := d.Base
	if d.amounts() {
		base = s.countBase(base)
	}
	x := &differential{s: s, w: w, rule: d, bonus: bonus, ladder: d.ladder(), counts: base, own: w.volume(base)}
	x.table = s.tariffs(bonus, len(x.ladder), 1, s.monthsFactor(d.Months))
	var err error
	if d.Breakaway != nil {
		if x.breaks, err = s.holds(d.Breakaway, w); err != nil {
			return nil, err
		}
	}
	if x.step, err = x.steps(); err != nil {
		return nil, err
	}
	x.up, x.came, x.due = make([]int64, w.len()), make([]int64, w.len()), make([]int64, w.len())
	return x, nil
}

// steps finds the place in the ladder of everybody's rate.
func (x *differential) steps() ([]uint16, error) {
	steps := make([]uint16, x.w.len())
	who, err := x.s.paid(x.bonus, x.w)
	if err != nil {
		return nil, err
	}
	place := func(rate int64) uint16 {
		i, _ := slices.BinarySearch(x.ladder, rate)
		return uint16(i)
	}
	if b := x.rule.Brackets; b != nil {
		return steps, x.s.evaluate(x.w, func(f *factColumns, seat int) {
			if isPaid(who, seat) {
				steps[seat] = place(b.table(x.w.variantAt(seat)).rateAt(b.By.value(f, x.s.sponsorSeat(x.w, seat))))
			}
		})
	}
	rows, err := x.s.rowsOf(&x.rule.Rates, x.w)
	if err != nil {
		return nil, err
	}
	var ofRow [noRow + 1]uint16 // noRow stays at zero
	for row, rates := range x.rule.Rates.Rows {
		ofRow[row] = place(rates[0])
	}
	first := 0
	if x.s.atEvent {
		first = max(0, len(steps)-1-int(x.rule.ToLevel)) // the seller sits last
	}
	share(x.s.threads, first, len(steps), func(_, from, to int) {
		for seat := from; seat < to; seat++ {
			if isPaid(who, seat) {
				steps[seat] = ofRow[rows.at(seat)]
			}
		}
	})
	return steps, nil
}

// held lists the steps of the ladder that anybody has, going up, without the first.
func (x *differential) held() []uint16 {
	is := make([]bool, len(x.ladder))
	for _, step := range x.step {
		is[step] = true
	}
	var held []uint16
	for step := 1; step < len(is); step++ {
		if is[step] {
			held = append(held, uint16(step))
		}
	}
	return held
}

// lets tells whether what comes from below a seat goes on upward past rates below a step.
func (x *differential) lets(seat int, step uint16) bool {
	return x.step[seat] < step && !x.breaksAt(seat)
}

func (x *differential) breaksAt(seat int) bool { return x.breaks != nil && x.breaks[seat] }

// letsOwn tells whether the own sales of a seat go on upward past rates below a step.
func (x *differential) letsOwn(seat int, step uint16) bool {
	return !x.breaksAt(seat) && (!x.rule.LessSeller || x.step[seat] < step)
}
