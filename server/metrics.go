package server

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"connectrpc.com/connect"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	uplinev1 "upline/api/upline/v1"
	"upline/store"
)

const (
	metricsPath = "/metrics"
	meterName   = "upline/server"
)

// durationBuckets are in seconds, dense around the targets of a durable write and of a read.
var durationBuckets = []float64{.001, .0025, .005, .01, .02, .03, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300}

// metrics counts calls by method and code. Its labels are bounded: a path that names no call is "other".
type metrics struct {
	calls     metric.Int64Counter
	durations metric.Float64Histogram
	// options holds the labels of every method and code, made once: building them costs more than counting.
	options map[string]*methodOptions
}

type methodOptions struct {
	durations metric.MeasurementOption
	byCode    [codesCount]metric.MeasurementOption
}

// codesCount is the number of codes of gRPC, OK included.
const codesCount = int(connect.CodeUnauthenticated) + 1

const otherMethod = "other"

func newMetrics(meters metric.MeterProvider, procedures map[string]bool, stats func() store.Stats) (*metrics, error) {
	meter := meters.Meter(meterName)
	m := &metrics{options: map[string]*methodOptions{}}
	var err error
	if m.calls, err = meter.Int64Counter("upline.rpc.calls",
		metric.WithDescription("Calls answered, by method and code.")); err != nil {
		return nil, fmt.Errorf("metric of calls: %w", err)
	}
	if m.durations, err = meter.Float64Histogram("upline.rpc.duration", metric.WithUnit("s"),
		metric.WithDescription("Time from a call's first byte to its answer, by method."),
		metric.WithExplicitBucketBoundaries(durationBuckets...)); err != nil {
		return nil, fmt.Errorf("metric of durations: %w", err)
	}
	m.options[""] = optionsOf(otherMethod)
	for p := range procedures {
		m.options[p] = optionsOf(p[1:])
	}
	return m, observeStore(meter, stats)
}

func optionsOf(method string) *methodOptions {
	name := attribute.String("method", method)
	o := &methodOptions{durations: metric.WithAttributeSet(attribute.NewSet(name))}
	for code := range codesCount {
		label := codeOK
		if code != 0 {
			label = connect.Code(code).String()
		}
		o.byCode[code] = metric.WithAttributeSet(attribute.NewSet(name, attribute.String("code", label)))
	}
	return o
}

// observe counts one request. What is no call and did not fail (health, metrics) is not counted.
func (m *metrics) observe(c *call, code connect.Code, took time.Duration) {
	if c.procedure == "" && code == 0 {
		return
	}
	o := m.options[c.procedure]
	if int(code) < len(o.byCode) {
		m.calls.Add(context.Background(), 1, o.byCode[code])
	}
	m.durations.Record(context.Background(), took.Seconds(), o.durations)
}

// observeStore shows what the engine counts.
func observeStore(meter metric.Meter, stats func() store.Stats) error {
	for _, counter := range []struct {
		name, description string
		value             func(store.Stats) int64
	}{
		{"upline.store.commits", "Transactions committed.", func(s store.Stats) int64 { return s.Commits }},
		{"upline.store.retries", "Transactions begun again because of a conflict.", func(s store.Stats) int64 { return s.Retries }},
		{"upline.store.ambiguous", "Commits of unknown outcome.", func(s store.Stats) int64 { return s.Ambiguous }},
		{"upline.store.groups", "Group commits; commits by groups is their mean size.", func(s store.Stats) int64 { return s.GroupSizes }},
	} {
		_, err := meter.Int64ObservableCounter(counter.name, metric.WithDescription(counter.description),
			metric.WithInt64Callback(func(_ context.Context, o metric.Int64Observer) error {
				o.Observe(counter.value(stats()))
				return nil
			}))
		if err != nil {
			return fmt.Errorf("metric %s: %w", counter.name, err)
		}
	}
	return nil
}

// metricsHandler shows the metrics. They tell how much a company sells, so where there are keys, one of staff or of an auditor is
// needed; Prometheus sends it when its scrape configuration has `authorization`.
func (s *Server) metricsHandler() http.Handler {
	show := promhttp.HandlerFor(s.telemetry.registry, promhttp.HandlerOpts{})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		caller, f := callerOf(s.keys, r.Header)
		if f == nil && caller.Role != RoleStaff && caller.Role != RoleAuditor {
			f = &fault{
				code: connect.CodePermissionDenied, reason: uplinev1.ErrorReason_ERROR_REASON_FORBIDDEN,
				message: "metrics are for staff and auditors",
			}
		}
		if f != nil {
			writeFault(w, r, f)
			return
		}
		show.ServeHTTP(w, r)
	})
}
