package server

import (
	"context"

	uplinev1 "upline/api/upline/v1"
)

// ListPeriods returns a page of the periods of a cadence.
func (s *Server) ListPeriods(ctx context.Context, request *uplinev1.ListPeriodsRequest) (*uplinev1.ListPeriodsResponse, error) {
	after, err := s.pages.cursor(ctx, request)
	if err != nil {
		return nil, err
	}
	periods, next, err := s.store.ListPeriods(ctx, request.GetPlanId(), cadenceOf(request.GetCadence()), after, pageSize(request))
	if err != nil {
		return nil, err
	}
	response := &uplinev1.ListPeriodsResponse{Periods: make([]*uplinev1.Period, len(periods))}
	for i, p := range periods {
		response.Periods[i] = &uplinev1.Period{
			Ref: periodRef(p.Key), Start: timestamp(p.StartUS), End: timestamp(p.EndUS), State: periodStates[p.State], RunId: p.RunID,
		}
	}
	response.NextPageToken, err = s.pages.token(ctx, request, next)
	return response, err
}
