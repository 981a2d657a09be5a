package server

import (
	"context"

	uplinev1 "upline/api/upline/v1"
	"upline/store"
)

// GetUpline returns a page of the line above a distributor.
func (s *Server) GetUpline(ctx context.Context, request *uplinev1.GetUplineRequest) (*uplinev1.GetUplineResponse, error) {
	after, err := s.pages.cursor(ctx, request)
	if err != nil {
		return nil, err
	}
	members, next, err := s.store.Upline(ctx, request.GetDistributorId(), isPlacement(request.GetTree()), after, pageSize(request))
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
