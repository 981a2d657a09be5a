package calc

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestFoldSale_ResultDependsOnTheSetOfEventsOnly(t *testing.T) {
	events := []SaleEvent{
		{"s", Recorded, 100, 0, 0, false},
		{"a", Activated, 200, 0, 0, false},
		{"p1", Paid, 210, 1, 0, false},
		{"p1again", Paid, 220, 1, 0, false},
		{"p2", Paid, 300, 2, 0, false},
		{"c", Cancelled, 400, 0, 0, false},
		{"p3", Paid, 500, 3, 0, false},
		{"b", Activated, 600, 0, 0, false},
		{"d", Cancelled, 700, 0, 0, false},
	}
	for _, terms := range []SaleTerms{
		{},
		{RequiresActivation: true},
		{RequiresActivation: true, VolumeOnPayment: true, CancelledVolume: CancelledVolumeCurrent},
		{RequiresActivation: true, CancelledVolume: CancelledVolumeNone},
		{RequiresActivation: true, CancelledVolume: CancelledVolumeRestate},
	} {
		want := fmt.Sprintf("%+v", FoldSale(terms, slices.Clone(events)))
		r := rand.New(rand.NewPCG(1, 2))
		for range 500 {
			shuffled := slices.Clone(events)
			r.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
			if got := fmt.Sprintf("%+v", FoldSale(terms, shuffled)); got != want {
				t.Fatalf("terms %+v\n got %s\nwant %s", terms, got, want)
			}
		}
	}
}

func TestFoldSale_Outcomes(t *testing.T) {
	service := SaleTerms{RequiresActivation: true}
	restating := SaleTerms{RequiresActivation: true, CancelledVolume: CancelledVolumeRestate}
	monthly := SaleTerms{RequiresActivation: true, VolumeOnPayment: true}
	s, a, c := SaleEvent{"s", Recorded, 100, 0, 0, false}, SaleEvent{"a", Activated, 200, 0, 0, false}, SaleEvent{"c", Cancelled, 400, 0, 0, false}
	p1, p2, late := SaleEvent{"p1", Paid, 150, 1, 0, false}, SaleEvent{"p2", Paid, 300, 2, 0, false}, SaleEvent{"p3", Paid, 500, 3, 0, false}
	for _, test := range []struct {
		name   string
		terms  SaleTerms
		events []SaleEvent
		status SaleStatus
		cycles int32
		counts []int32
	}{
		{"recorded, pending", service, []SaleEvent{s}, SalePending, 0, []int32{0}},
		{"recorded, needs no activation", SaleTerms{}, []SaleEvent{s}, SaleActive, 0, []int32{1}},
		{"activated", service, []SaleEvent{s, a}, SaleActive, 0, []int32{0, 1}},
		{"cancelled while pending", service, []SaleEvent{s, c}, SaleCancelled, 0, []int32{0, 0}},
		{"activated and cancelled", service, []SaleEvent{s, a, c}, SaleCancelled, 0, []int32{0, 1, -1}},
		{"cancelled before it was activated is a reinstatement", service, []SaleEvent{s, {"c", Cancelled, 150, 0, 0, false}, a}, SaleActive, 0, []int32{0, 0, 1}},
		{"cancelled and reinstated", service, []SaleEvent{s, a, c, {"b", Activated, 500, 0, 0, false}}, SaleActive, 0, []int32{0, 1, -1, 1}},
		{"volume stays when cancelled, and is not counted again", SaleTerms{RequiresActivation: true, CancelledVolume: CancelledVolumeNone}, []SaleEvent{s, a, c, {"b", Activated, 500, 0, 0, false}}, SaleActive, 0, []int32{0, 1, 0, 0}},
		{"volume is taken back where it was counted", restating, []SaleEvent{s, a, c}, SaleCancelled, 0, []int32{0, 0, 0}},
		{"and counted there again", restating, []SaleEvent{s, a, c, {"b", Activated, 500, 0, 0, false}}, SaleActive, 0, []int32{0, 1, 0, 0}},
		{"cycles stay paid", SaleTerms{RequiresActivation: true, VolumeOnPayment: true, CancelledVolume: CancelledVolumeRestate}, []SaleEvent{s, a, p2, c}, SaleCancelled, 1, []int32{0, 0, 1, 0}},
		{"what was counted before is taken back now", restating, []SaleEvent{{"s", Opening, 100, 5, 0, false}, c}, SaleCancelled, 5, []int32{0, -1}},
		{"payments count cycles, those before the activation with it", monthly, []SaleEvent{s, p1, a, p2, c, late}, SaleCancelled, 2, []int32{0, 0, 1, 1, 0, 0}},
		{"what is given back of a payment counts no more, what is given back in part is still one", monthly, []SaleEvent{
			s, a, {"p1", Paid, 210, 1, 9, false}, {"part", PaymentRefunded, 310, 1, 4, true}, {"rest", PaymentRefunded, 320, 1, 5, true},
		}, SaleActive, 0, []int32{0, 0, 1, 0, -1}},
		{"opening", service, []SaleEvent{{"s", Opening, 100, 5, 0, false}, {"p6", Paid, 200, 6, 0, false}, {"p3", Paid, 210, 3, 0, false}}, SaleActive, 6, []int32{0, 0, 0}},
	} {
		f := FoldSale(test.terms, test.events)
		counts := make([]int32, len(test.events))
		for _, c := range f.Counts {
			counts[c.Event] += c.Times
		}
		if !f.Status.Over() && f.End != -1 {
			t.Errorf("%s: event %d ended it", test.name, f.End)
		}
		if f.Status != test.status || f.CyclesPaid != test.cycles || !slices.Equal(counts, test.counts) {
			t.Errorf("%s: status %d, cycles %d, counts %v; want %d, %d, %v", test.name, f.Status, f.CyclesPaid, counts, test.status, test.cycles, test.counts)
		}
	}
}

