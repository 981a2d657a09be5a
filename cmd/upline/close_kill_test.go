package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	uplinev1 "upline/api/upline/v1"
	"upline/calc"
	"upline/calc/plan"
	"upline/cmd/upline/internal/proc"
	"upline/store"
	"upline/store/storetest"
)

// The company of these tests, and what each of its months closes as where nobody is disturbed.
const (
	closingDistributors = 4000
	closingSales        = 6000
)

type cleanMonths struct {
	runs []*uplinev1.Run
	took []time.Duration // of their closes
}

// trading founds the company and sells in so many months.
func trading(c *company, months int) {
	c.t.Helper()
	c.found(closingDistributors)
	for m := range months {
		c.sell(closingSales/(m+1), closingDistributors, time.January+time.Month(m))
	}
}

func closeCleanly(t *testing.T, bin string, months int) (clean cleanMonths) {
	t.Helper()
	c := dial(t, serveOn(t, bin, storetest.SQLiteDatabase(t)).URL)
	trading(c, months)
	for m := range months {
		began := time.Now()
		run, err := c.close(t.Context(), time.January+time.Month(m))
		if err != nil || run.GetOutputDigest() == "" {
			t.Fatalf("%v, %v", run, err)
		}
		clean.runs, clean.took = append(clean.runs, run), append(clean.took, time.Since(began))
	}
	return clean
}

// closeWitness looks into the database of a company beside its servers.
type closeWitness struct {
	*store.Store
	t      *testing.T
	engine store.Engine
}

func witnessOf(t *testing.T, database storetest.Database) *closeWitness {
	t.Helper()
	engine := database.Open(t)
	return &closeWitness{store.New(engine, store.Options{Clock: time.Now, Compile: plan.Load, Owner: "witness"}), t, engine}
}

func runOf(month time.Month) string { return fmt.Sprintf("chaos/monthly/2025-%02d", month) }

