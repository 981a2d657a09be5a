package calc

import "testing"

// Who is not paid is not active, holds no rank and earns nothing, in whatever kind of bonus; nobody unpaid is as no column at all.
func TestCompute_UnpaidEarnNothingAndHoldNoRank(t *testing.T) {
	in := company(hybridPlan(), 2000, 6000, 1)
	whole, err := Compute(in)
	if err != nil {
		t.Fatal(err)
	}
	n := len(in.Network.Sponsor)
	in.Network.Unpaid = make([]bool, n)
	same, err := Compute(in)
	if err != nil || same.Lines.Len() != whole.Lines.Len() {
		t.Fatalf("nobody unpaid: %d lines, without the column %d, %v", same.Lines.Len(), whole.Lines.Len(), err)
	}
	earned := make([]bool, n)
	for _, earner := range whole.Lines.Earner {
		earned[earner] = true
	}
	unpaid := 0
	for row := range n {
		if earned[row] && row%3 == 0 {
			in.Network.Unpaid[row] = true
			unpaid++
		}
	}
	out, err := Compute(in)
	if err != nil {
		t.Fatal(err)
	}
	for _, earner := range out.Lines.Earner {
		if in.Network.Unpaid[earner] {
			t.Fatalf("distributor %d is paid", earner)
		}
	}
	for row, not := range in.Network.Unpaid {
		if not && (out.Active[row] || out.PaidAs[row] != 0) {
			t.Fatalf("distributor %d is active %v, paid as %d", row, out.Active[row], out.PaidAs[row])
		}
	}
	if unpaid < 50 || out.Lines.Len() == 0 {
		t.Errorf("%d of %d are not paid, %d lines: the test shows little", unpaid, n, out.Lines.Len())
	}
}
