package store_test

import (
	"fmt"
	"testing"

	"upline/store"
)

func productMoved(eventID, vendor string, atUS int64) store.ProductMove {
	return store.ProductMove{
		ProductID: "energy", EventID: eventID, VendorID: vendor, FromUS: atUS, Reason: "sold", Content: store.Content{{Path: "vendor_id", Value: vendor}, {Path: "moved_at", Value: fmt.Sprint(atUS)}},
	}
}

// From the move on the product's sales are the new vendor's, whenever they are recorded, and the open ones follow; what was sold before and
// is cancelled, or was moved by itself, stays. Nothing is posted.
func TestMoveProduct_SalesFollow(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.must(w.PutVendor(t.Context(), store.Vendor{VendorID: "third", Name: "Third"}))
		w.record("live", "waits", "gone", "elsewhere")
		w.append(activation("live", "a", at(6, 0)))
		w.append(cancellation("gone", "c", at(6, 0)))
		w.append(vendorMoved("elsewhere", "m", "third", at(6, 0)))
		posted := w.sums(t.Context(), "live")
		soon := sale("soon")
		soon.SoldAtUS = at(11, 0)
		w.must(w.RecordSales(t.Context(), []store.NewSale{soon}))
		moved, left, err := w.MoveProduct(t.Context(), productMoved("v1", "other", at(10, 0)))
		if err != nil || moved != 3 || left {
			t.Fatalf("%d moved, %t, %v", moved, left, err)
		}
		if moved, left, err := w.MoveProduct(t.Context(), productMoved("v1", "other", at(10, 0))); err != nil || moved != 0 || left {
			t.Errorf("again: %d moved, %t, %v", moved, left, err)
		}
		if got := w.sums(t.Context(), "live"); got != posted {
			t.Errorf("the move posts %s", got)
		}
		// One alone and a batch, sold before the move and after it.
		late, later := sale("late"), sale("later")
		later.SoldAtUS = at(12, 0)
		w.must(w.RecordSales(t.Context(), []store.NewSale{late}))
		w.must(w.RecordSales(t.Context(), []store.NewSale{later}))
		batch := []store.NewSale{late, later}
		batch[0].SaleID, batch[1].SaleID = "late-2", "later-2"
		w.must(w.RecordSales(t.Context(), batch))
		for id, vendor := range map[string]string{
			"live": "other", "waits": "other", "soon": "other", "gone": "power", "elsewhere": "third", "late": "power", "later": "other", "late-2": "power", "later-2": "other",
		} {
			s, _, err := w.GetSale(t.Context(), "US", id, store.Scope{})
			if err != nil || s.VendorID != vendor {
				t.Errorf("%s is %s's and not %s's, %v", id, s.VendorID, vendor, err)
			}
		}
		// What came late follows when the call is sent again, and the next move takes all along.
		if moved, _, err := w.MoveProduct(t.Context(), productMoved("v1", "other", at(10, 0))); err != nil || moved != 2 {
			t.Errorf("%d follow, %v", moved, err)
		}
		if moved, _, err := w.MoveProduct(t.Context(), productMoved("v2", "third", at(20, 0))); err != nil || moved != 7 {
			t.Errorf("%d follow the next move, %v", moved, err)
		}
		p, err := w.GetProduct(t.Context(), "energy")
		if err != nil || p.VendorID != "third" {
			t.Errorf("%+v, %v", p, err)
		}
		p.Name = "Energy, renamed"
		w.must(w.PutProduct(t.Context(), p))
		p.VendorID = "power"
		_, err = w.PutProduct(t.Context(), p)
		refused(t, err, store.ErrImmutable, "product.vendor_id")
		for _, test := range []struct {
			move  store.ProductMove
			kind  error
			field string
		}{
			{productMoved("v1", "third", at(10, 0)), store.ErrIDReused, "vendor_id"},
			{productMoved("v3", "nobody", at(21, 0)), store.ErrUnknownVendor, "vendor_id"},
			{productMoved("v3", "third", at(21, 0)), store.ErrInvalid, "vendor_id"},
			{productMoved("v3", "power", at(20, 0)), store.ErrTimeOutOfRange, "moved_at"},
			{productMoved("v3", "power", date(2, 2)), store.ErrTimeOutOfRange, "moved_at"},
		} {
			_, _, err := w.MoveProduct(t.Context(), test.move)
			refused(t, err, test.kind, test.field)
		}
		unknown := productMoved("v3", "power", at(21, 0))
		unknown.ProductID = "nothing"
		_, _, err = w.MoveProduct(t.Context(), unknown)
		refused(t, err, store.ErrUnknownProduct, "product_id")
	})
}

// A product with many sales is handed over by calling again.
func TestMoveProduct_GoesOnWhereItStopped(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		var list []store.NewSale
		for i := range store.MovedSalesMax + 20 {
			list = append(list, sale(fmt.Sprintf("s%04d", i)))
		}
		w.must(w.RecordSales(t.Context(), list))
		first, left, err := w.MoveProduct(t.Context(), productMoved("v1", "other", at(10, 0)))
		if err != nil || first != store.MovedSalesMax || !left {
			t.Fatalf("%d, %t, %v", first, left, err)
		}
		rest, left, err := w.MoveProduct(t.Context(), productMoved("v1", "other", at(10, 0)))
		if err != nil || rest != 20 || left {
			t.Errorf("%d, %t, %v", rest, left, err)
		}
	})
}
