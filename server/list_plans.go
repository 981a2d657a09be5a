package server

import (
	"context"

	uplinev1 "upline/api/upline/v1"
)

// ListPlans returns a page of plan versions.
func (s *Server) ListPlans(ctx context.Context, request *uplinev1.ListPlansRequest) (*uplinev1.ListPlansResponse, error) {
	after, err := s.pages.cursor(ctx, request)
	if err != nil {
		return nil, err
	}
	versions, next, err := s.store.ListPlans(ctx, request.GetPlanId(), after, pageSize(request))
	if err != nil {
		return nil, err
	}
	response := &uplinev1.ListPlansResponse{Versions: make([]*uplinev1.PlanVersion, len(versions))}
	for i, v := range versions {
		response.Versions[i] = planVersionOf(v)
	}
	response.NextPageToken, err = s.pages.token(ctx, request, next)
	return response, err
}
