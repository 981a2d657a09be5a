package server

import (
	"context"
	"sync/atomic"

	"upline/store"
)

// hooked is an engine with something before each Read and Write: a wait, an error, a panic.
type hooked struct {
	store.Engine
	hook atomic.Pointer[func(ctx context.Context, name string) error]
}

func (h *hooked) before(ctx context.Context, name string) error {
	if hook := h.hook.Load(); hook != nil {
		return (*hook)(ctx, name)
	}
	return nil
}

func (h *hooked) set(hook func(ctx context.Context, name string) error) { h.hook.Store(&hook) }

func (h *hooked) Read(ctx context.Context, name string, fn func(store.Conn) error) error {
	if err := h.before(ctx, name); err != nil {
		return err
	}
	return h.Engine.Read(ctx, name, fn)
}

func (h *hooked) Write(ctx context.Context, name string, fn func(store.Conn) error) error {
	if err := h.before(ctx, name); err != nil {
		return err
	}
	return h.Engine.Write(ctx, name, fn)
}

func (h *hooked) SchemaVersion(ctx context.Context) (version, oldest int, err error) {
	if err := h.before(ctx, "schema_version"); err != nil {
		return 0, 0, err
	}
	return h.Engine.SchemaVersion(ctx)
}

// hook returns a wrapper for newWorldWith, and the engine that it makes.
func hook() (*hooked, func(store.Engine) store.Engine) {
	h := &hooked{}
	return h, func(e store.Engine) store.Engine {
		h.Engine = e
		return h
	}
}
