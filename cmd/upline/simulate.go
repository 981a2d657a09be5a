package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"upline/calc/plan"
	"upline/calc/simulate"
)

// simulation is what is asked of `simulate`.
type simulation struct {
	network, sales, payments, cancellations, changes, state, rates, adjustments string
	period, against, out                                                        string
	explain                                                                     []string
	json                                                                        bool
	threads                                                                     int
}

func simulateCommand(t terminal) *cobra.Command {
	var s simulation
	c := &cobra.Command{
		Use:   "simulate PLAN --network FILE --sales FILE [flags]",
		Short: "Compute what a plan pays from CSV files, without a server or a database",
		Long: `Computes what a plan pays from a network and its sales: all periods from the first with sales to the last, with ranks,
carry-overs and everything else that goes on from one to the next. Prints totals by period, bonus and rank, and what part of
revenue and of commissionable volume is paid out. With --out it writes every line with everything that its amount can be
reckoned again from.
With --against it holds a second plan against the first on the same files: who is paid more, who less, and what it costs.
With --explain it says of a distributor, period by period, what each line is made of, down to the sales, and of each bonus that
pays nothing why, and what was lacking.

What it does not do, such as moves in the trees or refunds, stands in calc/README.md under "What
simulate does not do", with what to do instead.

Nothing is computed when a row is wrong: all that is wrong is listed, as "file:line: column: what is wrong (what to do)", and the
command exits with 1. Of a row that repeats the id of another no more is said than that.

Files are CSV in UTF-8; cells are separated by commas, semicolons or tabs; the first row names the columns, in any order. A
number is written like 1234.50, a time like 2026-01-31 or 2026-01-31T15:04:05, in the plan's time zone, or 2026-01-31T15:04:05Z.
A star marks the columns that a file must have.

` + formatsText(simulate.InputFormats()) + `
--out writes these files, and into its folder "against" those of the second plan:

` + formatsText(simulate.OutputFormats()),
		Example: `  upline simulate plan.yaml --network network.csv --sales sales.csv

  # Three months, every line of them, and what the months after begin with.
  upline simulate plan.yaml --network network.csv --sales sales.csv --period 2026-01..2026-03 --out results
  upline simulate plan.yaml --network network.csv --sales sales.csv --period 2026-04 --state results/state.csv

  # Why somebody is paid this, and what is lacking for more.
  upline simulate plan.yaml --network network.csv --sales sales.csv --explain ann --explain bob

  # Who would gain and who would lose by another plan.
  upline simulate plan.yaml --against other.yaml --network network.csv --sales sales.csv`,
		Args: func(c *cobra.Command, files []string) error {
			if len(files) != 1 {
				return usageErrorf("name one plan file.\nSee `%s --help`.", c.CommandPath())
			}
			return nil
		},
		RunE: func(c *cobra.Command, files []string) error {
			if s.network == "" || s.sales == "" {
				return usageErrorf("--network and --sales are needed.\nSee `%s --help`.", c.CommandPath())
			}
			return s.run(t, files[0])
		},
	}
	f := c.Flags()
	f.SortFlags = false
	f.StringVar(&s.network, "network", "", "`file` of the distributors")
	f.StringVar(&s.sales, "sales", "", "`file` of the sales")
	f.StringVar(&s.payments, "payments", "", "`file` of payments of subscriptions")
	f.StringVar(&s.cancellations, "cancellations", "", "`file` of cancellations")
	f.StringVar(&s.changes, "changes", "", "`file` of upgrades and downgrades of services")
	f.StringVar(&s.state, "state", "", "`file` of what goes on from before the first period: carry-overs, ranks")
	f.StringVar(&s.rates, "rates", "", "`file` of exchange rates; they take the place of the plan's own")
	f.StringVar(&s.adjustments, "adjustments", "", "`file` of what is paid by hand")
	f.StringVar(&s.period, "period", "", "periods of the plan's cadence to compute, `NAME` or FROM..TO; without it, all that hold sales")
	f.StringVar(&s.against, "against", "", "`file` of a second plan to hold against the first")
	f.StringVar(&s.out, "out", "", "`folder` to write CSV files into; it is made if it is not there")
	f.StringArrayVar(&s.explain, "explain", nil, "`id` of a distributor to explain; may be given several times")
	f.BoolVar(&s.json, "json", false, "print one JSON object")
	f.IntVar(&s.threads, "threads", 0, "threads to compute with; 0 for as many as there are processors")
	return c
}

