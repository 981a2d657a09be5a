package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"buf.build/go/protovalidate"
	"connectrpc.com/connect"
	"connectrpc.com/grpcreflect"
	"connectrpc.com/otelconnect"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	connectv1 "upline/api/upline/v1/uplinev1connect"
	"upline/store"
)

// Closer carries runs to their end, somewhere in this process or another.
type Closer interface {
	// Kick asks that the run is worked on now. It returns at once.
	Kick(runID string)
	// Wait returns nil when the run is posted, the error of ctx when that ends first, and another when the run cannot go on.
	Wait(ctx context.Context, runID string) error
}

// Options are what a Server is made with.
type Options struct {
	// Logger takes a line for every request. Required.
	Logger *slog.Logger
	// Telemetry takes metrics and traces. Required.
	Telemetry *Telemetry
	// Closer carries runs to their end. Required.
	Closer Closer
	// Keys are the API keys. nil: everybody is staff, and only requests for a loopback host are served.
	Keys *Keys
	// Origins are the web origins whose pages may call.
	Origins []string
	// RequestBytesMax bounds a request, after decompression.
	RequestBytesMax int
	// TimeoutDefault and TimeoutMax are the deadline of a call that brings none, and the longest.
	TimeoutDefault, TimeoutMax time.Duration
	// Certificate is served where it is set; without it the server speaks plain HTTP.
	Certificate *tls.Certificate
}

// Server is the API of a store over HTTP. It is safe for concurrent use.
type Server struct {
	store     *store.Store
	closer    Closer
	keys      *Keys
	logger    *slog.Logger
	telemetry *Telemetry
	readiness *readiness
	pages     *pager
	validator protovalidate.Validator
	timeouts  struct{ byDefault, longest time.Duration }
	handler   http.Handler
	http      *http.Server
}

const (
	readHeaderTimeout = 10 * time.Second
	idleTimeout       = 2 * time.Minute
	headerBytesMax    = 64 << 10
	// streamsMax are the calls that one HTTP/2 connection may have under way.
	streamsMax = 1000
)

// New returns a server that serves nothing yet.
func New(s *store.Store, options Options) (*Server, error) {
	validator, err := protovalidate.New()
	if err != nil {
		return nil, fmt.Errorf("validation: %w", err)
	}
	server := &Server{
		store: s, closer: options.Closer, keys: options.Keys, logger: options.Logger, telemetry: options.Telemetry,
		readiness: newReadiness(s.Ready),
		pages:     newPager(s.PageTokenKey),
		validator: validator,
	}
	server.timeouts.byDefault, server.timeouts.longest = options.TimeoutDefault, options.TimeoutMax
	interceptors := []connect.Interceptor{
		connect.UnaryInterceptorFunc(mapErrors),
		connect.UnaryInterceptorFunc(recoverCalls),
		connect.UnaryInterceptorFunc(refuseUndecoded),
		limitTime(options.TimeoutDefault, options.TimeoutMax),
		validate(validator),
		streams{validator, options.TimeoutMax},
	}
	if options.Telemetry.traces != nil {
		tracing, err := otelconnect.NewInterceptor(
			otelconnect.WithTracerProvider(options.Telemetry.traces),
			otelconnect.WithMeterProvider(options.Telemetry.meters),
			otelconnect.WithPropagator(options.Telemetry.propagator))
		if err != nil {
			return nil, fmt.Errorf("tracing: %w", err)
		}
		interceptors = append([]connect.Interceptor{tracing, connect.UnaryInterceptorFunc(noteTrace)}, interceptors...)
	}
	procedures := procedures()
	m, err := newMetrics(options.Telemetry.meters, procedures, s.Engine().Stats)
	if err != nil {
		return nil, err
	}
	var handler http.Handler = server.mux(
		codecs(),
		connect.WithRequestGate(authenticate(options.Keys)),
		connect.WithInterceptors(interceptors...),
		connect.WithReadMaxBytes(options.RequestBytesMax),
		compression(),
	)
	handler = withCORS(options.Origins, handler)
	if options.Keys == nil {
		handler = withLoopbackHost(handler)
	}
	handler = withRecovery(handler)
	handler = withAnswers(handler)
	handler = withAccessLog(options.Logger, m.observe, handler)
	server.handler = withCall(procedures, handler)
	server.http = server.newHTTP(options)
	return server, nil
}

