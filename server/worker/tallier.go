package worker

import (
	"context"
	"log/slog"
	"time"
)

// Tallies is what a Tallier needs of a store.
type Tallies interface {
	// Tally sums up the lines of those who have many that are not summed up yet, and returns of how many distributors and periods.
	Tally(ctx context.Context) (written int, err error)
}

// TallierOptions are what a Tallier is made with.
type TallierOptions struct {
	// Logger takes a line for every look that failed. Required.
	Logger *slog.Logger
	// Ticks say when to look for lines to sum up; nil stands for every second. What is not summed up yet is read line by line, so how often
	// one looks decides how long reading takes, and nothing about what is read.
	Ticks <-chan time.Time
}

// tallyEvery is how often a Tallier looks. A look that finds nothing does not ask the database. One that finds something ends a tally, for
// which sales under way have to read their gates again.
const tallyEvery = time.Second

// Tallier has the store sum up lines behind the writes.
type Tallier struct {
	tallies Tallies
	options TallierOptions
}

// NewTallier returns a Tallier that does nothing until Run is called.
func NewTallier(tallies Tallies, options TallierOptions) *Tallier {
	return &Tallier{tallies: tallies, options: options}
}

// Run looks at every tick until ctx ends, and returns when the transaction under way is done. What is tried in vain is tried again at the
// next tick.
func (w *Tallier) Run(ctx context.Context) error {
	eachTick(ctx, w.options.Ticks, tallyEvery, func() {
		written, err := w.look(ctx)
		if err != nil && ctx.Err() == nil {
			w.options.Logger.Warn("lines could not be summed up behind the writes", "cause", err.Error())
		} else if written > 0 {
			w.options.Logger.Debug("lines summed up", "distributors", written)
		}
	})
	return nil
}

// look is one look. A fault in it is an error like another.
func (w *Tallier) look(ctx context.Context) (written int, err error) {
	defer faultAsError(&err, "tallies")
	return w.tallies.Tally(ctx)
}
