package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	uplinev1 "upline/api/upline/v1"
	"upline/cmd/upline/internal/proc"
	"upline/store/storetest"
)

func serveOn(t testing.TB, bin string, database storetest.Database) *proc.Server {
	t.Helper()
	return proc.Serve(t, bin, proc.Options{Args: []string{"--database", database.URL, "--lease-time", "1s", "--log-level", "warn"}})
}

// The same sale is sent a thousand times at once, through three servers where the engine allows it, by clients that lose patience
// and call again. It is one sale with one set of lines, and everybody is told the same.
func TestProcesses_SameSaleAThousandTimes(t *testing.T) {
	bin := proc.Build(t)
	storetest.EachDatabase(t, func(t *testing.T, database storetest.Database) {
		servers := 3
		if strings.HasPrefix(database.URL, "sqlite:") {
			servers = 1
		}
		var clients []*company
		for range servers {
			clients = append(clients, dial(t, serveOn(t, bin, database).URL))
		}
		clients[0].found(10)
		request := saleOf("one", member(9), "kit", time.March)
		answers := make([]*uplinev1.RecordSaleResponse, 1000)
		var tries atomic.Int64
		var wg sync.WaitGroup
		for i := range answers {
			wg.Go(func() {
				r := rand.New(rand.NewPCG(11, uint64(i)))
				answer, n, err := insist(t.Context(), r, true, func(ctx context.Context) (*uplinev1.RecordSaleResponse, error) {
					return clients[r.IntN(servers)].commission.RecordSale(ctx, request)
				})
				if err != nil {
					t.Errorf("call %d: %v", i, err)
				}
				answers[i] = answer
				tries.Add(int64(n))
			})
		}
		wg.Wait()
		for i, a := range answers {
			if !proto.Equal(a, answers[0]) {
				t.Fatalf("answer %d differs:\n%v\n%v", i, a, answers[0])
			}
		}
		if n := len(answers[0].GetReceipt().GetLines()); n != 2 {
			t.Errorf("%d lines, want direct and advance", n)
		}
		if tries.Load() == int64(len(answers)) {
			t.Error("no call was repeated: the clients were not impatient enough for the test to mean something")
		}
		sale, err := clients[0].commission.GetSale(t.Context(), &uplinev1.GetSaleRequest{Market: "US", SaleId: "one"})
		if err != nil || len(sale.GetEvents()) != 1 || len(sale.GetEvents()[0].GetLines()) != 2 {
			t.Errorf("sale %v, %v", sale, err)
		}
		other := proto.CloneOf(request)
		other.Price.Amount = "99.00"
		_, err = clients[0].commission.RecordSale(t.Context(), other)
		if connect.CodeOf(err) != connect.CodeAlreadyExists || detailOf(t, err).GetFields()[0].GetField() != "price.amount" {
			t.Errorf("another price: %v", err)
		}
		t.Logf("%d servers, %d calls for %d answers", servers, tries.Load(), len(answers))
	})
}

// The server is killed under load again and again. Every call that was answered is found afterwards exactly as it was answered, and
// no sale is there by halves.
func TestProcesses_KilledUnderLoadKeepsEveryOK(t *testing.T) {
	bin := proc.Build(t)
	rounds := 6
	if testing.Short() {
		rounds = 2
	}
	storetest.EachDatabase(t, func(t *testing.T, database storetest.Database) {
		server := serveOn(t, bin, database)
		dial(t, server.URL).found(40)
		var mu sync.Mutex
		recorded := map[string]*uplinev1.RecordSaleResponse{}
		activated := map[string]*uplinev1.ActivateResponse{}
		r := rand.New(rand.NewPCG(5, 5))
		unanswered := atomic.Int64{}
		for round := range rounds {
			load, stop := context.WithCancel(t.Context())
			client := dial(t, server.URL)
			var wg sync.WaitGroup
			for worker := range 16 {
				wg.Go(func() {
					for i := 0; load.Err() == nil; i++ {
						id := fmt.Sprintf("r%d-w%d-%d", round, worker, i)
						sold, err := client.commission.RecordSale(load, serviceSale(id))
						if err != nil {
							unanswered.Add(1)
							return
						}
						live, err := client.commission.Activate(load, activationOf(id))
						mu.Lock()
						recorded[id] = sold
						if err == nil {
							activated[id] = live
						}
						mu.Unlock()
						if err != nil {
							unanswered.Add(1)
							return
						}
					}
				})
			}
			<-time.After(time.Duration(200+r.IntN(800)) * time.Millisecond) // the moment of the kill is what is random
			server.Kill()
			stop()
			wg.Wait()
			server = serveOn(t, bin, database)
		}
		client := dial(t, server.URL)
		for id, want := range recorded {
			got, err := client.commission.RecordSale(t.Context(), serviceSale(id))
			if err != nil || !proto.Equal(got, want) {
				t.Fatalf("sale %s was answered\n%v\nand is\n%v, %v", id, want, got, err)
			}
		}
		for id, want := range activated {
			got, err := client.commission.Activate(t.Context(), activationOf(id))
			if err != nil || !proto.Equal(got, want) {
				t.Fatalf("activation of %s was answered\n%v\nand is\n%v, %v", id, want, got, err)
			}
		}
		kept := client.checkWhole()
		t.Logf("%d kills, %d sales and %d activations answered, %d calls cut off, %d sales kept", rounds, len(recorded), len(activated), unanswered.Load(), kept)
		if len(activated) == 0 || unanswered.Load() == 0 {
			t.Error("the kills did not fall into the load")
		}
	})
}

func serviceSale(id string) *uplinev1.RecordSaleRequest {
	return saleOf(id, member(len(id)%40), "energy", time.April)
}

func activationOf(id string) *uplinev1.ActivateRequest {
	return &uplinev1.ActivateRequest{
		Market: "US", SaleId: id, EventId: "live", ActivatedAt: timestamppb.New(time.Date(2025, time.April, 7, 0, 0, 0, 0, time.UTC)),
	}
}

// checkWhole reads every sale and fails unless each is wholly pending or wholly active.
func (c *company) checkWhole() (sales int) {
	c.t.Helper()
	for token := ""; ; {
		page, err := c.commission.ListSales(c.t.Context(), &uplinev1.ListSalesRequest{Market: "US", PageSize: 1000, PageToken: token})
		if err != nil {
			c.t.Fatal(err)
		}
		for _, s := range page.GetSales() {
			whole, err := c.commission.GetSale(c.t.Context(), &uplinev1.GetSaleRequest{Market: "US", SaleId: s.GetSaleId()})
			if err != nil {
				c.t.Fatal(err)
			}
			lines := 0
			for _, e := range whole.GetEvents() {
				lines += len(e.GetLines())
			}
			events, state := len(whole.GetEvents()), whole.GetSale().GetState()
			pending := state == uplinev1.SaleState_SALE_STATE_PENDING && events == 1 && lines == 0
			active := state == uplinev1.SaleState_SALE_STATE_ACTIVE && events == 2 && lines == 2
			if !pending && !active {
				c.t.Fatalf("sale %s is there by halves: %v, %d events, %d lines", s.GetSaleId(), state, events, lines)
			}
			sales++
		}
		if token = page.GetNextPageToken(); token == "" {
			return sales
		}
	}
}
