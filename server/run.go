package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"upline/store"
)

// Parts are what Run puts together.
type Parts struct {
	// Store is open and migrated. Whoever opened it closes it, after Run has returned.
	Store *store.Store
	// Closer carries runs to their end.
	Closer Closer
	// Background are loops that run beside the server. Each must return when its context ends, which is after the last call was
	// answered. An error of one before that shuts the server down.
	Background []func(context.Context) error
	// Logger takes all that is logged; nil stands for Config.Logger.
	Logger *slog.Logger
	// Version of the program, for traces and the log.
	Version string
	// Listening is called with the address when the server accepts; may be nil.
	Listening func(net.Addr)
}

// Run serves until ctx ends and everything accepted before is answered, or until something fails. The settings are checked first,
// and printed with their secrets masked. SIGHUP loads the file of keys again.
func Run(ctx context.Context, config Config, parts Parts) (err error) {
	if err := config.Validate(); err != nil {
		return err
	}
	logger := parts.Logger
	if logger == nil {
		logger = config.Logger()
	}
	options := Options{
		Logger: logger, Closer: parts.Closer, Origins: config.Origins, RequestBytesMax: config.RequestBytesMax,
		TimeoutDefault: config.TimeoutDefault, TimeoutMax: config.TimeoutMax,
	}
	if err := options.loadFiles(config); err != nil {
		return err
	}
	if options.Telemetry, err = NewTelemetry(ctx, config.OTLPEndpoint, parts.Version); err != nil {
		return err
	}
	defer func() {
		flush, cancel := context.WithTimeout(context.WithoutCancel(ctx), telemetryFlushMax)
		defer cancel()
		// What a collector did not take is no failure of the server.
		if err := options.Telemetry.Shutdown(flush); err != nil {
			logger.Warn("telemetry was not delivered", "cause", err.Error())
		}
	}()
	s, err := New(parts.Store, options)
	if err != nil {
		return err
	}
	listener, err := listen(ctx, config)
	if err != nil {
		return err
	}
	logger.Info("starting", "version", parts.Version, "engine", parts.Store.Engine().Name(), "settings", config)
	warn(logger, options)
	if parts.Listening != nil {
		parts.Listening(listener.Addr())
	}
	return s.run(ctx, config, parts, listener)
}

const telemetryFlushMax = 5 * time.Second

func (o *Options) loadFiles(config Config) (err error) {
	if config.Keys != "" {
		if o.Keys, err = LoadKeys(config.Keys); err != nil {
			return err
		}
	}
	if config.TLSCert != "" {
		certificate, err := tls.LoadX509KeyPair(config.TLSCert, config.TLSKey)
		if err != nil {
			return fmt.Errorf("%w: tls-cert, tls-key: %w", ErrConfig, err)
		}
		o.Certificate = &certificate
	}
	return nil
}

// listen opens the port. Without keys it looks at what the system made of the address, too: a name like localhost is what the
// machine's own files say it is.
func listen(ctx context.Context, config Config) (net.Listener, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", config.Listen)
	if err != nil {
		return nil, fmt.Errorf("%w: listen: %w", ErrConfig, err)
	}
	if config.Keys == "" && !isLoopbackHost(listener.Addr().String()) {
		return nil, errors.Join(
			fmt.Errorf("%w: listen: %s is %s here, which is no loopback address, and there are no keys", ErrConfig, config.Listen, listener.Addr()),
			listener.Close())
	}
	return listener, nil
}

func warn(logger *slog.Logger, options Options) {
	switch {
	case options.Keys == nil:
		logger.Warn("there are no API keys: every caller on this machine is staff")
	case options.Certificate == nil:
		logger.Warn("keys travel in clear; give a certificate (tls-cert, tls-key), or let a proxy in front speak TLS")
	}
}

// run serves beside the background loops and takes them down in order: first the calls, then the loops that calls may wait for.
func (s *Server) run(ctx context.Context, config Config, parts Parts, listener net.Listener) error {
	loops, stopLoops := context.WithCancel(context.WithoutCancel(ctx))
	defer stopLoops()
	failed := make(chan error, len(parts.Background)+1)
	var running sync.WaitGroup
	for _, loop := range parts.Background {
		running.Go(func() {
			if err := loop(loops); err != nil && loops.Err() == nil {
				failed <- fmt.Errorf("background: %w", err)
			}
		})
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		if err := s.Serve(listener); err != nil {
			failed <- fmt.Errorf("serving: %w", err)
		}
	}()
	stopReload := s.reloadOnHangup()
	defer stopReload()

	var err error
	select {
	case <-ctx.Done():
		s.logger.Info("shutting down", "cause", context.Cause(ctx).Error())
		s.drain(config.DrainTime)
	case err = <-failed:
		s.logger.Error("shutting down", "cause", err.Error())
	}
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), config.ShutdownMax)
	defer cancel()
	if late := s.Shutdown(bounded); late != nil {
		err = errors.Join(err, fmt.Errorf("calls were cut off after %v: %w", config.ShutdownMax, late))
	}
	<-served
	stopLoops()
	running.Wait()
	s.logger.Info("stopped")
	return err
}

// drain lets load balancers notice that the server is not ready while it still answers.
func (s *Server) drain(d time.Duration) {
	s.readiness.stop()
	if d > 0 {
		time.Sleep(d)
	}
}

// reloadOnHangup loads the keys again at every SIGHUP, until the returned function is called.
func (s *Server) reloadOnHangup() (stop func()) {
	if s.keys == nil {
		return func() {}
	}
	signals, done := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(signals, syscall.SIGHUP)
	var loop sync.WaitGroup
	loop.Go(func() {
		for {
			select {
			case <-done:
				return
			case <-signals:
				if err := s.keys.Reload(); err != nil {
					s.logger.Error("the keys stay as they were", "cause", err.Error())
				} else {
					s.logger.Info("keys loaded again", "keys", s.keys.Count())
				}
			}
		}
	})
	return func() {
		signal.Stop(signals)
		close(done)
		loop.Wait()
	}
}
