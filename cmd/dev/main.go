package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// task is one thing that a developer asks for by name.
type task struct {
	name    string
	summary string
	run     func(ctx context.Context, repository repository, arguments []string) error
}

func tasks() []task {
	return []task{
		{"gen", "generate Go and TypeScript code from the protobuf files", runGen},
		{"lint", "vet and lint Go and protobuf, and check that generated code is current", runLint},
		{"test", "run every check and test, on a PostgreSQL server of their own", runTest},
		{"bench", "run the benchmarks and print their figures", runBench},
		{"mutate", "make small mistakes in the code and say which no test notices", runMutate},
		{"postgres", "start a private PostgreSQL server and keep it until Ctrl-C", runPostgres},
	}
}

// errUsage ends a task whose arguments were not understood; what was wrong has been printed.
var errUsage = errors.New("usage")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	code := run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}

// run returns the exit code: 0 for success, 1 for a task that failed, 2 for arguments that were not understood.
func run(ctx context.Context, arguments []string) int {
	if len(arguments) == 0 {
		usage(os.Stderr)
		return 2
	}
	switch arguments[0] {
	case "help", "-h", "-help", "--help":
		usage(os.Stdout)
		return 0
	}
	for _, t := range tasks() {
		if t.name != arguments[0] {
			continue
		}
		repository, err := findRepository()
		if err == nil {
			err = t.run(ctx, repository, arguments[1:])
		}
		switch {
		case err == nil, errors.Is(err, flag.ErrHelp):
			return 0
		case errors.Is(err, errUsage):
			return 2
		default:
			fmt.Fprintf(os.Stderr, "dev %s: %v\n", t.name, err)
			return 1
		}
	}
	fmt.Fprintf(os.Stderr, "dev: there is no task %q\n\n", arguments[0])
	usage(os.Stderr)
	return 2
}

func usage(out io.Writer) {
	fmt.Fprint(out, "The tasks of the people who work on Upline.\n\nUsage:\n\n  go run ./cmd/dev TASK [flags]\n\nTasks:\n\n")
	for _, t := range tasks() {
		fmt.Fprintf(out, "  %-9s %s\n", t.name, t.summary)
	}
	fmt.Fprint(out, "\n`go run ./cmd/dev TASK --help` explains a task and its flags.\n")
}

// newFlags returns the flags of a task, whose --help prints the text given here before them.
func newFlags(name, help string) *flag.FlagSet {
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	flags.Usage = func() {
		fmt.Fprint(flags.Output(), help)
		hasFlags := false
		flags.VisitAll(func(*flag.Flag) { hasFlags = true })
		if hasFlags {
			fmt.Fprint(flags.Output(), "\nFlags:\n\n")
			flags.PrintDefaults()
		}
	}
	return flags
}

// parse reads a task's arguments. The flag package prints what is wrong with them, and --help's text.
func parse(flags *flag.FlagSet, arguments []string) error {
	for _, argument := range arguments {
		if argument == "-h" || argument == "-help" || argument == "--help" {
			flags.SetOutput(os.Stdout)
		}
	}
	err := flags.Parse(arguments)
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return err
	}
	return errUsage
}

// noArguments refuses what is left behind the flags of a task that takes nothing else.
func noArguments(flags *flag.FlagSet) error {
	if flags.NArg() == 0 {
		return nil
	}
	fmt.Fprintf(flags.Output(), "unexpected argument %q; see --help\n", flags.Arg(0))
	return errUsage
}
