package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"upline/cmd/dev/internal/postgres"
)

const testHelp = `Run every check and test, on a PostgreSQL server of their own.

Usage:

  go run ./cmd/dev test                                 everything: what must pass before a change lands
  go run ./cmd/dev test --no-lint                       the tests alone
  go run ./cmd/dev test -run RecordSale ./server/...    some Go tests: neither lint nor Node
  go run ./cmd/dev test --short ./store/...             quickly

Installs what is missing (on Debian, as root), starts a private PostgreSQL server, lints, runs the tests of the TypeScript
client, then go test with the race detector, and the engine's packages once more without it, as they repeat less under it.
Everything, in this sense, fails if the PostgreSQL suite did not run.
Names of packages, -run and --short choose a part, and say so at the end.

Tests find the server in UPLINE_TEST_POSTGRES_URL. A CockroachDB server is used if UPLINE_TEST_COCKROACH_URL names one.
`

// testOptions is what a developer chose of the whole.
type testOptions struct {
	packages []string
	run      string
	short    bool
	verbose  bool
	noLint   bool
	noRace   bool
	count    int
	timeout  time.Duration
}

// partial says that some Go tests were chosen, so that nothing can be concluded about the whole.
func (o testOptions) partial() bool { return len(o.packages) > 0 || o.run != "" || o.short }

func runTest(ctx context.Context, repository repository, arguments []string) error {
	var o testOptions
	flags := newFlags("test", testHelp)
	flags.StringVar(&o.run, "run", "", "only the Go tests that match this `pattern`")
	flags.BoolVar(&o.short, "short", false, "tell the tests to be brief")
	flags.BoolVar(&o.verbose, "v", false, "print the output of every Go test")
	flags.BoolVar(&o.noLint, "no-lint", false, "leave the linters out")
	flags.BoolVar(&o.noRace, "no-race", false, "leave the race detector out, which makes tests several times faster")
	flags.IntVar(&o.count, "count", 1, "run each Go test this many times")
	flags.DurationVar(&o.timeout, "timeout", 30*time.Minute, "the longest that one package's tests may take")
	if err := parse(flags, arguments); err != nil {
		return err
	}
	o.packages = flags.Args()
	for _, name := range o.packages {
		if strings.HasPrefix(name, "-") {
			fmt.Fprintf(flags.Output(), "flag %s stands behind a package; flags come first\n", name)
			return errUsage
		}
	}

	r := newReport()
	runTestSteps(ctx, repository, r, o)
	if err := r.summary(ctx); err != nil {
		return err
	}
	if o.partial() || o.noLint || o.noRace {
		fmt.Println("a part passed; `go run ./cmd/dev test` runs everything")
	}
	return nil
}

// runTestSteps prepares, checks, tests. Steps run side by side where they wait for different things: the network, the
// disk, the one core that a compiler leaves.
func runTestSteps(ctx context.Context, repository repository, r *report, o testOptions) {
	wanted := []prerequisite{gitProgram, cCompiler, curlProgram, postgresServer}
	if !o.partial() {
		wanted = append(wanted, nodeProgram, npmProgram, chromiumProgram)
	}
	if !r.run(ctx, step{"programs", func(ctx context.Context, out io.Writer) error {
		return install(ctx, repository, out, wanted...)
	}}) {
		return
	}

	var cluster *postgres.Cluster
	preparing := [][]step{{{"start PostgreSQL", func(ctx context.Context, _ io.Writer) (err error) {
		cluster, err = postgres.Start(ctx)
		return err
	}}}}
	if !o.partial() {
		preparing = append(preparing, []step{{"Node packages", func(ctx context.Context, out io.Writer) error {
			return installNodePackages(ctx, repository, out)
		}}})
	}
	ready := r.runTogether(ctx, preparing...)
	if cluster != nil {
		// A step of its own, and not under ctx: the server is stopped also after Ctrl-C, and a failure to is a failure.
		defer func() {
			r.run(context.WithoutCancel(ctx), step{"stop PostgreSQL", func(context.Context, io.Writer) error {
				return cluster.Stop()
			}})
		}()
	}
	if !ready {
		return
	}

	if !o.partial() {
		checks := [][]step{testTypeScript(repository)}
		if !o.noLint {
			checks = append(checks, lintGo(repository, false), lintProtobuf(repository, againstDefault))
		}
		r.runTogether(ctx, checks...)
	}
	r.run(ctx, step{"go test", func(ctx context.Context, out io.Writer) error {
		return testGo(ctx, repository, out, o, cluster)
	}})
	if !o.partial() && !o.noRace {
		r.run(ctx, step{"go test at full length", func(ctx context.Context, out io.Writer) error {
			tally, err := runGoTest(ctx, repository, out, o.atFullLength(), nil)
			tally.print(out)
			return err
		}})
	}
}

