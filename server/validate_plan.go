package server

import (
	"context"

	uplinev1 "upline/api/upline/v1"
	"upline/calc/plan"
)

// ValidatePlan checks a plan file.
func (s *Server) ValidatePlan(_ context.Context, request *uplinev1.ValidatePlanRequest) (*uplinev1.ValidatePlanResponse, error) {
	result := plan.Compile([]byte(request.GetSource()))
	return &uplinev1.ValidatePlanResponse{
		Valid: result.Plan != nil, Plan: result.Message, Diagnostics: diagnosticsOf(result.Diagnostics),
	}, nil
}

func diagnosticsOf(diagnostics plan.Diagnostics) []*uplinev1.Diagnostic {
	out := make([]*uplinev1.Diagnostic, len(diagnostics))
	for i, d := range diagnostics {
		severity := uplinev1.Severity_SEVERITY_ERROR
		if d.Severity == plan.Warning {
			severity = uplinev1.Severity_SEVERITY_WARNING
		}
		out[i] = &uplinev1.Diagnostic{
			Severity: severity, Line: int32(d.Line), Column: int32(d.Column),
			Path: d.Path, Message: d.Message, Remedy: d.Remedy,
		}
	}
	return out
}
