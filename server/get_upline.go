package server

import (
	"context"

	uplinev1 "upline/api/upline/v1"
	"upline/store"
)

// GetUpline returns a page of the line above a distributor.
func (s *Server) GetUpline(ctx context.Context, request *uplinev1.GetUplineRequest) (*uplinev1.GetUplineResponse, error) {
	var r reading
	atUS := r.asOfUS(request.GetAsOf())
	if err := r.err(); err != nil {
		return nil, err
	}
	after, err := s.pages.cursor(ctx, request)
	if err != nil {
		return nil, err
	}
	members, next, err := s.store.UplineAsOf(ctx, request.GetDistributorId(), isPlacement(request.GetTree()), atUS, after, pageSize(request))
	if err != nil {
		return nil, err
	}
	response := &uplinev1.GetUplineResponse{Members: membersOfTree(members)}
	response.NextPageToken, err = s.pages.token(ctx, request, next)
	return response, err
}

func isPlacement(t uplinev1.Tree) bool { return t == uplinev1.Tree_TREE_PLACEMENT }

func membersOfTree(members []store.Member) []*uplinev1.NetworkMember {
	out := make([]*uplinev1.NetworkMember, len(members))
	for i, m := range members {
		out[i] = &uplinev1.NetworkMember{Distributor: distributorOf(m.Distributor), Level: m.Level}
	}
	return out
}
