package store_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"upline/store"
	"upline/store/storetest"
)

func TestRecordSale_TogetherAndEachByItself(t *testing.T) {
	storetest.Each(t, func(t *testing.T, engine store.Engine) {
		w := newWorld(t, engine)
		before := engine.Stats().Commits
		const callers, each = 48, 10
		var callersDone sync.WaitGroup
		for caller := range callers {
			callersDone.Go(func() {
				for k := range each {
					n := sale(fmt.Sprintf("s%d-%d", caller, k))
					n.ProductID = "kit"
					var want error
					var field string
					switch k % 5 {
					case 1:
						n.DistributorID, want, field = "nobody", store.ErrUnknownDistributor, "distributor_id"
					case 2:
						n.ProductID, want, field = "nothing", store.ErrUnknownProduct, "product_id"
					case 3: // is there, with another price
						n.SaleID, want, field = fmt.Sprintf("s%d-%d", caller, k-3), store.ErrIDReused, "price.amount"
						n.Content = store.Content{{"distributor_id", "bob"}, {"price.amount", "1.00"}}
					}
					r, err := w.RecordSale(t.Context(), n)
					var refusal *store.Refusal
					if want != nil {
						if !errors.Is(err, want) || !errors.As(err, &refusal) || len(refusal.Fields) != 1 || refusal.Fields[0].Field != field {
							t.Errorf("%s: %v, want %v of %s", n.SaleID, err, want, field)
						}
						continue
					}
					if err != nil || r.SaleID != n.SaleID || r.State != store.SaleActive {
						t.Errorf("%s: %+v, %v", n.SaleID, r, err)
					}
				}
			})
		}
		callersDone.Wait()
		for caller := range callers {
			for _, k := range []int{0, 4, 5, 9} {
				id := fmt.Sprintf("s%d-%d", caller, k)
				if got := w.sums(t.Context(), id); got != "ACTIVE, 0 cycles; alice team 100; bob advance 461250; bob direct 5000; top team 40" {
					t.Errorf("%s comes to %s", id, got)
				}
			}
			for _, k := range []int{1, 2, 6, 7} {
				_, _, err := w.GetSale(t.Context(), "US", fmt.Sprintf("s%d-%d", caller, k), store.Scope{})
				refused(t, err, store.ErrUnknownSale, "sale_id")
			}
		}
		if commits := engine.Stats().Commits - before; commits >= callers*each {
			t.Errorf("%d commits for %d calls: none were recorded together", commits, callers*each)
		}
	})
}
