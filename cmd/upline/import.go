package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"upline/calc/plan"
	"upline/calc/simulate"
	"upline/cmd/upline/internal/intake"
	"upline/server"
	"upline/store"
	"upline/store/open"
)

// importing is what is asked of `import`.
type importing struct {
	config  server.Config
	request intake.Request
	refused string
	dryRun  bool
}

func importCommand(t terminal) *cobra.Command {
	i := &importing{config: server.DefaultConfig()}
	source := settingsSource{serverSettings(&i.config, "database"), t.lookupEnv}
	c := &cobra.Command{
		Use:   "import --plan ID --network FILE [flags]",
		Short: "Bring a company into a database from CSV files",
		Long: `Brings in what a company has before Upline: its network, open services, ranks, carry-overs, running advances and
balances, straight into a database, also beside servers that work on it. The plan, its markets and products are there
already. The rows are those that Enroll and ImportOpening of the API would write, so the first close begins with them;
bring them in before the first period is closed.

First all files are read and every row is checked, by itself and with the others. If a row is wrong, a control total
is not met, or the plan's first period is closed and takes no opening state any more, nothing is written: all that is
wrong is listed, as "file:line: column: what is wrong (what to do)", every cell of a row that is, up to 20 of them on
the screen and all in the file that --refused names, and the command exits with 1. Then it is written, in chunks that
each leave a note beside them. What only the database knows, an id that was used with other content, is found at the
chunk concerned: that one is not written, and those before it stay.

It may be interrupted or killed at any moment: the same command again goes on from there. A file that was brought in
before changes nothing, and so does a row that was, with the same content; the same id with other content is refused.
At the end the files' rows are counted and their amounts summed up in the database, too, whatever else it has, and must
be those of the files.

Files are CSV in UTF-8; cells are separated by commas, semicolons or tabs; the first row names the columns, in any
order. A number is written like 1234.50, a time like 2026-01-31 or 2026-01-31T15:04:05, in the plan's time zone, or
2026-01-31T15:04:05Z. A star marks the columns that a file must have.

` + formatsText(intake.Formats()),
		Example: `  upline import --database postgres://upline@db.internal/upline --plan energy --network network.csv --dry-run

  upline import --database sqlite:upline.db --plan energy --network network.csv --services services.csv --ranks ranks.csv \
    --carries carries.csv --advances advances.csv --balances balances.csv --check totals.csv --refused refused.csv`,
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := source.read(c.Flags()); err != nil {
				return err
			}
			r := &i.request
			switch {
			case r.PlanID == "":
				return usageErrorf("--plan is needed.\nSee `%s --help`.", c.CommandPath())
			case r.Network+r.Services+r.Ranks+r.Carries+r.Advances+r.Balances == "":
				return usageErrorf("name at least one file.\nSee `%s --help`.", c.CommandPath())
			}
			return i.run(c.Context(), t)
		},
	}
	f := c.Flags()
	f.SortFlags = false
	source.declare(f)
	r := &i.request
	f.StringVar(&r.PlanID, "plan", "", "`id` of the plan that pays the company")
	f.StringVar(&r.Network, "network", "", "`file` of the distributors")
	f.StringVar(&r.Services, "services", "", "`file` of open services without a running advance")
	f.StringVar(&r.Ranks, "ranks", "", "`file` of the highest ranks achieved")
	f.StringVar(&r.Carries, "carries", "", "`file` of volume that binary bonuses carry on")
	f.StringVar(&r.Advances, "advances", "", "`file` of open services with running advances")
	f.StringVar(&r.Balances, "balances", "", "`file` of what is owed")
	f.StringVar(&r.Totals, "check", "", "`file` of control totals")
	f.StringVar(&i.refused, "refused", "", "`file` to write everything that is wrong into, as CSV")
	f.BoolVar(&i.dryRun, "dry-run", false, "read and check, and write nothing")
	return c
}

