package store_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"upline/calc"
	"upline/store"
	"upline/store/storetest"
)

// world is a store with a plan, a market, products and a small network: top over alice over bob.
type world struct {
	*store.Store
	t     testing.TB
	nowUS atomic.Int64
	plans map[string]*calc.Plan
	ids   atomic.Int64
	// tallyLines is the TallyLines of stores that are opened from now on.
	tallyLines int
	// segmentEntries is the SegmentEntries of stores that are opened from now on.
	segmentEntries int
}

// at is a moment of January 2026, the day and the hour.
func at(day, hour int) int64 {
	return time.Date(2026, time.January, day, hour, 0, 0, 0, time.UTC).UnixMicro()
}

// servicePlan pays the seller 10 % of the price at once, two levels above 5 % and 2 %, and nine months in advance at 102.5 %.
func servicePlan() *calc.Plan {
	return &calc.Plan{
		ID: "service", Digest: sha256.Sum256([]byte("service")), Currency: "USD", MinorDigits: 2, Location: time.UTC, ValidFromUS: at(1, 0), Main: calc.Monthly,
		Rounding: calc.Rounding{StepMinor: 1}, PointValue: calc.Fraction{Num: 1, Den: 100},
		Bonuses: []calc.Bonus{
			{Name: "direct", Pays: calc.PaysEvent, Cadence: calc.Monthly, Direct: &calc.Direct{
				Base: calc.BasePrice, Rates: rated(100_000_000), Clawback: calc.Clawback{Mode: calc.ClawbackFull},
			}},
			{Name: "team", Pays: calc.PaysEvent, Cadence: calc.Weekly, Unilevel: &calc.Unilevel{
				Rates: levelled([]int64{50_000_000, 20_000_000}), Clawback: calc.Clawback{Mode: calc.ClawbackWithinDays, Days: 14},
			}},
			{Name: "advance", Pays: calc.PaysEvent, Cadence: calc.Monthly, Advance: &calc.Advance{
				Base: calc.BasePrice, Months: 9 * calc.Month, Rates: rated(1_025_000_000), Clawback: calc.Clawback{Mode: calc.ClawbackMonthsPaid},
			}},
		},
	}
}

func newWorld(t testing.TB, engine store.Engine) *world {
	t.Helper()
	w := &world{t: t, plans: map[string]*calc.Plan{}, segmentEntries: 2}
	w.nowUS.Store(at(31, 0))
	w.Store = w.open(engine)
	t.Cleanup(func() { w.checkEntries(engine) })
	plan := servicePlan()
	w.plans["service"] = plan
	w.must(w.PutMarket(t.Context(), store.Market{Market: "US", Region: "us-east1", Name: "United States"}))
	w.must(w.PutMarket(t.Context(), store.Market{Market: "DE", Region: "eu-west1", Name: "Germany"}))
	w.must(w.PutVendor(t.Context(), store.Vendor{VendorID: "power", Name: "Power Company"}))
	w.must(w.PutVendor(t.Context(), store.Vendor{VendorID: "other", Name: "Other Company"}))
	w.must(w.PutProduct(t.Context(), store.Product{ProductID: "energy", VendorID: "power", Name: "Energy", RequiresActivation: true, PV: 500_000, CV: 1_000_000}))
	w.must(w.PutProduct(t.Context(), store.Product{ProductID: "kit", VendorID: "power", Name: "Starter kit", PV: 100_000, CV: 200_000}))
	w.must(w.PublishPlan(t.Context(), store.NewPlan{Plan: plan, Name: "Service plan", Source: "service"}))
	w.must(w.Enroll(t.Context(), []store.NewDistributor{
		distributor("top", "", 1), distributor("alice", "top", 1), distributor("bob", "alice", 2),
	}))
	return w
}

// open returns another store on the engine, with the world's clock and plans, as another server would have.
func (w *world) open(engine store.Engine) *store.Store {
	return store.New(engine, store.Options{
		Clock: func() time.Time { return time.UnixMicro(w.nowUS.Load()) },
		Owner: fmt.Sprintf("server-%d", w.ids.Add(1)), TallyLines: w.tallyLines, SegmentEntries: w.segmentEntries,
		Compile: func(source string) (*calc.Plan, error) {
			p, ok := w.plans[source]
			if !ok {
				return nil, fmt.Errorf("no plan %q", source)
			}
			return p, nil
		},
	})
}

