package main

import (
	"cmp"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"google.golang.org/protobuf/encoding/protojson"

	uplinev1 "upline/api/upline/v1"
)

// printRun prints what a run came to.
func (o *periodOptions) printRun(out io.Writer, run *uplinev1.Run) error {
	if o.json {
		_, err := fmt.Fprintln(out, protojson.Format(run))
		return err
	}
	name := cmp.Or(run.GetRunId(), "preview of "+run.GetPeriod().GetPeriod())
	fmt.Fprintf(out, "%s: %s, %d distributors, %d lines of the close, volume %s, plan version %d, engine %s\n",
		name, words(run.GetState().String(), "RUN_STATE_"), run.GetDistributors(), run.GetLineCount(), run.GetVolume(), run.GetPlanVersion(), run.GetEngineVersion())
	if run.GetPostedAt() != nil {
		fmt.Fprintf(out, "posted at %s, %v after it began\n", run.GetPostedAt().AsTime().Format(time.RFC3339),
			run.GetPostedAt().AsTime().Sub(run.GetStartedAt().AsTime()).Round(time.Millisecond))
	}
	if c := run.GetConfirmation(); c != nil {
		fmt.Fprintf(out, "confirmed at %s by %s: %s\n", c.GetConfirmedAt().AsTime().Format(time.RFC3339), cmp.Or(c.GetConfirmedBy(), "staff of this machine"), c.GetReason())
	}
	if run.GetOutputDigest() != "" {
		fmt.Fprintf(out, "input  %s\noutput %s\n", run.GetInputDigest(), run.GetOutputDigest())
	}
	if len(run.GetTotals()) > 0 {
		table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
		fmt.Fprintln(table, "\nBONUS\tLINES\tAMOUNT\t")
		for _, total := range run.GetTotals() {
			fmt.Fprintf(table, "%s\t%d\t%s %s\t\n", total.GetBonus(), total.GetLineCount(), total.GetAmount().GetAmount(), total.GetAmount().GetCurrencyCode())
		}
		if err := table.Flush(); err != nil {
			return err
		}
	}
	if err := printRestated(out, run.GetRestated()); err != nil {
		return err
	}
	if err := printLiability(out, run); err != nil {
		return err
	}
	if len(run.GetRanks()) == 0 {
		return nil
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "\nPAID AS\tDISTRIBUTORS\t")
	for _, rank := range run.GetRanks() {
		fmt.Fprintf(table, "%s\t%d\t\n", cmp.Or(rank.GetRank(), "(no rank)"), rank.GetDistributors())
	}
	return table.Flush()
}

// printRestated prints what late and corrected events change in closed periods.
func printRestated(out io.Writer, totals []*uplinev1.RestatedTotal) error {
	if len(totals) == 0 {
		return nil
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "\nRESTATED\tBONUS\tOUTCOME\tDISTRIBUTORS\tRAISED\tLOWERED\t")
	for _, total := range totals {
		fmt.Fprintf(table, "%s\t%s\t%s\t%d\t%s\t%s %s\t\n", total.GetPeriod().GetPeriod(), total.GetBonus(), words(total.GetOutcome().String(), "RESTATED_OUTCOME_"),
			total.GetDistributors(), total.GetRaised().GetAmount(), total.GetLowered().GetAmount(), total.GetLowered().GetCurrencyCode())
	}
	return table.Flush()
}
