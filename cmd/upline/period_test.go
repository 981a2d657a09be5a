package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"

	uplinev1 "upline/api/upline/v1"
	"upline/calc"
	"upline/cmd/upline/internal/proc"
)

func TestPeriod_ListPreviewCloseWatchCancel(t *testing.T) {
	database := filepath.Join(t.TempDir(), "upline.db")
	s := proc.Serve(t, proc.Build(t), proc.Options{Args: []string{"--database", "sqlite:" + database}})
	c := dial(t, s.URL)
	c.found(30)
	c.sell(60, 30, time.January)
	environment := map[string]string{"UPLINE_SERVER": s.URL}
	call := func(arguments ...string) outcome {
		return runCommand(t, environment, "", append([]string{"period"}, append(arguments, "--plan", "chaos")...)...)
	}
	says := func(got outcome, code int, texts ...string) {
		t.Helper()
		if got.code != code {
			t.Fatalf("exit code %d, want %d\n%s%s", got.code, code, got.out, got.err)
		}
		for _, text := range texts {
			if !strings.Contains(got.out+got.err, text) {
				t.Errorf("does not say %q:\n%s%s", text, got.out, got.err)
			}
		}
	}

	says(call("preview", "2025-01"), exitOK, "preview of 2025-01: previewed, 30 distributors", "team", "leader", "USD")
	says(call("watch", "2025-01"), exitFailed, "nobody has begun to close 2025-01")
	says(call("totals", "2025-01"), exitOK, "2025-01, open, as of ", "PAID", "TAKEN BACK", "in all")
	says(call("close", "2025-02"), exitFailed, "2025-01 is not closed yet", "Close 2025-01 first")

	// A run that nobody has asked to wait for is soon posted, and may just be before it is cancelled.
	if _, err := c.commission.RunPeriod(t.Context(), &uplinev1.RunPeriodRequest{
		PlanId: "chaos", Period: "2025-01", Mode: uplinev1.RunMode_RUN_MODE_CLOSE, Wait: durationpb.New(0),
	}); err != nil {
		t.Fatal(err)
	}
	if got := call("cancel", "2025-01"); got.code == exitOK {
		says(got, exitOK, "2025-01 is open again")
	} else {
		says(got, exitFailed, "run posted")
	}

	says(call("close", "2025-01"), exitOK, "chaos/monthly/2025-01: posted", "output ", "team")
	says(call("close", "2025-01"), exitOK, "chaos/monthly/2025-01: posted")
	says(call("watch", "2025-01"), exitOK, "chaos/monthly/2025-01: posted")
	says(call("cancel", "2025-01"), exitFailed, "run posted")
	says(call("totals", "2025-01", "--by", "rank"), exitOK, "2025-01, closed, as of ", "ranks of 2025-01", "member", "(all)", "team", "USD")
	says(call("totals", "2025-01", "--by", "sponsor"), exitUsage, "none of bonus, market, vendor and rank")
	says(call("totals", "2024-12"), exitFailed, "lies before the plan's first monthly period")
	says(call("list", "--limit", "1000"), exitOK, "PERIOD", "2025-01", "closed", "chaos/monthly/2025-01")
	got := call("watch", "2025-01", "--json")
	says(got, exitOK)
	var run map[string]any
	if err := json.Unmarshal([]byte(got.out), &run); err != nil || run["state"] != "RUN_STATE_POSTED" {
		t.Errorf("%v, %v", run, err)
	}

	folder := t.TempDir()
	says(call("export", "2025-01", "--what", "payables", "--out", filepath.Join(folder, "payables.csv")), exitOK, "payables of 2025-01 are in ")
	says(call("export", "2025-01", "--what", "lines", "--out", filepath.Join(folder, "lines.parquet")), exitOK, "lines of 2025-01 are in ")
	says(call("export", "2025-01", "--what", "ledger"), exitOK, "plan_id,cadence,period,account", "commission_expense", "commissions_payable")
	for name, begins := range map[string]string{"payables.csv": "plan_id,cadence,period,distributor_id", "lines.parquet": "PAR1"} {
		if file, err := os.ReadFile(filepath.Join(folder, name)); err != nil || !strings.HasPrefix(string(file), begins) {
			t.Errorf("%s begins with %.40q, %v", name, file, err)
		}
	}
	says(call("export", "2025-02", "--what", "lines", "--out", filepath.Join(folder, "none.csv")), exitFailed, "2025-02 is not closed")
	if files, err := os.ReadDir(folder); err != nil || len(files) != 2 {
		t.Errorf("there are %v, %v; what failed leaves no file", files, err)
	}
	says(call("export", "2025-01"), exitUsage, "lines, payables and ledger")
	says(call("export", "2025-01", "--what", "lines", "--format", "parquet"), exitUsage, "name a file")

	verify := func(arguments ...string) outcome {
		return runCommand(t, map[string]string{"UPLINE_DATABASE": "sqlite:" + database}, "", append([]string{"verify", "--plan", "chaos"}, arguments...)...)
	}
	says(verify("2025-01"), exitOK, "2025-01: proved")
	says(verify("--all"), exitOK, "2025-01: proved")
	says(verify("2025-02"), exitFailed, "2025-02 is not closed")
	says(verify(), exitUsage, "name one period, or --all")

	says(call("close", "January"), exitFailed, "names no monthly period", "Write it like")
	says(call("list", "--cadence", "hourly"), exitUsage, "daily, weekly")
	says(runCommand(t, environment, "", "period", "list"), exitUsage, "--plan")
	says(call("close"), exitUsage, "name one period")
	says(runCommand(t, map[string]string{"UPLINE_SERVER": "http://127.0.0.1:1"}, "", "period", "list", "--plan", "chaos"), exitFailed, "no server answers at http://127.0.0.1:1")
	says(runCommand(t, nil, "", "period", "list", "--plan", "chaos", "--server", "localhost:8080"), exitUsage, "http://")
}

// Whatever cadence the engine has can be said at the command line and in calls, under its own name.
func TestPeriod_KnowsEveryCadence(t *testing.T) {
	for c := calc.Daily; c <= calc.CadenceMax; c++ {
		said, known := cadences[c.String()]
		if !known || int(said) != int(c) || said.String() != "CADENCE_"+strings.ToUpper(c.String()) {
			t.Errorf("%v: the command line says %v, %v", c, said, known)
		}
		if !strings.Contains(cadenceFlag, c.String()) || !strings.Contains(unknownCadence("hourly").Error(), c.String()) {
			t.Errorf("%v is not in the help or in the error", c)
		}
	}
	if len(cadences) != int(calc.CadenceMax)+1 || len(uplinev1.Cadence_name) != int(calc.CadenceMax)+1 {
		t.Errorf("%d and %d cadences", len(cadences), len(uplinev1.Cadence_name))
	}
}