func (w *world) must(_ any, err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func distributor(id, sponsor string, day int) store.NewDistributor {
	return store.NewDistributor{
		DistributorID: id, PlanID: "service", Market: "US", SponsorID: sponsor, EnrolledAtUS: at(day, 0),
		Content: store.Content{{"sponsor_id", sponsor}, {"enrolled_at", fmt.Sprint(day)}},
	}
}

// sale is a sale of energy by bob at 500.00 on January 5.
func sale(id string) store.NewSale {
	return store.NewSale{
		Market: "US", SaleID: id, DistributorID: "bob", CustomerID: "carol", ProductID: "energy", PriceMinor: 50_000, Currency: "USD", SoldAtUS: at(5, 0),
		Content: store.Content{{"distributor_id", "bob"}, {"price.amount", "500.00"}},
	}
}

func activation(saleID, eventID string, atUS int64) store.NewEvent {
	return store.NewEvent{
		Market: "US", SaleID: saleID, EventID: eventID, Kind: calc.Activated, EffectiveAtUS: atUS, Content: store.Content{{"activated_at", fmt.Sprint(atUS)}},
	}
}

func payment(saleID, eventID string, cycle int32, atUS int64) store.NewEvent {
	return store.NewEvent{
		Market: "US", SaleID: saleID, EventID: eventID, Kind: calc.Paid, EffectiveAtUS: atUS, Cycle: cycle, AmountMinor: 50_000, Currency: "USD",
		Content: store.Content{{"cycle", fmt.Sprint(cycle)}, {"paid_at", fmt.Sprint(atUS)}},
	}
}

func cancellation(saleID, eventID string, atUS int64) store.NewEvent {
	return store.NewEvent{
		Market: "US", SaleID: saleID, EventID: eventID, Kind: calc.Cancelled, EffectiveAtUS: atUS, Content: store.Content{{"cancelled_at", fmt.Sprint(atUS)}},
	}
}

func (w *world) record(ids ...string) {
	w.t.Helper()
	for _, id := range ids {
		w.must(w.RecordSales(w.t.Context(), []store.NewSale{sale(id)}))
	}
}

func (w *world) append(e store.NewEvent) store.Receipt {
	w.t.Helper()
	r, err := w.AppendEvent(w.t.Context(), e, store.Scope{})
	if err != nil {
		w.t.Fatalf("%s of %s: %v", e.EventID, e.SaleID, err)
	}
	return r
}

// lines writes what a receipt posted, one line a line.
func lines(r store.Receipt) string {
	var b strings.Builder
	for _, l := range r.Lines {
		fmt.Fprintf(&b, "%s %s %s L%d %d", l.DistributorID, l.Bonus, l.Kind, l.Level, l.AmountMinor)
		if l.ReversesLineNo > 0 {
			fmt.Fprintf(&b, " reverses %s/%d", l.ReversesEventID, l.ReversesLineNo)
		}
		b.WriteString("\n")
	}
	return b.String()
}

// sums adds the lines of a sale by earner and bonus, and says its state.
func (w *world) sums(ctx context.Context, saleID string) string {
	w.t.Helper()
	_, sums := w.saleSums(ctx, saleID)
	return sums
}

// saleSums gives the sale with its sums.
func (w *world) saleSums(ctx context.Context, saleID string) (store.Sale, string) {
	w.t.Helper()
	s, events, err := w.GetSale(ctx, "US", saleID, store.Scope{})
	if err != nil {
		w.t.Fatal(err)
	}
	total := map[string]int64{}
	var keys []string
	for _, e := range events {
		for _, l := range e.Lines {
			key := l.DistributorID + " " + l.Bonus
			if _, ok := total[key]; !ok {
				keys = append(keys, key)
			}
			total[key] += l.AmountMinor
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %d cycles", s.State, s.CyclesPaid)
	for _, key := range sorted(keys) {
		fmt.Fprintf(&b, "; %s %d", key, total[key])
	}
	return s, b.String()
}

func sorted(keys []string) []string { return slices.Sorted(slices.Values(keys)) }

// refused asserts that an error is a refusal of a kind that names a field.
func refused(t testing.TB, err, kind error, field string) {
	t.Helper()
	var r *store.Refusal
	if !errors.As(err, &r) || !errors.Is(err, kind) {
		t.Fatalf("got %v, want a refusal: %v", err, kind)
	}
	for _, f := range r.Fields {
		if f.Field == field {
			return
		}
	}
	t.Fatalf("refusal names %+v, want field %s", r.Fields, field)
}

func eachWorld(t *testing.T, test func(t *testing.T, w *world)) {
	storetest.Each(t, func(t *testing.T, engine store.Engine) { test(t, newWorld(t, engine)) })
}
