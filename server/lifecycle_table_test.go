package server

import (
	"slices"
	"strings"
	"testing"

	"upline/calc"
)

const lifecycleHeader = "| state | event | when | becomes | happens | posted |"

// The page's words for what the table of the engine is made of.
var (
	stateWords = map[calc.SaleStatus]string{
		calc.SaleUnknown: "not recorded", calc.SalePending: "PENDING", calc.SaleActive: "ACTIVE", calc.SaleCancelled: "CANCELLED", calc.SaleLapsed: "LAPSED",
	}
	eventWords = map[calc.EventKind]string{
		calc.Recorded: "recorded", calc.Opening: "brought in with the opening state", calc.Activated: "activated", calc.Paid: "paid",
		calc.Cancelled: "cancelled", calc.PaymentFailed: "payment failed", calc.PaymentRefunded: "payment refunded",
		calc.PaymentChargedBack: "payment charged back", calc.Lapsed: "overdue", calc.Changed: "upgraded or downgraded",
		calc.SellerCorrected: "seller corrected", calc.VendorMoved: "moved to another vendor",
	}
	whenWords = map[calc.When]string{
		calc.ActivationNeeded: "the product needs activation", calc.NeverActive: "it was never active", calc.CycleUnpaid: "the cycle is not paid",
		calc.CyclePaid: "the cycle is paid, at least in part", calc.PaymentRevives: "the product says so, and the cycle is not paid",
		calc.LastFailure: "it is the last failure allowed", calc.CycleSettled: "the cycle, or a later one, was paid and not charged back",
	}
)

// lifecycleRows is the table of the engine as the page has it.
func lifecycleRows() (rows [][]string) {
	table := calc.Lifecycle()
	for i, row := range table {
		when := whenWords[row.When]
		if i > 0 && row.When == calc.Otherwise && table[i-1].State == row.State && table[i-1].Event == row.Event {
			when = "otherwise"
		}
		becomes := stateWords[row.To]
		if row.To == row.State {
			becomes = "the same"
		}
		rows = append(rows, []string{stateWords[row.State], eventWords[row.Event], when, becomes, row.Happens, row.Posts})
	}
	return rows
}

func TestReference_HasTheLifeOfASale(t *testing.T) {
	written := referenceRows(t, lifecycleHeader)
	rows := lifecycleRows()
	if slices.EqualFunc(rows, written, func(a, b []string) bool {
		return slices.EqualFunc(a, b, func(x, y string) bool { return strings.Trim(x, "`") == strings.Trim(y, "`") })
	}) {
		return
	}
	var b strings.Builder
	b.WriteString(lifecycleHeader + "\n|---|---|---|---|---|---|\n")
	for _, row := range rows {
		b.WriteString("| " + strings.Join(row, " | ") + " |\n")
	}
	t.Errorf("api/README.md does not say what the engine does. The table is:\n%s", b.String())
}

// Every state meets every event, and each of its rows but the last has a condition.
func TestLifecycle_HasEveryStateTimesEveryEvent(t *testing.T) {
	last := map[[2]uint8]calc.When{}
	for _, row := range calc.Lifecycle() {
		last[[2]uint8{uint8(row.State), uint8(row.Event)}] = row.When
	}
	for _, state := range []calc.SaleStatus{calc.SalePending, calc.SaleActive, calc.SaleCancelled, calc.SaleLapsed} {
		for kind := calc.Activated; kind <= calc.EventKinds; kind++ {
			when, ok := last[[2]uint8{uint8(state), uint8(kind)}]
			if kind == calc.Opening {
				continue // it begins a sale, as a recording does
			}
			if !ok || when != calc.Otherwise {
				t.Errorf("state %s, event %s: no row that holds always", stateWords[state], eventWords[kind])
			}
		}
	}
}
