package proc

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

const (
	// readyTimeMax is long, because several servers may migrate one database at once on a busy machine.
	readyTimeMax = 60 * time.Second
	stopTimeMax  = 60 * time.Second
	pollInterval = 20 * time.Millisecond
	// printedBytesMax bounds what is kept of a process's output: its end.
	printedBytesMax = 64 << 10
)

// Options say how a server is started.
type Options struct {
	// Args stand behind `upline serve`. Without --listen among them the server takes a free port of 127.0.0.1.
	Args []string
	// Env are variables, NAME=value, added to those of the test.
	Env []string
}

// Server is a process that serves.
type Server struct {
	// URL is where it is reached, like http://127.0.0.1:40123.
	URL string
	// Process is its handle, for signals that this package has no method for.
	Process *os.Process

	t       testing.TB
	printed *tail
	exited  chan struct{} // closed when the process has ended and failure is set
	failure error
}

// Serve starts `upline serve` and returns when it is ready.
func Serve(t testing.TB, bin string, options Options) *Server {
	t.Helper()
	args := append([]string{"serve"}, options.Args...)
	if !hasFlag(options.Args, "--listen") {
		args = append(args, "--listen", "127.0.0.1:0")
	}
	command := exec.Command(bin, args...)
	command.Env = append(environment(), options.Env...)
	command.SysProcAttr = dieWithParent()
	s := &Server{t: t, printed: new(tail), exited: make(chan struct{})}
	command.Stderr = s.printed
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	s.Process = command.Process
	urls := make(chan string, 1)
	go func() {
		readURL(io.TeeReader(stdout, s.printed), urls)
		s.failure = command.Wait()
		close(s.exited)
	}()
	t.Cleanup(func() {
		s.Kill()
		if t.Failed() {
			t.Logf("upline %s printed:\n%s", strings.Join(args, " "), s.printed)
		}
	})
	s.awaitReady(urls)
	return s
}

// readURL sends the address that the server prints, and reads on to the end, so that the process never waits for a reader.
func readURL(stdout io.Reader, urls chan<- string) {
	defer close(urls)
	lines := bufio.NewScanner(stdout)
	sent := false
	for lines.Scan() {
		if url, ok := strings.CutPrefix(lines.Text(), "Upline is at "); ok && !sent {
			urls <- url
			sent = true
		}
	}
}

func (s *Server) awaitReady(urls <-chan string) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), readyTimeMax)
	defer cancel()
	select {
	case url, ok := <-urls:
		if !ok {
			<-s.exited
			s.t.Fatalf("the server ended before it listened: %v", s.failure)
		}
		s.URL = url
	case <-ctx.Done():
		s.t.Fatalf("the server did not listen within %v", readyTimeMax)
	}
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	for !s.Ready(ctx) {
		select {
		case <-tick.C:
		case <-s.exited:
			s.t.Fatalf("the server ended before it was ready: %v", s.failure)
		case <-ctx.Done():
			s.t.Fatalf("the server was not ready within %v", readyTimeMax)
		}
	}
}

// Ready tells whether the server answers /readyz with 200.
func (s *Server) Ready(ctx context.Context) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+"/readyz", nil)
	if err != nil {
		return false
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	_ = answer.Body.Close()
	return answer.StatusCode == http.StatusOK
}

// Kill ends the process at once, as `kill -9` does, and waits until it is gone. It may be called again, and after Stop.
func (s *Server) Kill() {
	_ = s.Process.Kill() // It fails when the process has ended, which is what is wanted.
	<-s.exited
}

// Stop asks the process to end in order (SIGTERM) and waits for it. The test fails when it ends with an error or takes too long.
func (s *Server) Stop() {
	s.t.Helper()
	if err := s.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		s.t.Errorf("stop the server: %v", err)
	}
	select {
	case <-s.exited:
		if s.failure != nil {
			s.t.Errorf("the server ended with %v", s.failure)
		}
	case <-time.After(stopTimeMax):
		s.Kill()
		s.t.Errorf("the server did not end within %v of SIGTERM", stopTimeMax)
	}
}

// Exited is closed when the process has ended, whatever ended it.
func (s *Server) Exited() <-chan struct{} { return s.exited }

// Printed is the end of what the process has printed on both streams.
func (s *Server) Printed() string { return s.printed.String() }

// environment is the test's own, without what would change how a server behaves.
func environment() []string {
	var kept []string
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "UPLINE_") && !strings.HasPrefix(variable, "OTEL_") {
			kept = append(kept, variable)
		}
	}
	return kept
}

func hasFlag(args []string, flag string) bool {
	for _, arg := range args {
		if arg == flag || strings.HasPrefix(arg, flag+"=") {
			return true
		}
	}
	return false
}

// tail keeps the end of what is written to it.
type tail struct {
	mutex sync.Mutex
	kept  []byte
}

func (b *tail) Write(p []byte) (int, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.kept = append(b.kept, p...)
	if extra := len(b.kept) - printedBytesMax; extra > 0 {
		b.kept = append(b.kept[:0], b.kept[extra:]...)
	}
	return len(p), nil
}

func (b *tail) String() string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return string(b.kept)
}
