package server

import (
	"context"

	uplinev1 "upline/api/upline/v1"
	"upline/store"
)

// PutVendor adds a vendor or changes its name.
func (s *Server) PutVendor(ctx context.Context, request *uplinev1.PutVendorRequest) (*uplinev1.PutVendorResponse, error) {
	v, err := s.store.PutVendor(ctx, store.Vendor{VendorID: request.GetVendor().GetVendorId(), Name: request.GetVendor().GetName()})
	if err != nil {
		return nil, err
	}
	return &uplinev1.PutVendorResponse{Vendor: vendorOf(v)}, nil
}

func vendorOf(v store.Vendor) *uplinev1.Vendor {
	return &uplinev1.Vendor{VendorId: v.VendorID, Name: v.Name}
}
