package worker

import (
	"context"
	"log/slog"
	"time"
)

// Segments is what a Merger needs of a store.
type Segments interface {
	// MergeSellerSegments takes a step in merging the entries by which sales are found by seller, and returns how many entries it merged;
	// 0 says that there is nothing to merge.
	MergeSellerSegments(ctx context.Context) (merged int, err error)
}

// MergerOptions are what a Merger is made with.
type MergerOptions struct {
	// Logger takes a line for every step that failed. Required.
	Logger *slog.Logger
	// Ticks say when to take a step; nil stands for every 20 ms. What is not merged yet is looked through segment by segment, so how often
	// a step is taken decides how long looking for a seller's sales takes, and nothing about what is found.
	Ticks <-chan time.Time
}

const (
	// mergeEvery is how often a Merger takes a step. One takes some 6 ms of the database's time, so that calls have the most of it; a
	// look that finds nothing does not ask the database, but for the first.
	mergeEvery = 20 * time.Millisecond
	// mergeTicksLost are the ticks that a Merger sits out after a step that failed, so that a database that is away is not asked, and
	// spoken of, 50 times a second.
	mergeTicksLost = 50
)

// Merger has the store merge behind the writes what recording sales leaves apart.
type Merger struct {
	segments Segments
	options  MergerOptions
}

// NewMerger returns a Merger that does nothing until Run is called.
func NewMerger(segments Segments, options MergerOptions) *Merger {
	return &Merger{segments: segments, options: options}
}

// Run takes a step at every tick until ctx ends, and returns when the transaction under way is done.
func (m *Merger) Run(ctx context.Context) error {
	lost := 0
	eachTick(ctx, m.options.Ticks, mergeEvery, func() {
		if lost > 0 {
			lost--
			return
		}
		if err := m.step(ctx); err != nil && ctx.Err() == nil {
			lost = mergeTicksLost
			m.options.Logger.Warn("entries of sales could not be merged behind the writes", "cause", err.Error())
		}
	})
	return nil
}

// step takes one step. A fault in it is an error like another.
func (m *Merger) step(ctx context.Context) (err error) {
	defer faultAsError(&err, "merging entries of sales")
	_, err = m.segments.MergeSellerSegments(ctx)
	return err
}
