package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	uplinev1 "upline/api/upline/v1"
)

var exportTables = map[string]uplinev1.ExportTable{
	"lines":    uplinev1.ExportTable_EXPORT_TABLE_LINES,
	"payables": uplinev1.ExportTable_EXPORT_TABLE_PAYABLES,
	"ledger":   uplinev1.ExportTable_EXPORT_TABLE_LEDGER,
}

var exportFormats = map[string]uplinev1.ExportFormat{
	"csv":     uplinev1.ExportFormat_EXPORT_FORMAT_CSV,
	"parquet": uplinev1.ExportFormat_EXPORT_FORMAT_PARQUET,
}

// exportOptions are what `period export` is told.
type exportOptions struct {
	periodOptions
	what, format, out string
}

func periodExportCommand(t terminal) *cobra.Command {
	var o exportOptions
	c := &cobra.Command{
		Use:   "export --plan PLAN PERIOD --what lines|payables|ledger [flags]",
		Short: "Write a closed period to a file",
		Long: `Writes what a closed period comes to as CSV or Parquet:

  lines      every line: who earned what, by which bonus, from what base, rate and factors
  payables   what each distributor is owed, by currency: commission, adjustments, clawback, what is held, what is payable,
             and what of it is of advances not earned yet
  ledger     sums for the general ledger, debits and credits by account, posting, bonus and currency

Rows come in an order that never changes. The file takes its name when it is complete, in the place of one that has it;
until then, and where the program is killed, there is one named FILE.part. What is no plain file, a pipe for instance,
is written to as it is.`,
		Example: `  upline period export --plan energy 2026-01 --what payables --out payables.csv
  upline period export --plan energy 2026-01 --what lines --format parquet --out lines.parquet
  upline period export --plan energy 2026-01 --what ledger`,
		Args: onePeriod,
		RunE: func(c *cobra.Command, arguments []string) error {
			if err := o.complete(t); err != nil {
				return err
			}
			return o.explain(o.export(c.Context(), t, arguments[0]))
		},
	}
	flags := c.Flags()
	flags.SortFlags = false
	flags.StringVar(&o.plan, "plan", "", "the `plan`, by its id")
	flags.StringVar(&o.cadence, "cadence", "", cadenceFlag)
	flags.StringVar(&o.what, "what", "", "`lines`, payables or ledger")
	flags.StringVar(&o.format, "format", "", "`csv` or parquet; by the name of the file when left out, else csv")
	flags.StringVar(&o.out, "out", "", "the `file` to write; the standard output when left out")
	o.remote.declare(flags)
	return c
}

func (o *exportOptions) complete(t terminal) error {
	if _, known := exportTables[o.what]; !known {
		return usageErrorf("--what %q is none of lines, payables and ledger: name one", o.what)
	}
	if o.format == "" && strings.EqualFold(filepath.Ext(o.out), ".parquet") {
		o.format = "parquet"
	}
	if o.format == "" {
		o.format = "csv"
	}
	if _, known := exportFormats[o.format]; !known {
		return usageErrorf("--format %q is neither csv nor parquet", o.format)
	}
	if named := strings.ToLower(strings.TrimPrefix(filepath.Ext(o.out), ".")); exportFormats[named] != 0 && named != o.format {
		return usageErrorf("--format %s: %q is named as %s", o.format, o.out, named)
	}
	if o.format == "parquet" && o.out == "" {
		return usageErrorf("--out: name a file; Parquet is not for a terminal")
	}
	return o.periodOptions.complete(t)
}

// export writes to a file beside the one that is asked for, which takes its place when it is complete.
func (o *exportOptions) export(ctx context.Context, t terminal, period string) (err error) {
	if o.out == "" {
		_, err := o.stream(ctx, t, period, t.out)
		return err
	}
	last, err := o.write(func(file io.Writer) (*uplinev1.ExportPeriodResponse, error) { return o.stream(ctx, t, period, file) })
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(t.err, "%s of %s are in %s, from %d lines\n", o.what, period, o.out, last.GetLinesTotal())
	return err
}

// write has the file written: beside the one that is asked for, unless that is a pipe, a device or a directory, which no file may replace.
func (o *exportOptions) write(stream func(io.Writer) (*uplinev1.ExportPeriodResponse, error)) (last *uplinev1.ExportPeriodResponse, err error) {
	target := o.out
	if resolved, err := filepath.EvalSymlinks(target); err == nil {
		target = resolved
	}
	if there, err := os.Stat(target); err == nil && !there.Mode().IsRegular() {
		file, err := os.OpenFile(target, os.O_WRONLY, 0)
		if err != nil {
			return nil, usageErrorf("--out: %w", err)
		}
		last, err = stream(file)
		return last, errors.Join(err, file.Close())
	}
	partial := target + ".part"
	file, err := os.Create(partial)
	if err != nil {
		return nil, usageErrorf("--out: %w", err)
	}
	last, err = stream(file)
	if err == nil {
		err = file.Sync()
	}
	err = errors.Join(err, file.Close())
	if err == nil {
		err = os.Rename(partial, target)
	}
	if err != nil {
		return nil, errors.Join(err, os.Remove(partial))
	}
	return last, nil
}

// stream copies the parts of the file, and returns the last.
func (o *exportOptions) stream(ctx context.Context, t terminal, period string, to io.Writer) (last *uplinev1.ExportPeriodResponse, err error) {
	bar := newProgressBar(t.err)
	defer bar.clear()
	stream, err := o.report().ExportPeriod(ctx, &uplinev1.ExportPeriodRequest{
		PlanId: o.plan, Cadence: cadences[o.cadence], Period: period, Table: exportTables[o.what], Format: exportFormats[o.format],
	})
	if err != nil {
		return nil, err
	}
	defer stream.Close()
	for stream.Receive() {
		last = stream.Msg()
		if _, err := to.Write(last.GetChunk()); err != nil {
			return nil, err
		}
		bar.show("writing "+o.what, last.GetLinesDone(), last.GetLinesTotal())
	}
	if stream.Err() == nil && !last.GetComplete() {
		return nil, errors.New("the server ended the export before it was complete; ask for it again")
	}
	return last, stream.Err()
}