// fullLengthPackages repeat less of their tests under the race detector, of which single-threaded computations only become slow.
var fullLengthPackages = []string{"./calc", "./calc/placement"}

// atFullLength are the options of a run of those packages without the race detector.
func (o testOptions) atFullLength() testOptions {
	o.packages, o.noRace = fullLengthPackages, true
	return o
}

// testTypeScript compiles the client and runs its tests.
func testTypeScript(repository repository) []step {
	return []step{{"TypeScript client", func(ctx context.Context, out io.Writer) error {
		return repository.run(ctx, out, "npm", "--prefix", typeScriptFolder, "--silent", "test")
	}}}
}

// nodeRequiredVariable tells the test that runs the TypeScript client against a server that it may not skip.
const nodeRequiredVariable = "UPLINE_TEST_REQUIRE_NODE"

// testGo runs go test and then asks for evidence that PostgreSQL was tested.
func testGo(ctx context.Context, repository repository, out io.Writer, o testOptions, cluster *postgres.Cluster) error {
	environment := []string{postgresURLVariable + "=" + cluster.URL, postgresRequiredVariable + "=1"}
	if !o.partial() {
		// By now the TypeScript client is compiled, so the test of a server with it may not be skipped.
		environment = append(environment, nodeRequiredVariable+"=1")
	}
	tally, testErr := runGoTest(ctx, repository, out, o, environment)
	tally.print(out)
	databases, err := cluster.DatabasesCreated()
	if err != nil {
		return errors.Join(testErr, err)
	}
	fmt.Fprintf(out, "the tests made %d databases on PostgreSQL\n", databases)
	if o.partial() || ctx.Err() != nil {
		return testErr
	}
	postgresErr := tally.requirePostgres()
	if databases == 0 {
		postgresErr = errors.Join(postgresErr, errors.New("no test made a database on PostgreSQL"))
	}
	return errors.Join(testErr, postgresErr)
}

func (o testOptions) goTestArguments() []string {
	arguments := []string{"go", "test", "-json", fmt.Sprintf("-count=%d", o.count), "-timeout=" + o.timeout.String()}
	if !o.noRace {
		arguments = append(arguments, "-race")
	}
	if o.short {
		arguments = append(arguments, "-short")
	}
	if o.run != "" {
		arguments = append(arguments, "-run="+o.run)
	}
	if len(o.packages) == 0 {
		return append(arguments, "./...")
	}
	return append(arguments, o.packages...)
}

// runGoTest runs go test and prints what plain go test would.
func runGoTest(
	ctx context.Context, repository repository, out io.Writer, o testOptions, environment []string,
) (*testTally, error) {
	printer := newTestPrinter(out, o.verbose)
	reader, writer := io.Pipe()
	printed := make(chan error, 1)
	go func() {
		err := printer.read(reader)
		// A printer that gave up must not leave go test blocked on a full pipe.
		_, _ = io.Copy(io.Discard, reader)
		printed <- err
	}()
	testErr := child{
		arguments:   o.goTestArguments(),
		folder:      string(repository),
		environment: environment,
		stdout:      writer,
		stderr:      os.Stderr,
	}.run(ctx)
	_ = writer.Close() // It never fails.
	return &printer.tally, errors.Join(<-printed, testErr)
}
