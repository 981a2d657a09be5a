package store_test

import (
	"fmt"
	"testing"

	"upline/calc"
	"upline/calc/plan"
	"upline/store"
)

func matchedVersion(t *testing.T, from, bonuses string) *calc.Plan {
	t.Helper()
	r := plan.Compile([]byte(fmt.Sprintf("plan_id: ver\nname: Test\ncurrency: USD\nvalid_from: %s\ncadence: monthly\nbonuses:\n%s", from, bonuses)))
	if r.Plan == nil {
		t.Fatal(r.Diagnostics)
	}
	return r.Plan
}

const (
	ofSale       = "  - {name: monthly, pays: event, residual: {rate: %d%%}}\n"
	ofEvent      = "  - {name: monthly, pays: event, version: event, residual: {rate: %d%%}}\n"
	otherOfEvent = "  - {name: other, pays: event, version: event, residual: {rate: 1%}}\n"
	matchOfSale  = "  - {name: match, pays: event, matching: {bonuses: [monthly], rates: [{levels: [50%]}]}}\n"
	matchOfEvent = "  - {name: match, pays: event, version: event, matching: {bonuses: [monthly], rates: [{levels: [50%]}]}}\n"
	matchOfBoth  = "  - {name: match, pays: event, version: event, matching: {bonuses: [other, monthly], rates: [{levels: [50%]}]}}\n"
)

// A version by which sales of an earlier one would be paid a matching bonus, while what it matches is paid by their own, is refused and
// changes nothing. Where both are of the same version, what is matched is what is paid.
func TestPublishPlan_MatchedBonusOfAnotherVersion(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		publish := func(p *calc.Plan, source string) error {
			w.plans[source] = p
			_, err := w.PublishPlan(t.Context(), store.NewPlan{Plan: p, Name: "Test", Source: source})
			return err
		}
		id := 0
		with := func(bonuses string) *calc.Plan {
			p := *matchedVersion(t, "2026-01-01", bonuses)
			p.ID = fmt.Sprint("ver-", id)
			return &p
		}
		after := func(bonuses string) *calc.Plan {
			p := *matchedVersion(t, "2026-02-01", bonuses)
			p.ID = fmt.Sprint("ver-", id)
			return &p
		}
		for _, test := range []struct{ name, first, second, field string }{
			{"new, of what kept its version", fmt.Sprintf(ofSale, 10), fmt.Sprintf(ofEvent, 20) + matchOfEvent, "bonuses[1].matching.bonuses[0]"},
			{"matches one more, that kept its version", fmt.Sprintf(ofSale, 10) + otherOfEvent, otherOfEvent + fmt.Sprintf(ofEvent, 20) + matchOfBoth, "bonuses[2].matching.bonuses[1]"},
			{"was of the event, of what is new and of the sale", otherOfEvent + "  - {name: match, pays: event, version: event, matching: {bonuses: [other], rates: [{levels: [50%]}]}}\n", fmt.Sprintf(ofSale, 20) + matchOfSale, "bonuses[1].matching.bonuses[0]"},
			{"both new", "  - {name: signup, direct: {rate: 1%}}\n", fmt.Sprintf(ofEvent, 20) + matchOfEvent, ""},
			{"new, both of the sale", fmt.Sprintf(ofSale, 10), fmt.Sprintf(ofSale, 20) + matchOfSale, ""},
			{"both were of the event", fmt.Sprintf(ofEvent, 10) + matchOfEvent, fmt.Sprintf(ofSale, 20) + matchOfSale, ""},
			{"both were of the sale", fmt.Sprintf(ofSale, 10) + matchOfSale, fmt.Sprintf(ofEvent, 20) + matchOfEvent, ""},
		} {
			t.Run(test.name, func(t *testing.T) {
				id++
				first, second := with(test.first), after(test.second)
				w.must(nil, publish(first, first.ID))
				err := publish(second, second.ID+" then")
				if test.field == "" {
					w.must(nil, err)
					return
				}
				refused(t, err, store.ErrImmutable, test.field)
				versions, _, err := w.ListPlans(t.Context(), first.ID, "", 10)
				if err != nil || len(versions) != 1 {
					t.Errorf("published are %+v, %v", versions, err)
				}
			})
		}
	})
}

// February's plan says `version: sale` of both. January's sales were sold with `version: event` and are paid by February's rates, the match of
// what February pays; where January's said `version: sale` both stay January's.
func TestAppendEvent_MatchOfABonusWhoseVersionChanges(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		for i, test := range []struct{ first, second, want string }{
			{fmt.Sprintf(ofEvent, 10) + matchOfEvent, fmt.Sprintf(ofSale, 20) + matchOfSale, "ben monthly COMMISSION L0 2000\nann match COMMISSION L1 1000\n"},
			{fmt.Sprintf(ofSale, 10) + matchOfSale, fmt.Sprintf(ofEvent, 20) + matchOfEvent, "ben monthly COMMISSION L0 1000\nann match COMMISSION L1 500\n"},
		} {
			id := fmt.Sprint("ver-", i)
			w.nowUS.Store(date(1, 31))
			first := *matchedVersion(t, "2026-01-01", test.first)
			first.ID = id
			w.publish(&first, id)
			ann, ben := early(id+".ann"), early(id+".ben")
			ben.SponsorID = ann.DistributorID
			w.enrol(id, ann, ben)
			s := subscription(id, "carol")
			s.DistributorID = ben.DistributorID
			w.must(w.RecordSales(t.Context(), []store.NewSale{s}))
			w.append(activation(id, "a", at(6, 0)))
			second := *matchedVersion(t, "2026-02-01", test.second)
			second.ID = id
			w.publish(&second, id+" then")
			w.nowUS.Store(date(2, 28))
			got := ""
			for _, l := range w.append(payment(id, "p1", 1, date(2, 7))).Lines {
				got += fmt.Sprintf("%s %s %s L%d %d\n", l.DistributorID[len(id)+1:], l.Bonus, l.Kind, l.Level, l.AmountMinor)
			}
			if got != test.want {
				t.Errorf("%d pays\n%swant\n%s", i, got, test.want)
			}
		}
	})
}
