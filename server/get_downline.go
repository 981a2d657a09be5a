package server

import (
	"context"

	uplinev1 "upline/api/upline/v1"
)

// GetDownline returns a page of those below a distributor.
func (s *Server) GetDownline(ctx context.Context, request *uplinev1.GetDownlineRequest) (*uplinev1.GetDownlineResponse, error) {
	if err := callFrom(ctx).caller.mustBeOwn(request.GetDistributorId()); err != nil {
		return nil, err
	}
	var r reading
	atUS := r.asOfUS(request.GetAsOf())
	if err := r.err(); err != nil {
		return nil, err
	}
	after, err := s.pages.cursor(ctx, request)
	if err != nil {
		return nil, err
	}
	members, next, err := s.store.DownlineAsOf(
		ctx, request.GetDistributorId(), isPlacement(request.GetTree()), request.GetLevelsMax(), atUS, after, pageSize(request))
	if err != nil {
		return nil, err
	}
	response := &uplinev1.GetDownlineResponse{Members: membersOfTree(members)}
	response.NextPageToken, err = s.pages.token(ctx, request, next)
	return response, err
}
