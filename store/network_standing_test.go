package store_test

import (
	"fmt"
	"testing"

	"upline/calc"
	"upline/store"
)

// total is what a distributor has in a period: posted, held, payable, the company's.
func (w *world) total(id, period string) string {
	w.t.Helper()
	e, err := w.GetEarnings(w.t.Context(), store.EarningsQuery{DistributorID: id, Period: period, PageSize: 1})
	if err != nil {
		w.t.Fatal(err)
	}
	if len(e.Totals) == 0 {
		return "nothing"
	}
	t := e.Totals[0]
	return fmt.Sprintf("%d posted, %d held, %d payable, %d company", t.PostedMinor, t.HeldMinor, t.PayableMinor, t.CompanyMinor)
}

// The line is top - alice - bob, and bob and alice sell a kit of 20 points in January and in February, 10 % on level 1 and 5 % on level
// 2, and 1 % of the own volume. Alice is terminated on January 15, and no longer sells.
func TestTerminate_VolumeAndUplineByTheRuleOfThePlan(t *testing.T) {
	for rule, want := range map[string]map[string]string{
		"hold": {
			"alice 2026-01": "220 posted, 0 held, 220 payable, 0 company", "alice 2026-02": "200 posted, 200 held, 0 payable, 0 company",
			"top 2026-01": "300 posted, 0 held, 300 payable, 0 company", "top 2026-02": "100 posted, 0 held, 100 payable, 0 company",
		},
		"company": {
			"alice 2026-01": "220 posted, 0 held, 220 payable, 0 company", "alice 2026-02": "200 posted, 0 held, 0 payable, 200 company",
			"top 2026-01": "300 posted, 0 held, 300 payable, 0 company", "top 2026-02": "100 posted, 0 held, 100 payable, 0 company",
		},
		// Bob has come up to level 1 of the top.
		"roll_up": {
			"alice 2026-01": "220 posted, 0 held, 220 payable, 0 company", "alice 2026-02": "nothing",
			"top 2026-01": "300 posted, 0 held, 300 payable, 0 company", "top 2026-02": "200 posted, 0 held, 200 payable, 0 company",
		},
	} {
		t.Run(rule, func(t *testing.T) {
			eachWorld(t, func(t *testing.T, w *world) {
				w.publish(compiled(t, "left", `
terminations: `+rule+`
bonuses:
  - {name: own, direct: {rate: 1%}}
  - {name: team, unilevel: {rates: [{levels: [10%, 5%]}]}}
`), "left")
				w.enrol("left", under("l-top", ""), under("l-alice", "l-top"), under("l-bob", "l-alice"))
				w.kits("j", func(int) int64 { return at(10, 0) }, "l-alice", "l-bob")
				w.nowUS.Store(date(2, 15))
				w.change(standing("l-alice", "t", store.NetworkTerminated, 15))
				w.kits("f", func(int) int64 { return date(2, 10) }, "l-bob")
				w.nowUS.Store(date(3, 15))
				w.must(nil, w.close("left", calc.Monthly, "2026-01"))
				w.must(nil, w.close("left", calc.Monthly, "2026-02"))
				for who, total := range want {
					var id, period string
					_, _ = fmt.Sscan(who, &id, &period)
					if got := w.total("l-"+id, period); got != total {
						t.Errorf("%s: %s, want %s", who, got, total)
					}
				}
				if rule == "hold" {
					w.change(store.NetworkChange{DistributorID: "l-alice", EventID: "r", Kind: store.NetworkReinstated, EffectiveAtUS: date(3, 1), Reason: "back"})
					if got := w.total("l-alice", "2026-02"); got != "200 posted, 0 held, 200 payable, 0 company" {
						t.Errorf("reinstated, alice has %s", got)
					}
				}
			})
		})
	}
}

// At the event a roll-up passes over whoever is terminated at its time, a seller of before, too.
func TestTerminate_RollsUpAtTheEvent(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		plan := servicePlan()
		plan.ID, plan.Terminations = "rolled", calc.TerminationsRollUp
		plan.Digest[0]++
		w.plans["rolled"] = plan
		w.must(w.PublishPlan(t.Context(), store.NewPlan{Plan: plan, Name: "Rolled", Source: "rolled"}))
		w.enrol("rolled", under("l-top", ""), under("l-alice", "l-top"), under("l-bob", "l-alice"))
		for i, seller := range []string{"l-bob", "l-alice"} {
			n := sale(fmt.Sprint("s", i))
			n.DistributorID = seller
			w.must(w.RecordSales(t.Context(), []store.NewSale{n}))
		}
		w.change(standing("l-alice", "t", store.NetworkTerminated, 10))
		if got := lines(w.append(activation("s0", "a", at(12, 0)))); got != "l-bob direct COMMISSION L0 5000\nl-top team COMMISSION L1 500\nl-bob advance COMMISSION L0 461250\n" {
			t.Errorf("bob's sale posts\n%s", got)
		}
		if got := lines(w.append(activation("s1", "a", at(12, 0)))); got != "l-top direct COMMISSION L0 5000\nl-top advance COMMISSION L0 461250\n" {
			t.Errorf("alice's sale posts\n%s", got)
		}
	})
}

