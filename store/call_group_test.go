package store

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
)

type testCall struct {
	groupPlace
	id      int
	outcome string
}

// testGroups hold up every group that forms until the test lets it go on.
func testGroups(atOnce int) (g *callGroups[*testCall], formed chan []int, goOn chan bool) {
	formed, goOn = make(chan []int), make(chan bool)
	g = &callGroups[*testCall]{
		atOnce: atOnce,
		join:   func(group []*testCall, next *testCall) bool { return len(group) < 3 && next.id%10 != group[0].id%10 },
		carryOut: func(_ context.Context, group []*testCall) {
			var ids []int
			for _, c := range group {
				ids = append(ids, c.id)
			}
			formed <- ids
			if !<-goOn {
				panic("carried away")
			}
			for _, c := range group {
				c.outcome = "done"
			}
		},
		fail: func(c *testCall) { c.outcome = "failed" },
	}
	return g, formed, goOn
}

// count is how many calls wait.
func (g *callGroups[C]) count() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.waiting)
}

func TestCallGroups(t *testing.T) {
	g, formed, goOn := testGroups(1)
	var callers sync.WaitGroup
	call := func(ctx context.Context, id int, want string) {
		before := g.count()
		callers.Go(func() {
			c := &testCall{id: id}
			if want == "panics" {
				defer func() {
					if recover() == nil {
						t.Errorf("call %d: the panic stayed with the group", id)
					}
				}()
			}
			if err := g.do(ctx, c); err != nil {
				c.outcome = err.Error()
			}
			if c.outcome != want {
				t.Errorf("call %d: %q, want %q", id, c.outcome, want)
			}
		})
		for id > 1 && g.count() == before { // the first leads, the others wait
		}
	}
	expect := func(want ...int) {
		t.Helper()
		if got := <-formed; !slices.Equal(got, want) {
			t.Errorf("formed %v, want %v", got, want)
		}
	}
	call(t.Context(), 1, "done")
	expect(1)
	gone, leave := context.WithCancel(t.Context())
	call(t.Context(), 2, "done")
	call(t.Context(), 12, "panics") // may not go with 2, and keeps its place before 5
	call(gone, 3, context.Canceled.Error())
	call(t.Context(), 4, "done")
	call(t.Context(), 5, "done")
	call(t.Context(), 6, "failed")
	leave()
	for g.count() == 6 {
	}
	goOn <- true
	expect(2, 4, 5)
	goOn <- true
	expect(12, 6)
	goOn <- false
	callers.Wait()
	if g.led != 0 || len(g.waiting) != 0 {
		t.Errorf("%d led, %d waiting", g.led, len(g.waiting))
	}
	if err := g.do(gone, &testCall{}); !errors.Is(err, context.Canceled) {
		t.Errorf("a caller that has gone leads: %v", err)
	}
}

func TestCallGroups_SideBySide(t *testing.T) {
	g, formed, goOn := testGroups(2)
	var callers sync.WaitGroup
	for id := range 2 {
		callers.Go(func() { _ = g.do(t.Context(), &testCall{id: id}) })
		<-formed
	}
	goOn <- true
	goOn <- true
	callers.Wait()
}
