package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"upline/cmd/dev/internal/mutant"
)

// mutantEnd is what became of a mutant.
type mutantEnd int

const (
	mutantLived mutantEnd = iota
	mutantFailed
	mutantOutOfTime
)

// mutantLimitMin is the least time of computing that the tests of a package get, and mutantWaitMax how many times as long they may wait
// for a processor that other work has.
const (
	mutantLimitMin = 15 * time.Second
	mutantWaitMax  = 20
)

// mutantTrial tries mutants of one package, compiled together into test binaries, each of which one of them can be chosen in.
type mutantTrial struct {
	repository repository
	folder     string // for what is built
	options    mutateOptions
	importPath string // of the mutants' package
	mutants    []mutant.Numbered
	programs   []testProgram // of the mutants' own package first
	killers    killers
}

// testProgram is a package's tests with all mutants in them.
type testProgram struct {
	packageName, path string
	short             bool   // is told to be brief
	quick, only       string // patterns of tests to leave out and to run alone; "" for neither
	limit             time.Duration
	rapid             bool // has properties to check, and the flags of that
}

// newMutantTrial compiles mutants of one package, and runs the tests without any of them, which must pass. It gives those that do not
// compile.
func newMutantTrial(ctx context.Context, repository repository, folder string, o mutateOptions, mutants []mutant.Mutant) (*mutantTrial, []mutant.Mutant, error) {
	t := &mutantTrial{repository: repository, folder: folder, options: o}
	for i, m := range mutants {
		t.mutants = append(t.mutants, mutant.Numbered{Mutant: m, Number: i + 1})
	}
	packages, then := []string{packageOf(mutants[0].Path)}, o.then
	if o.tests != "" {
		then = ""
	}
	for name := range strings.SplitSeq(then, ",") {
		if name != "" && name != packages[0] {
			packages = append(packages, name)
		}
	}
	mutated, err := repository.output(ctx, "go", "list", packages[0])
	if err != nil {
		return nil, nil, err
	}
	t.importPath = strings.TrimSpace(mutated)
	var faulty []mutant.Mutant
	for i, name := range packages {
		p := testProgram{packageName: name, path: filepath.Join(folder, fmt.Sprintf("mutants%d.test", i)), short: true}
		if i == 0 {
			if faulty, err = t.compile(ctx, p); err != nil {
				return nil, nil, err
			}
		} else if err := t.buildTests(ctx, p); err != nil {
			return nil, nil, fmt.Errorf("build the tests of %s: %w", name, err)
		}
		dependencies, err := repository.output(ctx, "go", "list", "-deps", "-test", name)
		if err != nil {
			return nil, nil, err
		}
		p.rapid = slices.Contains(strings.Split(dependencies, "\n"), "pgregory.net/rapid")
		switch p.only = o.tests; {
		case i > 0 || p.only != "":
			err = t.measure(ctx, p)
		default:
			err = t.measureSplit(ctx, p)
		}
		if err != nil {
			return nil, nil, err
		}
	}
	if o.tests != "" {
		return t, faulty, nil
	}
	// What the brief tests of its own package let live, the whole ones may not.
	whole := t.programs[0]
	whole.short, whole.quick, whole.limit = false, "", 0
	if err := t.measure(ctx, whole); err != nil {
		return nil, nil, err
	}
	return t, faulty, nil
}

// buildTests builds a package's tests with the mutants in them. The error holds what the compiler says.
func (t *mutantTrial) buildTests(ctx context.Context, p testProgram) error {
	var said bytes.Buffer
	if err := t.build(ctx, &said, "-o", p.path, p.packageName); err != nil {
		return fmt.Errorf("%w\n%s", err, said.Bytes())
	}
	return nil
}

// measureSplit adds a program twice: nearly all mutants are killed by one of the tests that take hardly any time, and only those that live
// get to the others.
func (t *mutantTrial) measureSplit(ctx context.Context, p testProgram) error {
	var said bytes.Buffer
	used, err := t.runTests(ctx, &p, 0, &said, "-test.v")
	if err != nil {
		return fmt.Errorf("the tests of %s fail without a mistake: %w\n%s", p.packageName, err, said.Bytes())
	}
	slow := slowTests(said.String())
	if slow == "" {
		return t.measure(ctx, p)
	}
	quick := p
	quick.quick, p.only = slow, slow
	if err := t.measure(ctx, quick); err != nil {
		return err
	}
	t.add(p, used)
	return nil
}

var testPassed = regexp.MustCompile(`(?m)^--- PASS: (\S+) \(([0-9.]+)s\)$`)

