package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"upline/calc/simulate"
)

const simulatedPlan = `plan_id: starter
name: A plan to try
currency: EUR
valid_from: 2026-01-01
cadence: monthly
placement: {width: 2}
ranks:
  - {name: silver, when: pv >= 100}
  - {name: gold, when: 'gv >= 1000 && legs_with("silver") >= 2'}
bonuses:
  - name: retail
    direct: {base: price, rate: 20%}
  - name: levels
    unilevel:
      rates:
        - levels: [5%]
        - {rank: silver, levels: [7%, 3%]}
  - name: weekly_pairs
    cadence: weekly
    binary: {rates: [{rank: silver, rate: 10%}]}
`

const (
	simulatedNetwork = "id,sponsor\nann,\nbob,ann\ncem,ann\ndee,bob\n"
	simulatedSales   = `sale;seller;customer;price;pv;at;cancelled_at
1;ann;x;120.00;100;2026-01-05;
2;bob;y;240.00;200;2026-01-10;2026-02-20
3;cem;;360.00;300;2026-01-20;
4;dee;z;1200.00;1000;2026-02-03;
5;cem;z;600.00;500;2026-02-11;
`
)

// simulatedFiles writes files into a folder of their own, and gives their paths by name.
func simulatedFiles(t *testing.T, files map[string]string) func(name string) string {
	t.Helper()
	folder := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return func(name string) string { return filepath.Join(folder, name) }
}

func companyFiles(t *testing.T) func(string) string {
	t.Helper()
	return simulatedFiles(t, map[string]string{
		"plan.yaml": simulatedPlan, "network.csv": simulatedNetwork, "sales.csv": simulatedSales,
		"other.yaml": strings.Replace(strings.Replace(simulatedPlan, "rate: 20%", "rate: 15%", 1), "levels: [5%]", "levels: [9%, 1%]", 1),
	})
}

// named shortens the paths of files to their names.
func named(text string, path func(string) string) string {
	return strings.ReplaceAll(text, path("")+string(filepath.Separator), "")
}

func TestSimulate_PrintsWhatAPlanPays(t *testing.T) {
	path := companyFiles(t)
	got := runCommand(t, nil, "", "simulate", path("plan.yaml"), "--network", path("network.csv"), "--sales", path("sales.csv"))
	if got.code != exitOK || got.err != "" {
		t.Fatalf("exit code %d: %s", got.code, got.err)
	}
	golden(t, "simulate.txt", named(got.out, path))
}

func TestSimulate_HoldsAnotherPlanAgainstIt(t *testing.T) {
	path := companyFiles(t)
	got := runCommand(t, nil, "", "simulate", path("plan.yaml"), "--network", path("network.csv"), "--sales", path("sales.csv"), "--against", path("other.yaml"))
	if got.code != exitOK || got.err != "" {
		t.Fatalf("exit code %d: %s", got.code, got.err)
	}
	golden(t, "simulate_against.txt", named(got.out, path))
}

func TestSimulate_JSON(t *testing.T) {
	path := companyFiles(t)
	got := runCommand(t, nil, "", "simulate", path("plan.yaml"), "--network", path("network.csv"), "--sales", path("sales.csv"), "--against", path("other.yaml"), "--json")
	var report simulate.Report
	if err := json.Unmarshal([]byte(got.out), &report); err != nil || got.code != exitOK || got.err != "" {
		t.Fatalf("exit code %d, %v: %s", got.code, err, got.err)
	}
	if report.Distributors != 4 || report.Sales != 5 || report.Currency != "EUR" || len(report.Plan.Bonuses) != 3 || report.Plan.RanksOf != "2026-02" ||
		report.Against == nil || report.Comparison == nil || report.Plan.Total.Revenue != "2280.00" || len(report.Notes) == 0 {
		t.Errorf("%+v", report)
	}
	want := new(simulate.Report)
	if err := json.Unmarshal([]byte(got.out), want); err != nil || report.Plan.Total.Amount == report.Against.Total.Amount {
		t.Errorf("both plans pay %s", report.Plan.Total.Amount)
	}
}

