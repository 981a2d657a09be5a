package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"upline/cmd/dev/internal/mutant"
)

// mutantEnd is what became of a mutant.
type mutantEnd int

const (
	mutantLived mutantEnd = iota
	mutantFailed
	mutantOutOfTime
	mutantNotCompiled
)

// mutantLimitMin is the least time that the tests of a package get.
const mutantLimitMin = time.Minute

// mutantTrial tries mutants of a repository, each in a test binary of its own.
type mutantTrial struct {
	repository repository
	folder     string // for what is built
	options    mutateOptions
	// limits are by package, known once its tests have passed without a mistake.
	limits map[string]time.Duration
}

// try runs tests on a mutant until one fails. The error is for what keeps it from being tried.
func (t *mutantTrial) try(ctx context.Context, m mutant.Mutant) (mutantEnd, error) {
	packages := []string{packageOf(m.Path)}
	for name := range strings.SplitSeq(t.options.then, ",") {
		if name != "" && name != packages[0] {
			packages = append(packages, name)
		}
	}
	for _, name := range packages {
		limit, err := t.limit(ctx, name)
		if err != nil {
			return 0, err
		}
		if end, err := t.tryPackage(ctx, m, name, limit); end != mutantLived || err != nil {
			return end, err
		}
	}
	return mutantLived, nil
}

// limit is how long a package's tests may take. They must pass as the code stands.
func (t *mutantTrial) limit(ctx context.Context, name string) (time.Duration, error) {
	if limit, known := t.limits[name]; known {
		return limit, nil
	}
	var said bytes.Buffer
	if err := t.build(ctx, name, "", &said); err != nil {
		return 0, fmt.Errorf("build the tests of %s: %w\n%s", name, err, said.Bytes())
	}
	began := time.Now()
	if err := t.runTests(ctx, name, 0, &said); err != nil {
		return 0, fmt.Errorf("the tests of %s fail without a mistake: %w\n%s", name, err, said.Bytes())
	}
	limit := max(mutantLimitMin, 5*time.Since(began))
	if t.options.limit > 0 {
		limit = t.options.limit
	}
	t.limits[name] = limit
	return limit, nil
}

func (t *mutantTrial) tryPackage(ctx context.Context, m mutant.Mutant, name string, limit time.Duration) (mutantEnd, error) {
	overlay, err := t.overlay(m)
	if err != nil {
		return 0, err
	}
	if err := t.build(ctx, name, overlay, io.Discard); err != nil {
		return mutantNotCompiled, ctx.Err()
	}
	var said bytes.Buffer
	err = t.runTests(ctx, name, limit, &said)
	switch {
	case ctx.Err() != nil:
		return 0, ctx.Err()
	case err == nil:
		return mutantLived, nil
	case errors.Is(err, context.DeadlineExceeded) || bytes.Contains(said.Bytes(), []byte("panic: test timed out after")):
		return mutantOutOfTime, nil
	}
	return mutantFailed, nil
}

// overlay writes the mutant beside the repository, and the file that tells the compiler of it.
func (t *mutantTrial) overlay(m mutant.Mutant) (string, error) {
	original := t.repository.path(m.Path)
	source, err := os.ReadFile(original)
	if err != nil {
		return "", fmt.Errorf("read what to mutate: %w", err)
	}
	mutated := filepath.Join(t.folder, "mutant.go")
	replace, err := json.Marshal(map[string]map[string]string{"Replace": {original: mutated}})
	if err != nil {
		return "", fmt.Errorf("name the mutant: %w", err)
	}
	overlay := filepath.Join(t.folder, "overlay.json")
	return overlay, errors.Join(os.WriteFile(mutated, m.Apply(source), 0o600), os.WriteFile(overlay, replace, 0o600))
}

func (t *mutantTrial) build(ctx context.Context, name, overlay string, out io.Writer) error {
	arguments := []string{"go", "test", "-c", "-vet=off", "-o", t.testBinary()}
	if overlay != "" {
		arguments = append(arguments, "-overlay", overlay)
	}
	return t.repository.run(ctx, out, append(arguments, name)...)
}

// runTests runs what was built, where go test would. The shell sets the limit of memory: a mutant that counts down where it should count
// up would take all there is.
func (t *mutantTrial) runTests(ctx context.Context, name string, limit time.Duration, out io.Writer) error {
	arguments := []string{t.testBinary(), "-test.short", "-test.failfast", "-test.timeout=" + limit.String()}
	if t.options.memoryMB > 0 {
		shell := fmt.Sprintf(`ulimit -v %d; exec "$0" "$@"`, t.options.memoryMB<<10)
		arguments = append([]string{"sh", "-c", shell}, arguments...)
	}
	if limit > 0 {
		// A test that hangs without giving the runtime a chance is not ended by its own timeout.
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, limit+childEndTimeMax)
		defer cancel()
	}
	return child{arguments: arguments, folder: t.repository.path(name), stdout: out, stderr: out}.run(ctx)
}
