package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// childEndTimeMax is how long a child process may take to end after it was interrupted.
const childEndTimeMax = 10 * time.Second

// child is a process to run: a program, its arguments, and what differs from the environment of this process.
type child struct {
	arguments   []string
	folder      string
	environment []string
	stdout      io.Writer
	stderr      io.Writer
	computed    *time.Duration // unless nil, gets how long the child had a processor
}

// run starts the child and waits for it. The child leads a process group of its own: when ctx ends, the whole group gets
// an interrupt, and whoever of it is still there in the end is killed, so that no test server outlives its test run.
func (c child) run(ctx context.Context) error {
	command := exec.CommandContext(ctx, c.arguments[0], c.arguments[1:]...)
	command.Dir = c.folder
	command.Env = append(os.Environ(), c.environment...)
	command.Stdout, command.Stderr = c.stdout, c.stderr
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGINT) }
	command.WaitDelay = childEndTimeMax

	if err := command.Start(); err != nil {
		return fmt.Errorf("start %s: %w", c.arguments[0], err)
	}
	err := command.Wait()
	if c.computed != nil {
		*c.computed = command.ProcessState.UserTime() + command.ProcessState.SystemTime()
	}
	if killErr := syscall.Kill(-command.Process.Pid, syscall.SIGKILL); killErr != nil && !errors.Is(killErr, syscall.ESRCH) {
		err = errors.Join(err, fmt.Errorf("end the children of %s: %w", c.arguments[0], killErr))
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", strings.Join(c.arguments, " "), err)
	}
	return nil
}

// run is child.run for the common case: in the repository's root, with both outputs to one place.
func (r repository) run(ctx context.Context, out io.Writer, arguments ...string) error {
	return child{arguments: arguments, folder: string(r), stdout: out, stderr: out}.run(ctx)
}

// output returns what a program prints. On failure, what it said about that is in the error.
func (r repository) output(ctx context.Context, arguments ...string) (string, error) {
	var stdout, stderr strings.Builder
	err := child{arguments: arguments, folder: string(r), stdout: &stdout, stderr: &stderr}.run(ctx)
	if err != nil && stderr.Len() > 0 {
		err = fmt.Errorf("%w\n%s", err, strings.TrimSpace(stderr.String()))
	}
	return stdout.String(), err
}

// trimLine takes off the end of line that programs print after a single value.
func trimLine(output string) string { return strings.TrimSuffix(output, "\n") }
