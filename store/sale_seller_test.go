package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"upline/calc"
	"upline/store"
	"upline/store/storetest"
)

// rebooked is a correction of the seller.
func rebooked(saleID, eventID, seller string, atUS int64) store.NewEvent {
	return store.NewEvent{
		Market: "US", SaleID: saleID, EventID: eventID, Kind: calc.SellerCorrected, EffectiveAtUS: atUS, SellerID: seller,
		Content: store.Content{{"distributor_id", seller}, {"corrected_at", fmt.Sprint(atUS)}},
	}
}

// Alice and top above her are paid for what bob and those above him were; a repeat posts nothing, and corrected back all that was taken
// is given back. The unearned part of the advance goes where the advance goes.
func TestAppendEvent_SaleOfAnotherSeller(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.record("s1", "s2")
		w.append(activation("s1", "a", at(6, 0)))
		w.append(payment("s1", "p1", 1, at(7, 0)))
		first := w.append(rebooked("s1", "y1", "alice", at(8, 0)))
		want := "alice direct COMMISSION L0 5000\ntop team COMMISSION L1 500\nalice advance COMMISSION L0 461250\n" +
			"bob direct REVERSAL L0 -5000 reverses a/1\nalice team REVERSAL L1 -500 reverses a/2\ntop team REVERSAL L2 -200 reverses a/3\nbob advance REVERSAL L0 -461250 reverses a/4\n"
		if got := lines(first); got != want {
			t.Errorf("posts\n%swant\n%s", got, want)
		}
		if again := w.append(rebooked("s1", "y1", "alice", at(8, 0))); lines(again) != want {
			t.Errorf("again\n%s", lines(again))
		}
		other := rebooked("s1", "y1", "top", at(8, 0))
		_, err := w.AppendEvent(t.Context(), other, store.Scope{})
		refused(t, err, store.ErrIDReused, "distributor_id")
		for id, unearned := range map[string]int64{"alice": 410_000, "bob": 0} {
			e, err := w.GetEarnings(t.Context(), store.EarningsQuery{DistributorID: id, Period: "2026-01", PageSize: 10})
			if err != nil || e.Totals[0].UnearnedMinor != unearned {
				t.Errorf("%s: %+v, %v", id, e.Totals, err)
			}
		}
		listed, _, err := w.ListSales(t.Context(), store.SaleFilter{Market: "US", DistributorID: "bob"}, "", 10)
		if err != nil || len(listed) != 1 || listed[0].SaleID != "s2" {
			t.Errorf("bob has %+v, %v", listed, err)
		}
		if _, _, err := w.GetSale(t.Context(), "US", "s1", store.Scope{DistributorID: "alice"}); err != nil {
			t.Error(err)
		}

		// Four ninths of it are earned when alice's service ends; bob has nothing of it.
		for cycle := int32(2); cycle <= 4; cycle++ {
			w.append(payment("s1", fmt.Sprint("p", cycle), cycle, at(8+int(cycle), 0)))
		}
		w.append(cancellation("s1", "c", at(25, 0)))
		if got, want := w.sums(t.Context(), "s1"), "CANCELLED, 4 cycles; alice advance 205000; alice direct 0; alice team 0; bob advance 0; bob direct 0; top team 500"; got != want {
			t.Errorf("alice's sale comes to %s\nwant %s", got, want)
		}
		w.append(rebooked("s1", "y0", "top", at(7, 12))) // an earlier correction changes nothing
		w.append(rebooked("s1", "y2", "bob", at(26, 0)))
		if got, want := w.sums(t.Context(), "s1"), "CANCELLED, 4 cycles; alice advance 0; alice direct 0; alice team 500; bob advance 205000; bob direct 0; top team 200"; got != want {
			t.Errorf("corrected back it comes to %s\nwant %s", got, want)
		}

		// Before it is live there is nothing to take back.
		if r := w.append(rebooked("s2", "y", "alice", at(6, 0))); len(r.Lines) != 0 {
			t.Errorf("before the activation: %s", lines(r))
		}
		if got, want := lines(w.append(activation("s2", "a", at(7, 0)))), "alice direct COMMISSION L0 5000\ntop team COMMISSION L1 500\nalice advance COMMISSION L0 461250\n"; got != want {
			t.Errorf("then\n%swant\n%s", got, want)
		}
	})
}

