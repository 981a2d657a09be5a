package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	uplinev1 "upline/api/upline/v1"
)

func periodCancelCommand(t terminal) *cobra.Command {
	var o periodOptions
	c := &cobra.Command{
		Use:   "cancel --plan PLAN PERIOD [flags]",
		Short: "Call off the close of a period that is not posted",
		Long: `Calls off the run that closes a period, as long as it is not posted: nothing of it is ever seen, and the period is open again.
Events that came meanwhile stay in the period that they were counted in.`,
		Example: `  upline period cancel --plan energy 2026-01`,
		Args:    onePeriod,
		RunE: func(c *cobra.Command, arguments []string) error {
			if err := o.complete(t); err != nil {
				return err
			}
			return o.explain(o.cancel(c.Context(), t, arguments[0]))
		},
	}
	o.declare(c)
	return c
}

func (o *periodOptions) cancel(ctx context.Context, t terminal, period string) error {
	runID, err := o.runOf(ctx, period)
	if err != nil {
		return err
	}
	answer, err := o.commission().CancelRun(ctx, &uplinev1.CancelRunRequest{RunId: runID})
	if err != nil {
		return err
	}
	if o.json {
		return o.printRun(t.out, answer.GetRun())
	}
	_, err = fmt.Fprintf(t.out, "run %s is cancelled, and %s is open again\n", runID, period)
	return err
}
