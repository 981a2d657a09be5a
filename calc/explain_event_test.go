package calc

import (
	"errors"
	"strings"
	"testing"
)

func TestMissedEvents_SaysWhatKeepsSomebodyFromThem(t *testing.T) {
	p := givenRanks("gold")
	p.Active = p.tagged(tagActive)
	p.Names.Markets = []string{"DE"}
	by := func(rates ...int64) RateTable { return single(rates...) }
	levels := byStanding([]int64{0}, []int64{percent(5)})
	p.Bonuses = []Bonus{
		{Name: "own", Pays: PaysEvent, Cadence: Monthly, Direct: &Direct{Rates: by(percent(1), percent(2))}},
		{Name: "gold_own", Pays: PaysEvent, Cadence: Monthly, Advance: &Advance{Months: 9 * Month, Rates: by(0, percent(2))}},
		{Name: "levels", Pays: PaysEvent, Cadence: Monthly, Unilevel: &Unilevel{Rates: levels}},
		{Name: "spread", Pays: PaysEvent, Cadence: Monthly, Inactive: InactivePaid, Differential: &Differential{ToLevel: 3, Rates: by(0, 0)}},
		{Name: "match", Pays: PaysEvent, Cadence: Monthly, Markets: []bool{false, true}, Matching: &Matching{Bonuses: []int{0}, Rates: levels}},
		{Name: "weekly", Pays: PaysEvent, Cadence: Weekly, Direct: &Direct{Rates: by(percent(1), percent(2))}},
		{Name: "at_close", Cadence: Monthly, Direct: &Direct{Rates: by(percent(1), percent(2))}},
	}
	c := peopleOf(t, p)
	c.join("ann", "", 1)
	c.join("bob", "ann", 0)
	c.join("idle", "ann", 1)
	c.in.Network.Market = []uint16{1, 0, 1}
	c.in.Prior.PaidAs, c.in.Prior.Active = []uint8{1, 0, 1}, []bool{true, true, false}
	for name, want := range map[string][]string{
		"ann":  {"no sale of the distributor", "no sale of the distributor", "on the levels below", "no rate for the distributor", "nobody on the levels"},
		"bob":  {"no sale of the distributor", "the rank gold", "the rank gold", "no rate for the distributor", "market"},
		"idle": {"no sale of the distributor", "no sale of the distributor", "last closed period", "no rate for the distributor", "last closed period"},
	} {
		missed, err := MissedEvents(c.in, c.rows[name])
		if err != nil || len(missed) != len(want) {
			t.Fatalf("%s: %+v, %v", name, missed, err)
		}
		for i, m := range missed {
			if m.Bonus != i || len(m.Reasons) != 1 || !strings.Contains(m.Reasons[0].Text, want[i]) {
				t.Errorf("%s: bonus %d is missed for %+v, want %q", name, m.Bonus, m.Reasons, want[i])
			}
		}
	}
	if _, err := MissedEvents(c.in, 3); !errors.Is(err, ErrInput) {
		t.Errorf("nobody: %v", err)
	}
}