func TestAppendEvent_SellerWhoCouldNotHaveSold(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.record("s1")
		w.append(activation("s1", "a", at(6, 0)))
		w.must(w.Enroll(t.Context(), []store.NewDistributor{distributor("late", "top", 6), distributor("gone", "top", 2)}))
		_, _, err := w.ChangeNetwork(t.Context(), store.NetworkChange{
			DistributorID: "gone", EventID: "t", Kind: store.NetworkTerminated, EffectiveAtUS: at(4, 0), Content: store.Content{{"reason", "x"}},
		})
		w.must(nil, err)
		w.publish(basePlan("else"), "else")
		w.enrol("else", early("stranger"))
		before := w.sums(t.Context(), "s1")
		for _, test := range []struct {
			seller string
			atUS   int64
			kind   error
			field  string
		}{
			{"nobody", at(7, 0), store.ErrUnknownDistributor, "distributor_id"},
			{"stranger", at(7, 0), store.ErrNetworkRule, "distributor_id"},
			{"late", at(7, 0), store.ErrTimeOutOfRange, "distributor_id"},
			{"gone", at(7, 0), store.ErrTerminated, "distributor_id"},
			{"alice", at(4, 0), store.ErrTimeOutOfRange, "corrected_at"},
			{"alice", date(2, 2), store.ErrTimeOutOfRange, "corrected_at"},
		} {
			_, err := w.AppendEvent(t.Context(), rebooked("s1", "y", test.seller, test.atUS), store.Scope{})
			refused(t, err, test.kind, test.field)
			e := rebooked("s1", "y", test.seller, test.atUS)
			_, err = w.PreviewCorrection(t.Context(), store.Correction{Event: &e})
			refused(t, err, test.kind, test.field)
		}
		if got := w.sums(t.Context(), "s1"); got != before {
			t.Errorf("the refused corrections left %s", got)
		}
	})
}

// Residuals go where the sale goes, each as it is for the seller who has it: the second customer of ann makes her the higher rate.
func TestAppendEvent_ResidualsOfAnotherSeller(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.residuals()
		for i, customer := range []string{"carol", "dave"} {
			s := subscription(fmt.Sprint("s", i+1), customer)
			s.Content = store.Content{{"distributor_id", s.DistributorID}}
			if i == 1 {
				s.DistributorID, s.Content = "ann", store.Content{{"distributor_id", "ann"}}
			}
			w.must(w.RecordSales(t.Context(), []store.NewSale{s}))
			w.append(activation(s.SaleID, "a", at(6, 0)))
		}
		w.append(payment("s1", "p1", 1, at(7, 0)))
		w.append(givenBack("s1", "r1", calc.PaymentRefunded, 1, 25_000, at(8, 0)))
		w.append(rebooked("s1", "y", "ann", at(9, 0)))
		if got, want := w.sums(t.Context(), "s1"), "ACTIVE, 1 cycles; ann above 0; ann monthly 2000; ann override 0; ann signup 1000; ben monthly 0; ben signup 0"; got != want {
			t.Errorf("comes to %s\nwant %s", got, want)
		}
	})
}

