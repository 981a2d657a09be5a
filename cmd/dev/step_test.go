package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func printing(name string, err error) step {
	return step{name, func(_ context.Context, out io.Writer) error {
		fmt.Fprintf(out, "%s says hello\n", name)
		return err
	}}
}

func newTestReport() (*report, *strings.Builder) {
	var out strings.Builder
	return &report{out: &out, began: time.Now()}, &out
}

func TestReport_OneFailedStepFailsTheTaskAndTheOthersStillRun(t *testing.T) {
	t.Parallel()
	r, out := newTestReport()
	if !r.run(t.Context(), printing("first", nil)) {
		t.Error("a sound step failed")
	}
	if r.run(t.Context(), printing("second", errors.New("the reason"))) {
		t.Error("a failed step succeeded")
	}
	r.run(t.Context(), printing("third", nil))
	if err := r.summary(t.Context()); err == nil || err.Error() != "1 step failed" {
		t.Errorf("got %v, want one failed step", err)
	}
	for _, want := range []string{"second: the reason\n", "third says hello\n", "FAILED "} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in:\n%s", want, out.String())
		}
	}
}

func TestReport_StepsTogetherRunTogetherAndPrintApart(t *testing.T) {
	t.Parallel()
	r, out := newTestReport()
	var met sync.WaitGroup
	met.Add(2)
	meeting := func(name string) step {
		return step{name, func(_ context.Context, out io.Writer) error {
			fmt.Fprintf(out, "%s begins\n", name)
			met.Done()
			met.Wait() // Returns only if both steps are under way.
			fmt.Fprintf(out, "%s ends\n", name)
			return nil
		}}
	}
	never := printing("never", nil)
	if r.runTogether(t.Context(), []step{meeting("a")}, []step{meeting("b"), printing("c", errors.New("broken")), never}) {
		t.Error("a failed chain succeeded")
	}
	for _, want := range []string{"== a\na begins\na ends\n", "== b\nb begins\nb ends\n", "c: broken\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in:\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "never") {
		t.Errorf("a chain went on after a failure:\n%s", out.String())
	}
	if err := r.summary(t.Context()); err == nil {
		t.Error("the summary hides the failure")
	}
}

func TestReport_EndedContextRunsNoMoreStepsAndIsAFailure(t *testing.T) {
	t.Parallel()
	r, out := newTestReport()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if r.run(ctx, printing("first", nil)) || r.runTogether(ctx, []step{printing("second", nil)}) {
		t.Error("a step ran under an ended context")
	}
	if strings.Contains(out.String(), "hello") {
		t.Errorf("a step ran under an ended context:\n%s", out.String())
	}
	if err := r.summary(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the reason of the end", err)
	}
}

func TestRun_ArgumentsThatAreNotUnderstoodGiveCode2(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		arguments []string
		want      int
	}{
		{nil, 2},
		{[]string{"help"}, 0},
		{[]string{"no-such-task"}, 2},
		{[]string{"gen", "--help"}, 0},
		{[]string{"lint", "--no-such-flag"}, 2},
		{[]string{"gen", "surplus"}, 2},
		{[]string{"test", "./calc", "--short"}, 2},
	} {
		if got := run(t.Context(), c.arguments); got != c.want {
			t.Errorf("dev %v: code %d, want %d", c.arguments, got, c.want)
		}
	}
}

func TestTasks_EachHasHelp(t *testing.T) {
	t.Parallel()
	var names []string
	for _, task := range tasks() {
		names = append(names, task.name)
		if code := run(t.Context(), []string{task.name, "--help"}); code != 0 {
			t.Errorf("dev %s --help: code %d", task.name, code)
		}
	}
	if want := []string{"gen", "lint", "test", "bench", "mutate", "postgres"}; !slices.Equal(names, want) {
		t.Errorf("got %v, want %v", names, want)
	}
}
