package server

import (
	"context"

	uplinev1 "upline/api/upline/v1"
	"upline/store"
)

// MovePlacement puts a distributor into another place of the placement tree.
func (s *Server) MovePlacement(ctx context.Context, request *uplinev1.MovePlacementRequest) (*uplinev1.MovePlacementResponse, error) {
	event, distributor, err := s.changeNetwork(ctx, request, store.NetworkPlaced, func(n *store.NetworkChange) {
		n.ParentID, n.Leg = request.GetPlacement().GetParentId(), request.GetPlacement().GetLeg()
	})
	if err != nil {
		return nil, err
	}
	return &uplinev1.MovePlacementResponse{Event: event, Distributor: distributor}, nil
}
