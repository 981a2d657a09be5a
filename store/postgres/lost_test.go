package postgres_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"upline/store"
	"upline/store/postgres"
	"upline/store/storetest"
)

// cutter is a proxy before a server. It cuts a connection when the client says a word, before the server gets to hear it or after.
type cutter struct {
	listener net.Listener
	server   string
	word     []byte
	forward  bool
	cuts     atomic.Int64 // how often it still cuts
	wg       sync.WaitGroup
}

// newCutter returns the proxy and the URL of the database behind it.
func newCutter(t *testing.T, database storetest.Database, word string, forward bool, cuts int64) (*cutter, string) {
	t.Helper()
	at, err := url.Parse(database.URL)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &cutter{listener: listener, server: at.Host, word: []byte(word), forward: forward}
	c.cuts.Store(cuts)
	c.wg.Go(c.accept)
	t.Cleanup(func() { listener.Close(); c.wg.Wait() })
	at.Host = listener.Addr().String()
	return c, at.String()
}

func (c *cutter) accept() {
	for {
		client, err := c.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", c.server)
		if err != nil {
			client.Close()
			continue
		}
		var withheld atomic.Bool
		answered := make(chan struct{})
		c.wg.Go(func() {
			defer client.Close()
			defer close(answered)
			answer(client, server, &withheld)
		})
		c.wg.Go(func() {
			defer server.Close()
			c.listen(client, server, &withheld, answered)
		})
	}
}

// answer passes on what the server says, until that is withheld.
func answer(client, server net.Conn, withheld *atomic.Bool) {
	buffer := make([]byte, 1<<16)
	for {
		n, err := server.Read(buffer)
		if err != nil || withheld.Load() {
			return
		}
		if _, err := client.Write(buffer[:n]); err != nil {
			return
		}
	}
}

func (c *cutter) listen(client, server net.Conn, withheld *atomic.Bool, answered <-chan struct{}) {
	buffer := make([]byte, 1<<16)
	for {
		n, err := client.Read(buffer)
		if err != nil {
			return
		}
		cut := bytes.Contains(buffer[:n], c.word) && c.cuts.Add(-1) >= 0
		if cut && !c.forward {
			return
		}
		// The server does what it is told, and its answer never arrives.
		withheld.Store(cut)
		if _, err := server.Write(buffer[:n]); err != nil {
			return
		}
		if cut {
			<-answered
			return
		}
	}
}

const (
	defineNotes = `CREATE TABLE IF NOT EXISTS notes (id TEXT NOT NULL, PRIMARY KEY (id))`
	putNote     = `INSERT INTO notes (id) VALUES ($1)`
)

