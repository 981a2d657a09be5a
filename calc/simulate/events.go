package simulate

import (
	"fmt"
	"runtime"
	"slices"
	"sync"

	"upline/calc"
)

// eventLines are lines that events have posted, columnar, in the order of the events.
type eventLines struct {
	earner       []int32 // rows of the company
	bonus, level []uint16
	reversal     []bool
	base, rate   []int64
	// factor is what base × rate is multiplied by: the months of an advance, or the part that is taken back; One for none.
	factor      []calc.Fraction
	amountMinor []int64
	sale        []int32
}

func (l *eventLines) len() int { return len(l.earner) }

// eventLine is one of them.
type eventLine struct {
	earner       int32
	bonus, level uint16
	reversal     bool
	base, rate   int64
	factor       calc.Fraction
	amountMinor  int64
	sale         int32
	span         *calc.MonthSpan // the months that are left of an advance, where a change paid them
}

func (l *eventLines) add(e eventLine) {
	l.earner, l.bonus, l.level = append(l.earner, e.earner), append(l.bonus, e.bonus), append(l.level, e.level)
	l.reversal, l.base, l.rate = append(l.reversal, e.reversal), append(l.base, e.base), append(l.rate, e.rate)
	l.factor, l.amountMinor, l.sale = append(l.factor, e.factor), append(l.amountMinor, e.amountMinor), append(l.sale, e.sale)
}

// eventPosting posts what a plan pays when sales go live and with paid cycles, and takes it back when they are cancelled, in the order of time. Ranks and activity
// are those of the last closed period of the main cadence, as they stand when it goes on.
type eventPosting struct {
	*run
	// needs and pays are of what is paid when a sale goes live, and of what is paid with cycles.
	needs     [2]calc.Needs
	pays      [2]bool
	held      []uint8 // the ranks whose holding is asked for
	customers *liveCustomers
	next      int // the first moment that was not yet posted
	// pending are lines of periods that are not yet closed, by the cadence of their bonus.
	pending [calc.CadenceMax + 1]*eventLines
	// kept are the lines of sales that are cancelled later on.
	kept map[int32][]eventLine
	fold fold
}

func newEventPosting(r *run) *eventPosting {
	plan := r.Plan.Plan
	p := &eventPosting{run: r, held: plan.HeldAtEvents(), kept: make(map[int32][]eventLine)}
	for i, atPayments := range []bool{false, true} {
		p.needs[i] = calc.EventNeeds(plan, atPayments)
		p.pays[i] = slices.ContainsFunc(plan.Bonuses, func(b calc.Bonus) bool { return b.Pays == calc.PaysEvent && b.AtPayments == atPayments })
	}
	if p.needs[1].Customers {
		p.customers = newLiveCustomers(r.company.network.len())
	}
	for cadence := range p.pending {
		p.pending[cadence] = &eventLines{}
	}
	return p
}

// take gives the pending lines of a cadence, and begins anew.
func (p *eventPosting) take(cadence calc.Cadence) *eventLines {
	lines := p.pending[cadence]
	p.pending[cadence] = &eventLines{}
	return lines
}

// eventBatch is how many moments are computed together, side by side.
const eventBatch = 1 << 14

// until posts everything that happens before a time.
func (p *eventPosting) until(endUS int64) error {
	moments := &p.lives.moments
	_, to := within(moments.atUS, -1<<63, endUS)
	for p.next < to {
		end := min(to, p.next+eventBatch)
		if err := p.batch(p.next, end); err != nil {
			return err
		}
		if progress := p.company.request.Progress; progress != nil {
			progress("paying at events", int64(end), int64(len(moments.atUS)))
		}
		p.next = end
	}
	return nil
}

// batch posts the moments from and to: commissions are computed side by side, and then everything is posted in order.
func (p *eventPosting) batch(from, to int) error {
	threads := p.threads
	if threads <= 0 {
		threads = runtime.GOMAXPROCS(0)
	}
	lines, errs := make([][]eventLine, to-from), make([]error, threads)
	m := &p.lives.moments
	customers := p.customersAt(from, to)
	stretch := (to - from + threads - 1) / threads
	var workers sync.WaitGroup
	for worker := range threads {
		low, high := from+worker*stretch, min(to, from+(worker+1)*stretch)
		workers.Go(func() {
			for i := low; i < high; i++ {
				if m.ends[i] {
					continue
				}
				count := int64(0)
				if customers != nil {
					count = customers[i-from]
				}
				var err error
				if lines[i-from], err = p.commissions(i, count); err != nil {
					errs[worker] = err
					return
				}
			}
		})
	}
	workers.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	for i := from; i < to; i++ {
		sale, atUS := m.sale[i], m.atUS[i]
		if m.ends[i] {
			reversals, err := p.reversals(sale)
			if err != nil {
				return err
			}
			p.post(reversals, atUS)
			continue
		}
		// What is paid with a cycle stays when the service ends.
		if m.paid[i] == 0 && p.company.sales.cancellation(sale) != noTime && len(lines[i-from]) > 0 {
			p.kept[sale] = append(p.kept[sale], lines[i-from]...)
		}
		p.post(lines[i-from], atUS)
	}
	return nil
}

