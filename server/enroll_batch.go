package server

import (
	"context"
	"fmt"

	uplinev1 "upline/api/upline/v1"
	"upline/store"
)

// EnrollBatch adds distributors, all of them or none.
func (s *Server) EnrollBatch(ctx context.Context, request *uplinev1.EnrollBatchRequest) (*uplinev1.EnrollBatchResponse, error) {
	var r reading
	distributors := make([]store.NewDistributor, len(request.GetDistributors()))
	for i, d := range request.GetDistributors() {
		r.prefix = fmt.Sprintf("distributors[%d].", i)
		distributors[i] = newDistributor(&r, d)
	}
	if err := r.err(); err != nil {
		return nil, err
	}
	enrolled, err := s.store.Enroll(ctx, distributors)
	if err != nil {
		return nil, err
	}
	response := &uplinev1.EnrollBatchResponse{Distributors: make([]*uplinev1.Distributor, len(enrolled))}
	for i, d := range enrolled {
		response.Distributors[i] = distributorOf(d)
	}
	return response, nil
}
