package store_test

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"upline/calc"
	"upline/migrations"
	"upline/store"
	"upline/store/storetest"
)

// runWorld is a company with a placement tree of 40 distributors in two regions, that pays by the month and by the week. Its
// first month is January 2026, and all of January's sales are there.
type runWorld struct {
	*store.Store
	t      testing.TB
	engine store.Engine
	nowUS  *atomic.Int64
	plans  map[string]*calc.Plan
	owners atomic.Int64
}

const runWorldSize = 40

func runPlan() *calc.Plan {
	facts := calc.NewFactTable()
	pv, gv := calc.FactKey{Fact: calc.FactOwn, Volume: calc.BasePV}, calc.FactKey{Fact: calc.FactGroup, Volume: calc.BasePV}
	return &calc.Plan{
		Facts: facts,
		ID:    "tree", Digest: [32]byte{1}, Currency: "USD", MinorDigits: 2, Location: time.UTC, ValidFromUS: at(1, 0), Main: calc.Monthly,
		Rounding: calc.Rounding{StepMinor: 1}, PointValue: calc.Fraction{Num: 1, Den: 100}, PlacementWidth: 2,
		Active: atLeast(facts, pv, 60),
		Ranks:  []calc.Rank{{Name: "member", When: atLeast(facts, pv, 100)}, {Name: "leader", When: atLeast(facts, gv, 400)}},
		Bonuses: []calc.Bonus{
			// The names are not in byte order, as their rows must be.
			{Name: "team", Cadence: calc.Monthly, Unilevel: &calc.Unilevel{
				Rates: levelled([]int64{0, 0, 0}, []int64{30_000_000, 20_000_000, 10_000_000}, []int64{100_000_000, 50_000_000, 20_000_000}),
			}},
			{Name: "legs", Cadence: calc.Monthly, Binary: &calc.Binary{Rates: rated(0, 50_000_000, 100_000_000)}},
			{Name: "weekly", Cadence: calc.Weekly, Binary: &calc.Binary{Rates: rated(10_000_000, 50_000_000, 100_000_000)}},
		},
	}
}

// atLeast is the condition that a volume is so many points.
func atLeast(facts *calc.FactTable, key calc.FactKey, points int64) *calc.Condition {
	c, err := calc.NewCondition(facts, fmt.Sprintf("at least %d", points), &calc.Expr{Op: calc.OpGreaterEqual, Args: []*calc.Expr{
		{Op: calc.OpFact, Slot: facts.Slot(key, 4)}, {Op: calc.OpNumber, Value: points},
	}})
	if err != nil {
		panic(err)
	}
	return c
}

// levelled is a table with a row of rates by level for every rank, no rank first.
func levelled(rows ...[]int64) calc.RateTable {
	t := calc.RateTable{Rows: rows}
	for i, row := range rows {
		t.Levels = int32(len(row))
		t.Candidates = append(t.Candidates, []uint8{uint8(i)})
	}
	return t
}

// rated is a table with one rate for every rank, no rank first.
func rated(rates ...int64) calc.RateTable {
	var rows [][]int64
	for _, rate := range rates {
		rows = append(rows, []int64{rate})
	}
	return levelled(rows...)
}

func eachRunWorld(t *testing.T, test func(t *testing.T, w *runWorld)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, engine store.Engine) { test(t, newRunWorld(t, engine)) })
}

// emptyRunWorld has markets and nothing else.
func emptyRunWorld(t testing.TB, engine store.Engine) *runWorld {
	t.Helper()
	w := &runWorld{t: t, engine: engine, nowUS: new(atomic.Int64), plans: map[string]*calc.Plan{"tree": runPlan()}}
	w.nowUS.Store(at(31, 23))
	w.Store = w.open(engine, 10)
	w.must(w.PutMarket(t.Context(), store.Market{Market: "US", Region: "us-east1", Name: "United States"}))
	w.must(w.PutMarket(t.Context(), store.Market{Market: "DE", Region: "eu-west1", Name: "Germany"}))
	return w
}

