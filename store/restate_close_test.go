package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"upline/calc"
	"upline/store"
	"upline/store/storetest"
)

// corrected is a company that has closed January and February, and whose big sale of January is cancelled.
func corrected(t *testing.T, engine store.Engine, restating, share string) *restateWorld {
	t.Helper()
	w := newRestateWorld(t, engine, restating, share)
	for month := time.January; month <= time.February; month++ {
		w.trade(month)
		w.closeMonth(month)
	}
	w.trade(time.March)
	w.append(cancellation(bigSale, "gone", date(3, 10)))
	return w
}

// lines are the corrections of March as text.
func (w *restateWorld) lines() string {
	var b strings.Builder
	for _, l := range w.corrections(calc.Monthly, "2026-03") {
		fmt.Fprintf(&b, "%s %s %s L%d/%d %d\n", l.Corrects.Name, l.DistributorID, l.Bonus, l.Level, l.Part, l.AmountMinor)
	}
	return b.String()
}

// Wherever a close that restates is killed, whoever continues it posts what an undisturbed one posts.
func TestRestating_KilledCloseIsContinued(t *testing.T) {
	clean := corrected(t, fresh(t), "", "")
	want, wantLines := clean.closeMonth(time.March), clean.lines()
	if wantLines == "" {
		t.Fatal("nothing is corrected")
	}
	storetest.Each(t, func(t *testing.T, engine store.Engine) {
		w := corrected(t, engine, "", "")
		// The weeks first, and the month by hands that are killed: after two chunks, after a third, and right after the flip.
		w.nowUS.Store(date(4, 2))
		for {
			week := calc.PeriodByNo(calc.Weekly, time.UTC, w.weekNo)
			if week.EndUS > date(4, 1) {
				break
			}
			w.must(nil, w.close("restated", calc.Weekly, week.Name))
			w.weekNo++
		}
		run, err := w.StartRun(t.Context(), "restated", calc.Monthly, "2026-03")
		w.must(run, err)
		chunks := 0
		for _, kill := range []struct {
			name  string
			n     int
			error error
		}{{"run_chunk", 3, errKilled}, {"run_chunk", 1, storetest.AfterCommit(errKilled)}, {"run_flip", 1, storetest.AfterCommit(errKilled)}} {
			seen := 0
			dying := storetest.Faulty(engine, func(name string, _ int64) error {
				if name == kill.name {
					if seen++; seen >= kill.n {
						return kill.error
					}
				}
				return nil
			})
			s := store.New(dying, store.Options{
				Clock: func() time.Time { return time.UnixMicro(w.nowUS.Load()) }, Owner: fmt.Sprintf("dying-%d", chunks), ChunkRows: 20,
				After:   func(time.Duration) <-chan time.Time { return nil },
				Compile: func(source string) (*calc.Plan, error) { return w.plans[source], nil },
			})
			if _, err := s.WorkRun(t.Context(), run.RunID); !errors.Is(err, errKilled) {
				t.Fatalf("killed at %s: %v", kill.name, err)
			}
			chunks++
			w.nowUS.Add(time.Hour.Microseconds())
		}
		got, err := w.GetRun(t.Context(), run.RunID)
		if err != nil || got.State != store.RunPosted || got.Attempt != 1 {
			t.Fatalf("%v %+v", err, got)
		}
		if !bytes.Equal(got.OutputDigest, want.OutputDigest) || !bytes.Equal(got.InputDigest, want.InputDigest) || !reflect.DeepEqual(got.Restated, want.Restated) {
			t.Errorf("got  %x %x %+v\nwant %x %x %+v", got.InputDigest, got.OutputDigest, got.Restated, want.InputDigest, want.OutputDigest, want.Restated)
		}
		if lines := w.lines(); lines != wantLines {
			t.Errorf("got\n%s\nwant\n%s", lines, wantLines)
		}
		w.proved("restated", "2026-03")
	})
}

// mend makes what was posted differ from what the present engine comes to, as after a fault of it was mended.
func (w *restateWorld) mend() {
	w.t.Helper()
	w.must(nil, w.Engine().Write(w.t.Context(), "mend", func(c store.Conn) error {
		for _, text := range []string{
			`UPDATE period_lines SET amount_minor = amount_minor + 7`,
			`UPDATE run_ranks SET paid_as = '' WHERE distributor_id = 'r00'`,
		} {
			if _, err := c.Exec(text); err != nil {
				return err
			}
		}
		return nil
	}))
}

