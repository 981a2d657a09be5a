package main

import (
	"context"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/types/known/durationpb"

	uplinev1 "upline/api/upline/v1"
)

func periodCloseCommand(t terminal) *cobra.Command {
	var o periodOptions
	var confirm uplinev1.ConfirmRun
	c := &cobra.Command{
		Use:   "close --plan PLAN PERIOD [flags]",
		Short: "Close a period, or join whoever does, and follow it to its end",
		Long: `Closes a period that is over: fences it, computes it, posts its lines all at once, and opens the next one. The server does the
work; the command follows it with a progress bar, and may be interrupted and called again without harm. A period that is closed
is shown as it was closed.

Where the plan has limits (liability) and the period is outside of one, the close stops before anything is posted, prints what
is outside and who drives it, and waits. Confirm it by its output digest, with a reason, or call it off with
` + "`upline period cancel`" + `. What a preview showed can be confirmed at once.`,
		Example: `  upline period close --plan energy 2026-01
  upline period close --plan energy 2026-01 --confirm DIGEST --reason "the spring campaign, approved by the board"`,
		Args: onePeriod,
		RunE: func(c *cobra.Command, arguments []string) error {
			if err := o.complete(t); err != nil {
				return err
			}
			if (confirm.GetOutputDigest() == "") != (confirm.GetReason() == "") {
				return usageErrorf("--confirm and --reason belong together: what is confirmed, and why")
			}
			return o.explain(o.close(c.Context(), t, arguments[0], &confirm))
		},
	}
	o.declare(c)
	c.Flags().StringVar(&confirm.OutputDigest, "confirm", "", "confirm the run if it comes to this output `digest`, of 64 digits")
	c.Flags().StringVar(&confirm.Reason, "reason", "", "why it is confirmed, kept with the run")
	return c
}

func (o *periodOptions) close(ctx context.Context, t terminal, period string, confirm *uplinev1.ConfirmRun) error {
	if confirm.GetOutputDigest() == "" {
		confirm = nil
	}
	answer, err := o.commission().RunPeriod(ctx, &uplinev1.RunPeriodRequest{
		PlanId: o.plan, Cadence: cadences[o.cadence], Period: period, Mode: uplinev1.RunMode_RUN_MODE_CLOSE, Wait: durationpb.New(0), Confirm: confirm,
	})
	if err != nil {
		return err
	}
	return o.follow(ctx, t, answer.GetRun().GetRunId())
}
