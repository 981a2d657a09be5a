package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"upline/cmd/dev/internal/mutant"
)

const mutateHelp = `Make small mistakes in the code, one at a time, and say which of them no test notices.

Usage:

  go run ./cmd/dev mutate --sample 400 --seed 7              a sample of the money paths of calc
  go run ./cmd/dev mutate calc/cap_limit.go calc/ratio.go    every mutant of some files
  go run ./cmd/dev mutate calc/cap_limit.go:88               those of one line
  go run ./cmd/dev mutate --tests '^TestCap' calc/cap.go:88  whether some tests notice
  go run ./cmd/dev mutate --list calc/ratio.go               only say what they are

A mutant has one operator in place of another, a number off by one, a condition negated, a statement left out, or a rounding in
the other direction. No file is changed: the compiler is shown files in which each mutant stands in a copy of its function, and
the tests run once for each, which chooses its copy. What does not compile does not count, and what stands outside of functions
is not tried. A mutant is killed by a test that fails, by running longer than the limit, or by asking for more memory than the
limit; one that lives is printed with its place and difference: either a test is missing, or the mutant means the same.

What is returned beside an error is not mutated. Those that calc/testdata/equivalent_mutants.txt lists have been read and mean the same:
they are tried like others, but not at full length, and one that is killed all the same is an error, as is an entry whose line is gone.

Tests run with -short, those of the file's package first, the quick ones of them before the others and of these the ones that have killed
most, then those of --then while the mutant lives, at last those of its package at full length; with --tests, only tests of its package by that
pattern. One mutant after the other goes through all of them, in the order of the lot, so that a count that is interrupted is whole as far
as it got. Without files, the files are those of calc whose arithmetic decides an amount. Limits count what a test computes, not how long it
waits, so it may run with nice beside other work.
`

// moneyPaths are the files of calc whose arithmetic decides an amount: what is left of the package finds who gets it, and is held by the
// model, or explains.
var moneyPaths = []string{
	"calc/amount.go", "calc/exact_*.go", "calc/ratio.go", "calc/round_sums.go", "calc/allocate.go", "calc/correction.go", "calc/cap*.go",
	"calc/bonus*.go", "calc/binary_*.go", "calc/payout.go", "calc/payer.go", "calc/exchange.go", "calc/proration*.go", "calc/schedule.go", "calc/sale.go",
	"calc/clawback.go", "calc/billing.go", "calc/decimal.go", "calc/tariff.go", "calc/rate_table.go", "calc/line_*.go", "calc/volume*.go", "calc/rank*.go", "calc/top_parts.go",
	"calc/pay_own.go", "calc/event.go",
}

// thenDefault are the packages that see the engine's results besides its own tests: published plans to the cent.
const thenDefault = "./calc/plan,./calc/simulate"

// mutateOptions is what a developer chose.
type mutateOptions struct {
	sample   int
	seed     uint64
	then     string
	limit    time.Duration
	memoryMB int
	list     bool
	tests    string
	// equivalent are the reasons why mutants mean what is written.
	equivalent map[mutant.Mutant]string
}

func runMutate(ctx context.Context, repository repository, arguments []string) error {
	var o mutateOptions
	flags := newFlags("mutate", mutateHelp)
	flags.IntVar(&o.sample, "sample", 0, "try this many mutants that compile, chosen by lot; 0 tries all")
	flags.Uint64Var(&o.seed, "seed", 1, "the `number` that decides the lot")
	flags.StringVar(&o.then, "then", thenDefault, "`packages` whose tests are run too while a mutant lives")
	flags.DurationVar(&o.limit, "limit", 0, "how long the tests of one package may compute; 0: five times what they do without a mistake, at least 15s")
	flags.IntVar(&o.memoryMB, "memory", 6000, "how many megabytes of address space a test may take")
	flags.StringVar(&o.tests, "tests", "", "run only the tests of the file's package that match this `pattern`")
	flags.BoolVar(&o.list, "list", false, "print the mutants and try none")
	if err := parse(flags, arguments); err != nil {
		return err
	}
	if o.sample < 0 || o.limit < 0 || o.memoryMB < 0 {
		fmt.Fprintln(flags.Output(), "--sample, --limit and --memory are not negative; see --help")
		return errUsage
	}
	mutants, err := findMutants(repository, flags.Args())
	if err != nil {
		return err
	}
	if o.list {
		for _, m := range mutants {
			fmt.Println(m)
		}
		fmt.Printf("%d mutants\n", len(mutants))
		return nil
	}
	if o.sample > 0 {
		lot := rand.New(rand.NewPCG(o.seed, 0))
		lot.Shuffle(len(mutants), func(i, j int) { mutants[i], mutants[j] = mutants[j], mutants[i] })
	}
	if o.equivalent, err = equivalentMutants(repository); err != nil {
		return err
	}
	t, err := tryMutants(ctx, repository, o, mutants, os.Stdout)
	switch {
	case err != nil:
		return err
	case t.tried() == 0:
		return errors.New("no mutant compiled")
	case t.wronged > 0:
		return fmt.Errorf("%d mutants are killed that %s calls equivalent: remove them there", t.wronged, equivalentPath)
	}
	return nil
}

