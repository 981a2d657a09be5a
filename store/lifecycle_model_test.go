package store_test

import (
	"cmp"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"upline/calc"
	"upline/store"
)

// The plain model of the life of a sale: the table of api/README.md, written down once more without the engine's help. It keeps no
// more than a clerk would: where the sale stands, what of each cycle is paid, and how long the service lived.
type modelSale struct {
	product store.Product
	plan    *calc.Plan
	price   int64

	state, seller  string
	begun          bool
	sinceUS, lived int64
	startUS        int64
	failures       int32
	cycles         []*modelCycle

	// The terms that it went live by and those that it has, and what lifecycle_change_test.go keeps of changes.
	first, terms modelTerms
	bills        []*modelBill
	invoiced     [][2]modelPiece
	rests        []modelLine
}

type modelCycle struct {
	cycle      int32
	paid, left int64
	dead, back bool // given back whole; by the customer's bank
}

// modelOf takes events, each id once, in the order of their time.
func modelOf(p *calc.Plan, product store.Product, price int64, events []store.NewEvent) *modelSale {
	m := &modelSale{product: product, plan: p, price: price, state: "PENDING", seller: "bob"}
	m.first = termsOfProduct(product, price)
	m.terms = m.first
	ordered := slices.Clone(events)
	slices.SortFunc(ordered, func(a, b store.NewEvent) int {
		return cmp.Or(cmp.Compare(a.EffectiveAtUS, b.EffectiveAtUS), strings.Compare(a.EventID, b.EventID))
	})
	if !product.RequiresActivation {
		m.live(at(5, 0))
	}
	for _, e := range ordered {
		m.event(e)
	}
	return m
}

func (m *modelSale) live(us int64) {
	if !m.begun {
		m.begun, m.startUS = true, us
	}
	m.state, m.sinceUS, m.failures = "ACTIVE", us, 0
}

func (m *modelSale) over(state string, us int64) {
	m.lived += us - m.sinceUS
	m.state = state
}

func (m *modelSale) find(cycle int32) *modelCycle {
	for _, c := range m.cycles {
		if c.cycle == cycle && !c.dead {
			return c
		}
	}
	return nil
}

func (m *modelSale) event(e store.NewEvent) {
	us, cycle := e.EffectiveAtUS, m.find(e.Cycle)
	fail := func() {
		if m.state != "ACTIVE" {
			return
		}
		m.failures++
		if most := m.terms.billing.FailuresMax; most > 0 && m.failures >= most {
			m.over("LAPSED", us)
		}
	}
	switch e.Kind {
	case calc.SellerCorrected:
		m.seller = e.SellerID
	case calc.Changed:
		m.change(e)
	case calc.Activated:
		if m.state != "ACTIVE" {
			m.live(us)
		}
	case calc.Cancelled:
		switch m.state {
		case "ACTIVE":
			m.over("CANCELLED", us)
		case "PENDING", "LAPSED":
			m.state = "CANCELLED"
		}
	case calc.Lapsed:
		settled := slices.ContainsFunc(m.cycles, func(c *modelCycle) bool { return c.cycle >= e.Cycle && !c.back })
		if m.state == "ACTIVE" && !settled {
			m.over("LAPSED", us)
		}
	case calc.Paid:
		revives := m.state == "LAPSED" && m.terms.billing.PaymentReinstates
		if cycle != nil || m.state == "CANCELLED" || m.state == "LAPSED" && !revives {
			return
		}
		if revives {
			m.live(us)
		}
		m.failures = 0
		m.cycles = append(m.cycles, &modelCycle{e.Cycle, e.AmountMinor, e.AmountMinor, false, false})
	case calc.PaymentFailed:
		if cycle == nil {
			fail()
		}
	case calc.PaymentRefunded:
		if cycle == nil {
			return
		}
		if cycle.left -= e.AmountMinor; !e.Partly || cycle.left <= 0 {
			cycle.left, cycle.dead = 0, true
		}
	case calc.PaymentChargedBack:
		if cycle != nil {
			cycle.left, cycle.dead, cycle.back = 0, true, true
			fail()
		}
	}
}

// rounded rounds half away from zero, or half to even.
func rounded(x *big.Rat, even bool) int64 {
	twice := new(big.Int).Quo(new(big.Int).Mul(x.Num(), big.NewInt(2)), x.Denom())
	half, odd := new(big.Int).QuoRem(twice, big.NewInt(2), new(big.Int))
	exactly := new(big.Rat).SetFrac(twice, big.NewInt(2)).Cmp(x) == 0
	if odd.Sign() != 0 && (!even || !exactly || half.Bit(0) == 1) {
		half.Add(half, big.NewInt(int64(x.Sign())))
	}
	return half.Int64()
}

// String says where the sale stands, what its lines sum to, and what of its volume counts.
func (m *modelSale) String() string {
	months, paid := new(big.Rat), 0
	volume, times := int64(0), 0
	for _, c := range m.cycles {
		if c.dead {
			continue
		}
		paid++
		kept := big.NewRat(1, 1)
		if c.left != c.paid {
			kept = big.NewRat(c.left, c.paid)
		}
		bill := m.bill(int(c.cycle))
		months.Add(months, new(big.Rat).Mul(bill.months(), kept))
		if m.product.VolumeOnPayment && m.begun {
			times++
			volume += bill.volume(kept)
		}
	}
	isOver := m.state == "CANCELLED" || m.state == "LAPSED"
	if !m.product.VolumeOnPayment && m.begun && (!isOver || m.plan.CancelledVolume == calc.CancelledVolumeNone) {
		times, volume = 1, m.first.pv
		for _, pair := range m.invoiced {
			for _, piece := range pair {
				volume += piece.volume(big.NewRat(1, 1))
			}
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s's %s, %d cycles", m.seller, m.state, paid)
	part := func(taken *big.Rat, amount int64) int64 {
		if !m.begun {
			return 0
		}
		if !isOver {
			return amount
		}
		return amount - rounded(new(big.Rat).Mul(taken, big.NewRat(amount, 1)), false)
	}
	all, none, half := big.NewRat(1, 1), new(big.Rat), big.NewRat(1, 2)
	within := map[bool]*big.Rat{true: all, false: none}[m.lived < 14*24*3_600_000_000]
	band := none
	if m.startUS+m.lived <= time.UnixMicro(m.startUS).UTC().AddDate(0, 1, 0).UnixMicro() { // nothing begins after the 28th
		band = half
	}
	sums := []string{}
	add := func(who, bonus string, amount int64) {
		if amount != 0 {
			sums = append(sums, fmt.Sprintf("; %s %s %d", who, bonus, amount))
		}
	}
	totals := map[[2]string]int64{}
	above := map[string][]string{"dan": {"bob", "alice"}, "bob": {"alice", "top"}, "alice": {"top", ""}}[m.seller]
	for _, l := range m.lines() {
		who, bonus, taken := m.seller, l.bonus, map[string]*big.Rat{"banded": band, "direct": all, "lasting": none}[l.bonus]
		switch bonus {
		case "advance":
			taken = l.unearned(months)
		case "team1", "team2":
			who, bonus, taken = above[bonus[4]-'1'], "team", within
		}
		totals[[2]string{who, bonus}] += part(taken, l.amount)
	}
	for of, amount := range totals {
		if of[0] != "" {
			add(of[0], of[1], amount)
		}
	}
	slices.Sort(sums)
	b.WriteString(strings.Join(sums, ""))
	if volume != 0 || times != 0 {
		fmt.Fprintf(&b, "; %s counts %d of %d", m.seller, volume, times)
	}
	return b.String()
}
