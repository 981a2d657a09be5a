package main

import (
	"strings"
	"testing"

	"upline/calc/plan"
)

func TestPlanExplain_SaysThePlanInEnglish(t *testing.T) {
	text, _ := plan.Starter("binary")
	got := runCommand(t, nil, text, "plan", "explain", "-")
	if got.code != exitOK || got.err != "" || got.out != plan.Compile([]byte(text)).English() || !strings.Contains(got.out, "weaker of two legs") {
		t.Errorf("exit code %d: %s%s", got.code, got.out, got.err)
	}
	got = runCommand(t, nil, "plan_id: x\n", "plan", "explain", "-")
	if got.code != exitFailed || got.out != "" || !strings.Contains(got.err, "stdin:1:") {
		t.Errorf("exit code %d: %s%s", got.code, got.out, got.err)
	}
	if got = runCommand(t, nil, "", "plan", "explain"); got.code != exitUsage {
		t.Errorf("exit code %d", got.code)
	}
}

func TestPlanInit_WritesAPlanOfEveryKind(t *testing.T) {
	kinds := strings.Fields(runCommand(t, nil, "", "plan", "init").out)
	if len(kinds) != len(plan.StarterKinds()) || len(kinds) == 0 {
		t.Fatalf("the kinds are %v", kinds)
	}
	for _, kind := range kinds {
		written := runCommand(t, nil, "", "plan", "init", kind)
		if got := runCommand(t, nil, written.out, "plan", "validate", "-"); got.code != exitOK || got.out != "stdin: valid\n" {
			t.Errorf("%s: exit code %d: %s%s", kind, got.code, got.out, got.err)
		}
	}
	if got := runCommand(t, nil, "", "plan", "init", "pyramid"); got.code != exitUsage || !strings.Contains(got.err, "unilevel") {
		t.Errorf("exit code %d: %s", got.code, got.err)
	}
}

func TestPlanExplain_NamesAFolderOnce(t *testing.T) {
	folder := t.TempDir()
	got := runCommand(t, nil, "", "plan", "explain", folder)
	if got.code != exitFailed || strings.Count(got.err, folder) != 1 {
		t.Errorf("exit code %d, standard error:\n%s", got.code, got.err)
	}
}
