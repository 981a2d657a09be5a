package calc

import (
	"strings"
	"testing"
)

// A bonus that is paid at the event is missed for the condition that does not hold, its own or that of a rate.
func TestMissedEvents_SaysWhichConditionDoesNotHold(t *testing.T) {
	p := givenRanks("gold")
	p.Names.Kinds = []string{"agent"}
	agent := must(NewCondition(p.Facts, `kind("agent")`, &Expr{Op: OpFact, Slot: p.Facts.Slot(FactKey{Fact: FactKind, Name: 1}, 0)}))
	held := must(NewCondition(p.Facts, `paid_as_before("gold")`, &Expr{Op: OpFact, Slot: p.Facts.Slot(FactKey{Fact: FactPaidAsBefore, Rank: 1}, 0)}))
	some, opened := single(percent(1), percent(1)), byStanding([]int64{percent(5)}, []int64{percent(5)})
	some.When, opened.Unlock = []*Condition{agent, agent}, []*Condition{held}
	p.Bonuses = []Bonus{
		{Name: "own", Pays: PaysEvent, Cadence: Monthly, When: agent, Direct: &Direct{Rates: single(percent(1), percent(2))}},
		{Name: "rates", Pays: PaysEvent, Cadence: Monthly, Advance: &Advance{Months: Month, Rates: some}},
		{Name: "levels", Pays: PaysEvent, Cadence: Monthly, Unilevel: &Unilevel{Rates: opened}},
	}
	c := peopleOf(t, p)
	c.join("ann", "", 1)
	c.join("bob", "ann", 0)
	c.in.Network.Kind = []uint16{1, 0}
	c.in.Prior.PaidAs = []uint8{1, 0}
	for name, want := range map[string][]string{
		"ann": {"no sale of the distributor", "no sale of the distributor", "on the levels below"},
		"bob": {`kind("agent")`, `kind("agent")`, `level 1: paid_as_before("gold")`},
	} {
		missed, err := MissedEvents(c.in, c.rows[name])
		if err != nil || len(missed) != len(want) {
			t.Fatalf("%s: %+v, %v", name, missed, err)
		}
		for i, m := range missed {
			if len(m.Reasons) != 1 || !strings.Contains(m.Reasons[0].String(), want[i]) {
				t.Errorf("%s: bonus %d is missed for %+v, want %q", name, m.Bonus, m.Reasons, want[i])
			}
		}
	}
}