// customersAt tells for each moment how many customers its seller has with a live sale; nil where nobody asks.
func (p *eventPosting) customersAt(from, to int) []int64 {
	if p.customers == nil {
		return nil
	}
	counts := make([]int64, to-from)
	for i := from; i < to; i++ {
		p.customers.pass(p.company.sales, &p.lives.moments, i)
		counts[i-from] = p.customers.bySeller[p.company.sales.seller[p.lives.moments.sale[i]]]
	}
	return counts
}

// post adds lines to the periods of their bonuses. What lies in no period that is computed is left out: it belongs to the time before.
func (p *eventPosting) post(lines []eventLine, atUS int64) {
	for _, l := range lines {
		if cadence := p.Plan.Plan.Bonuses[l.bonus].Cadence; p.line.closes(cadence, atUS) {
			p.pending[cadence].add(l)
		}
	}
}

// commissions computes what the plan pays at a moment: when a sale goes live, changes, or a cycle of it is paid.
func (p *eventPosting) commissions(moment int, customers int64) ([]eventLine, error) {
	s, m := p.company.sales, &p.lives.moments
	sale, k := m.sale[moment], 0
	in := calc.EventInput{Plan: p.Plan.Plan, AtUS: m.atUS[moment]}
	if m.paid[moment] > 0 {
		k, in.Customers, in.AtUS = 1, customers, p.lives.paid[m.paid[moment]-1].atUS
	}
	if !p.pays[k] {
		return nil, nil
	}
	needs, seller := &p.needs[k], s.seller[sale]
	sponsors, above := p.chain(seller, p.network.Sponsor, needs.SponsorLevels, needs)
	in.Sponsor = above
	var places []int32
	if p.network.Parent != nil {
		places, in.Placement = p.chain(seller, p.network.Parent, needs.PlacementLevels, needs)
	}
	sold := p.termsAtFirst(sale)
	in.Sold, in.SellerBought = &sold.SaleValues, s.buyer(sale) < 0
	if p.asks.Market {
		in.Market = p.markets([]int32{sale})[0]
	}
	inputs, err := p.inputs(&in, moment)
	if err != nil {
		return nil, fmt.Errorf("sale %s: %w", s.id(sale), err)
	}
	var lines []eventLine
	for i := range inputs {
		paid, err := calc.EventLines(&inputs[i])
		if err != nil {
			return nil, fmt.Errorf("sale %s: %w", s.id(sale), err)
		}
		var span *calc.MonthSpan
		if inputs[i].Part == calc.EventRest {
			span = &inputs[i].Span
		}
		for _, l := range paid {
			earner := sponsors[0]
			switch {
			case l.Distance > 0 && l.Placement:
				earner = places[l.Distance]
			case l.Distance > 0:
				earner = sponsors[l.Distance]
			}
			lines = append(lines, eventLine{
				earner: earner, bonus: uint16(l.Bonus), level: l.Level, base: l.Base, rate: l.Rate, factor: l.Factor, amountMinor: l.AmountMinor, sale: sale, span: span,
			})
		}
	}
	return lines, nil
}

// inputs are what a moment is paid by: a sale that goes live, what a change of it adds, or a cycle of it that is paid.
func (p *eventPosting) inputs(base *calc.EventInput, moment int) ([]calc.EventInput, error) {
	m := &p.lives.moments
	sale, change := m.sale[moment], m.change[moment]
	list := []saleTerms{p.termsAtFirst(sale)}
	if p.company.sales.changes[sale] != nil {
		list = p.terms(sale)
	}
	switch {
	case m.paid[moment] > 0:
		return p.lives.paid[m.paid[moment]-1].inputs(base, list)
	case len(list) == 1:
		return []calc.EventInput{base.With(&list[0].SaleValues)}, nil
	}
	var folded fold // of this thread
	events, f := folded.of(p.view, sale)
	if change == 0 {
		return []calc.EventInput{base.With(&list[numberOf(events, f.StartTerms)].SaleValues)}, nil
	}
	c := &f.Changes[change-1]
	to := &list[numberOf(events, c.Event)].SaleValues
	credit := &calc.CyclePart{Part: c.CreditPart, Minor: -c.Prorated.CreditMinor, Credit: true}
	charge := &calc.CyclePart{Part: c.ChargePart, Minor: c.Prorated.ChargeMinor}
	inputs, err := calc.DifferenceInputs(base, &list[numberOf(events, c.From)].SaleValues, to, credit, charge)
	for _, span := range c.Rest {
		inputs = append(inputs, calc.RestInputs(base, &list[numberOf(events, span.From)].SaleValues, to, span)...)
	}
	return inputs, err
}

