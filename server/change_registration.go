package server

import (
	"context"

	uplinev1 "upline/api/upline/v1"
	"upline/store"
)

// ChangeRegistration replaces what a distributor is registered as.
func (s *Server) ChangeRegistration(ctx context.Context, request *uplinev1.ChangeRegistrationRequest) (*uplinev1.ChangeRegistrationResponse, error) {
	registered := registration(request.GetRegistration())
	event, distributor, err := s.changeNetwork(ctx, request, store.NetworkRegistered, func(n *store.NetworkChange) {
		n.Registration = registered
	})
	if err != nil {
		return nil, err
	}
	return &uplinev1.ChangeRegistrationResponse{Event: event, Distributor: distributor}, nil
}