// What an opening service was advanced before Upline is taken back from the seller who had it, and paid to the one who should have.
func TestAppendEvent_OpeningServiceOfAnotherSeller(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.must(w.PutProduct(t.Context(), store.Product{ProductID: "sub", VendorID: "power", Name: "Sub", CV: 1_000_000}))
		w.publish(basePlan("open"), "open")
		w.enrol("open", early("dora"), early("eric"))
		entry := advanceEntry()
		entry.DistributorID, entry.Sale.DistributorID, entry.CyclesPaid, entry.AmountMinor = "dora", "dora", 4, 900
		entry.Content = append(entry.Content, store.ContentField{Path: "distributor_id", Value: "dora"})
		_, _, err := w.ImportOpening(t.Context(), "open", []store.OpeningEntry{entry})
		w.must(nil, err)
		id := entry.Sale.SaleID
		w.append(rebooked(id, "y", "eric", at(10, 0)))
		advanced := entry.AmountMinor
		if got, want := w.sums(t.Context(), id), fmt.Sprintf("ACTIVE, %d cycles; dora advance %d; eric advance %d", entry.CyclesPaid, -advanced, advanced); got != want {
			t.Errorf("comes to %s\nwant %s", got, want)
		}
		w.append(cancellation(id, "c", at(12, 0)))
		if got, want := w.sums(t.Context(), id), fmt.Sprintf("CANCELLED, %d cycles; dora advance %d; eric advance %d", entry.CyclesPaid, -advanced, advanced*int64(entry.CyclesPaid)/9); got != want {
			t.Errorf("cancelled it comes to %s\nwant %s", got, want)
		}
		w.append(rebooked(id, "back", "dora", at(13, 0)))
		if got, want := w.sums(t.Context(), id), fmt.Sprintf("CANCELLED, %d cycles; dora advance %d; eric advance 0", entry.CyclesPaid, advanced*int64(entry.CyclesPaid)/9-advanced); got != want {
			t.Errorf("corrected back it comes to %s\nwant %s", got, want)
		}
	})
}

const bookedPlan = `
late_policy: %s
cancelled_volume: %s
bonuses:
  - {name: own, direct: {base: cv, rate: 10%%}, pays: period}
`

// What a closed period has counted is computed again, moved within the open one, or left, as the plan says, and a cancellation then takes
// it from where it is; what an open one has counted moves at once.
func TestAppendEvent_VolumeOfAnotherSeller(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		for i, test := range []struct{ late, cancelled, corrected, ended string }{
			{"restate", "current", "2026-01 ben -1 in 2026-02; 2026-01 dan +1 in 2026-02; 2026-02 ben -1; 2026-02 dan +1", "2026-03 dan -1"},
			{"restate", "restate", "2026-01 ben -1 in 2026-02; 2026-01 dan +1 in 2026-02; 2026-02 ben -1; 2026-02 dan +1", "2026-01 dan -1 in 2026-03"},
			{"current", "current", "2026-02 ben -1; 2026-02 dan +1; 2026-02 ben -1; 2026-02 dan +1", "2026-03 dan -1"},
			{"current", "restate", "2026-02 ben -1; 2026-02 dan +1; 2026-02 ben -1; 2026-02 dan +1", "2026-02 dan -1 in 2026-03"},
			{"none", "current", "2026-02 ben -1; 2026-02 dan +1", "2026-03 ben -1"},
			{"none", "restate", "2026-02 ben -1; 2026-02 dan +1", "2026-01 ben -1 in 2026-03"},
		} {
			id := fmt.Sprint("booked-", i)
			w.nowUS.Store(date(1, 31))
			w.publish(compiled(t, id, fmt.Sprintf(bookedPlan, test.late, test.cancelled)), id)
			ben, dan := early(id+".ben"), early(id+".dan")
			w.enrol(id, ben, dan)
			w.nowUS.Store(date(2, 28))
			for month := time.January; month <= time.February; month++ {
				s := sale(fmt.Sprint(id, "-", int(month)))
				s.DistributorID, s.SoldAtUS, s.ProductID = ben.DistributorID, date(month, 5), "kit"
				s.Content = store.Content{{"distributor_id", s.DistributorID}}
				w.must(w.RecordSales(t.Context(), []store.NewSale{s}))
			}
			w.must(nil, w.close(id, calc.Monthly, "2026-01"))
			w.append(rebooked(id+"-1", "y", dan.DistributorID, date(2, 10)))
			w.append(rebooked(id+"-2", "y", dan.DistributorID, date(2, 10)))
			if got := w.booked(id, "y"); got != test.corrected {
				t.Errorf("late_policy %s, cancelled_volume %s: counts %s\nwant %s", test.late, test.cancelled, got, test.corrected)
			}
			w.nowUS.Store(date(3, 28))
			w.must(nil, w.close(id, calc.Monthly, "2026-02"))
			w.append(cancellation(id+"-1", "c", date(3, 12)))
			if got := w.booked(id, "c"); got != test.ended {
				t.Errorf("late_policy %s, cancelled_volume %s: the cancellation counts %s\nwant %s", test.late, test.cancelled, got, test.ended)
			}
		}
	})
}