// formatsText describes files in the width of a help text.
func formatsText(formats []simulate.Format) string {
	const columnsMax = 126
	texts := make([]string, len(formats))
	for i := range formats {
		texts[i] = formats[i].Text(columnsMax)
	}
	return strings.Join(texts, "\n")
}

func (s *simulation) run(t terminal, planFile string) (err error) {
	first, err := s.plan(t, planFile)
	if err != nil {
		return err
	}
	request := simulate.Request{Plan: first, Periods: s.period, Threads: s.threads}
	if s.against != "" {
		if request.Against, err = s.plan(t, s.against); err != nil {
			return err
		}
		if request.Against.Name == request.Plan.Name {
			request.Plan.Name, request.Against.Name = planFile, s.against
		}
	}
	sources := sourceFiles{stdin: t.in}
	defer sources.close()
	if request.Files, err = s.files(&sources); err != nil {
		return err
	}
	bar := newProgressBar(t.err)
	defer bar.clear()
	request.Progress = bar.show
	company, err := simulate.Read(request)
	if err != nil {
		bar.clear()
		return s.failed(t, err)
	}
	totals, explained, err := s.compute(company)
	if err != nil {
		bar.clear()
		return s.failed(t, err)
	}
	bar.clear()
	report := simulate.NewReport(company, totals...)
	report.Explained = explained
	if s.json {
		return writeJSON(t.out, report)
	}
	return report.WriteText(t.out)
}

// plan reads a plan file. What is found in it is said on standard error; errors end the command.
func (s *simulation) plan(t terminal, file string) (simulate.Plan, error) {
	name, source, err := readPlan(t.in, file)
	if err != nil {
		return simulate.Plan{}, err
	}
	result := plan.Compile([]byte(source))
	if result.Plan != nil {
		for _, d := range result.Diagnostics {
			fmt.Fprintf(t.err, "%s:%s\n", name, d)
		}
		return simulate.Plan{Name: filepath.Base(name), Plan: result.Plan}, nil
	}
	if s.json {
		return simulate.Plan{}, errors.Join(errRefused, printJSON(t.out, name, result.Diagnostics))
	}
	return simulate.Plan{}, errors.Join(errRefused, printFindings(t.err, name, result.Diagnostics))
}

// failed says why nothing was computed: on standard error, or as JSON where that was asked for.
func (s *simulation) failed(t terminal, err error) error {
	var problems *simulate.Problems
	switch {
	case errors.Is(err, simulate.ErrRequest):
		return usageError{errors.New(strings.TrimPrefix(err.Error(), simulate.ErrRequest.Error()+": "))}
	case !errors.As(err, &problems):
		return err
	case s.json:
		list := struct {
			Problems []simulate.Problem `json:"problems"`
			More     int                `json:"more"`
		}{problems.List, problems.More}
		return errors.Join(errRefused, writeJSON(t.out, list))
	}
	_, printErr := fmt.Fprintln(t.err, problems)
	return errors.Join(errRefused, printErr)
}

func writeJSON(out io.Writer, value any) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}

// files opens the files that were named.
func (s *simulation) files(sources *sourceFiles) (simulate.Files, error) {
	var files simulate.Files
	for _, one := range []struct {
		path string
		to   *simulate.Source
	}{
		{s.network, &files.Network},
		{s.sales, &files.Sales},
		{s.payments, &files.Payments},
		{s.cancellations, &files.Cancellations},
		{s.changes, &files.Changes},
		{s.state, &files.State},
		{s.rates, &files.Rates},
		{s.adjustments, &files.Adjustments},
	} {
		if one.path == "" {
			continue
		}
		var err error
		if *one.to, err = sources.open(one.path); err != nil {
			return files, err
		}
	}
	return files, nil
}