// slowTests is a pattern of the slowest tests, which together take most of the time; "" where that cannot be told.
func slowTests(verbose string) string {
	type timed struct {
		name string
		took float64
	}
	var tests []timed
	whole := 0.0
	for _, found := range testPassed.FindAllStringSubmatch(verbose, -1) {
		took, err := strconv.ParseFloat(found[2], 64)
		if err != nil {
			continue
		}
		tests = append(tests, timed{found[1], took})
		whole += took
	}
	slices.SortStableFunc(tests, func(a, b timed) int { return cmp.Compare(a.took, b.took) })
	const quickPart = 0.1
	sum := 0.0
	for i, test := range tests {
		if sum += test.took; sum > quickPart*whole && i > 0 {
			var names []string
			for _, slow := range tests[i:] {
				names = append(names, regexp.QuoteMeta(slow.name))
			}
			return "^(" + strings.Join(names, "|") + ")$"
		}
	}
	return ""
}

// measure adds a program, which must pass without a mistake, and limits it to several times what it computes then.
func (t *mutantTrial) measure(ctx context.Context, p testProgram) error {
	var said bytes.Buffer
	used, err := t.runTests(ctx, &p, 0, &said)
	if err != nil {
		return fmt.Errorf("the tests of %s fail without a mistake: %w\n%s", p.packageName, err, said.Bytes())
	}
	t.add(p, used)
	return nil
}

// add adds a program that computes for so long without a mistake.
func (t *mutantTrial) add(p testProgram, used time.Duration) {
	if p.limit = t.options.limit; p.limit == 0 {
		p.limit = max(mutantLimitMin, 5*used).Round(time.Second) // ulimit takes whole ones
	}
	t.programs = append(t.programs, p)
}

// packageOf is the package that a file belongs to, as go test takes it.
func packageOf(file string) string { return "./" + path.Dir(file) }

// compile builds the tests of the mutants' own package. It leaves those mutants out, and gives them, that do not compile.
func (t *mutantTrial) compile(ctx context.Context, p testProgram) (faulty []mutant.Mutant, err error) {
	for {
		files, err := t.overlay()
		if err != nil {
			return nil, err
		}
		buildErr := t.buildTests(ctx, p)
		if buildErr == nil || ctx.Err() != nil {
			return faulty, ctx.Err()
		}
		numbers := faultyMutants([]byte(buildErr.Error()), files)
		if len(numbers) == 0 {
			return nil, fmt.Errorf("build the mutants of %s: %w", p.packageName, buildErr)
		}
		t.mutants = slices.DeleteFunc(t.mutants, func(m mutant.Numbered) bool {
			if numbers[m.Number] {
				faulty = append(faulty, m.Mutant)
			}
			return numbers[m.Number]
		})
	}
}

var compileError = regexp.MustCompile(`(?m)^\S*?([^/\s:]+\.go):(\d+):\d+: `)

// faultyMutants finds the mutants that a compiler complains of, in files by their names in the package.
func faultyMutants(said []byte, files map[string]*mutant.Combined) map[int]bool {
	numbers := make(map[int]bool)
	for _, found := range compileError.FindAllSubmatch(said, -1) {
		file := files[string(found[1])]
		line, err := strconv.Atoi(string(found[2]))
		if file == nil || err != nil {
			continue
		}
		if number := file.NumberAt(line); number != 0 {
			numbers[number] = true
		}
	}
	return numbers
}

// overlay writes files that have the mutants in them, and the one that tells the compiler to read them. Mutants outside of functions are
// left out.
func (t *mutantTrial) overlay() (map[string]*mutant.Combined, error) {
	byFile := make(map[string][]mutant.Numbered)
	for _, m := range t.mutants {
		byFile[m.Path] = append(byFile[m.Path], m)
	}
	replace := make(map[string]string)
	files := make(map[string]*mutant.Combined)
	write := func(inside, name string, content []byte) error {
		written := filepath.Join(t.folder, name)
		replace[t.repository.path(inside)] = written
		return os.WriteFile(written, content, 0o600)
	}
	for file, mutants := range byFile {
		source, err := os.ReadFile(t.repository.path(file))
		if err != nil {
			return nil, fmt.Errorf("read what to mutate: %w", err)
		}
		combined, err := mutant.Combine(file, source, mutants)
		if err != nil {
			return nil, err
		}
		files[path.Base(file)] = combined
		chooser := path.Join(path.Dir(file), "mutant_chooser.go")
		err = errors.Join(write(file, path.Base(file), combined.Source), write(chooser, "mutant_chooser.go", mutant.Chooser(combined.PackageName)))
		if err != nil {
			return nil, fmt.Errorf("write mutants: %w", err)
		}
		t.mutants = slices.DeleteFunc(t.mutants, func(m mutant.Numbered) bool { return slices.Contains(combined.Left, m) })
	}
	content, err := json.Marshal(map[string]map[string]string{"Replace": replace})
	if err != nil {
		return nil, fmt.Errorf("name the mutants: %w", err)
	}
	return files, os.WriteFile(t.overlayPath(), content, 0o600)
}

