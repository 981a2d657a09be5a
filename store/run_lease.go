package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// lease is the right to work on something that one server does, like a run, for as long as its token is the newest. Everything that writes for the run checks the token
// in the same transaction, so an owner who stalled and was replaced can do no harm, whatever its clock says.
type lease struct {
	name  string
	what  string // for messages
	token int64
}

const (
	sqlLease       = `SELECT owner, expires_at_us, token FROM leases WHERE name = $1`
	sqlLeaseInsert = `INSERT INTO leases (name, owner, expires_at_us, token) VALUES ($1, $2, $3, $4)`
	sqlLeaseTake   = `UPDATE leases SET owner = $2, expires_at_us = $3, token = $4 WHERE name = $1`
	sqlLeaseRenew  = `UPDATE leases SET expires_at_us = $3 WHERE name = $1 AND token = $2`
	sqlRunReading  = `UPDATE runs SET phase = 'READING' WHERE run_id = $1 AND state = 'RUNNING'`
)

// leaseTimeDefault is long enough for an owner that is busy, or whose database is.
const leaseTimeDefault = 15 * time.Second

// leaseTime is how long a lease lasts when it is not renewed: what is waited for after an owner died. A third of it is the rhythm of
// renewing, so an owner may miss two.
func (s *Store) leaseTime() time.Duration {
	if s.options.LeaseTime > 0 {
		return s.options.LeaseTime
	}
	return leaseTimeDefault
}

// takeRunLease takes the lease of a run, which it marks as being read.
func (s *Store) takeRunLease(ctx context.Context, runID string) (lease, error) {
	return s.takeLease(ctx, runID, "run "+runID, func(c Conn) error {
		running, err := c.Exec(sqlRunReading, runID)
		if err == nil && running == 0 {
			// It was posted or cancelled since it was looked at. Who reads it next sees which.
			err = fmt.Errorf("%w: run %s is no longer under way", ErrLeaseHeld, runID)
		}
		return err
	})
}

// takeLease takes a lease that is free or has run out, and does something with it in the same transaction; nil for nothing. A lease
// that lives is held by another even when it bears this owner's name: two goroutines of a process are two workers, and a process that
// was started again may be twice there.
func (s *Store) takeLease(ctx context.Context, name, what string, also func(Conn) error) (l lease, err error) {
	err = s.engine.Write(ctx, "lease", func(c Conn) error {
		l = lease{name: name, what: what}
		now, found := s.nowUS(), false
		var owner string
		var expiresAtUS int64
		err := c.Query(sqlLease, []any{name}, func(r Row) error {
			owner, expiresAtUS, l.token, found = r.Text(0), r.Int(1), r.Int(2), true
			return nil
		})
		if err != nil {
			return err
		}
		if found && now < expiresAtUS {
			return fmt.Errorf("%w: %s is worked on by %s", ErrLeaseHeld, what, owner)
		}
		l.token++
		if found {
			_, err = c.Exec(sqlLeaseTake, name, s.options.Owner, now+s.leaseTime().Microseconds(), l.token)
		} else {
			_, err = c.Exec(sqlLeaseInsert, name, s.options.Owner, now+s.leaseTime().Microseconds(), l.token)
		}
		if err != nil || also == nil {
			return err
		}
		return also(c)
	})
	return l, err
}

// checkLease returns ErrLeaseHeld when another took the lease over. It asks for the token and not for the time: who still has the
// newest token is alone, even when late.
func checkLease(c Conn, l lease) error {
	var token int64
	err := c.Query(sqlLease, []any{l.name}, func(r Row) error {
		token = r.Int(2)
		return nil
	})
	if err != nil {
		return err
	}
	if token != l.token {
		return fmt.Errorf("%w: %s: token %d is past %d", ErrTakenOver, l.what, token, l.token)
	}
	return nil
}

// extendLease lets the lease last until the given time; a time gone by gives it up. The row stays, so that the token only grows.
func (s *Store) extendLease(ctx context.Context, l lease, untilUS int64) error {
	return s.engine.Write(ctx, "run_lease_extend", func(c Conn) error {
		changed, err := c.Exec(sqlLeaseRenew, l.name, l.token, untilUS)
		if err == nil && changed == 0 {
			err = fmt.Errorf("%w: %s", ErrTakenOver, l.what)
		}
		return err
	})
}

// keepLease renews the lease until stop is called, and cancels the returned context, with ErrLeaseHeld as the cause, when another
// has taken it. A renewal that fails otherwise is tried again at the next turn.
func (s *Store) keepLease(parent context.Context, l lease) (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(parent)
	ended, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-ended:
				return
			case <-ctx.Done():
				return
			case <-s.after(s.leaseTime() / 3):
			}
			err := s.extendLease(ctx, l, s.nowUS()+s.leaseTime().Microseconds())
			if errors.Is(err, ErrLeaseHeld) {
				cancel(err)
				return
			}
		}
	}()
	return ctx, sync.OnceFunc(func() {
		close(ended)
		cancel(nil)
		<-done
	})
}

// after is the injected timer.
func (s *Store) after(d time.Duration) <-chan time.Time {
	if s.options.After != nil {
		return s.options.After(d)
	}
	return time.After(d)
}
