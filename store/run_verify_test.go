package store_test

import (
	"errors"
	"strings"
	"testing"

	"upline/store"
	"upline/store/storetest"
)

func TestVerifyRun_ProvesWhatWasPosted(t *testing.T) {
	eachRunWorld(t, func(t *testing.T, w *runWorld) {
		if _, err := w.VerifyRun(t.Context(), "tree", 0, "2026-01"); !errors.Is(err, store.ErrInvalid) {
			t.Errorf("a period that is open: %v", err)
		}
		run := w.close(w.Store, 0, "2026-01")
		w.sell(runMember(3), "later", february(1), 100_000) // what comes later is no part of it
		for _, chunkRows := range []int{10, 37} {
			v, err := w.open(w.engine, chunkRows).VerifyRun(t.Context(), "tree", 0, "2026-01")
			if err != nil || !v.OK() || v.Rows < run.LineCount || v.Run.RunID != run.RunID {
				t.Fatalf("%+v, %v", v, err)
			}
		}
	})
}

// TestVerifyRun_FindsWhatWasTamperedWith changes one thing behind Upline's back at a time.
func TestVerifyRun_FindsWhatWasTamperedWith(t *testing.T) {
	for name, test := range map[string]struct {
		sql  string
		says string // of the difference; the input's where it is empty
	}{
		"an amount":         {`UPDATE period_lines SET amount_minor = amount_minor + 1 WHERE bonus = 'team' AND level = 1`, "amount_minor="},
		"a line taken away": {`DELETE FROM period_lines WHERE bonus = 'legs'`, "period_lines: the database"},
		"a line brought in": {`UPDATE period_lines SET level = level + 50 WHERE bonus = 'team' AND level = 2`, "level=5"},
		"a rank":            {`UPDATE run_ranks SET paid_as = 'leader' WHERE distributor_id = 'm01'`, "run_ranks: the database has distributor_id=m01"},
		"a carry-over":      {`UPDATE run_states SET value = value + 1`, "run_states: "},
		"the last state":    {`DELETE FROM run_states`, "run_states: the database lacks "},
		"a total":           {`UPDATE run_totals SET amount_minor = amount_minor + 1 WHERE name = 'team'`, "run_totals: the database has for bonuses "},
		"a rank's count":    {`UPDATE run_totals SET row_count = row_count + 1 WHERE name = 'leader'`, "run_totals: the database has for ranks "},
		"the line count":    {`UPDATE runs SET line_count = 1`, "runs: the database has line_count=1"},
		"an event":          {`UPDATE event_counts SET cv = cv + 10000 WHERE sale_id = 'sale-1-000'`, ""},
		"the network":       {`UPDATE network_events SET effective_at_us = effective_at_us + 1 WHERE distributor_id = 'm39'`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			tampered := func(t *testing.T, w *runWorld) {
				w.close(w.Store, 0, "2026-01")
				changed := int64(0)
				w.must(nil, w.engine.Write(t.Context(), "tamper", func(c store.Conn) (err error) {
					changed, err = c.Exec(test.sql)
					return err
				}))
				if changed == 0 {
					t.Fatal("nothing was tampered with, so the test shows nothing")
				}
				v, err := w.VerifyRun(t.Context(), "tree", 0, "2026-01")
				if err != nil {
					t.Fatal(err)
				}
				sameInput := string(v.InputDigest) == string(v.Run.InputDigest)
				if v.OK() || sameInput != (test.says != "") || !strings.Contains(v.Difference, test.says) {
					t.Errorf("%+v", v)
				}
			}
			if name == "an amount" { // one stands for all on the other engines: the texts are the same
				eachRunWorld(t, tampered)
				return
			}
			engine := storetest.SQLite(t)
			if err := engine.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			tampered(t, newRunWorld(t, engine))
		})
	}
}
