package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"upline/calc"
	"upline/store"
)

// An event of an open period names the closed ones that it corrects: those in which payments had counted for the seller whose sale it is no
// longer, and that of a sale that ends. A repeat, another server and the sale itself say the same after further closes.
func TestAppendEvent_ReceiptNamesEveryClosedPeriodThatIsCorrected(t *testing.T) {
	const months = "2026-01 in 2026-03, 2026-02 in 2026-03"
	eachWorld(t, func(t *testing.T, w *world) {
		w.must(w.PutProduct(t.Context(), store.Product{ProductID: "paid", VendorID: "power", Name: "Paid", CV: 1_000_000, VolumeOnPayment: true}))
		for _, test := range []struct{ late, cancelled, moved, ended, paid string }{
			{"restate", "restate", months, "2026-01 in 2026-04", "2026-02 in 2026-04"},
			{"restate", "current", months, "", "2026-02 in 2026-04"},
			{"current", "restate", "", "2026-01 in 2026-04", ""},
			{"none", "current", "", "", ""},
		} {
			id := test.late + "-" + test.cancelled
			w.nowUS.Store(date(1, 31))
			w.publish(compiled(t, id, fmt.Sprintf(bookedPlan, test.late, test.cancelled)), id)
			w.enrol(id, early(id+".ben"), early(id+".dan"))
			monthly, once := sale(id), sale(id+".once")
			monthly.ProductID, once.ProductID = "paid", "kit"
			for _, s := range []*store.NewSale{&monthly, &once} {
				s.DistributorID, s.Content = id+".ben", store.Content{{"distributor_id", id + ".ben"}}
				w.must(w.RecordSales(t.Context(), []store.NewSale{*s}))
			}
			for month := time.January; month <= time.February; month++ {
				w.nowUS.Store(date(month+1, 2))
				w.append(payment(id, fmt.Sprint("p", int(month)), int32(month), date(month, 10)))
				w.must(nil, w.close(id, calc.Monthly, fmt.Sprintf("2026-%02d", month)))
			}
			w.nowUS.Store(date(3, 20))
			w.append(payment(id, "p3", 3, date(3, 10)))
			move, end, late := rebooked(id, "y", id+".dan", date(3, 15)), cancellation(once.SaleID, "c", date(4, 5)), payment(id, "p4", 4, date(2, 20))
			preview, err := w.PreviewCorrection(t.Context(), store.Correction{Event: &move})
			w.must(preview, err)
			moved := w.append(move)
			w.nowUS.Store(date(4, 8))
			w.must(nil, w.close(id, calc.Monthly, "2026-03"))
			paid, ended := w.append(late), w.append(end)
			w.nowUS.Store(date(5, 8))
			w.must(nil, w.close(id, calc.Monthly, "2026-04"))

			other := w.open(w.Engine())
			for _, r := range []struct {
				event store.NewEvent
				first store.Receipt
				want  string
			}{{move, moved, test.moved}, {end, ended, test.ended}, {late, paid, test.paid}} {
				_, events, err := w.GetSale(t.Context(), "US", r.event.SaleID, store.Scope{})
				w.must(events, err)
				listed := slices.IndexFunc(events, func(e store.Receipt) bool { return e.EventID == r.event.EventID })
				elsewhere, err := other.AppendEvent(t.Context(), r.event, store.Scope{})
				w.must(elsewhere, err)
				for who, got := range map[string]store.Receipt{"first": r.first, "again": w.append(r.event), "another server": elsewhere, "the sale": events[listed]} {
					if got := closedCorrected(got); got != r.want {
						t.Errorf("%s, %s, %s: corrects %q, want %q", id, r.event.EventID, who, got, r.want)
					}
				}
			}
			if got := closedCorrected(preview.Receipt); got != test.moved {
				t.Errorf("%s: the preview says %q, want %q", id, got, test.moved)
			}
		}
	})
}

func closedCorrected(r store.Receipt) string {
	var list []string
	for _, c := range r.Corrects {
		list = append(list, c.Period.Name+" in "+c.RestatedIn.Name)
	}
	return strings.Join(list, ", ")
}
