package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	uplinev1 "upline/api/upline/v1"
	"upline/api/upline/v1/uplinev1connect"
	"upline/calc/plan"
	"upline/cmd/upline/internal/proc"
	"upline/store"
	"upline/store/open"
	"upline/store/storetest"
)

const importPlan = `plan_id: energy
name: Energy
currency: EUR
valid_from: 2026-01-01
cadence: monthly
placement:
  width: 2
  automatic: {strategy: fewer_people}
ranks:
  - {name: silver, when: pv >= 100}
bonuses:
  - {name: pairs, binary: {rate: 10%}}
  - name: advance
    advance: {months: 12, rate: 10%}
`

// importCompany is the company that is brought in: of every three distributors one has a place by hand.
type importCompany struct {
	distributors, services int
	folder                 string
}

// importSize is the size of the company: of a million distributors and half a million services with UPLINE_IMPORT=1000000.
func importSize() int {
	if n, err := strconv.Atoi(os.Getenv("UPLINE_IMPORT")); err == nil {
		return n
	}
	return 3000
}

func (c *importCompany) id(i int) string { return fmt.Sprintf("d%07d", i) }

func (c *importCompany) enrolment(i int) *uplinev1.EnrollRequest {
	r := &uplinev1.EnrollRequest{
		DistributorId: c.id(i), PlanId: "energy", Market: "DE",
		EnrolledAt: timestamppb.New(time.Date(2024, 1, 1, 0, 0, i, 0, time.UTC)),
	}
	if i > 0 {
		r.SponsorId = c.id((i - 1) / 2)
	}
	if i > 0 && i < 300 { // by hand, in the order of the tree; then by the rule
		r.Placement = &uplinev1.Placement{ParentId: c.id((i - 1) / 2), Leg: int32((i-1)%2 + 1)}
	}
	return r
}

// entries are those of the files, in their order.
func (c *importCompany) entries(do func(e *uplinev1.OpeningEntry)) {
	activated := timestamppb.New(time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(c.distributors) * time.Second))
	for i := range c.services {
		e := &uplinev1.OpeningEntry{EventId: fmt.Sprintf("service:DE:s%d", i), DistributorId: c.id(i % c.distributors)}
		e.Fact = &uplinev1.OpeningEntry_Service{Service: &uplinev1.OpeningRunningService{
			Market: "DE", SaleId: fmt.Sprintf("s%d", i), CustomerId: fmt.Sprintf("c%d", i), ProductId: "power",
			Price: &uplinev1.Money{CurrencyCode: "EUR", Amount: "80.5"}, CyclesPaid: 3, ActivatedAt: activated,
		}}
		do(e)
	}
	for i := range c.distributors / 10 {
		id := c.id(i * 10)
		do(&uplinev1.OpeningEntry{EventId: "rank:" + id, DistributorId: id, Fact: &uplinev1.OpeningEntry_Rank{Rank: &uplinev1.OpeningRank{AchievedRank: "silver"}}})
	}
	for i := range c.distributors / 20 {
		id := c.id(i * 20)
		do(&uplinev1.OpeningEntry{
			EventId: "carry:" + id + ":pairs", DistributorId: id,
			Fact: &uplinev1.OpeningEntry_Carry{Carry: &uplinev1.OpeningCarry{Bonus: "pairs", Left: "12.5", Right: "0"}},
		})
	}
	for i := range c.distributors / 20 {
		do(&uplinev1.OpeningEntry{
			EventId: fmt.Sprintf("advance:DE:a%d", i), DistributorId: c.id(i * 20),
			Fact: &uplinev1.OpeningEntry_Advance{Advance: &uplinev1.OpeningAdvance{
				Market: "DE", SaleId: fmt.Sprintf("a%d", i), CustomerId: fmt.Sprintf("ca%d", i), ProductId: "power",
				Price: &uplinev1.Money{CurrencyCode: "EUR", Amount: "80"}, Bonus: "advance", Advanced: &uplinev1.Money{CurrencyCode: "EUR", Amount: "96.00"},
				CyclesPaid: 4, ActivatedAt: activated,
			}},
		})
	}
	for i := range c.distributors / 10 {
		id := c.id(i*10 + 1)
		do(&uplinev1.OpeningEntry{
			EventId: "balance:" + id + ":EUR", DistributorId: id,
			Fact: &uplinev1.OpeningEntry_Balance{Balance: &uplinev1.OpeningBalance{Balance: &uplinev1.Money{CurrencyCode: "EUR", Amount: "-7.25"}}},
		})
	}
}

