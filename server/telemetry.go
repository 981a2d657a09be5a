package server

import (
	"context"
	"errors"
	"fmt"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetricgrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	otelprometheus "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"
	"go.opentelemetry.io/otel/sdk/trace"
)

// Telemetry is where a server's metrics and traces go: metrics to its own registry, which /metrics shows, and both to an
// OpenTelemetry collector when one is configured. It uses none of OpenTelemetry's globals, so servers in one process do not mix.
type Telemetry struct {
	registry   *prometheus.Registry
	meters     *metric.MeterProvider
	traces     *trace.TracerProvider // nil: traces are not recorded
	propagator propagation.TextMapPropagator
}

// NewTelemetry connects to the collector at endpoint, a URL like http://localhost:4317 that speaks OTLP over gRPC. With an empty
// endpoint there are only Prometheus metrics. A collector that is away does not hold up the server.
func NewTelemetry(ctx context.Context, endpoint, version string) (*Telemetry, error) {
	t := &Telemetry{
		registry:   prometheus.NewRegistry(),
		propagator: propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{}),
	}
	t.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	exporter, err := otelprometheus.New(otelprometheus.WithRegisterer(t.registry), otelprometheus.WithoutScopeInfo())
	if err != nil {
		return nil, fmt.Errorf("metrics for Prometheus: %w", err)
	}
	about := resource.NewSchemaless(
		attribute.String("service.name", "upline"), attribute.String("service.version", version))
	options := []metric.Option{metric.WithReader(exporter), metric.WithResource(about)}
	if endpoint != "" {
		traces, err := otlptracegrpc.New(ctx, otlptracegrpc.WithEndpointURL(endpoint))
		if err != nil {
			return nil, fmt.Errorf("traces for OTLP: %w", err)
		}
		t.traces = trace.NewTracerProvider(trace.WithBatcher(traces), trace.WithResource(about))
		metrics, err := otlpmetricgrpc.New(ctx, otlpmetricgrpc.WithEndpointURL(endpoint))
		if err != nil {
			return nil, errors.Join(fmt.Errorf("metrics for OTLP: %w", err), t.traces.Shutdown(ctx))
		}
		options = append(options, metric.WithReader(metric.NewPeriodicReader(metrics)))
	}
	t.meters = metric.NewMeterProvider(options...)
	return t, nil
}

// Shutdown sends what is left, within ctx.
func (t *Telemetry) Shutdown(ctx context.Context) error {
	var err error
	if t.traces != nil {
		err = t.traces.Shutdown(ctx)
	}
	return errors.Join(err, t.meters.Shutdown(ctx))
}
