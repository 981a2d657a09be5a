package server

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"connectrpc.com/connect"

	uplinev1 "upline/api/upline/v1"
	connectv1 "upline/api/upline/v1/uplinev1connect"
	"upline/calc/plan"
	"upline/store"
	"upline/store/storetest"
)

// running is a server under Run, as the program has it.
type running struct {
	address  string
	stop     context.CancelFunc
	done     chan error
	log      *lines
	loopEnds atomic.Int64 // when the background loop ended, by the order of things
}

func startRun(t *testing.T, s *store.Store, change func(*Config)) *running {
	t.Helper()
	config := DefaultConfig()
	config.Listen, config.Database, config.LogLevel = "127.0.0.1:0", "sqlite:unused.db", "debug"
	if change != nil {
		change(&config)
	}
	ctx, cancel := context.WithCancel(context.Background())
	r := &running{stop: cancel, done: make(chan error, 1), log: &lines{}}
	listening := make(chan net.Addr, 1)
	go func() {
		r.done <- Run(ctx, config, Parts{
			Store: s, Closer: &directCloser{store: s}, Version: "test",
			Logger:     slog.New(slog.NewTextHandler(r.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
			Listening:  func(a net.Addr) { listening <- a },
			Background: []func(context.Context) error{func(ctx context.Context) error { <-ctx.Done(); r.loopEnds.Store(1); return nil }},
		})
	}()
	t.Cleanup(cancel)
	select {
	case a := <-listening:
		r.address = "http://" + a.String()
	case err := <-r.done:
		t.Fatalf("the server ended: %v", err)
	}
	return r
}

func sqliteStore(t *testing.T, wrap func(store.Engine) store.Engine) *store.Store {
	t.Helper()
	engine := storetest.SQLite(t)
	if err := engine.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if wrap != nil {
		engine = wrap(engine)
	}
	return store.New(engine, store.Options{Clock: func() time.Time { return begin }, Compile: plan.Load})
}

// Under load in every protocol, each call that reached the server before the shutdown is answered well; each after it is refused at
// the connection. None is cut off.
func TestShutdown_AnswersWhatItAccepted(t *testing.T) {
	engine, wrap := hook()
	r := startRun(t, sqliteStore(t, wrap), nil)
	const callers = 8
	// Every call stays in the store until the shutdown has begun.
	inside, release := make(chan struct{}, callers*len(protocols)), make(chan struct{})
	engine.set(func(ctx context.Context, name string) error {
		if name != "list_vendors" {
			return nil
		}
		inside <- struct{}{}
		select {
		case <-release:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	})
	w := &world{t: t, url: r.address}
	errs := make(chan error, callers*len(protocols))
	var group sync.WaitGroup
	total := 0
	for name, options := range protocols {
		for i := range callers {
			client := w.http2()
			if i%2 == 0 && (!strings.HasPrefix(name, "grpc") || strings.HasPrefix(name, "grpc-web")) {
				client = w.http1()
			}
			total++
			group.Go(func() {
				_, err := connectv1.NewCatalogServiceClient(client, r.address, options...).ListVendors(t.Context(), &uplinev1.ListVendorsRequest{})
				errs <- err
			})
		}
	}
	for range total {
		<-inside
	}
	r.stop()
	waitUntil(t, "the listener closes", func() bool {
		conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(r.address, "http://"))
		if err == nil {
			_ = conn.Close()
		}
		return err != nil
	})
	select {
	case err := <-r.done:
		t.Fatalf("the server ended while calls were under way: %v", err)
	default:
	}
	if r.loopEnds.Load() != 0 {
		t.Error("the background loop ended before the calls")
	}
	close(release)
	group.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			t.Errorf("an accepted call failed: %v", err)
		}
	}
	if err := <-r.done; err != nil {
		t.Errorf("Run: %v", err)
	}
	if r.loopEnds.Load() != 1 {
		t.Error("the background loop was not ended")
	}
}

func TestShutdown_IsBounded(t *testing.T) {
	engine, wrap := hook()
	r := startRun(t, sqliteStore(t, wrap), func(c *Config) { c.ShutdownMax = 50 * time.Millisecond })
	inside := make(chan struct{})
	engine.set(func(ctx context.Context, _ string) error {
		close(inside)
		<-ctx.Done() // A cut connection ends the call's context.
		return ctx.Err()
	})
	failed := make(chan error, 1)
	go func() {
		_, err := (&world{t: t, url: r.address}).catalog(connect.WithGRPC()).ListVendors(context.Background(), &uplinev1.ListVendorsRequest{})
		failed <- err
	}()
	<-inside
	r.stop()
	if err := <-r.done; !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Run: %v", err)
	}
	if err := <-failed; err == nil {
		t.Error("the call was answered")
	}
}

func TestRun_FailingLoopShutsDown(t *testing.T) {
	s := sqliteStore(t, nil)
	config := DefaultConfig()
	config.Listen = "127.0.0.1:0"
	failure := errors.New("loop")
	err := Run(t.Context(), config, Parts{
		Store: s, Closer: &directCloser{store: s}, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Background: []func(context.Context) error{func(context.Context) error { return failure }},
	})
	if !errors.Is(err, failure) {
		t.Errorf("got %v", err)
	}
}

func TestRun_PrintsSettingsMaskedAndWarnsWithoutKeys(t *testing.T) {
	r := startRun(t, sqliteStore(t, nil), func(c *Config) { c.Database = "postgres://upline:hunter2@db/upline" })
	resp, err := http.Get(r.address + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	r.stop()
	if err := <-r.done; err != nil {
		t.Error(err)
	}
	log := r.log.String()
	if strings.Contains(log, "hunter2") || !strings.Contains(log, "settings.database=postgres://upline:***@db/upline") ||
		!strings.Contains(log, "every caller on this machine is staff") || !strings.Contains(log, "shutting down") {
		t.Errorf("logged:\n%s", log)
	}
}

func TestRun_HangupLoadsTheKeysAgain(t *testing.T) {
	path := keysFile(t)
	r := startRun(t, sqliteStore(t, nil), func(c *Config) { c.Keys = path })
	w := &world{t: t, url: r.address}
	status := func(key string) int {
		return w.post("CatalogService/ListMarkets", "{}", "Authorization", "Bearer "+key).status
	}
	fresh, digest := NewKey()
	if status(keyOf(RoleStaff)) != http.StatusOK || status(fresh) != http.StatusUnauthorized {
		t.Fatal("the first keys do not work")
	}
	if err := os.WriteFile(path, []byte("- {name: fresh, role: staff, key_sha256: "+digest+"}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(os.Getpid(), syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	waitUntil(t, "the new key works", func() bool { return status(fresh) == http.StatusOK })
	if status(keyOf(RoleStaff)) != http.StatusUnauthorized {
		t.Error("the withdrawn key works")
	}
	r.stop()
	if err := <-r.done; err != nil {
		t.Error(err)
	}
}

func TestRun_PortTakenIsSaid(t *testing.T) {
	r := startRun(t, sqliteStore(t, nil), nil)
	config := DefaultConfig()
	config.Listen = strings.TrimPrefix(r.address, "http://")
	s := sqliteStore(t, nil)
	err := Run(t.Context(), config, Parts{Store: s, Closer: &directCloser{store: s}, Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), config.Listen) {
		t.Errorf("got %v", err)
	}
}

// waitUntil polls what no channel tells.
func waitUntil(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(10 * time.Second); !ok(); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not in 10 s", what)
		}
	}
}
