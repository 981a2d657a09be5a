package simulate_test

import (
	"encoding/csv"
	"fmt"
	"maps"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"upline/calc"
	"upline/calc/simulate"
)

// wholePlan has bonuses of all cadences, at events and at closes, and state of every sort.
const wholePlan = `
weeks_from: 2026-01-12
placement: {width: 2}
active: pv >= 20
volumes:
  - {name: young, of: cv, inside: {to_day: 60}}
  - {name: bounded, of: price, source_cap: {limit: 300, within: yearly}}
ranks:
  - {name: bronze, when: pv >= 30}
  - {name: silver, when: 'own("pv", 2) >= 150', hold_periods: 2}
  - {name: gold, when: 'gv >= 400 && legs_with("bronze") >= 2', grace_periods: 1}
bonuses:
  - name: own
    direct: {base: price, rates: [{rate: 3%}, {rank: silver, rate: 5%}], clawback: {mode: within_days, days: 40}}
  - name: ahead
    advance: {base: price, months: 3, rate: 50%, product_classes: [energy]}
  - name: pairs
    binary: {rate: 10%, max: [{amount: 50}]}
  - name: weekly_pairs
    cadence: weekly
    binary: {rates: [{rate: 1%}, {rank: bronze, rate: 7%}], carry: {expires_after: 3}}
  - name: levels
    unilevel: {compression: dynamic, rates: [{levels: [5%, 3%]}, {rank: bronze, levels: [6%, 4%, 2%]}]}
  - name: start
    unilevel: {volume: young, rates: [{levels: [8%]}]}
  - name: shares
    cadence: weekly
    unilevel: {volume: bounded, rates: [{levels: [2%, 1%]}]}
  - name: half_pairs
    cadence: half_monthly
    binary: {rates: [{rate: 1%}, {rank: bronze, rate: 2%}], carry: {expires_after: 2}}
  - name: two_weeks
    cadence: biweekly
    unilevel: {rates: [{levels: [1%]}, {rank: silver, levels: [2%]}]}
  - name: four_weeks
    cadence: four_weekly
    unilevel: {rates: [{levels: [2%]}, {rank: bronze, levels: [3%, 1%]}]}
  - name: residual
    residual: {rate: 4%, step_downs: [{after_cycles: 2, share: 50%}]}
  - name: match
    matching: {bonuses: [pairs], rates: [{levels: [20%]}]}
  - name: leaders
    when: 'paid_as("gold")'
    pool: {rate: 2%, share_max: 40%, undistributed: next_period}
  - name: advancement
    rank_bonus: {awards: [{rank: bronze, amount: 30, instalments: [50%, 50%]}, {rank: silver, amount: 50, after_periods: 1}]}
caps:
  - {name: person, limit: 120, within: yearly}
  - {name: company, bonuses: [weekly_pairs, shares], per: company, limit: 100, within: quarterly}
`

// randomFiles makes up a company with something of everything.
func randomFiles(seed uint64) files {
	r := rand.New(rand.NewPCG(seed, 7))
	day := func(from, to int) string { // a day of 2026, counted from 0
		d := from + r.IntN(to-from)
		return calc.PeriodByNo(calc.Daily, nil, 20454+int64(d)).Name + fmt.Sprintf("T%02d:%02d:00Z", r.IntN(24), r.IntN(60))
	}
	var network, sales, payments strings.Builder
	network.WriteString("id,sponsor,enrolled,placement\n")
	people := 5 + r.IntN(40)
	for i := range people {
		sponsor := ""
		if i > 0 {
			sponsor = fmt.Sprintf("d%d", r.IntN(i))
		}
		enrolled := ""
		if i > people/2 && r.IntN(3) == 0 {
			enrolled = day(0, 90)
		}
		fmt.Fprintf(&network, "d%d,%s,%s,%s\n", i, sponsor, enrolled, []string{"", "auto", "left", "right", "alternate"}[r.IntN(5)])
	}
	sales.WriteString("sale,seller,customer,class,price,pv,cv,volume,at,needs_activation,activated_at,cancelled_at\n")
	payments.WriteString("sale,at\n")
	for i := range 20 + r.IntN(200) {
		sold := r.IntN(85)
		customer, volume, waits, activated, cancelled := "", "once", "no", "", ""
		if r.IntN(3) > 0 {
			customer = fmt.Sprintf("c%d", r.IntN(60))
		}
		live := sold
		if r.IntN(3) == 0 {
			waits = "yes"
			if r.IntN(4) > 0 {
				live = sold + 1 + r.IntN(10)
				activated = day(live, live+1)
			}
		}
		if r.IntN(5) == 0 {
			cancelled = day(live+1, live+60)
		}
		if r.IntN(4) == 0 {
			volume = "payment"
		}
		for k := range r.IntN(4) {
			fmt.Fprintf(&payments, "s%d,%s\n", i, day(sold+1+30*k, sold+25+30*k))
		}
		fmt.Fprintf(&sales, "s%d,d%d,%s,%s,%d.%02d,%d,%d,%s,%s,%s,%s,%s\n", i, r.IntN(people), customer, []string{"energy", "phone"}[r.IntN(2)],
			r.IntN(200), r.IntN(100), r.IntN(60), r.IntN(100), volume, day(sold, sold+1), waits, activated, cancelled)
	}
	return files{"network": network.String(), "sales": sales.String(), "payments": payments.String()}
}

