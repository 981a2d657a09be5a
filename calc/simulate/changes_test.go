package simulate_test

import (
	"strings"
	"testing"

	"upline/calc/plan"
	"upline/calc/simulate"
)

const changedPlan = `plan_id: changed
name: Changed
currency: USD
valid_from: 2026-01-01
cadence: monthly
bonuses:
  - {name: once, direct: {base: price, rate: 10%}}
  - {name: team, pays: event, unilevel: {rates: [{levels: [5%]}]}}
  - {name: advance, advance: {months: 9, rate: 102.5%}}
  - {name: month, pays: period, direct: {base: cv, rate: 1%}}
`

// paidLines lists what was paid: period, earner, bonus and amount, one line each, in the order of the file.
func paidLines(t *testing.T, s simulated) string {
	t.Helper()
	rows := strings.Split(strings.TrimSpace(s.lines), "\n")
	header := strings.Split(rows[0], ",")
	place := make(map[string]int)
	for i, name := range header {
		place[name] = i
	}
	var b strings.Builder
	for _, row := range rows[1:] {
		cells := strings.Split(row, ",")
		for _, name := range []string{"period", "earner", "bonus", "amount"} {
			b.WriteString(cells[place[name]] + " ")
		}
		b.WriteString("\n")
	}
	return strings.ReplaceAll(b.String(), " \n", "\n")
}

// A service of 500 a month, live on 6 January, becomes one of 800 half way through its month: what a server posts for it.
func TestRun_ServiceThatIsChanged(t *testing.T) {
	p := plan.Compile([]byte(changedPlan)).Plan
	f := files{
		"network":  "id,sponsor\nann,\nben,ann\n",
		"sales":    "sale,seller,at,price,pv,cv,cancelled_at\ns1,ben,2026-01-06,500,100,100,2026-03-15\ns2,ben,2026-01-06,500,100,100,\n",
		"changes":  "sale,at,price,cv,proration,unit\ns1,2026-01-21T12:00:00,800,160,charge,second\n",
		"payments": "sale,at,cycle\ns1,2026-01-07,1\n",
	}
	s := simulateFiles(t, f, p, "")
	// Both go live, and 150.00 and 30 points are between what is credited and what is charged of s1. When it ends, what the month that was
	// paid has earned stays: a ninth of the one advance, half a month of the 8½ of the other.
	want := `2026-01 ann team 5.00
2026-01 ann team 5.00
2026-01 ann team 1.50
2026-01 ben once 50.00
2026-01 ben advance 4612.50
2026-01 ben once 50.00
2026-01 ben advance 4612.50
2026-01 ben once 15.00
2026-01 ben advance 2613.75
2026-01 ben month 2.30
2026-03 ann team -5.00
2026-03 ann team -1.50
2026-03 ben once -50.00
2026-03 ben advance -4100.00
2026-03 ben once -15.00
2026-03 ben advance -2460.00
2026-03 ben month -1.30
`
	if got := paidLines(t, s); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestRead_ChangesThatSalesCannotTake(t *testing.T) {
	p := plan.Compile([]byte(changedPlan)).Plan
	f := files{
		"network": "id\nann\n",
		"sales":   "sale,seller,at,price,pv,billing\ns1,ann,2026-01-06,500,100,\ns2,ann,2026-01-06,500,100,one_time\n",
		"changes": "sale,at,price,fee,billing,proration,unit,day_count\n" +
			"s1,2026-01-05,800,,,charge,second,\n" + // before the sale
			"s2,2026-01-08,800,,,charge,second,\n" + // billed once
			"s1,2026-01-08,800,,one_time,charge,second,\n" +
			"s1,2026-01-08,800,900,,charge,second,\n" +
			"s1,2026-01-08,800,,,sometimes,second,\n" +
			"s1,2026-01-08,800,,,charge,month,actual_365\n" + // months are not counted in days
			"s9,2026-01-08,800,,,charge,,\n",
	}
	_, err := simulate.Read(simulate.Request{Files: f.sources(), Plan: simulate.Plan{Name: "plan.yaml", Plan: p}})
	if err == nil {
		t.Fatal("nothing is wrong")
	}
	for _, says := range []string{
		"changes.csv:2: at: ", "changes.csv:3: sale: ", "changes.csv:4: billing: ", "changes.csv:5: fee: ", "changes.csv:6: proration: ", "changes.csv:7: proration: day count: ", "changes.csv:8: sale: ",
	} {
		if !strings.Contains(err.Error(), says) {
			t.Errorf("%q is not said in\n%v", says, err)
		}
	}
}
