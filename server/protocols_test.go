package server

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"math/big"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"
	"connectrpc.com/grpcreflect"
	"google.golang.org/grpc/codes"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	uplinev1 "upline/api/upline/v1"
	connectv1 "upline/api/upline/v1/uplinev1connect"
)

const unsupported = uplinev1.ErrorReason_ERROR_REASON_UNSUPPORTED

// serve listens with a handler of its own.
func (w *world) serve(handler http.Handler) {
	w.t.Helper()
	listener, err := new(net.ListenConfig).Listen(w.t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		w.t.Fatal(err)
	}
	p := new(http.Protocols)
	p.SetHTTP1(true)
	p.SetUnencryptedHTTP2(true)
	server := &http.Server{Handler: handler, Protocols: p, ReadHeaderTimeout: time.Second}
	w.url = "http://" + listener.Addr().String()
	go func() { _ = server.Serve(listener) }()
	w.t.Cleanup(func() { _ = server.Close() })
}

func TestServer_SpeaksEveryProtocolOnOnePort(t *testing.T) {
	w := newWorld(t)
	vendor := &uplinev1.Vendor{VendorId: "acme", Name: "Acme Energy"}
	for name, options := range protocols {
		for transport, client := range map[string]*http.Client{"h2c": w.http2(), "http/1.1": w.http1()} {
			if transport == "http/1.1" && strings.HasPrefix(name, "grpc") && !strings.HasPrefix(name, "grpc-web") {
				continue // gRPC needs HTTP/2.
			}
			c := connectv1.NewCatalogServiceClient(client, w.url, options...)
			if _, err := c.PutVendor(t.Context(), &uplinev1.PutVendorRequest{Vendor: vendor}); err != nil {
				t.Errorf("%s over %s: %v", name, transport, err)
			}
			got, err := c.ListVendors(t.Context(), &uplinev1.ListVendorsRequest{})
			if err != nil || len(got.GetVendors()) != 1 || got.GetVendors()[0].GetName() != vendor.GetName() {
				t.Errorf("%s over %s: %v, %v", name, transport, got, err)
			}
		}
	}
	got, err := uplinev1.NewCatalogServiceClient(w.grpc()).ListVendors(t.Context(), &uplinev1.ListVendorsRequest{})
	if err != nil || len(got.GetVendors()) != 1 {
		t.Errorf("grpc-go: %v, %v", got, err)
	}
	r := w.post("CatalogService/ListVendors", "{}")
	if r.status != http.StatusOK || !strings.Contains(r.body, "Acme Energy") || r.header.Get("Cache-Control") != "no-store" {
		t.Errorf("plain JSON: %d %v %s", r.status, r.header, r.body)
	}
}

func TestServer_WhatIsNoCallIsRefusedWithDetailInEveryProtocol(t *testing.T) {
	w := newWorld(t)
	for name, options := range protocols {
		client := connect.NewClient[uplinev1.ListVendorsRequest, uplinev1.ListVendorsResponse](
			w.http2(), w.url+"/upline.v1.CatalogService/ListVendor", options...)
		_, err := client.CallUnary(t.Context(), connect.NewRequest(&uplinev1.ListVendorsRequest{}))
		t.Run(name, func(t *testing.T) { refused(t, err).is(t, connect.CodeUnimplemented, unsupported, "") })
	}
	for _, c := range []struct {
		what   string
		reply  reply
		status int
		code   connect.Code
		reason uplinev1.ErrorReason
	}{
		{"unknown path", w.do(http.MethodPost, "/upline.v1.SalesService/Get", "{}", "Content-Type", "application/json"), 404, connect.CodeUnimplemented, unsupported},
		{"root", w.do(http.MethodGet, "/", ""), 404, connect.CodeUnimplemented, unsupported},
		{"content type", w.do(http.MethodPost, "/upline.v1.CatalogService/ListVendors", "a: b", "Content-Type", "application/yaml"), 415, connect.CodeUnimplemented, unsupported},
		{"no content type", w.do(http.MethodPost, "/upline.v1.CatalogService/ListVendors", "{}"), 415, connect.CodeUnimplemented, unsupported},
		{"verb", w.do(http.MethodPut, "/upline.v1.CatalogService/ListVendors", "{}", "Content-Type", "application/json"), 405, connect.CodeUnimplemented, unsupported},
		{"GET of a write", w.do(http.MethodGet, "/upline.v1.CatalogService/PutVendor?connect=v1&encoding=json&message=%7B%7D", ""), 405, connect.CodeUnimplemented, unsupported},
		{"compression", w.post("CatalogService/ListVendors", "{}", "Content-Encoding", "br"), 501, connect.CodeUnimplemented, unsupported},
		{"broken compression", w.post("CatalogService/ListVendors", "{}", "Content-Encoding", "gzip"), 400, connect.CodeInvalidArgument, badField},
		{"timeout", w.post("CatalogService/ListVendors", "{}", "Connect-Timeout-Ms", "soon"), 400, connect.CodeInvalidArgument, badField},
		{"GET without message", w.do(http.MethodGet, "/upline.v1.CatalogService/ListVendors?connect=v1&encoding=json", ""), 400, connect.CodeInvalidArgument, badField},
	} {
		if c.reply.status != c.status || c.reply.header.Get("Content-Type") != "application/json" {
			t.Errorf("%s: status %d, type %q", c.what, c.reply.status, c.reply.header.Get("Content-Type"))
		}
		t.Run(c.what, func(t *testing.T) { refusedJSON(t, c.reply).is(t, c.code, c.reason, "") })
	}
}

