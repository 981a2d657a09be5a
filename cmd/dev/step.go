package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

// step is one part of a task, with a line of its own in the summary.
type step struct {
	name string
	run  func(ctx context.Context, out io.Writer) error
}

// outcome is how one step ended.
type outcome struct {
	name string
	err  error
	took time.Duration
}

// report runs steps, prints what they print, and sums up. It goes on after a failed step, because a developer wants to
// hear of every failure at once; a caller whose next steps need the failed one looks at the returned value.
type report struct {
	out   io.Writer
	began time.Time

	mutex    sync.Mutex // Guards outcomes, and the order of what steps that run side by side print.
	outcomes []outcome
}

func newReport() *report { return &report{out: os.Stdout, began: time.Now()} }

// run runs one step, whose output is seen as it comes. It returns whether the step succeeded.
func (r *report) run(ctx context.Context, s step) bool {
	fmt.Fprintf(r.out, "== %s\n", s.name)
	began := time.Now()
	err := runUnlessEnded(ctx, s, r.out)
	return r.settle(outcome{s.name, err, time.Since(began)})
}

// runTogether runs chains of steps side by side; the steps of one chain follow each other, and a chain ends at its first
// failure. Each step's output is printed whole when it ends, so that they do not mix. It returns whether all succeeded.
func (r *report) runTogether(ctx context.Context, chains ...[]step) bool {
	var group sync.WaitGroup
	succeeded := make([]bool, len(chains))
	for i, chain := range chains {
		group.Go(func() {
			for _, s := range chain {
				var printed bytes.Buffer
				began := time.Now()
				err := runUnlessEnded(ctx, s, &printed)
				if !r.print(s, printed.Bytes(), outcome{s.name, err, time.Since(began)}) {
					return
				}
			}
			succeeded[i] = true
		})
	}
	group.Wait()
	for _, ok := range succeeded {
		if !ok {
			return false
		}
	}
	return true
}

func (r *report) print(s step, printed []byte, o outcome) bool {
	r.mutex.Lock()
	fmt.Fprintf(r.out, "== %s\n", s.name)
	_, _ = r.out.Write(printed)
	r.mutex.Unlock()
	return r.settle(o)
}

func (r *report) settle(o outcome) bool {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if o.err != nil {
		fmt.Fprintf(r.out, "   %s: %v\n", o.name, o.err)
	}
	r.outcomes = append(r.outcomes, o)
	return o.err == nil
}

func runUnlessEnded(ctx context.Context, s step, out io.Writer) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return s.run(ctx, out)
}

// summary prints one line per step and returns an error that counts the failed ones.
func (r *report) summary(ctx context.Context) error {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	fmt.Fprint(r.out, "== summary\n")
	failed := 0
	for _, o := range r.outcomes {
		verdict := "ok"
		if o.err != nil {
			verdict = "FAILED"
			failed++
		}
		fmt.Fprintf(r.out, "%-7s %8.1fs  %s\n", verdict, o.took.Seconds(), o.name)
	}
	fmt.Fprintf(r.out, "%-7s %8.1fs  in all\n", "", time.Since(r.began).Seconds())
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("ended early: %w", context.Cause(ctx))
	case failed == 1:
		return errors.New("1 step failed")
	case failed > 1:
		return fmt.Errorf("%d steps failed", failed)
	}
	return nil
}
