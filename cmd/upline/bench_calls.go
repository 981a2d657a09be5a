package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"

	uplinev1 "upline/api/upline/v1"
	"upline/cmd/upline/internal/synthetic"
)

// callsBench is what is asked of `bench calls`.
type callsBench struct {
	remote
	clients      int
	duration     time.Duration
	distributors int
	scattered    bool
	duringClose  bool
	json         bool
}

// callsResult is what it prints as JSON.
type callsResult struct {
	Clients          int     `json:"clients"`
	DurationS        float64 `json:"duration_s"`
	Distributors     int     `json:"distributors"`
	RecordSalePerS   float64 `json:"record_sale_per_s"`
	RecordSaleP50MS  float64 `json:"record_sale_p50_ms"`
	RecordSaleP99MS  float64 `json:"record_sale_p99_ms"`
	BatchSalesPerS   float64 `json:"batch_sales_per_s"`
	GetEarningsPerS  float64 `json:"get_earnings_per_s"`
	GetEarningsP50MS float64 `json:"get_earnings_p50_ms"`
	GetEarningsP99MS float64 `json:"get_earnings_p99_ms"`
}

const (
	// benchReaders read earnings while sales are recorded, each so often.
	benchReaders   = 4
	benchReadEvery = 20 * time.Millisecond
	// benchBatchClients send batches, of so many sales.
	benchBatchClients = 8
	benchBatchSales   = 1000
	benchConnections  = 8
)

func benchCallsCommand(t terminal) *cobra.Command {
	var b callsBench
	c := &cobra.Command{
		Use:   "calls --url SERVER [flags]",
		Short: "Drive a running server with sales, batches and reads, and time them",
		Long: `Drives a running server through gRPC, twice for --duration: with --clients that record one sale
after the other, while four others read earnings 50 times a second each; then with eight clients
that record batches of 1,000 sales.

The company is that of "bench period"; a server that does not have it gets a small one first, through the API. Sales are dated
now, and stay in the database: name a server that is there to be measured.

--during-close records single sales only: first for --duration, and then for as long as the server takes to close the oldest
period that is over and open, such as "bench period --keep-open" has loaded. The period stays closed. It tells what sales met
before and meanwhile, and in each phase.`,
		Example: `  upline bench period --url sqlite:bench.db --distributors 1000000 --sales 3000000
  upline serve --database sqlite:bench.db &
  upline bench calls --url http://127.0.0.1:8080 --distributors 1000000 --clients 64 --duration 20s --json

  upline bench period --url sqlite:open.db --distributors 1000000 --sales 3000000 --rows --keep-open
  upline serve --database sqlite:open.db &
  upline bench calls --url http://127.0.0.1:8080 --distributors 1000000 --during-close --json`,
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := b.complete(t); err != nil {
				return err
			}
			if b.clients < 1 || b.clients > 10_000 || b.duration <= 0 || b.distributors < 1 {
				return usageErrorf("--clients is 1 to 10000; --duration and --distributors are more than 0")
			}
			if b.duringClose {
				return b.explain(b.runDuringClose(c.Context(), t))
			}
			return b.explain(b.run(c.Context(), t))
		},
	}
	f := c.Flags()
	f.StringVar(&b.server, "url", "", "`address` of the server, else "+serverEnvironment+", else "+serverDefault)
	f.StringVar(&b.key, "key", "", "API `key`, else "+keyEnvironment)
	f.IntVar(&b.clients, "clients", 64, "clients that record sales at once")
	f.DurationVar(&b.duration, "duration", 20*time.Second, "how long sales, and then batches, are recorded")
	f.IntVar(&b.distributors, "distributors", 10_000, "distributors that sell and are read")
	f.BoolVar(&b.scattered, "scattered-ids", false, "ids of sales that follow no order, like random ones; else they are numbered, as a shop numbers its orders")
	f.BoolVar(&b.duringClose, "during-close", false, "have the server close a period meanwhile, and tell what sales meet")
	f.BoolVar(&b.json, "json", false, "print one JSON object")
	return c
}