const (
	seeds      = 20
	allPeriods = "2026-01..2026-06"
)

func TestRun_StateGoesOnAsIfNothingHadHappened(t *testing.T) {
	// By which ranks a sale was paid before the first period is not known any more; so here they do not matter to what is taken back.
	p := planOf(t, strings.Replace(wholePlan, "rates: [{rate: 3%}, {rank: silver, rate: 5%}]", "rate: 3%", 1))
	for seed := range uint64(seeds) {
		f := randomFiles(seed)
		whole := simulateFiles(t, f, p, allPeriods)
		first := simulateFiles(t, f, p, "2026-01..2026-02")
		rest := maps.Clone(f)
		rest["state"] = first.state
		second := simulateFiles(t, rest, p, "2026-03..2026-06")
		for _, what := range []struct{ name, whole, first, second string }{
			{"lines", whole.lines, first.lines, second.lines},
			{"ranks", whole.ranks, first.ranks, second.ranks},
			{"carry", whole.carry, first.carry, second.carry},
		} {
			_, tail, _ := strings.Cut(what.second, "\n")
			if what.whole != what.first+tail {
				t.Fatalf("seed %d: %s of two simulations are not those of one\n%s", seed, what.name, difference(what.whole, what.first+tail))
			}
		}
		if whole.state != second.state {
			t.Fatalf("seed %d: the state at the end\n%s", seed, difference(whole.state, second.state))
		}
	}
}

// difference shows the first rows in which two texts differ.
func difference(a, b string) string {
	left, right := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(left), len(right)) {
		if left[i] != right[i] {
			return fmt.Sprintf("row %d:\n%s\n%s", i+1, left[i], right[i])
		}
	}
	return fmt.Sprintf("%d and %d rows", len(left), len(right))
}

func TestRun_NeitherThreadsNorOrderOfRowsMatter(t *testing.T) {
	p := planOf(t, wholePlan)
	for seed := range uint64(seeds) {
		f := randomFiles(seed)
		want := simulateFiles(t, f, p, allPeriods)
		shuffled := maps.Clone(f)
		for _, name := range []string{"sales", "payments"} {
			head, rows, _ := strings.Cut(f[name], "\n")
			list := strings.SplitAfter(strings.TrimSuffix(rows, "\n"), "\n")
			list[len(list)-1] += "\n"
			rand.New(rand.NewPCG(seed, 8)).Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
			shuffled[name] = head + "\n" + strings.Join(list, "")
		}
		for _, threads := range []int{1, 3} {
			c, err := simulate.Read(simulate.Request{Files: shuffled.sources(), Plan: simulate.Plan{Name: "plan.yaml", Plan: p}, Periods: allPeriods, Threads: threads})
			if err != nil {
				t.Fatal(err)
			}
			got := runCompany(t, c, 0)
			// Sales of the same moment are paid in the order of the file.
			if a, b := sortedRows(want.lines), sortedRows(got.lines); a != b {
				t.Fatalf("seed %d, %d threads: lines differ\n%s", seed, threads, difference(a, b))
			}
			if want.ranks != got.ranks || want.state != got.state || want.carry != got.carry || want.totals != got.totals {
				t.Fatalf("seed %d, %d threads: ranks, state or totals differ", seed, threads)
			}
		}
	}
}

