package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"upline/calc/plan"
)

// planBytesMax is the most that a server takes as a plan, too.
const planBytesMax = 1 << 20

// stdinName is how standard input is called in what is printed.
const stdinName = "stdin"

func planCommand(t terminal) *cobra.Command {
	c := group("plan", "Work on compensation plans", "A compensation plan is a YAML file. calc/README.md describes the language.",
		`  upline plan init binary > plan.yaml
  upline plan validate plan.yaml
  upline plan explain plan.yaml`)
	c.AddCommand(planValidateCommand(t), planExplainCommand(t), planInitCommand(t))
	return c
}

func planValidateCommand(t terminal) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "validate FILE... [flags]",
		Short: "Check plan files",
		Long: `Checks plan files without a server. Each finding is a line "file:line:column: what is wrong (what to do about it)". Exits with 1
when a file has an error, with 0 when there are only warnings or nothing. Versions of one plan among the files are held against
each other: no two are valid from the same day. The file "-" is standard input.`,
		Example: `  upline plan validate plan.yaml

  # For an editor or a pipeline: one JSON object for each file.
  upline plan validate --json plans/*.yaml`,
		Args: func(c *cobra.Command, files []string) error {
			if len(files) == 0 {
				return usageErrorf("name the files to check, or - for standard input.\nSee `%s --help`.", c.CommandPath())
			}
			return nil
		},
		RunE: func(_ *cobra.Command, files []string) error { return validatePlans(t, files, asJSON) },
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object for each file")
	return c
}

// checkedFile is what was found in one file, in the form of --json.
type checkedFile struct {
	File     string    `json:"file"`
	Valid    bool      `json:"valid"`
	Findings []finding `json:"findings"`
}

type finding struct {
	Severity string `json:"severity"`
	Line     int    `json:"line"`
	Column   int    `json:"column"`
	Path     string `json:"path,omitempty"`
	Message  string `json:"message"`
	Remedy   string `json:"remedy,omitempty"`
}

func validatePlans(t terminal, files []string, asJSON bool) error {
	valid := true
	read := make(map[string]plan.Result, len(files))
	var names []string
	for _, file := range files {
		name, source, err := readPlan(t.in, file)
		if err != nil {
			return err
		}
		result := plan.Compile([]byte(source))
		diagnostics := result.Diagnostics
		for _, other := range names {
			if overlap, ok := result.Overlap(read[other], other); ok {
				diagnostics = append(diagnostics, overlap)
			}
		}
		if _, again := read[name]; !again {
			names = append(names, name)
		}
		read[name] = result
		valid = valid && !diagnostics.HasErrors()
		if asJSON {
			err = printJSON(t.out, name, diagnostics)
		} else {
			err = printFindings(t.out, name, diagnostics)
		}
		if err != nil {
			return err
		}
	}
	if !valid {
		return errRefused
	}
	return nil
}

// openFile opens a file that somebody has named, to hold what is said of it.
func openFile(path, what string) (*os.File, error) {
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%s: there is no such file (name the file of %s, or - for standard input)", path, what)
	}
	if err != nil {
		return nil, err
	}
	if info, err := file.Stat(); err == nil && info.IsDir() {
		_ = file.Close()
		return nil, fmt.Errorf("%s is a folder (name the file of %s in it)", path, what)
	}
	return file, nil
}

func readPlan(stdin io.Reader, file string) (name, source string, err error) {
	from := stdin
	name = stdinName
	if file != "-" {
		name = file
		opened, err := openFile(file, "a plan")
		if err != nil {
			return "", "", err
		}
		defer opened.Close()
		from = opened
	}
	data, err := io.ReadAll(io.LimitReader(from, planBytesMax+1))
	switch {
	case errors.As(err, new(*os.PathError)):
		return "", "", err // It names the file.
	case err != nil:
		return "", "", fmt.Errorf("%s: %w", name, err)
	case len(data) > planBytesMax:
		return "", "", fmt.Errorf("%s: a plan has at most %d bytes", name, planBytesMax)
	}
	return name, string(data), nil
}

func printFindings(out io.Writer, name string, diagnostics plan.Diagnostics) error {
	var errs []error
	for _, d := range diagnostics {
		_, err := fmt.Fprintf(out, "%s:%s\n", name, d)
		errs = append(errs, err)
	}
	if !diagnostics.HasErrors() {
		_, err := fmt.Fprintf(out, "%s: valid\n", name)
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func printJSON(out io.Writer, name string, diagnostics plan.Diagnostics) error {
	checked := checkedFile{File: name, Valid: !diagnostics.HasErrors(), Findings: []finding{}}
	for _, d := range diagnostics {
		checked.Findings = append(checked.Findings, finding{
			Severity: d.Severity.String(), Line: d.Line, Column: d.Column, Path: d.Path, Message: d.Message, Remedy: d.Remedy,
		})
	}
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false) // A message may quote `pv >= 100`.
	return encoder.Encode(checked)
}
