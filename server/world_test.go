package server

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/proto"

	uplinev1 "upline/api/upline/v1"
	connectv1 "upline/api/upline/v1/uplinev1connect"
	"upline/calc/plan"
	"upline/store"
	"upline/store/storetest"
)

// world is a server on a fresh database, reached over a real socket.
type world struct {
	t      testing.TB
	store  *store.Store
	server *Server
	url    string
	log    *lines
	clock  *clock
}

// clock is the time that the store records by. It stands still unless it is set.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) set(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = now
}

// lines keeps what was logged.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// begin is the time of the clock in a new world.
var begin = time.Date(2026, time.October, 15, 12, 0, 0, 0, time.UTC)

func newWorld(t testing.TB) *world { return newWorldWith(t, nil, nil) }

// newWorldWith lets a test change the options and stand before the engine.
func newWorldWith(t testing.TB, change func(*Options), wrap func(store.Engine) store.Engine) *world {
	t.Helper()
	engine := storetest.SQLite(t)
	if err := engine.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if wrap != nil {
		engine = wrap(engine)
	}
	w := &world{t: t, log: &lines{}, clock: &clock{now: begin}}
	w.store = store.New(engine, store.Options{Clock: w.clock.Now, Compile: plan.Load, Owner: "test", SegmentEntries: 2})
	telemetry, err := NewTelemetry(t.Context(), "", "test")
	if err != nil {
		t.Fatal(err)
	}
	d := DefaultConfig()
	options := Options{
		Logger: slog.New(slog.NewJSONHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})), Telemetry: telemetry,
		Closer: &directCloser{store: w.store}, RequestBytesMax: d.RequestBytesMax,
		TimeoutDefault: d.TimeoutDefault, TimeoutMax: d.TimeoutMax,
	}
	if change != nil {
		change(&options)
	}
	if w.server, err = New(w.store, options); err != nil {
		t.Fatal(err)
	}
	w.listen()
	return w
}

func (w *world) listen() {
	w.t.Helper()
	listener, err := new(net.ListenConfig).Listen(w.t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		w.t.Fatal(err)
	}
	w.url = "http://" + listener.Addr().String()
	served := make(chan error, 1)
	go func() { served <- w.server.Serve(listener) }()
	w.t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := w.server.Shutdown(ctx); err != nil {
			w.t.Errorf("shutdown: %v", err)
		}
		if err := <-served; err != nil {
			w.t.Errorf("serve: %v", err)
		}
	})
}

// directCloser works on a run when somebody waits for it.
type directCloser struct{ store *store.Store }

func (*directCloser) Kick(string) {}

func (c *directCloser) Wait(ctx context.Context, runID string) error {
	_, err := c.store.WorkRun(ctx, runID)
	return err
}

// A client of each protocol, as other programs would make it.

func (w *world) http1() *http.Client {
	p := new(http.Protocols)
	p.SetHTTP1(true)
	return w.client(p)
}

func (w *world) http2() *http.Client {
	p := new(http.Protocols)
	p.SetUnencryptedHTTP2(true)
	return w.client(p)
}

func (w *world) client(p *http.Protocols) *http.Client {
	transport := &http.Transport{Protocols: p}
	w.t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

func (w *world) grpc(options ...grpc.DialOption) *grpc.ClientConn {
	w.t.Helper()
	options = append(options, grpc.WithTransportCredentials(insecure.NewCredentials()))
	conn, err := grpc.NewClient(strings.TrimPrefix(w.url, "http://"), options...)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func (w *world) catalog(options ...connect.ClientOption) connectv1.CatalogServiceClient {
	return connectv1.NewCatalogServiceClient(w.http2(), w.url, options...)
}

func (w *world) commission(options ...connect.ClientOption) connectv1.CommissionServiceClient {
	return connectv1.NewCommissionServiceClient(w.http2(), w.url, options...)
}

// protocols are the ways in which a Connect client may speak.
var protocols = map[string][]connect.ClientOption{
	"connect":       nil,
	"connect json":  {connect.WithProtoJSON()},
	"connect get":   {connect.WithHTTPGet()},
	"grpc":          {connect.WithGRPC()},
	"grpc json":     {connect.WithGRPC(), connect.WithProtoJSON()},
	"grpc-web":      {connect.WithGRPCWeb()},
	"grpc-web json": {connect.WithGRPCWeb(), connect.WithProtoJSON()},
}

// reply is an answer over plain HTTP, as curl sees it.
type reply struct {
	status int
	header http.Header
	body   string
}

// post calls with JSON over HTTP/1.1.
func (w *world) post(method, body string, headers ...string) reply {
	w.t.Helper()
	return w.do(http.MethodPost, "/upline.v1."+method, body, append([]string{"Content-Type", "application/json"}, headers...)...)
}

func (w *world) do(verb, path, body string, headers ...string) reply {
	w.t.Helper()
	request, err := http.NewRequestWithContext(w.t.Context(), verb, w.url+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Host" {
			request.Host = headers[i+1]
			continue
		}
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := w.http1().Do(request)
	if err != nil {
		w.t.Fatal(err)
	}
	defer response.Body.Close()
	b, err := io.ReadAll(response.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return reply{response.StatusCode, response.Header, string(b)}
}

// refusal is an error as a caller reads it.
type refusal struct {
	code    connect.Code
	message string
	detail  *uplinev1.ErrorDetail
}

// refused reads the error of a Connect client. It fails the test when there is none or when it has no detail.
func refused(t testing.TB, err error) refusal {
	t.Helper()
	if err == nil {
		t.Fatal("the call was not refused")
	}
	var e *connect.Error
	if !errors.As(err, &e) {
		t.Fatalf("no connect error: %v", err)
	}
	for _, d := range e.Details() {
		if v, err := d.Value(); err == nil {
			if detail, ok := v.(*uplinev1.ErrorDetail); ok {
				return refusal{e.Code(), e.Message(), detail}
			}
		}
	}
	t.Fatalf("the error has no ErrorDetail: %v", err)
	return refusal{}
}

// refusedJSON reads an error that curl would show.
func refusedJSON(t testing.TB, r reply) refusal {
	t.Helper()
	var wire struct {
		Code    connect.Code
		Message string
		Details []struct {
			Type  string
			Value string
			Debug json.RawMessage
		}
	}
	if err := json.Unmarshal([]byte(r.body), &wire); err != nil || len(wire.Details) == 0 {
		t.Fatalf("status %d, no error with a detail: %q", r.status, r.body)
	}
	detail := &uplinev1.ErrorDetail{}
	b, err := base64.RawStdEncoding.DecodeString(wire.Details[0].Value)
	if err == nil {
		err = proto.Unmarshal(b, detail)
	}
	if err != nil {
		t.Fatal(err)
	}
	return refusal{wire.Code, wire.Message, detail}
}

// is holds the refusal against what it should be. An empty field stands for any.
func (r refusal) is(t testing.TB, code connect.Code, reason uplinev1.ErrorReason, field string) {
	t.Helper()
	if r.code != code || r.detail.GetReason() != reason {
		t.Errorf("got %v %v (%s), want %v %v", r.code, r.detail.GetReason(), r.message, code, reason)
	}
	if r.detail.GetRequestId() == "" {
		t.Errorf("the detail has no request id: %v", r.detail)
	}
	if field == "" {
		return
	}
	for _, f := range r.detail.GetFields() {
		if f.GetField() == field && f.GetProblem() != "" {
			return
		}
	}
	t.Errorf("no problem of field %q in %v", field, r.detail)
}
