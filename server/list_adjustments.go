package server

import (
	"context"

	uplinev1 "upline/api/upline/v1"
	"upline/store"
)

// ListAdjustments returns a page of adjustments.
func (s *Server) ListAdjustments(ctx context.Context, request *uplinev1.ListAdjustmentsRequest) (*uplinev1.ListAdjustmentsResponse, error) {
	after, err := s.pages.cursor(ctx, request)
	if err != nil {
		return nil, err
	}
	if request.GetPeriod() != "" && request.GetPlanId() == "" {
		return nil, invalidField(uplinev1.ErrorReason_ERROR_REASON_INVALID_FIELD, "plan_id", "is empty, and a period is one of a plan", "Name the plan.")
	}
	list, next, err := s.store.ListAdjustments(ctx, store.AdjustmentFilter{
		DistributorID: request.GetDistributorId(), PlanID: request.GetPlanId(), Cadence: cadenceOf(request.GetCadence()), Period: request.GetPeriod(),
	}, after, pageSize(request))
	if err != nil {
		return nil, err
	}
	response := &uplinev1.ListAdjustmentsResponse{Adjustments: make([]*uplinev1.Adjustment, len(list))}
	for i, a := range list {
		response.Adjustments[i] = adjustmentOf(a)
	}
	response.NextPageToken, err = s.pages.token(ctx, request, next)
	return response, err
}