// A licence counts from the first period that begins when it is there; an owner's limit holds for all positions together.
func TestRun_FeedsRegistrationsAndOwners(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.publish(compiled(t, "fed", `
bonuses:
  - {name: licensed, pays: period, when: 'tag("licence-a") && kind("partner")', direct: {rate: 10%}}
  - {name: all, pays: period, direct: {rate: 10%}}
caps:
  - {name: owner, per: owner, limit: 3, bonuses: [all]}
`), "fed")
		partner, other, second := under("ann", ""), under("max", ""), under("zoe", "")
		partner.Registration = store.Registration{Kind: "partner", Tags: []string{"licence-a", "licence-b"}}
		other.Registration = store.Registration{Kind: "customer", Tags: []string{"licence-a"}}
		second.OwnerID = "ann"
		w.enrol("fed", partner, other, second)
		w.kits("j", func(int) int64 { return at(10, 0) }, "ann", "max", "zoe")
		w.nowUS.Store(date(2, 15))
		w.change(store.NetworkChange{
			DistributorID: "ann", EventID: "lost", Kind: store.NetworkRegistered, Registration: store.Registration{Kind: "partner", Tags: []string{"licence-b"}},
			EffectiveAtUS: date(1, 20), Reason: "ran out",
		})
		w.kits("f", func(int) int64 { return date(2, 10) }, "ann", "max", "zoe")
		w.nowUS.Store(date(3, 15))
		w.must(nil, w.close("fed", calc.Monthly, "2026-01"))
		w.must(nil, w.close("fed", calc.Monthly, "2026-02"))
		for who, want := range map[string]string{
			"ann 2026-01": "licensed 200, all 150", "max 2026-01": "all 200", "zoe 2026-01": "all 150", "ann 2026-02": "all 150",
		} {
			var id, period string
			_, _ = fmt.Sscan(who, &id, &period)
			e, err := w.GetEarnings(t.Context(), store.EarningsQuery{DistributorID: id, Period: period, PageSize: 10})
			w.must(e, err)
			got := ""
			for _, name := range []string{"licensed", "all"} {
				for _, total := range e.ByBonus {
					if total.Bonus == name {
						got += fmt.Sprintf(", %s %d", name, total.PostedMinor)
					}
				}
			}
			if got != ", "+want {
				t.Errorf("%s: %s, want %s", who, got, want)
			}
		}
	})
}

// under is a distributor who is there from January on.
func under(id, sponsor string) store.NewDistributor { return distributor(id, sponsor, 1) }

// A move that is dated into closed periods and restates them is paid at the next close: what one loses the other gets.
func TestChangeSponsor_RestatesClosedPeriods(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.publish(compiled(t, "past", "bonuses: [{name: team, pays: period, unilevel: {rates: [{levels: [10%]}]}}]"), "past")
		w.enrol("past", under("p-a", ""), under("p-b", ""), under("p-s", "p-a"))
		w.kits("j", func(int) int64 { return at(10, 0) }, "p-s")
		w.nowUS.Store(date(2, 10))
		w.kits("f", func(int) int64 { return date(2, 9) }, "p-s")
		w.must(nil, w.close("past", calc.Monthly, "2026-01"))
		wrong := moved("p-s", "m", "p-b", 1, 0) // dated to the enrolment
		wrong.Restate = true
		e := w.change(wrong)
		if got := periodsOf(e.CountsFrom) + " in " + periodsOf(e.RestatedIn); got != "2026-01 in 2026-02" {
			t.Errorf("counts from %s", got)
		}
		w.nowUS.Store(date(3, 10))
		w.must(nil, w.close("past", calc.Monthly, "2026-02"))
		for who, want := range map[string]string{
			"p-a 2026-01": "200 posted, 0 held, 200 payable, 0 company", "p-b 2026-01": "nothing",
			"p-a 2026-02": "-200 posted, 0 held, -200 payable, 0 company", "p-b 2026-02": "400 posted, 0 held, 400 payable, 0 company",
		} {
			var id, period string
			_, _ = fmt.Sscan(who, &id, &period)
			if got := w.total(id, period); got != want {
				t.Errorf("%s: %s, want %s", who, got, want)
			}
		}
	})
}
