package server

import (
	"context"

	uplinev1 "upline/api/upline/v1"
)

// GetProduct returns one product.
func (s *Server) GetProduct(ctx context.Context, request *uplinev1.GetProductRequest) (*uplinev1.GetProductResponse, error) {
	p, err := s.store.GetProduct(ctx, request.GetProductId())
	if err != nil {
		return nil, err
	}
	return &uplinev1.GetProductResponse{Product: productOf(p)}, nil
}