func TestFoldSale_LiveTimeIsThatOfAllLives(t *testing.T) {
	events := []SaleEvent{
		{"s", Recorded, 0, 0, 0, false}, {"a", Activated, 100, 0, 0, false}, {"c", Cancelled, 110, 0, 0, false}, {"c2", Cancelled, 120, 0, 0, false}, {"b", Activated, 500, 0, 0, false}, {"d", Cancelled, 507, 0, 0, false},
	}
	if f := FoldSale(SaleTerms{RequiresActivation: true}, events); f.LiveUS != 17 {
		t.Errorf("lived %d", f.LiveUS)
	}
	if f := FoldSale(SaleTerms{RequiresActivation: true}, events[:5]); f.LiveUS != 0 {
		t.Errorf("lived %d while it is active", f.LiveUS)
	}
}

func TestClawback_Retained(t *testing.T) {
	ended := func(cycles int32, afterDays int64) SaleFold {
		return SaleFold{Status: SaleCancelled, Start: 0, LiveUS: afterDays * dayUS, CyclesPaid: cycles, CyclesKept: Fraction{int64(cycles), 1}}
	}
	for _, test := range []struct {
		name     string
		clawback Clawback
		fold     SaleFold
		months   Months
		want     Fraction
	}{
		{"never active", Clawback{Mode: ClawbackNone}, SaleFold{Start: -1}, 9, Fraction{0, 1}},
		{"active", Clawback{Mode: ClawbackFull}, SaleFold{Status: SaleActive}, 9, One},
		{"none", Clawback{Mode: ClawbackNone}, ended(0, 0), 1, One},
		{"full", Clawback{Mode: ClawbackFull}, ended(8, 900), 9, Fraction{0, 1}},
		{"within days", Clawback{Mode: ClawbackWithinDays, Days: 30}, ended(0, 29), 1, Fraction{0, 1}},
		{"the last moment is excluded", Clawback{Mode: ClawbackWithinDays, Days: 30}, ended(0, 30), 1, One},
		{"four of nine months", Clawback{Mode: ClawbackMonthsPaid}, ended(4, 0), 9 * Month, Fraction{4, 9}},
		{"four of six and a half", Clawback{Mode: ClawbackMonthsPaid}, ended(4, 0), 13 * Month / 2, Fraction{8, 13}},
		{"four of 70 % of a year", Clawback{Mode: ClawbackMonthsPaid}, ended(4, 0), 84 * Month / 10, Fraction{10, 21}},
		{"seven of six and a half", Clawback{Mode: ClawbackMonthsPaid}, ended(7, 0), 13 * Month / 2, One},
		{"more than all months", Clawback{Mode: ClawbackMonthsPaid}, ended(12, 0), 9 * Month, Fraction{9, 9}},
	} {
		if got := test.clawback.Retained(test.fold, test.months); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}
