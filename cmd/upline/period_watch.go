package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	uplinev1 "upline/api/upline/v1"
)

func periodWatchCommand(t terminal) *cobra.Command {
	var o periodOptions
	c := &cobra.Command{
		Use:   "watch --plan PLAN PERIOD [flags]",
		Short: "Follow the close of a period that somebody has started",
		Long: `Follows the run that closes a period, with a progress bar, and prints it once it is posted or cancelled or waits to be
confirmed.`,
		Example: `  upline period watch --plan energy 2026-01`,
		Args:    onePeriod,
		RunE: func(c *cobra.Command, arguments []string) error {
			if err := o.complete(t); err != nil {
				return err
			}
			runID, err := o.runOf(c.Context(), arguments[0])
			if err == nil {
				err = o.follow(c.Context(), t, runID)
			}
			return o.explain(err)
		},
	}
	o.declare(c)
	return c
}

// runOf finds the run of a period.
func (o *periodOptions) runOf(ctx context.Context, period string) (string, error) {
	token := ""
	for {
		page, err := o.catalog().ListPeriods(ctx, &uplinev1.ListPeriodsRequest{
			PlanId: o.plan, Cadence: cadences[o.cadence], PageSize: 1000, PageToken: token,
		})
		if err != nil {
			return "", err
		}
		for _, p := range page.GetPeriods() {
			if p.GetRef().GetPeriod() != period {
				continue
			}
			if p.GetRunId() == "" {
				return "", fmt.Errorf("nobody has begun to close %s; `upline period close` does", period)
			}
			return p.GetRunId(), nil
		}
		if token = page.GetNextPageToken(); token == "" {
			return "", fmt.Errorf("the plan has had no period %s; `upline period list` shows those that it has", period)
		}
	}
}

const (
	// watchPause is waited before a watch that was cut off is begun again, and watchTriesMax bounds how often that happens
	// without an answer in between.
	watchPause    = time.Second
	watchTriesMax = 30
)

// follow watches a run to its end and prints it. A server that goes away is waited for: another one goes on with the run.
func (o *periodOptions) follow(ctx context.Context, t terminal, runID string) error {
	bar := newProgressBar(t.err)
	defer bar.clear()
	for tries := 1; ; tries++ {
		run, err := o.watch(ctx, bar, runID, &tries)
		switch {
		case err == nil:
			bar.clear()
			if err := o.printRun(t.out, run); err != nil {
				return err
			}
			switch run.GetState() {
			case uplinev1.RunState_RUN_STATE_CANCELLED:
				return fmt.Errorf("run %s was cancelled; its period is open again", runID)
			case uplinev1.RunState_RUN_STATE_WAITING:
				return fmt.Errorf("run %s waits to be confirmed; nothing of it is posted. "+
					"`upline period close` with --confirm %s and --reason posts it, and `upline period cancel` calls it off", runID, run.GetOutputDigest())
			}
			return nil
		case ctx.Err() != nil:
			return fmt.Errorf("no longer watching; the server goes on with run %s", runID)
		case !repeatable(err):
			return err
		case tries >= watchTriesMax:
			return fmt.Errorf("%w\nrun %s is not lost: a server that runs goes on with it, and `upline period watch` follows it", o.explain(err), runID)
		}
		select {
		case <-ctx.Done():
		case <-time.After(watchPause):
		}
	}
}

// watch follows a run through one stream. It returns the run when it has come to its end.
func (o *periodOptions) watch(ctx context.Context, bar *progressBar, runID string, tries *int) (run *uplinev1.Run, err error) {
	stream, err := o.commission().WatchRun(ctx, &uplinev1.WatchRunRequest{RunId: runID})
	if err != nil {
		return nil, err
	}
	defer stream.Close()
	for stream.Receive() {
		*tries = 0
		run = stream.Msg().GetRun()
		bar.show(words(run.GetPhase().String(), "RUN_PHASE_"), int64(run.GetChunksDone()), int64(run.GetChunksTotal()))
	}
	return run, stream.Err()
}
