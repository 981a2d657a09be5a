package main

import (
	"context"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/types/known/durationpb"

	uplinev1 "upline/api/upline/v1"
)

func periodCloseCommand(t terminal) *cobra.Command {
	var o periodOptions
	c := &cobra.Command{
		Use:   "close --plan PLAN PERIOD [flags]",
		Short: "Close a period, or join whoever does, and follow it to its end",
		Long: `Closes a period that is over: fences it, computes it, posts its lines all at once, and opens the next one. The server does the
work; the command follows it with a progress bar, and may be interrupted and called again without harm. A period that is closed
is shown as it was closed.`,
		Example: `  upline period close --plan energy 2026-01`,
		Args:    onePeriod,
		RunE: func(c *cobra.Command, arguments []string) error {
			if err := o.complete(t); err != nil {
				return err
			}
			return o.explain(o.close(c.Context(), t, arguments[0]))
		},
	}
	o.declare(c)
	return c
}

func (o *periodOptions) close(ctx context.Context, t terminal, period string) error {
	answer, err := o.commission().RunPeriod(ctx, &uplinev1.RunPeriodRequest{
		PlanId: o.plan, Cadence: cadences[o.cadence], Period: period, Mode: uplinev1.RunMode_RUN_MODE_CLOSE, Wait: durationpb.New(0),
	})
	if err != nil {
		return err
	}
	return o.follow(ctx, t, answer.GetRun().GetRunId())
}
