package store

import "upline/calc"

// origin is what lines of a sale are posted for: that it went live, or that a cycle was paid. What a sale's events come to decides
// which origins are in force. An event posts the lines of those that come into force with it, and takes back those of others whole.
type origin struct {
	// id names the seller, too: lines are posted for what happened to a seller's sale, and a sale that is another's was never the old one's.
	id   string
	atUS int64 // when it happened
	// cycle is the billing cycle that was paid; 0 where the sale went live.
	cycle int32
	// kept is the part of a payment that was not given back.
	kept calc.Fraction
	// opening tells that the sale was brought along from before Upline, with what was advanced then.
	opening bool
	// terms are those that it is paid by, or change is the difference that is paid.
	terms  *saleTerms
	change *originChange
}

// What begins an origin's id, before the seller.
const (
	originLive    = "live"
	originOpening = "opening"
	originOf      = "@"
)

func originID(what, seller string) string { return what + originOf + seller }

// origins lists the origins that are in force, in the order of the life of a sale: payments that a sale brings along from before Upline
// are none, but for what changes make of them.
func (h *history) origins(events []calc.SaleEvent, f *calc.SaleFold) []origin {
	if f.Start < 0 {
		return nil
	}
	var list []origin
	if events[f.Start].Kind == calc.Opening {
		list = append(list, origin{id: originID(originOpening, h.sale.DistributorID), atUS: f.StartedAtUS, kept: calc.One, opening: true})
	} else {
		id := originID(byTerms(originLive, events, f.StartTerms), h.sale.DistributorID)
		list = append(list, origin{id: id, atUS: f.StartedAtUS, kept: calc.One, terms: h.termsAt(events, f.StartTerms)})
	}
	list = append(list, h.changeOrigins(events, f)...)
	if !h.paysAt(true) {
		return list
	}
	for i := range f.Payments {
		if p := &f.Payments[i]; p.Kept().Num > 0 {
			list = append(list, h.paidOrigins(events, f, p)...)
		}
	}
	return list
}

// paysAt reports whether a plan of the sale has a bonus that pays when a sale goes live, or with every paid cycle.
func (h *history) paysAt(payments bool) bool {
	for _, p := range h.allVersions() {
		for i := range p.Bonuses {
			if b := &p.Bonuses[i]; b.Pays == calc.PaysEvent && b.AtPayments == payments {
				return true
			}
		}
	}
	return false
}

// linesFor returns the lines that an event posts: the commissions of the origins that come into force with it, and then whatever brings
// each line to the part that stays posted. An origin that was in force before is not paid again, so what was not paid then, for want of
// a rank, is not paid by a later event either; nor is one that comes back: what was taken back of it is given back.
func (h *history) linesFor(before, after []origin, f *calc.SaleFold, eventID string, nowUS int64, stamps []stamp) ([]Line, error) {
	known := make(map[string]bool, len(before))
	for _, o := range before {
		known[o.id] = true
	}
	for i := range h.lines {
		known[h.lines[i].Origin] = true
	}
	var lines []Line
	for _, o := range after {
		if !known[o.id] && o.opening {
			lines = append(lines, h.advancedAgain(o, stamps)...)
		}
		if known[o.id] || o.opening || !h.paysAt(o.cycle > 0) {
			continue
		}
		paid, err := h.pay(o, stamps)
		if err != nil {
			return nil, err
		}
		lines = append(lines, paid...)
	}
	corrections, err := h.correct(append(h.lines[:len(h.lines):len(h.lines)], numbered(lines, eventID, 0)...), after, *f)
	if err != nil {
		return nil, err
	}
	for _, l := range corrections {
		l.PlanID = h.plan.ID
		l.Period = periodKey(h.plan, l.Period.Cadence, stampOf(stamps, l.Period.Cadence).no)
		lines = append(lines, l)
	}
	for i := range lines {
		lines[i].Market, lines[i].SaleID, lines[i].RecordedAtUS = h.sale.Market, h.sale.SaleID, nowUS
	}
	return numbered(lines, eventID, 0), nil
}

// advancedAgain are the advances of an opening service for the seller whom it is corrected to. The seller whom it was brought in with
// had been paid them before Upline, and they are taken back from them.
func (h *history) advancedAgain(o origin, stamps []stamp) (lines []Line) {
	for _, l := range h.lines {
		if l.Kind != lineOpening || l.Factor != "" || l.EventID != h.sale.SaleID {
			continue
		}
		l.Origin, l.DistributorID, l.ReversesEventID = o.id, h.sale.DistributorID, ""
		l.PlanID, l.PlanVersion = h.plan.ID, h.plan.Version
		l.Period = periodKey(h.plan, l.Period.Cadence, stampOf(stamps, l.Period.Cadence).no)
		lines = append(lines, l)
	}
	return lines
}

// numbered makes lines those of an event, in their order.
func numbered(lines []Line, eventID string, before int) []Line {
	for i := range lines {
		lines[i].EventID, lines[i].LineNo = eventID, int32(before+i+1)
	}
	return lines
}
