package server

import (
	"context"

	uplinev1 "upline/api/upline/v1"
)

// ListVendors returns a page of vendors.
func (s *Server) ListVendors(ctx context.Context, request *uplinev1.ListVendorsRequest) (*uplinev1.ListVendorsResponse, error) {
	after, err := s.pages.cursor(ctx, request)
	if err != nil {
		return nil, err
	}
	vendors, next, err := s.store.ListVendors(ctx, after, pageSize(request))
	if err != nil {
		return nil, err
	}
	response := &uplinev1.ListVendorsResponse{Vendors: make([]*uplinev1.Vendor, len(vendors))}
	for i, v := range vendors {
		response.Vendors[i] = vendorOf(v)
	}
	response.NextPageToken, err = s.pages.token(ctx, request, next)
	return response, err
}
