package play

import (
	"context"
	"fmt"

	uplinev1 "upline/api/upline/v1"
)

// Row is one published figure beside what the server computed.
type Row struct {
	// Case is the plan's id.
	Case string
	// Earner is the id in the case file; `all` in a total.
	Earner string
	Bonus  string
	// What says which figure it is: a level, a period, an event.
	What                string
	Published, Computed string
	OK                  bool
}

// Play plays a case on a server and returns a row for each figure that is expected, in the order of the plans and of the file.
func Play(ctx context.Context, client Client, c Case) ([]Row, error) {
	var rows []Row
	used := make([]bool, len(c.Expect))
	for i, source := range c.plans {
		s := story{Client: client, Case: c, runs: map[string]string{}}
		if err := s.play(ctx, source); err != nil {
			return rows, fmt.Errorf("%s, %s: %w", c.Folder, c.PlanFiles[i], err)
		}
		for j, e := range c.Expect {
			if e.Plan != "" && e.Plan != s.planID {
				continue
			}
			used[j] = true
			row, err := s.figure(ctx, e)
			if err != nil {
				return rows, fmt.Errorf("%s, expect[%d]: %w", c.Folder, j, err)
			}
			rows = append(rows, row)
		}
	}
	for j, u := range used {
		if !u {
			return rows, fmt.Errorf("%s, expect[%d]: the case has no plan %s", c.Folder, j, c.Expect[j].Plan)
		}
	}
	return rows, nil
}

// story is a case that is played under one plan.
type story struct {
	Client
	Case
	planID   string
	currency string
	// runs are the ids of the runs that closed periods.
	runs map[string]string
}

// id is what a name of the file is called on the server.
func (s *story) id(name string) string {
	if name == "" {
		return ""
	}
	return s.planID + "." + name
}

func (s *story) money(amount string) *uplinev1.Money {
	return &uplinev1.Money{CurrencyCode: s.currency, Amount: amount}
}

func (s *story) play(ctx context.Context, source string) error {
	if err := s.publish(ctx, source); err != nil {
		return err
	}
	if err := s.stock(ctx); err != nil {
		return err
	}
	if err := s.enroll(ctx); err != nil {
		return err
	}
	for i, step := range s.Steps {
		if err := s.step(ctx, step); err != nil {
			return fmt.Errorf("steps[%d]: %w", i, err)
		}
	}
	return nil
}

// publish publishes the plan and learns from the server what it is called and pays in.
func (s *story) publish(ctx context.Context, source string) error {
	published, err := s.plan.PublishPlan(ctx, &uplinev1.PublishPlanRequest{Source: source})
	if err != nil {
		return fmt.Errorf("PublishPlan: %w", err)
	}
	s.planID = published.GetVersion().GetPlanId()
	plan, err := s.plan.GetPlan(ctx, &uplinev1.GetPlanRequest{PlanId: s.planID, Version: published.GetVersion().GetVersion()})
	if err != nil {
		return fmt.Errorf("GetPlan: %w", err)
	}
	s.currency = plan.GetPlan().GetCurrency()
	return nil
}

// stock fills the catalog.
func (s *story) stock(ctx context.Context) error {
	market := &uplinev1.Market{Market: s.Market.Market, Region: s.Market.Region, Name: s.Market.Name}
	if _, err := s.catalog.PutMarket(ctx, &uplinev1.PutMarketRequest{Market: market}); err != nil {
		return fmt.Errorf("PutMarket: %w", err)
	}
	vendor := &uplinev1.Vendor{VendorId: s.id(s.Vendor.ID), Name: s.Vendor.Name}
	if _, err := s.catalog.PutVendor(ctx, &uplinev1.PutVendorRequest{Vendor: vendor}); err != nil {
		return fmt.Errorf("PutVendor: %w", err)
	}
	for _, p := range s.Products {
		product := &uplinev1.Product{
			ProductId: s.id(p.ID), VendorId: s.id(s.Vendor.ID), Name: p.Name, RequiresActivation: p.RequiresActivation, Pv: p.PV, Cv: p.CV,
		}
		if _, err := s.catalog.PutProduct(ctx, &uplinev1.PutProductRequest{Product: product}); err != nil {
			return fmt.Errorf("PutProduct: %w", err)
		}
	}
	return nil
}
