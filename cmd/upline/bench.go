package main

import (
	"github.com/spf13/cobra"
)

func benchCommand(t terminal) *cobra.Command {
	c := group("bench", "Measure", "Makes up companies and measures what Upline does with them. The same seed makes the same company.",
		`  upline bench engine --distributors 1000000 --sales 3000000`)
	c.AddCommand(benchEngineCommand(t))
	return c
}
