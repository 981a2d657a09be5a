package server

import (
	"context"

	uplinev1 "upline/api/upline/v1"
	"upline/store"
)

// PutMarket adds a market or changes its name.
func (s *Server) PutMarket(ctx context.Context, request *uplinev1.PutMarketRequest) (*uplinev1.PutMarketResponse, error) {
	given := request.GetMarket()
	m, err := s.store.PutMarket(ctx, store.Market{Market: given.GetMarket(), Region: given.GetRegion(), Name: given.GetName()})
	if err != nil {
		return nil, err
	}
	return &uplinev1.PutMarketResponse{Market: marketOf(m)}, nil
}

func marketOf(m store.Market) *uplinev1.Market {
	return &uplinev1.Market{Market: m.Market, Region: m.Region, Name: m.Name}
}
