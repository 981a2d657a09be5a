package store

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"upline/calc"
)

// Options configure a Store.
type Options struct {
	// Clock gives the time that events are recorded at. Required.
	Clock func() time.Time
	// Compile turns the source of a published plan into a plan that can be computed with. Required.
	Compile func(source string) (*calc.Plan, error)
	// Owner names this process in leases. Required where runs are worked on.
	Owner string
	// LeaseTime is how long a run stays with an owner that gives no sign of life; 0 stands for 15 s.
	LeaseTime time.Duration
	// After is the timer that leases are renewed by; nil stands for time.After.
	After func(time.Duration) <-chan time.Time
	// Phase is told when the work on a run enters a phase; may be nil.
	Phase func(runID string, phase RunPhase)
	// Threads bounds the processors that the computation of a run takes; 0 stands for all. A server leaves one to its callers.
	Threads int
	// ChunkRows is how many rows of a run one transaction writes; 0 stands for 2,000.
	ChunkRows int
	// TallyLines is how many lines of events a distributor has in a period beyond what is summed up already before they are summed up
	// behind the writes; 0 stands for 1,000.
	TallyLines int
	// SegmentEntries is how many entries of sales a segment takes, on an engine with one writer, before the next is begun; 0 stands for 16,384.
	SegmentEntries int
}

// Store is the one contract over all engines. It is safe for concurrent use and holds no state but caches of what never changes.
type Store struct {
	engine  Engine
	options Options
	plans   sync.Map // planKey → *calc.Plan
	regions sync.Map // market → region
	// byCustomers tells that a plan was read whose payments go by how many customers a seller has.
	byCustomers atomic.Bool
	// publishing counts the calls of PublishPlan that are under way.
	publishing atomic.Int64
	// enrolments are those into placement trees.
	enrolments enrolmentQueue
	// recordings are those of single sales, by region.
	recordings sync.Map // region → *callGroups[*saleCall]
	// untallied are the lines that wait to be summed up behind the writes.
	untallied untallied
	// summing are the totals of periods that are summed up.
	summing totalsHeld
	// segments hold the entries by which sales are found by seller.
	segments sellerSegments
}

// New returns a Store on a migrated engine.
func New(engine Engine, options Options) *Store {
	s := &Store{engine: engine, options: options}
	s.enrolments.init(s)
	s.untallied.init(options.TallyLines)
	s.summing.init()
	s.segments.init(!engine.Serial(), options.SegmentEntries)
	return s
}

// Engine returns the engine that the store stands on.
func (s *Store) Engine() Engine { return s.engine }

// nowUS is the injected clock's time in UTC microseconds.
func (s *Store) nowUS() int64 { return s.options.Clock().UnixMicro() }

// Ready reports whether the store can serve: the database answers and its schema is one that this binary knows.
func (s *Store) Ready(ctx context.Context) error {
	return CheckSchema(ctx, s.engine)
}

type planKey struct {
	id      string
	version int32
}