// write writes the files; the network's rows stand in any order.
func (c *importCompany) write(t testing.TB) {
	t.Helper()
	files := map[string]*bufio.Writer{}
	for name, header := range map[string]string{
		"network": "id,sponsor,enrolled,market,parent,leg", "services": "distributor,market,sale,customer,product,price,cycles_paid,activated",
		"ranks": "distributor,rank", "carries": "distributor,bonus,left,right",
		"advances": "distributor,market,sale,customer,product,price,currency,cycles_paid,activated,bonus,advanced", "balances": "distributor,amount,currency",
		"totals": "file,total,currency,value",
	} {
		file, err := os.Create(filepath.Join(c.folder, name+".csv"))
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		files[name] = bufio.NewWriter(file)
		defer files[name].Flush()
		fmt.Fprintln(files[name], header)
	}
	for _, i := range rand.New(rand.NewPCG(1, 2)).Perm(c.distributors) {
		e := c.enrolment(i)
		leg := ""
		if e.GetPlacement() != nil {
			leg = strconv.Itoa(int(e.GetPlacement().GetLeg()))
		}
		fmt.Fprintf(files["network"], "%s,%s,%s,%s,%s,%s\n", e.GetDistributorId(), e.GetSponsorId(), e.GetEnrolledAt().AsTime().Format(time.RFC3339), e.GetMarket(),
			e.GetPlacement().GetParentId(), leg)
	}
	c.entries(func(e *uplinev1.OpeningEntry) {
		id := e.GetDistributorId()
		switch f := e.GetFact().(type) {
		case *uplinev1.OpeningEntry_Service:
			s := f.Service
			fmt.Fprintf(files["services"], "%s,%s,%s,%s,%s,%s,%d,%s\n", id, s.GetMarket(), s.GetSaleId(), s.GetCustomerId(), s.GetProductId(),
				s.GetPrice().GetAmount(), s.GetCyclesPaid(), s.GetActivatedAt().AsTime().Format(time.RFC3339))
		case *uplinev1.OpeningEntry_Rank:
			fmt.Fprintf(files["ranks"], "%s,%s\n", id, f.Rank.GetAchievedRank())
		case *uplinev1.OpeningEntry_Carry:
			fmt.Fprintf(files["carries"], "%s,%s,%s,%s\n", id, f.Carry.GetBonus(), f.Carry.GetLeft(), f.Carry.GetRight())
		case *uplinev1.OpeningEntry_Advance:
			a := f.Advance
			fmt.Fprintf(files["advances"], "%s,%s,%s,%s,%s,%s,EUR,%d,%s,%s,%s\n", id, a.GetMarket(), a.GetSaleId(), a.GetCustomerId(), a.GetProductId(),
				a.GetPrice().GetAmount(), a.GetCyclesPaid(), a.GetActivatedAt().AsTime().Format(time.RFC3339), a.GetBonus(), a.GetAdvanced().GetAmount())
		case *uplinev1.OpeningEntry_Balance:
			fmt.Fprintf(files["balances"], "%s,%s,EUR\n", id, f.Balance.GetBalance().GetAmount())
		}
	})
	n := c.distributors
	fmt.Fprintf(files["totals"], "network,rows,,%d\nservices,rows,,%d\nservices,price,EUR,%d.%02d\nranks,rows,,%d\n", n, c.services, c.services*8050/100, c.services*8050%100, n/10)
	fmt.Fprintf(files["totals"], "carries,left,,%d.%d\nadvances,advanced,EUR,%d\nbalances,amount,EUR,-%d.%02d\n", n/20*125/10, n/20*125%10, n/20*96, n/10*725/100, n/10*725%100)
}

