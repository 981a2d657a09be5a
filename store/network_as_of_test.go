package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"upline/store"
)

// below lists a downline at a time as "level id", read in pages of a size.
func (w *world) below(id string, placement bool, atUS int64, size int) string {
	w.t.Helper()
	var walk []string
	for after := ""; ; {
		members, next, err := w.DownlineAsOf(w.t.Context(), id, placement, 0, atUS, after, size)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, m := range members {
			walk = append(walk, fmt.Sprintf("%d %s", m.Level, m.Distributor.DistributorID))
		}
		if after = next; next == "" {
			return strings.Join(walk, ", ")
		}
	}
}

func (w *world) wayAt(id string, placement bool, atUS int64, size int) string {
	w.t.Helper()
	var ids []string
	for after := ""; ; {
		members, next, err := w.UplineAsOf(w.t.Context(), id, placement, atUS, after, size)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, m := range members {
			ids = append(ids, fmt.Sprintf("%d %s", m.Level, m.Distributor.DistributorID))
		}
		if after = next; next == "" {
			return strings.Join(ids, ", ")
		}
	}
}

func TestAsOf_TreesOfAnyDay(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.must(w.Enroll(t.Context(), []store.NewDistributor{distributor("eve", "top", 3), distributor("dan", "bob", 4)}))
		w.change(moved("bob", "m1", "eve", 10, 0))
		w.change(moved("alice", "m2", "dan", 15, 0))
		w.change(moved("bob", "m3", "top", 20, 0))
		for _, size := range []int{1, 2, 100} {
			for _, test := range []struct {
				day        int
				up, below_ string
			}{
				{5, "1 bob, 2 alice, 3 top", "1 alice, 2 bob, 3 dan, 1 eve"},
				{10, "1 bob, 2 eve, 3 top", "1 alice, 1 eve, 2 bob, 3 dan"},
				{16, "1 bob, 2 eve, 3 top", "1 eve, 2 bob, 3 dan, 4 alice"},
				{25, "1 bob, 2 top", "1 bob, 2 dan, 3 alice, 1 eve"},
			} {
				if got := w.wayAt("dan", false, at(test.day, 0), size); got != test.up {
					t.Errorf("on day %d, by %d, above dan stand %s, want %s", test.day, size, got, test.up)
				}
				if got := w.below("top", false, at(test.day, 0), size); got != test.below_ {
					t.Errorf("on day %d, by %d, below top stand %s, want %s", test.day, size, got, test.below_)
				}
			}
		}
		_, err := w.GetDistributorAsOf(t.Context(), "dan", at(3, 0))
		refused(t, err, store.ErrTimeOutOfRange, "as_of")
		d, err := w.GetDistributorAsOf(t.Context(), "bob", at(12, 0))
		if err != nil || d.SponsorID != "eve" {
			t.Errorf("bob on day 12: %+v, %v", d, err)
		}
	})
}

// A parent whose whole frontline has moved away, more than is read at once, still shows it as it was.
func TestAsOf_AWideFrontlineThatMovedAway(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		var batch []store.NewDistributor
		var want []string
		for i := range 230 {
			id := fmt.Sprintf("c%03d", i)
			batch = append(batch, distributor(id, "bob", 3))
			want = append(want, "1 "+id)
		}
		w.must(w.Enroll(t.Context(), batch))
		for i := range 230 {
			if i%3 != 0 {
				w.change(moved(fmt.Sprintf("c%03d", i), "m", "alice", 10, i%24))
			}
		}
		for _, size := range []int{7, 1000} {
			if got := w.below("bob", false, at(9, 0), size); got != strings.Join(want, ", ") {
				t.Errorf("pages of %d: %s", size, got)
			}
			now := strings.Split(w.below("bob", false, at(31, 0), size), ", ")
			if len(now) != 77 || !slices.IsSorted(now) {
				t.Errorf("pages of %d: now %v", size, now)
			}
		}
	})
}

func TestAsOf_LegsAsTheyWere(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.publishBinary()
		w.must(w.Enroll(t.Context(), []store.NewDistributor{placed("left", "root", 1), placed("right", "root", 2), placed("low", "left", 2)}))
		w.change(replaced("left", "m1", "right", 1, 10))
		w.change(replaced("right", "m2", "root", 1, 12))
		for day, want := range map[int]string{5: "1 left, 2 low, 1 right", 11: "1 right, 2 left, 3 low", 13: "1 right, 2 left, 3 low"} {
			if got := w.below("root", true, at(day, 0), 2); got != want {
				t.Errorf("on day %d below root stand %s, want %s", day, got, want)
			}
		}
		if got := w.wayAt("low", true, at(5, 0), 1); got != "1 left, 2 root" {
			t.Errorf("above low stood %s", got)
		}
	})
}

// What a sale pays goes by the trees of the time at which it began, however late its events come.
func TestSale_PaysWhoStoodAboveWhenItBegan(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.must(w.Enroll(t.Context(), []store.NewDistributor{distributor("eve", "top", 3)}))
		w.change(moved("bob", "m1", "eve", 10, 0))
		w.record("s1", "s2")
		before := lines(w.append(activation("s1", "a", at(9, 0))))
		after := lines(w.append(activation("s2", "a", at(10, 0))))
		if !strings.Contains(before, "alice team COMMISSION L1") || strings.Contains(before, "eve") {
			t.Errorf("before the move are paid\n%s", before)
		}
		if !strings.Contains(after, "eve team COMMISSION L1") || strings.Contains(after, "alice") {
			t.Errorf("after the move are paid\n%s", after)
		}
	})
}
