package server

import (
	"context"

	uplinev1 "upline/api/upline/v1"
)

// ListProducts returns a page of products.
func (s *Server) ListProducts(ctx context.Context, request *uplinev1.ListProductsRequest) (*uplinev1.ListProductsResponse, error) {
	after, err := s.pages.cursor(ctx, request)
	if err != nil {
		return nil, err
	}
	products, next, err := s.store.ListProducts(ctx, after, pageSize(request))
	if err != nil {
		return nil, err
	}
	response := &uplinev1.ListProductsResponse{Products: make([]*uplinev1.Product, len(products))}
	for i, p := range products {
		response.Products[i] = productOf(p)
	}
	response.NextPageToken, err = s.pages.token(ctx, request, next)
	return response, err
}
