package store_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"upline/store"
	"upline/store/storetest"
)

// checkEntries holds that every sale has one entry, its seller's.
func (w *world) checkEntries(engine store.Engine) {
	w.t.Helper()
	var counts [3]int64
	err := engine.Read(context.Background(), "check_entries", func(c store.Conn) error {
		for i, text := range []string{
			`SELECT COUNT(*) FROM sales`,
			`SELECT COUNT(*) FROM seller_sales`,
			`SELECT COUNT(*) FROM (SELECT DISTINCT s.region, s.market, s.sale_id FROM seller_sales e CROSS JOIN sales s
				WHERE s.region = e.region AND s.market = e.market AND s.sale_id = e.sale_id AND s.distributor_id = e.distributor_id) x`,
		} {
			err := c.Query(text, nil, func(r store.Row) error {
				counts[i] = r.Int(0)
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || counts[0] != counts[1] || counts[0] != counts[2] {
		w.t.Errorf("%d sales have %d entries, and %d have one of their seller: %v", counts[0], counts[1], counts[2], err)
	}
}

// segments gives how many entries stand in each segment of a level, in order.
func segments(t *testing.T, engine store.Engine) string {
	t.Helper()
	var all []string
	err := engine.Read(t.Context(), "segments", func(c store.Conn) error {
		all = nil
		return c.Query(`SELECT segment_no, COUNT(*) FROM seller_sales GROUP BY segment_no ORDER BY segment_no`, nil, func(r store.Row) error {
			all = append(all, fmt.Sprintf("%d.%d: %d", r.Int(0)>>40, r.Int(0)&(1<<40-1), r.Int(1)))
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(all, ", ")
}

// merged takes steps until there is nothing to merge, and returns how many entries they merged.
func merged(t *testing.T, s *store.Store) (entries int) {
	t.Helper()
	for {
		n, err := s.MergeSellerSegments(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return entries
		}
		entries += n
	}
}

// soldKits are sales of something live at once by sellers in turn, with ids that rise.
func soldKits(from, to int, sellers ...string) (list []store.NewSale) {
	for i := from; i < to; i++ {
		n := sale(fmt.Sprintf("s%05d", i))
		n.ProductID, n.DistributorID = "kit", sellers[i%len(sellers)]
		list = append(list, n)
	}
	return list
}

// listed lists a seller's sales in pages.
func listed(t *testing.T, s *store.Store, f store.SaleFilter, page int) (ids []string) {
	t.Helper()
	f.Market = "US"
	for after := ""; ; {
		sales, next, err := s.ListSales(t.Context(), f, after, page)
		if err != nil {
			t.Fatal(err)
		}
		for _, sale := range sales {
			ids = append(ids, sale.SaleID)
		}
		if next == "" {
			return ids
		}
		after = next
	}
}

// Where one writer fills segments of one entry, 1,100 sales make two levels, and a restart goes on where the entries left off.
func TestMergeSellerSegments_UntilFewAreLeft(t *testing.T) {
	storetest.Each(t, func(t *testing.T, engine store.Engine) {
		w := newWorld(t, engine)
		w.segmentEntries = 1
		s := w.open(engine)
		if !engine.Serial() {
			w.must(s.RecordSales(t.Context(), soldKits(0, 40, "bob")))
			if n, got := merged(t, s), segments(t, engine); n != 0 || got != "0.0: 40" {
				t.Errorf("%d entries merged, and there are %s", n, got)
			}
			return
		}
		for i, step := range []struct {
			to, merged int
			segments   string
		}{
			{32, 0, ""},                           // the next may come into the first of the next
			{33, 32, "0.32: 1, 1.0: 32"},          // and has
			{64, 0, ""},                           //
			{64, 0, ""},                           // nothing new
			{70, 32, "1.0: 32, 1.1: 32"},          // and six of one each before them
			{1025, 1024 - 64 + 1024, "2.0: 1024"}, // each entry twice
			{1100, 64, "1.32: 32, 1.33: 32, 2.0: 1024"},
		} {
			w.must(nil, func() error { // in pieces that one call takes
				for from := len(listed(t, s, store.SaleFilter{DistributorID: "bob"}, 1000)); from < step.to; from += 100 {
					if _, err := s.RecordSales(t.Context(), soldKits(from, min(step.to, from+100), "bob")); err != nil {
						return err
					}
				}
				return nil
			}())
			if n := merged(t, s); n != step.merged {
				t.Errorf("with %d sales, %d entries merged; want %d", step.to, n, step.merged)
			}
			if got := segments(t, engine); !strings.HasSuffix(got, step.segments) {
				t.Errorf("with %d sales there are %s\nwant %s", step.to, got, step.segments)
			}
			if got := listed(t, s, store.SaleFilter{DistributorID: "bob"}, 300); len(got) != step.to || !slices.IsSorted(got) {
				t.Errorf("of %d sales, %d are listed", step.to, len(got))
			}
			if i%2 == 1 {
				s = w.open(engine)
			}
		}
		if got := segments(t, engine); !strings.HasPrefix(got, "0.1088: 1, 0.1089: 1, ") || strings.Contains(got, "0.1100") {
			t.Errorf("restarts have spoilt the numbers: %s", got)
		}
	})
}

// A segment that a process left half full is filled by the next.
func TestRecordSales_FillsTheSegmentThatARestartLeft(t *testing.T) {
	storetest.Each(t, func(t *testing.T, engine store.Engine) {
		w := newWorld(t, engine)
		w.segmentEntries = 4
		for from := 0; from < 12; from += 3 {
			w.must(w.open(engine).RecordSales(t.Context(), soldKits(from, from+3, "bob", "alice")))
		}
		want := "0.0: 4, 0.1: 4, 0.2: 4"
		if !engine.Serial() {
			want = "0.0: 12"
		}
		if got := segments(t, engine); got != want {
			t.Errorf("there are %s, want %s", got, want)
		}
	})
}

// Sales of several sellers, with ids in order and out of it, corrected to and fro, are listed the same before, between and after the steps of
// merging, in pages of any size.
func TestListSales_OfASellerWhateverIsMerged(t *testing.T) {
	storetest.Each(t, func(t *testing.T, engine store.Engine) {
		w := newWorld(t, engine)
		w.segmentEntries = 2
		s := w.open(engine)
		r := rand.New(rand.NewPCG(1, 7))
		sellers := []string{"top", "alice", "bob"}
		of := map[string]string{}
		check := func() {
			t.Helper()
			for _, seller := range sellers {
				var want []string
				for id, by := range of {
					if by == seller {
						want = append(want, id)
					}
				}
				slices.Sort(want)
				page := 1 + r.IntN(20)
				if got := listed(t, s, store.SaleFilter{DistributorID: seller}, page); !slices.Equal(got, want) {
					t.Fatalf("in pages of %d, %s has %v\nwant %v", page, seller, got, want)
				}
				if got := listed(t, s, store.SaleFilter{DistributorID: seller, State: store.SaleCancelled}, page); len(got) != 0 {
					t.Fatalf("%s has cancelled sales: %v", seller, got)
				}
				if got := listed(t, s, store.SaleFilter{DistributorID: seller, Scope: store.Scope{VendorID: "other"}}, page); len(got) != 0 {
					t.Fatalf("another vendor sees the sales of %s: %v", seller, got)
				}
			}
		}
		for round := range 6 {
			list := soldKits(round*30, round*30+30, sellers...)
			for i := range list {
				if r.IntN(3) == 0 {
					list[i].SaleID = fmt.Sprintf("r%05d.%d", r.IntN(100_000), i)
				}
				of[list[i].SaleID] = list[i].DistributorID
			}
			w.must(s.RecordSales(t.Context(), list))
			for k := range 6 {
				id, to := list[r.IntN(len(list))].SaleID, sellers[r.IntN(len(sellers))]
				if of[id] == to {
					continue
				}
				w.must(s.AppendEvent(t.Context(), rebooked(id, fmt.Sprint("y", round, k), to, at(6, k)), store.Scope{}))
				of[id] = to
			}
			check()
			for range 1 + r.IntN(3) {
				w.must(s.MergeSellerSegments(t.Context()))
				check()
			}
		}
		w.checkEntries(engine)
		merged(t, s)
		check()
		// To another and back, the entry is where it can be found again.
		id := slices.Sorted(func(yield func(string) bool) {
			for id := range of {
				if !yield(id) {
					return
				}
			}
		})[0]
		for k, to := range []string{"top", "alice", "top", "bob", "top"} {
			if of[id] != to {
				w.must(s.AppendEvent(t.Context(), rebooked(id, fmt.Sprint("z", k), to, at(20, k)), store.Scope{}))
				of[id] = to
			}
			check()
		}
	})
}

// While two servers record, merge and correct, whoever lists a seller's sales finds every sale that was recorded before, once.
func TestListSales_OfASellerWhileServersRecordAndMerge(t *testing.T) {
	storetest.Each(t, func(t *testing.T, engine store.Engine) {
		w := newWorld(t, engine)
		w.segmentEntries = 2
		const batches, each = 12, 20
		var mu sync.Mutex
		recorded := map[string]bool{}
		var servers, readers sync.WaitGroup
		done := make(chan struct{})
		for server := range 2 {
			s := w.open(engine)
			servers.Go(func() {
				for k := range batches {
					list := soldKits(0, each, "bob")
					for i := range list {
						list[i].SaleID = fmt.Sprintf("%d-%03d-%02d", server, k, i)
					}
					if _, err := s.RecordSales(t.Context(), list); err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					for i := range list {
						recorded[list[i].SaleID] = true
					}
					mu.Unlock()
					if _, err := s.MergeSellerSegments(t.Context()); err != nil {
						t.Error(err)
					}
				}
			})
		}
		readers.Go(func() {
			for {
				mu.Lock()
				before := make([]string, 0, len(recorded))
				for id := range recorded {
					before = append(before, id)
				}
				mu.Unlock()
				got, _, err := w.ListSales(t.Context(), store.SaleFilter{Market: "US", DistributorID: "bob"}, "", 2*batches*each)
				if err != nil {
					t.Error(err)
				}
				seen := map[string]int{}
				for _, n := range got {
					seen[n.SaleID]++
				}
				for id, n := range seen {
					if n != 1 {
						t.Errorf("%s is listed %d times", id, n)
					}
				}
				for _, id := range before {
					if seen[id] == 0 {
						t.Errorf("%s is not listed", id)
					}
				}
				select {
				case <-done:
					return
				default:
				}
			}
		})
		servers.Wait()
		close(done)
		readers.Wait()
		merged(t, w.Store)
		if got := listed(t, w.Store, store.SaleFilter{DistributorID: "bob"}, 100); len(got) != 2*batches*each {
			t.Errorf("%d are listed of %d", len(got), 2*batches*each)
		}
	})
}

// A step that ends before or after its commit leaves every entry where one looks for it, and the next server goes on.
func TestMergeSellerSegments_KilledAtEveryStep(t *testing.T) {
	storetest.Each(t, func(t *testing.T, engine store.Engine) {
		if !engine.Serial() {
			return // there is one segment
		}
		w := newWorld(t, engine)
		w.segmentEntries = 40
		killed := errors.New("killed")
		w.must(w.open(engine).RecordSales(t.Context(), soldKits(0, 33*40, "bob", "alice", "top")))
		for step := 0; ; step++ {
			for _, fault := range []error{killed, storetest.AfterCommit(killed)} {
				dying := w.open(storetest.Faulty(engine, func(string, int64) error { return fault }))
				if _, err := dying.MergeSellerSegments(t.Context()); err != nil && !errors.Is(err, killed) {
					t.Fatal(err)
				}
				w.checkEntries(engine)
			}
			n, err := w.open(engine).MergeSellerSegments(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if w.checkEntries(engine); n > 0 {
				continue
			}
			if got, want := segments(t, engine), "0.32: 40, 1.0: 1280"; step == 0 || got != want {
				t.Errorf("after step %d there are %s, want %s", step, got, want)
			}
			return
		}
	})
}