// chain is the way up from a seller, who stands first.
func (p *eventPosting) chain(seller int32, above []int32, levels int32, needs *calc.Needs) ([]int32, []calc.ChainMember) {
	rows, people := make([]int32, 0, levels+1), make([]calc.ChainMember, 0, levels+1)
	for row := seller; row >= 0 && len(rows) <= int(levels); row = above[row] {
		member := calc.ChainMember{Rank: p.prior.achieved[row]}
		if p.prior.paidAs != nil {
			member.Rank = p.prior.paidAs[row]
		}
		if p.prior.active != nil {
			member.Inactive = !p.prior.active[row]
		}
		if p.network.Market != nil {
			member.Market = p.network.Market[row]
		}
		if needs.Registrations {
			p.register(&member, row)
		}
		member.Achieved, member.Held = p.prior.achieved[row], p.heldBy(row)
		rows, people = append(rows, row), append(people, member)
	}
	return rows, people
}

// register tells who somebody is, as far as the files say.
func (p *eventPosting) register(member *calc.ChainMember, row int32) {
	member.EnrolledAtUS = p.network.EnrolledAtUS[row]
	if p.network.Kind != nil {
		member.Kind = p.network.Kind[row]
	}
	if p.network.Tags != nil {
		member.Tags = p.network.Tags[row]
	}
}

// heldBy tells for how many periods in a row somebody has been paid as the ranks that are asked for.
func (p *eventPosting) heldBy(row int32) []int64 {
	if len(p.held) == 0 {
		return nil
	}
	held, state := make([]int64, len(p.held)), p.prior.states[p.Plan.Plan.Main]
	for place, rank := range p.held {
		if column := state[calc.HeldKey(p.Plan.Plan, rank)]; column != nil {
			held[place] = column[row]
		}
	}
	return held
}

// reversals are the lines that take back what is not kept of a sale's lines now that it is cancelled.
func (p *eventPosting) reversals(sale int32) ([]eventLine, error) {
	kept := p.kept[sale]
	delete(p.kept, sale)
	var lines []eventLine
	_, f := p.fold.of(p.view, sale)
	for _, l := range kept {
		b := &p.Plan.Plan.Bonuses[l.bonus]
		stays := retained(b, f, l.span)
		taken := calc.Fraction{Num: stays.Den - stays.Num, Den: stays.Den}
		if taken.Num == 0 || l.amountMinor == 0 {
			continue
		}
		amount := l.amountMinor
		if taken.Num != taken.Den {
			var err error
			if amount, err = calc.RoundedPart(amount, taken, p.Plan.Plan.BonusRounding(b)); err != nil {
				return nil, fmt.Errorf("sale %s: %w", p.company.sales.id(sale), err)
			}
		}
		lines = append(lines, eventLine{
			earner: l.earner, bonus: l.bonus, level: l.level, reversal: true, base: l.amountMinor, rate: -calc.RateScale, factor: taken,
			amountMinor: -amount, sale: sale,
		})
	}
	return lines, nil
}

// retained is the part of a bonus's line that stays when a sale has come to what its events say.
func retained(b *calc.Bonus, f calc.SaleFold, span *calc.MonthSpan) calc.Fraction {
	clawback, months := b.EventClawback()
	return clawback.RetainedIn(f, months, span)
}

// factorName is what the factor of a line of an event is called; "" for none.
func (l *eventLines) factorName(line int, b *calc.Bonus) string {
	clawback, _ := b.EventClawback()
	switch {
	case l.reversal[line] && clawback.Mode == calc.ClawbackMonthsPaid:
		return "unearned_months"
	case l.reversal[line]:
		return "taken_back"
	case b.MonthsAdvanced() > 0:
		return "months_advanced"
	case b.Residual != nil && l.factor[line] != calc.One:
		return "step_down"
	}
	return ""
}