func (b *callsBench) run(ctx context.Context, t terminal) error {
	connections, err := b.connect()
	if err != nil {
		return err
	}
	defer closeAll(connections)
	bar := newProgressBar(t.err)
	defer bar.clear()
	if err := b.prepare(ctx, connections[0], bar); err != nil {
		return err
	}
	drive := b.driveOf(connections)
	bar.show("recording sales and reading earnings", 0, 0)
	sales, reads, err := drive.singles(ctx)
	if err != nil {
		return err
	}
	bar.show("recording batches", 0, 0)
	batches, err := drive.batches(ctx)
	if err != nil {
		return err
	}
	bar.clear()
	r := callsResult{
		Clients: b.clients, DurationS: b.duration.Seconds(), Distributors: b.distributors,
		RecordSalePerS: sales.perS(), RecordSaleP50MS: sales.quantileMS(50), RecordSaleP99MS: sales.quantileMS(99),
		BatchSalesPerS:  benchBatchSales * batches.perS(),
		GetEarningsPerS: reads.perS(), GetEarningsP50MS: reads.quantileMS(50), GetEarningsP99MS: reads.quantileMS(99),
	}
	if b.json {
		return json.NewEncoder(t.out).Encode(r)
	}
	_, err = fmt.Fprintf(t.out, `RecordSale, %d clients: %.0f/s, p50 %.1f ms, p99 %.1f ms
GetEarnings beside it: %.0f/s, p50 %.1f ms, p99 %.1f ms
RecordSales, %d clients, batches of %d: %.0f sales/s
`, r.Clients, r.RecordSalePerS, r.RecordSaleP50MS, r.RecordSaleP99MS, r.GetEarningsPerS, r.GetEarningsP50MS, r.GetEarningsP99MS,
		benchBatchClients, benchBatchSales, r.BatchSalesPerS)
	return err
}

// driveOf is a measurement that begins now.
func (b *callsBench) driveOf(connections []*grpc.ClientConn) *callsDrive {
	drive := &callsDrive{
		callsBench: b, runDigits: strconv.FormatInt(time.Now().UnixMilli(), 36),
		soldAt: timestamppb.New(time.Now().UTC().Truncate(time.Microsecond).Add(-time.Minute)),
		price:  &uplinev1.Money{CurrencyCode: "USD", Amount: "100.00"}, pv: new("100"), cv: new("80"),
	}
	for _, connection := range connections {
		drive.commission = append(drive.commission, uplinev1.NewCommissionServiceClient(connection))
	}
	return drive
}

func closeAll(connections []*grpc.ClientConn) {
	for _, connection := range connections {
		_ = connection.Close()
	}
}

// connect opens the connections that the clients share.
func (b *callsBench) connect() ([]*grpc.ClientConn, error) {
	address, err := url.Parse(b.server)
	if err != nil {
		return nil, usageErrorf("--url: %w", err)
	}
	secure := insecure.NewCredentials()
	port := "80"
	if address.Scheme == "https" {
		secure, port = credentials.NewTLS(nil), "443"
	}
	target := address.Hostname() + ":" + cmp.Or(address.Port(), port)
	var connections []*grpc.ClientConn
	for range benchConnections {
		connection, err := grpc.NewClient(target, grpc.WithTransportCredentials(secure), grpc.WithUnaryInterceptor(b.sign))
		if err != nil {
			return nil, err
		}
		connections = append(connections, connection)
	}
	return connections, nil
}

// sign sends the key with a call.
func (b *callsBench) sign(
	ctx context.Context, method string, request, answer any, connection *grpc.ClientConn, invoke grpc.UnaryInvoker, options ...grpc.CallOption,
) error {
	if b.key != "" {
		ctx = metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+b.key)
	}
	return invoke(ctx, method, request, answer, connection, options...)
}

