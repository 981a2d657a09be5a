package postgres

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	superuser      = "postgres"
	connectionsMax = 200

	// portTriesMax bounds how often a port is chosen anew because another process took it between choosing and listening.
	portTriesMax = 5
	startTimeMax = 60 * time.Second
	readyEvery   = 20 * time.Millisecond

	// stopFastTimeMax is how long a "fast" shutdown (open transactions are rolled back) may take before the "immediate" one.
	stopFastTimeMax = 15 * time.Second

	// logTailBytesMax bounds how much of the server's log an error carries.
	logTailBytesMax = 2000
)

// ErrNotStarted says that the server ended, or was not ready in time. The error that wraps it carries the end of its log.
var ErrNotStarted = errors.New("PostgreSQL did not start")

// Cluster is a running private server. Start makes it; its owner calls Stop.
type Cluster struct {
	// URL reaches the database "postgres" as a superuser. Tests create databases of their own from it.
	URL string

	folder  string
	account account
	server  *exec.Cmd
	exited  chan struct{}
	stop    sync.Once
	stopErr error
}

// Start creates a cluster in a new temporary folder and returns when it takes connections. ctx bounds the start alone: the
// server lives until Stop.
func Start(ctx context.Context) (*Cluster, error) {
	ctx, cancel := context.WithTimeout(ctx, startTimeMax)
	defer cancel()

	binaries, err := Binaries()
	if err != nil {
		return nil, err
	}
	owner, err := serverAccount()
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "upline-postgres-")
	if err != nil {
		return nil, fmt.Errorf("folder for PostgreSQL: %w", err)
	}
	c := &Cluster{folder: folder, account: owner}
	if err := c.create(ctx, binaries); err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	return c, nil
}

// create fills the folder and starts the server in it.
func (c *Cluster) create(ctx context.Context, binaries string) error {
	if err := c.account.give(c.folder); err != nil {
		return fmt.Errorf("folder for PostgreSQL: %w", err)
	}
	password := rand.Text()
	if err := c.initialise(ctx, binaries, password); err != nil {
		return err
	}
	for try := 1; ; try++ {
		port, err := freePort()
		if err != nil {
			return err
		}
		err = c.serve(ctx, binaries, port)
		if err == nil {
			c.URL = (&url.URL{
				Scheme:   "postgres",
				User:     url.UserPassword(superuser, password),
				Host:     net.JoinHostPort("127.0.0.1", strconv.Itoa(port)),
				Path:     "/postgres",
				RawQuery: "sslmode=disable",
			}).String()
			return nil
		}
		portTaken := strings.Contains(err.Error(), "could not bind")
		if !portTaken || try == portTriesMax {
			return err
		}
	}
}

// initialise runs initdb. It may skip syncing: a machine that crashes here leaves no cluster that anyone would read.
func (c *Cluster) initialise(ctx context.Context, binaries, password string) error {
	passwordFile := filepath.Join(c.folder, "password")
	if err := os.WriteFile(passwordFile, []byte(password+"\n"), 0o600); err != nil {
		return fmt.Errorf("password for PostgreSQL: %w", err)
	}
	if err := c.account.give(passwordFile); err != nil {
		return fmt.Errorf("password for PostgreSQL: %w", err)
	}
	initdb := exec.CommandContext(ctx, filepath.Join(binaries, "initdb"),
		"--pgdata", c.dataFolder(), "--username", superuser, "--pwfile", passwordFile,
		"--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C", "--no-sync")
	initdb.Dir = c.folder
	initdb.Env = serverEnvironment()
	initdb.SysProcAttr = childAttributes(c.account)
	if output, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, output)
	}
	return os.Remove(passwordFile)
}

