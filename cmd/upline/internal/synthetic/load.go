package synthetic

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"

	"upline/calc"
	"upline/store"
)

// ID is the id of the distributor in a row; ids stand in the order of the rows.
func ID(row int32) string { return fmt.Sprintf("d%08d", row) }

// The catalog of a company that is loaded.
const (
	Market  = "US"
	Region  = "us-east1"
	Vendor  = "vendor"
	Product = "service"
)

const (
	loadBatch = 1000
	// loaders record sales at once; where writing transactions run side by side that fills the waiting for the disk.
	loaders = 4
)

// Load enrols a company and records its sales, by the calls that clients make of the store. source is the text of the plan. done is
// told how much is done, and may be nil.
func Load(ctx context.Context, s *store.Store, in *calc.Input, source string, done func(step string, n, total int)) error {
	if done == nil {
		done = func(string, int, int) {}
	}
	if err := found(ctx, s, in.Plan, source); err != nil {
		return err
	}
	if err := enrol(ctx, s, in, func(n int) { done("enrolling", n, len(in.Network.Sponsor)) }); err != nil {
		return err
	}
	return record(ctx, s, in, func(n int) { done("recording sales", n, len(in.Volumes.Seller)) })
}

func found(ctx context.Context, s *store.Store, plan *calc.Plan, source string) error {
	if _, err := s.PutMarket(ctx, store.Market{Market: Market, Region: Region, Name: "United States"}); err != nil {
		return err
	}
	if _, err := s.PutVendor(ctx, store.Vendor{VendorID: Vendor, Name: "Vendor"}); err != nil {
		return err
	}
	if _, err := s.PutProduct(ctx, store.Product{ProductID: Product, VendorID: Vendor, Name: "Service"}); err != nil {
		return err
	}
	_, err := s.PublishPlan(ctx, store.NewPlan{Plan: plan, Name: plan.ID, Source: source})
	return err
}

// enrol enrols everybody in the order in which they joined, so that whoever stands above is there first.
func enrol(ctx context.Context, s *store.Store, in *calc.Input, done func(int)) error {
	network := &in.Network
	order := make([]int32, len(network.Sponsor))
	for row := range order {
		order[row] = int32(row)
	}
	slices.SortStableFunc(order, func(a, b int32) int { return cmp.Compare(network.EnrolledAtUS[a], network.EnrolledAtUS[b]) })
	batch := make([]store.NewDistributor, 0, loadBatch)
	for k, row := range order {
		d := store.NewDistributor{
			DistributorID: ID(row), PlanID: in.Plan.ID, Market: Market, EnrolledAtUS: network.EnrolledAtUS[row],
			Content: store.Content{{Path: "row", Value: strconv.Itoa(int(row))}},
		}
		if above := network.Sponsor[row]; above >= 0 {
			d.SponsorID = ID(above)
		}
		if network.Parent != nil && network.Parent[row] >= 0 {
			d.ParentID, d.Leg = ID(network.Parent[row]), int32(network.Leg[row])
		}
		if batch = append(batch, d); len(batch) < loadBatch && k < len(order)-1 {
			continue
		}
		if _, err := s.Enroll(ctx, batch); err != nil {
			return err
		}
		batch = batch[:0]
		done(k + 1)
	}
	return nil
}

// record records the sales, evenly over the period, but none before its seller has joined.
func record(ctx context.Context, s *store.Store, in *calc.Input, done func(int)) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	n := len(in.Volumes.Seller)
	var next, recorded atomic.Int64
	var telling sync.Mutex
	var workers sync.WaitGroup
	for range loaders {
		workers.Go(func() {
			for ctx.Err() == nil {
				from := int(next.Add(1)-1) * loadBatch
				if from >= n {
					return
				}
				to := min(n, from+loadBatch)
				if _, err := s.RecordSales(ctx, sales(in, from, to)); err != nil {
					cancel(err)
					return
				}
				telling.Lock()
				done(int(recorded.Add(int64(to - from))))
				telling.Unlock()
			}
		})
	}
	workers.Wait()
	return context.Cause(ctx)
}

func sales(in *calc.Input, from, to int) []store.NewSale {
	v := &in.Volumes
	list := make([]store.NewSale, 0, to-from)
	for i := from; i < to; i++ {
		list = append(list, store.NewSale{
			Market: Market, SaleID: fmt.Sprintf("s%09d", i), DistributorID: ID(v.Seller[i]), CustomerID: fmt.Sprintf("c%09d", i), ProductID: Product,
			PriceMinor: v.PriceMinor[i], Currency: in.Plan.Currency, PV: &v.PV[i], CV: &v.CV[i],
			SoldAtUS: soldAtUS(in, i), Content: store.Content{{Path: "i", Value: strconv.Itoa(i)}},
		})
	}
	return list
}

// soldAtUS spreads the sales evenly over the period, but none before its seller has joined.
func soldAtUS(in *calc.Input, i int) int64 {
	lifeUS := in.Period.EndUS - in.Period.StartUS
	return max(in.Period.StartUS+lifeUS/int64(len(in.Volumes.Seller))*int64(i), in.Network.EnrolledAtUS[in.Volumes.Seller[i]])
}
