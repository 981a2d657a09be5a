package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"io/fs"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"upline/cmd/upline/examples"
)

func TestDemo_EveryFigureIsAsPublished(t *testing.T) {
	got := runCommand(t, nil, "", "demo", "--once")
	if got.code != exitOK || got.err != "" {
		t.Errorf("exit code %d, standard error %q", got.code, got.err)
	}
	golden(t, "demo_once.txt", got.out)
}

func TestDemo_FitsATerminal(t *testing.T) {
	const columnsMax = 100
	for line := range strings.Lines(runCommand(t, nil, "", "demo", "--once").out) {
		line = strings.TrimSuffix(line, "\n")
		// An address that is broken in two is of no use.
		if len(line) > columnsMax && !strings.HasPrefix(line, "  source: https://") {
			t.Errorf("a line has %d characters: %s", len(line), line)
		}
	}
}

func TestDemo_KeptDatabaseCanBePlayedAgain(t *testing.T) {
	file := filepath.Join(t.TempDir(), "demo.db")
	first := runCommand(t, nil, "", "demo", "--once", "--db", file)
	second := runCommand(t, nil, "", "demo", "--once", "--db", file)
	if first.code != exitOK || second.code != exitOK {
		t.Fatalf("exit codes %d and %d: %s%s", first.code, second.code, first.err, second.err)
	}
	if first.out != second.out {
		t.Errorf("first:\n%s\nsecond:\n%s", first.out, second.out)
	}
}

func TestDemo_FigureThatDiffersIsShownAndFails(t *testing.T) {
	const folder = "unilevel-3tier-pool-scaling"
	altered := fstest.MapFS{}
	for _, name := range []string{"plan.yaml", "case.yaml"} {
		text, err := fs.ReadFile(examples.Files, path.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		altered[path.Join(folder, name)] = &fstest.MapFile{Data: bytes.Replace(text, []byte("published: 50,"), []byte("published: 51,"), 1)}
	}
	var out, errs bytes.Buffer
	err := demo(t.Context(), terminal{out: &out, err: &errs}, demoOptions{listen: "127.0.0.1:0", cases: altered})
	if err == nil {
		t.Error("no error")
	}
	for _, text := range []string{`c +referral +2026-01, level 2 +51 +50\.00 +DIFFERS`, `3 of 4 rows as published`} {
		if !regexp.MustCompile(text).MatchString(out.String()) {
			t.Errorf("does not print %s:\n%s", text, out.String())
		}
	}
}

// TestDemo_StaysUpForTheCallsItPrints runs the printed calls in a shell, as a reader would.
func TestDemo_StaysUpForTheCallsItPrints(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	reader, writer := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		ended <- demo(ctx, terminal{out: writer, err: io.Discard}, demoOptions{listen: "127.0.0.1:0", cases: examples.Files})
		_ = writer.Close()
	}()
	calls := printedCalls(reader, 3)
	if len(calls) != 3 {
		cancel()
		t.Fatalf("%d calls are printed, want 3; the demo ended with %v", len(calls), <-ended)
	}
	go func() { _, _ = io.Copy(io.Discard, reader) }()
	for i, want := range []string{`"amount": ?"7.00"`, `"amount": ?"-2562.50"`, `"saleState": ?"SALE_STATE_PENDING"`} {
		answer, err := exec.CommandContext(ctx, "sh", "-c", calls[i]).Output()
		if err != nil {
			t.Errorf("%v: %s", err, calls[i])
		}
		if !regexp.MustCompile(want).Match(answer) {
			t.Errorf("the answer does not have %s: %s\n%s", want, calls[i], answer)
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("the demo ended with %v", err)
	}
}

// printedCalls reads n curl commands, which go on while a line ends in a backslash or a quote is open.
func printedCalls(from io.Reader, n int) []string {
	var calls []string
	current := ""
	for lines := bufio.NewScanner(from); len(calls) < n && lines.Scan(); {
		line := lines.Text()
		if current == "" && !strings.HasPrefix(line, "curl ") {
			continue
		}
		current += line + "\n"
		if !strings.HasSuffix(line, `\`) && strings.Count(current, "'")%2 == 0 {
			calls = append(calls, current)
			current = ""
		}
	}
	return calls
}