// serve starts the server on a port and waits until it is ready. After an error no process is left.
func (c *Cluster) serve(ctx context.Context, binaries string, port int) error {
	log, err := os.Create(c.logPath())
	if err != nil {
		return fmt.Errorf("log of PostgreSQL: %w", err)
	}
	defer log.Close() // The server has its own handle; this one writes nothing.

	settings := []string{
		"listen_addresses=127.0.0.1",
		"port=" + strconv.Itoa(port),
		"unix_socket_directories=",
		"max_connections=" + strconv.Itoa(connectionsMax),
		"fsync=on",
		// DatabasesCreated counts in the log what the tests did.
		"log_statement=ddl",
	}
	arguments := []string{"-D", c.dataFolder()}
	for _, setting := range settings {
		arguments = append(arguments, "-c", setting)
	}
	c.server = exec.Command(filepath.Join(binaries, "postgres"), arguments...)
	c.server.Dir = c.folder
	c.server.Env = serverEnvironment()
	c.server.Stdout, c.server.Stderr = log, log
	c.server.SysProcAttr = childAttributes(c.account)
	if err := c.server.Start(); err != nil {
		return fmt.Errorf("%w: %w", ErrNotStarted, err)
	}
	c.exited = make(chan struct{})
	go func(server *exec.Cmd, exited chan struct{}) {
		_ = server.Wait() // How it ended stands in its log.
		close(exited)
	}(c.server, c.exited)

	tick := time.NewTicker(readyEvery)
	defer tick.Stop()
	for !c.ready() {
		select {
		case <-tick.C:
		case <-c.exited:
			return fmt.Errorf("%w; the end of its log:\n%s", ErrNotStarted, c.logTail())
		case <-ctx.Done():
			c.shutDown()
			return fmt.Errorf("%w: %w; the end of its log:\n%s", ErrNotStarted, context.Cause(ctx), c.logTail())
		}
	}
	return nil
}

// ready reads what pg_ctl reads: the eighth line of the server's lock file is its status.
func (c *Cluster) ready() bool {
	content, err := os.ReadFile(filepath.Join(c.dataFolder(), "postmaster.pid"))
	if err != nil {
		return false
	}
	lines := strings.Split(string(content), "\n")
	return len(lines) >= 8 && strings.TrimSpace(lines[7]) == "ready"
}

// Stop shuts the server down and removes all that it wrote. It may be called more than once, from anywhere; every call
// returns the outcome of the first.
func (c *Cluster) Stop() error {
	c.stop.Do(func() {
		c.shutDown()
		c.stopErr = os.RemoveAll(c.folder)
	})
	return c.stopErr
}

// shutDown returns when the server's process has ended. Its signals are PostgreSQL's own: SIGINT is "fast", SIGQUIT
// "immediate". SIGKILL is not among them, because it would leave the server's child processes and shared memory behind.
func (c *Cluster) shutDown() {
	_ = c.server.Process.Signal(syscall.SIGINT) // It fails only for a process that has ended already.
	patience := time.NewTimer(stopFastTimeMax)
	defer patience.Stop()
	select {
	case <-c.exited:
		return
	case <-patience.C:
	}
	_ = c.server.Process.Signal(syscall.SIGQUIT)
	<-c.exited
}

// createDatabase matches the log of a CREATE DATABASE, sent as text or as a prepared statement.
var createDatabase = regexp.MustCompile(`(?i)LOG:\s+(statement|execute [^:]*):\s+create\s+database\s`)

// DatabasesCreated counts the databases that clients made so far, dropped ones too. It is evidence that does not rest on
// the word of the tests: a suite that says it ran on PostgreSQL made databases here.
func (c *Cluster) DatabasesCreated() (int, error) {
	log, err := os.ReadFile(c.logPath())
	if err != nil {
		return 0, fmt.Errorf("log of PostgreSQL: %w", err)
	}
	return len(createDatabase.FindAll(log, -1)), nil
}

func (c *Cluster) dataFolder() string { return filepath.Join(c.folder, "data") }

func (c *Cluster) logPath() string { return filepath.Join(c.folder, "server.log") }

func (c *Cluster) logTail() string {
	log, err := os.ReadFile(c.logPath())
	if err != nil {
		return err.Error()
	}
	return string(log[max(0, len(log)-logTailBytesMax):])
}

// serverEnvironment leaves out the caller's PG… variables, which would reach into the server's configuration.
func serverEnvironment() []string {
	return []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC"}
}

// freePort asks the system for a port that is free now. Another process may take it before the server does: see create.
func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	return port, listener.Close()
}
