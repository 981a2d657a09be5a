package server

import (
	"context"

	uplinev1 "upline/api/upline/v1"
)

// GetRun returns a run and its progress.
func (s *Server) GetRun(ctx context.Context, request *uplinev1.GetRunRequest) (*uplinev1.GetRunResponse, error) {
	run, err := s.store.GetRun(ctx, request.GetRunId())
	if err != nil {
		return nil, err
	}
	return &uplinev1.GetRunResponse{Run: runOf(run)}, nil
}
