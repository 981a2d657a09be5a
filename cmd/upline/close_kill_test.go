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
	"upline/store/open"
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
	url    string
}

func witnessOf(t *testing.T, database storetest.Database) *closeWitness {
	t.Helper()
	engine := database.Open(t)
	return &closeWitness{store.New(engine, store.Options{Clock: time.Now, Compile: plan.Load, Owner: "witness"}), t, engine, database.URL}
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

// unseen fails when something of a run that is not posted is seen. It returns the run, and whether it is under way.
func (w *closeWitness) unseen(month time.Month) (run store.Run, underway bool) {
	w.t.Helper()
	run, err := w.GetRun(w.t.Context(), runOf(month))
	if errors.Is(err, store.ErrUnknownRun) {
		return run, false
	}
	if err != nil {
		w.t.Fatal(err)
	}
	if run.State == store.RunPosted {
		return run, false
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
	return run, true
}

// chunkAwaited bounds the wait for a chunk, for a server that does not answer.
const chunkAwaited = 30 * time.Second

// awaitChunk returns when the given part of a run's chunks is written, or the run is posted, and at the latest after the given time.
func (w *closeWitness) awaitChunk(month time.Month, part float64, limit time.Duration) {
	w.t.Helper()
	for late := time.After(limit); ; {
		run, err := w.GetRun(w.t.Context(), runOf(month))
		if err == nil && (run.State == store.RunPosted || run.ChunksTotal > 0 && float64(run.ChunksDone) >= part*float64(run.ChunksTotal)) {
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

// killsMany are so many that some fall between chunks, whatever the machine does.
const killsMany = 50

// killsAsked is how many kills of each engine are asked for, and how many months its companies have: more of both than always run where
// UPLINE_TEST_KILLS says so.
func killsAsked(t *testing.T) (kills, months int) {
	t.Helper()
	text := os.Getenv("UPLINE_TEST_KILLS")
	if text == "" {
		return 6, 8
	}
	kills, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return kills, 12
}

// serveInChunks starts a server that cuts closes into so many small transactions that kills fall between them on every engine.
func serveInChunks(t *testing.T, bin string, database storetest.Database) *proc.Server {
	t.Helper()
	return proc.Serve(t, bin, proc.Options{Args: []string{"--database", database.URL, "--lease-time", "1s", "--log-level", "info", "--chunk-rows", "100"}})
}

// A server is killed at a random moment of a close, and another carries it to its end; now and then the run is called off in between, so
// that its attempt is dead. What is counted is kills of runs that were under way. Whenever one was continued, the month has the digest and
// the rows that it has where nobody was killed, nothing of it was seen before it was posted, and nothing is left of dead attempts.
// UPLINE_TEST_KILLS=200 kills so many on each engine.
func TestProcesses_KilledInACloseEndsAsACleanOne(t *testing.T) {
	bin := proc.Build(t)
	kills, months := killsAsked(t)
	clean := closeCleanly(t, bin, months)
	storetest.EachDatabase(t, func(t *testing.T, database storetest.Database) {
		k := closeKills{t: t, bin: bin, clean: clean, random: rand.New(rand.NewPCG(9, 9)), phases: map[store.RunPhase]int{}}
		for first := true; k.killed < kills; first = false {
			if !first {
				database = another(t, database)
			}
			k.server = serveInChunks(t, bin, database)
			trading(dial(t, k.server.URL), months)
			k.witness = witnessOf(t, database)
			for m := 0; m < months && k.killed < kills; m++ {
				k.month(database, m)
			}
			k.server.Stop()
		}
		t.Log(k.String())
		if kills >= killsMany && k.cut == 0 {
			t.Errorf("no kill fell between two chunks: %s", &k)
		}
	})
}

// closeKills kills servers that close the months of a company, and counts where the kills fell.
type closeKills struct {
	t       *testing.T
	bin     string
	clean   cleanMonths
	random  *rand.Rand
	server  *proc.Server
	witness *closeWitness

	killed    int                    // runs under way
	missed    int                    // kills before the fence and after the flip
	calledOff int                    // runs between a kill and what continued it
	phases    map[store.RunPhase]int // kills by the phase of the run
	cut       int                    // kills with some chunks written and others not
	tenths    [11]int                // kills while chunks were written, by how many tenths of them were there
}

func (k *closeKills) String() string {
	return fmt.Sprintf("%d runs killed under way, by phase %v; %d with a part of the chunks written, by tenths %v; %d called off before they were continued; %d kills before or after a run",
		k.killed, k.phases, k.cut, k.tenths, k.calledOff, k.missed)
}

// month has a month closed, kills the server in it, and has another end it.
func (k *closeKills) month(database storetest.Database, m int) {
	k.t.Helper()
	month := time.January + time.Month(m)
	closing, stop := context.WithCancel(k.t.Context())
	done := make(chan struct{})
	go func() {
		_, _ = dial(k.t, k.server.URL).close(closing, month) // what comes of it is told by the database
		close(done)
	}()
	if k.random.IntN(3) == 0 {
		<-time.After(time.Duration(k.random.Int64N(int64(k.clean.took[m])))) // the moment of the kill is what is random
	} else {
		k.witness.awaitChunk(month, k.random.Float64(), chunkAwaited)
	}
	k.server.Kill()
	stop()
	<-done
	if run, underway := k.witness.unseen(month); underway {
		k.count(run)
		if k.random.IntN(3) == 0 {
			if _, err := k.witness.CancelRun(k.t.Context(), run.RunID); err != nil {
				k.t.Fatal(err)
			}
			k.calledOff++
		}
	} else {
		k.missed++
	}
	k.server = serveInChunks(k.t, k.bin, database)
	if _, err := dial(k.t, k.server.URL).close(k.t.Context(), month); err != nil {
		k.t.Fatal(err)
	}
	k.witness.closedAs(month, k.clean.runs[m])
	if k.killed%20 == 0 {
		k.t.Log(k.String())
	}
}

func (k *closeKills) count(run store.Run) {
	k.killed++
	k.phases[run.Phase]++
	if run.Phase == store.PhaseWriting && run.ChunksTotal > 0 {
		k.tenths[10*run.ChunksDone/run.ChunksTotal]++
	}
	if run.ChunksDone > 0 && run.ChunksDone < run.ChunksTotal {
		k.cut++
	}
}

// A server is stopped in the middle of a close for longer than its lease. Another takes the run over, as its token in the lease tells, and ends
// it. When the first wakes it learns that it was replaced, and not a row is other than before. Where it was stopped with the lock of a file in
// its hands nobody could get on; then it is let go on for a moment and stopped again.
func TestProcesses_StoppedPastItsLeaseIsReplacedAndWritesNothing(t *testing.T) {
	bin := proc.Build(t)
	const months = 3
	clean := closeCleanly(t, bin, months)
	storetest.EachDatabase(t, func(t *testing.T, database storetest.Database) {
		r := rand.New(rand.NewPCG(7, 7))
		servers := []*proc.Server{serveInChunks(t, bin, database), serveInChunks(t, bin, database)}
		trading(dial(t, servers[0].URL), months)
		witness := witnessOf(t, database)
		replaced := 0
		for m := range months {
			month := time.January + time.Month(m)
			stopped, other := servers[m%2], servers[1-m%2]
			answer := make(chan error, 1)
			go func() {
				run, _, err := insist(t.Context(), rand.New(rand.NewPCG(3, 3)), false, func(ctx context.Context) (*uplinev1.Run, error) {
					return dial(t, stopped.URL).close(ctx, month)
				})
				if err == nil && run.GetOutputDigest() != clean.runs[m].GetOutputDigest() {
					err = fmt.Errorf("it was told %v", run)
				}
				answer <- err
			}()
			if m%2 == 0 {
				witness.awaitLease(month)
			} else {
				witness.awaitChunk(month, r.Float64()/2, chunkAwaited)
			}
			if witness.stop(stopped, month) {
				replaced++
				witness.replacedBy(other, stopped, month)
			}
			if err := <-answer; err != nil {
				t.Error(err)
			}
			witness.closedAs(month, clean.runs[m])
		}
		t.Logf("in %d of %d months another server took over from one that was stopped", replaced, months)
		if replaced == 0 {
			t.Error("nobody was replaced")
		}
	})
}

// awaitLease returns when somebody has the lease of a run.
func (w *closeWitness) awaitLease(month time.Month) {
	w.t.Helper()
	for {
		if _, token := w.lease(month); token > 0 {
			return
		}
		w.pause()
	}
}

// pause lets servers go on.
func (w *closeWitness) pause() {
	w.t.Helper()
	select {
	case <-w.t.Context().Done():
		w.t.FailNow()
	case <-time.After(time.Millisecond):
	}
}

func (w *closeWitness) lease(month time.Month) (owner string, token int64) {
	w.t.Helper()
	owner, token, err := w.readLease(month)
	if err != nil {
		w.t.Fatal(err)
	}
	return owner, token
}

func (w *closeWitness) readLease(month time.Month) (owner string, token int64, err error) {
	err = w.engine.Read(w.t.Context(), "witness", func(c store.Conn) error {
		return c.Query(`SELECT owner, token FROM leases WHERE name = $1`, []any{runOf(month)}, func(r store.Row) error {
			owner, token = r.Text(0), r.Int(1)
			return nil
		})
	})
	return owner, token, err
}

// stop stops a server at a moment when others can write and close, and tells whether the month is under way then, and that server's work.
func (w *closeWitness) stop(s *proc.Server, month time.Month) bool {
	w.t.Helper()
	impatient, err := open.Engine(w.t.Context(), w.url, open.Options{Clock: time.Now, RetryTime: 100 * time.Millisecond})
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = impatient.Close() }()
	for {
		send(w.t, s, syscall.SIGSTOP)
		err := impatient.Write(w.t.Context(), "witness", func(c store.Conn) error {
			_, err := c.Exec(`UPDATE settings SET value = value WHERE name = 'nobody sets this'`)
			return err
		})
		if err == nil {
			// The snapshot of a close waits for transactions under way, a flip that was sent perhaps.
			once, cancel := context.WithTimeout(w.t.Context(), time.Second)
			err = impatient.Snapshot(once, "witness", func(c store.Conn) error {
				return c.Query(`SELECT name FROM settings WHERE name = 'nobody sets this'`, nil, func(store.Row) error { return nil })
			})
			cancel()
		}
		if err == nil {
			if run, err := w.GetRun(w.t.Context(), runOf(month)); err == nil && run.State == store.RunPosted {
				send(w.t, s, syscall.SIGCONT)
				return false
			}
			if owner, _, err := w.readLease(month); err == nil && strings.Contains(owner, fmt.Sprintf(":%d:", s.Process.Pid)) {
				return true
			}
		}
		send(w.t, s, syscall.SIGCONT)
		w.pause()
	}
}

// replacedBy waits until another server has taken the month over from one that is stopped, and has closed it, wakes that one, and fails when it
// does not learn of it or writes anything.
func (w *closeWitness) replacedBy(other, stopped *proc.Server, month time.Month) {
	w.t.Helper()
	of := fmt.Sprintf(":%d:", other.Process.Pid)
	for owner := ""; !strings.Contains(owner, of); owner, _ = w.lease(month) {
		w.pause()
	}
	for run := (store.Run{}); run.State != store.RunPosted; w.pause() {
		var err error
		if run, err = w.GetRun(w.t.Context(), runOf(month)); err != nil {
			w.t.Fatal(err)
		}
	}
	before := w.footprint(month)
	send(w.t, stopped, syscall.SIGCONT)
	// It learns that it was replaced, or, where it had the lease and had not yet looked at the run, that the run is posted.
	id := runOf(month)
	for printed := ""; !strings.Contains(printed, "run_id="+id+"\n") && !strings.Contains(printed, `"run posted" run_id=`+id+" "); printed = stopped.Printed() {
		w.pause()
	}
	if after := w.footprint(month); after != before {
		w.t.Errorf("the server that was stopped has changed\n%s\ninto\n%s", before, after)
	}
}

// footprint is what a run has in the database, in numbers that any row that came, went or changed would change.
func (w *closeWitness) footprint(month time.Month) string {
	w.t.Helper()
	run, err := w.GetRun(w.t.Context(), runOf(month))
	if err != nil {
		w.t.Fatal(err)
	}
	var b strings.Builder
	err = w.engine.Read(w.t.Context(), "witness", func(c store.Conn) error {
		b.Reset()
		for _, of := range []struct{ table, sum string }{
			{"period_lines", "amount_minor"},
			{"run_ranks", "active"},
			{"run_states", "value"},
			{"run_chunks", "written_at_us"},
			{"run_totals", "amount_minor"},
			{"run_attempts", "token"},
			{"runs", "posted_at_us"},
		} {
			sql := `SELECT COUNT(*), CAST(COALESCE(SUM(` + of.sum + `), 0) AS BIGINT) FROM ` + of.table + ` WHERE run_key = $1`
			err := c.Query(sql, []any{run.Key}, func(r store.Row) error {
				fmt.Fprintf(&b, "%s: %d rows, %s %d in all\n", of.table, r.Int(0), of.sum, r.Int(1))
				return nil
			})
			if err != nil {
				return err
			}
		}
		err := c.Query(`SELECT state, phase, attempt, chunks_total FROM runs WHERE run_key = $1`, []any{run.Key}, func(r store.Row) error {
			fmt.Fprintf(&b, "%s, %s, attempt %d of %d chunks\n", r.Text(0), r.Text(1), r.Int(2), r.Int(3))
			return nil
		})
		if err != nil {
			return err
		}
		return c.Query(`SELECT owner, expires_at_us, token FROM leases WHERE name = $1`, []any{run.RunID}, func(r store.Row) error {
			fmt.Fprintf(&b, "lease of %s until %d, token %d\n", r.Text(0), r.Int(1), r.Int(2))
			return nil
		})
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return b.String()
}

func send(t *testing.T, s *proc.Server, what syscall.Signal) {
	t.Helper()
	if err := s.Process.Signal(what); err != nil {
		t.Fatal(err)
	}
}
