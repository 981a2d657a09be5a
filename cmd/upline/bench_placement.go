package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"upline/calc/placement"
	"upline/calc/plan"
	"upline/store"
	"upline/store/open"
)

// placementBench is what is asked of `bench placement`.
type placementBench struct {
	distributors, calls, callers int
	url                          string
	seed                         uint64
	json                         bool
}

// placementResult is what it prints as JSON.
type placementResult struct {
	Engine       string             `json:"engine"`
	Distributors int                `json:"distributors"`
	Callers      int                `json:"callers"`
	LoadS        float64            `json:"load_s"`
	FirstCallS   float64            `json:"first_call_s"`
	Strategies   []strategyLatency  `json:"strategies"`
	Groups       placementGroupSize `json:"transactions"`
	PeakRSSMB    int64              `json:"peak_rss_mb"`
	Seed         uint64             `json:"seed"`
}

// strategyLatency is how long enrolments by a strategy took.
type strategyLatency struct {
	Strategy string  `json:"strategy"`
	Sponsors string  `json:"sponsors"`
	Calls    int     `json:"calls"`
	PerS     float64 `json:"per_s"`
	P50MS    float64 `json:"p50_ms"`
	P99MS    float64 `json:"p99_ms"`
	MaxMS    float64 `json:"max_ms"`
}

// placementGroupSize tells how many transactions the measured calls took.
type placementGroupSize struct {
	Count    int64   `json:"count"`
	Retries  int64   `json:"retries"`
	CallsPer float64 `json:"calls_per"`
}

const placementBenchPlan = `plan_id: placement-bench
name: Placement
currency: USD
valid_from: 2026-01-01
cadence: monthly
placement:
  width: 2
  automatic: {strategy: breadth_first}
  choices:
    - {strategy: outer_edge}
    - {strategy: fewer_people}
    - {strategy: less_volume}
    - {strategy: alternate}
bonuses:
  - {name: pairs, binary: {rate: 10%}}
`

func benchPlacementCommand(t terminal) *cobra.Command {
	var b placementBench
	c := &cobra.Command{
		Use:   "placement [flags]",
		Short: "Time automatic placement in a large tree",
		Long: `Enrols a company whose sponsors follow a power law, placed by the fewest people, into an empty database, and opens it
again as a server does that was just started. Then callers enrol one distributor a call and wait for each, by every
strategy: first all beneath one sponsor, the top, then beneath sponsors all over the tree.

first_call_s is the first enrolment, for which the tree is read. p50_ms and p99_ms are from a call to its answer,
durable. Calls of one process share transactions; calls_per says how many calls one holds.

Without --url the database is a SQLite file in a temporary folder, which is taken away again.`,
		Example: `  upline bench placement --distributors 1000000 --callers 64 --json`,
		Args:    noArguments,
		RunE:    func(c *cobra.Command, _ []string) error { return b.run(c.Context(), t) },
	}
	f := c.Flags()
	f.IntVar(&b.distributors, "distributors", 1_000_000, "number of distributors before")
	f.IntVar(&b.calls, "calls", 20_000, "calls by each strategy")
	f.IntVar(&b.callers, "callers", 64, "callers at once")
	f.StringVar(&b.url, "url", "", "`URL` of an empty database; a temporary SQLite file when left out")
	f.Uint64Var(&b.seed, "seed", 1, "what the company is made from")
	f.BoolVar(&b.json, "json", false, "print one JSON object")
	return c
}

func (b *placementBench) id(i int) string { return fmt.Sprintf("d%08d", i) }

// enrolment is the i-th distributor, beneath a sponsor.
func (b *placementBench) enrolment(i, sponsor int, strategy placement.Strategy) store.NewDistributor {
	n := store.NewDistributor{DistributorID: b.id(i), PlanID: "placement-bench", Market: "US", EnrolledAtUS: 1_767_225_600_000_000}
	if i > 0 {
		n.SponsorID, n.Automatic = b.id(sponsor), &store.AutomaticPlace{Strategy: strategy}
		if strategy == placement.OuterEdge {
			n.Automatic.Leg = 1
		}
	}
	n.Content = store.Content{{Path: "sponsor_id", Value: n.SponsorID}}
	return n
}

