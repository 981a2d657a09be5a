package store_test

import (
	"testing"
	"time"

	"upline/calc"
	"upline/store"
)

const factsPlan = `
active: pv >= 10
ranks:
  - {name: silver, when: pv >= 10}
bonuses:
  - name: own
    when: kind("agent")
    direct: {base: price, rates: [{rate: 10%}, {when: tag("life"), rate: 15%}]}
  - name: override
    pays: event
    when: months_enrolled >= 12
    unilevel: {base: price, unlock: ["", 'held("silver") >= 1'], rates: [{levels: [4%, 1%]}]}
  - name: lapsed_silver
    pays: event
    when: achieved("silver") && !paid_as_before("silver")
    inactive: paid
    unilevel: {base: price, rates: [{levels: [2%]}]}
`

// What is paid at the event asks how somebody is registered at that time, how long they have been there, and what closed periods have left.
func TestAppendEvent_ConditionsAskWhatIsKnownAtTheEvent(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.publish(compiled(t, "facts", factsPlan), "facts")
		ann, ben, cara := early("ann"), early("ben"), early("cara")
		ben.SponsorID, cara.SponsorID = "ann", "ben"
		ann.Registration = store.Registration{Kind: "agent"}
		ben.Registration = store.Registration{Kind: "agent", Tags: []string{"life"}}
		cara.Registration = store.Registration{Kind: "customer"}
		ben.EnrolledAtUS = time.Date(2025, 1, 20, 12, 0, 0, 0, time.UTC).UnixMicro()
		cara.EnrolledAtUS = ben.EnrolledAtUS
		w.enrol("facts", ann, ben, cara)
		w.change(store.NetworkChange{
			DistributorID: "cara", EventID: "agent", Kind: store.NetworkRegistered, Registration: store.Registration{Kind: "agent"},
			EffectiveAtUS: at(10, 0), Reason: "trained",
		})
		sell := func(id, seller string, atUS int64) string {
			t.Helper()
			s := sale(id)
			s.DistributorID, s.PriceMinor, s.SoldAtUS = seller, 10_000, min(atUS, at(5, 0))
			w.must(w.RecordSales(t.Context(), []store.NewSale{s}))
			return lines(w.append(activation(id, "a", atUS)))
		}
		sells := func(id, seller string, atUS int64, want string) {
			t.Helper()
			if got := sell(id, seller, atUS); got != want {
				t.Errorf("%s posts\n%swant\n%s", id, got, want)
			}
		}
		const ownOfCara = "cara own COMMISSION L0 1000\n"
		sells("before", "cara", at(9, 0), "")
		sells("registered", "cara", at(10, 0), ownOfCara)
		sells("licensed", "ben", at(10, 0), "ben own COMMISSION L0 1500\nann override COMMISSION L1 400\n")
		sells("year less a second", "cara", time.Date(2026, 1, 20, 11, 59, 59, 0, time.UTC).UnixMicro(), ownOfCara)
		sells("year", "cara", time.Date(2026, 1, 20, 12, 0, 0, 0, time.UTC).UnixMicro(), ownOfCara+"ben override COMMISSION L1 400\n")
		w.kits("k", func(int) int64 { return at(10, 0) }, "ann")
		w.nowUS.Store(date(time.February, 10))
		if err := w.close("facts", calc.Monthly, "2026-01"); err != nil {
			t.Fatal(err)
		}
		// Ann is silver now, and has been for one period.
		sells("silver", "cara", date(time.February, 5), ownOfCara+"ben override COMMISSION L1 400\nann override COMMISSION L2 100\n")
		w.nowUS.Store(date(time.March, 10))
		if err := w.close("facts", calc.Monthly, "2026-02"); err != nil {
			t.Fatal(err)
		}
		sells("no longer", "ben", date(time.March, 5), "ben own COMMISSION L0 1500\nann lapsed_silver COMMISSION L1 200\n")
	})
}
