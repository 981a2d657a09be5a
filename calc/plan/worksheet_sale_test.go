package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"upline/calc"
)

// noDayUS stands for the first moment of the period that a sale comes to count in.
const noDayUS = -1 << 62

func (w *worksheet) sell(t *testing.T, d *datadriven.TestData) string {
	table := newTable("earner", "bonus", "level", "base", "rate", "amount")
	for line := range strings.Lines(d.Input) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		o := options(t, words[1:], "pv", "cv", "qv", "price", "fee", "class", "market", "customer", "cycle", "day", "since", "count")
		number := func(key string, parse func(string) (int64, error)) int64 {
			if o[key] == "" {
				return 0
			}
			v, err := parse(o[key])
			if err != nil {
				t.Fatalf("%s: %v", d.Pos, err)
			}
			return v
		}
		money := func(text string) (int64, error) { return calc.ParseMinor(text, w.plan.MinorDigits) }
		in := &calc.EventInput{
			Plan: w.plan, PV: number("pv", calc.ParseVolume), CV: number("cv", calc.ParseVolume), QV: number("qv", calc.ParseVolume),
			AtUS: w.soldAtUS(t, o), Class: o["class"], PriceMinor: number("price", money), FeeMinor: number("fee", money),
			Market: calc.WordNumber(w.plan.Names.Markets, o["market"]), SellerBought: o["customer"] == "",
		}
		var sponsors, parents []int32
		seller := w.person(t, words[0])
		in.Sponsor, sponsors = w.chain(seller, w.network.Sponsor)
		in.Placement, parents = w.chain(seller, w.network.Parent)
		lines, err := calc.EventLines(in)
		if err != nil {
			t.Fatalf("%s: %v", d.Pos, err)
		}
		w.event = lines
		for _, l := range lines {
			earners := sponsors
			if l.Placement {
				earners = parents
			}
			rate := w.rate(l.Bonus, calc.LineCommission, l.Rate)
			if l.Months != calc.Month {
				rate += " × " + calc.FormatRate(int64(l.Months))
			}
			w.line(table, earners[l.Distance], l.Bonus, l.Level, w.base(l.Bonus, calc.LineCommission, l.Base), rate, l.AmountMinor)
			w.post(earners[l.Distance], l.Bonus, l.AmountMinor)
		}
		for c := calc.Daily; c <= calc.CadenceMax; c++ {
			if w.open[c] == nil {
				w.open[c] = &calc.Volumes{}
			}
			w.count(t, w.open[c], seller, in, o)
		}
		w.firsts[buyerOf(words[0], o)] = w.soldAtUS(t, o)
		w.bought[buyerOf(words[0], o)] = append(w.bought[buyerOf(words[0], o)], calc.WordNumber(w.plan.Names.Classes, o["class"]))
	}
	return table.String()
}

func buyerOf(seller string, o map[string]string) string {
	if o["customer"] == "" {
		return "seller " + seller
	}
	return "customer " + o["customer"]
}

func (w *worksheet) soldAtUS(t *testing.T, o map[string]string) int64 {
	if o["day"] == "" {
		return noDayUS
	}
	return w.dayUS(t, o["day"])
}

// count adds a sale to the volumes of a period.
func (w *worksheet) count(t *testing.T, v *calc.Volumes, seller int32, in *calc.EventInput, o map[string]string) {
	t.Helper()
	atUS := w.soldAtUS(t, o)
	sinceUS, before := w.firsts[buyerOf(w.ids[seller], o)]
	if !before {
		sinceUS = atUS
	}
	if o["since"] != "" {
		sinceUS = w.dayUS(t, o["since"])
	}
	customer := int32(-1)
	if name := o["customer"]; name != "" {
		if !slices.Contains(w.customers, name) {
			w.customers = append(w.customers, name)
		}
		customer = int32(slices.Index(w.customers, name))
	}
	whole := func(key string, omitted int32) int32 {
		if o[key] == "" {
			return omitted
		}
		n, err := strconv.ParseInt(o[key], 10, 32)
		if err != nil {
			t.Fatal(err)
		}
		return int32(n)
	}
	one := int32(1)
	if in.PriceMinor < 0 || in.CV < 0 || in.PV < 0 {
		one = -1
	}
	v.Seller, v.PV, v.CV, v.PriceMinor = append(v.Seller, seller), append(v.PV, in.PV), append(v.CV, in.CV), append(v.PriceMinor, in.PriceMinor)
	v.QV, v.FeeMinor, v.Count = append(v.QV, in.QV), append(v.FeeMinor, in.FeeMinor), append(v.Count, whole("count", one))
	v.Class, v.Market = append(v.Class, calc.WordNumber(w.plan.Names.Classes, o["class"])), append(v.Market, calc.WordNumber(w.plan.Names.Markets, o["market"]))
	v.Buyer, v.AtUS, v.BuyerSinceUS = append(v.Buyer, customer), append(v.AtUS, atUS), append(v.BuyerSinceUS, sinceUS)
	v.Sized = append(v.Sized, calc.SizeBits(w.plan.SaleSizes(), &calc.SaleValues{PV: in.PV, CV: in.CV, QV: in.QV, PriceMinor: in.PriceMinor, FeeMinor: in.FeeMinor}))
	v.Cycle, v.First = append(v.Cycle, whole("cycle", 1)), append(v.First, w.firstBits(buyerOf(w.ids[seller], o), calc.WordNumber(w.plan.Names.Classes, o["class"]), whole("cycle", 1)))
}