func (b *placementBench) run(ctx context.Context, t terminal) (err error) {
	if b.distributors < 1 || b.distributors > math.MaxInt32/4 || b.calls < 1 || b.callers < 1 {
		return usageErrorf("a tree has 1 to %d distributors; --calls and --callers are 1 or more", math.MaxInt32/4)
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
	engine, err := open.Engine(ctx, url, open.Options{Clock: time.Now})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, engine.Close()) }()
	r := placementResult{Engine: engine.Name(), Distributors: b.distributors, Callers: b.callers, Seed: b.seed}
	bar := newProgressBar(t.err)
	defer bar.clear()
	began := time.Now()
	if err := b.load(ctx, engine, bar); err != nil {
		return fmt.Errorf("loading the company: %w", err)
	}
	r.LoadS = time.Since(began).Seconds()

	fresh := store.New(engine, store.Options{Clock: time.Now, Compile: plan.Load, Owner: owner()})
	next := b.distributors
	began = time.Now()
	if _, err := fresh.Enroll(ctx, []store.NewDistributor{b.enrolment(next, 0, placement.BreadthFirst)}); err != nil {
		return err
	}
	r.FirstCallS = time.Since(began).Seconds()
	before := engine.Stats()
	for _, sponsors := range []string{"one", "all over"} {
		for strategy := placement.BreadthFirst; strategy <= placement.Alternate; strategy++ {
			bar.show(strategy.String(), 0, 0)
			one, err := b.measure(ctx, fresh, &next, strategy, sponsors)
			if err != nil {
				return err
			}
			r.Strategies = append(r.Strategies, one)
			r.Groups.CallsPer += float64(one.Calls)
		}
	}
	after := engine.Stats()
	r.Groups.Count, r.Groups.Retries = after.Commits-before.Commits, after.Retries-before.Retries
	r.Groups.CallsPer /= float64(r.Groups.Count)
	r.PeakRSSMB = peakRSSBytes() >> 20
	bar.clear()
	return b.print(t, &r)
}

// load enrols the company.
func (b *placementBench) load(ctx context.Context, engine store.Engine, bar *progressBar) error {
	if err := engine.Migrate(ctx); err != nil {
		return err
	}
	s := store.New(engine, store.Options{Clock: time.Now, Compile: plan.Load, Owner: owner()})
	compiled := plan.Compile([]byte(placementBenchPlan))
	if compiled.Plan == nil {
		return compiled.Diagnostics
	}
	if _, err := s.PutMarket(ctx, store.Market{Market: "US", Region: "us-east1", Name: "United States"}); err != nil {
		return err
	}
	if _, err := s.PublishPlan(ctx, store.NewPlan{Plan: compiled.Plan, Name: "Placement", Source: placementBenchPlan}); err != nil {
		return err
	}
	random := rand.New(rand.NewPCG(b.seed, 1))
	const batch = 500
	for from := 0; from < b.distributors; from += batch {
		bar.show("enrolling", int64(from), int64(b.distributors))
		var list []store.NewDistributor
		for i := from; i < min(from+batch, b.distributors); i++ {
			list = append(list, b.enrolment(i, b.sponsor(random, i), placement.FewerPeople))
		}
		if _, err := s.Enroll(ctx, list); err != nil {
			return err
		}
	}
	return nil
}

// sponsor draws one of those before the i-th, the earlier ones more often.
func (b *placementBench) sponsor(random *rand.Rand, i int) int {
	u := random.Float64()
	return int(u * u * float64(i))
}

// measure enrols by a strategy.
func (b *placementBench) measure(ctx context.Context, s *store.Store, next *int, strategy placement.Strategy, sponsors string) (strategyLatency, error) {
	first := *next + 1
	*next += b.calls
	latencies := make([]time.Duration, b.calls)
	var taken atomic.Int64
	var failed atomic.Pointer[error]
	var callers sync.WaitGroup
	began := time.Now()
	for caller := range b.callers {
		random := rand.New(rand.NewPCG(b.seed, uint64(caller)+2))
		callers.Go(func() {
			for k := taken.Add(1) - 1; k < int64(b.calls) && failed.Load() == nil; k = taken.Add(1) - 1 {
				sponsor := 0
				if sponsors != "one" {
					sponsor = b.sponsor(random, b.distributors)
				}
				called := time.Now()
				if _, err := s.Enroll(ctx, []store.NewDistributor{b.enrolment(first+int(k), sponsor, strategy)}); err != nil {
					failed.Store(&err)
				}
				latencies[k] = time.Since(called)
			}
		})
	}
	callers.Wait()
	if err := failed.Load(); err != nil {
		return strategyLatency{}, *err
	}
	took := time.Since(began)
	slices.Sort(latencies)
	at := func(share float64) float64 { return latencies[int(share*float64(b.calls-1))].Seconds() * 1000 }
	return strategyLatency{
		Strategy: strategy.String(), Sponsors: sponsors, Calls: b.calls, PerS: float64(b.calls) / took.Seconds(), P50MS: at(0.5), P99MS: at(0.99), MaxMS: at(1),
	}, nil
}

func (b *placementBench) print(t terminal, r *placementResult) error {
	if b.json {
		return json.NewEncoder(t.out).Encode(r)
	}
	fmt.Fprintf(t.out, "%s: %d distributors enrolled in %.1f s; the first call of a server took %.2f s; %d MB at most\n",
		r.Engine, r.Distributors, r.LoadS, r.FirstCallS, r.PeakRSSMB)
	for _, s := range r.Strategies {
		fmt.Fprintf(t.out, "%-13s  sponsors %-8s  %6.0f/s  p50 %6.2f ms  p99 %6.2f ms  max %6.2f ms\n", s.Strategy, s.Sponsors, s.PerS, s.P50MS, s.P99MS, s.MaxMS)
	}
	_, err := fmt.Fprintf(t.out, "%d callers, %.1f calls a transaction, %d transactions run again\n", r.Callers, r.Groups.CallsPer, r.Groups.Retries)
	return err
}
