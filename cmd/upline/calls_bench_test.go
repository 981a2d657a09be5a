package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	uplinev1 "upline/api/upline/v1"
	"upline/calc/plan"
	"upline/cmd/upline/internal/proc"
	"upline/store"
	"upline/store/open"
	"upline/store/storetest"
)

// Clients that call at once, and sales in a batch.
const (
	benchClients = 64
	benchBatch   = 1000
)

// BenchmarkRecordSale records sales through grpc-go clients of a server in a process of its own, and has the bare driver run the
// same statements in as many transactions, without RPC, in the same run. Run it with -benchtime 20000x.
func BenchmarkRecordSale(b *testing.B) {
	bin := proc.Build(b)
	for _, engine := range []struct {
		name   string
		source storetest.Source
		raw    func(*testing.B, storetest.Database) func(context.Context, []storetest.Step) error
	}{{"sqlite", storetest.SQLiteDatabase, rawSQLite}, {"postgres", storetest.PostgresDatabase, rawPostgres}} {
		b.Run(engine.name, func(b *testing.B) {
			database := engine.source(b)
			server := serveOn(b, bin, database)
			dial(b, server.URL).found(1000)
			b.Run("grpc", func(b *testing.B) {
				clients := grpcClients(b, server.URL)
				run := time.Now().UnixNano()
				measure(b, b.N, func(ctx context.Context, worker, i int) error {
					_, err := clients[worker%len(clients)].RecordSale(ctx, saleOf(fmt.Sprintf("g%d-%d", run, i), member(i%1000), "kit", time.March))
					return err
				})
			})
			b.Run("batch1000", func(b *testing.B) {
				clients := grpcClients(b, server.URL)
				run := time.Now().UnixNano()
				measure(b, max(1, b.N/benchBatch), func(ctx context.Context, worker, i int) error {
					batch := &uplinev1.RecordSalesRequest{}
					for k := range benchBatch {
						batch.Sales = append(batch.Sales, saleOf(fmt.Sprintf("b%d-%d-%d", run, i, k), member((i+k)%1000), "kit", time.March))
					}
					_, err := clients[worker%len(clients)].RecordSales(ctx, batch)
					return err
				})
				b.ReportMetric(float64(benchBatch*max(1, b.N/benchBatch))/b.Elapsed().Seconds(), "sales/s")
			})
			server.Stop()
			b.Run("raw", func(b *testing.B) {
				steps := tracedSale(b, database)
				transaction := engine.raw(b, database)
				run := time.Now().UnixNano()
				measure(b, b.N, func(ctx context.Context, _, i int) error {
					return transaction(ctx, renamed(steps, fmt.Sprintf("r%d-%d", run, i)))
				})
			})
		})
	}
}

// BenchmarkGetEarnings reads the earnings of distributors with and without lines, through grpc-go clients.
func BenchmarkGetEarnings(b *testing.B) {
	bin := proc.Build(b)
	for name, source := range map[string]storetest.Source{"sqlite": storetest.SQLiteDatabase, "postgres": storetest.PostgresDatabase} {
		b.Run(name, func(b *testing.B) {
			server := serveOn(b, bin, source(b))
			c := dial(b, server.URL)
			c.found(1000)
			c.sell(5000, 1000, time.March)
			clients := grpcClients(b, server.URL)
			measure(b, b.N, func(ctx context.Context, worker, i int) error {
				_, err := clients[worker%len(clients)].GetEarnings(ctx, &uplinev1.GetEarningsRequest{DistributorId: member(i % 1000), Period: "2025-03"})
				return err
			})
		})
	}
}

// measure spreads calls over the clients and reports their rate and latencies.
func measure(b *testing.B, calls int, call func(ctx context.Context, worker, i int) error) {
	b.Helper()
	latencies := make([]time.Duration, calls)
	var next atomic.Int64
	var failed atomic.Pointer[error]
	b.ResetTimer()
	var wg sync.WaitGroup
	for worker := range benchClients {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= calls || failed.Load() != nil {
					return
				}
				started := time.Now()
				if err := call(b.Context(), worker, i); err != nil {
					failed.Store(&err)
				}
				latencies[i] = time.Since(started)
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	if err := failed.Load(); err != nil {
		b.Fatal(*err)
	}
	slices.Sort(latencies)
	b.ReportMetric(float64(calls)/b.Elapsed().Seconds(), "calls/s")
	b.ReportMetric(latencies[calls/2].Seconds()*1000, "p50-ms")
	b.ReportMetric(latencies[calls*99/100].Seconds()*1000, "p99-ms")
}

func grpcClients(b *testing.B, url string) (clients []uplinev1.CommissionServiceClient) {
	b.Helper()
	for range 8 {
		conn, err := grpc.NewClient(strings.TrimPrefix(url, "http://"), grpc.WithTransportCredentials(insecure.NewCredentials()))
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = conn.Close() })
		clients = append(clients, uplinev1.NewCommissionServiceClient(conn))
	}
	return clients
}

