package server

import (
	"context"

	uplinev1 "upline/api/upline/v1"
	"upline/store"
)

// Reinstate takes a terminated distributor back.
func (s *Server) Reinstate(ctx context.Context, request *uplinev1.ReinstateRequest) (*uplinev1.ReinstateResponse, error) {
	event, distributor, err := s.changeNetwork(ctx, request, store.NetworkReinstated, nil)
	if err != nil {
		return nil, err
	}
	return &uplinev1.ReinstateResponse{Event: event, Distributor: distributor}, nil
}
