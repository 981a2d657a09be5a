package plan

import (
	"strings"
	"testing"
)

func TestEnglish_SaysWhichWeeksMakeAPeriod(t *testing.T) {
	result := Compile([]byte(`plan_id: weeks
name: Weeks
currency: USD
time_zone: America/New_York
valid_from: 2026-01-16
cadence: half_monthly
weeks_from: 2026-01-05
bonuses:
  - {name: half, unilevel: {rates: [{levels: [5%]}]}}
  - {name: two, cadence: biweekly, unilevel: {rates: [{levels: [5%]}]}}
  - {name: four, cadence: four_weekly, unilevel: {rates: [{levels: [5%]}]}}
`))
	if result.Plan == nil {
		t.Fatal(result.Diagnostics.Error())
	}
	text := result.English()
	for _, line := range []string{
		"  Periods are half-monthly, in the time of America/New_York. Paid in USD.\n",
		"  Periods of two and of four weeks begin on Monday, 2026-01-05, and every two or four weeks after and before it.\n",
		"  Paid at the end of each period, half-monthly.\n",
		"  Paid at the end of each period, biweekly.\n",
		"  Paid at the end of each period, four-weekly.\n",
	} {
		if !strings.Contains(text, line) {
			t.Errorf("%q is missing in\n%s", line, text)
		}
	}
}
