package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"runtime"
	"time"

	"github.com/google/uuid"

	"upline/calc/plan"
	"upline/server"
	"upline/server/worker"
	"upline/store"
	"upline/store/open"
)

// serving is a server as a command wants it.
type serving struct {
	config server.Config
	// migrate brings the schema up before anything is served.
	migrate bool
	// logger stands for the one that the configuration asks for, where it is set.
	logger *slog.Logger
	// listening is called with the address when the server accepts.
	listening func(net.Addr)
}

// heapReserveBytes is memory that a server asks for and never touches, so that it takes none. The collector runs when the heap has grown by
// as much as was in use: a server that keeps little from one call to the next would be collecting all the time. Measured with batches of
// sales, it is an eighth less work.
const heapReserveBytes = 128 << 20

// serve runs a server with everything that belongs to it until ctx ends.
func serve(ctx context.Context, s serving) (err error) {
	reserve := make([]byte, heapReserveBytes)
	defer runtime.KeepAlive(reserve)
	logger := s.logger
	if logger == nil {
		logger = s.config.Logger()
	}
	engine, err := open.Engine(ctx, s.config.Database, open.Options{Clock: time.Now})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, engine.Close()) }()
	if s.migrate {
		if err := engine.Migrate(ctx); err != nil {
			return err
		}
	}
	if err := store.CheckSchema(ctx, engine); err != nil {
		return err
	}
	kept := store.New(engine, store.Options{
		Clock: time.Now, Compile: plan.Load, Owner: owner(), LeaseTime: s.config.LeaseTime,
		ChunkRows: s.config.ChunkRows, Threads: max(1, runtime.GOMAXPROCS(0)-1),
	})
	closer := worker.NewCloser(kept, worker.Options{Logger: logger})
	lapser := worker.NewLapser(kept, worker.LapserOptions{Logger: logger})
	tallier := worker.NewTallier(kept, worker.TallierOptions{Logger: logger})
	merger := worker.NewMerger(kept, worker.MergerOptions{Logger: logger})
	return server.Run(ctx, s.config, server.Parts{
		Store:      kept,
		Closer:     closer,
		Background: []func(context.Context) error{closer.Run, lapser.Run, tallier.Run, merger.Run},
		Logger:     logger,
		Version:    programVersion(),
		Listening:  s.listening,
	})
}

// owner names this process in leases. The random part tells it from one before it on the same machine with the same number, whose
// leases it must not take for its own.
func owner() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return fmt.Sprintf("%s:%d:%s", host, os.Getpid(), uuid.NewString())
}