func sortedRows(text string) string { return strings.Join(slices.Sorted(strings.Lines(text)), "") }

func TestLines_AmountsCanBeReckonedAgain(t *testing.T) {
	p := planOf(t, wholePlan)
	kinds := map[string]int{}
	for seed := range uint64(seeds) {
		got := simulateFiles(t, randomFiles(seed), p, "")
		total := new(big.Rat)
		for _, row := range rowsOf(t, got.lines) {
			kinds[row["kind"]]++
			kinds[row["bonus"]]++
			amount := ratOf(t, row["amount"])
			total.Add(total, amount)
			exact := new(big.Rat).Mul(ratOf(t, row["base"]), ratOf(t, row["rate"]))
			if row["point_value"] != "" {
				exact.Mul(exact, ratOf(t, row["point_value"]))
			}
			for factor := range strings.SplitSeq(row["factors"], ";") {
				if _, value, ok := strings.Cut(factor, "="); ok {
					exact.Mul(exact, ratOf(t, value))
				}
			}
			if row["kind"] == "rounding" || row["kind"] == "adjustment" {
				continue
			}
			if off := new(big.Rat).Sub(exact, amount); off.Abs(off).Cmp(big.NewRat(1, 200)) > 0 {
				t.Fatalf("seed %d: %v comes to %s", seed, row, exact.FloatString(6))
			}
		}
		if want := ratOf(t, got.report.Plan.Total.Amount); total.Cmp(want) != 0 {
			t.Fatalf("seed %d: lines come to %s, and the total is %s", seed, total.FloatString(2), want.FloatString(2))
		}
		for _, of := range []string{"period", "bonus", "rank"} {
			if sum := sumOf(t, got.totals, "of", of, "amount"); sum.Cmp(total) != 0 {
				t.Fatalf("seed %d: totals by %s come to %s, and lines to %s", seed, of, sum.FloatString(2), total.FloatString(2))
			}
		}
		if paid := sumOf(t, got.payouts, "", "", "paid"); paid.Cmp(total) != 0 {
			t.Fatalf("seed %d: payouts come to %s, and lines to %s", seed, paid.FloatString(2), total.FloatString(2))
		}
	}
	for _, needed := range append([]string{"commission", "reversal"}, bonusNames(p)...) {
		if kinds[needed] == 0 {
			t.Errorf("no line of %s was looked at", needed)
		}
	}
}

func bonusNames(p *calc.Plan) []string {
	var names []string
	for _, b := range p.Bonuses {
		names = append(names, b.Name)
	}
	return names
}

// rowsOf reads a CSV text that was written, by another reader than the one of this package.
func rowsOf(t *testing.T, text string) []map[string]string {
	t.Helper()
	records, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]string
	for _, record := range records[1:] {
		row := map[string]string{}
		for i, cell := range record {
			row[records[0][i]] = cell
		}
		rows = append(rows, row)
	}
	return rows
}

func sumOf(t *testing.T, text, column, value, sum string) *big.Rat {
	t.Helper()
	total := new(big.Rat)
	for _, row := range rowsOf(t, text) {
		if column == "" || row[column] == value {
			total.Add(total, ratOf(t, row[sum]))
		}
	}
	return total
}

func ratOf(t *testing.T, text string) *big.Rat {
	t.Helper()
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		t.Fatalf("%q is no number", text)
	}
	return r
}

func TestRun_WhatIsCancelledAtOnceNetsToZero(t *testing.T) {
	p := planOf(t, `
bonuses:
  - name: own
    direct: {base: price, rate: 3.33%}
  - name: ahead
    advance: {base: price, months: 7, rate: 33.3%}
  - name: event_levels
    pays: event
    unilevel: {rates: [{levels: [5%, 3.3%]}]}
  - name: levels
    unilevel: {rates: [{levels: [5%, 3.3%]}]}
`)
	got := simulateFiles(t, files{
		"network": "id,sponsor\na,\nb,a\nc,b\n",
		"sales":   "sale,seller,price,at,activated_at,cancelled_at\n1,c,33.37,2026-01-05,2026-01-06,2026-01-31\n2,b,0.01,2026-01-05,,2026-01-06\n",
	}, p, "")
	if got.report.Plan.Total.Amount != "0.00" || len(rowsOf(t, got.lines)) == 0 {
		t.Errorf("the total is %s:\n%s", got.report.Plan.Total.Amount, got.lines)
	}
}
