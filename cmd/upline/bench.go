package main

import (
	"github.com/spf13/cobra"
)

func benchCommand(t terminal) *cobra.Command {
	c := group("bench", "Measure", "Makes up companies and measures what Upline does with them. The same seed makes the same company.",
		`  upline bench engine --distributors 1000000 --sales 3000000
  upline bench period --distributors 1000000 --sales 3000000
  upline bench calls --url http://127.0.0.1:8080 --clients 64 --duration 20s`)
	c.AddCommand(benchPlacementCommand(t), benchEngineCommand(t), benchPeriodCommand(t), benchCallsCommand(t))
	return c
}
