package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"

	"connectrpc.com/connect"
)

// errPanic is the cause of a fault that a panic became. The stack goes to the log with it.
var errPanic = errors.New("server: panic")

func panicked(value any) *fault {
	return internalFault(fmt.Errorf("%w: %v\n%s", errPanic, value, debug.Stack()))
}

// recoverCalls is the interceptor that turns a panic of a handler into INTERNAL, inside of traces and metrics.
func recoverCalls(next connect.UnaryFunc) connect.UnaryFunc {
	return func(ctx context.Context, request connect.AnyRequest) (response connect.AnyResponse, err error) {
		defer func() {
			if value := recover(); value != nil {
				if value == http.ErrAbortHandler { //nolint:errorlint // A panic's value is compared as net/http does.
					panic(value)
				}
				response, err = nil, panicked(value)
			}
		}()
		return next(ctx, request)
	}
}

// withRecovery answers a panic anywhere else, as long as nothing was written yet.
func withRecovery(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			value := recover()
			if value == nil {
				return
			}
			if a, ok := w.(*answer); value == http.ErrAbortHandler || ok && a.status != 0 { //nolint:errorlint // As above.
				callFrom(r.Context()).fault = panicked(value)
				panic(http.ErrAbortHandler)
			}
			writeFault(w, r, panicked(value))
		}()
		next.ServeHTTP(w, r)
	})
}