func TestRequestID_GivenOneIsKeptAndReturned(t *testing.T) {
	w := newWorld(t)
	for given, kept := range map[string]bool{
		"order-77/try.2": true, "": false, "with space": false, "line\tbreak": false, strings.Repeat("x", 129): false, "ümlaut": false,
	} {
		r := w.post("CatalogService/PutVendor", `{}`, "X-Request-Id", given)
		got := r.header.Get("X-Request-Id")
		if got == "" || (got == given) != kept {
			t.Errorf("given %q, returned %q", given, got)
		}
		if detail := refusedJSON(t, r).detail; detail.GetRequestId() != got {
			t.Errorf("the detail has %q, the header %q", detail.GetRequestId(), got)
		}
		if !strings.Contains(w.log.String(), `"request_id":"`+got+`"`) {
			t.Errorf("%q is not in the log", got)
		}
	}
}

func TestAccessLog_HasWhatHappenedAndNoBody(t *testing.T) {
	w := newWorld(t)
	w.post("CatalogService/PutVendor", `{"vendor":{"vendorId":"acme","name":"Top Secret Ltd"}}`, "Authorization", "Bearer top-secret-key")
	w.post("CatalogService/PutVendor", `{"vendor":{"vendorId":"acme acme","name":"Top Secret Ltd"}}`)
	log := w.log.String()
	for _, want := range []string{
		`"method":"upline.v1.CatalogService/PutVendor","protocol":"connect","code":"ok"`, `"duration":`, `"caller":"loopback","role":"staff"`,
		`"code":"invalid_argument"`, `"reason":"INVALID_FIELD"`,
	} {
		if !strings.Contains(log, want) {
			t.Errorf("no %s in\n%s", want, log)
		}
	}
	if strings.Contains(strings.ToLower(log), "secret") {
		t.Errorf("the log holds a body or a key:\n%s", log)
	}
}

func TestHealth_FollowsTheStoreAndTheShutdown(t *testing.T) {
	engine, wrap := hook()
	w := newWorldWith(t, nil, wrap)
	client := healthv1.NewHealthClient(w.grpc())
	check := func(service string) healthv1.HealthCheckResponse_ServingStatus {
		t.Helper()
		r, err := client.Check(t.Context(), &healthv1.HealthCheckRequest{Service: service})
		if err != nil {
			t.Fatal(err)
		}
		return r.GetStatus()
	}
	expect := func(ready int, serving healthv1.HealthCheckResponse_ServingStatus) {
		t.Helper()
		if r := w.do(http.MethodGet, "/readyz", ""); r.status != ready || strings.Contains(r.body, "secret") {
			t.Errorf("readyz: %d %q, want %d", r.status, r.body, ready)
		}
		if r := w.do(http.MethodGet, "/healthz", ""); r.status != http.StatusOK {
			t.Errorf("healthz: %d %q", r.status, r.body)
		}
		for _, service := range []string{"", "upline.v1.CommissionService"} {
			if got := check(service); got != serving {
				t.Errorf("health of %q: %v, want %v", service, got, serving)
			}
		}
	}
	expect(http.StatusOK, healthv1.HealthCheckResponse_SERVING)
	engine.set(func(context.Context, string) error { return errors.New("secret text of a driver") })
	expect(http.StatusServiceUnavailable, healthv1.HealthCheckResponse_NOT_SERVING)
	engine.hook.Store(nil)
	expect(http.StatusOK, healthv1.HealthCheckResponse_SERVING)

	_, err := client.Check(t.Context(), &healthv1.HealthCheckRequest{Service: "upline.v1.NoService"})
	if status.Code(err) != codes.NotFound {
		t.Errorf("unknown service: %v", err)
	}
	watch, err := client.Watch(t.Context(), &healthv1.HealthCheckRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if first, err := watch.Recv(); err != nil || first.GetStatus() != healthv1.HealthCheckResponse_SERVING {
		t.Fatalf("watch: %v, %v", first, err)
	}
	w.server.readiness.stop()
	if _, err := watch.Recv(); status.Code(err) != codes.Unavailable {
		t.Errorf("a watch outlives the server: %v", err)
	}
	expect(http.StatusServiceUnavailable, healthv1.HealthCheckResponse_NOT_SERVING)
}

func TestReflection_NamesEveryService(t *testing.T) {
	w := newWorld(t)
	client := grpcreflect.NewClient(w.http2(), w.url, connect.WithGRPC())
	stream := client.NewStream(t.Context())
	defer func() { _, _ = stream.Close() }()
	names, err := stream.ListServices()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]bool{}
	for _, n := range names {
		got[string(n)] = true
	}
	for _, s := range services {
		if !got[s] {
			t.Errorf("%s is missing in %v", s, names)
		}
	}
	files, err := stream.FileContainingSymbol("upline.v1.CommissionService")
	if err != nil || len(files) == 0 {
		t.Errorf("no file: %v", err)
	}
}

