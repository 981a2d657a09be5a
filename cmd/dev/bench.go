package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"

	"upline/cmd/dev/internal/postgres"
)

const benchHelp = `Run the benchmarks and print their figures.

Usage:

  go run ./cmd/dev bench
  go run ./cmd/dev bench -bench RecordSale ./server
  go run ./cmd/dev bench -benchtime 10s -count 5 ./calc/...

Runs the packages that have benchmarks one after the other, so that they do not disturb each other, without the race
detector, beside a private PostgreSQL server. Figures are printed, never judged: machines differ.
`

func runBench(ctx context.Context, repository repository, arguments []string) error {
	flags := newFlags("bench", benchHelp)
	pattern := flags.String("bench", ".", "only the benchmarks that match this `pattern`")
	duration := flags.String("benchtime", "1s", "how long, or how often (100x), each benchmark runs")
	count := flags.Int("count", 1, "run each benchmark this many times")
	if err := parse(flags, arguments); err != nil {
		return err
	}
	if err := install(ctx, repository, os.Stdout, postgresServer); err != nil {
		return err
	}
	packages := flags.Args()
	if len(packages) == 0 {
		packages = []string{"./..."}
	}
	benchmarked, err := packagesWithBenchmarks(ctx, repository, packages)
	if err != nil {
		return err
	}
	cluster, err := postgres.Start(ctx)
	if err != nil {
		return err
	}
	benchErr := child{
		arguments: append([]string{
			"go", "test", "-p=1", "-run=^$", "-benchmem", "-timeout=0",
			"-bench=" + *pattern, "-benchtime=" + *duration, fmt.Sprintf("-count=%d", *count),
		}, benchmarked...),
		folder:      string(repository),
		environment: []string{postgresURLVariable + "=" + cluster.URL, postgresRequiredVariable + "=1"},
		stdout:      os.Stdout,
		stderr:      os.Stderr,
	}.run(ctx)
	return errors.Join(benchErr, cluster.Stop())
}

// packagesWithBenchmarks keeps the figures free of a line for each package that has none, and spares compiling those.
func packagesWithBenchmarks(ctx context.Context, repository repository, packages []string) ([]string, error) {
	const format = `{{$p := .}}{{range .TestGoFiles}}{{$p.ImportPath}} {{$p.Dir}}/{{.}}{{"\n"}}{{end}}` +
		`{{range .XTestGoFiles}}{{$p.ImportPath}} {{$p.Dir}}/{{.}}{{"\n"}}{{end}}`
	listed, err := repository.output(ctx, append([]string{"go", "list", "-f", format}, packages...)...)
	if err != nil {
		return nil, err
	}
	var found []string
	for line := range strings.Lines(listed) {
		importPath, file, ok := strings.Cut(strings.TrimSpace(line), " ")
		if !ok || slices.Contains(found, importPath) {
			continue
		}
		has, err := hasBenchmark(file)
		if err != nil {
			return nil, err
		}
		if has {
			found = append(found, importPath)
		}
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("no benchmark in %s", strings.Join(packages, " "))
	}
	return found, nil
}

var benchmarkFunction = regexp.MustCompile(`(?m)^func Benchmark[^a-z(][^(]*\(\w+ \*testing\.B\)`)

func hasBenchmark(file string) (bool, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return false, fmt.Errorf("look for benchmarks: %w", err)
	}
	return benchmarkFunction.Match(content), nil
}
