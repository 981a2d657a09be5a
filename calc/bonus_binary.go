package calc

import (
	"fmt"
	"slices"
)

// AfterPayout says what becomes of leg volume when a period has been paid.
type AfterPayout uint8

// What becomes of leg volume.
const (
	// CarryForward takes the matched volume off both legs, whoever is paid for it or not.
	CarryForward AfterPayout = iota
	// Flush lets both legs start again at zero, also where they are below it.
	Flush
	// NetOff is CarryForward for the active; who is not active, and so not paid, keeps both legs whole.
	NetOff
	// FlushAtMax is Flush for whoever is paid as much, or as many cycles, as the bonus pays at most, and CarryForward for all others.
	FlushAtMax
)

// OwnVolume says which leg the own sales count in.
type OwnVolume uint8

// Which leg.
const (
	OwnVolumeNone OwnVolume = iota
	// OwnVolumeWeaker is the leg that is weaker without them, carry-ins included; of equal legs the left one.
	OwnVolumeWeaker
	OwnVolumeLeft
	OwnVolumeRight
)

// Binary pays on the weaker leg's volume, carry-ins included: a rate of it, the highest of the steps that both legs reach, or an amount
// for each cycle that both legs have the volume for. What it pays on, and what it takes off the legs, is the matched volume. Own sales
// count in a leg where OwnVolume says so.
//
// A leg below zero, because more was taken back than was sold, matches nothing and is carried as it is: what it lacks was paid for in an
// earlier period.
//
// A line's base is the volume matched, with the rate; or the number of cycles, or 1 for a step, with what each pays. Where first cycles
// pay otherwise, part k-1 is cycle k, with those after it that pay the same, and the last part all others. ByRatio is a
// factor named "ratio". Whoever would be paid more than Max gets a line that is cut by a factor named "max": Max, rounded down to a
// step of the rounding, divided by the exact amount. It may stand there several times where one fraction is too small to hold it. Of
// the lines of marginal brackets those of the highest are cut. What was not paid has used up its volume all the same.
type Binary struct {
	plain
	Base Base
	// Rates are of one level; with Cycle, the amounts of a cycle. Brackets take their place, or Steps. Brackets without a number are
	// looked up by the base of the line: volume in units of Base, or cycles. Marginal ones always are.
	Rates    RateTable
	Brackets *Brackets
	// FirstCycles are the amounts of the first cycles that a distributor ever makes, paid or not: level k is cycle k. No rows, no row for
	// somebody, or LikeOtherCycles from some level of a row on: they pay like all others.
	FirstCycles RateTable
	Steps       []BinaryStep // going up
	Cycle       *BinaryCycle
	AfterPayout AfterPayout
	ByRatio     bool
	OwnVolume   OwnVolume
	// Max is the most that is paid, as amounts; no rows, or no row for somebody: no limit.
	Max       RateTable
	MaxCycles int64 // made in a period; the volume of further ones stays on the legs. 0: no limit
	Carry     CarryLimit
	// UnqualifiedKeeps lets whoever does not fulfil the bonus's When keep both legs whole.
	UnqualifiedKeeps bool
}

// LikeOtherCycles stands at the end of a row of FirstCycles for cycles that pay what all others pay.
const LikeOtherCycles = -1

// BinaryStep is a step of balanced volume and what it pays.
type BinaryStep struct{ Volume, AmountMinor int64 }

func (b *Binary) check(p *Plan, bonus *Bonus) error {
	switch {
	case bonus.Pays != PaysPeriod || p.PlacementWidth != 2:
		return errKind("a binary bonus pays at the period's close, on a placement tree of width 2")
	case b.AfterPayout > FlushAtMax || b.OwnVolume > OwnVolumeRight:
		return errKind("there is no such rule for leg volume or own volume")
	case b.ByRatio && (b.Cycle != nil || len(b.Steps) > 0):
		return errKind("a ratio of the legs is for rates")
	case b.UnqualifiedKeeps && b.Carry.LostWhenUnqualified:
		return errKind("whoever does not qualify keeps what is carried, or loses it")
	case b.MaxCycles < 0 || b.MaxCycles > 0 && b.Cycle == nil:
		return errKind("a number of cycles at most is for cycles")
	case b.Cycle == nil && len(b.Steps) == 0 && p.MeasureOf(b.Base).Unit() == UnitCount:
		return errKind("numbers of sales are paid by cycles or steps, and not by rates")
	}
	for _, check := range []func(*Plan) error{b.checkRates, b.Cycle.check, b.checkFirst, b.checkMax, b.Carry.check} {
		if err := check(p); err != nil {
			return err
		}
	}
	return nil
}

