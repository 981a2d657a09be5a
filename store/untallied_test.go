package store

import (
	"fmt"
	"testing"

	"upline/calc"
)

// Among a hundred times as many lines of people who have a few each, whoever has many is found, and the memory of the others stays bounded.
func TestUntallied_FindsWhoHasManyAmongMillions(t *testing.T) {
	var u untallied
	u.init(500)
	line := func(id string) []Line {
		return []Line{{DistributorID: id, PlanID: "p", Period: PeriodKey{Cadence: calc.Monthly, No: 1}}}
	}
	most := 0
	for i := range 600 * 100 {
		u.note(line(fmt.Sprintf("d%d", i%50_000)))
		if i%100 == 0 {
			u.note(line("top"))
		}
		most = max(most, len(u.counts))
	}
	keys := u.take()
	if len(keys) != 1 || keys[0].distributorID != "top" {
		t.Errorf("worth a tally are %v", keys)
	}
	if most > 2*untalliedWindow {
		t.Errorf("%d were counted at once", most)
	}
	if keys := u.take(); len(keys) != 0 {
		t.Errorf("after they were taken there are %v", keys)
	}
	u.giveBack(keys)
	u.read(keys[0], 499)
	if again := u.take(); len(again) != 1 || again[0] != keys[0] {
		t.Errorf("given back was %v, and there are %v", keys, again)
	}
}
