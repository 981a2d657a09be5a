package plan

import (
	"fmt"
	"strings"
	"testing"
)

// What a plan may ask of the engine is bounded as a whole, not only condition by condition.
func TestCompile_BoundsWhatAPlanAsksFor(t *testing.T) {
	// conditions writes bonuses whose conditions hold what one gives, some of it in each.
	conditions := func(count int, one func(i int) string) string {
		var text strings.Builder
		text.WriteString("bonuses:\n")
		for i := 0; i < count; {
			var parts []string
			for range 20 {
				if i < count {
					parts = append(parts, one(i))
					i++
				}
			}
			fmt.Fprintf(&text, "  - {name: b%d, when: '%s', pays: period, direct: {rate: 0.01%%}}\n", i, strings.Join(parts, " || "))
		}
		return completed(text.String())
	}
	tag := func(i int) string { return fmt.Sprintf(`tag("t%d")`, i) }
	limit := func(i int) string { return fmt.Sprintf(`capped("cv", %d) > 5`, i+1) }
	overrides := func(entries int) string {
		var text strings.Builder
		text.WriteString("bonuses:\n")
		for i := range 100 {
			fmt.Fprintf(&text, "  - {name: b%d, pays: period, direct: {rate: 0.01%%}}\n", i)
		}
		text.WriteString("markets:\n")
		for i := range entries {
			if i%100 == 0 {
				fmt.Fprintf(&text, "  - markets: [%s]\n    bonuses:\n", marketCodes[i/100])
			}
			fmt.Fprintf(&text, "      - {name: b%d, direct: {rate: 0.02%%}}\n", i%100)
		}
		return completed(text.String())
	}
	for name, c := range map[string]struct{ source, want string }{
		"64 tags":             {conditions(64, tag), ""},
		"65 tags":             {conditions(65, tag), "the plan asks for more than 64 tags (ask for fewer)"},
		"1000 facts":          {conditions(1000, limit), ""},
		"1001 facts":          {conditions(1001, limit), "the plan asks for more than 1000 different facts (make it simpler)"},
		"1000 facts again":    {conditions(1500, func(i int) string { return limit(i % 1000) }), ""},
		"1000 changed":        {overrides(1000), ""},
		"1001 changed":        {overrides(1001), "the overrides change 1001 ranks and bonuses together; no plan has more than 1000"},
		"a long whole number": {completed("active: pv > 1" + strings.Repeat("0", 400)), "the number is too large"},
	} {
		result := Compile([]byte(c.source))
		checkResult(t, name, result)
		switch got := result.Diagnostics.Error(); {
		case c.want == "" && result.Plan == nil:
			t.Errorf("%s: %s", name, got)
		case !strings.Contains(got, c.want):
			t.Errorf("%s:\n got %s\nwant %s", name, got, c.want)
		}
	}
}