func (b *Binary) checkRates(p *Plan) error {
	if len(b.Steps) > 0 {
		if b.Brackets != nil || b.Cycle != nil || len(b.Rates.Rows) > 0 {
			return errKind("steps stand for themselves, without rates, brackets and cycles")
		}
		for i, step := range b.Steps {
			if step.AmountMinor < 0 || step.Volume <= 0 || i > 0 && step.Volume <= b.Steps[i-1].Volume {
				return errKind("steps go up, from above zero")
			}
		}
		return nil
	}
	amounts := b.Rates.Amounts
	if b.Brackets != nil {
		amounts = b.Brackets.Amounts
	}
	if amounts != (b.Cycle != nil) {
		return errKind("amounts are paid for cycles, and rates of volume")
	}
	if b.Brackets == nil {
		if b.Rates.Levels != 1 {
			return errKind("a binary bonus has one level")
		}
		return b.Rates.check(p)
	}
	if len(b.Rates.Rows) > 0 {
		return errKind("brackets take the place of rates")
	}
	brackets := *b.Brackets
	if brackets.By == nil {
		brackets.By = &Number{} // of the line's base, which needs no expression
	}
	if err := brackets.check(p); err != nil {
		return err
	}
	_, err := b.bracketSteps(p)
	return err
}

func (b *Binary) checkMax(p *Plan) error {
	if len(b.Max.Rows) == 0 {
		return nil
	}
	if b.Max.Levels != 1 || !b.Max.Amounts {
		return errKind("the most that a binary bonus pays is an amount")
	}
	for _, row := range b.Max.Rows {
		if len(row) == 1 && row[0] < 0 {
			return errKind("the most that a binary bonus pays is not below zero")
		}
	}
	return b.Max.check(p)
}

func (b *Binary) checkFirst(p *Plan) error {
	if len(b.FirstCycles.Rows) == 0 {
		return nil
	}
	if b.Cycle == nil || !b.FirstCycles.Amounts || b.FirstCycles.Unlock != nil || b.Brackets != nil && b.Brackets.Marginal {
		return errKind("the first cycles pay amounts, where there are cycles that are not paid by marginal brackets")
	}
	return b.FirstCycles.check(p)
}

// firstCycles is how many cycles of a life are told from the others.
func (b *Binary) firstCycles() int64 {
	switch {
	case len(b.FirstCycles.Rows) > 0:
		return int64(b.FirstCycles.Levels)
	case b.Cycle != nil && b.Cycle.FirstStrong != 0:
		return 1
	}
	return 0
}

func (b *Binary) base() Base { return b.Base }

func (b *Binary) unit(p *Plan) Unit { return p.unitOf(b.Base, b.Cycle != nil || len(b.Steps) > 0) }

func (b *Binary) reads() []Slot {
	slots := slices.Concat(b.Rates.whoReads(), b.FirstCycles.whoReads(), b.Max.whoReads(), b.Carry.LostWhen.reads())
	if b.Brackets != nil {
		slots = append(slots, b.Brackets.By.reads()...)
	}
	return slots
}

func (b *Binary) pay(s *stage, bonus int) error {
	m, err := b.newRun(s, bonus)
	if err != nil {
		return err
	}
	m.flows = s.traceLegs(bonus)
	payers := make([]*binaryPayer, max(1, s.threads))
	errs := make([]error, len(payers))
	share(s.threads, 0, s.n, func(worker, from, to int) {
		p := m.newPayer()
		for ; from < to && errs[worker] == nil; from += legsBatch {
			errs[worker] = p.settleBatch(from, min(from+legsBatch, to))
		}
		payers[worker] = p
	})
	sink := &s.sinks[bonus]
	for i, p := range payers {
		if errs[i] != nil {
			return errs[i]
		}
		if p != nil {
			sink.blocks = append(sink.blocks, p.sink.blocks...)
			sink.count += p.sink.count
		}
	}
	m.carry.keep(s.computation)
	return nil
}

