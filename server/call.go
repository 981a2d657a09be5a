package server

import (
	"context"
	"crypto/rand"
	"net/http"
	"strings"
	"time"

	"connectrpc.com/connect"
)

const requestIDHeader = "X-Request-Id"

// call is what becomes known about one HTTP request while it is served. It is written by the goroutine that serves the request
// and read by it when the answer is complete, for the log and the metrics.
type call struct {
	requestID string
	// procedure is the RPC's path, or "" when the path names none that this server has.
	procedure string
	startedAt time.Time
	caller    Caller
	traceID   string
	// fault is the error that was answered; nil when the call succeeded.
	fault *fault
}

type callKey struct{}

// callFrom returns the record of the request that ctx belongs to. Outside of a request, as in tests of a single handler, it
// returns an empty one.
func callFrom(ctx context.Context) *call {
	if c, ok := ctx.Value(callKey{}).(*call); ok {
		return c
	}
	return &call{}
}

// refuse notes the fault as the call's outcome and returns it in the form that goes to the client.
func (c *call) refuse(f *fault) *connect.Error {
	c.fault = f
	return f.connectError(c.requestID)
}

// withCall gives every request its id and record. procedures are the paths that this server has.
func withCall(procedures map[string]bool, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := &call{requestID: requestID(r.Header.Get(requestIDHeader)), startedAt: time.Now()}
		if procedures[r.URL.Path] {
			c.procedure = r.URL.Path
		}
		header := w.Header()
		header.Set(requestIDHeader, c.requestID)
		// Answers are somebody's earnings: they are not for the caches on the way, nor for a browser to guess a type from.
		header.Set("Cache-Control", "no-store")
		header.Set("X-Content-Type-Options", "nosniff")
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), callKey{}, c)))
	})
}

const requestIDBytesMax = 128

// requestID takes the caller's id when it is harmless in a log line and a header, and makes one otherwise.
func requestID(given string) string {
	if given == "" || len(given) > requestIDBytesMax || strings.IndexFunc(given, notInRequestID) >= 0 {
		return rand.Text()
	}
	return given
}

func notInRequestID(r rune) bool {
	switch {
	case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
		return false
	}
	return !strings.ContainsRune("-_.:/+=@", r)
}
