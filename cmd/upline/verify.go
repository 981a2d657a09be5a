package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"upline/calc"
	"upline/calc/plan"
	"upline/server"
	"upline/store"
	"upline/store/open"
)

// verifyOptions are what `verify` is told.
type verifyOptions struct {
	config        server.Config
	plan, cadence string
	all           bool
}

func verifyCommand(t terminal) *cobra.Command {
	o := &verifyOptions{config: server.DefaultConfig()}
	source := settingsSource{serverSettings(&o.config, "database"), t.lookupEnv}
	c := &cobra.Command{
		Use:   "verify --plan PLAN [PERIOD | --all] [flags]",
		Short: "Prove a closed period: compute it again from its events",
		Long: `Computes a closed period again from its events, and holds the digests of its input and output, and every line, rank,
carry-over and total of the close in the database, against what comes out. It reads the database itself, needs no server,
changes nothing, and may run beside servers. Exits with 1 when anything differs, and says what the first difference is.

What is proved is the close. Lines that were posted with an event (a sale, a payment, a cancellation) are not computed
again; where they were summed up behind the writes, the sums are held against them.

A run that another version of the engine wrote is computed by this one: an output that differs then may be the engine's change,
and not a change of the books.`,
		Example: `  upline verify --plan energy 2026-01
  upline verify --plan energy --all --database postgres://upline@db.internal/upline`,
		Args: func(c *cobra.Command, arguments []string) error {
			if len(arguments) > 1 || (len(arguments) == 1) == o.all {
				return usageErrorf("name one period, or --all.\nSee `%s --help`.", c.CommandPath())
			}
			return nil
		},
		RunE: func(c *cobra.Command, arguments []string) error {
			if err := source.read(c.Flags()); err != nil {
				return err
			}
			if o.plan == "" {
				return usageErrorf("name the plan with --plan")
			}
			return o.run(c.Context(), t, arguments)
		},
	}
	source.declare(c.Flags())
	c.Flags().StringVar(&o.plan, "plan", "", "the `plan`, by its id")
	c.Flags().StringVar(&o.cadence, "cadence", "", cadenceFlag)
	c.Flags().BoolVar(&o.all, "all", false, "every closed period of the cadence, oldest first")
	return c
}

func (o *verifyOptions) run(ctx context.Context, t terminal, periods []string) (err error) {
	number, known := cadences[o.cadence]
	if !known {
		return unknownCadence(o.cadence)
	}
	cadence := calc.Cadence(number)
	if path, isFile := strings.CutPrefix(o.config.Database, "sqlite:"); isFile {
		if _, err := os.Stat(path); err != nil { // opening it would make it
			return usageErrorf("--database: %w", err)
		}
	}
	engine, err := open.Engine(ctx, o.config.Database, open.Options{Clock: time.Now})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, engine.Close()) }()
	if err := store.CheckSchema(ctx, engine); err != nil {
		return err
	}
	kept := store.New(engine, store.Options{Clock: time.Now, Compile: plan.Load})
	if o.all {
		if periods, err = closedPeriods(ctx, kept, o.plan, cadence); err != nil {
			return err
		}
	}
	bar := newProgressBar(t.err)
	failed := false
	for i, period := range periods {
		bar.show("verifying "+period, int64(i), int64(len(periods)))
		v, err := kept.VerifyRun(ctx, o.plan, cadence, period)
		bar.clear()
		if err != nil {
			return err
		}
		printVerification(t.out, period, v)
		failed = failed || !v.OK()
	}
	if failed {
		return errRefused
	}
	return nil
}

// closedPeriods lists the closed periods of a cadence, oldest first.
func closedPeriods(ctx context.Context, kept *store.Store, planID string, cadence calc.Cadence) (names []string, err error) {
	const pageSize = 1000
	for after := ""; ; {
		page, next, err := kept.ListPeriods(ctx, planID, cadence, after, pageSize)
		if err != nil {
			return nil, err
		}
		for _, p := range page {
			if p.State == store.PeriodClosed {
				names = append([]string{p.Key.Name}, names...)
			}
		}
		if after = next; after == "" {
			return names, nil
		}
	}
}

func printVerification(out io.Writer, period string, v store.Verification) {
	if v.OK() {
		fmt.Fprintf(out, "%s: proved, %d rows, %d lines of the close, output %s\n", period, v.Rows, v.Run.LineCount, hex.EncodeToString(v.OutputDigest))
		return
	}
	fmt.Fprintf(out, "%s: DIFFERS\n", period)
	for _, digest := range []struct {
		name        string
		posted, now []byte
	}{{"input", v.Run.InputDigest, v.InputDigest}, {"output", v.Run.OutputDigest, v.OutputDigest}} {
		if string(digest.posted) != string(digest.now) {
			fmt.Fprintf(out, "  %s was %s and is %s\n", digest.name, hex.EncodeToString(digest.posted), hex.EncodeToString(digest.now))
		}
	}
	if v.Difference != "" {
		fmt.Fprintf(out, "  %s\n", v.Difference)
	}
	if v.Run.EngineVersion != v.EngineVersion {
		fmt.Fprintf(out, "  the run was written by version %s of the engine, and this is version %s: use a program of that version to tell a change of the engine from a change of the books\n",
			v.Run.EngineVersion, v.EngineVersion)
	}
}
