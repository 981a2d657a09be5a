package simulate

import (
	"errors"
	"io"
	"maps"
	"math/big"
	"slices"

	"upline/calc"
)

// OutFiles are where the files of a simulation are written; what is nil is not written.
type OutFiles struct {
	Lines, Ranks, Carry, State, Totals, Payouts io.Writer
}

// FileWriter writes the files of a simulation as its periods are closed.
type FileWriter struct {
	company                                     *Company
	files                                       OutFiles
	lines, ranks, carry, state, totals, payouts *csvWriter
	// last is what the last periods of the cadences have left.
	last [calc.CadenceMax + 1]*Closed
	// points are the values of a point as they are written, by fraction.
	points map[calc.Fraction]string
}

// NewFileWriter begins the files.
func (c *Company) NewFileWriter(files OutFiles) *FileWriter {
	return &FileWriter{
		company: c, files: files, points: make(map[calc.Fraction]string),
		lines: newCSVWriter(files.Lines, &linesFormat), ranks: newCSVWriter(files.Ranks, &ranksFormat), carry: newCSVWriter(files.Carry, &carryFormat),
		state: newCSVWriter(files.State, &stateFormat), totals: newCSVWriter(files.Totals, &totalsFormat), payouts: newCSVWriter(files.Payouts, &payoutsFormat),
	}
}

// Visit writes a period. It is for Run.
func (w *FileWriter) Visit(c *Closed) error {
	if w.files.Lines != nil {
		if err := c.EachLine(func(l *Line) error { return w.line(c, l) }); err != nil {
			return err
		}
	}
	if w.files.Ranks != nil && c.IsMain() {
		w.rankRows(c)
	}
	if w.files.Carry != nil {
		w.carryRows(c)
	}
	if w.files.Payouts != nil {
		if err := c.EachPayout(func(p *Payout) error { return w.payout(c, p) }); err != nil {
			return err
		}
	}
	// What is kept of the period must not hold the whole of it.
	w.last[c.Period.Cadence] = &Closed{Period: c.Period, run: c.run, paidAs: c.paidAs, achieved: c.achieved, active: c.active, state: c.state}
	return w.err()
}

// End writes what is known when all periods are closed, and ends the files.
func (w *FileWriter) End(t *Totals) error {
	for i := range t.Periods {
		w.period(t, &t.Periods[i])
	}
	for _, c := range w.last {
		if c != nil {
			w.stateRows(c)
		}
	}
	for _, file := range w.all() {
		file.flush()
	}
	return w.err()
}

func (w *FileWriter) all() []*csvWriter {
	return []*csvWriter{w.lines, w.ranks, w.carry, w.state, w.totals, w.payouts}
}

func (w *FileWriter) err() error {
	var errs []error
	for _, file := range w.all() {
		errs = append(errs, file.err)
	}
	return errors.Join(errs...)
}

// line writes a line.
func (w *FileWriter) line(c *Closed, l *Line) error {
	p, f := c.run.Plan.Plan, w.lines
	f.text(c.Period.Name)
	f.text(c.Period.Cadence.String())
	f.bytes(w.company.network.id(l.Earner))
	f.text(p.Bonuses[l.Bonus].Name)
	f.number(int64(l.Level))
	f.number(int64(l.Part))
	f.text(string(l.Kind))
	f.text(unitName(l.Unit))
	digits := unitDigits(p, l.Unit)
	minDigits := int32(0)
	if l.Unit == calc.UnitMoney {
		minDigits = digits
	}
	f.decimal(l.Base, digits, minDigits)
	if l.Unit == calc.UnitCount {
		f.decimal(l.Rate, p.MinorDigits, p.MinorDigits)
	} else {
		f.decimal(l.Rate, 9, 0)
	}
	if l.Unit == calc.UnitVolume {
		f.text(w.pointValue(p, l.Point))
	} else {
		f.text("")
	}
	f.cell()
	for i, factor := range l.Factors {
		if i > 0 {
			f.buffer = append(f.buffer, ';')
		}
		f.buffer = append(append(f.buffer, factor.Name...), '=')
		f.buffer = appendFraction(f.buffer, factor.Fraction)
	}
	f.decimal(l.AmountMinor, p.MinorDigits, p.MinorDigits)
	f.text(p.Currency)
	if l.Sale >= 0 {
		f.bytes(w.company.sales.id(l.Sale))
	} else {
		f.text("")
	}
	f.end()
	return f.err
}

// pointValue writes what a point is worth in units of the currency, given what a unit of volume is worth in minor units: as a decimal
// number where it is one, else as a fraction.
func (w *FileWriter) pointValue(p *calc.Plan, value calc.Fraction) string {
	if text, known := w.points[value]; known {
		return text
	}
	text := pointText(p, value)
	w.points[value] = text
	return text
}

// pointText writes what a point is worth in units of the currency.
func pointText(p *calc.Plan, value calc.Fraction) string {
	exact := big.NewRat(value.Num, value.Den)
	exact.Mul(exact, big.NewRat(calc.VolumeScale, 1))
	for range p.MinorDigits {
		exact.Mul(exact, big.NewRat(1, 10))
	}
	if digits, isDecimal := exact.FloatPrec(); isDecimal {
		return exact.FloatString(digits)
	}
	return exact.RatString()
}

func (w *FileWriter) rankRows(c *Closed) {
	p, f := c.run.Plan.Plan, w.ranks
	for row := range int32(w.company.network.len()) {
		if c.members.rowOf(row) < 0 {
			continue
		}
		f.text(c.Period.Name)
		f.bytes(w.company.network.id(row))
		f.text(yesNoText(c.active == nil || c.active[row]))
		f.text(rankName(p, c.paidAs[row]))
		f.text(rankName(p, c.achieved[row]))
		f.end()
	}
}

