package server

import (
	"context"
	"encoding/hex"
	"fmt"

	"connectrpc.com/connect"

	uplinev1 "upline/api/upline/v1"
	"upline/calc/plan"
	"upline/store"
)

// PublishPlan makes a plan file the next version of its plan.
func (s *Server) PublishPlan(ctx context.Context, request *uplinev1.PublishPlanRequest) (*uplinev1.PublishPlanResponse, error) {
	result := plan.Compile([]byte(request.GetSource()))
	if result.Plan == nil {
		return nil, invalidPlan(result.Diagnostics)
	}
	version, err := s.store.PublishPlan(ctx, store.NewPlan{Plan: result.Plan, Name: result.Message.GetName(), Source: request.GetSource()})
	if err != nil {
		return nil, err
	}
	return &uplinev1.PublishPlanResponse{Version: planVersionOf(version), Warnings: diagnosticsOf(result.Diagnostics)}, nil
}

// invalidPlan is the fault of a plan file with errors. Its fields are paths in the plan; where in the file they stand is part of
// the problem.
func invalidPlan(diagnostics plan.Diagnostics) *fault {
	f := &fault{
		code: connect.CodeInvalidArgument, reason: uplinev1.ErrorReason_ERROR_REASON_INVALID_PLAN,
		remedy: "PlanService.ValidatePlan returns the findings with line and column as numbers.",
	}
	for _, d := range diagnostics {
		if d.Severity == plan.Warning {
			continue
		}
		if len(f.fields) < problemsMax {
			f.fields = append(f.fields, &uplinev1.FieldProblem{
				Field: d.Path, Problem: fmt.Sprintf("line %d, column %d: %s", d.Line, d.Column, d.Message), Remedy: asSentence(d.Remedy),
			})
		}
	}
	f.message = "the plan file has errors: " + sentence(f.fields)
	return f
}

func planVersionOf(v store.PlanVersion) *uplinev1.PlanVersion {
	return &uplinev1.PlanVersion{
		PlanId: v.PlanID, Version: v.Version, Name: v.Name, Digest: hex.EncodeToString(v.Digest[:]),
		ValidFrom: timestamp(v.ValidFromUS), PublishedAt: timestamp(v.PublishedAtUS),
	}
}