const tracedID = "traced"

// tracedSale records one sale through the store and returns what its transaction sent.
func tracedSale(b *testing.B, database storetest.Database) []storetest.Step {
	b.Helper()
	engine, err := open.Engine(b.Context(), database.URL, open.Options{Clock: time.Now})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = engine.Close() }()
	trace := &storetest.Trace{Engine: engine}
	s := store.New(trace, store.Options{Clock: time.Now, Compile: plan.Load, Owner: "bench"})
	id := fmt.Sprintf("%s%d", tracedID, time.Now().UnixNano())
	_, err = s.RecordSales(b.Context(), []store.NewSale{{
		Market: "US", SaleID: id, DistributorID: member(7), CustomerID: "customer", ProductID: "kit", PriceMinor: 10_000, Currency: "USD",
		SoldAtUS: time.Date(2025, time.March, 5, 0, 0, 0, 0, time.UTC).UnixMicro(), Content: store.Content{{Path: "price.amount", Value: "100.00"}},
	}})
	if err != nil {
		b.Fatal(err)
	}
	steps := trace.Steps()
	return renamedFrom(steps, id, tracedID)
}

// renamed returns the statements for another sale.
func renamed(steps []storetest.Step, id string) []storetest.Step {
	return renamedFrom(steps, tracedID, id)
}

func renamedFrom(steps []storetest.Step, from, to string) []storetest.Step {
	out := make([]storetest.Step, len(steps))
	for i, step := range steps {
		out[i] = slices.Clone(step)
		for k := range out[i] {
			args := slices.Clone(out[i][k].Args)
			for a, v := range args {
				if v == any(from) {
					args[a] = to
				}
			}
			out[i][k].Args = args
		}
	}
	return out
}

// rawPostgres runs the statements on pgx as its documentation shows: a pool, SERIALIZABLE, a batch for what is sent together, and
// the whole transaction again on a serialization failure.
func rawPostgres(b *testing.B, database storetest.Database) func(context.Context, []storetest.Step) error {
	b.Helper()
	config, err := pgxpool.ParseConfig(database.URL)
	if err != nil {
		b.Fatal(err)
	}
	config.MaxConns = 16
	pool, err := pgxpool.NewWithConfig(b.Context(), config)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(pool.Close)
	return func(ctx context.Context, steps []storetest.Step) error {
		for {
			err := pgx.BeginTxFunc(ctx, pool, pgx.TxOptions{IsoLevel: pgx.Serializable}, func(tx pgx.Tx) error {
				for _, step := range steps {
					var batch pgx.Batch
					for _, item := range step {
						batch.Queue(item.SQL, item.Args...)
					}
					if err := tx.SendBatch(ctx, &batch).Close(); err != nil {
						return err
					}
				}
				return nil
			})
			var refused *pgconn.PgError
			if !errors.As(err, &refused) || refused.Code != "40001" {
				return err
			}
		}
	}
}

// rawSQLite runs the statements on one zombiezen connection, a durable transaction for each sale.
func rawSQLite(b *testing.B, database storetest.Database) func(context.Context, []storetest.Step) error {
	b.Helper()
	conn, err := sqlite.OpenConn(strings.TrimPrefix(database.URL, "sqlite:"), sqlite.OpenReadWrite|sqlite.OpenWAL)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = conn.Close() })
	if err := sqlitex.ExecuteTransient(conn, "PRAGMA synchronous = FULL", nil); err != nil {
		b.Fatal(err)
	}
	var mu sync.Mutex
	return func(_ context.Context, steps []storetest.Step) (err error) {
		mu.Lock()
		defer mu.Unlock()
		end, err := sqlitex.ImmediateTransaction(conn)
		if err != nil {
			return err
		}
		defer end(&err)
		for _, step := range steps {
			for _, item := range step {
				named := make(map[string]any, len(item.Args))
				for i, v := range item.Args {
					named[fmt.Sprintf("$%d", i+1)] = v
				}
				if err := sqlitex.Execute(conn, item.SQL, &sqlitex.ExecOptions{Named: named}); err != nil {
					return err
				}
			}
		}
		return nil
	}
}
