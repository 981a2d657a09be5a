package main

import (
	"encoding/json"
	"fmt"
	"math"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"

	"upline/calc"
	"upline/cmd/upline/internal/synthetic"
)

// engineBench is what is asked of `bench engine`.
type engineBench struct {
	distributors, sales int
	plan                string
	seed                uint64
	threads, times      int
	json                bool
}

// engineResult is what it prints as JSON.
type engineResult struct {
	Distributors int     `json:"distributors"`
	Sales        int     `json:"sales"`
	Lines        int     `json:"lines"`
	ComputeS     float64 `json:"compute_s"`
	FloorS       float64 `json:"floor_s"`
	PeakRSSMB    int64   `json:"peak_rss_mb"`
	Threads      int     `json:"threads"`
	Plan         string  `json:"plan"`
	Seed         uint64  `json:"seed"`
}

func benchEngineCommand(t terminal) *cobra.Command {
	var b engineBench
	c := &cobra.Command{
		Use:   "engine [flags]",
		Short: "Time the engine alone",
		Long: `Makes up a company and computes a period, in memory alone: no database, no files. The
company has a power law of frontlines, a binary tree of which half is one deep leg, and no
sales from two distributors in three.

compute_s is the time of one computation, from the rows of the input to the lines in order:
the best of --times. floor_s is that of a bare loop over the same trees and lines, written by
hand, on one thread, that knows the plan and decides nothing. peak_rss_mb is the most memory
that the process ever had, the company included.

The plan "hybrid" has ten ranks, a binary bonus with carry, seven levels with dynamic
compression, three generations of matching, a pool and a cap. Any other name is that of a
plan file.`,
		Example: `  upline bench engine --distributors 1000000 --sales 3000000 --json`,
		Args:    noArguments,
		RunE:    func(*cobra.Command, []string) error { return b.run(t) },
	}
	f := c.Flags()
	f.IntVar(&b.distributors, "distributors", 1_000_000, "number of distributors")
	f.IntVar(&b.sales, "sales", 3_000_000, "number of sales")
	f.StringVar(&b.plan, "plan", "hybrid", "hybrid, or a plan file")
	f.Uint64Var(&b.seed, "seed", 1, "what the company is made from")
	f.IntVar(&b.threads, "threads", 0, "threads; 0 for as many as there are processors")
	f.IntVar(&b.times, "times", 3, "how often it is computed")
	f.BoolVar(&b.json, "json", false, "print one JSON object")
	return c
}

func (b *engineBench) run(t terminal) error {
	if b.distributors < 1 || b.distributors > math.MaxInt32/4 || b.sales < 0 || b.times < 1 || b.threads < 0 {
		return usageErrorf("a company has 1 to %d distributors and 0 sales or more; --times is 1 or more, --threads 0 or more", math.MaxInt32/4)
	}
	_, compiled, err := benchPlan(b.plan)
	if err != nil {
		return err
	}
	// Memory is part of what is measured, so garbage is collected more eagerly than by default.
	defer debug.SetGCPercent(debug.SetGCPercent(20))
	in := synthetic.Company(compiled, b.distributors, b.sales, b.seed)
	in.Threads = b.threads
	r := engineResult{Distributors: b.distributors, Sales: b.sales, ComputeS: math.Inf(1), FloorS: math.Inf(1), Plan: b.plan, Seed: b.seed, Threads: b.threads}
	if r.Threads == 0 {
		r.Threads = runtime.GOMAXPROCS(0)
	}
	for range b.times {
		runtime.GC()
		began := time.Now()
		out, err := calc.Compute(in)
		if err != nil {
			return err
		}
		r.ComputeS = min(r.ComputeS, time.Since(began).Seconds())
		r.Lines = out.Lines.Len()
		lines := out.Lines // what else there is may go
		runtime.GC()
		if compiled.PlacementWidth == 2 {
			began = time.Now()
			synthetic.Floor(in, &lines)
			r.FloorS = min(r.FloorS, time.Since(began).Seconds())
		}
	}
	if math.IsInf(r.FloorS, 1) {
		r.FloorS = 0
	}
	r.PeakRSSMB = peakRSSBytes() >> 20
	if b.json {
		return json.NewEncoder(t.out).Encode(r)
	}
	_, err = fmt.Fprintf(t.out, "%d distributors, %d sales: %d lines in %.3f s on %d threads (%.0f distributors/s); a bare loop takes %.3f s; %d MB at most\n",
		r.Distributors, r.Sales, r.Lines, r.ComputeS, r.Threads, float64(r.Distributors)/r.ComputeS, r.FloorS, r.PeakRSSMB)
	return err
}