// openNotes opens an engine behind a cutter, and one that reaches the same database without it.
func openNotes(t *testing.T, word string, forward bool, cuts int64) (behind, direct store.Engine) {
	t.Helper()
	database := storetest.PostgresDatabase(t)
	direct = database.Open(t)
	if err := direct.Write(t.Context(), "define", func(c store.Conn) error { _, err := c.Exec(defineNotes); return err }); err != nil {
		t.Fatal(err)
	}
	_, through := newCutter(t, database, word, forward, cuts)
	behind, err := postgres.Open(t.Context(), through, postgres.Options{Clock: storetest.Clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { behind.Close() })
	return behind, direct
}

func note(id string) func(store.Conn) error {
	return func(c store.Conn) error { _, err := c.Exec(putNote, id); return err }
}

func notes(t *testing.T, engine store.Engine) (n int64) {
	t.Helper()
	if err := engine.Read(t.Context(), "notes", func(c store.Conn) error {
		return c.Query(`SELECT COUNT(*) FROM notes`, nil, func(r store.Row) error { n = r.Int(0); return nil })
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestWrite_LostInCommitIsAmbiguous(t *testing.T) {
	for name, forward := range map[string]bool{"and it happened": true, "and it did not happen": false} {
		t.Run(name, func(t *testing.T) {
			behind, direct := openNotes(t, "COMMIT", forward, 1)
			runs := 0
			err := behind.Write(t.Context(), "note", func(c store.Conn) error { runs++; return note("a")(c) })
			if !errors.Is(err, store.ErrAmbiguous) || runs != 1 {
				t.Errorf("after %d runs: %v, want store.ErrAmbiguous after 1", runs, err)
			}
			if stats := behind.Stats(); stats.Ambiguous != 1 || stats.Commits != 0 {
				t.Errorf("counted %+v", stats)
			}
			if !forward {
				if n := notes(t, direct); n != 0 {
					t.Errorf("%d notes, want none", n)
				}
				return
			}
			if n := notes(t, direct); n != 1 {
				t.Errorf("%d notes, want the one", n)
			}
		})
	}
}

func TestWrite_LostBeforeCommitRunsAgain(t *testing.T) {
	behind, direct := openNotes(t, "INSERT INTO notes", false, 2)
	runs := 0
	if err := behind.Write(t.Context(), "note", func(c store.Conn) error { runs++; return note("a")(c) }); err != nil {
		t.Fatal(err)
	}
	if n := notes(t, direct); n != 1 || runs != 3 {
		t.Errorf("%d notes after %d runs, want 1 after 3", n, runs)
	}
}

func TestWrite_LostAgainAndAgainIsUnavailable(t *testing.T) {
	behind, direct := openNotes(t, "INSERT INTO notes", false, 1_000)
	if err := behind.Write(t.Context(), "note", note("a")); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("got %v, want store.ErrUnavailable", err)
	}
	if n := notes(t, direct); n != 0 {
		t.Errorf("%d notes, want none", n)
	}
}

func TestWrite_SessionEndedByTheServerRunsAgain(t *testing.T) {
	engine := storetest.Postgres(t)
	if err := engine.Write(t.Context(), "define", func(c store.Conn) error { _, err := c.Exec(defineNotes); return err }); err != nil {
		t.Fatal(err)
	}
	runs := 0
	err := engine.Write(t.Context(), "note", func(c store.Conn) error {
		runs++
		if err := note("a")(c); err != nil {
			return err
		}
		if runs == 1 {
			_, err := c.Exec(`SELECT pg_terminate_backend(pg_backend_pid())`)
			return err
		}
		return nil
	})
	if err != nil || runs != 2 || notes(t, engine) != 1 {
		t.Errorf("after %d runs: %v, %d notes", runs, err, notes(t, engine))
	}
}

// A process that stalls in a transaction, as one that is stopped does, holds its row only for so long: another gets it, and the one that
// stalled finds that its transaction came to nothing, and runs it again.
func TestWrite_StalledLetsGoOfItsLocks(t *testing.T) {
	database := storetest.PostgresDatabase(t)
	direct := database.Open(t)
	if err := direct.Write(t.Context(), "define", func(c store.Conn) error { _, err := c.Exec(defineNotes); return err }); err != nil {
		t.Fatal(err)
	}
	stalls, err := postgres.Open(t.Context(), database.URL, postgres.Options{Clock: storetest.Clock, IdleTime: 200 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stalls.Close() })
	holds, goOn, ended := make(chan bool, 9), make(chan bool), make(chan error)
	runs := 0
	go func() {
		ended <- stalls.Write(t.Context(), "note", func(c store.Conn) error {
			if runs++; runs > 1 {
				return note("b")(c)
			}
			err := note("a")(c)
			holds <- err == nil
			<-goOn
			return errors.Join(err, note("c")(c))
		})
	}()
	if !<-holds {
		t.Fatal("nobody stalls")
	}
	if err := direct.Write(t.Context(), "note", note("a")); err != nil { // which waits for the key
		t.Error(err)
	}
	close(goOn)
	if err := <-ended; err != nil || runs != 2 || notes(t, direct) != 2 {
		t.Errorf("the one that stalled ends with %v after %d runs; %d notes, want 2", err, runs, notes(t, direct))
	}
}

func TestWrite_ServerThatIsNotThereIsUnavailable(t *testing.T) {
	database := storetest.PostgresDatabase(t)
	cut, through := newCutter(t, database, "no such word", true, 0)
	engine, err := postgres.Open(t.Context(), through, postgres.Options{Clock: storetest.Clock})
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	cut.listener.Close()
	nothing := func(store.Conn) error { t.Error("the closure has run"); return nil }
	if err := engine.Write(context.Background(), "test", nothing); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("got %v, want store.ErrUnavailable", err)
	}
}
