package server

import (
	"context"

	uplinev1 "upline/api/upline/v1"
	"upline/calc"
	"upline/store"
)

// PutProduct adds a product or changes it.
func (s *Server) PutProduct(ctx context.Context, request *uplinev1.PutProductRequest) (*uplinev1.PutProductResponse, error) {
	given := request.GetProduct()
	r := reading{prefix: "product."}
	product := store.Product{
		ProductID: given.GetProductId(), VendorID: given.GetVendorId(), Name: given.GetName(), Class: given.GetProductClass(),
		RequiresActivation: given.GetRequiresActivation(),
		VolumeOnPayment:    given.GetVolumeTiming() == uplinev1.VolumeTiming_VOLUME_TIMING_ON_PAYMENT,
		PV:                 r.volume("pv", given.GetPv()),
		CV:                 r.volume("cv", given.GetCv()),
		QV:                 r.volume("qv", given.GetQv()),
		Billing:            readBilling(&r, given.GetBilling()),
	}
	if given.GetProration() != nil {
		product.Proration = readProration(&r, "proration", given.GetProration())
	}
	if err := r.err(); err != nil {
		return nil, err
	}
	p, err := s.store.PutProduct(ctx, product)
	if err != nil {
		return nil, err
	}
	return &uplinev1.PutProductResponse{Product: productOf(p)}, nil
}

func productOf(p store.Product) *uplinev1.Product {
	timing := uplinev1.VolumeTiming_VOLUME_TIMING_ON_ACTIVATION
	if p.VolumeOnPayment {
		timing = uplinev1.VolumeTiming_VOLUME_TIMING_ON_PAYMENT
	}
	return &uplinev1.Product{
		ProductId: p.ProductID, VendorId: p.VendorID, Name: p.Name, ProductClass: p.Class,
		RequiresActivation: p.RequiresActivation, VolumeTiming: timing,
		Pv: calc.FormatVolume(p.PV), Cv: calc.FormatVolume(p.CV), Qv: calc.FormatVolume(p.QV), Billing: billingOf(p.Billing), Proration: prorationOf(p.Proration),
	}
}
