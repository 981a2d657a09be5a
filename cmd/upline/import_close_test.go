package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"upline/calc"
	"upline/calc/plan"
	"upline/store"
	"upline/store/open"
	"upline/store/storetest"
)

const importClosePlan = `plan_id: past
name: A company with a past
currency: EUR
valid_from: 2026-01-01
cadence: monthly
placement: {width: 2}
ranks:
  - {name: silver, when: pv >= 100}
bonuses:
  - {name: pairs, binary: {rate: 10%}}
  - {name: reached, rank_bonus: {awards: [{rank: silver, amount: 50}]}}
  - name: advance
    advance: {months: 12, rate: 10%}
`

// past is a database for the company with a past, and its files.
func past(t *testing.T, database storetest.Database) (s *store.Store, arguments []string, write func(name, text string)) {
	t.Helper()
	importStore(t, database)
	engine, err := open.Engine(t.Context(), database.URL, open.Options{Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := engine.Close(); err != nil {
			t.Error(err)
		}
	})
	now := func() time.Time { return time.Date(2026, 2, 3, 12, 0, 0, 0, time.UTC) }
	s = store.New(engine, store.Options{Clock: now, Compile: plan.Load, Owner: "test"})
	compiled := plan.Compile([]byte(importClosePlan))
	if compiled.Plan == nil {
		t.Fatal(compiled.Diagnostics)
	}
	for _, err := range []error{
		second(s.PublishPlan(t.Context(), store.NewPlan{Plan: compiled.Plan, Name: "Past", Source: importClosePlan})),
		second(s.PutProduct(t.Context(), store.Product{
			ProductID: "stream", VendorID: "norrland", Name: "Stream", PV: 1_000_000, CV: 1_000_000, VolumeOnPayment: true, Billing: calc.Billing{Cycle: calc.BilledMonthly},
		})),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	folder := t.TempDir()
	write = func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(folder, name+".csv"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("network", "id,sponsor,enrolled,market,parent,leg\nann,,2025-01-01,DE,,\nben,ann,2025-01-02,DE,ann,1\ncat,ann,2025-01-03,DE,ann,2\n")
	write("ranks", "distributor,rank\nben,silver\n")
	write("carries", "distributor,bonus,left,right\nann,pairs,500,0\n")
	write("services", "distributor,market,sale,customer,product,price,cycles_paid,activated\nben,DE,s1,c1,stream,20.00,3,2025-09-15\n")
	write("advances", "distributor,market,sale,customer,product,price,cycles_paid,activated,bonus,advanced\nann,DE,a1,c2,power,80.00,4,2025-08-20,advance,96.00\n")
	write("balances", "distributor,amount\nann,-7.25\n")
	write("totals", "file,total,currency,value\nnetwork,rows,,3\nservices,price,EUR,20\ncarries,left,,500\nadvances,price,EUR,80\nadvances,advanced,EUR,96\nbalances,amount,EUR,-7.25\n")
	arguments = []string{"import", "--database", database.URL, "--plan", "past", "--check", filepath.Join(folder, "totals.csv"), "--refused", filepath.Join(folder, "refused.csv")}
	for _, name := range []string{"network", "ranks", "carries", "services", "advances", "balances"} {
		arguments = append(arguments, "--"+name, filepath.Join(folder, name+".csv"))
	}
	return s, arguments, write
}

// The first close goes on from what was brought in. In January ben's service is paid for the fourth time, for 100 points on ann's left leg,
// and cat sells 300 points on the right. Ann has 500 carried + 100 on the left against 300: pairs pay 10 % of 300, and 300 are carried on.
// Ben was silver before, so reaching it pays cat alone, whose sale of 300.00 pays twelve months of 10 % besides. Ann's service is paid for the fifth time and ends: 7 of 12 months of 96.00 were not
// earned. And she owed 7.25.
func TestImport_FirstCloseGoesOnFromIt(t *testing.T) {
	storetest.EachDatabase(t, func(t *testing.T, database storetest.Database) {
		s, arguments, _ := past(t, database)
		if got := runCommand(t, nil, "", arguments...); got.code != exitOK || strings.Count(got.out, "met") != 6 {
			t.Fatalf("exit %d\n%s%s", got.code, got.out, got.err)
		}
		january := func(day int) int64 { return time.Date(2026, 1, day, 10, 0, 0, 0, time.UTC).UnixMicro() }
		event := func(saleID, id string, kind calc.EventKind, cycle int32, amountMinor, atUS int64) {
			t.Helper()
			_, err := s.AppendEvent(t.Context(), store.NewEvent{
				Market: "DE", SaleID: saleID, EventID: id, Kind: kind, EffectiveAtUS: atUS, Cycle: cycle, AmountMinor: amountMinor, Currency: "EUR",
				Content: store.Content{{Path: "cycle", Value: fmt.Sprint(cycle)}},
			}, store.Scope{})
			if err != nil {
				t.Fatal(err)
			}
		}
		event("s1", "p4", calc.Paid, 4, 2_000, january(5))
		event("a1", "p5", calc.Paid, 5, 8_000, january(10))
		pv, cv := int64(1_000_000), int64(3_000_000)
		if _, err := s.RecordSales(t.Context(), []store.NewSale{{
			Market: "DE", SaleID: "new", DistributorID: "cat", CustomerID: "c3", ProductID: "power", PriceMinor: 30_000, Currency: "EUR", PV: &pv, CV: &cv, SoldAtUS: january(12),
			Content: store.Content{{Path: "distributor_id", Value: "cat"}},
		}}); err != nil {
			t.Fatal(err)
		}
		event("a1", "end", calc.Cancelled, 0, 0, january(20))
		run, err := s.StartRun(t.Context(), "past", calc.Monthly, "2026-01")
		if err == nil {
			_, err = s.WorkRun(t.Context(), run.RunID)
		}
		if err != nil {
			t.Fatal(err)
		}
		for id, want := range map[string]string{
			"ann": "advance -5600, opening_balance -725, pairs 3000; carries 3000000/0",
			"ben": "silver silver;",
			"cat": "advance 36000, reached 5000; silver silver",
		} {
			e, err := s.GetEarnings(t.Context(), store.EarningsQuery{DistributorID: id, Period: "2026-01", PageSize: 100})
			if err != nil {
				t.Fatal(err)
			}
			var parts []string
			for _, b := range e.ByBonus {
				if b.PostedMinor != 0 {
					parts = append(parts, fmt.Sprintf("%s %d", b.Bonus, b.PostedMinor))
				}
			}
			got := strings.Join(parts, ", ")
			if e.PaidAs != "" {
				got = strings.TrimPrefix(got+"; "+e.PaidAs+" "+e.Achieved, "; ")
			}
			for _, c := range e.CarryOuts {
				got += fmt.Sprintf("; carries %d/%d", c.Left, c.Right)
			}
			if strings.Trim(got, "; ") != strings.Trim(want, "; ") {
				t.Errorf("%s has %s\nwant %s", id, got, want)
			}
		}
		if v, err := s.VerifyRun(t.Context(), "past", 0, "2026-01"); err != nil || !v.OK() {
			t.Errorf("%v %+v", err, v)
		}
	})
}

// Once the first period is closed, an opening state is refused whole before anything of the command is written, in a dry run as well; what
// was brought in before is a repeat.
func TestImport_AfterTheFirstClose(t *testing.T) {
	s, arguments, write := past(t, storetest.SQLiteDatabase(t))
	if got := runCommand(t, nil, "", arguments...); got.code != exitOK {
		t.Fatalf("exit %d\n%s%s", got.code, got.out, got.err)
	}
	run, err := s.StartRun(t.Context(), "past", calc.Monthly, "2026-01")
	if err == nil {
		_, err = s.WorkRun(t.Context(), run.RunID)
	}
	if err != nil {
		t.Fatal(err)
	}
	if got := runCommand(t, nil, "", arguments...); got.code != exitOK {
		t.Errorf("what is there is no repeat: exit %d\n%s", got.code, got.err)
	}
	write("network", "id,sponsor,enrolled,market,parent,leg\nann,,2025-01-01,DE,,\nben,ann,2025-01-02,DE,ann,1\ncat,ann,2025-01-03,DE,ann,2\ndan,cat,2025-01-04,DE,cat,1\n")
	write("balances", "distributor,amount\nann,-7.25\ndan,3.00\n")
	write("totals", "file,total,currency,value\n")
	for _, more := range []string{"--dry-run", "--dry-run=false"} {
		got := runCommand(t, nil, "", append(arguments, more)...)
		if want := "balances.csv:3: id: the plan's first period 2026-01 is no longer open (bring the opening state in before"; got.code != exitFailed || !strings.Contains(got.err, want) ||
			strings.Contains(got.err, "balances.csv:2") {
			t.Errorf("%s: exit %d\n%s\nwant %s", more, got.code, got.err, want)
		}
		if _, err := s.GetDistributor(t.Context(), "dan"); err == nil {
			t.Errorf("%s: the network was written", more)
		}
	}
}

// Sums are those of the files, and not only counts: what says something else in as many rows is found.
func TestImport_SumsOfTheDatabaseDiffer(t *testing.T) {
	s, arguments, _ := past(t, storetest.SQLiteDatabase(t))
	if got := runCommand(t, nil, "", arguments...); got.code != exitOK {
		t.Fatalf("exit %d\n%s%s", got.code, got.out, got.err)
	}
	for _, column := range []string{"price_minor", "left_volume"} {
		err := s.Engine().Write(t.Context(), "damage", func(c store.Conn) error {
			_, err := c.Exec(`UPDATE opening_events SET ` + column + ` = ` + column + ` + 1 WHERE kind IN ('SERVICE', 'CARRY')`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	got := runCommand(t, nil, "", arguments...)
	for _, want := range []string{"total price of 20.01 EUR, and those of the file to 20.00", "total left of 500.0001"} {
		if got.code != exitFailed || !strings.Contains(got.err, want) {
			t.Errorf("exit %d\n%s\nwant %s", got.code, got.err, want)
		}
	}
}

// What the database has besides a file's rows, of another file or by the API, hides nothing: the file's own are summed up.
func TestImport_SumsOfTheFileAmongMoreRows(t *testing.T) {
	storetest.EachDatabase(t, func(t *testing.T, database storetest.Database) {
		s, arguments, write := past(t, database)
		if got := runCommand(t, nil, "", arguments...); got.code != exitOK {
			t.Fatalf("exit %d\n%s%s", got.code, got.out, got.err)
		}
		write("network", "id,sponsor,enrolled,market,parent,leg\nann,,2025-01-01,DE,,\ndan,cat,2025-01-04,DE,cat,1\n")
		write("services", "distributor,market,sale,customer,product,price,cycles_paid,activated\ndan,DE,s2,c3,stream,30.00,1,2025-09-15\ndan,DE,s3,c4,stream,40.00,1,2025-09-15\n")
		write("balances", "distributor,amount\ndan,3.00\n")
		write("totals", "file,total,currency,value\nnetwork,rows,,2\nservices,price,EUR,70\nbalances,amount,EUR,3\n")
		got := runCommand(t, nil, "", arguments...)
		for _, want := range []string{"2 more rows of network", "1 more rows of services", "1 more rows of balances"} {
			if got.code != exitOK || strings.Count(got.out, "met") != 3 || !strings.Contains(got.out, want) {
				t.Errorf("exit %d\n%s%s\nwant %s", got.code, got.out, got.err, want)
			}
		}
		damage := func(sale string) {
			err := s.Engine().Write(t.Context(), "damage", func(c store.Conn) error {
				_, err := c.Exec(`UPDATE opening_events SET price_minor = price_minor + 1 WHERE kind = 'SERVICE' AND sale_id = $1`, sale)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		damage("s1") // of the other file
		if got := runCommand(t, nil, "", arguments...); got.code != exitOK {
			t.Errorf("exit %d\n%s%s", got.code, got.out, got.err)
		}
		damage("s3")
		got = runCommand(t, nil, "", arguments...)
		if want := "total price of 70.01 EUR, and those of the file to 70.00"; got.code != exitFailed || !strings.Contains(got.err, want) {
			t.Errorf("exit %d\n%s\nwant %s", got.code, got.err, want)
		}
	})
}

// Every cell of a row that is wrong is named at once, each once.
func TestImport_NamesAllThatIsWrongWithARow(t *testing.T) {
	_, arguments, write := past(t, storetest.SQLiteDatabase(t))
	write("network", "id,sponsor,enrolled,market,parent,leg\nann,,2025-01-01,DE,,\nann,zoe,tomorrow,FR,ann,9\n")
	write("services", "distributor,market,sale,customer,product,price,cycles_paid,activated\nzoe,FR,s 1,c1,gas,-20.001,many,never\n")
	for name, header := range map[string]string{
		"ranks": "distributor,rank\n", "carries": "distributor,bonus,left,right\n", "balances": "distributor,amount\n",
		"advances": "distributor,market,sale,customer,product,price,cycles_paid,activated,bonus,advanced\n",
	} {
		write(name, header)
	}
	write("totals", "file,total,currency,value\n")
	got := runCommand(t, nil, "", arguments...)
	columns := map[string][]string{}
	for line := range strings.Lines(got.err) {
		if parts := strings.SplitN(line, ": ", 3); len(parts) == 3 {
			columns[parts[0]] = append(columns[parts[0]], parts[1])
		}
	}
	if want := "map[network.csv:3:[enrolled leg id market sponsor] services.csv:2:[activated cycles_paid sale price distributor market product]]"; got.code != exitFailed || fmt.Sprint(columns) != want {
		t.Errorf("exit %d: %v\nwant %s\n%s", got.code, columns, want, got.err)
	}
}
