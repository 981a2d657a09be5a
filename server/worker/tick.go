package worker

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"
)

// eachTick looks at every tick until ctx ends, and returns when the look under way is done. Without ticks there is one every so often.
func eachTick(ctx context.Context, ticks <-chan time.Time, every time.Duration, look func()) {
	if ticks == nil {
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		ticks = ticker.C
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks:
		}
		look()
	}
}

// faultAsError makes of a fault, in a function that defers it, an error like another.
func faultAsError(err *error, of string) {
	if fault := recover(); fault != nil {
		*err = fmt.Errorf("worker: %s: %v\n%s", of, fault, debug.Stack())
	}
}
