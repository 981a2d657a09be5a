package main

import (
	"errors"
	"io"

	"github.com/spf13/cobra"

	"upline/calc/plan"
)

func planExplainCommand(t terminal) *cobra.Command {
	return &cobra.Command{
		Use:   "explain FILE",
		Short: "Say a plan in plain English",
		Long: `Says a plan file in plain English, made from the file: its frame, volumes, who is active, ranks, bonuses, caps, markets and
currencies. To be held against the brochure that the plan was written down from. Exits with 1 when the file has an error. The
file "-" is standard input.`,
		Example: `  upline plan explain plan.yaml`,
		Args: func(c *cobra.Command, files []string) error {
			if len(files) != 1 {
				return usageErrorf("name one plan file, or - for standard input.\nSee `%s --help`.", c.CommandPath())
			}
			return nil
		},
		RunE: func(_ *cobra.Command, files []string) error {
			name, source, err := readPlan(t.in, files[0])
			if err != nil {
				return err
			}
			result := plan.Compile([]byte(source))
			if result.Plan == nil {
				return errors.Join(errRefused, printFindings(t.err, name, result.Diagnostics))
			}
			_, err = io.WriteString(t.out, result.English())
			return err
		},
	}
}
