package intake

import (
	"context"
	"fmt"
	"path/filepath"

	uplinev1 "upline/api/upline/v1"
	"upline/calc/simulate"
	"upline/store"
)

// chunkRows is how many rows one transaction writes: some 10 ms on an engine with one writer, so that a server beside it goes on; more
// where transactions go side by side and each costs round trips.
func (c *Company) chunkRows() int {
	if c.Store.Engine().Serial() {
		return 200
	}
	return 1000
}

// Write writes what is not written yet, and holds the database against the files.
func (c *Company) Write(ctx context.Context) error {
	if c.network != nil {
		if err := c.writeNetwork(ctx); err != nil {
			return err
		}
	}
	for _, f := range c.files {
		if err := f.write(ctx); err != nil {
			return err
		}
	}
	if err := c.sumUp(ctx); err != nil {
		return err
	}
	if c.refused > 0 {
		return ErrRefused
	}
	return nil
}

// chunk is a piece of work that was made ready while the one before was written.
type chunk[T any] struct {
	first int64
	list  []T
	lines []int
	err   error
}

// pipe makes chunks ready beside the one that is written. fill gives them to put, until it is told to stop.
func pipe[T any](ctx context.Context, fill func(put func(chunk[T]) bool), write func(chunk[T]) error) error {
	ctx, cancel := context.WithCancel(ctx)
	chunks := make(chan chunk[T], 2)
	go func() {
		defer close(chunks)
		fill(func(one chunk[T]) bool {
			select {
			case chunks <- one:
				return true
			case <-ctx.Done():
				return false
			}
		})
	}()
	var failed error
	for one := range chunks {
		if failed == nil {
			if failed = one.err; failed == nil {
				failed = write(one)
			}
			if failed != nil {
				cancel()
			}
		}
	}
	cancel()
	if failed == nil {
		failed = context.Cause(ctx)
		if failed == context.Canceled { //nolint:errorlint // it is ours when the caller's goes on
			failed = nil
		}
	}
	return failed
}

func (c *Company) writeNetwork(ctx context.Context) error {
	n := c.network
	done, err := c.Store.ImportedRows(ctx, c.PlanID, "network", n.digest)
	if err != nil {
		return err
	}
	total, size := int64(len(n.order)), int64(c.chunkRows())
	fill := func(put func(chunk[store.NewDistributor]) bool) {
		for from := done; from < total; from += size {
			one := chunk[store.NewDistributor]{first: from}
			for _, row := range n.order[from:min(from+size, total)] {
				d, fields, err := c.intake.Enrolment(n.rows[row].request(c.PlanID))
				if err != nil || len(fields) > 0 {
					one.err = fmt.Errorf("%s:%d: %v: %w", filepath.Base(n.path), n.rows[row].line, fields, err)
				}
				one.list, one.lines = append(one.list, d), append(one.lines, int(n.rows[row].line))
			}
			if !put(one) {
				return
			}
		}
	}
	err = pipe(ctx, fill, func(one chunk[store.NewDistributor]) error {
		c.Progress("writing "+filepath.Base(n.path), one.first, total)
		_, err := c.Store.EnrollChunk(ctx, one.list, store.ImportChunk{Kind: "network", FileDigest: n.digest, FirstRow: one.first, RowCount: int64(len(one.list))})
		if err != nil {
			return c.refusal(err, n.path, "distributors", &networkFormat, networkFields, func(i int) int { return one.lines[i] })
		}
		return nil
	})
	if err == nil {
		err = ctx.Err()
	}
	return err
}

func (f *factFile) write(ctx context.Context) error {
	c := f.company
	done, err := c.Store.ImportedRows(ctx, c.PlanID, f.kind.name, f.digest)
	if err != nil || done >= f.rows {
		return err
	}
	size := int64(c.chunkRows())
	fill := func(put func(chunk[store.OpeningEntry]) bool) {
		one := chunk[store.OpeningEntry]{first: done}
		row, stopped := int64(0), false
		err := f.each("writing "+filepath.Base(f.path), func(t *simulate.Table, request *uplinev1.OpeningEntry, _ []int) error {
			if row++; row <= done || stopped {
				return nil
			}
			e, fields, err := c.intake.Entry(request)
			if err != nil || len(fields) > 0 {
				return fmt.Errorf("%s:%d: %v: %w", filepath.Base(f.path), t.Line(), fields, err)
			}
			one.list, one.lines = append(one.list, e), append(one.lines, t.Line())
			if int64(len(one.list)) == size {
				stopped = !put(one)
				one = chunk[store.OpeningEntry]{first: row}
			}
			return nil
		})
		if one.err = err; (len(one.list) > 0 || err != nil) && !stopped {
			put(one)
		}
	}
	err = pipe(ctx, fill, func(one chunk[store.OpeningEntry]) error {
		err := c.Store.ImportOpeningChunk(ctx, c.PlanID, one.list, store.ImportChunk{
			Kind: f.kind.name, FileDigest: f.digest, FirstRow: one.first, RowCount: int64(len(one.list)),
		})
		if err != nil {
			return c.refusal(err, f.path, "entries", f.kind.format, f.kind.fields, func(i int) int { return one.lines[i] })
		}
		return nil
	})
	if err == nil {
		err = ctx.Err()
	}
	return err
}