// mux holds every path of the server.
func (s *Server) mux(options ...connect.HandlerOption) *http.ServeMux {
	mux := http.NewServeMux()
	mux.Handle(connectv1.NewCommissionServiceHandler(s, options...))
	mux.Handle(connectv1.NewNetworkServiceHandler(s, options...))
	mux.Handle(connectv1.NewCatalogServiceHandler(s, options...))
	mux.Handle(connectv1.NewPlanServiceHandler(s, options...))
	mux.Handle(connectv1.NewOpeningServiceHandler(s, options...))
	mux.Handle(connectv1.NewAdjustmentServiceHandler(s, options...))
	mux.Handle(connectv1.NewReportServiceHandler(s, options...))

	// Reflection and health tell nothing that this contract does not, so they need no key.
	reflector := grpcreflect.NewStaticReflector(services...)
	mux.Handle(grpcreflect.NewHandlerV1(reflector))
	mux.Handle(grpcreflect.NewHandlerV1Alpha(reflector))
	mux.Handle(healthPath, newHealthServer(s.readiness))
	mux.HandleFunc("GET "+healthzPath, serveHealthz)
	mux.HandleFunc("GET "+readyzPath, s.serveReadyz)
	mux.Handle("GET "+metricsPath, s.metricsHandler())
	return mux
}

// procedures are the paths of all calls of the contract.
func procedures() map[string]bool {
	all := map[string]bool{}
	for _, name := range services {
		d, err := protoregistry.GlobalFiles.FindDescriptorByName(protoreflect.FullName(name))
		if err != nil {
			panic(fmt.Sprintf("server: service %s is not linked in: %v", name, err))
		}
		service, ok := d.(protoreflect.ServiceDescriptor)
		if !ok {
			panic(fmt.Sprintf("server: %s is no service", name))
		}
		for i := range service.Methods().Len() {
			all["/"+name+"/"+string(service.Methods().Get(i).Name())] = true
		}
	}
	return all
}

func (s *Server) newHTTP(options Options) *http.Server {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	h := &http.Server{
		Handler:           s.handler,
		ReadHeaderTimeout: readHeaderTimeout,
		// A body that never ends must not hold a connection for ever; a handler has its own deadline, which ends sooner.
		ReadTimeout:    options.TimeoutMax + readHeaderTimeout,
		IdleTimeout:    idleTimeout,
		MaxHeaderBytes: headerBytesMax,
		Protocols:      protocols,
		HTTP2:          &http.HTTP2Config{MaxConcurrentStreams: streamsMax},
		ErrorLog:       slog.NewLogLogger(options.Logger.Handler(), slog.LevelDebug),
	}
	if options.Certificate == nil {
		protocols.SetUnencryptedHTTP2(true)
		return h
	}
	protocols.SetHTTP2(true)
	h.TLSConfig = &tls.Config{Certificates: []tls.Certificate{*options.Certificate}, MinVersion: tls.VersionTLS12}
	return h
}

// ServeHTTP answers one request: for tests, and for mounting the API in another server.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Serve accepts connections until Shutdown. It returns nil after a shutdown, which may still be under way.
func (s *Server) Serve(listener net.Listener) error {
	var err error
	if s.http.TLSConfig != nil {
		err = s.http.ServeTLS(listener, "", "")
	} else {
		err = s.http.Serve(listener)
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// Shutdown makes the server say that it is not ready, stops accepting, and waits until every accepted call is answered. When ctx
// ends first it cuts off what is left and returns the error of ctx.
func (s *Server) Shutdown(ctx context.Context) error {
	s.readiness.stop()
	err := s.http.Shutdown(ctx)
	if err != nil {
		err = errors.Join(err, s.http.Close())
	}
	return err
}

// noteTrace keeps the trace's id for the log.
func noteTrace(next connect.UnaryFunc) connect.UnaryFunc {
	return func(ctx context.Context, request connect.AnyRequest) (connect.AnyResponse, error) {
		if span := trace.SpanContextFromContext(ctx); span.IsValid() {
			callFrom(ctx).traceID = span.TraceID().String()
		}
		return next(ctx, request)
	}
}
