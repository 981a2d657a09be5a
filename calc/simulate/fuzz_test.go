package simulate_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"upline/calc/simulate"
)

// FuzzSimulate reads files of anything, and computes those that are taken: nothing panics, and what is wrong is said in bounds.
func FuzzSimulate(f *testing.F) {
	p := planOf(f, wholePlan)
	for seed := range uint64(3) {
		some := randomFiles(seed)
		f.Add(firstRows(some["network"]), firstRows(some["sales"]), firstRows(some["payments"]), "")
	}
	f.Add("id,sponsor,parent,leg,rank,paid_as,owner,tags,currency,market,kind\na,,,,gold,bronze,b,x y;z,EUR,IN,k\n", "seller,cv,at,fee,qv,count,cycle\na,1,2026-01-01,,1,2,3\n",
		"sale,at,cycle,amount\n1,2026-01-01,1,1\n", "distributor,key,value,cadence\na,pairs left,1,\n,company:x,1,\na,achieved,gold,\na,active,no,weekly\n")
	f.Add("id;sponsor\n\"a\nb\";\n", "seller\tprice\tat\n", "", "distributor,key,value\na,binary:pairs:left:2,-1\n")
	f.Fuzz(func(t *testing.T, network, sales, payments, state string) {
		all := files{"network": network, "sales": sales}
		if payments != "" {
			all["payments"] = payments
		}
		if state != "" {
			all["state"] = state
		}
		c, err := simulate.Read(simulate.Request{Files: all.sources(), Plan: simulate.Plan{Name: "plan.yaml", Plan: p}, Threads: 1})
		if err != nil {
			checkSaid(t, err)
			return
		}
		w := c.NewFileWriter(simulate.OutFiles{Lines: io.Discard, Ranks: io.Discard, Carry: io.Discard, State: io.Discard, Totals: io.Discard, Payouts: io.Discard})
		periods := 0
		tooMany := errors.New("enough")
		totals, err := c.Run(0, func(closed *simulate.Closed) error {
			if periods++; periods > 20 {
				return tooMany
			}
			return w.Visit(closed)
		})
		if err != nil {
			return
		}
		if err := w.End(totals); err != nil {
			t.Fatal(err)
		}
		if err := simulate.NewReport(c, totals).WriteText(io.Discard); err != nil {
			t.Fatal(err)
		}
	})
}

// firstRows gives the header and a few rows: short texts are varied faster.
func firstRows(text string) string {
	rows := strings.SplitAfterN(text, "\n", 7)
	return strings.Join(rows[:min(6, len(rows))], "")
}

// checkSaid wants problems that are bounded, and that say something each.
func checkSaid(t *testing.T, err error) {
	t.Helper()
	var problems *simulate.Problems
	if !errors.As(err, &problems) {
		t.Fatalf("%v is no list of problems", err)
	}
	if len(problems.List) == 0 || len(problems.List) > 50 || problems.More < 0 || !errors.Is(err, simulate.ErrProblems) {
		t.Fatalf("%d problems and %d more", len(problems.List), problems.More)
	}
	for _, one := range problems.List {
		if one.File == "" || one.Text == "" || strings.ContainsAny(one.String(), "\n\r") || len(one.String()) > 4000 {
			t.Fatalf("%+v", one)
		}
	}
}
