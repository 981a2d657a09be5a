package store

import (
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"

	"upline/calc"
)

// originChange is what an origin is the difference of: parts that a change credits and charges, or the rest of an advance.
type originChange struct {
	credit, charge        *calc.CyclePart // nil: nothing
	creditTerms, newTerms *saleTerms
	rest                  *calc.MonthSpan
}

// Changes are told apart by what they come to: where an event that comes late puts a change elsewhere in the cycle, or between other
// prices, what was posted is taken back whole and paid anew.
const (
	originDifference = "change:"
	originRest       = "rest:"
)

// changeOrigins lists what changes of a live service post: the difference that each charges, and what it leaves of an advance.
func (h *history) changeOrigins(events []calc.SaleEvent, f *calc.SaleFold) (list []origin) {
	for i := range f.Changes {
		c := &f.Changes[i]
		id := events[c.Event].ID
		newTerms := h.termsAt(events, c.Event)
		o := origin{atUS: events[c.Event].EffectiveAtUS, kept: calc.One}
		if c.CreditPart.Num != 0 || c.ChargePart.Num != 0 {
			of := originChange{
				credit:      &calc.CyclePart{Part: c.CreditPart, Minor: -c.Prorated.CreditMinor, Credit: true},
				charge:      &calc.CyclePart{Part: c.ChargePart, Minor: c.Prorated.ChargeMinor},
				creditTerms: h.termsAt(events, c.From), newTerms: newTerms,
			}
			o.change, o.id = &of, originID(originDifference+id+":"+of.digest(), h.sale.DistributorID)
			list = append(list, o)
		}
		for k := range c.Rest {
			span := &c.Rest[k]
			of := originChange{creditTerms: h.termsAt(events, span.From), newTerms: newTerms, rest: span}
			o.change, o.id = &of, originID(originRest+fractionText(span.After)+":"+fractionText(span.UpTo)+":"+id+":"+of.digest(), h.sale.DistributorID)
			list = append(list, o)
		}
	}
	return list
}

// paidOrigins lists what a payment posts: its cycle, and the difference that each change makes of it.
func (h *history) paidOrigins(events []calc.SaleEvent, f *calc.SaleFold, p *calc.Payment) []origin {
	o := origin{atUS: events[p.Event].EffectiveAtUS, cycle: p.Cycle, kept: p.Kept()}
	var list []origin
	if events[p.Event].Kind != calc.Opening {
		whole := o
		by := f.TermsOf(p.Cycle)
		whole.id, whole.terms = originID(byTerms(fmt.Sprintf("cycle:%d", p.Cycle), events, by), h.sale.DistributorID), h.termsAt(events, by)
		list = append(list, whole)
	}
	changes := make(map[int]*originChange)
	var order []int
	parts := f.PartsOf(p.Cycle)
	for i := range parts {
		part := &parts[i]
		of := changes[part.Change]
		if of == nil {
			of = &originChange{newTerms: h.termsAt(events, part.Change)}
			changes[part.Change], order = of, append(order, part.Change)
		}
		if part.Credit {
			of.credit, of.creditTerms = part, h.termsAt(events, part.Terms)
		} else {
			of.charge = part
		}
	}
	for _, change := range order {
		of, difference := changes[change], o
		difference.atUS = max(o.atUS, events[change].EffectiveAtUS)
		difference.change, difference.id = of, originID(fmt.Sprintf("cycle:%d:%s%s:%s", p.Cycle, originDifference, events[change].ID, of.digest()), h.sale.DistributorID)
		list = append(list, difference)
	}
	return list
}

// byTerms tells origins apart that are of the terms of a change. An id has no slash.
func byTerms(origin string, events []calc.SaleEvent, terms int) string {
	if terms == calc.OriginalTerms {
		return origin
	}
	return origin + "/" + events[terms].ID
}

// digest is of all that the lines are computed from.
func (c *originChange) digest() string {
	hash := fnv.New64a()
	for _, part := range []*calc.CyclePart{c.credit, c.charge} {
		if part != nil {
			_, _ = fmt.Fprintf(hash, "%v %d %t;", part.Part, part.Minor, part.Credit) // It never fails.
		}
	}
	for _, t := range []*saleTerms{c.creditTerms, c.newTerms} {
		if t != nil {
			_, _ = fmt.Fprintf(hash, "%q %d %d %d %d %d %d;", t.class, t.billing.Cycle, t.priceMinor, t.feeMinor, t.pv, t.cv, t.qv)
		}
	}
	return fmt.Sprintf("%016x", hash.Sum64())
}

