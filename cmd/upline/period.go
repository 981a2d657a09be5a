package main

import (
	"strings"

	"github.com/spf13/cobra"

	uplinev1 "upline/api/upline/v1"
)

func periodCommand(t terminal) *cobra.Command {
	c := group("period", "List, preview, close, watch, sum up and export periods", `Talks to a running server about the periods of a plan. A period is closed once, by whoever asks first; who asks again joins.`,
		`  upline period list --plan energy
  upline period preview --plan energy 2026-01
  upline period close --plan energy 2026-01`)
	c.AddCommand(periodListCommand(t), periodPreviewCommand(t), periodCloseCommand(t), periodWatchCommand(t), periodCancelCommand(t),
		periodTotalsCommand(t), periodExportCommand(t))
	return c
}

// periodOptions are what all commands about periods are told.
type periodOptions struct {
	remote
	plan    string
	cadence string
	json    bool
}

func (o *periodOptions) declare(c *cobra.Command) {
	flags := c.Flags()
	flags.SortFlags = false
	flags.StringVar(&o.plan, "plan", "", "the `plan`, by its id")
	flags.StringVar(&o.cadence, "cadence", "", cadenceFlag)
	o.remote.declare(flags)
	flags.BoolVar(&o.json, "json", false, "print JSON")
}

var cadences = map[string]uplinev1.Cadence{
	"":             uplinev1.Cadence_CADENCE_UNSPECIFIED,
	"daily":        uplinev1.Cadence_CADENCE_DAILY,
	"weekly":       uplinev1.Cadence_CADENCE_WEEKLY,
	"monthly":      uplinev1.Cadence_CADENCE_MONTHLY,
	"quarterly":    uplinev1.Cadence_CADENCE_QUARTERLY,
	"yearly":       uplinev1.Cadence_CADENCE_YEARLY,
	"half_monthly": uplinev1.Cadence_CADENCE_HALF_MONTHLY,
	"biweekly":     uplinev1.Cadence_CADENCE_BIWEEKLY,
	"four_weekly":  uplinev1.Cadence_CADENCE_FOUR_WEEKLY,
}

// cadenceFlag says what --cadence takes.
const cadenceFlag = "daily, weekly, biweekly, half_monthly, four_weekly, monthly, quarterly or yearly; the plan's main `cadence` when left out"

// unknownCadence refuses a --cadence.
func unknownCadence(name string) error {
	return usageErrorf("--cadence %q is none of daily, weekly, biweekly, half_monthly, four_weekly, monthly, quarterly and yearly", name)
}

// complete checks the flags and fills in what they leave to the environment.
func (o *periodOptions) complete(t terminal) error {
	if o.plan == "" {
		return usageErrorf("name the plan with --plan")
	}
	if _, known := cadences[o.cadence]; !known {
		return unknownCadence(o.cadence)
	}
	return o.remote.complete(t)
}

// onePeriod takes the name of a period as the only argument.
func onePeriod(c *cobra.Command, arguments []string) error {
	if len(arguments) != 1 {
		return usageErrorf("name one period, like 2026-01.\nSee `%s --help`.", c.CommandPath())
	}
	return nil
}

// words turns an enum's name into words: RUN_STATE_POSTED is posted.
func words(name, prefix string) string {
	return strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(name, prefix), "_", " "))
}
