package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime/pprof"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"upline/calc"
	"upline/calc/plan"
	"upline/cmd/upline/internal/synthetic"
	"upline/store"
	"upline/store/open"
)

// periodBench is what is asked of `bench period`.
type periodBench struct {
	distributors, sales int
	plan                string
	url                 string
	seed                uint64
	rows, json          bool
	keepOpen            bool
	cpuProfile          string
}

// periodResult is what it prints as JSON.
type periodResult struct {
	Engine           string  `json:"engine"`
	Distributors     int     `json:"distributors"`
	Sales            int     `json:"sales"`
	Lines            int64   `json:"lines"`
	LoadS            float64 `json:"load_s"`
	ReadS            float64 `json:"read_s"`
	ComputeS         float64 `json:"compute_s"`
	WriteS           float64 `json:"write_s"`
	CommitS          float64 `json:"commit_s"`
	TotalS           float64 `json:"total_s"`
	DistributorsPerS float64 `json:"distributors_per_s"`
	PeakRSSMB        int64   `json:"peak_rss_mb"`
	Plan             string  `json:"plan"`
	Seed             uint64  `json:"seed"`
	InputDigest      string  `json:"input_digest"`
	OutputDigest     string  `json:"output_digest"`
}

// loadResult is what it prints as JSON where it closes nothing.
type loadResult struct {
	Engine       string  `json:"engine"`
	Distributors int     `json:"distributors"`
	Sales        int     `json:"sales"`
	LoadS        float64 `json:"load_s"`
	Plan         string  `json:"plan"`
	Seed         uint64  `json:"seed"`
	Period       string  `json:"period"`
}

func benchPeriodCommand(t terminal) *cobra.Command {
	var b periodBench
	c := &cobra.Command{
		Use:   "period [flags]",
		Short: "Load a company into a database and time the close of a period, end to end",
		Long: `Makes up the company of "bench engine", enrols it and records its sales into an empty database as clients would, and closes the
period: fence, snapshot, computation, lines in chunks, flip.

load_s is the time of loading. total_s is that of the close, from the call to the flip; of it read_s is the snapshot, compute_s
the computation and the digest of its result, write_s the writing of lines, ranks and carry-overs, and commit_s the flip.
peak_rss_mb is the most memory that the process ever had, the making up of the company included.

--rows loads by bulk the rows that a close reads and those that later sales go by, and no others, which takes a tenth of
the time: for companies of millions. The close reads, computes and writes the same either way, but in such a database a
server can record sales of later periods and do nothing else.

--keep-open loads the company and leaves the period open, for "bench calls --during-close" or a close by hand.

Without --url the database is a SQLite file in a temporary folder, which is taken away again. A database that is named stays as
it is afterwards, for "bench calls" or a look.`,
		Example: `  upline bench period --distributors 1000000 --sales 3000000 --json
  upline bench period --distributors 1000000 --sales 3000000 --url postgres://upline@localhost/bench`,
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error { return b.run(c.Context(), t) },
	}
	f := c.Flags()
	f.IntVar(&b.distributors, "distributors", 100_000, "number of distributors")
	f.IntVar(&b.sales, "sales", 300_000, "number of sales")
	f.StringVar(&b.plan, "plan", "hybrid", "hybrid, or a plan file")
	f.StringVar(&b.url, "url", "", "`URL` of an empty database; a temporary SQLite file when left out")
	f.Uint64Var(&b.seed, "seed", 1, "what the company is made from")
	f.BoolVar(&b.rows, "rows", false, "load only the rows that a close and later sales read, by bulk")
	f.BoolVar(&b.keepOpen, "keep-open", false, "load the company and close nothing; needs --url")
	f.StringVar(&b.cpuProfile, "cpu-profile", "", "write a processor profile of the close to this `FILE`, for \"go tool pprof\"")
	f.BoolVar(&b.json, "json", false, "print one JSON object")
	return c
}

// benchPlan reads and compiles the plan that a bench names.
func benchPlan(name string) (source []byte, compiled *calc.Plan, err error) {
	source = synthetic.Hybrid
	if name != "hybrid" {
		if source, err = os.ReadFile(name); err != nil {
			return nil, nil, usageErrorf("--plan: %w", err)
		}
	}
	result := plan.Compile(source)
	if result.Plan == nil {
		return nil, nil, fmt.Errorf("%s: %w", name, result.Diagnostics)
	}
	return source, result.Plan, nil
}

