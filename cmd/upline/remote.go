package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"connectrpc.com/connect"
	"github.com/spf13/pflag"

	uplinev1 "upline/api/upline/v1"
	"upline/api/upline/v1/uplinev1connect"
)

// remote is a running server as a command reaches it.
type remote struct {
	server, key string
}

const (
	serverEnvironment = "UPLINE_SERVER"
	keyEnvironment    = "UPLINE_KEY"
	serverDefault     = "http://127.0.0.1:8080"
)

func (r *remote) declare(flags *pflag.FlagSet) {
	flags.StringVar(&r.server, "server", "", "`address` of the server, else "+serverEnvironment+", else "+serverDefault)
	flags.StringVar(&r.key, "key", "", "API `key`, else "+keyEnvironment+", which other users of the machine do not see")
}

// complete fills in what the flags leave to the environment.
func (r *remote) complete(t terminal) error {
	for _, one := range []struct {
		value       *string
		environment string
		byDefault   string
	}{{&r.server, serverEnvironment, serverDefault}, {&r.key, keyEnvironment, ""}} {
		if *one.value == "" {
			*one.value, _ = t.lookupEnv(one.environment)
		}
		if *one.value == "" {
			*one.value = one.byDefault
		}
	}
	if !strings.HasPrefix(r.server, "http://") && !strings.HasPrefix(r.server, "https://") {
		return usageErrorf("--server %q: an address begins with http:// or https://", r.server)
	}
	return nil
}

func (r *remote) commission() uplinev1connect.CommissionServiceClient {
	return uplinev1connect.NewCommissionServiceClient(http.DefaultClient, r.server, r.options()...)
}

func (r *remote) catalog() uplinev1connect.CatalogServiceClient {
	return uplinev1connect.NewCatalogServiceClient(http.DefaultClient, r.server, r.options()...)
}

func (r *remote) report() uplinev1connect.ReportServiceClient {
	return uplinev1connect.NewReportServiceClient(http.DefaultClient, r.server, r.options()...)
}

func (r *remote) options() []connect.ClientOption {
	return []connect.ClientOption{connect.WithInterceptors(bearer(r.key))}
}

// bearer sends the key with every call.
type bearer string

func (b bearer) sign(header http.Header) {
	if b != "" {
		header.Set("Authorization", "Bearer "+string(b))
	}
}

// WrapUnary implements connect.Interceptor.
func (b bearer) WrapUnary(next connect.UnaryFunc) connect.UnaryFunc {
	return func(ctx context.Context, request connect.AnyRequest) (connect.AnyResponse, error) {
		b.sign(request.Header())
		return next(ctx, request)
	}
}

// WrapStreamingClient implements connect.Interceptor.
func (b bearer) WrapStreamingClient(next connect.StreamingClientFunc) connect.StreamingClientFunc {
	return func(ctx context.Context, spec connect.Spec) connect.StreamingClientConn {
		conn := next(ctx, spec)
		b.sign(conn.RequestHeader())
		return conn
	}
}

// WrapStreamingHandler implements connect.Interceptor.
func (bearer) WrapStreamingHandler(next connect.StreamingHandlerFunc) connect.StreamingHandlerFunc {
	return next
}

// explain turns an error of a call into what a person at a terminal can act on: the server's own words and remedy, or that there is
// no server.
func (r *remote) explain(err error) error {
	if err == nil {
		return nil
	}
	var refused *connect.Error
	if !errors.As(err, &refused) {
		return err
	}
	for _, detail := range refused.Details() {
		value, failed := detail.Value()
		if d, ok := value.(*uplinev1.ErrorDetail); failed == nil && ok {
			return errors.New(detailText(refused.Message(), d))
		}
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("the connection to %s was lost: %s; ask again: a run that was under way goes on when a server runs", r.server, refused.Message())
	}
	if refused.Code() == connect.CodeCanceled {
		return errors.New("broken off")
	}
	if refused.Code() == connect.CodeUnavailable {
		return fmt.Errorf("no server answers at %s: %s; start one with `upline serve`, or name another with --server", r.server, refused.Message())
	}
	return err
}

// detailText is a refusal as text: the message names the fields already, so only the remedies follow.
func detailText(message string, d *uplinev1.ErrorDetail) string {
	var b strings.Builder
	b.WriteString(message)
	for _, field := range d.GetFields() {
		if field.GetRemedy() != "" && !strings.Contains(message, field.GetRemedy()) {
			fmt.Fprintf(&b, "\n%s: %s", field.GetField(), field.GetRemedy())
		}
	}
	if d.GetRemedy() != "" {
		b.WriteString("\n" + d.GetRemedy())
	}
	return b.String()
}

// repeatable tells whether a call that failed so may be made again: the server was busy, went away, or the stream's time was up.
func repeatable(err error) bool {
	if errors.Is(err, io.ErrUnexpectedEOF) { // in the midst of an answer
		return true
	}
	switch connect.CodeOf(err) {
	case connect.CodeUnavailable, connect.CodeAborted, connect.CodeDeadlineExceeded:
		return true
	}
	return false
}