func TestSimulate_WritesFilesThatALaterOneGoesOnFrom(t *testing.T) {
	path := companyFiles(t)
	common := []string{"simulate", path("plan.yaml"), "--network", path("network.csv"), "--sales", path("sales.csv")}
	run := func(more ...string) string {
		t.Helper()
		got := runCommand(t, nil, "", append(append([]string{}, common...), more...)...)
		if got.code != exitOK {
			t.Fatalf("exit code %d: %s", got.code, got.err)
		}
		return got.out
	}
	run("--period", "2026-01..2026-02", "--out", path("whole"), "--against", path("other.yaml"))
	run("--period", "2026-01", "--out", path("first"))
	run("--period", "2026-02", "--out", path("second"), "--state", path("first/state.csv"))
	for _, name := range []string{"lines.csv", "ranks.csv", "carry.csv", "totals.csv", "payouts.csv"} {
		whole, first, second := readFile(t, path("whole/"+name)), readFile(t, path("first/"+name)), readFile(t, path("second/"+name))
		_, tail, _ := strings.Cut(second, "\n")
		if whole != first+tail || len(strings.Split(whole, "\n")) < 4 {
			t.Errorf("%s of two simulations is not that of one:\n%s\nwant:\n%s", name, first+tail, whole)
		}
	}
	if a, b := readFile(t, path("whole/state.csv")), readFile(t, path("second/state.csv")); a != b {
		t.Errorf("state.csv of two simulations is not that of one:\n%s\nwant:\n%s", b, a)
	}
	for _, name := range []string{"whole/comparison.csv", "whole/against/lines.csv"} {
		if len(strings.Split(readFile(t, path(name)), "\n")) < 4 {
			t.Errorf("%s has no rows", name)
		}
	}
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestSimulate_SaysWhatIsWrongWithFiles(t *testing.T) {
	path := simulatedFiles(t, map[string]string{
		"plan.yaml": simulatedPlan, "network.csv": "id,sponsor\nann,\nbob,an\n", "sales.csv": "seller,price,at\nann,1,2026-01-01\nbbo,\"1,000\",2026-01-32\n",
	})
	arguments := []string{"simulate", path("plan.yaml"), "--network", path("network.csv"), "--sales", path("sales.csv"), "--out", path("out")}
	got := runCommand(t, nil, "", arguments...)
	if got.code != exitFailed || got.out != "" {
		t.Errorf("exit code %d: %s", got.code, got.out)
	}
	for _, text := range []string{`network.csv:3: sponsor: there is no distributor "an"`, `sales.csv:3: seller: `, "sales.csv:3: at: ", "(write 1000)"} {
		if !strings.Contains(got.err, text) {
			t.Errorf("standard error does not say %q:\n%s", text, got.err)
		}
	}
	if _, err := os.Stat(path("out")); !os.IsNotExist(err) {
		t.Errorf("files are written though nothing was computed: %v", err)
	}
	got = runCommand(t, nil, "", append(arguments, "--json")...)
	var said struct {
		Problems []simulate.Problem
		More     int
	}
	if err := json.Unmarshal([]byte(got.out), &said); err != nil || got.code != exitFailed || len(said.Problems) != 4 || said.Problems[0].Line != 3 || got.err != "" {
		t.Errorf("exit code %d, %v: %s%s", got.code, err, got.out, got.err)
	}
}

func TestSimulate_SaysWhatIsWrongWithThePlan(t *testing.T) {
	path := simulatedFiles(t, map[string]string{"plan.yaml": brokenPlan, "network.csv": simulatedNetwork, "sales.csv": simulatedSales})
	got := runCommand(t, nil, "", "simulate", path("plan.yaml"), "--network", path("network.csv"), "--sales", path("sales.csv"))
	if got.code != exitFailed || got.out != "" || !strings.Contains(got.err, "plan.yaml:7:") {
		t.Errorf("exit code %d:\n%s%s", got.code, got.out, got.err)
	}
}

func TestSimulate_ReadsStandardInput(t *testing.T) {
	path := companyFiles(t)
	got := runCommand(t, nil, "seller,price,at\nnobody,1,2026-01-01\n", "simulate", path("plan.yaml"), "--network", path("network.csv"), "--sales", "-")
	if got.code != exitFailed || !strings.Contains(got.err, "stdin:2: seller: ") {
		t.Errorf("exit code %d: %s", got.code, got.err)
	}
}

func TestSimulate_RefusesRequestsThatMakeNoSense(t *testing.T) {
	path := companyFiles(t)
	whole := []string{"simulate", path("plan.yaml"), "--network", path("network.csv"), "--sales", path("sales.csv")}
	dollars := simulatedFiles(t, map[string]string{"plan.yaml": strings.Replace(simulatedPlan, "EUR", "USD", 1)})
	for _, test := range []struct {
		name      string
		arguments []string
		code      int
		says      string
	}{
		{"no plan", []string{"simulate"}, exitUsage, "name one plan file"},
		{"no files", []string{"simulate", path("plan.yaml")}, exitUsage, "--network and --sales are needed"},
		{"no such period", append(whole, "--period", "January"), exitUsage, `"January" is no monthly period; write one like 2026-01`},
		{"periods the wrong way round", append(whole, "--period", "2026-02..2026-01"), exitUsage, "change them over"},
		{"another currency", append(whole, "--against", dollars("plan.yaml")), exitUsage, "the currency EUR"},
		{"a file that is not there", append(whole, "--payments", path("nowhere.csv")), exitFailed, "nowhere.csv"},
		{"a folder", append(whole, "--payments", path("")), exitFailed, "is a folder"},
		{"a folder to write into that is a file", append(whole, "--out", path("plan.yaml")), exitFailed, "plan.yaml"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := runCommand(t, nil, "", test.arguments...)
			if got.code != test.code || !strings.Contains(got.err, test.says) || got.out != "" {
				t.Errorf("exit code %d, want %d; standard error %q, want %q; standard output %q", got.code, test.code, got.err, test.says, got.out)
			}
		})
	}
}

func TestProgressBar_ShowsHowFarWorkHasCome(t *testing.T) {
	for _, test := range []struct {
		done, total int64
		want        string
	}{
		{0, 200, "[....................]   0 % reading"},
		{50, 200, "[#####...............]  25 % reading"},
		{200, 200, "[####################] 100 % reading"},
		{300, 200, "[####################] 100 % reading"},
		{5, 0, "reading"},
	} {
		if got := progressText("reading", test.done, test.total); got != test.want {
			t.Errorf("%d of %d: %q, want %q", test.done, test.total, got, test.want)
		}
	}
	var out strings.Builder
	bar := progressBar{out: &out}
	bar.draw("long text")
	bar.draw("text")
	bar.clear()
	if got, want := out.String(), "\rlong text\rtext     \r    \r"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
