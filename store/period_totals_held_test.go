package store

import (
	"context"
	"errors"
	"sync"
	"testing"
)

// Who asks while sums are made waits for sums that were begun after they asked, and all who wait share them.
func TestTotalsHeld_WhoWaitsGetsWhatWasBegunAfterTheyAsked(t *testing.T) {
	var h totalsHeld
	h.init()
	key := totalsKey{planID: "p"}
	begun, goOn := make(chan int), make(chan struct{})
	sums := 0
	sum := func(*PeriodTotals) (*PeriodTotals, error) {
		sums++ // there is one at a time
		begun <- sums
		<-goOn
		return &PeriodTotals{AsOfUS: int64(sums)}, nil
	}
	var group sync.WaitGroup
	ask := func(want int64) {
		h.mu.Lock()
		clock := h.clock
		h.mu.Unlock()
		group.Go(func() {
			if got, err := h.totals(t.Context(), key, 0, sum); err != nil || got.AsOfUS != want {
				t.Errorf("got %+v, %v, want the sums of %d", got, err, want)
			}
		})
		for asked := false; !asked; { // until the question is noted
			h.mu.Lock()
			asked = h.clock > clock
			h.mu.Unlock()
		}
	}
	ask(1)
	<-begun
	for range 5 {
		ask(2)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := h.totals(ctx, key, 0, sum); !errors.Is(err, context.Canceled) {
		t.Errorf("who no longer waits got %v", err)
	}
	goOn <- struct{}{}
	<-begun
	goOn <- struct{}{}
	group.Wait()
	if sums != 2 {
		t.Errorf("6 questions were answered by %d sums", sums)
	}
	if got, err := h.totals(t.Context(), key, 2, sum); err != nil || got.AsOfUS != 2 {
		t.Errorf("a further page got %+v, %v", got, err)
	}
	if len(h.held) != 2 || len(h.order) != 2 {
		t.Errorf("held are %v", h.order)
	}
}
