package store

import (
	"fmt"

	"upline/calc"
)

// vendorPath is where the content of a move says who the vendor is from then on.
const vendorPath = "vendor_id"

// vendor is whose the sale is: of the vendors that it was moved to the last by the moves' own time, ties by event id; the one that it
// has had where it was not moved.
func (h *history) vendor() (string, error) {
	last, err := h.lastOf(calc.VendorMoved, nil)
	if err != nil || last == nil {
		return h.sale.VendorID, err
	}
	return h.said(last, vendorPath)
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