// prepare makes sure that the server has the company: the last of its distributors tells.
func (b *callsBench) prepare(ctx context.Context, connection *grpc.ClientConn, bar *progressBar) error {
	network := uplinev1.NewNetworkServiceClient(connection)
	_, err := network.GetDistributor(ctx, &uplinev1.GetDistributorRequest{DistributorId: synthetic.ID(int32(b.distributors - 1))})
	if err == nil {
		return nil
	}
	if status.Code(err) != codes.NotFound {
		return err
	}
	return b.found(ctx, connection, bar)
}

// found fills the catalog, publishes the plan and enrols a company in which everybody sponsors three.
func (b *callsBench) found(ctx context.Context, connection *grpc.ClientConn, bar *progressBar) error {
	catalog, network := uplinev1.NewCatalogServiceClient(connection), uplinev1.NewNetworkServiceClient(connection)
	_, err := catalog.PutMarket(ctx, &uplinev1.PutMarketRequest{Market: &uplinev1.Market{Market: synthetic.Market, Region: synthetic.Region, Name: "United States"}})
	if err != nil {
		return err
	}
	if _, err = catalog.PutVendor(ctx, &uplinev1.PutVendorRequest{Vendor: &uplinev1.Vendor{VendorId: synthetic.Vendor, Name: "Vendor"}}); err != nil {
		return err
	}
	product := &uplinev1.Product{ProductId: synthetic.Product, VendorId: synthetic.Vendor, Name: "Service"}
	if _, err = catalog.PutProduct(ctx, &uplinev1.PutProductRequest{Product: product}); err != nil {
		return err
	}
	plans := uplinev1.NewPlanServiceClient(connection)
	published, err := plans.PublishPlan(ctx, &uplinev1.PublishPlanRequest{Source: string(synthetic.Hybrid)})
	if err != nil {
		return err
	}
	for from := 0; from < b.distributors; from += benchBatchSales {
		batch := &uplinev1.EnrollBatchRequest{}
		for i := from; i < min(b.distributors, from+benchBatchSales); i++ {
			batch.Distributors = append(batch.Distributors, enrolment(i, published.GetVersion()))
		}
		if _, err := network.EnrollBatch(ctx, batch); err != nil {
			return err
		}
		bar.show("enrolling", int64(from), int64(b.distributors))
	}
	return nil
}

// enrolment is that of distributor i, on the first day of the plan.
func enrolment(i int, plan *uplinev1.PlanVersion) *uplinev1.EnrollRequest {
	e := &uplinev1.EnrollRequest{
		DistributorId: synthetic.ID(int32(i)), PlanId: plan.GetPlanId(), Market: synthetic.Market, EnrolledAt: plan.GetValidFrom(),
	}
	if i > 0 {
		e.SponsorId = synthetic.ID(int32((i - 1) / 3))
		e.Placement = &uplinev1.Placement{ParentId: synthetic.ID(int32((i - 1) / 2)), Leg: int32(1 + (i-1)%2)}
	}
	return e
}

// callsDrive is one measurement under way.
type callsDrive struct {
	*callsBench
	commission []uplinev1.CommissionServiceClient
	runDigits  string // part of the ids, so that every run has sales of its own
	soldAt     *timestamppb.Timestamp
	price      *uplinev1.Money
	pv, cv     *string
	next       atomic.Int64
}

// sale makes the next sale, with little work: the clients share the machine with the server that they measure.
func (d *callsDrive) sale() *uplinev1.RecordSaleRequest {
	i := d.next.Add(1)
	const digits = 10
	id := make([]byte, 0, 40)
	if d.scattered {
		id = append(appendDigits(id, i*6173%10_000, 4), '.')
	}
	id = append(append(id, d.runDigits...), '.')
	return &uplinev1.RecordSaleRequest{
		Market: synthetic.Market, SaleId: string(appendDigits(id, i, digits)), DistributorId: d.distributor(i),
		CustomerId: "c" + strconv.FormatInt(i, 10), ProductId: synthetic.Product, Price: d.price, Pv: d.pv, Cv: d.cv, SoldAt: d.soldAt,
	}
}

