package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"upline/calc/plan"
)

func planInitCommand(t terminal) *cobra.Command {
	return &cobra.Command{
		Use:   "init [KIND]",
		Short: "Write a plan to begin with",
		Long: `Writes a complete plan file with a bonus of a kind to standard output, to begin with: its comments say what can be changed.
Without a kind, it lists the kinds.`,
		Example: `  upline plan init
  upline plan init unilevel > plan.yaml`,
		Args: func(c *cobra.Command, kinds []string) error {
			if len(kinds) > 1 {
				return usageErrorf("name one kind of bonus.\nSee `%s --help`.", c.CommandPath())
			}
			return nil
		},
		RunE: func(c *cobra.Command, kinds []string) error {
			if len(kinds) == 0 {
				_, err := io.WriteString(t.out, strings.Join(plan.StarterKinds(), "\n")+"\n")
				return err
			}
			text, known := plan.Starter(kinds[0])
			if !known {
				return usageErrorf("there is no kind of bonus %q; the kinds are %s.\nSee `%s --help`.", kinds[0], strings.Join(plan.StarterKinds(), ", "), c.CommandPath())
			}
			_, err := fmt.Fprint(t.out, text)
			return err
		},
	}
}