// findMutants lists the mutants of files, each a pattern, with a line or without; without any, of the money paths.
func findMutants(repository repository, patterns []string) ([]mutant.Mutant, error) {
	if len(patterns) == 0 {
		patterns = moneyPaths
	}
	var found []mutant.Mutant
	for _, pattern := range patterns {
		pattern, lineText, hasLine := strings.Cut(pattern, ":")
		line, err := strconv.Atoi(lineText)
		if hasLine && err != nil {
			return nil, fmt.Errorf("%s:%s: a file may be followed by a colon and a line", pattern, lineText)
		}
		matched, err := filepath.Glob(repository.path(pattern))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", pattern, err)
		}
		matched = slices.DeleteFunc(matched, func(name string) bool {
			return !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go")
		})
		if len(matched) == 0 {
			return nil, fmt.Errorf("no Go file %s in the repository, but for tests", pattern)
		}
		for _, name := range matched {
			inside, err := filepath.Rel(string(repository), name)
			if err != nil {
				return nil, fmt.Errorf("find %s: %w", name, err)
			}
			source, err := os.ReadFile(name)
			if err != nil {
				return nil, fmt.Errorf("read what to mutate: %w", err)
			}
			mutants, err := mutant.Find(filepath.ToSlash(inside), source)
			if err != nil {
				return nil, err
			}
			for _, m := range mutants {
				if !hasLine || m.Line == line {
					found = append(found, m)
				}
			}
		}
	}
	return found, nil
}

// mutantTally counts what became of mutants. Those outside of functions, numbers of constants and tables, were not tried.
// Equivalent are those that live as was said of them, and wronged those killed of which it was said too.
type mutantTally struct{ failed, outOfTime, lived, equivalent, wronged, notCompiled, outside int }

func (t mutantTally) tried() int { return t.failed + t.outOfTime + t.lived + t.equivalent }

func (t mutantTally) print(out io.Writer, took time.Duration) {
	fmt.Fprintf(out, "%d mutants tried in %s: %d killed by a test, %d by the limit of time, %d equivalent, %d lived; %d more did not compile, %d are outside of functions\n",
		t.tried(), took.Round(time.Second), t.failed, t.outOfTime, t.equivalent, t.lived, t.notCompiled, t.outside)
}

// mutantsTogether bounds how many mutants are compiled into one program.
const mutantsTogether = 800

// tryMutants tries mutants, of one package after the other, and prints those that live.
func tryMutants(ctx context.Context, repository repository, o mutateOptions, mutants []mutant.Mutant, out io.Writer) (mutantTally, error) {
	var t mutantTally
	began := time.Now()
	for len(mutants) > 0 && (o.sample == 0 || t.tried() < o.sample) {
		name := packageOf(mutants[0].Path)
		most := mutantsTogether
		if o.sample > 0 {
			most = min(most, (o.sample-t.tried())*5/4+10) // some do not compile
		}
		var batch, others []mutant.Mutant
		for _, m := range mutants {
			if packageOf(m.Path) == name && len(batch) < most {
				batch = append(batch, m)
			} else {
				others = append(others, m)
			}
		}
		if err := tryBatch(ctx, repository, o, batch, &t, out); err != nil {
			if t.tried() > 0 {
				t.print(out, time.Since(began)) // what was tried has been tried to the end
			}
			return t, err
		}
		mutants = others
	}
	t.print(out, time.Since(began))
	return t, nil
}

// tryBatch compiles mutants of one package together and tries one after the other.
func tryBatch(ctx context.Context, repository repository, o mutateOptions, batch []mutant.Mutant, t *mutantTally, out io.Writer) error {
	began := time.Now()
	folder, err := os.MkdirTemp("", "upline-mutate-")
	if err != nil {
		return fmt.Errorf("make a folder for mutants: %w", err)
	}
	defer func() { _ = os.RemoveAll(folder) }()
	trial, faulty, err := newMutantTrial(ctx, repository, folder, o, batch)
	if err != nil {
		return err
	}
	t.notCompiled += len(faulty)
	t.outside += len(batch) - len(faulty) - len(trial.mutants)
	fmt.Fprintf(out, "%d mutants of %s compiled together in %s\n", len(trial.mutants), trial.programs[0].packageName, time.Since(began).Round(time.Second))
	tried := trial.mutants
	if o.sample > 0 {
		tried = tried[:min(len(tried), o.sample-t.tried())]
	}
	for k, m := range tried {
		end, by, err := trial.tryAll(ctx, m, o.equivalent[m.Mutant] != "")
		if err != nil {
			return fmt.Errorf("%s: %w", m, err)
		}
		if err := t.take(repository, m.Mutant, end, o.equivalent[m.Mutant], out); err != nil {
			return err
		}
		if end != mutantLived && by > 0 {
			fmt.Fprintf(out, "killed only by %s: %s\n", &trial.programs[by], m)
		}
		if (k+1)%25 == 0 || k+1 == len(tried) {
			fmt.Fprintf(out, "%d of %d tried, %d live, %s\n", k+1, len(tried), t.lived, time.Since(began).Round(time.Second))
		}
	}
	return nil
}

// take counts a mutant, and prints it if it lives.
func (t *mutantTally) take(repository repository, m mutant.Mutant, end mutantEnd, equivalent string, out io.Writer) error {
	switch {
	case end == mutantFailed:
		t.failed++
	case end == mutantOutOfTime:
		t.outOfTime++
		fmt.Fprintf(out, "out of time: %s\n", m)
	case equivalent != "":
		t.equivalent++
		fmt.Fprintf(out, "equivalent: %s: %s\n", m, equivalent)
	default:
		t.lived++
		source, err := os.ReadFile(repository.path(m.Path))
		if err != nil {
			return fmt.Errorf("read what was mutated: %w", err)
		}
		fmt.Fprintf(out, "LIVED %s\n%s", m, m.Diff(source))
	}
	if end != mutantLived && equivalent != "" {
		t.wronged++
		fmt.Fprintf(out, "KILLED, and %s calls it equivalent: %s\n", equivalentPath, m)
	}
	return nil
}
