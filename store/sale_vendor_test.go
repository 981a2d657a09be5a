package store_test

import (
	"testing"

	"upline/calc"
	"upline/store"
)

func vendorMoved(saleID, eventID, vendor string, atUS int64) store.NewEvent {
	return store.NewEvent{
		Market: "US", SaleID: saleID, EventID: eventID, Kind: calc.VendorMoved, EffectiveAtUS: atUS, VendorID: vendor,
		Content: store.Content{{Path: "vendor_id", Value: vendor}},
	}
}

// A sale that was moved belongs to the new vendor alone, and the latest move counts whichever came first; nothing is posted.
func TestAppendEvent_MovedSaleBelongsToTheNewVendor(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.record("s1", "s2")
		if r := w.append(vendorMoved("s1", "m1", "other", at(6, 0))); len(r.Lines) > 0 || r.Kind != calc.VendorMoved {
			t.Errorf("the move did %+v", r)
		}
		_, err := w.AppendEvent(t.Context(), activation("s1", "a", at(7, 0)), store.Scope{VendorID: "power"})
		refused(t, err, store.ErrUnknownSale, "sale_id")
		r, err := w.AppendEvent(t.Context(), activation("s1", "a", at(7, 0)), store.Scope{VendorID: "other"})
		if err != nil || len(r.Lines) != 4 {
			t.Errorf("the new vendor's activation: %v, %v", r, err)
		}
		if _, err := w.AppendEvent(t.Context(), cancellation("s1", "c", at(8, 0)), store.Scope{VendorID: "other"}); err != nil {
			t.Error(err)
		}
		listed, _, err := w.ListSales(t.Context(), store.SaleFilter{Market: "US", Scope: store.Scope{VendorID: "other"}}, "", 10)
		if err != nil || len(listed) != 1 || listed[0].SaleID != "s1" || listed[0].State != store.SaleCancelled {
			t.Errorf("the new vendor has %+v, %v", listed, err)
		}

		w.append(vendorMoved("s2", "back", "power", at(9, 0)))
		w.append(vendorMoved("s2", "there", "other", at(8, 0)))
		w.append(vendorMoved("s2", "there", "other", at(8, 0)))
		s, _, err := w.GetSale(t.Context(), "US", "s2", store.Scope{})
		if err != nil || s.VendorID != "power" {
			t.Errorf("the sale is %s's, %v", s.VendorID, err)
		}
		_, err = w.AppendEvent(t.Context(), vendorMoved("s2", "m", "nobody", at(10, 0)), store.Scope{})
		refused(t, err, store.ErrUnknownVendor, "vendor_id")
		_, err = w.AppendEvent(t.Context(), vendorMoved("s2", "m", "other", at(4, 0)), store.Scope{})
		refused(t, err, store.ErrTimeOutOfRange, "moved_at")
	})
}
