package server

import (
	"context"

	uplinev1 "upline/api/upline/v1"
	"upline/store"
)

// ChangeSponsor puts a distributor under another sponsor.
func (s *Server) ChangeSponsor(ctx context.Context, request *uplinev1.ChangeSponsorRequest) (*uplinev1.ChangeSponsorResponse, error) {
	event, distributor, err := s.changeNetwork(ctx, request, store.NetworkSponsor, func(n *store.NetworkChange) {
		n.SponsorID = request.GetSponsorId()
	})
	if err != nil {
		return nil, err
	}
	return &uplinev1.ChangeSponsorResponse{Event: event, Distributor: distributor}, nil
}
