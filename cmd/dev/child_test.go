package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
)

func TestChild_CancelledContextEndsGrandchildrenToo(t *testing.T) {
	t.Parallel()
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	ctx, cancel := context.WithCancelCause(t.Context())
	reason := errors.New("enough")
	defer cancel(nil)

	// The grandchild ignores the interrupt that ends its parent, so only the last resort reaches it.
	const script = `(trap "" INT; echo ready; exec sleep 1000) & wait`
	ended := make(chan error, 1)
	go func() { ended <- child{arguments: []string{"sh", "-c", script}, stdout: writer}.run(ctx) }()
	output := bufio.NewReader(reader)
	if line, err := output.ReadString('\n'); err != nil || line != "ready\n" {
		t.Fatalf("got %q, %v", line, err)
	}
	cancel(reason)
	if err := <-ended; !errors.Is(err, reason) {
		t.Errorf("got %v, want the reason of the cancellation", err)
	}
	// The pipe ends when the last process that could write to it has ended.
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	if rest, err := io.ReadAll(output); err != nil || len(rest) != 0 {
		t.Errorf("got %q, %v", rest, err)
	}
}

func TestChild_FailureNamesTheCommand(t *testing.T) {
	t.Parallel()
	_, err := repository(t.TempDir()).output(t.Context(), "sh", "-c", "echo the reason >&2; exit 3")
	if err == nil || !strings.Contains(err.Error(), "sh -c") || !strings.Contains(err.Error(), "the reason") {
		t.Errorf("got %v", err)
	}
}
