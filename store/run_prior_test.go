package store_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"upline/calc"
	"upline/store"
)

// standing is a distributor's rank and what a bonus carried out for them.
func (w *runWorld) standing(id string, cadence calc.Cadence, period string) string {
	w.t.Helper()
	e, err := w.GetEarnings(w.t.Context(), store.EarningsQuery{DistributorID: id, Cadence: cadence, Period: period, PageSize: 100})
	if err != nil {
		w.t.Fatal(err)
	}
	return fmt.Sprintf("%s/%s %v", e.PaidAs, e.Achieved, e.CarryOuts)
}

func TestWorkRun_NextPeriodBeginsWithWhatTheLastOneLeft(t *testing.T) {
	eachRunWorld(t, func(t *testing.T, w *runWorld) {
		w.close(w.Store, 0, "2026-01")
		w.nowUS.Store(february(28) + 3*24*3_600_000_000)
		// Nothing is sold in February, so what is carried out is what was carried in.
		run := w.close(w.Store, 0, "2026-02")
		if run.VolumeCV != 0 || run.Distributors != runWorldSize {
			t.Fatalf("%+v", run)
		}
		carried, achieved := 0, 0
		for i := range runWorldSize {
			id := runMember(i)
			january, february := w.standing(id, 0, "2026-01"), w.standing(id, 0, "2026-02")
			ranks1, carries1, _ := strings.Cut(january, " ")
			ranks2, carries2, _ := strings.Cut(february, " ")
			if carries1 != carries2 {
				t.Errorf("%s carried %s out of January and %s out of February", id, carries1, carries2)
			}
			_, achieved1, _ := strings.Cut(ranks1, "/")
			_, achieved2, _ := strings.Cut(ranks2, "/")
			if achieved1 != achieved2 {
				t.Errorf("%s had achieved %q in January and %q in February", id, achieved1, achieved2)
			}
			if carries1 != "[]" {
				carried++
			}
			if achieved1 != "" {
				achieved++
			}
		}
		if carried == 0 || achieved == 0 {
			t.Fatalf("%d carry-outs and %d ranks: nothing is tested", carried, achieved)
		}
	})
}

func TestWorkRun_FirstPeriodBeginsWithTheOpeningState(t *testing.T) {
	eachRunWorld(t, func(t *testing.T, w *runWorld) {
		_, _, err := w.ImportOpening(t.Context(), "tree", []store.OpeningEntry{
			{EventID: "r", DistributorID: runMember(39), Kind: store.OpeningRank, Rank: "leader", Content: store.Content{{Path: "a", Value: "r"}}},
			{EventID: "r0", DistributorID: runMember(39), Kind: store.OpeningRank, Rank: "member", Content: store.Content{{Path: "a", Value: "r0"}}},
			{EventID: "c", DistributorID: runMember(38), Kind: store.OpeningCarry, Bonus: "legs", Left: 70_000, Right: 0, Content: store.Content{{Path: "a", Value: "c"}}},
		})
		if err != nil {
			t.Fatal(err)
		}
		w.close(w.Store, 0, "2026-01")
		if got := w.standing(runMember(39), 0, "2026-01"); !strings.Contains(got, "/leader ") {
			t.Errorf("opening rank is lost: %s", got)
		}
		if got := w.standing(runMember(38), 0, "2026-01"); !strings.HasSuffix(got, " [{legs 70000 0}]") {
			t.Errorf("opening carry is lost: %s", got)
		}
	})
}

// TestWorkRun_RanksAreChosenWhenTheRunStarts closes a month between the start of a week's run and its end: the week keeps to the
// ranks that were there when it started.
func TestWorkRun_RanksAreChosenWhenTheRunStarts(t *testing.T) {
	eachRunWorld(t, func(t *testing.T, w *runWorld) {
		w.nowUS.Store(february(20))
		for _, week := range []string{"2026-W01", "2026-W02", "2026-W03", "2026-W04"} {
			w.close(w.Store, calc.Weekly, week)
		}
		before, err := w.PreviewRun(t.Context(), "tree", calc.Weekly, "2026-W05")
		if err != nil {
			t.Fatal(err)
		}
		runID := w.start(w.Store, calc.Weekly, "2026-W05") // ends on February 1
		w.close(w.Store, calc.Monthly, "2026-01")
		run, err := w.WorkRun(t.Context(), runID)
		if err != nil || !bytes.Equal(run.InputDigest, before.InputDigest) {
			t.Fatalf("%x, want %x; %v", run.InputDigest, before.InputDigest, err)
		}
		if len(run.Ranks) != 0 {
			t.Fatalf("a week gives ranks: %+v", run.Ranks)
		}
		// The next week has January's ranks.
		var runs []string
		for _, row := range func() []string { w.close(w.Store, calc.Weekly, "2026-W06"); return w.dump("runs")["runs"] }() {
			if strings.Contains(row, `run_id="tree/weekly/2026-W06"`) && strings.Contains(row, `ranks_run_id="tree/monthly/2026-01"`) ||
				strings.Contains(row, `run_id="tree/weekly/2026-W05"`) && strings.Contains(row, `ranks_run_id=""`) {
				runs = append(runs, row)
			}
		}
		if len(runs) != 2 {
			t.Fatalf("runs:\n%s", strings.Join(w.dump("runs")["runs"], "\n"))
		}
	})
}

func TestWorkRun_LateEventLandsInTheNextPeriod(t *testing.T) {
	eachRunWorld(t, func(t *testing.T, w *runWorld) {
		want, err := w.PreviewRun(t.Context(), "tree", 0, "2026-01")
		if err != nil {
			t.Fatal(err)
		}
		runID := w.start(w.Store, 0, "2026-01")
		receipt := w.sell(runMember(3), "late", at(20, 0), 500_000)
		for _, in := range receipt.CountedIn {
			if in.Cadence == calc.Monthly && in.Name != "2026-02" {
				t.Fatalf("counted in %+v", receipt.CountedIn)
			}
		}
		w.must(w.Enroll(t.Context(), []store.NewDistributor{{
			DistributorID: "late", PlanID: "tree", Market: "US", SponsorID: runMember(39), ParentID: runMember(39), Leg: 1, EnrolledAtUS: at(30, 0),
			Content: store.Content{{Path: "i", Value: "late"}},
		}}))
		run, err := w.WorkRun(t.Context(), runID)
		if err != nil || !bytes.Equal(run.InputDigest, want.InputDigest) || !bytes.Equal(run.OutputDigest, want.OutputDigest) {
			t.Fatalf("%+v, %v; want the digests of %+v", run, err, want)
		}
		next, err := w.PreviewRun(t.Context(), "tree", 0, "2026-02")
		if err != nil || next.VolumeCV != 500_000 || next.Distributors != runWorldSize+1 {
			t.Fatalf("%+v, %v", next, err)
		}
	})
}
