package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"upline/cmd/upline/internal/proc"
)

func TestBenchPeriod_PrintsOneObjectAndLeavesADatabaseThatIsProved(t *testing.T) {
	database := "sqlite:" + filepath.Join(t.TempDir(), "bench.db")
	got := runCommand(t, nil, "", "bench", "period", "--distributors", "400", "--sales", "1200", "--url", database, "--json")
	if got.code != exitOK {
		t.Fatal(got.err)
	}
	var result periodResult
	if err := json.Unmarshal([]byte(got.out), &result); err != nil {
		t.Fatalf("%v: %s", err, got.out)
	}
	if result.Engine != "sqlite" || result.Distributors != 400 || result.Sales != 1200 || result.Lines == 0 || result.LoadS <= 0 ||
		result.TotalS < result.ReadS+result.ComputeS+result.WriteS+result.CommitS || result.DistributorsPerS <= 0 || result.PeakRSSMB <= 0 {
		t.Errorf("%+v", result)
	}
	if proved := runCommand(t, map[string]string{"UPLINE_DATABASE": database}, "", "verify", "--plan", "hybrid", "2026-01"); proved.code != exitOK {
		t.Errorf("%s%s", proved.out, proved.err)
	}
}

// The rows that --rows loads are those that calls leave: the close comes to the same.
func TestBenchPeriod_RowsCloseAsCallsDo(t *testing.T) {
	var digests []string
	for _, how := range [][]string{nil, {"--rows"}} {
		got := runCommand(t, nil, "", append([]string{"bench", "period", "--distributors", "400", "--sales", "1200", "--json"}, how...)...)
		var result periodResult
		if err := json.Unmarshal([]byte(got.out), &result); err != nil || got.code != exitOK {
			t.Fatalf("%v: %s%s", err, got.out, got.err)
		}
		digests = append(digests, result.InputDigest+" "+result.OutputDigest)
	}
	if digests[0] != digests[1] {
		t.Errorf("loaded by calls, and by rows:\n%s", strings.Join(digests, "\n"))
	}
}

func TestBenchCalls_FoundsACompanyAndTimesCalls(t *testing.T) {
	s := proc.Serve(t, proc.Build(t), proc.Options{Args: []string{"--database", "sqlite:" + filepath.Join(t.TempDir(), "upline.db")}})
	for range 2 { // the second time the company is there
		got := runCommand(t, nil, "", "bench", "calls", "--url", s.URL, "--distributors", "200", "--clients", "4", "--duration", "300ms", "--json")
		if got.code != exitOK {
			t.Fatal(got.err)
		}
		var result callsResult
		if err := json.Unmarshal([]byte(got.out), &result); err != nil {
			t.Fatalf("%v: %s", err, got.out)
		}
		if result.RecordSalePerS <= 0 || result.RecordSaleP99MS < result.RecordSaleP50MS || result.BatchSalesPerS < 0 || result.GetEarningsPerS <= 0 {
			t.Errorf("%+v", result)
		}
	}
}
