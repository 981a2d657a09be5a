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
	for _, d := range f.DifferencesOf(p.Cycle) {
		of, difference := &originChange{credit: d.Credit, charge: d.Charge, newTerms: h.termsAt(events, d.Change)}, o
		if d.Credit != nil {
			of.creditTerms = h.termsAt(events, d.Credit.Terms)
		}
		difference.atUS = max(o.atUS, events[d.Change].EffectiveAtUS)
		difference.change, difference.id = of, originID(fmt.Sprintf("cycle:%d:%s%s:%s", p.Cycle, originDifference, events[d.Change].ID, of.digest()), h.sale.DistributorID)
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

// inputs are what an origin is paid by: a sale as it is, or what a change credits and charges.
func (o *origin) inputs(base *calc.EventInput) ([]calc.EventInput, error) {
	in := *base
	in.Cycle = o.cycle
	switch c := o.change; {
	case c == nil:
		return []calc.EventInput{in.With(o.terms.values())}, nil
	case c.rest != nil:
		return calc.RestInputs(&in, c.creditTerms.values(), c.newTerms.values(), *c.rest), nil
	default:
		from := c.creditTerms
		if from == nil { // nothing is credited
			from = c.newTerms
		}
		return calc.DifferenceInputs(&in, from.values(), c.newTerms.values(), c.credit, c.charge)
	}
}

// values are what bonuses are paid on by the terms.
func (t *saleTerms) values() *calc.SaleValues {
	return &calc.SaleValues{
		PV: t.pv, CV: t.cv, QV: t.qv, PriceMinor: t.priceMinor, FeeMinor: t.feeMinor, Class: t.class, CycleMonths: t.billing.Cycle.Months(),
	}
}
