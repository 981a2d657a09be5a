package plan

import (
	"slices"
	"testing"

	uplinev1 "upline/api/upline/v1"
)

// What `upline plan init` writes has no findings, and a bonus of the kind that was asked for.
func TestStarter_EveryKindHasAPlanWithoutFindings(t *testing.T) {
	kinds := StarterKinds()
	if len(kinds) != 15 {
		t.Errorf("%d kinds: %q", len(kinds), kinds)
	}
	for _, kind := range kinds {
		source, ok := Starter(kind)
		if !ok {
			t.Errorf("there is no plan for %s", kind)
			continue
		}
		result := Compile([]byte(source))
		if len(result.Diagnostics) != 0 {
			t.Errorf("%s:\n%v", kind, result.Diagnostics)
			continue
		}
		if !slices.ContainsFunc(result.Message.GetBonuses(), func(b *uplinev1.Bonus) bool { return kindOfBonus(b) == kind }) {
			t.Errorf("the plan for %s has no such bonus", kind)
		}
	}
	files, err := starterFiles.ReadDir("starters")
	if err != nil || len(files) != len(kinds) {
		t.Errorf("%d files for %d kinds: %v", len(files), len(kinds), err)
	}
	for _, kind := range []string{"", "unilevle", "../starters/direct", "direct.yaml"} {
		if text, ok := Starter(kind); ok || text != "" {
			t.Errorf("there is a plan for %q", kind)
		}
	}
}
