package sqlite

import (
	"sync/atomic"
	"time"
)

// The write-ahead log is written back into the database file, after which SQLite begins it anew. SQLite's own way is to do that in
// the commit that finds the log long, which then takes tens of milliseconds. Here a goroutine with a connection of its own does most
// of it while commits go on, and the writer does what has come in meanwhile, because a log that grows all the time would never be
// caught up with. A log begins anew only at a moment when all of it is written back and no reader looks into it.
//
// A long reader keeps the log growing, and nothing is lost by that but disk. Many short readers that overlap could do the same for
// good; so when the log has grown far, the writer waits a moment for the readers of that moment, and begins it anew.
const (
	// logPages is after how many pages the log is written back: 192 MB. Fewer write often changed pages back more often, and the 20 to
	// 30 ms that the writer then waits for the file to be on the disk, whatever is left to write, come so often that one sale in
	// a hundred meets them. More make readers look for a page in more of the log's indexes, which are of 4,096 pages each.
	logPages        = 49_152
	logWaitTimes    = 4         // so many times that, and the writer waits for readers
	logBytesKept    = 256 << 20 // what is kept of a longer log's file once it has begun anew
	readersWaitTime = 20 * time.Millisecond
	catchUpTries    = 8
	commitsPerLook  = 8 // a look at the log's length is not free
)

// checkpointer writes the log back beside the writer.
type checkpointer struct {
	db      *database
	kicked  chan struct{}
	passed  atomic.Bool // a pass has ended that the writer has not taken note of
	stopped chan error

	// The writer's own.
	every    int64 // logPages, and fewer in tests
	nextPass int64 // the length of the log at which the next pass begins
	nextWait int64 // and at which readers are waited for
	tries    int   // what is left of catching up after a pass
	commits  int   // since the length of the log was looked at
}

func newCheckpointer(db *database) *checkpointer {
	c := &checkpointer{
		db: db, kicked: make(chan struct{}, 1), stopped: make(chan error, 1),
		every: logPages, nextPass: logPages, nextWait: logWaitTimes * logPages,
	}
	go c.loop()
	return c
}

func (c *checkpointer) loop() {
	for range c.kicked {
		// An error is the disk's, and meets the next commit too.
		if _, err := c.db.checkpoint("PASSIVE"); err == nil {
			c.passed.Store(true)
		}
	}
	c.stopped <- c.db.close()
}

func (c *checkpointer) close() error {
	close(c.kicked)
	return <-c.stopped
}

// committed is called by the writer after each commit, on the writer's connection.
func (c *checkpointer) committed(writer *database) error {
	if c.passed.CompareAndSwap(true, false) {
		c.tries = catchUpTries
	}
	if c.commits++; c.tries == 0 && c.commits < commitsPerLook {
		return nil
	}
	c.commits = 0
	log, err := writer.checkpoint("NOOP")
	if err != nil {
		return err
	}
	if log.pages < c.every {
		c.nextPass, c.nextWait = c.every, logWaitTimes*c.every
	}
	switch {
	case log.pages >= c.nextWait:
		c.nextWait = log.pages + c.every
		writer.conn.SetBusyTimeout(readersWaitTime)
		defer writer.conn.SetBusyTimeout(0)
		_, err = writer.checkpoint("RESTART")
	case c.tries > 0:
		c.tries--
		if log, err = writer.checkpoint("PASSIVE"); log.written == log.pages {
			c.tries = 0
		}
	case log.pages >= c.nextPass:
		c.nextPass = log.pages + c.every
		select {
		case c.kicked <- struct{}{}:
		default: // a pass is under way
		}
	}
	return err
}

// logState is the length of the write-ahead log and how much of it is written back, in pages.
type logState struct{ pages, written int64 }

// checkpoint runs a checkpoint of a mode. That another connection is at one, or that readers hold it up, is no error.
func (db *database) checkpoint(mode string) (logState, error) {
	s, err := db.prepare("PRAGMA wal_checkpoint(" + mode + ")")
	if err != nil {
		return logState{}, classify(err)
	}
	var state logState
	for {
		row, err := s.Step()
		switch {
		case err != nil && isBusy(err):
			return state, nil
		case err != nil:
			return state, classify(err)
		case !row:
			return state, classify(s.Reset())
		}
		state = logState{pages: s.ColumnInt64(1), written: s.ColumnInt64(2)}
	}
}