func (b *periodBench) run(ctx context.Context, t terminal) (err error) {
	if b.distributors < 1 || b.distributors > math.MaxInt32/4 || b.sales < 0 {
		return usageErrorf("a company has 1 to %d distributors and 0 sales or more", math.MaxInt32/4)
	}
	if b.keepOpen && b.url == "" {
		return usageErrorf("--keep-open: name the database that is to be kept, with --url")
	}
	source, compiled, err := benchPlan(b.plan)
	if err != nil {
		return err
	}
	url := b.url
	if url == "" {
		folder, err := os.MkdirTemp("", "upline-bench-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(folder)
		url = "sqlite:" + filepath.Join(folder, "bench.db")
	}
	// The company lives in the first period of its plan; the bench stands just behind it.
	period := compiled.PeriodAt(compiled.Main, compiled.ValidFromUS)
	clock := func() time.Time { return time.UnixMicro(period.EndUS) }
	engine, err := open.Engine(ctx, url, open.Options{Clock: clock})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, engine.Close()) }()
	if err := engine.Migrate(ctx); err != nil {
		return err
	}
	phases := &phaseTimes{}
	kept := store.New(engine, store.Options{Clock: clock, Compile: plan.Load, Owner: owner(), Phase: phases.enter})
	if there, err := kept.ListMarkets(ctx); err != nil || len(there) > 0 {
		return cmp.Or(err, usageErrorf("--url: the database has a company already; name an empty one"))
	}
	r := periodResult{
		Engine: engine.Name(), Distributors: b.distributors, Sales: b.sales, Plan: b.plan, Seed: b.seed,
	}
	bar := newProgressBar(t.err)
	defer bar.clear()
	if r.LoadS, err = b.load(ctx, engine, kept, compiled, string(source), bar); err != nil {
		return fmt.Errorf("loading the company: %w", err)
	}
	if b.keepOpen {
		bar.clear()
		return b.tellLoaded(t, loadResult{r.Engine, r.Distributors, r.Sales, r.LoadS, r.Plan, r.Seed, period.Name})
	}
	bar.show("closing", 0, 0)
	stopProfile, err := startProfile(b.cpuProfile)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stopProfile()) }()
	began := time.Now()
	run, err := kept.StartRun(ctx, compiled.ID, compiled.Main, period.Name)
	if err != nil {
		return err
	}
	if run, err = kept.WorkRun(ctx, run.RunID); err != nil {
		return err
	}
	r.TotalS = time.Since(began).Seconds()
	if err := stopProfile(); err != nil {
		return err
	}
	bar.clear()
	r.ReadS, r.ComputeS = phases.between(store.PhaseReading, store.PhaseComputing), phases.between(store.PhaseComputing, store.PhaseWriting)
	r.WriteS, r.CommitS = phases.between(store.PhaseWriting, store.PhasePosting), phases.between(store.PhasePosting, store.PhaseDone)
	r.Lines, r.DistributorsPerS, r.PeakRSSMB = run.LineCount, float64(b.distributors)/r.TotalS, peakRSSBytes()>>20
	r.InputDigest, r.OutputDigest = fmt.Sprintf("%x", run.InputDigest), fmt.Sprintf("%x", run.OutputDigest)
	if b.json {
		return json.NewEncoder(t.out).Encode(r)
	}
	_, err = fmt.Fprintf(t.out, `%s: %d distributors and %d sales loaded in %.1f s
closed in %.2f s, %.0f distributors/s: %d lines; read %.2f s, compute %.2f s, write %.2f s, commit %.3f s; %d MB at most
`, r.Engine, r.Distributors, r.Sales, r.LoadS, r.TotalS, r.DistributorsPerS, r.Lines, r.ReadS, r.ComputeS, r.WriteS, r.CommitS, r.PeakRSSMB)
	return err
}

// tellLoaded says what was loaded.
func (b *periodBench) tellLoaded(t terminal, r loadResult) error {
	if b.json {
		return json.NewEncoder(t.out).Encode(r)
	}
	_, err := fmt.Fprintf(t.out, "%s: %d distributors and %d sales loaded in %.1f s; %s is open\n", r.Engine, r.Distributors, r.Sales, r.LoadS, r.Period)
	return err
}

// load makes the company up and loads it, and keeps none of it.
func (b *periodBench) load(ctx context.Context, engine store.Engine, kept *store.Store, compiled *calc.Plan, source string, bar *progressBar) (seconds float64, err error) {
	in := synthetic.Company(compiled, b.distributors, b.sales, b.seed)
	began := time.Now()
	show := func(step string, n, total int) { bar.show(step, int64(n), int64(total)) }
	if b.rows {
		err = synthetic.LoadRows(ctx, engine, kept, in, source, show)
	} else {
		err = synthetic.Load(ctx, kept, in, source, show)
	}
	return time.Since(began).Seconds(), err
}

// phaseTimes notes when the work on a run entered its phases.
type phaseTimes struct{ at map[store.RunPhase]time.Time }

func (p *phaseTimes) enter(_ string, phase store.RunPhase) {
	if p.at == nil {
		p.at = map[store.RunPhase]time.Time{}
	}
	p.at[phase] = time.Now()
}

func (p *phaseTimes) between(from, to store.RunPhase) float64 {
	return p.at[to].Sub(p.at[from]).Seconds()
}

// startProfile writes a processor profile to a file until stop is called; without a file it does nothing.
func startProfile(file string) (stop func() error, err error) {
	if file == "" {
		return func() error { return nil }, nil
	}
	f, err := os.Create(file)
	if err != nil {
		return nil, usageErrorf("--cpu-profile: %w", err)
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return sync.OnceValue(func() error {
		pprof.StopCPUProfile()
		return f.Close()
	}), nil
}