// appendDigits writes a number with zeros before it.
func appendDigits(to []byte, n int64, digits int) []byte {
	from := len(to)
	for range digits {
		to = append(to, '0')
	}
	for at := len(to) - 1; at >= from; at-- {
		to[at] += byte(n % 10)
		n /= 10
	}
	return to
}

// distributor gives one after the other in an order that jumps about.
func (d *callsDrive) distributor(i int64) string {
	return synthetic.ID(int32(i * 7_368_787 % int64(d.distributors)))
}

func (d *callsDrive) client(i int) uplinev1.CommissionServiceClient {
	return d.commission[i%len(d.commission)]
}

// singles records sales and reads earnings beside.
func (d *callsDrive) singles(ctx context.Context) (sales, reads *latencies, err error) {
	sales, reads = newLatencies(d.clients, d.duration), newLatencies(benchReaders, d.duration)
	var workers sync.WaitGroup
	for i := range d.clients {
		workers.Go(func() {
			sales.repeat(ctx, i, 0, func(ctx context.Context) error {
				_, err := d.client(i).RecordSale(ctx, d.sale())
				return err
			})
		})
	}
	for i := range benchReaders {
		workers.Go(func() {
			reads.repeat(ctx, i, benchReadEvery, func(ctx context.Context) error {
				_, err := d.client(i).GetEarnings(ctx, &uplinev1.GetEarningsRequest{DistributorId: d.distributor(d.next.Load() + int64(i)), PageSize: 20})
				return err
			})
		})
	}
	workers.Wait()
	return sales, reads, errors.Join(sales.err(), reads.err())
}

// batches records batches.
func (d *callsDrive) batches(ctx context.Context) (*latencies, error) {
	all := newLatencies(benchBatchClients, d.duration)
	var workers sync.WaitGroup
	for i := range benchBatchClients {
		workers.Go(func() {
			all.repeat(ctx, i, 0, func(ctx context.Context) error {
				batch := &uplinev1.RecordSalesRequest{}
				for range benchBatchSales {
					batch.Sales = append(batch.Sales, d.sale())
				}
				_, err := d.client(i).RecordSales(ctx, batch)
				return err
			})
		})
	}
	workers.Wait()
	return all, all.err()
}

// latencies are the times that calls took, by client.
type latencies struct {
	began  time.Time
	ends   time.Time
	taken  [][]time.Duration
	mu     sync.Mutex
	failed error
}

func newLatencies(clients int, duration time.Duration) *latencies {
	began := time.Now()
	return &latencies{began: began, ends: began.Add(duration), taken: make([][]time.Duration, clients)}
}

// repeat makes one call after the other until the time is up, with a pause between two. The calls know nothing of that end, so that
// none is cut off; one that the end comes upon does not count.
func (l *latencies) repeat(ctx context.Context, client int, pause time.Duration, call func(context.Context) error) {
	for {
		began := time.Now()
		err := call(ctx)
		now := time.Now()
		switch {
		case err != nil:
			l.mu.Lock()
			defer l.mu.Unlock()
			l.failed = errors.Join(l.failed, err)
			return
		case now.After(l.ends):
			return
		}
		l.taken[client] = append(l.taken[client], now.Sub(began))
		if pause > 0 {
			select {
			case <-ctx.Done():
			case <-time.After(pause):
			}
		}
	}
}

func (l *latencies) err() error { return l.failed }

func (l *latencies) perS() float64 {
	n := 0
	for _, of := range l.taken {
		n += len(of)
	}
	return float64(n) / l.ends.Sub(l.began).Seconds()
}

// quantileMS is the latency that so many percent of the calls did not pass.
func (l *latencies) quantileMS(percent int) float64 {
	all := slices.Concat(l.taken...)
	slices.Sort(all)
	return quantileMS(all, percent)
}

func quantileMS(sorted []time.Duration, percent int) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(len(sorted)-1, len(sorted)*percent/100)].Seconds() * 1000
}