func (p *testProgram) String() string {
	switch {
	case p.quick != "":
		return p.packageName + " -short, quick tests"
	case p.only != "":
		return p.packageName + " -short, chosen tests"
	case p.short:
		return p.packageName + " -short"
	}
	return p.packageName
}

func (t *mutantTrial) overlayPath() string { return filepath.Join(t.folder, "overlay.json") }

// build builds tests. The mutants' package is always compiled by the same flags, so that it is compiled once: of -e the compiler lists every
// error, and not only the first ten.
func (t *mutantTrial) build(ctx context.Context, out io.Writer, arguments ...string) error {
	return t.repository.run(ctx, out, append([]string{"go", "test", "-c", "-vet=off", "-overlay", t.overlayPath(), "-gcflags=" + t.importPath + "=-e"}, arguments...)...)
}

// tryAll runs one program after the other on a mutant while it lives, and says which of them killed it. A mutant that is known to mean the same
// is not tried at full length: nobody expects those tests to kill it, and they take long.
func (t *mutantTrial) tryAll(ctx context.Context, m mutant.Numbered, isEquivalent bool) (end mutantEnd, by int, err error) {
	for i := range t.programs {
		p := &t.programs[i]
		if isEquivalent && !p.short {
			continue
		}
		if end, err = t.try(ctx, p, m); err != nil || end != mutantLived {
			return end, i, err
		}
	}
	return mutantLived, 0, nil
}

// try runs the tests of a program on a mutant. The error is for what keeps it from being tried.
func (t *mutantTrial) try(ctx context.Context, p *testProgram, m mutant.Numbered) (mutantEnd, error) {
	if first := t.killers.first(); p.quick != "" && first != "" {
		few := *p
		few.quick, few.only = "", first
		if end, err := t.tryTests(ctx, &few, m); err != nil || end != mutantLived {
			return end, err
		}
	}
	return t.tryTests(ctx, p, m)
}

func (t *mutantTrial) tryTests(ctx context.Context, p *testProgram, m mutant.Numbered) (mutantEnd, error) {
	var said bytes.Buffer
	used, err := t.runTests(ctx, p, m.Number, &said)
	if err != nil && p.quick != "" {
		t.killers.note(said.String())
	}
	switch {
	case ctx.Err() != nil:
		return 0, ctx.Err()
	case err == nil:
		return mutantLived, nil
	case errors.Is(err, context.DeadlineExceeded) || used >= p.limit-p.limit/10 || killed(err):
		return mutantOutOfTime, nil
	}
	return mutantFailed, nil
}

// killed tells whether a program was ended by a signal, as the system does at the limit of time, which it counts by ticks of its clock
// and so not quite as the time that it tells afterwards.
func killed(err error) bool {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return false
	}
	status, ok := exit.Sys().(syscall.WaitStatus)
	return ok && status.Signaled()
}

// runTests runs a package's tests, where go test would, with the mutant of a number or, for 0, without any, and tells how long they
// computed. The shell sets the limits: a mutant that counts down where it should count up would take all the memory there is. Time is
// that of the processor, so that other work on the machine changes no verdict.
func (t *mutantTrial) runTests(ctx context.Context, p *testProgram, number int, out io.Writer, more ...string) (used time.Duration, err error) {
	arguments := []string{p.path, "-test.failfast", "-test.timeout=0", fmt.Sprintf("-test.short=%t", p.short)}
	arguments = append(arguments, more...)
	if p.quick != "" {
		arguments = append(arguments, "-test.skip="+p.quick)
	}
	if p.only != "" {
		arguments = append(arguments, "-test.run="+p.only)
	}
	if p.rapid {
		// Nobody reads what a failure looks like when it is as small as can be. A seed makes the verdict the same every time.
		arguments = append(arguments, "-rapid.nofailfile", "-rapid.shrinktime=0s", "-rapid.seed=1")
	}
	var limits string
	if t.options.memoryMB > 0 {
		limits += fmt.Sprintf("ulimit -v %d; ", t.options.memoryMB<<10)
	}
	if p.limit > 0 {
		limits += fmt.Sprintf("ulimit -t %d; ", int(p.limit.Round(time.Second)/time.Second))
		// A test may also wait for what never comes, and compute nothing.
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, mutantWaitMax*p.limit)
		defer cancel()
	}
	err = child{
		arguments: append([]string{"sh", "-c", limits + `exec "$0" "$@"`}, arguments...), folder: t.repository.path(p.packageName),
		environment: []string{mutant.Variable + "=" + strconv.Itoa(number)}, stdout: out, stderr: out, computed: &used,
	}.run(ctx)
	return used, err
}
