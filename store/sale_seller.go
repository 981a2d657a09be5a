package store

import (
	"fmt"

	"upline/calc"
)

// sellerPath is where the content of a recording says who sold, and that of a correction who did in truth.
const sellerPath = "distributor_id"

// lastOf returns the event of a kind that holds: the last by the events' own time, ties by event id; nil where there is none.
func (h *history) lastOf(kind calc.EventKind, among func(*storedEvent) (bool, error)) (last *storedEvent, err error) {
	for i := range h.events {
		e := &h.events[i]
		if e.Kind != kind || last != nil && (e.EffectiveAtUS < last.EffectiveAtUS || e.EffectiveAtUS == last.EffectiveAtUS && e.ID < last.ID) {
			continue
		}
		if among != nil {
			if holds, err := among(e); err != nil || !holds {
				if err != nil {
					return nil, err
				}
				continue
			}
		}
		last = e
	}
	return last, nil
}

// said is what the content of an event says at a path.
func (h *history) said(e *storedEvent, path string) (string, error) {
	content, err := decodeContent(e.content)
	if err != nil {
		return "", err
	}
	for _, f := range content {
		if f.Path == path {
			return f.Value, nil
		}
	}
	return "", fmt.Errorf("%w: event %s of sale %s says no %s", ErrCorrupt, e.ID, h.sale.SaleID, path)
}

// seller is who sold the sale by all that is known: whom the last correction names, else whom the recording names.
func (h *history) seller() (string, error) {
	last, err := h.lastOf(calc.SellerCorrected, nil)
	if err != nil || last == nil {
		return h.sale.DistributorID, err
	}
	return h.said(last, sellerPath)
}

// sellerCounted is whose the volume is that counts with an event. A plan that counts what is late nowhere leaves what closed periods
// have counted with the seller whom they counted it for: a correction moves what counts in periods that were open when it came.
func (h *history) sellerCounted(eventID string, cadence calc.Cadence) (string, error) {
	if h.plan.Late != calc.LateNone {
		return h.seller()
	}
	any, err := h.lastOf(calc.SellerCorrected, nil)
	if err != nil || any == nil {
		return h.sale.DistributorID, err
	}
	own, _, err := h.countedIn(h.event(eventID), cadence)
	if err != nil {
		return "", err
	}
	last, err := h.lastOf(calc.SellerCorrected, func(e *storedEvent) (bool, error) {
		from, err := openWhenCame(e, cadence)
		return own >= from, err
	})
	if err != nil {
		return "", err
	}
	if last == nil {
		for i := range h.events {
			if k := h.events[i].Kind; k == calc.Recorded || k == calc.Opening {
				last = &h.events[i]
			}
		}
	}
	return h.said(last, sellerPath)
}

// movedFrom is the earliest period that the volume of a seller can have been moved to, by the correction that made the sale theirs; 0
// where no correction did.
func (h *history) movedFrom(seller string, cadence calc.Cadence) (int64, error) {
	last, err := h.lastOf(calc.SellerCorrected, nil)
	if err != nil || last == nil {
		return 0, err
	}
	name, err := h.said(last, sellerPath)
	if err != nil || name != seller {
		return 0, err
	}
	return openWhenCame(last, cadence)
}

// openWhenCame is the earliest period that was open when a correction came.
func openWhenCame(e *storedEvent, cadence calc.Cadence) (int64, error) {
	stamps, err := decodeStamps(e.countedIn)
	return stampOf(stamps, cadence).open, err
}

// countedIn is the period that an event itself counts in, and the one in whose close that is applied, or 0.
func (h *history) countedIn(e *storedEvent, cadence calc.Cadence) (no, restatedIn int64, err error) {
	stamps, err := decodeStamps(e.countedIn)
	if err != nil {
		return 0, 0, err
	}
	if st := stampOf(stamps, cadence); st.cadence != 0 {
		no, restatedIn = st.counted()
		return no, restatedIn, nil
	}
	return h.plan.PeriodAt(cadence, max(e.EffectiveAtUS, h.firstUS)).No, 0, nil
}

// checkSeller refuses a correction that names somebody who could not have sold it.
func (h *history) checkSeller(n NewEvent) error {
	if n.Kind != calc.SellerCorrected {
		return nil
	}
	refuse := func(kind error, problem, remedy string) error {
		return &Refusal{
			Kind: kind, IDs: []string{"market", n.Market, "sale_id", n.SaleID, "event_id", n.EventID},
			Fields: []FieldProblem{{sellerPath, problem, remedy}},
		}
	}
	d, err := distributor(h.conn, n.SellerID)
	if err != nil {
		return atField(err, sellerPath)
	}
	switch {
	case d.PlanID != h.sale.PlanID:
		return refuse(ErrNetworkRule, fmt.Sprintf("%q is paid by plan %q, and the sale by plan %q", n.SellerID, d.PlanID, h.sale.PlanID),
			"name a distributor of the sale's plan, or cancel the sale and record it anew")
	case h.sale.SoldAtUS < d.EnrolledAtUS:
		return refuse(ErrTimeOutOfRange, fmt.Sprintf("%q was enrolled at %s, after the sale, which was made at %s", n.SellerID, formatUS(d.EnrolledAtUS), formatUS(h.sale.SoldAtUS)),
			"name who was enrolled when it was sold")
	case d.StandingAtUS == 0: // was never terminated
		return nil
	}
	terminated, err := terminatedAt(h.conn, d.PlanID, n.SellerID, h.sale.SoldAtUS)
	if err != nil || terminated == nil {
		return err
	}
	return refuse(ErrTerminated, fmt.Sprintf("%q was terminated at %s, before the sale", n.SellerID, formatUS(terminated.EffectiveAtUS)),
		"name another seller, or reinstate the distributor")
}
