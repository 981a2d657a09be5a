package server

import (
	"context"

	uplinev1 "upline/api/upline/v1"
	"upline/calc"
	"upline/store"
)

// GetEarnings returns what a distributor earns in a period.
func (s *Server) GetEarnings(ctx context.Context, request *uplinev1.GetEarningsRequest) (*uplinev1.GetEarningsResponse, error) {
	if err := callFrom(ctx).caller.mustBeOwn(request.GetDistributorId()); err != nil {
		return nil, err
	}
	after, err := s.pages.cursor(ctx, request)
	if err != nil {
		return nil, err
	}
	e, err := s.store.GetEarnings(ctx, store.EarningsQuery{
		DistributorID: request.GetDistributorId(), Cadence: cadenceOf(request.GetCadence()), Period: request.GetPeriod(),
		PageSize: pageSize(request), After: after,
	})
	if err != nil {
		return nil, err
	}
	response := &uplinev1.GetEarningsResponse{
		DistributorId: e.DistributorID,
		Period:        periodRef(e.Period.Key),
		Start:         timestamp(e.Period.StartUS), End: timestamp(e.Period.EndUS), PeriodState: periodStates[e.Period.State],
		Totals: totalsOf(e.Totals), ByBonus: totalsOf(e.ByBonus), Lines: linesOf(e.Lines),
		PendingSales: e.PendingSales, PaidAsRank: e.PaidAs, AchievedRank: e.Achieved,
		AsOf: timestamp(e.AsOfUS),
	}
	for _, c := range e.CarryOuts {
		response.CarryOuts = append(response.CarryOuts, &uplinev1.CarryOut{
			Bonus: c.Bonus, Left: calc.FormatVolume(c.Left), Right: calc.FormatVolume(c.Right),
		})
	}
	response.NextPageToken, err = s.pages.token(ctx, request, e.Next)
	return response, err
}

func totalsOf(totals []store.EarningsTotal) []*uplinev1.EarningsTotal {
	out := make([]*uplinev1.EarningsTotal, len(totals))
	for i, t := range totals {
		out[i] = &uplinev1.EarningsTotal{
			Bonus:  t.Bonus,
			Earned: money(t.EarnedMinor, t.Currency), Reversed: money(t.ReversedMinor, t.Currency),
			Posted: money(t.PostedMinor, t.Currency), Held: money(t.HeldMinor, t.Currency),
			Payable: money(t.PayableMinor, t.Currency), Unearned: money(t.UnearnedMinor, t.Currency), LineCount: t.LineCount,
		}
		if t.CompanyMinor != 0 {
			out[i].Company = money(t.CompanyMinor, t.Currency)
		}
	}
	return out
}

// cadenceOf is a cadence of the contract, whose numbers are calc's; 0 stands for the plan's main one in both. Validation has let no
// other number through.
func cadenceOf(c uplinev1.Cadence) calc.Cadence {
	return calc.Cadence(c)
}
