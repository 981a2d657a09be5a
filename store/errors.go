package store

import (
	"errors"
	"fmt"
	"strings"
)

// The errors of this package. They are wrapped with the ids concerned; test with errors.Is. Those that a caller of the API can
// mend come as a *Refusal, which says more.
var (
	// ErrUnavailable: the database could not be reached or stayed busy. Nothing was changed; the call can be repeated.
	ErrUnavailable = errors.New("store: unavailable")
	// ErrAmbiguous: the connection was lost during a commit, and whether it happened is not known. The call can be repeated: the
	// idempotency rows tell.
	ErrAmbiguous = errors.New("store: outcome unknown")
	// ErrSchema: the database's schema is older or newer than this binary can use.
	ErrSchema = errors.New("store: schema version")
	// ErrCorrupt: rows of the database contradict each other.
	ErrCorrupt = errors.New("store: rows contradict each other")

	ErrUnknownMarket      = errors.New("no such market")
	ErrUnknownDistributor = errors.New("no such distributor")
	ErrUnknownProduct     = errors.New("no such product")
	ErrUnknownVendor      = errors.New("no such vendor")
	ErrUnknownSale        = errors.New("no such sale")
	ErrUnknownPlan        = errors.New("no such plan")
	ErrUnknownRun         = errors.New("no such run")
	ErrUnknownPeriod      = errors.New("no such period")
	ErrIDReused           = errors.New("id used before with other content")
	ErrPlaceTaken         = errors.New("place taken")
	ErrPeriodNotOver      = errors.New("period not over")
	ErrEarlierPeriodOpen  = errors.New("earlier period not closed")
	ErrPeriodClosed       = errors.New("period closed")
	ErrNetworkRule        = errors.New("not allowed by the network")
	ErrNetworkCycle       = errors.New("would stand under the own downline")
	ErrTerminated         = errors.New("distributor terminated")
	ErrPlanOverlap        = errors.New("plan validity overlaps")
	ErrTimeOutOfRange     = errors.New("time out of range")
	ErrCurrency           = errors.New("currency not payable under the plan")
	ErrImmutable          = errors.New("value cannot be changed")
	ErrInvalid            = errors.New("invalid value")
	ErrUnknownAdjustment  = errors.New("no such adjustment")
	ErrSelfApproved       = errors.New("approved by who asks for it")
	ErrRunPosted          = errors.New("run posted")
	ErrOtherOutput        = errors.New("run came to another output")
	// ErrRunCancelled: the run was called off while somebody worked on it or waited for it.
	ErrRunCancelled = errors.New("run cancelled")
	// ErrLeaseHeld: another owner works on the run, or took it over from a caller who had stalled. It goes on without the caller.
	ErrLeaseHeld = errors.New("lease held by another")
	// ErrTakenOver is the ErrLeaseHeld of an owner who had stalled: what it wanted to write since is not there.
	ErrTakenOver = fmt.Errorf("taken over: %w", ErrLeaseHeld)
)

// FieldProblem says what is wrong with one field of a call, by its path in the API's request.
type FieldProblem struct {
	Field, Problem, Remedy string
}

// Refusal is a call that was refused and changed nothing.
type Refusal struct {
	// Kind is one of the sentinels above.
	Kind error
	// Fields are the fields concerned; may be empty.
	Fields []FieldProblem
	// IDs are the ids concerned by kind, as key, value, key, value.
	IDs []string
	// Remedy says what to do about it; may be empty when the fields say it.
	Remedy string
}

// Error says the kind, the ids and the fields in one sentence.
func (r *Refusal) Error() string {
	var b strings.Builder
	b.WriteString(r.Kind.Error())
	for i := 0; i+1 < len(r.IDs); i += 2 {
		if i == 0 {
			b.WriteString(": ")
		} else {
			b.WriteString(", ")
		}
		b.WriteString(r.IDs[i] + " " + r.IDs[i+1])
	}
	for _, f := range r.Fields {
		b.WriteString("; " + f.Field + ": " + f.Problem)
	}
	return b.String()
}

// Unwrap returns the kind.
func (r *Refusal) Unwrap() error { return r.Kind }
