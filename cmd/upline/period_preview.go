package main

import (
	"context"

	"github.com/spf13/cobra"

	uplinev1 "upline/api/upline/v1"
)

func periodPreviewCommand(t terminal) *cobra.Command {
	var o periodOptions
	c := &cobra.Command{
		Use:   "preview --plan PLAN PERIOD [flags]",
		Short: "Compute a period as a close would now, and keep nothing",
		Long: `Computes a period as a close would now, prints what it comes to by bonus and by rank, and by market and vendor
where the plan has limits (liability), with what is outside of them, and changes nothing. A period that is
still running can be previewed, too.`,
		Example: `  upline period preview --plan energy 2026-01`,
		Args:    onePeriod,
		RunE: func(c *cobra.Command, arguments []string) error {
			if err := o.complete(t); err != nil {
				return err
			}
			return o.explain(o.preview(c.Context(), t, arguments[0]))
		},
	}
	o.declare(c)
	return c
}

func (o *periodOptions) preview(ctx context.Context, t terminal, period string) error {
	answer, err := o.commission().RunPeriod(ctx, &uplinev1.RunPeriodRequest{
		PlanId: o.plan, Cadence: cadences[o.cadence], Period: period, Mode: uplinev1.RunMode_RUN_MODE_PREVIEW,
	})
	if err != nil {
		return err
	}
	return o.printRun(t.out, answer.GetRun())
}
