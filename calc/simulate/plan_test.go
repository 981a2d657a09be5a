package simulate_test

import (
	"strings"
	"testing"

	"upline/calc"
	"upline/calc/plan"
)

// planOf compiles a plan; what every plan must have is added where it is missing.
func planOf(t testing.TB, source string) *calc.Plan {
	t.Helper()
	for _, line := range []string{"plan_id: test", "name: A plan of a test", "currency: USD", "valid_from: 2026-01-01", "cadence: monthly"} {
		key, _, _ := strings.Cut(line, ":")
		if !strings.Contains("\n"+source, "\n"+key+":") {
			source = line + "\n" + source
		}
	}
	result := plan.Compile([]byte(source))
	if result.Plan == nil {
		t.Fatalf("%v\n%s", result.Diagnostics, source)
	}
	return result.Plan
}
