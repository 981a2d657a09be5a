package calc

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

var dayExact = Proration{Mode: ProrationCharge, Unit: ProrationDay, DayCount: ActualActual, ChangedUnit: ChangedUnitUnused, Extension: Up, Rounding: toTheCent}

// changeTo brings a price for so many months.
func changeTo(mode ProrationMode, cycle BillingCycle, priceMinor int64) SaleChange {
	p := dayExact
	p.Mode = mode
	return SaleChange{Billing: Billing{Cycle: cycle}, PriceMinor: priceMinor, Proration: p}
}

// liveSale is a sale at 30.00 a month, live on 1 September, with events.
func liveSale(t testing.TB, terms SaleTerms, events ...SaleEvent) SaleFold {
	t.Helper()
	terms.PriceMinor = 30_00
	return FoldSale(terms, append([]SaleEvent{{ID: "s", Kind: Recorded, EffectiveAtUS: instantUS(t, "2026-09-01")}}, events...))
}

func event(t testing.TB, id string, kind EventKind, cycle int32, when string) SaleEvent {
	return SaleEvent{ID: id, Kind: kind, EffectiveAtUS: instantUS(t, when), Cycle: cycle, AmountMinor: 30_00}
}

// counted sums what all events count of 300 units before the change, and of 600 after it.
func counted(t testing.TB, f *SaleFold) (sum int64) {
	t.Helper()
	for _, c := range f.Counts {
		volume := int64(300)
		if c.Terms != OriginalTerms {
			volume = 600
		}
		of, err := c.Of(volume)
		if err != nil {
			t.Fatal(err)
		}
		sum += of
	}
	return sum
}

// A change of 16 September leaves half of the month.
func TestFoldSale_ChangeByEachMode(t *testing.T) {
	for _, test := range []struct {
		name                     string
		change                   SaleChange
		credit, charge           Fraction
		net                      int64
		elapsed                  Fraction
		due                      string // of the cycle after the one in which the change falls
		once, monthly, paidAhead int64  // of the volume: once, with two cycles paid, the second of them before the change
		months                   Fraction
	}{
		{"charge", changeTo(ProrationCharge, BilledMonthly, 60_00), Fraction{1, 2}, Fraction{1, 2}, 15_00, Fraction{1, 2}, "2026-10-01", 450, 1050, 1050, Fraction{2, 1}},
		{"charge a year", changeTo(ProrationCharge, BilledYearly, 360_00), Fraction{1, 2}, Fraction{1, 24}, 0, Fraction{1, 2}, "2026-10-01", 175, 775, 775, Fraction{13, 1}},
		{"date", changeTo(ProrationDate, BilledMonthly, 60_00), Fraction{1, 2}, Fraction{1, 4}, 0, Fraction{1, 2}, "2026-09-24", 300, 900, 900, Fraction{7, 4}},
		{"none", changeTo(ProrationNone, BilledMonthly, 60_00), Fraction{0, 1}, Fraction{0, 1}, 0, Fraction{1, 1}, "2026-10-01", 300, 900, 900, Fraction{2, 1}},
		{"deferred", changeTo(ProrationDeferred, BilledMonthly, 60_00), Fraction{0, 1}, Fraction{0, 1}, 0, Fraction{1, 1}, "2026-10-01", 300, 900, 900, Fraction{2, 1}},
		{"restart", changeTo(ProrationRestart, BilledMonthly, 60_00), Fraction{1, 2}, One, 45_00, Fraction{1, 2}, "2026-09-16", 750, 750, 750, Fraction{3, 2}},
		{"full price", changeTo(ProrationFullPrice, BilledMonthly, 60_00), Fraction{1, 2}, Fraction{5, 4}, 60_00, Fraction{1, 2}, "2026-09-16", 900, 900, 900, Fraction{7, 4}},
	} {
		changed := event(t, "x", Changed, 0, "2026-09-16")
		terms := SaleTerms{Changes: map[string]SaleChange{"x": test.change}, Billing: Billing{Cycle: BilledMonthly}}
		f := liveSale(t, terms, changed)
		if len(f.Changes) != 1 || f.Changes[0].Err != nil {
			t.Fatalf("%s: %+v", test.name, f.Changes)
		}
		a := f.Changes[0]
		if a.Cycle != 1 || a.CreditPart != test.credit || a.ChargePart != test.charge || a.Prorated.NetMinor != test.net || a.Rest[0].After != test.elapsed {
			t.Errorf("%s: %+v", test.name, a)
		}
		if due := f.cycleStartUS(2, &terms.Billing); due != instantUS(t, test.due) {
			t.Errorf("%s: cycle 2 begins %d", test.name, due)
		}
		if got := counted(t, &f); got != test.once {
			t.Errorf("%s: counts %d once, want %d", test.name, got, test.once)
		}
		terms.VolumeOnPayment = true
		one, two := event(t, "p1", Paid, 1, "2026-09-02"), event(t, "p2", Paid, 2, "2026-11-02")
		after := liveSale(t, terms, changed, one, two)
		two.EffectiveAtUS = one.EffectiveAtUS
		ahead := liveSale(t, terms, changed, one, two)
		if got := counted(t, &after); got != test.monthly || after.MonthsPaid() != test.months {
			t.Errorf("%s: two payments count %d of %v months, want %d of %v", test.name, got, after.MonthsPaid(), test.monthly, test.months)
		}
		if got := counted(t, &ahead); got != test.paidAhead || ahead.MonthsPaid() != test.months {
			t.Errorf("%s: paid ahead they count %d of %v months, want %d of %v", test.name, got, ahead.MonthsPaid(), test.paidAhead, test.months)
		}
	}
}

