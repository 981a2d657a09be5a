package main

import (
	"cmp"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/shopspring/decimal"

	uplinev1 "upline/api/upline/v1"
)

// printLiability prints what a run pays against the sales and the periods before, and what is outside of the plan's limits.
func printLiability(out io.Writer, run *uplinev1.Run) error {
	l := run.GetLiability()
	if l == nil {
		return nil
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(table, "\nPAID\t\tAMOUNT\tOF %s\tPAYOUT\tBEFORE\t\n", words(l.GetBase().String(), "BASE_"))
	for _, total := range l.GetTotals() {
		payout := total.GetPayout()
		if payout != "" {
			payout = percent(payout)
		}
		fmt.Fprintf(table, "%s\t%s\t%s %s\t%s\t%s\t%s\t\n", liabilityOf(total.GetOf()), nameOf(total.GetOf(), total.GetName()),
			total.GetAmount().GetAmount(), total.GetAmount().GetCurrencyCode(), total.GetBase().GetAmount(), payout, total.GetBefore().GetAmount())
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for _, f := range l.GetFindings() {
		fmt.Fprintf(out, "\noutside of a limit: %s\n", f.GetMessage())
		drivers := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
		for _, b := range f.GetBonuses() {
			fmt.Fprintf(drivers, "\tbonus\t%s\t%s\t%s\t\n", b.GetBonus(), b.GetAmount().GetAmount(), after(b.GetBefore()))
		}
		for _, d := range f.GetDistributors() {
			if d.GetSold() != nil {
				fmt.Fprintf(drivers, "\tseller\t%s\t%s\t\t\n", d.GetDistributorId(), d.GetSold().GetAmount())
				continue
			}
			fmt.Fprintf(drivers, "\tdistributor\t%s\t%s\t%s\t\n", d.GetDistributorId(), d.GetAmount().GetAmount(), after(d.GetBefore()))
		}
		if err := drivers.Flush(); err != nil {
			return err
		}
	}
	return nil
}

// after says what was paid before, where that is known.
func after(before *uplinev1.Money) string {
	if before == nil {
		return ""
	}
	return "after " + before.GetAmount()
}

func liabilityOf(of uplinev1.LiabilityOf) string {
	if of == uplinev1.LiabilityOf_LIABILITY_OF_COMPANY {
		return "in all"
	}
	return words(of.String(), "LIABILITY_OF_")
}

func nameOf(of uplinev1.LiabilityOf, name string) string {
	switch of {
	case uplinev1.LiabilityOf_LIABILITY_OF_RANK:
		return cmp.Or(name, "(no rank)")
	case uplinev1.LiabilityOf_LIABILITY_OF_VENDOR:
		return cmp.Or(name, "(no vendor)")
	}
	return name
}

// percent writes a ratio like 0.412500 as a percentage: 41.25 %.
func percent(ratio string) string {
	rate, err := decimal.NewFromString(ratio)
	if err != nil {
		return ratio
	}
	return rate.Shift(2).StringFixed(2) + " %"
}