// firstBits says of which sets of classes a sale is the buyer's first.
func (w *worksheet) firstBits(buyer string, class uint16, cycle int32) (bits uint16) {
	for k, set := range w.plan.FirstSets() {
		before := slices.ContainsFunc(w.bought[buyer], func(earlier uint16) bool { return calc.InFirstSet(set, earlier) })
		if cycle == 1 && !before && calc.InFirstSet(set, class) {
			bits |= 1 << k
		}
	}
	return bits
}

// post keeps what an event paid for the caps of the period's close.
func (w *worksheet) post(earner int32, bonus int, amountMinor int64) {
	for c := calc.Daily; c <= calc.CadenceMax; c++ {
		if w.posted[c] == nil {
			w.posted[c] = &calc.Posted{}
		}
		p := w.posted[c]
		p.Earner, p.Bonus, p.AmountMinor = append(p.Earner, earner), append(p.Bonus, uint16(bonus)), append(p.AmountMinor, amountMinor)
	}
}

func (w *worksheet) chain(seller int32, parents []int32) (members []calc.ChainMember, people []int32) {
	for at := seller; at >= 0; at = parents[at] {
		m := calc.ChainMember{
			Market: w.network.Market[at], Rank: w.prior.Achieved[at], Achieved: w.prior.Achieved[at],
			Kind: w.network.Kind[at], Tags: w.network.Tags[at], EnrolledAtUS: w.network.EnrolledAtUS[at],
		}
		if w.prior.PaidAs != nil {
			m.Rank, m.Inactive = w.prior.PaidAs[at], !w.prior.Active[at]
		}
		members, people = append(members, m), append(people, at)
	}
	return members, people
}

func (w *worksheet) adjust(t *testing.T, d *datadriven.TestData) string {
	for line := range strings.Lines(d.Input) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		bonus := slices.IndexFunc(w.plan.Bonuses, func(b calc.Bonus) bool { return b.Name == words[1] })
		if bonus < 0 {
			t.Fatalf("%s: there is no bonus %q", d.Pos, words[1])
		}
		a := &w.adjusted
		a.Earner, a.Bonus, a.AmountMinor = append(a.Earner, w.person(t, words[0])), append(a.Bonus, uint16(bonus)), append(a.AmountMinor, w.money(t, words[2]))
	}
	return "ok"
}

// cancel takes the events of one sale through the fold that the store uses.
func (w *worksheet) cancel(t *testing.T, d *datadriven.TestData) string {
	var cycles, days int
	d.MaybeScanArgs(t, "cycles", &cycles)
	d.MaybeScanArgs(t, "days", &days)
	const dayUS = 24 * 60 * 60 * 1_000_000
	events := []calc.SaleEvent{
		{ID: "1 live", Kind: calc.Activated},
		{ID: "3 end", Kind: calc.Cancelled, EffectiveAtUS: int64(days) * dayUS},
	}
	for cycle := range cycles {
		events = append(events, calc.SaleEvent{ID: fmt.Sprint("2 cycle ", cycle+1), Kind: calc.Paid, Cycle: int32(cycle + 1)})
	}
	fold := calc.FoldSale(calc.SaleTerms{RequiresActivation: true}, events)
	table := newTable("bonus", "level", "paid", "stays", "taken back")
	for _, l := range w.event {
		b := &w.plan.Bonuses[l.Bonus]
		clawback, months := b.EventClawback()
		stays, err := calc.RoundedPart(l.AmountMinor, clawback.Retained(fold, months), w.plan.Rounding)
		if err != nil {
			t.Fatalf("%s: %v", d.Pos, err)
		}
		money := func(minor int64) string { return calc.FormatMinor(minor, w.plan.MinorDigits) }
		table.row(b.Name, shownLevel(l.Level), money(l.AmountMinor), money(stays), money(stays-l.AmountMinor))
	}
	return table.String()
}
