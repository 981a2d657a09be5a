package store_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"upline/calc"
	"upline/migrations"
	"upline/store"
	"upline/store/storetest"
)

// BenchmarkClose closes a month of a company of 100,000 distributors with three sales each, or of UPLINE_BENCH_DISTRIBUTORS, on
// every engine there is. Beside the whole it gives the distributors that were read, computed and written in a second.
func BenchmarkClose(b *testing.B) {
	count := 100_000
	if text := os.Getenv("UPLINE_BENCH_DISTRIBUTORS"); text != "" {
		var err error
		if count, err = strconv.Atoi(text); err != nil {
			b.Fatal(err)
		}
	}
	for _, engine := range []struct {
		name string
		open func(testing.TB) store.Engine
	}{{"sqlite", storetest.SQLite}, {"postgres", storetest.Postgres}} {
		b.Run(engine.name, func(b *testing.B) {
			var spent phases
			var whole time.Duration
			for range b.N {
				b.StopTimer()
				w := newBigWorld(b, engine.open(b), count)
				timed := &timedEngine{Engine: w.engine}
				s := w.open(timed, 0)
				b.StartTimer()
				began := time.Now()
				run := w.close(s, 0, "2026-01")
				whole += time.Since(began)
				if run.Distributors != int64(count) || run.LineCount == 0 {
					b.Fatalf("%+v", run)
				}
				spent.add(timed.phases())
				b.ReportMetric(float64(run.LineCount)/float64(count), "lines/distributor")
			}
			perSecond := func(d time.Duration) float64 { return float64(count) * float64(b.N) / d.Seconds() }
			b.ReportMetric(perSecond(whole), "distributors/s")
			b.ReportMetric(perSecond(spent.read), "read/s")
			b.ReportMetric(perSecond(spent.compute), "computed/s")
			b.ReportMetric(perSecond(spent.write), "written/s")
			b.ReportMetric(float64(spent.chunkMax.Microseconds())/1000, "ms/chunk-max")
		})
	}
}

// phases is how long the parts of a close took.
type phases struct{ read, compute, write, chunkMax time.Duration }

func (p *phases) add(q phases) {
	p.read, p.compute, p.write, p.chunkMax = p.read+q.read, p.compute+q.compute, p.write+q.write, max(p.chunkMax, q.chunkMax)
}

// timedEngine notes when the transactions that part the phases of a close began and ended.
type timedEngine struct {
	store.Engine
	began, ended map[string]time.Time
	chunkMax     time.Duration
}

func (e *timedEngine) note(name string, run func() error) error {
	if e.began == nil {
		e.began, e.ended = map[string]time.Time{}, map[string]time.Time{}
	}
	e.began[name] = time.Now()
	err := run()
	e.ended[name] = time.Now()
	if name == "run_chunk" {
		e.chunkMax = max(e.chunkMax, e.ended[name].Sub(e.began[name]))
	}
	return err
}

func (e *timedEngine) Write(ctx context.Context, name string, fn func(store.Conn) error) error {
	return e.note(name, func() error { return e.Engine.Write(ctx, name, fn) })
}

func (e *timedEngine) Snapshot(ctx context.Context, name string, fn func(store.Conn) error) error {
	return e.note(name, func() error { return e.Engine.Snapshot(ctx, name, fn) })
}

func (e *timedEngine) phases() phases {
	return phases{
		read:     e.ended["run_snapshot"].Sub(e.began["run_snapshot"]),
		compute:  e.began["run_writing"].Sub(e.ended["run_attempt"]),
		write:    e.ended["run_flip"].Sub(e.began["run_writing"]),
		chunkMax: e.chunkMax,
	}
}