func TestCORS_OnlyConfiguredOriginsMayCall(t *testing.T) {
	w := newWorldWith(t, func(o *Options) { o.Origins = []string{"https://app.example.com"} }, nil)
	preflight := func(origin string) reply {
		return w.do(http.MethodOptions, "/upline.v1.CatalogService/ListVendors", "", "Origin", origin,
			"Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization,connect-protocol-version,content-type,x-request-id")
	}
	if r := preflight("https://app.example.com"); r.status != http.StatusNoContent || r.header.Get("Access-Control-Allow-Origin") != "https://app.example.com" {
		t.Errorf("preflight: %d %v", r.status, r.header)
	}
	if r := preflight("https://evil.example.com"); r.header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("a foreign origin may call: %v", r.header)
	}
	r := w.post("CatalogService/PutVendor", "{}", "Origin", "https://app.example.com")
	exposed := strings.ToLower(r.header.Get("Access-Control-Expose-Headers"))
	if r.header.Get("Access-Control-Allow-Origin") == "" || !strings.Contains(exposed, "x-request-id") || !strings.Contains(exposed, "grpc-status") {
		t.Errorf("an error cannot be read by the page: %v", r.header)
	}
	// Without configured origins no page may.
	if r := newWorld(t).post("CatalogService/ListVendors", "{}", "Origin", "https://app.example.com"); r.header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("without configuration: %v", r.header)
	}
}

func TestMetrics_CountCallsByMethodAndCode(t *testing.T) {
	w := newWorld(t)
	w.post("CatalogService/ListVendors", "{}")
	w.post("CatalogService/PutVendor", "{}")
	w.post("CatalogService/PutVendors", "{}")
	r := w.do(http.MethodGet, "/metrics", "")
	for _, want := range []string{
		`upline_rpc_calls_total{code="ok",method="upline.v1.CatalogService/ListVendors"} 1`,
		`upline_rpc_calls_total{code="invalid_argument",method="upline.v1.CatalogService/PutVendor"} 1`,
		`upline_rpc_calls_total{code="unimplemented",method="other"} 1`,
		`upline_rpc_duration_seconds_bucket{method="upline.v1.CatalogService/ListVendors",le="0.03"}`,
		`upline_store_commits_total`, `upline_store_retries_total`, `upline_store_groups_total`, `go_goroutines`,
	} {
		if !strings.Contains(r.body, want) {
			t.Errorf("no %s in\n%s", want, r.body)
		}
	}
}

func TestServer_TLS(t *testing.T) {
	certificate, pool := selfSigned(t)
	w := newWorldWith(t, func(o *Options) { o.Certificate = &certificate }, nil)
	w.url = strings.Replace(w.url, "http:", "https:", 1)
	for _, http2 := range []bool{true, false} {
		p := new(http.Protocols)
		p.SetHTTP1(!http2)
		p.SetHTTP2(http2)
		client := &http.Client{Transport: &http.Transport{Protocols: p, TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}}
		var options []connect.ClientOption
		if http2 {
			options = append(options, connect.WithGRPC())
		}
		if _, err := connectv1.NewCatalogServiceClient(client, w.url, options...).ListMarkets(t.Context(), &uplinev1.ListMarketsRequest{}); err != nil {
			t.Errorf("http2 %v: %v", http2, err)
		}
		client.CloseIdleConnections()
	}
}

func selfSigned(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}
