package server

import (
	"context"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/proto"

	uplinev1 "upline/api/upline/v1"
	"upline/store"
)

const (
	// watchRunEvery is how often a watch looks at the run, which any server may be working on.
	watchRunEvery = 200 * time.Millisecond
	// watchRunQuiet is how long a watch says nothing while nothing changes: proxies cut off what is silent for longer.
	watchRunQuiet = 10 * time.Second
)

// WatchRun sends the run whenever it has got further, until it is posted or cancelled, or waits to be confirmed.
func (s *Server) WatchRun(ctx context.Context, request *uplinev1.WatchRunRequest, stream *connect.ServerStream[uplinev1.WatchRunResponse]) error {
	look := time.NewTicker(watchRunEvery)
	defer look.Stop()
	var sent *uplinev1.Run
	var sentAt time.Time
	for {
		run, err := s.store.GetRun(ctx, request.GetRunId())
		if err != nil {
			return err
		}
		if now := runOf(run); !proto.Equal(now, sent) || time.Since(sentAt) >= watchRunQuiet {
			if err := stream.Send(&uplinev1.WatchRunResponse{Run: now}); err != nil {
				return err
			}
			sent, sentAt = now, time.Now()
		}
		if run.State != store.RunRunning {
			return nil
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return ctx.Err()
		case <-s.readiness.stopping:
			return errStopping
		}
	}
}
