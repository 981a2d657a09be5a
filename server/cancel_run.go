package server

import (
	"context"

	uplinev1 "upline/api/upline/v1"
)

// CancelRun calls off a run that is not posted.
func (s *Server) CancelRun(ctx context.Context, request *uplinev1.CancelRunRequest) (*uplinev1.CancelRunResponse, error) {
	run, err := s.store.CancelRun(ctx, request.GetRunId())
	if err != nil {
		return nil, err
	}
	return &uplinev1.CancelRunResponse{Run: runOf(run)}, nil
}
