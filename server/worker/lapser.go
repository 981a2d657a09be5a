package worker

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"upline/store"
)

// Dues is what a Lapser needs of a store.
type Dues interface {
	// LapseDue records the lapse of every service that is overdue, or returns store.ErrLeaseHeld while another server does.
	LapseDue(ctx context.Context) (lapsed int, failures []store.LapseFailure, err error)
}

// LapserOptions are what a Lapser is made with.
type LapserOptions struct {
	// Logger takes a line for every look that lapsed something or failed. Required.
	Logger *slog.Logger
	// Ticks say when to look for what is overdue; nil stands for every minute. A lapse is dated by the end of its grace, so how often
	// one looks decides only how soon it is known.
	Ticks <-chan time.Time
}

// lapseEvery is how often a Lapser looks. A look that finds nothing reads a few ranges of one index.
const lapseEvery = time.Minute

// Lapser watches what is due, and lapses services that are overdue.
type Lapser struct {
	dues    Dues
	options LapserOptions
}

// NewLapser returns a Lapser that does nothing until Run is called.
func NewLapser(dues Dues, options LapserOptions) *Lapser {
	return &Lapser{dues: dues, options: options}
}

// Run looks at every tick until ctx ends, and returns when the transaction under way is done. What is tried in vain is tried again at the
// next tick.
func (l *Lapser) Run(ctx context.Context) error {
	eachTick(ctx, l.options.Ticks, lapseEvery, func() {
		lapsed, failures, err := l.look(ctx)
		if lapsed > 0 {
			l.options.Logger.Info("services lapsed", "services", lapsed)
		}
		for _, f := range failures {
			l.options.Logger.Error("a service is overdue and could not be lapsed", "market", f.Market, "sale_id", f.SaleID, "cause", f.Err.Error())
		}
		if err != nil && ctx.Err() == nil && !errors.Is(err, store.ErrLeaseHeld) {
			l.options.Logger.Warn("what is due could not be watched", "cause", err.Error())
		}
	})
	return nil
}

// look is one look. A fault in it is an error like another.
func (l *Lapser) look(ctx context.Context) (lapsed int, failures []store.LapseFailure, err error) {
	defer faultAsError(&err, "lapses")
	return l.dues.LapseDue(ctx)
}