func newRunWorld(t testing.TB, engine store.Engine) *runWorld {
	t.Helper()
	w := emptyRunWorld(t, engine)
	ctx := t.Context()
	w.must(w.PutVendor(ctx, store.Vendor{VendorID: "power", Name: "Power Company"}))
	w.must(w.PutProduct(ctx, store.Product{ProductID: "kit", VendorID: "power", Name: "Starter kit", PV: 100_000, CV: 100_000}))
	w.must(w.PublishPlan(ctx, store.NewPlan{Plan: w.plans["tree"], Name: "Tree", Source: "tree"}))
	var network []store.NewDistributor
	for i := range runWorldSize {
		d := store.NewDistributor{
			DistributorID: runMember(i), PlanID: "tree", Market: []string{"US", "DE"}[i%2], EnrolledAtUS: at(1, 0),
			Content: store.Content{{Path: "i", Value: fmt.Sprint(i)}},
		}
		if i > 0 {
			d.SponsorID, d.ParentID, d.Leg = runMember((i-1)/2), runMember((i-1)/2), int32(1+(i-1)%2)
		}
		network = append(network, d)
	}
	w.must(w.Enroll(ctx, network))
	w.sellIn(time.January, 3*runWorldSize)
	w.nowUS.Store(february(2))
	return w
}

func february(day int) int64 {
	return time.Date(2026, time.February, day, 0, 0, 0, 0, time.UTC).UnixMicro()
}

// sellIn records sales of 10 to 70 points through a month of 2026, and leaves the clock at its end.
func (w *runWorld) sellIn(month time.Month, count int) {
	w.t.Helper()
	w.nowUS.Store(time.Date(2026, month+1, 1, 0, 0, 0, 0, time.UTC).UnixMicro())
	var sales []store.NewSale
	for i := range count {
		soldAtUS := time.Date(2026, month, 1+i%28, 0, 0, 0, 0, time.UTC).UnixMicro()
		sales = append(sales, runSale(runMember(i%runWorldSize), fmt.Sprintf("sale-%d-%03d", month, i), soldAtUS, int64(1+i%7)*100_000))
	}
	w.must(w.RecordSales(w.t.Context(), sales))
}

// runSale is a sale in one of the two markets, whichever the seller's is.
func runSale(seller, id string, soldAtUS, cv int64) store.NewSale {
	return store.NewSale{
		Market: []string{"US", "DE"}[int(soldAtUS/86_400_000_000)%2], SaleID: id, DistributorID: seller, CustomerID: "c", ProductID: "kit", PriceMinor: cv / 100,
		Currency: "USD", PV: &cv, CV: &cv, SoldAtUS: soldAtUS, Content: store.Content{{Path: "cv", Value: fmt.Sprint(cv)}},
	}
}

// runMember gives ids whose byte order is not the order of the tree.
func runMember(i int) string { return fmt.Sprintf("m%02d", (i*17+5)%runWorldSize) }

