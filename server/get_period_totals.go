package server

import (
	"cmp"
	"context"

	uplinev1 "upline/api/upline/v1"
	"upline/store"
)

// GetPeriodTotals sums up the lines of a period.
func (s *Server) GetPeriodTotals(ctx context.Context, request *uplinev1.GetPeriodTotalsRequest) (*uplinev1.GetPeriodTotalsResponse, error) {
	after, err := s.pages.cursor(ctx, request)
	if err != nil {
		return nil, err
	}
	by := cmp.Or(request.GetBy(), uplinev1.TotalsBy_TOTALS_BY_BONUS)
	t, err := s.store.GetPeriodTotals(ctx, store.PeriodTotalsQuery{
		PlanID: request.GetPlanId(), Cadence: cadenceOf(request.GetCadence()), Period: request.GetPeriod(), By: store.TotalsBy(by),
		PageSize: pageSize(request), After: after,
	})
	if err != nil {
		return nil, err
	}
	response := &uplinev1.GetPeriodTotalsResponse{
		Period: periodRef(t.Period.Key), State: periodStates[t.Period.State], RunId: t.Period.RunID, AsOf: timestamp(t.AsOfUS),
		Company: periodTotalsOf(t.Company), Totals: periodTotalsOf(t.Totals),
	}
	if by == uplinev1.TotalsBy_TOTALS_BY_RANK {
		response.RanksOf = periodRef(t.RanksOf)
	}
	response.NextPageToken, err = s.pages.token(ctx, request, t.Next)
	return response, err
}

func periodTotalsOf(totals []store.PeriodTotal) []*uplinev1.PeriodTotal {
	out := make([]*uplinev1.PeriodTotal, len(totals))
	for i := range totals {
		t := &totals[i]
		out[i] = &uplinev1.PeriodTotal{
			Name: t.Name, Bonus: t.Bonus, Earned: money(t.EarnedMinor, t.Currency), Reversed: money(t.ReversedMinor, t.Currency),
			Posted: money(t.PostedMinor, t.Currency), LineCount: t.LineCount,
		}
	}
	return out
}