// newBigWorld loads a company by bulk, as the calls that enrol and sell would leave it.
func newBigWorld(b *testing.B, engine store.Engine, count int) *runWorld {
	b.Helper()
	if err := engine.Migrate(b.Context()); err != nil {
		b.Fatal(err)
	}
	w := emptyRunWorld(b, engine)
	plan := runPlan()
	var rows [][]int64
	for rank := range len(plan.Ranks) + 1 {
		rates := make([]int64, 7)
		for level := range rates {
			rates[level] = int64(rank) * int64(7-level) * 5_000_000
		}
		rows = append(rows, rates)
	}
	plan.Bonuses[0].Unilevel = &calc.Unilevel{Rates: levelled(rows...), Walk: calc.Walk{Compression: calc.CompressionDynamic}}
	w.plans["tree"] = plan
	w.must(w.PublishPlan(b.Context(), store.NewPlan{Plan: plan, Name: "Tree", Source: "tree"}))
	id := func(i int) string { return fmt.Sprintf("distributor-%08d", (i*7919+13)%count) }
	no := calc.PeriodAt(calc.Monthly, time.UTC, at(1, 0)).No
	region := []string{"eu-west1", "us-east1"}
	// insert fills the named columns of a table; the others are empty.
	insert := func(table string, named []string, n int, row func(i int, values []any) []any) {
		b.Helper()
		columns, empty := columnsBehind(b, table, named)
		for from := 0; from < n; from += 50_000 {
			err := engine.Write(b.Context(), "load", func(c store.Conn) error {
				return c.Bulk(table, columns, min(50_000, n-from), func(i int, values []any) []any { return append(row(from+i, values), empty...) })
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	}
	insert("network_events", []string{
		"plan_id", "distributor_id", "event_id", "kind", "market", "region", "sponsor_id", "parent_id", "leg", "effective_at_us", "recorded_at_us", "from_monthly",
		"content", "digest",
	}, count, func(i int, values []any) []any {
		parent, leg := "", int64(0)
		if i > 0 {
			parent, leg = id((i-1)/2), int64(1+(i-1)%2)
		}
		return append(values, "tree", id(i), id(i), "ENROLLED", "US", region[i%2], parent, parent, leg, at(1, 0), at(1, 0), no,
			[]byte("content of an enrolment"), []byte("a digest of thirty-two bytes, sha"))
	})
	insert("event_counts", []string{
		"region", "plan_id", "cadence", "period_no", "market", "sale_id", "event_id", "of_event_id", "distributor_id", "pv", "cv", "price_minor",
		"times", "product_class", "customer_id", "at_us", "cycle", "qv", "fee_minor", "restated_in",
	}, 3*count, func(i int, values []any) []any {
		sale := fmt.Sprintf("sale-%010d", (i*7919+13)%(3*count))
		volume := int64(1+i%7) * 100_000
		return append(values, region[i%2], "tree", int64(calc.Monthly), no, "US", sale, sale, sale, id(i%count), volume, volume, volume/100,
			int64(1), "power", "customer", at(5, 0), int64(1), int64(0), int64(0), int64(0))
	})
	w.nowUS.Store(february(2))
	return w
}

// columnsBehind lists the columns of a table, the named ones first, and what the others hold when they are empty.
func columnsBehind(b *testing.B, table string, named []string) (columns []string, empty []any) {
	b.Helper()
	files, err := migrations.Steps.ReadDir(".")
	if err != nil {
		b.Fatal(err)
	}
	columns = slices.Clone(named)
	for _, f := range files {
		text, err := migrations.Steps.ReadFile(f.Name())
		if err != nil {
			b.Fatal(err)
		}
		if !strings.HasPrefix(string(text), "CREATE TABLE IF NOT EXISTS "+table+" (") {
			continue
		}
		for _, column := range columnOf.FindAllStringSubmatch(string(text), -1) {
			if slices.Contains(named, column[2]) {
				continue
			}
			columns = append(columns, column[2])
			empty = append(empty, map[string]any{"int": int64(0), "text": "", "bytes": []byte{}}[column[1]])
		}
	}
	return columns, empty
}
