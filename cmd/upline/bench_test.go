package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

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

// What --keep-open leaves is closed by a server while sales go on, as it would be by the bench itself.
func TestBenchCalls_DuringCloseTellsOfSalesByPhase(t *testing.T) {
	database := "sqlite:" + filepath.Join(t.TempDir(), "open.db")
	company := []string{"bench", "period", "--distributors", "400", "--sales", "1200", "--rows", "--json"}
	var clean periodResult
	if got := runCommand(t, nil, "", company...); got.code != exitOK || json.Unmarshal([]byte(got.out), &clean) != nil {
		t.Fatal(got.out, got.err)
	}
	if got := runCommand(t, nil, "", append(company, "--keep-open", "--url", database)...); got.code != exitOK || !strings.Contains(got.out, `"period":"2026-01"`) {
		t.Fatal(got.out, got.err)
	}
	s := proc.Serve(t, proc.Build(t), proc.Options{Args: []string{"--database", database, "--log-level", "warn"}})
	bench := []string{"bench", "calls", "--url", s.URL, "--distributors", "400", "--clients", "4", "--duration", "100ms", "--during-close", "--json"}
	got := runCommand(t, nil, "", bench...)
	var r duringCloseResult
	if err := json.Unmarshal([]byte(got.out), &r); err != nil || got.code != exitOK {
		t.Fatalf("%v: %s%s", err, got.out, got.err)
	}
	if r.OutputDigest != clean.OutputDigest || r.Distributors != 400 || r.Period != "2026-01" {
		t.Errorf("%+v is closed as\n%+v", clean, r)
	}
	if r.RecordSalePerS <= 0 || r.CloseS <= 0 || r.DuringCloseMaxMS < r.DuringCloseP99MS || r.DuringCloseP99MS < r.DuringCloseP50MS || len(r.Phases) == 0 {
		t.Errorf("%+v", r)
	}
	if got := runCommand(t, nil, "", bench...); got.code != exitOK || !strings.Contains(got.out, `"period":"2026-02"`) {
		t.Errorf("the next: %s%s", got.out, got.err)
	}
	if got := runCommand(t, nil, "", append(company, "--keep-open")...); got.code != exitUsage {
		t.Errorf("nothing to keep open: %s%s", got.out, got.err)
	}
}

func TestTimedSales_CountWhatIsUnderWayInAWindow(t *testing.T) {
	at := func(ms int) time.Time { return time.UnixMilli(int64(ms)) }
	s := timedSales{calls: [][]timedCall{{{at(0), at(90)}, {at(90), at(130)}}, {{at(110), at(160)}, {at(210), at(220)}}}}
	// Of the first, which ended before, nothing; the second and the third were under way, and one of them ended.
	if got := s.between(at(100), at(150)); got.S != 0.05 || got.PerS != 20 || got.P50MS != 50 || got.MaxMS != 50 {
		t.Errorf("%+v", got)
	}
	if got := s.between(at(170), at(200)); got.PerS != 0 || got.MaxMS != 0 {
		t.Errorf("%+v", got)
	}
}
