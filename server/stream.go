package server

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"buf.build/go/protovalidate"
	"connectrpc.com/connect"
	"google.golang.org/protobuf/proto"

	"upline/store"
)

// errStopping ends a stream of a server that shuts down: another one goes on with it.
var errStopping = fmt.Errorf("server: shutting down: %w", store.ErrUnavailable)

// streams is the interceptor that does for calls with streams what the others do for those without: it gives them the longest
// deadline there is, holds what they receive against the contract, and turns errors and panics into what the caller is told.
type streams struct {
	validator protovalidate.Validator
	longest   time.Duration
}

// WrapUnary implements connect.Interceptor.
func (streams) WrapUnary(next connect.UnaryFunc) connect.UnaryFunc { return next }

// WrapStreamingClient implements connect.Interceptor.
func (streams) WrapStreamingClient(next connect.StreamingClientFunc) connect.StreamingClientFunc {
	return next
}

// WrapStreamingHandler implements connect.Interceptor.
func (s streams) WrapStreamingHandler(next connect.StreamingHandlerFunc) connect.StreamingHandlerFunc {
	return func(ctx context.Context, conn connect.StreamingHandlerConn) (err error) {
		defer func() {
			if value := recover(); value != nil {
				if value == http.ErrAbortHandler { //nolint:errorlint // A panic's value is compared as net/http does.
					panic(value)
				}
				err = callFrom(ctx).refuse(panicked(value))
			}
		}()
		bounded, cancel := context.WithTimeout(ctx, s.longest)
		defer cancel()
		err = next(bounded, checkedConn{conn, s.validator})
		switch {
		case err == nil:
			return nil
		case bounded.Err() != nil && ctx.Err() == nil:
			// The stream's time is up, not the caller's: whoever wants to go on watching asks again.
			err = fmt.Errorf("the stream has lasted %v: %w", s.longest, store.ErrUnavailable)
		}
		return callFrom(ctx).refuse(faultOf(ctx, err))
	}
}

// checkedConn is a stream that receives only what the contract allows.
type checkedConn struct {
	connect.StreamingHandlerConn
	validator protovalidate.Validator
}

// Receive implements connect.StreamingHandlerConn.
func (c checkedConn) Receive(message any) error {
	if err := c.StreamingHandlerConn.Receive(message); err != nil {
		return err
	}
	m, ok := message.(proto.Message)
	if !ok {
		return nil
	}
	if err := undecoded(m); err != nil {
		return err
	}
	if err := c.validator.Validate(m); err != nil {
		return faultOfValidation(err)
	}
	return nil
}