// booked are the counts of the events of an id, by sale, period and seller.
func (w *world) booked(plan, eventID string) string {
	w.t.Helper()
	var booked []string
	w.must(nil, w.Engine().Read(w.t.Context(), "booked", func(c store.Conn) error {
		booked = nil
		return c.Query(`SELECT period_no, distributor_id, times, restated_in FROM event_counts WHERE region = 'us-east1' AND plan_id = $1 AND cadence = $2 AND event_id = $3
			ORDER BY sale_id, period_no, distributor_id`, []any{plan, int64(calc.Monthly), eventID}, func(r store.Row) error {
			_, who, _ := strings.Cut(r.Text(1), ".")
			text := fmt.Sprintf("%s %s %+d", calc.PeriodByNo(calc.Monthly, time.UTC, r.Int(0)).Name, who, r.Int(2))
			if in := r.Int(3); in != 0 {
				text += " in " + calc.PeriodByNo(calc.Monthly, time.UTC, in).Name
			}
			booked = append(booked, text)
			return nil
		})
	}))
	return strings.Join(booked, "; ")
}

// A big sale of January was another's. What April posts makes the past what it is for a company that recorded it rightly, in every bonus,
// rank and carry-over.
func TestRestating_SaleOfAnotherSeller(t *testing.T) {
	months := []string{"2026-01", "2026-02", "2026-03", "2026-04", "2026-05"}
	storetest.Each(t, func(t *testing.T, engine store.Engine) {
		w, right := newRestateWorld(t, engine, "", ""), newRestateWorld(t, fresh(t), "", "")
		right.sellers = map[string]int{bigSale: 12}
		for month := time.January; month <= time.March; month++ {
			w.trade(month)
			w.closeMonth(month)
			right.trade(month)
			right.closeMonth(month)
		}
		if w.standing(calc.Monthly, "2026-03") == right.standing(calc.Monthly, "2026-03") {
			t.Fatal("it makes no difference who sold it")
		}
		w.trade(time.April)
		right.trade(time.April)
		w.append(rebooked(bigSale, "y1", "r13", date(4, 10)))
		w.append(rebooked(bigSale, "y2", "r12", date(4, 11)))
		w.closeMonth(time.April)
		right.closeMonth(time.April)
		w.trade(time.May) // in which weeks follow the ranks that April has put right
		right.trade(time.May)
		w.closeMonth(time.May)
		right.closeMonth(time.May)
		if d := differences(w.posted(calc.Monthly, months...), right.posted(calc.Monthly, months...)); d != "" {
			t.Errorf("months:\n%s", d)
		}
		if d := differences(w.posted(calc.Weekly, w.weeks()...), right.posted(calc.Weekly, w.weeks()...)); d != "" {
			t.Errorf("weeks:\n%s", d)
		}
		if got, want := w.standing(calc.Monthly, "2026-05"), right.standing(calc.Monthly, "2026-05"); got != want {
			t.Errorf("%s\nwant\n%s", got, want)
		}
		for _, month := range months {
			w.proved("restated", month)
		}
	})
}
