package storetest

import (
	"context"
	"errors"
	"sync/atomic"

	"upline/store"
)

// Faulty returns an engine on which fault decides how each Write goes. It is called with the transaction's name and number, from 1,
// before the transaction begins, so that it may also do something in between, as another server would.
//
// When it returns nil the transaction goes as it would. When it returns an error, the transaction's statements are run and rolled
// back, as a process is killed before its commit; with AfterCommit they are committed, as a process is killed before it hears of
// it. Either way the caller of Write gets the error. A process that stays dead is a fault that returns errors from a number on.
func Faulty(engine store.Engine, fault func(name string, n int64) error) store.Engine {
	return &faulty{Engine: engine, fault: fault}
}

// AfterCommit makes an error of a fault come after the commit.
func AfterCommit(err error) error { return &afterCommit{err} }

type afterCommit struct{ error }

func (a *afterCommit) Unwrap() error { return a.error }

type faulty struct {
	store.Engine
	fault func(name string, n int64) error
	count atomic.Int64
}

func (f *faulty) Write(ctx context.Context, name string, fn func(store.Conn) error) error {
	fault := f.fault(name, f.count.Add(1))
	var after *afterCommit
	commits := fault == nil || errors.As(fault, &after)
	err := f.Engine.Write(ctx, name, func(c store.Conn) error {
		if err := fn(c); err != nil || commits {
			return err
		}
		return fault
	})
	if err != nil {
		return err
	}
	return fault
}
