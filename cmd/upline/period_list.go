package main

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/encoding/protojson"

	uplinev1 "upline/api/upline/v1"
)

func periodListCommand(t terminal) *cobra.Command {
	var o periodOptions
	var limit int32
	c := &cobra.Command{
		Use:   "list --plan PLAN [flags]",
		Short: "List a plan's periods, newest first",
		Long: `Lists the periods of a plan from the one that is running now backwards, with their states and the runs that closed them. Days are
those of UTC; a period's own days are of the plan's time zone.`,
		Example: `  upline period list --plan energy
  upline period list --plan energy --cadence weekly --limit 5`,
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := o.complete(t); err != nil {
				return err
			}
			if limit < 1 || limit > 1000 {
				return usageErrorf("--limit is 1 to 1000")
			}
			return o.explain(o.list(c.Context(), t, limit))
		},
	}
	o.declare(c)
	c.Flags().Int32Var(&limit, "limit", 24, "`periods` at most")
	return c
}

func (o *periodOptions) list(ctx context.Context, t terminal, limit int32) error {
	answer, err := o.catalog().ListPeriods(ctx, &uplinev1.ListPeriodsRequest{PlanId: o.plan, Cadence: cadences[o.cadence], PageSize: limit})
	if err != nil {
		return err
	}
	if o.json {
		_, err := fmt.Fprintln(t.out, protojson.Format(answer))
		return err
	}
	table := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "PERIOD\tSTATE\tBEGINS (UTC)\tENDS (UTC)\tRUN")
	for _, p := range answer.GetPeriods() {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", p.GetRef().GetPeriod(), words(p.GetState().String(), "PERIOD_STATE_"),
			p.GetStart().AsTime().Format(time.DateTime), p.GetEnd().AsTime().Format(time.DateTime), p.GetRunId())
	}
	return table.Flush()
}
