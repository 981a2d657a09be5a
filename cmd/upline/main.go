package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // Plans name time zones, and a small machine or container may have no list of them.
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// A second signal ends the process at once, for whoever does not want to wait for the first one's orderly end.
	context.AfterFunc(ctx, stop)
	code := run(ctx, terminal{in: os.Stdin, out: os.Stdout, err: os.Stderr, lookupEnv: os.LookupEnv}, os.Args[1:])
	stop()
	os.Exit(code)
}
