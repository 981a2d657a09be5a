package store

import (
	"fmt"

	"upline/calc"
)

// vendorPath is where the content of a move says who the vendor is from then on.
const vendorPath = "vendor_id"

// vendor is whose the sale is: the vendor that it was moved to, or that of the product that it was changed to, whichever was last by its
// own time, ties by event id; and the one that it was sold with where it was neither.
func (h *history) vendor(events []calc.SaleEvent, f *calc.SaleFold) (string, error) {
	vendor, product := h.sold.vendorID, h.sold.productID
	for i := range events {
		e := h.event(events[i].ID)
		switch {
		case e.Kind == calc.VendorMoved:
			moved, err := h.said(e, vendorPath)
			if err != nil {
				return "", err
			}
			vendor = moved
		case e.Kind == calc.Changed && took(f, i):
			if e.change.productID != product { // another price of the same product says nothing of who provides it
				vendor, product = e.change.vendorID, e.change.productID
			}
		}
	}
	return vendor, nil
}

// checkVendor refuses a move to a vendor that is not in the catalog.
func (h *history) checkVendor(n NewEvent) error {
	if n.Kind != calc.VendorMoved {
		return nil
	}
	found := false
	err := h.conn.Query(sqlVendor, []any{n.VendorID}, func(Row) error {
		found = true
		return nil
	})
	if err != nil || found {
		return err
	}
	return &Refusal{
		Kind: ErrUnknownVendor, IDs: []string{"vendor_id", n.VendorID},
		Fields: []FieldProblem{{"vendor_id", fmt.Sprintf("%q is not in the catalog", n.VendorID), "add the vendor with CatalogService.PutVendor first"}},
	}
}

const sqlVendor = `SELECT vendor_id FROM vendors WHERE vendor_id = $1`