func (i *importing) run(ctx context.Context, t terminal) (err error) {
	began := time.Now()
	engine, err := open.Engine(ctx, i.config.Database, open.Options{Clock: time.Now})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, engine.Close()) }()
	if err := store.CheckSchema(ctx, engine); err != nil {
		return err
	}
	bar := newProgressBar(t.err)
	defer bar.clear()
	report, err := newRefusedReport(t.err, i.refused, bar)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, report.close()) }()
	r := i.request
	r.Store, r.NowUS = store.New(engine, store.Options{Clock: time.Now, Compile: plan.Load, Owner: owner()}), began.UnixMicro()
	r.Refused, r.Progress = report.add, bar.show
	company, err := intake.Read(ctx, r)
	if err == nil && !i.dryRun {
		err = company.Write(ctx)
	}
	bar.clear()
	switch {
	case errors.Is(err, intake.ErrRefused):
		return errors.Join(errRefused, report.sum())
	case err != nil && ctx.Err() != nil:
		return fmt.Errorf("interrupted; the same command goes on from here: %w", err)
	case err != nil:
		return err
	}
	if err := printTotals(t.out, company.Totals); err != nil {
		return err
	}
	done := "brought in"
	if i.dryRun {
		done = "nothing is wrong, and nothing was written:"
	}
	_, err = fmt.Fprintf(t.out, "%s in %s\n", done, time.Since(began).Round(100*time.Millisecond))
	return err
}

// printTotals says what the files come to, and the database.
func printTotals(out io.Writer, totals *intake.Totals) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "file\ttotal\tin the files\tin the database\tcontrol\t")
	for _, one := range totals.List() {
		stored, want := "", ""
		if one.IsStored {
			stored = one.Text(one.Stored)
		}
		if one.IsChecked {
			want = "met"
		}
		name := one.Name
		if one.Currency != "" {
			name += " " + one.Currency
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t\n", one.File, name, one.Text(one.Value), stored, want)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, one := range totals.List() {
		if one.More > 0 {
			fmt.Fprintf(out, "The database has %s more rows of %s than the file, which are not counted here.\n", one.Text(one.More), one.File)
		}
	}
	return nil
}

// refusedReport lists what is wrong: some on the screen, all in a file.
type refusedReport struct {
	out   io.Writer
	bar   *progressBar
	path  string
	file  *os.File
	rows  *csv.Writer
	count int
}

// refusedShownMax is how many are shown on the screen.
const refusedShownMax = 20

func newRefusedReport(out io.Writer, path string, bar *progressBar) (*refusedReport, error) {
	r := &refusedReport{out: out, bar: bar, path: path}
	if path == "" {
		return r, nil
	}
	var err error
	if r.file, err = os.Create(path); err != nil {
		return nil, err
	}
	r.rows = csv.NewWriter(r.file)
	return r, r.rows.Write([]string{"file", "line", "column", "problem", "remedy"})
}

func (r *refusedReport) add(p simulate.Problem) {
	r.count++
	if r.count <= refusedShownMax {
		r.bar.clear()
		fmt.Fprintln(r.out, p)
	}
	if r.rows != nil {
		_ = r.rows.Write([]string{p.File, strconv.Itoa(p.Line), p.Column, p.Text, p.Remedy}) // close tells of errors
	}
}

// sum says how much is not shown.
func (r *refusedReport) sum() error {
	var err error
	if more := r.count - refusedShownMax; more > 0 {
		_, err = fmt.Fprintf(r.out, "and %d more\n", more)
	}
	if r.path != "" {
		_, printErr := fmt.Fprintf(r.out, "all of it stands in %s\n", filepath.Clean(r.path))
		err = errors.Join(err, printErr)
	}
	return err
}

func (r *refusedReport) close() error {
	if r.file == nil {
		return nil
	}
	r.rows.Flush()
	return errors.Join(r.rows.Error(), r.file.Close())
}
