package server

import (
	"context"
	"net/http"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	connectv1 "upline/api/upline/v1/uplinev1connect"
)

const (
	healthzPath = "/healthz"
	readyzPath  = "/readyz"
	healthPath  = "/grpc.health.v1.Health/"
	// readyTimeout is the most that the database gets to answer a probe.
	readyTimeout = 2 * time.Second
	// watchInterval is how often Watch looks.
	watchInterval = 5 * time.Second
)

// services are the services that the server offers.
var services = []string{
	connectv1.CommissionServiceName,
	connectv1.NetworkServiceName,
	connectv1.CatalogServiceName,
	connectv1.PlanServiceName,
	connectv1.OpeningServiceName,
	connectv1.AdjustmentServiceName,
	connectv1.ReportServiceName,
}

// readiness tells whether the server should be sent calls. A server that is shutting down is not ready, and still answers.
type readiness struct {
	ready    func(context.Context) error
	once     sync.Once
	stopping chan struct{}
}

func newReadiness(ready func(context.Context) error) *readiness {
	return &readiness{ready: ready, stopping: make(chan struct{})}
}

// stop makes the server unready for good.
func (r *readiness) stop() { r.once.Do(func() { close(r.stopping) }) }

func (r *readiness) check(ctx context.Context) error {
	select {
	case <-r.stopping:
		return http.ErrServerClosed
	default:
	}
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	return r.ready(ctx)
}

// serveHealthz says that the process is alive, whatever the database does: restarting it would not mend that.
func serveHealthz(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("ok\n"))
}

// serveReadyz says whether calls should be sent here. Why not is in the log: it may quote the database.
func (s *Server) serveReadyz(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if err := s.readiness.check(r.Context()); err != nil {
		s.logger.WarnContext(r.Context(), "not ready", "cause", err.Error())
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte("not ready\n"))
		return
	}
	_, _ = w.Write([]byte("ready\n"))
}

// healthServer answers grpc.health.v1 with the same readiness, for the server as a whole ("") and for each service.
type healthServer struct {
	healthv1.UnimplementedHealthServer
	readiness *readiness
}

// newHealthServer returns the handler for healthPath. It is grpc-go's own server, since no health service for Connect is kept up.
func newHealthServer(r *readiness) http.Handler {
	server := grpc.NewServer()
	healthv1.RegisterHealthServer(server, &healthServer{readiness: r})
	return server
}

func (h *healthServer) status(ctx context.Context, service string) (healthv1.HealthCheckResponse_ServingStatus, bool) {
	known := service == ""
	for _, s := range services {
		known = known || s == service
	}
	if !known {
		return healthv1.HealthCheckResponse_SERVICE_UNKNOWN, false
	}
	if h.readiness.check(ctx) != nil {
		return healthv1.HealthCheckResponse_NOT_SERVING, true
	}
	return healthv1.HealthCheckResponse_SERVING, true
}

// Check answers for one moment.
func (h *healthServer) Check(ctx context.Context, request *healthv1.HealthCheckRequest) (*healthv1.HealthCheckResponse, error) {
	s, known := h.status(ctx, request.GetService())
	if !known {
		return nil, status.Error(codes.NotFound, "unknown service")
	}
	return &healthv1.HealthCheckResponse{Status: s}, nil
}

// Watch sends the status at once and then whenever it has changed. It ends with the server, so that it does not hold up a shutdown.
func (h *healthServer) Watch(request *healthv1.HealthCheckRequest, stream grpc.ServerStreamingServer[healthv1.HealthCheckResponse]) error {
	last := healthv1.HealthCheckResponse_UNKNOWN // never a status that is sent
	tick := time.NewTicker(watchInterval)
	defer tick.Stop()
	for {
		if s, _ := h.status(stream.Context(), request.GetService()); s != last {
			if err := stream.Send(&healthv1.HealthCheckResponse{Status: s}); err != nil {
				return err
			}
			last = s
		}
		select {
		case <-h.readiness.stopping:
			return status.Error(codes.Unavailable, "the server is shutting down")
		case <-stream.Context().Done():
			return status.FromContextError(stream.Context().Err()).Err()
		case <-tick.C:
		}
	}
}
