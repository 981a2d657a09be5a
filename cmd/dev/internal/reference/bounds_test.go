package reference

import (
	"strings"
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"

	uplinev1 "upline/api/upline/v1"
)

func TestBounds_InWords(t *testing.T) {
	tests := []struct {
		of    protoreflect.Message
		field protoreflect.Name
		want  string
	}{
		{(&uplinev1.Plan{}).ProtoReflect(), "plan_id", "**needed**; 1 to 64 letters, digits and `. _ : -`"},
		{(&uplinev1.Plan{}).ProtoReflect(), "name", "**needed**; at most 200 characters; on one line"},
		{(&uplinev1.Plan{}).ProtoReflect(), "time_zone", "at most 64 characters"},
		{(&uplinev1.Plan{}).ProtoReflect(), "cadence", "**needed**"},
		{(&uplinev1.Plan{}).ProtoReflect(), "rounding", ""},
		{(&uplinev1.Plan{}).ProtoReflect(), "late_policy", ""},
		{(&uplinev1.Plan{}).ProtoReflect(), "bonuses", "**needed**; at most 200 entries"},
		{(&uplinev1.Plan{}).ProtoReflect(), "ranks", "at most 100 entries"},
		{(&uplinev1.PlacementTree{}).ProtoReflect(), "width", "**needed**; 2 to 100"},
		{(&uplinev1.PlacementTree{}).ProtoReflect(), "depth", "at most 1000"},
		{(&uplinev1.PlacementTree{}).ProtoReflect(), "volume", "`cv` or `pv`"},
		{(&uplinev1.MarketOverride{}).ProtoReflect(), "markets", "**needed**; at most 200 entries; each two capital letters"},
		{(&uplinev1.MarketOverride{}).ProtoReflect(), "bonuses", "as of the plan's own, for what comes of both"},
		{(&uplinev1.MatchingBonus{}).ProtoReflect(), "unlock", "at most 100 entries; each at most 2000 characters"},
		{(&uplinev1.Restating{}).ProtoReflect(), "materiality", "at most 12 digits and 4 decimals"},
		{(&uplinev1.RankAward{}).ProtoReflect(), "rank", "**needed**; at most 64 characters"},
		{(&uplinev1.Bonus{}).ProtoReflect(), "unilevel", "one kind is **needed**, and not more"},
		{(&uplinev1.CarryLimit{}).ProtoReflect(), "lost_when_inactive", ""},
	}
	for _, test := range tests {
		got, err := bounds(test.of.Descriptor().Fields().ByName(test.field))
		if err != nil || got != test.want {
			t.Errorf("%s.%s: got %q, %v, want %q", test.of.Descriptor().Name(), test.field, got, err, test.want)
		}
	}
}

// A rule that nobody has found words for must not be left out of the page in silence.
func TestBounds_RefusesRulesWithoutWords(t *testing.T) {
	run := (&uplinev1.RunPeriodRequest{}).ProtoReflect().Descriptor()
	_, err := bounds(run.Fields().ByName("wait"))
	if err == nil || !strings.Contains(err.Error(), "bounds.go") {
		t.Errorf("got %v", err)
	}
}
