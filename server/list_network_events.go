package server

import (
	"context"

	uplinev1 "upline/api/upline/v1"
)

// ListNetworkEvents returns a page of a distributor's history, latest first.
func (s *Server) ListNetworkEvents(ctx context.Context, request *uplinev1.ListNetworkEventsRequest) (*uplinev1.ListNetworkEventsResponse, error) {
	after, err := s.pages.cursor(ctx, request)
	if err != nil {
		return nil, err
	}
	events, next, err := s.store.ListNetworkEvents(ctx, request.GetDistributorId(), after, pageSize(request))
	if err != nil {
		return nil, err
	}
	response := &uplinev1.ListNetworkEventsResponse{Events: make([]*uplinev1.NetworkEvent, len(events))}
	for i, e := range events {
		response.Events[i] = networkEventOf(e)
	}
	response.NextPageToken, err = s.pages.token(ctx, request, next)
	return response, err
}
