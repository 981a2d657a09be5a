package calc

// The names of the factors that a binary bonus puts on lines.
const (
	factorRatio = "ratio"
	factorMax   = "max"
)

// binaryPayer makes the lines of a stretch of distributors.
type binaryPayer struct {
	*binaryRun
	sink  lineSink
	table *tariffs
	// firstly are those of first cycles.
	firstly *tariffs
	legs    [2]legAccount // of the distributor at hand
	// carried is what legs come with, and carries what they hand on, of the distributors of a batch.
	carried, carries [2][legsBatch]int64
	due              binaryDue
}

// binaryDue is what one distributor is paid, line after line.
type binaryDue struct {
	seat, row int32
	// ratio is a factor of every line, with its index; Den 0: there is none.
	ratio  Fraction
	factor int32
	// limited tells that no more than limitMinor is paid; sumMinor is what the lines would come to without it.
	limited              bool
	limitMinor, sumMinor int64
	// entitled tells that some rate was not zero.
	entitled bool
}

func (m *binaryRun) newPayer() *binaryPayer {
	from := &m.s.sinks[m.bonus]
	rows := max(len(m.Rates.Rows), len(m.Steps))
	if m.Brackets != nil {
		for _, t := range m.Brackets.Tables {
			rows = max(rows, len(t.From))
		}
	}
	return &binaryPayer{
		binaryRun: m,
		sink:      lineSink{plan: from.plan, bonus: from.bonus, blockSize: from.blockSize},
		table:     m.s.tariffs(m.bonus, rows, 1, 0),
		firstly:   m.s.tariffs(m.bonus, len(m.FirstCycles.Rows), int(m.FirstCycles.Levels), 0),
	}
}

// pay adds the lines of what was matched, and tells whether the distributor is paid the most that the bonus pays.
func (p *binaryPayer) pay(row, seat int32, base int64, legs *[2]legAccount) (reachedMax bool, err error) {
	p.due = binaryDue{seat: seat, row: row}
	d := &p.due
	if len(p.Max.Rows) > 0 {
		if at := p.max.at(int(seat)); at != noRow {
			d.limited, d.limitMinor = true, p.Max.Rows[at][0]
		}
	}
	if left, right := legs[0].volume(), legs[1].volume(); p.ByRatio && left != right {
		d.ratio = reduced(min(left, right), max(left, right))
		d.factor = p.s.factors.add(factorRatio, d.ratio, 0)
	}
	part, rest := 0, base
	if len(p.FirstCycles.Rows) > 0 {
		if part, rest, err = p.payFirst(base); err != nil {
			return false, err
		}
	}
	switch {
	case len(p.Steps) > 0:
		step := p.stepOf(min(legs[0].volume(), legs[1].volume()))
		err = p.line(0, step, base, p.Steps[step].AmountMinor)
	case p.Brackets != nil:
		err = p.payBrackets(part, base, rest)
	default:
		if at := p.rates.at(int(seat)); at != noRow {
			err = p.line(part, int(at), rest, p.Rates.Rows[at][0])
		}
	}
	reachedMax = d.limited && d.sumMinor >= d.limitMinor || p.MaxCycles > 0 && base == p.MaxCycles
	return reachedMax && d.entitled, err
}

// payFirst adds the lines of those of the distributor's first cycles that are among so many, and gives the part that all others have, and
// how many they are. Of neighbours that pay the same there is one line.
func (p *binaryPayer) payFirst(cycles int64) (part int, rest int64, err error) {
	row, amounts, from := p.firstOf(p.due.row, p.due.seat, cycles)
	for at := 0; at < len(amounts); {
		next := at + 1
		for next < len(amounts) && amounts[next] == amounts[at] {
			next++
		}
		if amounts[at] != 0 {
			p.due.entitled = true
			t := p.firstly.at(p.w.variantAt(int(p.due.seat)), int(row), from+at, amounts[at])
			if err := p.limitedLine(from+at, int64(next-at), t); err != nil {
				return 0, 0, err
			}
		}
		at = next
	}
	return int(p.FirstCycles.Levels), cycles - int64(len(amounts)), nil
}

// firstOf gives what those of so many cycles pay that are the distributor's first ones, as the row of the table says from a level on, counted
// from 0.
func (m *binaryRun) firstOf(row, seat int32, cycles int64) (tableRow uint8, amounts []int64, from int) {
	if tableRow = m.first.at(int(seat)); tableRow == noRow {
		return tableRow, nil, 0
	}
	made := m.carry.cyclesMade(row)
	amounts = m.FirstCycles.Rows[tableRow][made:min(m.carry.firstCycles, made+cycles)]
	for len(amounts) > 0 && amounts[len(amounts)-1] < 0 {
		amounts = amounts[:len(amounts)-1]
	}
	return tableRow, amounts, int(made)
}

