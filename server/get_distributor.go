package server

import (
	"context"

	uplinev1 "upline/api/upline/v1"
)

// GetDistributor returns one distributor.
func (s *Server) GetDistributor(ctx context.Context, request *uplinev1.GetDistributorRequest) (*uplinev1.GetDistributorResponse, error) {
	if err := callFrom(ctx).caller.mustBeOwn(request.GetDistributorId()); err != nil {
		return nil, err
	}
	var r reading
	atUS := r.asOfUS(request.GetAsOf())
	if err := r.err(); err != nil {
		return nil, err
	}
	d, err := s.store.GetDistributorAsOf(ctx, request.GetDistributorId(), atUS)
	if err != nil {
		return nil, err
	}
	return &uplinev1.GetDistributorResponse{Distributor: distributorOf(d)}, nil
}
