package server

import (
	"context"
	"net"
	"strings"
	"sync"
	"testing"

	colmetric "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	coltrace "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	uplinev1 "upline/api/upline/v1"
)

// collector is an OpenTelemetry collector that keeps what it is sent.
type collector struct {
	coltrace.UnimplementedTraceServiceServer
	mu       sync.Mutex
	traces   []*coltrace.ExportTraceServiceRequest
	metrics  []*colmetric.ExportMetricsServiceRequest
	endpoint string
}

func (c *collector) Export(_ context.Context, r *coltrace.ExportTraceServiceRequest) (*coltrace.ExportTraceServiceResponse, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.traces = append(c.traces, r)
	return &coltrace.ExportTraceServiceResponse{}, nil
}

type metricsCollector struct {
	colmetric.UnimplementedMetricsServiceServer
	*collector
}

func (c metricsCollector) Export(_ context.Context, r *colmetric.ExportMetricsServiceRequest) (*colmetric.ExportMetricsServiceResponse, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.metrics = append(c.metrics, r)
	return &colmetric.ExportMetricsServiceResponse{}, nil
}

func newCollector(t *testing.T) *collector {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &collector{endpoint: "http://" + listener.Addr().String()}
	server := grpc.NewServer()
	coltrace.RegisterTraceServiceServer(server, c)
	colmetric.RegisterMetricsServiceServer(server, metricsCollector{collector: c})
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	return c
}

func TestTelemetry_CollectorGetsTracesAndMetrics(t *testing.T) {
	c := newCollector(t)
	telemetry, err := NewTelemetry(t.Context(), c.endpoint, "v-test")
	if err != nil {
		t.Fatal(err)
	}
	w := newWorldWith(t, func(o *Options) { o.Telemetry = telemetry }, nil)
	const parent = "4bf92f3577b34da6a3ce929d0e0e4736"
	ctx := metadata.AppendToOutgoingContext(t.Context(), "traceparent", "00-"+parent+"-00f067aa0ba902b7-01")
	if _, err := uplinev1.NewCatalogServiceClient(w.grpc()).ListMarkets(ctx, &uplinev1.ListMarketsRequest{}); err != nil {
		t.Fatal(err)
	}
	w.post("CatalogService/GetProduct", `{"productId":"nothing"}`)
	if err := telemetry.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	var spans, links []string
	for _, r := range c.traces {
		for _, rs := range r.GetResourceSpans() {
			if !strings.Contains(rs.GetResource().String(), "v-test") || !strings.Contains(rs.GetResource().String(), "upline") {
				t.Errorf("resource: %v", rs.GetResource())
			}
			for _, ss := range rs.GetScopeSpans() {
				for _, s := range ss.GetSpans() {
					spans = append(spans, s.GetName())
					for _, l := range s.GetLinks() {
						links = append(links, string(l.GetTraceId()))
					}
				}
			}
		}
	}
	if len(spans) != 2 || spans[0] != "upline.v1.CatalogService/ListMarkets" {
		t.Errorf("spans: %v", spans)
	}
	if len(links) != 1 {
		t.Errorf("the caller's trace is not linked: %x", links)
	}
	if !strings.Contains(w.log.String(), `"trace_id":"`) {
		t.Errorf("the log names no trace:\n%s", w.log)
	}
	names := map[string]bool{}
	for _, r := range c.metrics {
		for _, rm := range r.GetResourceMetrics() {
			for _, sm := range rm.GetScopeMetrics() {
				for _, m := range sm.GetMetrics() {
					names[m.GetName()] = true
				}
			}
		}
	}
	for _, want := range []string{"upline.rpc.calls", "upline.rpc.duration", "upline.store.commits"} {
		if !names[want] {
			t.Errorf("no metric %s in %v", want, names)
		}
	}
}

// A collector that is away costs the server neither its start nor a call.
func TestTelemetry_CollectorThatIsAwayHarmsNothing(t *testing.T) {
	telemetry, err := NewTelemetry(t.Context(), "http://127.0.0.1:1", "v-test")
	if err != nil {
		t.Fatal(err)
	}
	w := newWorldWith(t, func(o *Options) { o.Telemetry = telemetry }, nil)
	if _, err := w.catalog().ListMarkets(t.Context(), &uplinev1.ListMarketsRequest{}); err != nil {
		t.Error(err)
	}
}
