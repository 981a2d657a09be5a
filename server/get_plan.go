package server

import (
	"context"
	"errors"
	"fmt"

	uplinev1 "upline/api/upline/v1"
	"upline/calc/plan"
)

// errPlanUnreadable reports a published plan that this program cannot read any more.
var errPlanUnreadable = errors.New("server: published plan cannot be read")

// GetPlan returns a version of a plan with its file.
func (s *Server) GetPlan(ctx context.Context, request *uplinev1.GetPlanRequest) (*uplinev1.GetPlanResponse, error) {
	v, err := s.store.GetPlan(ctx, request.GetPlanId(), request.GetVersion())
	if err != nil {
		return nil, err
	}
	result := plan.Compile([]byte(v.Source))
	if result.Plan == nil {
		return nil, fmt.Errorf("%w: %s version %d: %w", errPlanUnreadable, v.PlanID, v.Version, result.Diagnostics)
	}
	return &uplinev1.GetPlanResponse{Version: planVersionOf(v), Source: v.Source, Plan: result.Message}, nil
}