func yesNoText(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}

// eachState gives the numbers of a state that are not zero, by key and row; the row of what is the company's is -1.
func (c *Closed) eachState(each func(key string, unit calc.Unit, row int32, value int64)) {
	for _, key := range slices.Sorted(maps.Keys(c.state)) {
		unit, _, _ := keyed(c.run.Plan.Plan, key)
		for row, value := range c.state[key] {
			if value == 0 {
				continue
			}
			if isCompany(key) {
				row = -1
			}
			each(key, unit, int32(row), value)
		}
	}
}

func (w *FileWriter) carryRows(c *Closed) {
	f := w.carry
	c.eachState(func(key string, unit calc.Unit, row int32, value int64) {
		f.text(c.Period.Name)
		f.text(c.Period.Cadence.String())
		w.keyed(f, c, row, key, unit, value)
		f.text(unitName(unit))
		f.end()
	})
}

// keyed writes whose number it is, its key and the number.
func (w *FileWriter) keyed(f *csvWriter, c *Closed, row int32, key string, unit calc.Unit, value int64) {
	if row >= 0 {
		f.bytes(w.company.network.id(row))
	} else {
		f.text("")
	}
	f.text(key)
	f.decimal(value, unitDigits(c.run.Plan.Plan, unit), 0)
}

// stateRows writes the state that a later simulation goes on from.
func (w *FileWriter) stateRows(c *Closed) {
	f, cadence := w.state, c.Period.Cadence.String()
	c.eachState(func(key string, unit calc.Unit, row int32, value int64) {
		w.keyed(f, c, row, key, unit, value)
		f.text(cadence)
		f.text(unitName(unit))
		f.text(c.Period.Name)
		f.end()
	})
	if !c.IsMain() {
		return
	}
	p := c.run.Plan.Plan
	said := func(row int, key, value string) {
		f.bytes(w.company.network.id(int32(row)))
		f.text(key)
		f.text(value)
		f.text(cadence)
		f.text("")
		f.text(c.Period.Name)
		f.end()
	}
	for row, achieved := range c.achieved {
		if achieved == 0 && c.paidAs[row] == 0 {
			continue
		}
		said(row, keyAchieved, rankName(p, achieved))
		said(row, keyPaidAs, rankName(p, c.paidAs[row]))
	}
	for row, active := range c.active {
		if !active {
			said(row, keyActive, yesNoText(false))
		}
	}
}

func (w *FileWriter) payout(c *Closed, p *Payout) error {
	plan, f := c.run.Plan.Plan, w.payouts
	f.text(c.Period.Name)
	f.text(c.Period.Cadence.String())
	f.bytes(w.company.network.id(p.Row))
	f.decimal(p.AmountMinor, plan.MinorDigits, plan.MinorDigits)
	f.text(plan.Currency)
	f.cell()
	digits, _ := calc.CurrencyDigits(p.Currency)
	if p.Currency != plan.Currency {
		f.buffer = appendFraction(f.buffer, p.Rate)
	}
	f.decimal(p.PaidMinor, digits, digits)
	f.text(p.Currency)
	f.end()
	return f.err
}

// period writes the sums of a period.
func (w *FileWriter) period(t *Totals, one *PeriodTotal) {
	p, f := t.Plan.Plan, w.totals
	row := func(of, name string, distributors int64, volume *Volume, lines, amountMinor int64) {
		f.text(one.Period.Name)
		f.text(one.Period.Cadence.String())
		f.text(of)
		f.text(name)
		if distributors >= 0 {
			f.number(distributors)
		} else {
			f.text("")
		}
		if volume != nil {
			f.number(volume.EntryCount)
			f.decimal(volume.RevenueMinor, p.MinorDigits, p.MinorDigits)
			f.decimal(volume.CV, 4, 0)
		} else {
			f.text("")
			f.text("")
			f.text("")
		}
		if lines >= 0 {
			f.number(lines)
		} else {
			f.text("")
		}
		f.decimal(amountMinor, p.MinorDigits, p.MinorDigits)
		f.text(p.Currency)
		f.end()
	}
	row("period", "", int64(one.Distributors), &one.Volume, one.LineCount, one.AmountMinor)
	for i, b := range one.Bonuses {
		if p.Bonuses[i].Cadence == one.Period.Cadence {
			row("bonus", b.Name, -1, nil, b.LineCount, b.AmountMinor)
		}
	}
	if len(p.Ranks) == 0 {
		return
	}
	for _, rank := range one.Ranks {
		distributors := int64(-1)
		if one.IsMain {
			distributors = rank.DistributorCount
		}
		row("rank", rank.Name, distributors, nil, -1, rank.AmountMinor)
	}
}

// WriteComparison writes what both plans pay each distributor who is paid anything by either.
func (c *Company) WriteComparison(out io.Writer, a, b *Totals) error {
	f, p := newCSVWriter(out, &comparisonFormat), a.Plan.Plan
	for row := range a.EarnedMinor {
		if a.EarnedMinor[row] == 0 && b.EarnedMinor[row] == 0 {
			continue
		}
		f.bytes(c.network.id(int32(row)))
		f.text(rankName(p, a.PaidAs[row]))
		f.decimal(a.EarnedMinor[row], p.MinorDigits, p.MinorDigits)
		f.decimal(b.EarnedMinor[row], p.MinorDigits, p.MinorDigits)
		f.decimal(a.change(b, int32(row)), p.MinorDigits, p.MinorDigits)
		f.text(p.Currency)
		f.end()
	}
	f.flush()
	return f.err
}
