package storetest

import (
	"context"
	"sync"

	"upline/store"
)

// Step is one round trip of a transaction: the statements that were sent together.
type Step []store.BatchItem

// Trace passes everything on to an engine and keeps what the last writing transaction sent: for benchmarks that let a bare driver
// run the same statements.
type Trace struct {
	store.Engine
	mu    sync.Mutex
	steps []Step
}

// Write implements store.Engine.
func (t *Trace) Write(ctx context.Context, name string, fn func(store.Conn) error) error {
	var steps []Step
	err := t.Engine.Write(ctx, name, func(c store.Conn) error {
		steps = nil
		return fn(&traced{Conn: c, steps: &steps})
	})
	t.mu.Lock()
	defer t.mu.Unlock()
	t.steps = steps
	return err
}

// Steps returns what the last writing transaction sent.
func (t *Trace) Steps() []Step {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.steps
}

type traced struct {
	store.Conn
	steps *[]Step
}

func (c *traced) keep(items ...store.BatchItem) {
	*c.steps = append(*c.steps, append(Step(nil), items...))
}

func (c *traced) Exec(sql string, args ...any) (int64, error) {
	c.keep(store.BatchItem{SQL: sql, Args: args})
	return c.Conn.Exec(sql, args...)
}

func (c *traced) Query(sql string, args []any, each func(store.Row) error) error {
	c.keep(store.BatchItem{SQL: sql, Args: args, Each: each})
	return c.Conn.Query(sql, args, each)
}

func (c *traced) Send(b *store.Batch) error {
	if len(b.Items) > 0 {
		c.keep(b.Items...)
	}
	return c.Conn.Send(b)
}
