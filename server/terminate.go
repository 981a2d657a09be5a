package server

import (
	"context"

	uplinev1 "upline/api/upline/v1"
	"upline/store"
)

// Terminate ends a distributor's membership.
func (s *Server) Terminate(ctx context.Context, request *uplinev1.TerminateRequest) (*uplinev1.TerminateResponse, error) {
	event, distributor, err := s.changeNetwork(ctx, request, store.NetworkTerminated, nil)
	if err != nil {
		return nil, err
	}
	return &uplinev1.TerminateResponse{Event: event, Distributor: distributor}, nil
}