// arguments are those of the whole import.
func (c *importCompany) arguments(url string) []string {
	list := []string{"import", "--database", url, "--plan", "energy", "--check", filepath.Join(c.folder, "totals.csv"), "--refused", filepath.Join(c.folder, "refused.csv")}
	for _, name := range []string{"network", "services", "ranks", "carries", "advances", "balances"} {
		list = append(list, "--"+name, filepath.Join(c.folder, name+".csv"))
	}
	return list
}

// importStore makes a database ready for the company.
func importStore(t testing.TB, database storetest.Database) *store.Store {
	t.Helper()
	engine, err := open.Engine(t.Context(), database.URL, open.Options{Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := engine.Close(); err != nil {
			t.Error(err)
		}
	})
	s := store.New(engine, store.Options{Clock: time.Now, Compile: plan.Load, Owner: "test"})
	compiled := plan.Compile([]byte(importPlan))
	if compiled.Plan == nil {
		t.Fatal(compiled.Diagnostics)
	}
	for _, err := range []error{
		engine.Migrate(t.Context()),
		second(s.PutMarket(t.Context(), store.Market{Market: "DE", Region: "eu-west1", Name: "Germany"})),
		second(s.PutVendor(t.Context(), store.Vendor{VendorID: "norrland", Name: "Norrland"})),
		second(s.PutProduct(t.Context(), store.Product{ProductID: "power", VendorID: "norrland", Name: "Power", PV: 10_000, CV: 10_000})),
		second(s.PublishPlan(t.Context(), store.NewPlan{Plan: compiled.Plan, Name: "Energy", Source: importPlan})),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func second[T any](_ T, err error) error { return err }

// Killed twice and begun again, the import ends as one that was not: every control total is met, everything is there once, and the same
// calls of the API are repeats.
func TestImport_KilledTwiceAndResumed(t *testing.T) {
	bin := proc.Build(t)
	storetest.EachDatabase(t, func(t *testing.T, database storetest.Database) {
		s := importStore(t, database)
		c := &importCompany{distributors: importSize(), services: importSize() / 2, folder: t.TempDir()}
		c.write(t)
		size := int64(c.distributors)
		for _, until := range []struct {
			kind, file string
			rows       int64
		}{{"network", "network.csv", size / 3}, {"services", "services.csv", size / 10}} {
			killImport(t, bin, c, s, database.URL, until.kind, filepath.Join(c.folder, until.file), until.rows)
		}
		began := time.Now()
		out := c.run(t, bin, database.URL)
		t.Logf("the last of three took %v\n%s", time.Since(began), out)
		if met := strings.Count(out, "met"); met != 7 {
			t.Errorf("%d control totals are met:\n%s", met, out)
		}
		first := c.state(t, s)
		if first.enrolments != size || len(first.totals) != 5 {
			t.Errorf("the database has %+v", first)
		}
		c.run(t, bin, database.URL)
		if again := c.state(t, s); fmt.Sprint(again) != fmt.Sprint(first) {
			t.Errorf("brought in twice: %+v, once: %+v", again, first)
		}
		if c.distributors <= 10_000 {
			c.repeatByAPI(t, bin, database)
		}
		if again := c.state(t, s); fmt.Sprint(again) != fmt.Sprint(first) {
			t.Errorf("called as well: %+v, brought in: %+v", again, first)
		}
	})
}

// killImport begins an import and kills it once it has written so many rows of a file.
func killImport(t *testing.T, bin string, c *importCompany, s *store.Store, url, kind, file string, rows int64) {
	t.Helper()
	digest := fileDigest(t, file)
	command := exec.CommandContext(t.Context(), bin, c.arguments(url)...)
	var printed bytes.Buffer
	command.Stdout, command.Stderr = &printed, &printed
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	for {
		done, err := s.ImportedRows(t.Context(), "energy", kind, digest)
		if err != nil {
			t.Fatal(err)
		}
		if done >= rows {
			break
		}
		select {
		case err := <-ended:
			t.Fatalf("it ended before it could be killed: %v\n%s", err, printed.String())
		case <-time.After(time.Millisecond): // to leave it the processor
		}
	}
	if err := command.Process.Kill(); err != nil {
		t.Log(err) // it had just ended
	}
	if err := <-ended; err == nil {
		t.Log("it had ended by itself")
	}
}

// run brings everything in that is not there yet.
func (c *importCompany) run(t *testing.T, bin, url string) string {
	t.Helper()
	printed, err := exec.CommandContext(t.Context(), bin, c.arguments(url)...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, printed)
	}
	return string(printed)
}

// importState is what is in the database.
type importState struct {
	enrolments int64
	totals     []store.OpeningTotal
	sale       store.Sale
	last       store.Distributor
}

func (c *importCompany) state(t *testing.T, s *store.Store) importState {
	t.Helper()
	enrolments, totals, err := s.OpeningTotals(t.Context(), "energy")
	if err != nil {
		t.Fatal(err)
	}
	sale, events, err := s.GetSale(t.Context(), "DE", "s1", store.Scope{})
	if err != nil || len(events) != 1 || len(events[0].Lines) != 0 || sale.State != store.SaleActive || sale.CyclesPaid != 3 {
		t.Errorf("an open service is %+v with %+v, %v", sale, events, err)
	}
	last, err := s.GetDistributor(t.Context(), c.id(c.distributors-1))
	if err != nil || last.ParentID == "" || last.Origin.Seq != int64(c.distributors) {
		t.Errorf("the last distributor is %+v, %v", last, err)
	}
	return importState{enrolments, totals, sale, last}
}

// repeatByAPI sends everything to a server.
func (c *importCompany) repeatByAPI(t *testing.T, bin string, database storetest.Database) {
	t.Helper()
	server := serveOn(t, bin, database)
	client := http.DefaultClient
	network := uplinev1connect.NewNetworkServiceClient(client, server.URL)
	opening := uplinev1connect.NewOpeningServiceClient(client, server.URL)
	batch := &uplinev1.EnrollBatchRequest{}
	for i := range c.distributors {
		batch.Distributors = append(batch.Distributors, c.enrolment(i))
		if len(batch.GetDistributors()) == 1000 || i == c.distributors-1 {
			if _, err := network.EnrollBatch(t.Context(), batch); err != nil {
				t.Fatal(err)
			}
			batch.Distributors = nil
		}
	}
	entries := &uplinev1.ImportOpeningRequest{PlanId: "energy"}
	send := func() {
		answer, err := opening.ImportOpening(t.Context(), entries)
		if err != nil || answer.GetImported() != 0 {
			t.Fatalf("%v, %v", answer, err)
		}
		entries.Entries = nil
	}
	c.entries(func(e *uplinev1.OpeningEntry) {
		if entries.Entries = append(entries.GetEntries(), e); len(entries.GetEntries()) == 1000 {
			send()
		}
	})
	send()
}

func fileDigest(t *testing.T, path string) string {
	t.Helper()
	printed, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%x", sha256.Sum256(printed))
}

// Nothing is written when anything is wrong, and everything that is wrong is said.
func TestImport_RefusesRowsByLineAndColumn(t *testing.T) {
	database := storetest.SQLiteDatabase(t)
	s := importStore(t, database)
	folder := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := "id;sponsor;enrolled;market;parent;leg\nann;;2025-01-01;DE;;\nben;ann;2025-01-02;DE;ann;1\n"
	for _, test := range []struct {
		name, network, flag, file, want string
	}{
		{"bad id", good + "a b;ann;2025-01-02;DE;;\n", "", "", `network.csv:4: id: `},
		{"twice", good + "ben;ann;2025-01-02;DE;;\n", "", "", `network.csv:4: id: "ben" stands in line 3 already`},
		{"unknown sponsor", good + "cat;zoe;2025-01-02;DE;;\n", "", "", `network.csv:4: sponsor: "zoe" is neither in the file nor enrolled`},
		{"unknown market", good + "cat;ann;2025-01-02;FR;;\n", "", "", `network.csv:4: market: "FR" is not in the catalog`},
		{"earlier than above", good + "cat;ben;2025-01-01;DE;;\n", "", "", `network.csv:4: enrolled: lies before "ben"`},
		{"taken place", good + "cat;ann;2025-01-02;DE;ann;1\n", "", "", `network.csv:4: leg: leg 1 of "ann" is taken`},
		{"no leg", good + "cat;ann;2025-01-02;DE;ann;\n", "", "", `network.csv:4: `},
		{"no such leg", good + "cat;ann;2025-01-02;DE;ann;3\n", "", "", `network.csv:4: leg: "3" is out of range (write a whole number from 1 to 2)`},
		{"cycle", good + "cat;dan;2025-01-02;DE;;\ndan;cat;2025-01-02;DE;;\n", "", "", `stands beneath`},
		{"no date", good + "cat;ann;tomorrow;DE;;\n", "", "", `network.csv:4: enrolled: "tomorrow" is no date`},
		{"unknown column", "id,sponsor,enrolled,market,colour\n", "", "", `there is no column "colour"`},
		{"unknown rank", good, "--ranks", "distributor,rank\nann,sliver\n", `ranks.csv:2: rank: the plan has no rank "sliver" (did you mean silver?)`},
		{"unknown distributor", good, "--ranks", "distributor,rank\nzoe,silver\n", `ranks.csv:2: distributor: "zoe" is neither`},
		{"unknown bonus", good, "--carries", "distributor,bonus,left,right\nann,advance,1,2\n", `carries.csv:2: bonus: the plan has no binary bonus "advance"`},
		{"bad volume", good, "--carries", "distributor,bonus,left,right\nann,pairs,-1,2\n", `carries.csv:2: left: `},
		{"decimals", good, "--balances", "distributor,amount\nann,1.234\n", `balances.csv:2: amount: 1.234 has more than the 2 decimals of EUR`},
		{"unknown product", good, "--services", "distributor,market,sale,customer,product,price,activated\nann,DE,s,c,gas,1,2025-02-01\n", `services.csv:2: product: there is no product "gas"`},
		{"service twice", good, "--services", "distributor,market,sale,customer,product,price,activated\nann,DE,s,c,power,1,2025-02-01\nann,DE,s,c,power,1,2025-02-01\n", `services.csv:3: sale: the sale stands in line 2 already`},
		{"too early", good, "--services", "distributor,market,sale,customer,product,price,activated\nben,DE,s,c,power,1,2025-01-01\n", `services.csv:2: activated: lies before`},
		{"control total", good, "--check", "file,total,currency,value\nnetwork,rows,,3\n", `value: is 3, and the file comes to 2`},
	} {
		t.Run(test.name, func(t *testing.T) {
			arguments := []string{"import", "--database", database.URL, "--plan", "energy", "--network", write("network.csv", test.network), "--refused", filepath.Join(folder, "refused.csv")}
			if test.flag != "" {
				arguments = append(arguments, test.flag, write(strings.TrimPrefix(test.flag, "--")+".csv", test.file))
			}
			got := runCommand(t, nil, "", arguments...)
			report, err := os.ReadFile(filepath.Join(folder, "refused.csv"))
			if got.code != exitFailed || !strings.Contains(got.err, test.want) || err != nil || bytes.Count(report, []byte("\n")) < 2 {
				t.Errorf("exit %d, %v\n%s\n%s", got.code, err, got.err, report)
			}
			if enrolments, totals, err := s.OpeningTotals(context.Background(), "energy"); enrolments != 0 || len(totals) != 0 || err != nil {
				t.Errorf("written: %d, %v, %v", enrolments, totals, err)
			}
		})
	}
	dry := runCommand(t, nil, "", "import", "--database", database.URL, "--plan", "energy", "--network", write("network.csv", good), "--dry-run")
	if enrolments, _, err := s.OpeningTotals(t.Context(), "energy"); dry.code != exitOK || enrolments != 0 || err != nil {
		t.Errorf("dry run: exit %d, %d enrolled, %v\n%s%s", dry.code, enrolments, err, dry.out, dry.err)
	}
	if whole := runCommand(t, nil, "", "import", "--database", database.URL, "--plan", "energy", "--network", write("network.csv", good)); whole.code != exitOK {
		t.Errorf("exit %d\n%s%s", whole.code, whole.out, whole.err)
	}
	other := strings.Replace(good, "2025-01-02", "2025-01-03", 1)
	again := runCommand(t, nil, "", "import", "--database", database.URL, "--plan", "energy", "--network", write("network.csv", other))
	if again.code != exitFailed || !strings.Contains(again.err, "network.csv:3: enrolled: is ") {
		t.Errorf("other content under an id: exit %d\n%s", again.code, again.err)
	}
}
