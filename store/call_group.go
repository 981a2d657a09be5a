package store

import (
	"context"
	"errors"
	"sync"
	"time"
)

// callGroups carries out calls of one kind in groups that share a transaction. A group forms of what waits while others are under
// way, so that a caller who is alone waits for nobody.
//
// There is no goroutine of its own. One of the callers leads: it carries out its own call together with those that wait, tells them,
// and hands the lead to one that has come meanwhile.
type callGroups[C groupedCall] struct {
	// atOnce is how many groups are under way at once; 0 stands for one.
	atOnce int
	// join tells whether a call may go with those that the group has.
	join func(group []C, next C) bool
	// carryOut leaves its outcome with each call of a group. It is not called again before it has returned, where atOnce is one.
	carryOut func(ctx context.Context, group []C)
	// fail leaves with a call that its group came to no end.
	fail func(call C)

	mu      sync.Mutex
	led     int
	waiting []C
}

// groupedCall is a call that goes in a group.
type groupedCall interface {
	comparable
	place() *groupPlace
}

// groupPlace is a call's place among those that wait. A call embeds it.
type groupPlace struct {
	signal chan groupSignal
}

func (p *groupPlace) place() *groupPlace { return p }

// groupSignal wakes a caller that waits.
type groupSignal uint8

const (
	carriedOut groupSignal = iota + 1 // by another
	leads                             // it leads now
)

// groupTime bounds a group, which does not end with the context of any one of its callers.
const groupTime = time.Minute

// do carries out a call, and returns when its outcome stands in it. A context that ends takes the call out of those that wait, and its
// error is returned; when it is being carried out already, its outcome is waited for.
func (g *callGroups[C]) do(ctx context.Context, call C) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	signal := make(chan groupSignal, 1)
	call.place().signal = signal
	g.mu.Lock()
	if g.led < max(1, g.atOnce) {
		g.led++
		g.mu.Unlock()
		g.lead(ctx, call)
		return nil
	}
	g.waiting = append(g.waiting, call)
	g.mu.Unlock()
	var woken groupSignal
	select {
	case woken = <-signal:
	case <-ctx.Done():
		if g.leave(call) {
			return ctx.Err()
		}
		woken = <-signal
	}
	if woken == leads {
		g.lead(ctx, call)
	}
	return nil
}

// leave takes a call out of those that wait, if it is still there.
func (g *callGroups[C]) leave(call C) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	for i, c := range g.waiting {
		if c == call {
			g.waiting = append(g.waiting[:i], g.waiting[i+1:]...)
			return true
		}
	}
	return false
}

// lead carries out the leader's call with others that wait, and hands over the lead.
func (g *callGroups[C]) lead(ctx context.Context, own C) {
	group := g.gather(own)
	finished := false
	defer func() {
		if !finished { // A panic goes up to the leader's caller; nobody else may wait for ever.
			for _, call := range group {
				g.fail(call)
			}
		}
		for _, call := range group[1:] {
			call.place().signal <- carriedOut
		}
		g.handOver()
	}()
	groupCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), groupTime)
	defer cancel()
	g.carryOut(groupCtx, group)
	finished = true
}

// gather takes calls out of those that wait, in their order. One that may not join leaves its place to those behind it, and keeps it.
func (g *callGroups[C]) gather(own C) []C {
	group := []C{own}
	g.mu.Lock()
	defer g.mu.Unlock()
	stay := g.waiting[:0]
	for _, call := range g.waiting {
		if g.join(group, call) {
			group = append(group, call)
		} else {
			stay = append(stay, call)
		}
	}
	clear(g.waiting[len(stay):])
	g.waiting = stay
	return group
}

func (g *callGroups[C]) handOver() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.waiting) == 0 {
		g.led--
		return
	}
	next := g.waiting[0]
	g.waiting = append(g.waiting[:0], g.waiting[1:]...)
	next.place().signal <- leads
}

// together commits a group, and when it fails for a reason that can be one member's, each of them alone. failed leaves with a call why
// it came to nothing.
func together[C any](ctx context.Context, group []C, commit func(context.Context, []C) error, failed func(call C, err error)) {
	err := commit(ctx, group)
	if err == nil {
		return
	}
	alone := len(group) > 1 && !errors.Is(err, ErrUnavailable) && !errors.Is(err, ErrAmbiguous) && ctx.Err() == nil
	for i, call := range group {
		if alone {
			if err = commit(ctx, group[i:i+1]); err == nil {
				continue
			}
		}
		failed(call, err)
	}
}
