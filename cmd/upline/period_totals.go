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

var totalsBy = map[string]uplinev1.TotalsBy{
	"bonus":  uplinev1.TotalsBy_TOTALS_BY_BONUS,
	"market": uplinev1.TotalsBy_TOTALS_BY_MARKET,
	"vendor": uplinev1.TotalsBy_TOTALS_BY_VENDOR,
	"rank":   uplinev1.TotalsBy_TOTALS_BY_RANK,
}

func periodTotalsCommand(t terminal) *cobra.Command {
	var o periodOptions
	var by string
	c := &cobra.Command{
		Use:   "totals --plan PLAN [PERIOD] [flags]",
		Short: "Sum up a period, open or closed, by bonus, market, vendor or rank",
		Long: `Sums up the lines of a period by currency and bonus, and by market or rank of the earner or vendor of
the sale: those that events have posted so far, and once the period is closed those of its run. Without a
period it is the one that is running now. What a close would add to an open period is shown by
` + "`upline period preview`" + `.

The figures are exact as of the moment that is printed above them. Ranks are those of the last close, or of
the period's own.`,
		Example: `  upline period totals --plan energy
  upline period totals --plan energy --by market 2026-01
  upline period totals --plan energy --by rank --json`,
		RunE: func(c *cobra.Command, arguments []string) error {
			if len(arguments) > 1 {
				return usageErrorf("name one period, like 2026-01, or none for the one that is running.\nSee `%s --help`.", c.CommandPath())
			}
			if err := o.complete(t); err != nil {
				return err
			}
			if _, known := totalsBy[by]; !known {
				return usageErrorf("--by %q is none of bonus, market, vendor and rank", by)
			}
			period := ""
			if len(arguments) == 1 {
				period = arguments[0]
			}
			return o.explain(o.totals(c.Context(), t, period, by))
		},
	}
	o.declare(c)
	c.Flags().StringVar(&by, "by", "bonus", "`what` it is summed up by: bonus, market, vendor or rank")
	return c
}

// totalsPage is how many totals are asked for at once.
const totalsPage = 1000

// totals asks for all pages and prints them as one.
func (o *periodOptions) totals(ctx context.Context, t terminal, period, by string) error {
	request := &uplinev1.GetPeriodTotalsRequest{PlanId: o.plan, Cadence: cadences[o.cadence], Period: period, By: totalsBy[by], PageSize: totalsPage}
	answer, err := o.report().GetPeriodTotals(ctx, request)
	if err != nil {
		return err
	}
	for answer.GetNextPageToken() != "" {
		request.PageToken = answer.GetNextPageToken()
		page, err := o.report().GetPeriodTotals(ctx, request)
		if err != nil {
			return err
		}
		page.Totals = append(answer.GetTotals(), page.GetTotals()...)
		answer = page
	}
	if o.json {
		_, err := fmt.Fprintln(t.out, protojson.Format(answer))
		return err
	}
	fmt.Fprintf(t.out, "%s, %s, as of %s UTC", answer.GetPeriod().GetPeriod(), words(answer.GetState().String(), "PERIOD_STATE_"), answer.GetAsOf().AsTime().Format(time.DateTime))
	if ranks := answer.GetRanksOf(); ranks.GetPeriod() != "" {
		fmt.Fprintf(t.out, ", ranks of %s", ranks.GetPeriod())
	}
	fmt.Fprintln(t.out)
	table := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "PAID\t\tBONUS\tEARNED\tTAKEN BACK\tPOSTED\tCURRENCY\tLINES\t")
	for _, total := range answer.GetCompany() {
		printTotal(table, "in all", "", total)
	}
	for _, total := range answer.GetTotals() {
		name := ""
		if by != "bonus" {
			name = nameOf(liabilityBy[by], total.GetName())
		}
		printTotal(table, by, name, total)
	}
	return table.Flush()
}

// liabilityBy are the words for what has no name.
var liabilityBy = map[string]uplinev1.LiabilityOf{
	"market": uplinev1.LiabilityOf_LIABILITY_OF_MARKET, "vendor": uplinev1.LiabilityOf_LIABILITY_OF_VENDOR, "rank": uplinev1.LiabilityOf_LIABILITY_OF_RANK,
}

func printTotal(table *tabwriter.Writer, of, name string, t *uplinev1.PeriodTotal) {
	bonus := t.GetBonus()
	if bonus == "" {
		bonus = "(all)"
	}
	fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%d\t\n", of, name, bonus, t.GetEarned().GetAmount(), t.GetReversed().GetAmount(), t.GetPosted().GetAmount(),
		t.GetPosted().GetCurrencyCode(), t.GetLineCount())
}