// payBrackets adds the line of the bracket that is reached, or one for each bracket of what lies in it. Of the base that is looked up, rest
// is paid, on lines of a part.
func (p *binaryPayer) payBrackets(firstPart int, base, rest int64) error {
	variant := p.w.variantAt(int(p.due.seat))
	table, steps := p.Brackets.table(variant), p.steps[0]
	if len(p.steps) > 1 {
		steps = p.steps[variant]
	}
	if !p.Brackets.Marginal {
		number := base
		if p.numbers != nil {
			number = p.numbers[p.due.seat]
		}
		reached := -1
		for reached+1 < len(steps) && steps[reached+1] <= number {
			reached++
		}
		if reached < 0 {
			return nil
		}
		return p.line(firstPart, reached, rest, table.Rates[reached])
	}
	for i, from := range steps {
		if base <= from {
			break
		}
		to := base
		if i+1 < len(steps) {
			to = min(to, steps[i+1])
		}
		if part := to - max(0, from); part > 0 {
			if err := p.line(i, i, part, table.Rates[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// line adds one line, as far as the limit has room for it.
func (p *binaryPayer) line(part, tableRow int, base, rate int64) error {
	if rate == 0 || base == 0 {
		return nil
	}
	d := &p.due
	d.entitled = true
	variant := p.w.variantAt(int(d.seat))
	t := p.table.at(variant, tableRow, 0, rate)
	if d.ratio.Den != 0 {
		made := newTariff(p.table.unit, rate, p.s.plan.pointValueOf(variant), p.table.rounding, d.ratio)
		made.factor = d.factor
		t = &made
	}
	return p.limitedLine(part, base, t)
}

// limitedLine adds one line of a tariff, as far as the limit has room for it.
func (p *binaryPayer) limitedLine(part int, base int64, t *tariff) error {
	d := &p.due
	if !d.limited {
		return p.sink.add(d.row, 0, part, base, t)
	}
	amountMinor, err := t.amountMinor(base)
	if err != nil {
		return p.sink.failed(d.row, err)
	}
	roomMinor := d.limitMinor - d.limitMinor%p.table.rounding.StepMinor - min(d.sumMinor, d.limitMinor)
	sumMinor, fits := added(d.sumMinor, amountMinor)
	if !fits {
		return p.sink.failed(d.row, ErrOverflow)
	}
	d.sumMinor = sumMinor
	switch {
	case amountMinor <= roomMinor:
		return p.sink.add(d.row, 0, part, base, t)
	case roomMinor > 0:
		return p.cut(part, base, t, roomMinor)
	}
	return nil
}

// cut adds a line of which only so much is paid.
func (p *binaryPayer) cut(part int, base int64, t *tariff, toMinor int64) error {
	num, den := [4]int64{toMinor, RateScale, t.pointValue.Den, 1}, [4]int64{base, t.rate, t.pointValue.Num, 1}
	factors := make([]Fraction, 0, 8)
	if ratio := p.due.ratio; ratio.Den != 0 {
		num[3], den[3] = ratio.Den, ratio.Num
		factors = append(factors, ratio)
	}
	index := t.factor
	for _, f := range fractionsOf(num, den) {
		index = p.s.factors.add(factorMax, f, index)
		factors = append(factors, f)
	}
	made := newTariff(p.table.unit, t.rate, t.pointValue, p.table.rounding, factors...)
	made.factor = index
	return p.sink.add(p.due.row, 0, part, base, &made)
}

// fractionsOf gives a quotient of two products, of numbers above zero, as factors: one in lowest terms where it fits, else as few more as
// hold it.
func fractionsOf(num, den [4]int64) []Fraction {
	for i := range num {
		for j := range den {
			g := int64(gcd(uint64(num[i]), uint64(den[j])))
			num[i], den[j] = num[i]/g, den[j]/g
		}
	}
	factors := []Fraction{One}
	for i := range num {
		last := &factors[len(factors)-1]
		n, numFits := multiplied(last.Num, num[i])
		d, denFits := multiplied(last.Den, den[i])
		if numFits && denFits {
			*last = Fraction{n, d}
		} else {
			factors = append(factors, Fraction{num[i], den[i]})
		}
	}
	return factors
}

// bracketSteps gives the steps of brackets, by table, in the unit that they are looked up in: as they stand where there is a number for
// the whole; else that of a line's base, cycles or volume in units of the bonus's base.
func (b *Binary) bracketSteps(p *Plan) ([][]int64, error) {
	digits := int32(0)
	switch p.MeasureOf(b.Base).Unit() {
	case UnitVolume:
		digits = volumeDigits
	case UnitMoney:
		digits = p.MinorDigits
	case UnitCount:
	}
	if b.Cycle != nil {
		digits = 0
	}
	written := digits
	if b.Brackets.By != nil {
		written = b.Brackets.By.digits
		if !b.Brackets.Marginal {
			digits = written
		}
	}
	out := make([][]int64, len(b.Brackets.Tables))
	for i, t := range b.Brackets.Tables {
		for _, from := range t.From {
			step, fits := multiplied(from, pow10[max(0, digits-written)])
			if unit := pow10[max(0, written-digits)]; !fits || step%unit != 0 {
				return nil, errKind("a bracket has more decimals than what is paid on, or is out of range")
			} else {
				step /= unit
			}
			out[i] = append(out[i], step)
		}
	}
	return out, nil
}