// What the present engine computes otherwise than the one that posted is no correction: without one nothing is posted, and with one
// exactly what it alone changes.
func TestRestating_EngineChangeAlonePostsNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, engine store.Engine) {
		w := newRestateWorld(t, engine, "", "")
		w.trade(time.January)
		w.closeMonth(time.January)
		w.trade(time.February)
		w.mend()
		if run := w.closeMonth(time.February); len(run.Restated) != 0 || len(w.corrections(calc.Monthly, "2026-02")) != 0 {
			t.Errorf("%+v", run.Restated)
		}
	})
	clean := corrected(t, fresh(t), "", "")
	clean.closeMonth(time.March)
	mended := corrected(t, fresh(t), "", "")
	mended.mend()
	mended.closeMonth(time.March)
	if got, want := mended.lines(), clean.lines(); got != want || want == "" {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// A bonus may be left out, or corrected for the upline alone, and small corrections may be, too; the run says what was left out.
func TestRestating_PlanSaysForWhomAndFromWhatAmount(t *testing.T) {
	sums := func(run store.Run, outcome store.RestatedOutcome, bonus string) (distributors, moved int64) {
		for _, total := range run.Restated {
			if total.Outcome == outcome && (bonus == "" || total.Bonus == bonus) {
				distributors += total.Distributors
				moved += total.RaisedMinor - total.LoweredMinor
			}
		}
		return distributors, moved
	}
	all := corrected(t, fresh(t), "", "restate: all")
	allRun := all.closeMonth(time.March)
	_, shared := sums(allRun, store.RestatedPosted, "share")
	_, everything := sums(allRun, store.RestatedPosted, "")
	if shared == 0 {
		t.Fatal("the pool is not corrected, so the test says nothing")
	}
	storetest.Each(t, func(t *testing.T, engine store.Engine) {
		none := corrected(t, engine, "", "restate: none")
		run := none.closeMonth(time.March)
		if _, posted := sums(run, store.RestatedPosted, "share"); posted != 0 {
			t.Errorf("restate: none posts %d of the pool", posted)
		}
		if _, excluded := sums(run, store.RestatedExcluded, "share"); excluded != shared {
			t.Errorf("restate: none reports %d as left out of the pool, want %d", excluded, shared)
		}
		if strings.Contains(none.lines(), " share ") {
			t.Errorf("%s", none.lines())
		}
	})
	upline := corrected(t, fresh(t), "", "restate: upline")
	run := upline.closeMonth(time.March)
	_, posted := sums(run, store.RestatedPosted, "share")
	_, excluded := sums(run, store.RestatedExcluded, "share")
	if posted+excluded != shared {
		t.Errorf("%d of the pool are posted and %d left out, of %d", posted, excluded, shared)
	}
	// r09 sold; above are r02 and r00 as sponsors, and r04, r01 and r00 as placement parents, and whoever is above those.
	for _, l := range upline.corrections(calc.Monthly, "2026-03") {
		if l.Bonus == "share" && !strings.Contains("r09 r04 r02 r01 r00", l.DistributorID) {
			t.Errorf("%+v", l)
		}
	}
	const limit = 500
	material := corrected(t, fresh(t), "restating: {materiality: 5.00}", "restate: all")
	run = material.closeMonth(time.March)
	_, big := sums(run, store.RestatedPosted, "")
	left, small := sums(run, store.RestatedImmaterial, "")
	if big+small != everything || left == 0 || small == 0 {
		t.Errorf("%d are posted, and %d of %d distributors' bonuses left out, of %d", big, small, left, everything)
	}
	byDistributor := map[string]int64{}
	for _, l := range material.corrections(calc.Monthly, "2026-03") {
		byDistributor[l.DistributorID] += max(l.AmountMinor, -l.AmountMinor)
	}
	for id, sum := range byDistributor {
		if sum < limit {
			t.Errorf("%s is corrected by %d", id, sum)
		}
	}
}

// What lies further back than the plan restates counts in the open period, as under the policy `current`.
func TestRestating_NoFurtherBackThanThePlanSays(t *testing.T) {
	storetest.Each(t, func(t *testing.T, engine store.Engine) {
		w := corrected(t, engine, "restating: {periods_max: 1}", "")
		run := w.closeMonth(time.March)
		if len(run.Restated) != 0 || w.lines() != "" {
			t.Errorf("%+v", run.Restated)
		}
		receipt := w.append(cancellation("sale-2-9", "gone", date(3, 11)))
		_ = receipt
		w.trade(time.April)
		if run := w.closeMonth(time.April); len(run.Restated) != 0 { // February is two back from April
			t.Errorf("%+v", run.Restated)
		}
	})
}
