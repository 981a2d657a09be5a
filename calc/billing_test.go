package calc

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

func TestFoldSale_PaymentsGivenBackDependOnTheSetOfEventsOnly(t *testing.T) {
	kinds := []EventKind{Activated, Paid, Paid, Paid, Cancelled, PaymentFailed, PaymentRefunded, PaymentChargedBack, Lapsed}
	r := rand.New(rand.NewPCG(9, 9))
	for range 300 {
		terms := SaleTerms{
			RequiresActivation: r.IntN(2) == 0, VolumeOnPayment: r.IntN(2) == 0, CancelledVolume: CancelledVolume(r.IntN(3)),
			Billing: Billing{Cycle: BillingCycle(r.IntN(5)), FailuresMax: r.Int32N(3), PaymentReinstates: r.IntN(2) == 0},
		}
		events := []SaleEvent{{ID: "s", Kind: Recorded}}
		for i := range 8 {
			events = append(events, SaleEvent{
				ID: fmt.Sprint(i), Kind: kinds[r.IntN(len(kinds))], EffectiveAtUS: r.Int64N(5), Cycle: 1 + r.Int32N(3), AmountMinor: 1 + r.Int64N(9), Partly: r.IntN(2) == 0,
			})
		}
		first := FoldSale(terms, slices.Clone(events))
		want := fmt.Sprintf("%+v", first)
		for range 10 {
			shuffled := slices.Clone(events)
			r.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
			if got := fmt.Sprintf("%+v", FoldSale(terms, shuffled)); got != want {
				t.Fatalf("terms %+v\n got %s\nwant %s", terms, got, want)
			}
		}
		checkCounts(t, &first)
	}
}

// checkCounts holds that what all events count of a cycle is what is left of it, and nothing twice.
func checkCounts(t *testing.T, f *SaleFold) {
	t.Helper()
	const volume = 333_333
	sums := map[int32]int64{}
	for _, c := range f.Counts {
		of, err := c.Of(volume)
		if err != nil {
			t.Fatal(err)
		}
		sums[c.Cycle] += of
		if sums[c.Cycle] < 0 || sums[c.Cycle] > volume {
			t.Fatalf("cycle %d counts %d of %d: %+v", c.Cycle, sums[c.Cycle], volume, f.Counts)
		}
	}
}

func TestSaleFold_CyclesKeptIsExactAndNeverTooFine(t *testing.T) {
	paid := func(amounts ...int64) (payments []Payment) {
		for i, minor := range amounts {
			payments = append(payments, Payment{Cycle: int32(i + 1), PaidMinor: minor, BackMinor: 1})
		}
		return payments
	}
	if kept, cycles := keptOf(paid(3, 3, 2)); kept != (Fraction{11, 6}) || cycles != 3 {
		t.Errorf("2/3 + 2/3 + 1/2 is %v of %d", kept, cycles)
	}
	// What was given back whole is no cycle any more, and those after it are.
	if kept, cycles := keptOf([]Payment{{Cycle: 1, PaidMinor: 3, Back: true}, {Cycle: 2, PaidMinor: 3}, {Cycle: 3, PaidMinor: 4, BackMinor: 1}}); kept != (Fraction{7, 4}) || cycles != 2 {
		t.Errorf("nothing, 1 and 3/4 is %v of %d", kept, cycles)
	}
	// The product of these primes is beyond 64 bits.
	primes := []int64{999_999_999_989, 999_999_999_961, 999_999_999_937}
	kept, _ := keptOf(paid(primes...))
	exact := new(big.Rat)
	for _, p := range primes {
		exact.Add(exact, big.NewRat(p-1, p))
	}
	off := new(big.Rat).Sub(exact, big.NewRat(kept.Num, kept.Den))
	if kept.Den > keptDenMax || off.Sign() < 0 || off.Cmp(big.NewRat(1, keptDenMax)) > 0 {
		t.Errorf("%v is %v less than the sum", kept, off)
	}
}

func TestSaleFold_Earned(t *testing.T) {
	for _, test := range []struct {
		kept   Fraction
		cycle  BillingCycle
		months int32
		want   Fraction
	}{
		{Fraction{0, 1}, BilledMonthly, 9, Fraction{0, 9}},
		{Fraction{4, 1}, BilledMonthly, 9, Fraction{4, 9}},
		{Fraction{2, 1}, BilledQuarterly, 9, Fraction{6, 9}},
		{Fraction{8, 5}, BilledQuarterly, 9, Fraction{8, 15}},
		{Fraction{1, 1}, BilledYearly, 9, Fraction{9, 9}},
		{Fraction{19, 2}, BilledMonthly, 9, Fraction{9, 9}},
		{Fraction{1, 2}, BilledOnce, 1, Fraction{1, 2}},
		{Fraction{}, BilledUnsaid, 9, Fraction{0, 9}},
	} {
		f := SaleFold{CyclesKept: test.kept, CycleMonths: test.cycle.Months()}
		if got := f.Earned(Months(test.months) * Month); got != test.want {
			t.Errorf("%v cycles %d of %d months: %v, want %v", test.kept, test.cycle, test.months, got, test.want)
		}
	}
}

func TestBilling_OverdueAtUS(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	live := time.Date(2026, 1, 31, 18, 0, 0, 0, berlin)
	for _, test := range []struct {
		name    string
		billing Billing
		next    int32
		since   time.Time
		want    time.Time
	}{
		{"the first month", Billing{Cycle: BilledMonthly}, 1, live, live},
		{"a month without the day", Billing{Cycle: BilledMonthly}, 2, live, time.Date(2026, 2, 28, 18, 0, 0, 0, berlin)},
		{"and the day again after it", Billing{Cycle: BilledMonthly}, 3, live, time.Date(2026, 3, 31, 18, 0, 0, 0, berlin)},
		{"in arrears", Billing{Cycle: BilledMonthly, Due: DueInArrears}, 1, live, time.Date(2026, 2, 28, 18, 0, 0, 0, berlin)},
		{"by the quarter", Billing{Cycle: BilledQuarterly}, 2, live, time.Date(2026, 4, 30, 18, 0, 0, 0, berlin)},
		{"by the year", Billing{Cycle: BilledYearly}, 2, live, time.Date(2027, 1, 31, 18, 0, 0, 0, berlin)},
		{"reinstated after it was due", Billing{Cycle: BilledMonthly}, 2, live.AddDate(0, 0, 90), live.AddDate(0, 0, 90)},
	} {
		test.billing.LapseOverdue, test.billing.GraceDays, test.billing.Location = true, 3, berlin
		f := SaleFold{Status: SaleActive, NextCycle: test.next, StartedAtUS: live.UnixMicro(), SinceUS: test.since.UnixMicro()}
		want := test.want.UnixMicro() + 3*dayUS
		if cycle, got := test.billing.OverdueAtUS(&f); got != want || cycle != test.next {
			t.Errorf("%s: cycle %d at %v, want %v", test.name, cycle, time.UnixMicro(got).In(berlin), time.UnixMicro(want).In(berlin))
		}
		f.Status = SaleLapsed
		if _, got := test.billing.OverdueAtUS(&f); got != 0 {
			t.Errorf("%s: what is over is watched", test.name)
		}
	}
}