// number asks for a number.
func (w *closeWitness) number(sql string, args ...any) (n int64) {
	w.t.Helper()
	err := w.engine.Read(w.t.Context(), "witness", func(c store.Conn) error {
		return c.Query(sql, args, func(r store.Row) error { n = r.Int(0); return nil })
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

// unseen fails when something of a run that is not posted is seen, and tells whether there is such a run and has rows.
func (w *closeWitness) unseen(month time.Month) (underway, written bool) {
	w.t.Helper()
	run, err := w.GetRun(w.t.Context(), runOf(month))
	if errors.Is(err, store.ErrUnknownRun) {
		return false, false
	}
	if err != nil {
		w.t.Fatal(err)
	}
	if run.State == store.RunPosted {
		return false, false
	}
	for i := 0; i < closingDistributors; i += 97 {
		e, err := w.GetEarnings(w.t.Context(), store.EarningsQuery{DistributorID: member(i), Cadence: calc.Monthly, Period: fmt.Sprintf("2025-%02d", month), PageSize: 1000})
		if err != nil {
			w.t.Fatal(err)
		}
		for _, l := range e.Lines {
			if l.RunID != "" {
				w.t.Fatalf("%s sees a line of %s, which is %s: %+v", member(i), run.RunID, run.State, l)
			}
		}
		if e.PaidAs != "" {
			w.t.Fatalf("%s sees a rank of %s, which is %s", member(i), run.RunID, run.State)
		}
	}
	return true, w.number(`SELECT COUNT(*) FROM run_chunks WHERE run_key = $1`, run.Key) > 0
}

// awaitWriting returns when the rows of a run are being written, or have been, and at the latest after the given time.
func (w *closeWitness) awaitWriting(month time.Month, limit time.Duration) {
	w.t.Helper()
	for late := time.After(limit); ; {
		run, err := w.GetRun(w.t.Context(), runOf(month))
		if err == nil && (run.State == store.RunPosted || run.Phase == store.PhaseWriting || run.Phase == store.PhasePosting) {
			return
		}
		select {
		case <-late:
			return
		case <-time.After(time.Millisecond):
		}
	}
}

// closedAs fails unless the month is posted as where nobody was disturbed, row by row, and nothing else of it is left.
func (w *closeWitness) closedAs(month time.Month, want *uplinev1.Run) {
	w.t.Helper()
	run, err := w.GetRun(w.t.Context(), runOf(month))
	if err != nil || run.State != store.RunPosted || fmt.Sprintf("%x", run.OutputDigest) != want.GetOutputDigest() || run.LineCount != want.GetLineCount() {
		w.t.Fatalf("%v ends as\n%+v, %v\nand where nobody was disturbed as\n%v", month, run, err, want)
	}
	if proof, err := w.VerifyRun(w.t.Context(), "chaos", calc.Monthly, fmt.Sprintf("2025-%02d", month)); err != nil || !proof.OK() {
		w.t.Fatalf("%v is not proved: %+v, %v", month, proof, err)
	}
	for _, table := range []string{"period_lines", "run_ranks", "run_states", "run_chunks", "run_totals"} {
		if n := w.number(`SELECT COUNT(*) FROM `+table+` WHERE run_key = $1 AND attempt <> $2`, run.Key, int64(run.Attempt)); n != 0 {
			w.t.Fatalf("%v: %d rows of dead attempts are left in %s", month, n, table)
		}
	}
	if n := w.number(`SELECT COUNT(*) FROM run_attempts WHERE run_key = $1 AND state IN ('LIVE', 'DEAD')`, run.Key); n != 0 {
		w.t.Fatalf("%v: %d attempts are not swept", month, n)
	}
}

// another is an empty database of the same kind.
func another(t *testing.T, database storetest.Database) storetest.Database {
	t.Helper()
	if strings.HasPrefix(database.URL, "sqlite:") {
		return storetest.SQLiteDatabase(t)
	}
	return storetest.PostgresDatabase(t)
}

// Servers are killed at random moments of closes, and another goes on each time; now and then the run is called off in between, so that its
// attempt is dead. What is counted is kills of runs that were under way. Every month ends with the digest and the rows that it has where nobody was killed, nothing of it was seen before it was
// posted, and nothing is left of dead attempts. UPLINE_TEST_KILLS=200 kills so many on each engine.
func TestProcesses_KilledInACloseEndsAsACleanOne(t *testing.T) {
	bin := proc.Build(t)
	kills, months := 6, 4
	if text := os.Getenv("UPLINE_TEST_KILLS"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		kills, months = n, 12
	}
	clean := closeCleanly(t, bin, months)
	storetest.EachDatabase(t, func(t *testing.T, database storetest.Database) {
		r := rand.New(rand.NewPCG(9, 9))
		killed, missed, cut, posted, calledOff := 0, 0, 0, 0, 0
		for first := true; killed < kills; first = false {
			if !first {
				database = another(t, database)
			}
			server := serveOn(t, bin, database)
			trading(dial(t, server.URL), months)
			witness := witnessOf(t, database)
			for m := 0; m < months && killed < kills; m++ {
				month := time.January + time.Month(m)
				for underway := true; underway && killed < kills; {
					closing, stop := context.WithCancel(t.Context())
					done := make(chan struct{})
					go func() {
						_, _ = dial(t, server.URL).close(closing, month) // what comes of it is told by the database
						close(done)
					}()
					if r.IntN(2) == 0 {
						witness.awaitWriting(month, clean.took[m]) // which is a small part of a close that is as small as these
						<-time.After(time.Duration(r.Int64N(int64(clean.took[m] / 20))))
					} else {
						<-time.After(time.Duration(r.Int64N(int64(clean.took[m])))) // the moment of the kill is what is random
					}
					server.Kill()
					stop()
					<-done
					var written bool
					if underway, written = witness.unseen(month); underway {
						killed++
						if written {
							cut++
						}
						if r.IntN(3) == 0 {
							if _, err := witness.CancelRun(t.Context(), runOf(month)); err != nil {
								t.Fatal(err)
							}
							calledOff++
						}
					} else {
						missed++
					}
					server = serveOn(t, bin, database)
				}
				if _, err := dial(t, server.URL).close(t.Context(), month); err != nil {
					t.Fatal(err)
				}
				witness.closedAs(month, clean.runs[m])
				posted++
				t.Logf("%d runs killed under way, %d of them with chunks written, and %d called off; %d kills before or after; %d months posted", killed, cut, calledOff, missed, posted)
			}
			server.Stop()
		}
	})
}

// Two servers close a month at once, and one of them is stopped in the middle for longer than its lease, while the other goes on. When it
// wakes it finds that it was replaced. There is one result, and it is the one of a single server.
func TestProcesses_StoppedPastItsLeaseInACloseChangesNothing(t *testing.T) {
	bin := proc.Build(t)
	const months = 3
	clean := closeCleanly(t, bin, months)
	storetest.EachDatabase(t, func(t *testing.T, database storetest.Database) {
		r := rand.New(rand.NewPCG(7, 7))
		servers := []*proc.Server{serveOn(t, bin, database), serveOn(t, bin, database)}
		trading(dial(t, servers[0].URL), months)
		witness := witnessOf(t, database)
		replaced := 0
		for m := range months {
			month := time.January + time.Month(m)
			answers := make(chan error, len(servers))
			for i, server := range servers {
				go func() {
					random := rand.New(rand.NewPCG(3, uint64(i)))
					run, _, err := insist(t.Context(), random, false, func(ctx context.Context) (*uplinev1.Run, error) { return dial(t, server.URL).close(ctx, month) })
					if err == nil && run.GetOutputDigest() != clean.runs[m].GetOutputDigest() {
						err = fmt.Errorf("server %d was told %v", i, run)
					}
					answers <- err
				}()
			}
			<-time.After(time.Duration(r.Int64N(int64(clean.took[m])))) // the moment of the stop is what is random
			stopped := servers[m%2]
			send(t, stopped, syscall.SIGSTOP)
			// Where the one that was stopped holds a lock of the database, nobody gets on before it wakes.
			for range 40 {
				<-time.After(100 * time.Millisecond)
				if run, err := witness.GetRun(t.Context(), runOf(month)); err == nil && run.State == store.RunPosted {
					replaced++
					break
				}
			}
			send(t, stopped, syscall.SIGCONT)
			for range servers {
				if err := <-answers; err != nil {
					t.Error(err)
				}
			}
			witness.closedAs(month, clean.runs[m])
		}
		t.Logf("%d of %d months were posted while a server was stopped", replaced, months)
	})
}

func send(t *testing.T, s *proc.Server, what syscall.Signal) {
	t.Helper()
	if err := s.Process.Signal(what); err != nil {
		t.Fatal(err)
	}
}
