package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"

	uplinev1 "upline/api/upline/v1"
	"upline/cmd/upline/internal/synthetic"
)

// duringCloseResult is what `bench calls --during-close` prints as JSON: sales before a close, and while it is under way.
type duringCloseResult struct {
	Clients          int                `json:"clients"`
	Distributors     int64              `json:"distributors"`
	Period           string             `json:"period"`
	RecordSalePerS   float64            `json:"record_sale_per_s"`
	RecordSaleP50MS  float64            `json:"record_sale_p50_ms"`
	RecordSaleP99MS  float64            `json:"record_sale_p99_ms"`
	DuringClosePerS  float64            `json:"record_sale_during_close_per_s"`
	DuringCloseP50MS float64            `json:"record_sale_during_close_p50_ms"`
	DuringCloseP99MS float64            `json:"record_sale_during_close_p99_ms"`
	DuringCloseMaxMS float64            `json:"record_sale_during_close_max_ms"`
	CloseS           float64            `json:"close_s"`
	DistributorsPerS float64            `json:"distributors_per_s"`
	Phases           []duringClosePhase `json:"phases"`
	OutputDigest     string             `json:"output_digest"`
}

// duringClosePhase is what sales met in one phase of the close.
type duringClosePhase struct {
	Phase string  `json:"phase"`
	S     float64 `json:"s"`
	PerS  float64 `json:"record_sale_per_s"`
	P50MS float64 `json:"record_sale_p50_ms"`
	P99MS float64 `json:"record_sale_p99_ms"`
	MaxMS float64 `json:"record_sale_max_ms"`
}

const (
	// benchWarming is how long sales are recorded before any of them counts.
	benchWarming = 2 * time.Second
	// benchLookEvery is how often the bench asks how far the close is, and so how exactly it tells the phases apart.
	benchLookEvery = 25 * time.Millisecond
	// benchCloseMax bounds a close that does not end.
	benchCloseMax = time.Hour
)

// runDuringClose records sales without a pause, and has the server close the period that waits for it meanwhile.
func (b *callsBench) runDuringClose(ctx context.Context, t terminal) error {
	connections, err := b.connect()
	if err != nil {
		return err
	}
	defer closeAll(connections)
	period, err := openPeriod(ctx, uplinev1.NewCatalogServiceClient(connections[0]))
	if err != nil {
		return err
	}
	bar := newProgressBar(t.err)
	defer bar.clear()
	drive := b.driveOf(connections)
	sales := &timedSales{calls: make([][]timedCall, b.clients)}
	selling, stop := context.WithCancel(ctx)
	defer stop()
	done := make(chan error, 1)
	go func() { done <- sales.record(selling, drive) }()
	bar.show("recording sales", 0, 0)
	began, err := sales.wait(ctx, benchWarming)
	if err == nil {
		_, err = sales.wait(ctx, b.duration)
	}
	if err != nil {
		return err
	}
	closing := closeWatch{client: drive.client(0), period: period}
	closed, err := closing.follow(ctx, bar)
	sales.ended.Store(true)
	if failed := <-done; err != nil || failed != nil {
		return errors.Join(err, failed)
	}
	bar.clear()
	return b.tellDuringClose(t, sales, began, &closing, closed)
}

// openPeriod finds the earliest period of the company that is over and not closed.
func openPeriod(ctx context.Context, catalog uplinev1.CatalogServiceClient) (name string, err error) {
	now := time.Now()
	for token := ""; ; {
		page, err := catalog.ListPeriods(ctx, &uplinev1.ListPeriodsRequest{PlanId: synthetic.PlanID, PageToken: token})
		if err != nil {
			return "", err
		}
		for _, p := range page.GetPeriods() {
			if p.GetState() != uplinev1.PeriodState_PERIOD_STATE_CLOSED && !p.GetEnd().AsTime().After(now) {
				name = p.GetRef().GetPeriod()
			}
		}
		if token = page.GetNextPageToken(); token == "" {
			break
		}
	}
	if name == "" {
		return "", errors.New(`no period of the company is over and open; load one with "upline bench period --keep-open"`)
	}
	return name, nil
}

// closeWatch follows one close.
type closeWatch struct {
	client uplinev1.CommissionServiceClient
	period string
	began  time.Time
	ended  time.Time
	phases []phaseBegun
}

// phaseBegun is when a phase was first seen.
type phaseBegun struct {
	phase uplinev1.RunPhase
	at    time.Time
}