// binaryRun is a binary bonus under way: its rule, and what it reads and writes of everybody.
type binaryRun struct {
	*Binary
	s     *stage
	bonus int
	w     *walk
	// By seat of the placement tree. who is paid, nil for everybody; qualified fulfil the bonus's condition, nil where that is not
	// asked; numbers are those of whole brackets, nil where the base itself is looked up.
	legs      [2][]int64
	own       []int64
	who       []bool
	qualified []bool
	numbers   []int64
	rates     rows
	first     rows
	max       rows
	// steps are those of the brackets, by table, in the unit that they are looked up in.
	steps [][]int64
	carry binaryCarry
	flows [2]*LegFlow // nil unless traced
}

func (b *Binary) newRun(s *stage, bonus int) (*binaryRun, error) {
	m := &binaryRun{Binary: b, s: s, bonus: bonus, w: s.placement}
	m.legs[0], m.legs[1] = s.legVolumes(b.Base)
	if b.OwnVolume != OwnVolumeNone {
		m.own = m.w.volume(b.Base)
	}
	rule := &s.plan.Bonuses[bonus]
	var err error
	if m.who, err = s.paid(bonus, m.w); err != nil {
		return nil, err
	}
	if (b.UnqualifiedKeeps || b.Carry.LostWhenUnqualified) && rule.When != nil {
		if m.qualified, err = s.holds(rule.When, m.w); err != nil {
			return nil, err
		}
	}
	switch {
	case len(b.Steps) > 0:
	case b.Brackets == nil:
		m.rates, err = s.rowsOf(&b.Rates, m.w)
	default:
		if m.steps, err = b.bracketSteps(s.plan); err == nil && b.Brackets.By != nil && !b.Brackets.Marginal {
			m.numbers, err = s.numbers(b.Brackets.By, m.w)
		}
	}
	if err == nil && len(b.FirstCycles.Rows) > 0 {
		m.first, err = s.rowsOf(&b.FirstCycles, m.w)
	}
	if err == nil && len(b.Max.Rows) > 0 {
		m.max, err = s.rowsOf(&b.Max, m.w)
	}
	m.carry = newBinaryCarry(s, b, rule.Name)
	if err == nil {
		m.carry.lost, err = m.losers()
	}
	return m, err
}

// losers tells by seat who loses what would be carried, whether active or not; nil: nobody.
func (m *binaryRun) losers() ([]bool, error) {
	var lost []bool
	if m.Carry.LostWhen != nil {
		var err error
		if lost, err = m.s.holds(m.Carry.LostWhen, m.w); err != nil {
			return nil, err
		}
	}
	if m.Carry.LostWhenUnqualified && m.qualified != nil {
		if lost == nil {
			lost = make([]bool, len(m.qualified))
		}
		for seat, qualified := range m.qualified {
			lost[seat] = lost[seat] || !qualified
		}
	}
	return lost, nil
}

// legAccount is what becomes of a leg in the period: in + new = matched + flushed + expired + out.
type legAccount struct{ in, new, matched, flushed, expired, out int64 }

// volume is what there is to match.
func (l *legAccount) volume() int64 { return l.in + l.new }

func (l *legAccount) fits() bool {
	_, fits := added(l.in, l.new)
	return fits
}

// open gives what there is in both legs before anything is matched: what they carry, what was sold, and the own sales where the rule says
// so. It tells whether the volumes fit.
func (m *binaryRun) open(legs *[2]legAccount, left, right int64, seat int32) bool {
	legs[0] = legAccount{in: left, new: m.legs[0][seat]}
	legs[1] = legAccount{in: right, new: m.legs[1][seat]}
	if m.own == nil {
		return legs[0].fits() && legs[1].fits()
	}
	to := m.ownLeg(legs)
	fitted := legs[0].fits() && legs[1].fits()
	legs[to].new += m.own[seat] // Both are parts of what the period has sold, which fits.
	return fitted && legs[to].fits()
}

