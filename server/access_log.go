package server

import (
	"log/slog"
	"net/http"
	"strings"
	"time"

	"connectrpc.com/connect"
)

// withAccessLog writes one line for every request: what was called, by whom, with which outcome, how long it took. It logs neither
// bodies nor headers, so no secret and no personal data but ids of callers.
//
// Calls are logged at Info, faults of Upline at Error with their cause, everything that is no call (health, metrics) at Debug.
func withAccessLog(logger *slog.Logger, observe func(*call, connect.Code, time.Duration), next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := callFrom(r.Context())
		defer func() {
			took := time.Since(c.startedAt)
			code := connect.Code(0)
			if c.fault != nil {
				code = c.fault.code
			}
			observe(c, code, took)
			logCall(r, logger, c, took)
		}()
		next.ServeHTTP(w, r)
	})
}

func logCall(r *http.Request, logger *slog.Logger, c *call, took time.Duration) {
	level := slog.LevelInfo
	switch {
	case c.fault != nil && isOurFault(c.fault.code):
		level = slog.LevelError
	case c.procedure == "" && c.fault == nil:
		level = slog.LevelDebug
	}
	if !logger.Enabled(r.Context(), level) {
		return
	}
	attributes := make([]slog.Attr, 0, 12)
	attributes = append(attributes,
		slog.String("request_id", c.requestID),
		slog.String("method", methodName(r)),
		slog.String("protocol", protocolOf(r)),
		slog.String("code", codeName(c.fault)),
		slog.Duration("duration", took),
	)
	if c.caller.Name != "" {
		attributes = append(attributes, slog.String("caller", c.caller.Name), slog.String("role", string(c.caller.Role)))
	}
	if c.caller.Subject != "" {
		attributes = append(attributes, slog.String("subject", c.caller.Subject))
	}
	if c.traceID != "" {
		attributes = append(attributes, slog.String("trace_id", c.traceID))
	}
	if c.fault != nil {
		attributes = append(attributes, slog.String("reason", reasonName(c.fault)))
		if c.fault.cause != nil {
			attributes = append(attributes, slog.String("cause", c.fault.cause.Error()))
		}
	}
	logger.LogAttrs(r.Context(), level, "request", attributes...)
}

// isOurFault tells codes that call for somebody to look.
func isOurFault(code connect.Code) bool {
	return code == connect.CodeInternal || code == connect.CodeUnknown || code == connect.CodeDataLoss
}

const (
	pathBytesMax = 200
	codeOK       = "ok"
)

// methodName is the path of the request: for a call "upline.v1.CommissionService/RecordSale".
func methodName(r *http.Request) string {
	path := r.URL.Path
	if len(path) > 0 && path[0] == '/' {
		path = path[1:]
	}
	if len(path) > pathBytesMax {
		path = path[:pathBytesMax] + "…"
	}
	return path
}

func codeName(f *fault) string {
	if f == nil {
		return codeOK
	}
	return f.code.String()
}

// reasonName is the reason as callers see it, without the enum's prefix.
func reasonName(f *fault) string {
	const prefix = "ERROR_REASON_"
	name := f.reason.String()
	if len(name) > len(prefix) {
		return name[len(prefix):]
	}
	return name
}

func protocolOf(r *http.Request) string {
	const grpc, grpcWeb = "application/grpc", "application/grpc-web"
	contentType := r.Header.Get("Content-Type")
	switch {
	case strings.HasPrefix(contentType, grpcWeb):
		return "grpc-web"
	case strings.HasPrefix(contentType, grpc):
		return "grpc"
	case r.Method == http.MethodGet:
		return "get"
	}
	return "connect"
}