// follow starts the close and returns when it is posted.
func (c *closeWatch) follow(ctx context.Context, bar *progressBar) (*uplinev1.Run, error) {
	ctx, cancel := context.WithTimeout(ctx, benchCloseMax)
	defer cancel()
	c.began = time.Now()
	answer, err := c.client.RunPeriod(ctx, &uplinev1.RunPeriodRequest{
		PlanId: synthetic.PlanID, Period: c.period, Mode: uplinev1.RunMode_RUN_MODE_CLOSE, Wait: durationpb.New(0),
	})
	if err != nil {
		return nil, err
	}
	run := answer.GetRun()
	look := time.NewTicker(benchLookEvery)
	defer look.Stop()
	for {
		c.ended = time.Now()
		if phase := run.GetPhase(); len(c.phases) == 0 || c.phases[len(c.phases)-1].phase != phase {
			c.phases = append(c.phases, phaseBegun{phase, c.ended})
		}
		switch run.GetState() {
		case uplinev1.RunState_RUN_STATE_POSTED:
			return run, nil
		case uplinev1.RunState_RUN_STATE_RUNNING:
		default:
			return nil, fmt.Errorf("the close of %s ended as %s", c.period, run.GetState())
		}
		bar.show("recording sales and closing "+c.period, int64(run.GetChunksDone()), int64(run.GetChunksTotal()))
		select {
		case <-look.C:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if run, err = c.get(ctx, run.GetRunId()); err != nil {
			return nil, err
		}
	}
}

func (c *closeWatch) get(ctx context.Context, runID string) (*uplinev1.Run, error) {
	answer, err := c.client.GetRun(ctx, &uplinev1.GetRunRequest{RunId: runID})
	return answer.GetRun(), err
}

// timedCall is one call.
type timedCall struct{ began, ended time.Time }

// timedSales are sales that are recorded one after the other by each client, until they are told to end.
type timedSales struct {
	ended atomic.Bool
	calls [][]timedCall // by client
}

// record records sales until ended is set. The calls know nothing of that end, so that none is cut off.
func (s *timedSales) record(ctx context.Context, drive *callsDrive) error {
	var clients sync.WaitGroup
	failed := make([]error, len(s.calls))
	for i := range s.calls {
		clients.Go(func() {
			for !s.ended.Load() {
				began := time.Now()
				if _, err := drive.client(i).RecordSale(ctx, drive.sale()); err != nil {
					failed[i] = err
					s.ended.Store(true)
					return
				}
				s.calls[i] = append(s.calls[i], timedCall{began, time.Now()})
			}
		})
	}
	clients.Wait()
	return errors.Join(failed...)
}

// wait waits while sales are recorded, and returns when it ended.
func (s *timedSales) wait(ctx context.Context, d time.Duration) (time.Time, error) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
	return time.Now(), ctx.Err()
}

// between tells what sales met from one time to another: of all that were under way then, however long before or after they began or
// ended; a sale that waits through two phases counts in both.
func (s *timedSales) between(from, to time.Time) (of duringClosePhase) {
	var taken []time.Duration
	ended := 0
	for _, calls := range s.calls {
		for _, c := range calls {
			if c.began.After(to) || c.ended.Before(from) {
				continue
			}
			taken = append(taken, c.ended.Sub(c.began))
			if !c.ended.After(to) {
				ended++
			}
		}
	}
	of.S = to.Sub(from).Seconds()
	if len(taken) == 0 || of.S <= 0 {
		return of
	}
	slices.Sort(taken)
	of.PerS = float64(ended) / of.S
	of.P50MS, of.P99MS, of.MaxMS = quantileMS(taken, 50), quantileMS(taken, 99), quantileMS(taken, 100)
	return of
}

// tellDuringClose prints what came of it.
func (b *callsBench) tellDuringClose(t terminal, sales *timedSales, began time.Time, closing *closeWatch, run *uplinev1.Run) error {
	before, during := sales.between(began, closing.began), sales.between(closing.began, closing.ended)
	r := duringCloseResult{
		Clients: b.clients, Distributors: run.GetDistributors(), Period: closing.period,
		RecordSalePerS: before.PerS, RecordSaleP50MS: before.P50MS, RecordSaleP99MS: before.P99MS,
		DuringClosePerS: during.PerS, DuringCloseP50MS: during.P50MS, DuringCloseP99MS: during.P99MS, DuringCloseMaxMS: during.MaxMS,
		CloseS: during.S, DistributorsPerS: float64(run.GetDistributors()) / during.S, OutputDigest: run.GetOutputDigest(),
	}
	for i, p := range closing.phases {
		if p.phase == uplinev1.RunPhase_RUN_PHASE_DONE {
			break
		}
		until := closing.ended
		if i+1 < len(closing.phases) {
			until = closing.phases[i+1].at
		}
		of := sales.between(p.at, until)
		of.Phase = strings.ToLower(strings.TrimPrefix(p.phase.String(), "RUN_PHASE_"))
		r.Phases = append(r.Phases, of)
	}
	if b.json {
		return json.NewEncoder(t.out).Encode(r)
	}
	fmt.Fprintf(t.out, `RecordSale, %d clients: %.0f/s, p50 %.1f ms, p99 %.1f ms
while %s of %d distributors was closed in %.1f s: %.0f/s, p50 %.1f ms, p99 %.1f ms, at most %.1f ms
`, r.Clients, r.RecordSalePerS, r.RecordSaleP50MS, r.RecordSaleP99MS,
		r.Period, r.Distributors, r.CloseS, r.DuringClosePerS, r.DuringCloseP50MS, r.DuringCloseP99MS, r.DuringCloseMaxMS)
	for _, p := range r.Phases {
		if _, err := fmt.Fprintf(t.out, "  %-9s %.2f s: %.0f/s, p50 %.1f ms, p99 %.1f ms, at most %.1f ms\n", p.Phase, p.S, p.PerS, p.P50MS, p.P99MS, p.MaxMS); err != nil {
			return err
		}
	}
	return nil
}
