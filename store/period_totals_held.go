package store

import (
	"context"
	"strconv"
	"sync"

	"upline/calc"
)

// totalsHeld lets one summing up of a period go on at a time, and keeps what came of the last ones: for their further pages, for those who
// waited, and for periods that are closed.
type totalsHeld struct {
	turn chan struct{} // has room for the one whose turn it is

	mu    sync.Mutex
	clock int64 // counts those who ask and the sums that are begun, to tell which came first
	held  map[totalsKey]heldTotals
	order []totalsKey // of held, the oldest first
}

// totalsKey is what was asked for, in the words of who asked.
type totalsKey struct {
	planID  string
	cadence calc.Cadence
	period  string
	by      TotalsBy
}

// ofPeriod is the key of a period whatever it was called by. No period's name begins so.
func (k totalsKey) ofPeriod(no int64) totalsKey {
	k.period = "#" + strconv.FormatInt(no, 10)
	return k
}

type heldTotals struct {
	totals *PeriodTotals
	begun  int64
}

const (
	// totalsHeldMax bounds the sums that are kept, and totalsHeldRows the rows of one.
	totalsHeldMax  = 16
	totalsHeldRows = 20_000
)

func (h *totalsHeld) init() {
	h.turn, h.held = make(chan struct{}, 1), map[totalsKey]heldTotals{}
}

// totals gives sums that were begun after the call, or those of the moment that a page before is of, where they are still there. sum is told
// what came of the last time, or nil.
func (h *totalsHeld) totals(ctx context.Context, key totalsKey, asOfUS int64, sum func(held *PeriodTotals) (*PeriodTotals, error)) (*PeriodTotals, error) {
	h.mu.Lock()
	h.clock++
	asked := h.clock
	if e := h.held[key]; asOfUS != 0 && e.totals != nil && e.totals.AsOfUS == asOfUS {
		h.mu.Unlock()
		return e.totals, nil
	}
	h.mu.Unlock()
	select {
	case h.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-h.turn }()
	h.mu.Lock()
	before := h.held[key]
	if before.begun > asked {
		h.mu.Unlock()
		return before.totals, nil
	}
	h.clock++
	begun := h.clock
	h.mu.Unlock()
	totals, err := sum(before.totals)
	if err == nil && len(totals.Totals) <= totalsHeldRows {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.keep(key, heldTotals{totals, begun})
		h.keep(key.ofPeriod(totals.Period.Key.No), heldTotals{totals, begun})
	}
	return totals, err
}

func (h *totalsHeld) keep(key totalsKey, of heldTotals) {
	if _, kept := h.held[key]; !kept {
		h.order = append(h.order, key)
	}
	h.held[key] = of
	if len(h.order) > totalsHeldMax {
		delete(h.held, h.order[0])
		h.order = append(h.order[:0], h.order[1:]...)
	}
}
