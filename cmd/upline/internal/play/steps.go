package play

import (
	"context"
	"fmt"

	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	uplinev1 "upline/api/upline/v1"
)

// enroll enrols the network and imports the ranks that it came with.
func (s *story) enroll(ctx context.Context) error {
	var distributors []*uplinev1.EnrollRequest
	var ranks []*uplinev1.OpeningEntry
	for _, d := range s.Network {
		request := &uplinev1.EnrollRequest{
			DistributorId: s.id(d.ID), PlanId: s.planID, Market: s.Market.Market, SponsorId: s.id(d.Sponsor), EnrolledAt: timestamppb.New(s.Enrolled.Time),
		}
		if d.Parent != "" {
			request.Placement = &uplinev1.Placement{ParentId: s.id(d.Parent), Leg: legs[d.Leg]}
		}
		distributors = append(distributors, request)
		if d.Achieved != "" {
			ranks = append(ranks, &uplinev1.OpeningEntry{
				EventId: "rank-" + d.ID, DistributorId: s.id(d.ID),
				Fact: &uplinev1.OpeningEntry_Rank{Rank: &uplinev1.OpeningRank{AchievedRank: d.Achieved}},
			})
		}
	}
	if _, err := s.network.EnrollBatch(ctx, &uplinev1.EnrollBatchRequest{Distributors: distributors}); err != nil {
		return fmt.Errorf("EnrollBatch: %w", err)
	}
	if len(ranks) == 0 {
		return nil
	}
	if _, err := s.opening.ImportOpening(ctx, &uplinev1.ImportOpeningRequest{PlanId: s.planID, Entries: ranks}); err != nil {
		return fmt.Errorf("ImportOpening: %w", err)
	}
	return nil
}

func (s *story) step(ctx context.Context, step Step) error {
	switch {
	case step.Sell != nil:
		return s.sell(ctx, step.Sell)
	case step.Activate != nil:
		_, err := s.commission.Activate(ctx, &uplinev1.ActivateRequest{
			Market: s.Market.Market, SaleId: s.id(step.Activate.Sale), EventId: activationID, ActivatedAt: timestamppb.New(step.Activate.On.Time),
		})
		return named("Activate", err)
	case step.Pay != nil:
		return s.pay(ctx, *step.Pay)
	case step.Cancel != nil:
		_, err := s.commission.Cancel(ctx, &uplinev1.CancelRequest{
			Market: s.Market.Market, SaleId: s.id(step.Cancel.Sale), EventId: cancellationID, CancelledAt: timestamppb.New(step.Cancel.On.Time),
			Cause: step.Cancel.Cause,
		})
		return named("Cancel", err)
	default:
		return s.close(ctx, step.Close)
	}
}

func (s *story) sell(ctx context.Context, sales []Sale) error {
	requests := make([]*uplinev1.RecordSaleRequest, len(sales))
	for i, sale := range sales {
		customer := sale.Customer
		if customer == "" {
			customer = sale.Seller
		}
		requests[i] = &uplinev1.RecordSaleRequest{
			Market: s.Market.Market, SaleId: s.id(sale.ID), DistributorId: s.id(sale.Seller), CustomerId: s.id(customer),
			ProductId: s.id(sale.Product), Price: s.money(sale.Price), SoldAt: timestamppb.New(sale.On.Time),
		}
		if sale.CV != "" {
			requests[i].Cv = &sale.CV
		}
	}
	if len(requests) == 1 {
		_, err := s.commission.RecordSale(ctx, requests[0])
		return named("RecordSale", err)
	}
	_, err := s.commission.RecordSales(ctx, &uplinev1.RecordSalesRequest{Sales: requests})
	return named("RecordSales", err)
}

func (s *story) pay(ctx context.Context, p Payments) error {
	for cycle := 1; cycle <= p.Cycles; cycle++ {
		_, err := s.commission.RecordPayment(ctx, &uplinev1.RecordPaymentRequest{
			Market: s.Market.Market, SaleId: s.id(p.Sale), EventId: fmt.Sprintf("payment-%d", cycle),
			Cycle: int32(cycle), Amount: s.money(p.Amount), PaidAt: timestamppb.New(p.From.AddDate(0, cycle-1, 0)),
		})
		if err != nil {
			return named("RecordPayment", err)
		}
	}
	return nil
}

// close closes a period. A close that outlasts one call's wait is asked for again, which joins the run under way.
func (s *story) close(ctx context.Context, period string) error {
	for {
		answer, err := s.commission.RunPeriod(ctx, &uplinev1.RunPeriodRequest{
			PlanId: s.planID, Period: period, Mode: uplinev1.RunMode_RUN_MODE_CLOSE, Wait: durationpb.New(closeWait),
		})
		if err != nil {
			return named("RunPeriod", err)
		}
		if answer.GetRun().GetState() == uplinev1.RunState_RUN_STATE_POSTED {
			s.runs[period] = answer.GetRun().GetRunId()
			return nil
		}
	}
}

func named(call string, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", call, err)
	}
	return nil
}