func (w *runWorld) must(_ any, err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// sell records a sale.
func (w *runWorld) sell(seller, id string, soldAtUS, cv int64) store.Receipt {
	w.t.Helper()
	receipts, err := w.RecordSales(w.t.Context(), []store.NewSale{runSale(seller, id, soldAtUS, cv)})
	if err != nil {
		w.t.Fatal(err)
	}
	return receipts[0]
}

// open returns another store on an engine, as another server would have; its leases are not renewed.
func (w *runWorld) open(engine store.Engine, chunkRows int) *store.Store {
	return store.New(engine, store.Options{
		Clock:     func() time.Time { return time.UnixMicro(w.nowUS.Load()) },
		Owner:     fmt.Sprintf("server-%d", w.owners.Add(1)),
		After:     func(time.Duration) <-chan time.Time { return nil },
		ChunkRows: chunkRows, SegmentEntries: 2,
		Compile: func(source string) (*calc.Plan, error) {
			p, ok := w.plans[source]
			if !ok {
				return nil, fmt.Errorf("no plan %q", source)
			}
			return p, nil
		},
	})
}

// later moves the clock past the end of any lease.
func (w *runWorld) later() { w.nowUS.Add(time.Minute.Microseconds()) }

// start starts the close of a period.
func (w *runWorld) start(s *store.Store, cadence calc.Cadence, period string) string {
	w.t.Helper()
	run, err := s.StartRun(w.t.Context(), "tree", cadence, period)
	if err != nil {
		w.t.Fatal(err)
	}
	return run.RunID
}

// close closes a period.
func (w *runWorld) close(s *store.Store, cadence calc.Cadence, period string) store.Run {
	w.t.Helper()
	run, err := s.WorkRun(w.t.Context(), w.start(s, cadence, period))
	if err != nil {
		w.t.Fatal(err)
	}
	return run
}

// earnings returns the posted lines, rank and carry-outs of all distributors in a period, as text.
func (w *runWorld) earnings(cadence calc.Cadence, period string) string {
	w.t.Helper()
	var all []string
	for i := range runWorldSize {
		all = append(all, fmt.Sprintf("m%02d", i))
	}
	return w.earningsOf(cadence, period, all...)
}

// earningsOf returns those of some distributors.
func (w *runWorld) earningsOf(cadence calc.Cadence, period string, ids ...string) string {
	w.t.Helper()
	var b strings.Builder
	for _, id := range ids {
		e, err := w.GetEarnings(w.t.Context(), store.EarningsQuery{DistributorID: id, Cadence: cadence, Period: period, PageSize: 100})
		if err != nil {
			w.t.Fatal(err)
		}
		for _, l := range e.Lines {
			fmt.Fprintf(&b, "%s %s L%d %d %d/%d %d = %d\n", e.DistributorID, l.Bonus, l.Level, l.Base, l.Point.Num, l.Point.Den, l.Rate, l.AmountMinor)
		}
		if e.PaidAs != "" || len(e.CarryOuts) > 0 {
			fmt.Fprintf(&b, "%s %s/%s %v\n", e.DistributorID, e.PaidAs, e.Achieved, e.CarryOuts)
		}
	}
	return b.String()
}

// columnOf finds the columns in the text of a migration: {{int "pv"}}.
var columnOf = regexp.MustCompile(`\{\{(int|text|bytes) "(\w+)"`)

// dump returns all rows of all tables, or of those named, by table.
func (w *runWorld) dump(tables ...string) map[string][]string {
	w.t.Helper()
	files, err := migrations.Steps.ReadDir(".")
	if err != nil {
		w.t.Fatal(err)
	}
	rows := map[string][]string{}
	err = w.engine.Read(context.Background(), "dump", func(c store.Conn) error {
		for _, f := range files {
			text, err := migrations.Steps.ReadFile(f.Name())
			if err != nil {
				return err
			}
			table, isTable := strings.CutPrefix(string(text), "CREATE TABLE IF NOT EXISTS ")
			table, _, _ = strings.Cut(table, " ")
			if !isTable || len(tables) > 0 && !slices.Contains(tables, table) {
				continue
			}
			columns := columnOf.FindAllStringSubmatch(string(text), -1)
			var names []string
			for _, column := range columns {
				names = append(names, column[2])
			}
			err = c.Query("SELECT "+strings.Join(names, ", ")+" FROM "+table, nil, func(r store.Row) error {
				var b strings.Builder
				for i, column := range columns {
					switch column[1] {
					case "int":
						fmt.Fprintf(&b, "%s=%d ", column[2], r.Int(i))
					case "text":
						fmt.Fprintf(&b, "%s=%q ", column[2], r.Text(i))
					default:
						fmt.Fprintf(&b, "%s=%s ", column[2], hex.EncodeToString(r.Bytes(i)))
					}
				}
				rows[table] = append(rows[table], b.String())
				return nil
			})
			if err != nil {
				return err
			}
			slices.Sort(rows[table])
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return rows
}

// differs returns the first difference between two dumps.
func differs(a, b map[string][]string) string {
	for table := range a {
		for i := range max(len(a[table]), len(b[table])) {
			if i >= len(a[table]) || i >= len(b[table]) || a[table][i] != b[table][i] {
				return fmt.Sprintf("table %s:\n%s\n---\n%s", table, strings.Join(a[table], "\n"), strings.Join(b[table], "\n"))
			}
		}
	}
	for table := range b {
		if _, ok := a[table]; !ok {
			return "table " + table + " has rows in one only"
		}
	}
	return ""
}

// checkOneAttempt fails when rows of another attempt than the posted one are left.
func (w *runWorld) checkOneAttempt(run store.Run) {
	w.t.Helper()
	posted := fmt.Sprintf("run_key=%d attempt=%d ", run.Key, run.Attempt)
	for table, rows := range w.dump("period_lines", "run_ranks", "run_states", "run_chunks", "run_totals") {
		for _, row := range rows {
			if strings.Contains(row, fmt.Sprintf("run_key=%d ", run.Key)) && !strings.Contains(row, posted) {
				w.t.Fatalf("%s has a row of a dead attempt (posted is %d): %s", table, run.Attempt, row)
			}
		}
	}
	for _, row := range w.dump("run_attempts")["run_attempts"] {
		if strings.Contains(row, `state="LIVE"`) || strings.Contains(row, `state="DEAD"`) {
			w.t.Fatalf("an attempt is left: %s", row)
		}
	}
}

var errKilled = errors.New("killed by the test")
