package main

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"upline/cmd/upline/examples"
)

const brokenPlan = `plan_id: broken
name: A plan with mistakes
currency: USD
valid_from: 2026-01-01
cadence: monthly
ranks:
  - {name: silver, when: pv >> 100}
bonuses:
  - name: levels
    unilevel:
      rates:
        - levels: [120%]
`

// writePlan writes a plan file and returns its path.
func writePlan(t *testing.T, source string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "plan.yaml")
	if err := os.WriteFile(path, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestPlanValidate_NamesFileLineAndColumn(t *testing.T) {
	path := writePlan(t, brokenPlan)
	got := runCommand(t, nil, "", "plan", "validate", path)
	if got.code != exitFailed || got.err != "" {
		t.Errorf("exit code %d, want %d; standard error %q", got.code, exitFailed, got.err)
	}
	for name, place := range map[string]string{"the condition": `:7:3\d: `, "the rate": ":12:20: "} {
		if !regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(path) + place + ".+").MatchString(got.out) {
			t.Errorf("%s: no finding at %s:\n%s", name, place, got.out)
		}
	}
	if !strings.Contains(got.out, "(") {
		t.Errorf("no finding says what to do:\n%s", got.out)
	}
}

func TestPlanValidate_ReadsStandardInput(t *testing.T) {
	got := runCommand(t, nil, brokenPlan, "plan", "validate", "-")
	if got.code != exitFailed || !strings.HasPrefix(got.out, "stdin:") {
		t.Errorf("exit code %d:\n%s%s", got.code, got.out, got.err)
	}
}

func TestPlanValidate_WarningsDoNotRefuse(t *testing.T) {
	path := writePlan(t, `plan_id: odd
name: A plan that is not meant like this
currency: USD
valid_from: 2026-01-01
cadence: monthly
bonuses:
  - name: levels
    unilevel:
      compression: standard
      rates:
        - levels: [10%]
`)
	got := runCommand(t, nil, "", "plan", "validate", path)
	if got.code != exitOK || !strings.Contains(got.out, path+":9:") || !strings.Contains(got.out, "warning: ") ||
		!strings.HasSuffix(got.out, path+": valid\n") {
		t.Errorf("exit code %d:\n%s%s", got.code, got.out, got.err)
	}
}

func TestPlanValidate_HoldsVersionsAgainstEachOther(t *testing.T) {
	const sound = `plan_id: two
name: A plan of two versions
currency: USD
valid_from: 2026-01-01
cadence: monthly
bonuses: [{name: own, direct: {rate: 1%}}]
`
	first, second := writePlan(t, sound), writePlan(t, strings.Replace(sound, "1%", "2%", 1))
	got := runCommand(t, nil, "", "plan", "validate", first, first, second)
	want := second + ":4:13: `two` has a version that is valid from the same day, in " + first
	if got.code != exitFailed || !strings.Contains(got.out, want) || strings.Count(got.out, "same day") != 1 {
		t.Errorf("exit code %d:\n%s%s", got.code, got.out, got.err)
	}
	later := writePlan(t, strings.Replace(sound, "2026-01", "2026-02", 1))
	if got := runCommand(t, nil, "", "plan", "validate", first, later); got.code != exitOK {
		t.Errorf("exit code %d:\n%s%s", got.code, got.out, got.err)
	}
}

func TestPlanValidate_JSON(t *testing.T) {
	path := writePlan(t, brokenPlan)
	got := runCommand(t, nil, "", "plan", "validate", "--json", path)
	var checked checkedFile
	if err := json.Unmarshal([]byte(got.out), &checked); err != nil {
		t.Fatalf("%v: %s", err, got.out)
	}
	if got.code != exitFailed || checked.Valid || checked.File != path || len(checked.Findings) < 2 {
		t.Errorf("exit code %d: %s", got.code, got.out)
	}
	for _, f := range checked.Findings {
		if f.Line < 1 || f.Column < 1 || f.Message == "" || f.Severity == "" {
			t.Errorf("finding %+v", f)
		}
	}
}

func TestPlanValidate_FileThatIsNotThere(t *testing.T) {
	got := runCommand(t, nil, "", "plan", "validate", "nowhere.yaml")
	if got.code != exitFailed || !strings.Contains(got.err, "nowhere.yaml") {
		t.Errorf("exit code %d: %s", got.code, got.err)
	}
}

func TestPlanValidate_EveryExampleIsValid(t *testing.T) {
	plans, err := fs.Glob(examples.Files, "*/plan*.yaml")
	if err != nil || len(plans) < 5 {
		t.Fatalf("%d plans, error %v", len(plans), err)
	}
	for _, name := range plans {
		source, err := fs.ReadFile(examples.Files, name)
		if err != nil {
			t.Fatal(err)
		}
		if got := runCommand(t, nil, string(source), "plan", "validate", "-"); got.code != exitOK || got.out != "stdin: valid\n" {
			t.Errorf("%s: exit code %d\n%s%s", name, got.code, got.out, got.err)
		}
	}
}
