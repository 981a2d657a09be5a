package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"upline/calc/simulate"
)

// The plan of the other tests, with all that can cut a line and all that can be missed.
const explainedPlan = simulatedPlan + `  - name: match
    matching: {bonuses: [levels], rates: [{rank: gold, levels: [10%]}]}
  - name: team
    binary: {cycle: {strong: 400, weak: 400}, amount: 20.00}
  - name: share
    pool: {base: cv, rate: 1%, sharing: shares, shares_by_rank: [{rank: gold, amount: 1}]}
`

func TestSimulate_ExplainsDistributors(t *testing.T) {
	path := simulatedFiles(t, map[string]string{"plan.yaml": explainedPlan, "network.csv": simulatedNetwork, "sales.csv": simulatedSales})
	arguments := []string{"simulate", path("plan.yaml"), "--network", path("network.csv"), "--sales", path("sales.csv"), "--explain", "ann", "--explain", "bob"}
	got := runCommand(t, nil, "", append(arguments, "--out", path("out"))...)
	if got.code != exitOK || got.err != "" {
		t.Fatalf("exit code %d: %s", got.code, got.err)
	}
	text := named(got.out, path)
	golden(t, "simulate_explain.txt", text[strings.Index(text, "\nann in ")+1:])
	reasons, err := os.ReadFile(path("out/reasons.csv"))
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "simulate_reasons.csv", string(reasons))

	got = runCommand(t, nil, "", append(arguments, "--json")...)
	var report simulate.Report
	if err := json.Unmarshal([]byte(got.out), &report); err != nil || len(report.Explained) != 18 {
		t.Errorf("%d explanations, %v", len(report.Explained), err)
	}
}

func TestSimulate_ExplainsOnlyWhoIsThere(t *testing.T) {
	path := companyFiles(t)
	got := runCommand(t, nil, "", "simulate", path("plan.yaml"), "--network", path("network.csv"), "--sales", path("sales.csv"), "--explain", "zoe")
	if got.code != exitUsage || !strings.Contains(got.err, `there is no distributor "zoe"`) {
		t.Errorf("exit code %d: %s", got.code, got.err)
	}
}