func fractionText(f calc.Fraction) string { return fmt.Sprintf("%d/%d", f.Num, f.Den) }

// spanOf reads the months of an advance that a line paid the rest of; nil where it paid all.
func spanOf(origin string) (*calc.MonthSpan, error) {
	text, isRest := strings.CutPrefix(origin, originRest)
	if !isRest {
		return nil, nil //nolint:nilnil // most lines have none
	}
	parts := strings.SplitN(text, ":", 3)
	var span calc.MonthSpan
	for i, f := range []*calc.Fraction{&span.After, &span.UpTo} {
		num, den, ok := strings.Cut(parts[min(i, len(parts)-1)], "/")
		var err1, err2 error
		f.Num, err1 = strconv.ParseInt(num, 10, 64)
		f.Den, err2 = strconv.ParseInt(den, 10, 64)
		if !ok || err1 != nil || err2 != nil {
			return nil, fmt.Errorf("%w: a line is posted for %q", ErrCorrupt, origin)
		}
	}
	return &span, nil
}

// values are what bonuses are paid on.
type values struct{ pv, cv, qv, priceMinor, feeMinor, count int64 }

// inputs are what an origin is paid by: a sale as it is, or what a change credits and charges. Where both are of one class they are one
// difference, so that commission follows what is invoiced net; else each is paid by its own class's rates.
func (o *origin) inputs(base *calc.EventInput) ([]calc.EventInput, error) {
	in := *base
	in.Cycle = o.cycle
	if o.change == nil {
		return []calc.EventInput{with(in, o.terms, valuesOf(o.terms))}, nil
	}
	in.Part = calc.EventDifference
	if o.change.rest != nil {
		in.Part, in.Span = calc.EventRest, *o.change.rest
	}
	credit, charge, err := o.change.values()
	if err != nil {
		return nil, err
	}
	from, to := o.change.creditTerms, o.change.newTerms
	if from == nil {
		from = to
	}
	if from.class == to.class && (in.Part == calc.EventDifference || from.billing.Cycle.Months() == to.billing.Cycle.Months()) {
		return sides(with(in, to, values{
			charge.pv - credit.pv, charge.cv - credit.cv, charge.qv - credit.qv, charge.priceMinor - credit.priceMinor, charge.feeMinor - credit.feeMinor,
			charge.count - credit.count,
		})), nil
	}
	return append(sides(with(in, from, values{-credit.pv, -credit.cv, -credit.qv, -credit.priceMinor, -credit.feeMinor, -credit.count})), sides(with(in, to, charge))...), nil
}

func with(in calc.EventInput, t *saleTerms, v values) calc.EventInput {
	in.PV, in.CV, in.QV, in.PriceMinor, in.FeeMinor, in.Count = v.pv, v.cv, v.qv, v.priceMinor, v.feeMinor, v.count
	in.Class, in.CycleMonths = t.class, t.billing.Cycle.Months()
	return in
}

// sides are what is given of a difference, and what is taken.
func sides(in calc.EventInput) []calc.EventInput {
	taken := in
	taken.Taken = true
	return []calc.EventInput{in, taken}
}

func valuesOf(t *saleTerms) values {
	return values{t.pv, t.cv, t.qv, t.priceMinor, t.feeMinor, 0}
}

// values are what is credited and charged. Of the rest of an advance it is a cycle each, which the months of the rest are counted in.
func (c *originChange) values() (credit, charge values, err error) {
	if c.rest != nil {
		credit, charge = valuesOf(c.creditTerms), valuesOf(c.newTerms)
		credit.count, charge.count = 1, 1
		return credit, charge, nil
	}
	if c.credit != nil {
		if credit, err = partOf(c.creditTerms, c.credit); err != nil {
			return credit, charge, err
		}
	}
	if c.charge != nil {
		charge, err = partOf(c.newTerms, c.charge)
	}
	return credit, charge, err
}

func partOf(t *saleTerms, part *calc.CyclePart) (v values, err error) {
	v.priceMinor = part.Minor
	for _, of := range []struct {
		to    *int64
		whole int64
	}{{&v.pv, t.pv}, {&v.cv, t.cv}, {&v.qv, t.qv}, {&v.feeMinor, t.feeMinor}} {
		if *of.to, err = calc.RoundedPart(of.whole, part.Part, calc.Rounding{Mode: calc.HalfEven, StepMinor: 1}); err != nil {
			return v, err
		}
	}
	return v, nil
}