// sourceFiles are files that are open for reading.
type sourceFiles struct {
	stdin  io.Reader
	opened []*os.File
}

// open opens a file; "-" is standard input.
func (f *sourceFiles) open(path string) (simulate.Source, error) {
	if path == "-" {
		return simulate.Source{Name: stdinName, Reader: f.stdin}, nil
	}
	file, err := openFile(path, "CSV")
	if err != nil {
		return simulate.Source{}, err
	}
	f.opened = append(f.opened, file)
	info, err := file.Stat()
	if err != nil {
		return simulate.Source{}, err
	}
	return simulate.Source{Name: path, Reader: file, Bytes: info.Size()}, nil
}

func (f *sourceFiles) close() {
	for _, file := range f.opened {
		file.Close()
	}
}

// compute computes the plans, explains whom it is asked to, and writes files where they are asked for.
func (s *simulation) compute(company *simulate.Company) (totals []*simulate.Totals, explained []simulate.Explained, err error) {
	for which := range company.Plans() {
		one, why, err := s.computePlan(company, which)
		if err != nil {
			return nil, nil, err
		}
		totals, explained = append(totals, one), append(explained, why...)
	}
	if s.out == "" || len(totals) < 2 {
		return totals, explained, nil
	}
	file, err := os.Create(filepath.Join(s.out, "comparison.csv"))
	if err != nil {
		return nil, nil, err
	}
	return totals, explained, errors.Join(company.WriteComparison(file, totals[0], totals[1]), file.Close())
}

// computePlan computes one of the plans.
func (s *simulation) computePlan(company *simulate.Company, which int) (totals *simulate.Totals, explained []simulate.Explained, err error) {
	folder := s.out
	if which > 0 {
		folder = filepath.Join(s.out, "against")
	}
	var out simulate.OutFiles
	var reasons io.Writer
	if s.out != "" {
		files := []outFile{
			{"lines.csv", &out.Lines},
			{"ranks.csv", &out.Ranks},
			{"carry.csv", &out.Carry},
			{"state.csv", &out.State},
			{"totals.csv", &out.Totals},
			{"payouts.csv", &out.Payouts},
		}
		if len(s.explain) > 0 {
			files = append(files, outFile{"reasons.csv", &reasons})
		}
		closeAll, createErr := createFiles(folder, files)
		defer func() { err = errors.Join(err, closeAll()) }()
		if createErr != nil {
			return nil, nil, createErr
		}
	}
	explainer, err := company.NewExplainer(s.explain, reasons)
	if err != nil {
		return nil, nil, err
	}
	visit := explainer.Visit
	var writer *simulate.FileWriter
	if s.out != "" {
		writer = company.NewFileWriter(out)
		visit = func(c *simulate.Closed) error { return errors.Join(writer.Visit(c), explainer.Visit(c)) }
	}
	if totals, err = company.Run(which, visit); err != nil {
		return nil, nil, err
	}
	explained, err = explainer.End()
	if writer != nil {
		err = errors.Join(err, writer.End(totals))
	}
	return totals, explained, err
}

// outFile is a file to be written, by its name in a folder.
type outFile struct {
	name string
	to   *io.Writer
}

// createFiles opens files for writing. closeAll closes those that were opened, also where there is an error.
func createFiles(folder string, files []outFile) (closeAll func() error, err error) {
	var opened []*os.File
	closeAll = func() error {
		var errs []error
		for _, file := range opened {
			errs = append(errs, file.Close())
		}
		return errors.Join(errs...)
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return closeAll, err
	}
	for _, one := range files {
		file, err := os.Create(filepath.Join(folder, one.name))
		if err != nil {
			return closeAll, err
		}
		opened = append(opened, file)
		*one.to = file
	}
	return closeAll, nil
}