// ownLeg gives the leg that own sales count in, where there is one.
func (m *binaryRun) ownLeg(legs *[2]legAccount) int {
	if m.OwnVolume == OwnVolumeRight || m.OwnVolume == OwnVolumeWeaker && legs[1].volume() < legs[0].volume() {
		return 1
	}
	return 0
}

// keepsWhole tells that nothing is taken off the legs of a distributor, who is not paid.
func (m *binaryRun) keepsWhole(seat int32) bool {
	return m.UnqualifiedKeeps && m.qualified != nil && !m.qualified[seat] || m.AfterPayout == NetOff && !m.w.active[seat] && !isPaid(m.who, int(seat))
}

// match takes off both legs what is paid on, and gives the base of the line; 0 for nothing.
func (m *binaryRun) match(legs *[2]legAccount, row int32) (base int64) {
	weaker := min(legs[0].volume(), legs[1].volume())
	switch {
	case weaker <= 0:
	case m.Cycle != nil:
		left := [2]int64{legs[0].volume(), legs[1].volume()}
		base = m.Cycle.take(&left, m.MaxCycles, m.carry.cyclesMade(row) == 0)
		legs[0].matched, legs[1].matched = legs[0].volume()-left[0], legs[1].volume()-left[1]
	case len(m.Steps) > 0:
		if step := m.stepOf(weaker); step >= 0 {
			base = 1
			legs[0].matched, legs[1].matched = m.Steps[step].Volume, m.Steps[step].Volume
		}
	default:
		base = weaker
		legs[0].matched, legs[1].matched = weaker, weaker
	}
	return base
}

// stepOf is the index of the highest step that a volume reaches; -1 for none.
func (b *Binary) stepOf(volume int64) int {
	step := len(b.Steps) - 1
	for step >= 0 && volume < b.Steps[step].Volume {
		step--
	}
	return step
}

// legsBatch is how many distributors are settled at a time. What the legs carry stands by row, which is to and fro in memory: read and
// written for many at once, and apart from all else, the processor need not wait for one before it asks for the next.
const legsBatch = 256

// settleBatch settles the distributors of some seats.
func (p *binaryPayer) settleBatch(from, to int) error {
	rows := p.w.row[from:to]
	for side, column := range p.carry.inLegs {
		if column != nil {
			for i, row := range rows {
				p.carried[side][i] = column[row]
			}
		}
	}
	for i, row := range rows {
		if err := p.settle(i, row, int32(from+i)); err != nil {
			return err
		}
	}
	for side, column := range p.carry.outLegs {
		if column != nil {
			for i, row := range rows {
				if carries := p.carries[side][i]; carries != 0 { // Many are, and the column is made of zeros.
					column[row] = carries
				}
			}
		}
	}
	return nil
}

// settle matches the legs of a distributor, pays, and decides what is carried of what is left.
func (p *binaryPayer) settle(i int, row, seat int32) error {
	m, legs := p.binaryRun, &p.legs
	if !m.open(legs, p.carried[0][i], p.carried[1][i], seat) {
		return fmt.Errorf("bonus %s: %w: leg volume of distributor %d with its carry", m.s.plan.Bonuses[m.bonus].Name, ErrOverflow, row)
	}
	if legs[0].in|legs[0].new|legs[1].in|legs[1].new == 0 && !m.carry.average && m.carry.firstCycles == 0 {
		p.carries[0][i], p.carries[1][i] = 0, 0
		return nil
	}
	weaker := max(0, min(legs[0].volume(), legs[1].volume()))
	flush, base := false, int64(0)
	if !m.keepsWhole(seat) {
		flush = m.AfterPayout == Flush
		if base = m.match(legs, row); base != 0 && isPaid(m.who, int(seat)) {
			reachedMax, err := p.pay(row, seat, base, legs)
			if err != nil {
				return err
			}
			flush = flush || reachedMax && m.AfterPayout == FlushAtMax
		}
	}
	if err := m.carry.out(legs, row, seat, weaker, base, flush); err != nil {
		return err
	}
	p.carries[0][i], p.carries[1][i] = legs[0].out, legs[1].out
	for side, flow := range m.flows {
		if flow != nil {
			flow.put(row, &legs[side])
		}
	}
	return nil
}