// Back to the old price at the same moment, nothing is left of a change: neither of volume, nor of an advance's rest.
func TestFoldSale_ChangeThereAndBackIsNothing(t *testing.T) {
	terms := SaleTerms{Billing: Billing{Cycle: BilledMonthly}, Changes: map[string]SaleChange{
		"x": changeTo(ProrationCharge, BilledYearly, 700_00), "y": changeTo(ProrationCharge, BilledMonthly, 30_00),
	}}
	f := liveSale(t, terms, event(t, "x", Changed, 0, "2026-09-11"), event(t, "y", Changed, 0, "2026-09-11"))
	there, back := f.Changes[0], f.Changes[1]
	if there.Prorated.NetMinor+back.Prorated.NetMinor != 0 || there.CreditPart != back.ChargePart || there.ChargePart != back.CreditPart || there.Rest[0].After != back.Rest[0].After {
		t.Errorf("there %+v\nback %+v", there, back)
	}
	sums := map[int]int64{}
	for _, c := range f.Counts {
		of, err := c.OfPrice(map[int]int64{OriginalTerms: 30_00, 1: 700_00, 2: 30_00}[c.Terms])
		if err != nil {
			t.Fatal(err)
		}
		sums[c.Event] += of
	}
	if sums[0] != 30_00 || sums[1]+sums[2] != 0 {
		t.Errorf("prices that count: %v", sums)
	}
	for _, months := range []Months{9 * Month, 12 * Month} {
		if f.EarnedIn(there.Rest[0], months) != f.EarnedIn(back.Rest[0], months) {
			t.Errorf("an advance of %d months by 10⁻⁹ is earned otherwise there than back", months)
		}
	}
}

// A service that waits goes live by the new terms; one that is over cannot change.
func TestFoldSale_ChangeOutsideOfLife(t *testing.T) {
	terms := SaleTerms{RequiresActivation: true, Changes: map[string]SaleChange{"x": changeTo(ProrationCharge, BilledYearly, 600_00)}}
	change := event(t, "x", Changed, 0, "2026-09-11")
	f := liveSale(t, terms, change, event(t, "y", Activated, 0, "2026-09-21"))
	if f.StartTerms != 1 || f.Terms != 1 || len(f.Changes) != 0 || counted(t, &f) != 600 || f.TermsOf(3) != 1 {
		t.Errorf("changed while it waits: %+v", f)
	}
	if due := f.cycleStartUS(2, &terms.Billing); due != instantUS(t, "2027-09-21") {
		t.Errorf("cycle 2 begins %d", due)
	}
	f = liveSale(t, terms, event(t, "a", Activated, 0, "2026-09-02"), event(t, "c", Cancelled, 0, "2026-09-10"), change, event(t, "y", Activated, 0, "2026-09-21"))
	if f.Terms != OriginalTerms || len(f.Changes) != 0 || counted(t, &f) != 300 {
		t.Errorf("changed when it was over: %+v", f)
	}
	f = liveSale(t, terms, event(t, "a", Activated, 0, "2026-09-02"), change, event(t, "y", Cancelled, 0, "2026-09-21"))
	if len(f.Changes) != 1 || counted(t, &f) != 0 {
		t.Errorf("changed and cancelled, %d counts", counted(t, &f))
	}
}

