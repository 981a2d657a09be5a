package server

import (
	"context"

	uplinev1 "upline/api/upline/v1"
)

// ListMarkets returns all markets.
func (s *Server) ListMarkets(ctx context.Context, _ *uplinev1.ListMarketsRequest) (*uplinev1.ListMarketsResponse, error) {
	markets, err := s.store.ListMarkets(ctx)
	if err != nil {
		return nil, err
	}
	response := &uplinev1.ListMarketsResponse{Markets: make([]*uplinev1.Market, len(markets))}
	for i, m := range markets {
		response.Markets[i] = marketOf(m)
	}
	return response, nil
}
