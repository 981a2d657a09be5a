package calc

import "fmt"

// roundSums makes the sums right of a plan that rounds sums: of each bonus of a distributor, or of the total that the period's close pays
// one. A sum is that of base × rate × factors of its lines, not rounded, and is rounded as the bonus or the plan says; one rounding
// line makes up for the difference to what the lines have been rounded to. It has level and part 0 of the bonus, for a total of the last
// bonus that pays the distributor. A rounding line that stands there is changed instead.
//
// Lines that share a whole, a pool or the limit of a cap, count as they stand, with the rounding lines that make them sum to it: so what a
// cap has left is not raised again by what its lines would come to.
func (s *stage) roundSums() error {
	if s.plan.RoundingAt == RoundLines {
		return nil
	}
	x := &sumRounding{lineBlocks: lineBlocks{stage: s, limit: -1}, allotted: s.allottedFactors()}
	for bonus := range s.sinks {
		x.addBonus(bonus, false)
	}
	for i := range x.blocks {
		x.blocks[i].posted = false // adjustments of posted lines are lines like others
	}
	x.starts, x.places = x.byEarner(0, len(x.blocks), s.n, func(row int32) int32 { return row }, &lineClass{})
	found := make([][]line, max(1, s.threads))
	bonuses := make([][]int, len(found))
	errs := make([]error, len(found))
	share(s.threads, 0, s.n, func(worker, from, to int) {
		w := &sumWorker{sumRounding: x, rates: lineRates{stage: s, factors: s.factors.snapshot()}}
		for row := from; row < to && w.err == nil; row++ {
			w.round(int32(row))
		}
		found[worker], bonuses[worker], errs[worker] = w.lines, w.bonuses, w.err
	})
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	for worker := range found {
		for i, l := range found[worker] {
			sink := &s.sinks[bonuses[worker][i]]
			sink.put(l)
			sink.unordered = true
		}
	}
	for bonus := range s.sinks {
		s.sinks[bonus].drop(func(l *Lines, j int) bool { return l.Kind[j] == LineRounding && l.AmountMinor[j] == 0 })
	}
	return nil
}

// sumRounding is all lines by earner.
type sumRounding struct {
	lineBlocks
	allotted       []bool // by index of factors: that of a cap is among them
	starts, places []int32
}

// allottedFactors tells by index of factors whether that of a cap is among them.
func (s *stage) allottedFactors() []bool {
	factors := s.factors.snapshot()
	allotted := make([]bool, max(1, len(factors)))
	for i := 1; i < len(factors); i++ {
		// The factors that one leads on to have been added before it.
		allotted[i] = allotted[factors[i].Next] || s.plan.capNamed(factors[i].Name) != nil
	}
	return allotted
}

// sumWorker rounds the sums of a stretch of distributors.
type sumWorker struct {
	*sumRounding
	rates   lineRates
	lines   []line // rounding lines to be added, and their bonuses
	bonuses []int
	err     error
}

// round rounds the sums of a distributor.
func (w *sumWorker) round(row int32) {
	places := w.places[w.starts[row]:w.starts[row+1]]
	if w.plan.RoundingAt == RoundTotals {
		w.roundSum(row, places, w.plan.Rounding)
		return
	}
	for len(places) > 0 {
		n, bonus := 0, w.bonusAt(places[0])
		for n < len(places) && w.bonusAt(places[n]) == bonus {
			n++
		}
		rounding := w.plan.Rounding
		if own := w.plan.Bonuses[bonus].Rounding; own != nil {
			rounding = *own
		}
		w.roundSum(row, places[:n], rounding)
		places = places[n:]
	}
}

func (w *sumWorker) bonusAt(place int32) int { return w.blocks[place>>blockBits].bonus }

// roundSum rounds the sum of some lines of a distributor.
func (w *sumWorker) roundSum(row int32, places []int32, r Rounding) {
	if len(places) == 0 || w.err != nil {
		return
	}
	var sum exactSum
	sum.reset()
	standsMinor, fits := int64(0), true
	for _, place := range places {
		b, j := w.at(place)
		amountMinor := b.AmountMinor[j]
		stands, ok := added(standsMinor, amountMinor)
		standsMinor, fits = stands, fits && ok
		if b.Kind[j] == LineRounding || w.allotted[b.Factor[j]] || w.plan.Bonuses[b.bonus].Pool != nil {
			sum.addMinor(amountMinor)
			continue
		}
		ratio := w.rates.ratio(b, j, b.Factor[j], One)
		sum.add(b.Base[j], ratio, func() []Fraction { return w.rates.fractions(b, j, b.Factor[j], One) })
	}
	roundedMinor, err := sum.roundedMinor(r)
	byMinor, ok := subtracted(roundedMinor, standsMinor)
	last := w.bonusAt(places[len(places)-1])
	if err != nil || !fits || !ok {
		w.err = fmt.Errorf("the sum of bonus %s of distributor %d: %w", w.plan.Bonuses[last].Name, row, ErrOverflow)
		return
	}
	if byMinor == 0 {
		return
	}
	for _, place := range places {
		b, j := w.at(place)
		if b.bonus == last && b.Kind[j] == LineRounding && b.Level[j] == 0 && b.Part[j] == 0 {
			b.AmountMinor[j] += byMinor
			return
		}
	}
	w.lines = append(w.lines, line{earner: row, kind: LineRounding, amountMinor: byMinor})
	w.bonuses = append(w.bonuses, last)
}
