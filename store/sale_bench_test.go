package store_test

import (
	"fmt"
	"testing"

	"upline/store"
	"upline/store/storetest"
)

// BenchmarkRecordSales records batches of 1,000 sales that each post two lines, without RPC.
func BenchmarkRecordSales(b *testing.B) {
	for name, source := range map[string]func(testing.TB) store.Engine{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(name, func(b *testing.B) {
			engine := source(b)
			if err := engine.Migrate(b.Context()); err != nil {
				b.Fatal(err)
			}
			w := newWorld(b, engine)
			const sellers, batch = 1000, 1000
			w.publish(compiled(b, "bench", "bonuses:\n  - {name: direct, direct: {rate: 10%}}\n  - {name: advance, advance: {months: 9, rate: 50%}}\n"), "bench")
			var network []store.NewDistributor
			for i := range sellers {
				d := early(fmt.Sprintf("d%05d", i))
				if i > 0 {
					d.SponsorID = fmt.Sprintf("d%05d", (i-1)/3)
				}
				network = append(network, d)
			}
			w.enrol("bench", network...)
			b.ResetTimer()
			for n := 0; n < b.N; n += batch {
				list := make([]store.NewSale, batch)
				for i := range list {
					list[i] = sale(fmt.Sprintf("s%d", n+i))
					list[i].DistributorID, list[i].ProductID = network[(n/batch+i)%sellers].DistributorID, "kit"
				}
				if _, err := w.RecordSales(b.Context(), list); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "sales/s")
		})
	}
}