// Changes, payments and what becomes of both may come in any order; and what all count is what the fold of them says of each cycle.
func TestFoldSale_ChangesDependOnTheSetOfEventsOnly(t *testing.T) {
	kinds := []EventKind{Activated, Paid, Paid, Paid, Cancelled, PaymentRefunded, Changed, Changed, Changed, Lapsed}
	r := rand.New(rand.NewPCG(10, 10))
	changes := 0
	for range 400 {
		terms := SaleTerms{
			RequiresActivation: r.IntN(3) == 0, VolumeOnPayment: r.IntN(2) == 0, CancelledVolume: CancelledVolume(r.IntN(3)), PriceMinor: 1 + r.Int64N(90_00),
			Billing: Billing{Cycle: BilledMonthly + BillingCycle(r.IntN(3))}, Changes: map[string]SaleChange{},
		}
		events := []SaleEvent{{ID: "s", Kind: Recorded, EffectiveAtUS: instantUS(t, "2026-01-31")}}
		for i := range 9 {
			e := SaleEvent{
				ID: fmt.Sprint(i), Kind: kinds[r.IntN(len(kinds))], EffectiveAtUS: instantUS(t, "2026-02-01") + r.Int64N(9)*17*dayUS,
				Cycle: 1 + r.Int32N(6), AmountMinor: 1 + r.Int64N(9), Partly: r.IntN(2) == 0,
			}
			if e.Kind == Changed {
				terms.Changes[e.ID] = changeTo(ProrationCharge+ProrationMode(r.IntN(6)), BilledMonthly+BillingCycle(r.IntN(3)), 1+r.Int64N(90_00))
			}
			events = append(events, e)
		}
		first := FoldSale(terms, slices.Clone(events))
		changes += len(first.Changes)
		want := fmt.Sprintf("%+v", first)
		for range 6 {
			shuffled := slices.Clone(events)
			r.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
			if got := fmt.Sprintf("%+v", FoldSale(terms, shuffled)); got != want {
				t.Fatalf("terms %+v\n got %s\nwant %s", terms, got, want)
			}
		}
		checkChanged(t, &first, terms.VolumeOnPayment)
	}
	if changes < 300 {
		t.Errorf("only %d changes of live services", changes)
	}
}

// checkChanged holds that the counts of a cycle sum to what the fold says of the cycle: its terms, the parts that changes made, and how
// much of the payment is left.
func checkChanged(t *testing.T, f *SaleFold, onPayment bool) {
	t.Helper()
	if !onPayment {
		return
	}
	volume := func(terms int) int64 { return 333_333 + 77_777*int64(terms) }
	got := map[int32]int64{}
	for _, c := range f.Counts {
		of, err := c.Of(volume(c.Terms))
		if err != nil {
			t.Fatal(err)
		}
		got[c.Cycle] += of
	}
	want := map[int32]int64{}
	for i := range f.Payments {
		p := &f.Payments[i]
		if !p.counted {
			continue
		}
		whole := []Count{{Terms: f.TermsOf(p.Cycle)}}
		for _, part := range f.PartsOf(p.Cycle) {
			whole = append(whole, Count{Terms: part.Terms, Part: part})
		}
		for _, c := range whole {
			c.From, c.To = Fraction{0, 1}, p.Kept()
			of, err := c.Of(volume(c.Terms))
			if err != nil {
				t.Fatal(err)
			}
			want[p.Cycle] += of
		}
	}
	for cycle := range want {
		if got[cycle] != want[cycle] {
			t.Fatalf("cycle %d counts %d, want %d: %+v", cycle, got[cycle], want[cycle], f)
		}
	}
}
