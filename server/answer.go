package server

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"connectrpc.com/connect"
)

// withAnswers completes the errors that the RPC library and the mux make before an interceptor runs: a request that is too large,
// an unknown compression, a path that names no call. They get an ErrorDetail like every other error, in the protocol that the
// client speaks.
//
// The library offers no hook for them, so they are recognised on their way out: an error of the Connect protocol has a status of
// 400 or above and is held back until it is complete; one of gRPC or gRPC-Web is a Grpc-Status header that is not sent before the
// first flush.
func withAnswers(next http.Handler) http.Handler {
	writer := connect.NewErrorWriter()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a := &answer{ResponseWriter: w, request: r, call: callFrom(r.Context()), writer: writer}
		next.ServeHTTP(a, r)
		a.finish()
	})
}

// answer is the writer of one response.
type answer struct {
	http.ResponseWriter
	request *http.Request
	call    *call
	writer  *connect.ErrorWriter
	status  int // 0 until the header was written
	held    []byte
}

func (a *answer) holding() bool { return a.status >= http.StatusBadRequest }

func (a *answer) WriteHeader(status int) {
	if a.status != 0 {
		return
	}
	if status < http.StatusOK { // An informational header comes before the real one.
		a.ResponseWriter.WriteHeader(status)
		return
	}
	a.status = status
	if !a.holding() {
		a.ResponseWriter.WriteHeader(status)
	}
}

func (a *answer) Write(b []byte) (int, error) {
	if a.status == 0 {
		a.WriteHeader(http.StatusOK)
	}
	if a.holding() {
		a.held = append(a.held, b...)
		return len(b), nil
	}
	return a.ResponseWriter.Write(b)
}

// Flush is called by the library when the trailers of gRPC are complete.
func (a *answer) Flush() {
	if a.holding() {
		return
	}
	a.completeTrailers()
	if a.status == 0 {
		a.status = http.StatusOK
	}
	if f, ok := a.ResponseWriter.(http.Flusher); ok {
		f.Flush()
	}
}

// Unwrap gives http.ResponseController the writer that this one stands before.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

func (a *answer) finish() {
	if !a.holding() {
		a.completeTrailers()
		return
	}
	if a.call.fault != nil || !isRPC(a.request) {
		a.release()
		return
	}
	code, message := a.heldError()
	a.Header().Del("Content-Length")
	fixed := statusWriter{a.ResponseWriter, a.status}
	// An error of writing means that the client has gone.
	_ = a.writer.Write(fixed, a.request, a.call.refuse(foreignFault(code, message)))
}

func (a *answer) release() {
	a.ResponseWriter.WriteHeader(a.status)
	_, _ = a.ResponseWriter.Write(a.held)
}

// heldError reads the error that is held back: one of the Connect protocol, or the plain text of the mux.
func (a *answer) heldError() (connect.Code, string) {
	switch a.status {
	case http.StatusNotFound:
		if a.call.procedure == "" {
			return connect.CodeUnimplemented, "there is no call " + a.request.URL.Path
		}
	case http.StatusMethodNotAllowed:
		return connect.CodeUnimplemented, "the call does not take " + a.request.Method
	case http.StatusUnsupportedMediaType:
		return connect.CodeUnimplemented, "the call does not take this Content-Type: " + strconv.Quote(a.request.Header.Get("Content-Type"))
	}
	var wire struct {
		Code    connect.Code `json:"code"`
		Message string       `json:"message"`
	}
	if err := json.Unmarshal(a.held, &wire); err != nil || wire.Code == 0 {
		return connect.CodeInternal, string(a.held)
	}
	return wire.Code, wire.Message
}

// statusWriter keeps the HTTP status that was chosen first: a path that is not found is answered with 404 also to those who read
// no error details.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w statusWriter) WriteHeader(status int) {
	if status >= http.StatusBadRequest {
		status = w.status
	}
	w.ResponseWriter.WriteHeader(status)
}

// The library puts the trailers of gRPC under a prefix that net/http takes off, and those of gRPC-Web, when there is no body,
// directly into the header.
const (
	grpcStatusHeader  = "Grpc-Status"
	grpcMessageHeader = "Grpc-Message"
	grpcDetailsHeader = "Grpc-Status-Details-Bin"
)

// completeTrailers adds the detail to an error in gRPC's trailers that has none.
func (a *answer) completeTrailers() {
	if a.call.fault != nil || !isRPC(a.request) {
		return
	}
	for _, prefix := range []string{http.TrailerPrefix, ""} {
		header := a.Header()
		status := header[prefix+grpcStatusHeader]
		if len(status) == 0 || status[0] == "0" || len(header[prefix+grpcDetailsHeader]) > 0 {
			continue
		}
		number, err := strconv.ParseUint(status[0], 10, 32)
		if err != nil {
			continue
		}
		message := ""
		if m := header[prefix+grpcMessageHeader]; len(m) > 0 {
			if message, err = url.PathUnescape(m[0]); err != nil {
				message = m[0]
			}
		}
		e := a.call.refuse(foreignFault(connect.Code(number), message))
		scratch := discarded{http.Header{}}
		_ = a.writer.Write(scratch, a.request, e)
		for _, name := range []string{grpcStatusHeader, grpcMessageHeader, grpcDetailsHeader} {
			if v, ok := scratch.header[name]; ok {
				header[prefix+name] = v
			}
		}
		return
	}
}

// discarded is a writer of which only the header is of use.
type discarded struct{ header http.Header }

func (d discarded) Header() http.Header         { return d.header }
func (d discarded) Write(b []byte) (int, error) { return len(b), nil }
func (d discarded) WriteHeader(int)             {}

// isRPC tells whether the path is one of Upline's calls or could be meant as one: a misspelled call is answered like a call.
func isRPC(r *http.Request) bool {
	switch r.URL.Path {
	case healthzPath, readyzPath, metricsPath:
		return false
	}
	return !strings.HasPrefix(r.URL.Path, healthPath)
}

// writeFault answers a request outside of the RPC library.
func writeFault(w http.ResponseWriter, r *http.Request, f *fault) {
	e := callFrom(r.Context()).refuse(f)
	_ = connect.NewErrorWriter().Write(w, r, e)
}
