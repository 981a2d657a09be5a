package server

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"strings"

	"connectrpc.com/connect"

	uplinev1 "upline/api/upline/v1"
)

// everyone is the caller on a server without keys, which serves loopback addresses only.
var everyone = Caller{Name: "loopback", Role: RoleStaff}

// authenticate is the gate before every call: it runs when the headers are there and before the message is read, so that a stranger
// costs little. A nil keys lets everybody in as staff.
func authenticate(keys *Keys) connect.RequestGateFunc {
	return func(ctx context.Context, spec connect.Spec, _ connect.Peer, header http.Header) (context.Context, error) {
		c := callFrom(ctx)
		caller, f := callerOf(keys, header)
		if f != nil {
			return nil, c.refuse(f)
		}
		c.caller = caller
		if !caller.Role.may(spec.Procedure) {
			return nil, c.refuse(&fault{
				code: connect.CodePermissionDenied, reason: uplinev1.ErrorReason_ERROR_REASON_FORBIDDEN,
				message: "role " + string(caller.Role) + " does not cover the call",
				remedy:  "Use a key of a role that does; the API reference has the table.",
			})
		}
		return nil, nil
	}
}

func callerOf(keys *Keys, header http.Header) (Caller, *fault) {
	if keys == nil {
		return everyone, nil
	}
	scheme, key, _ := strings.Cut(header.Get("Authorization"), " ")
	problem := "no such key"
	switch {
	case scheme == "":
		problem = "the call has no key"
	case !strings.EqualFold(scheme, "Bearer"):
		problem = "the Authorization header is of another scheme than Bearer"
	default:
		if caller, ok := keys.find(strings.TrimSpace(key)); ok {
			return caller, nil
		}
	}
	return Caller{}, &fault{
		code: connect.CodeUnauthenticated, reason: uplinev1.ErrorReason_ERROR_REASON_UNAUTHENTICATED,
		message: problem, remedy: "Send the header `Authorization: Bearer KEY`.",
	}
}

// withLoopbackHost refuses requests for another host than this machine's own names. Without keys the server trusts whoever reaches
// its loopback address, and a web page reaches it too, from the browser of somebody who sits here, by a name of its own that it
// lets point to 127.0.0.1 (DNS rebinding). Such a request carries that name.
func withLoopbackHost(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isLoopbackHost(r.Host) {
			writeFault(w, r, &fault{
				code: connect.CodePermissionDenied, reason: uplinev1.ErrorReason_ERROR_REASON_FORBIDDEN,
				message: "a server without keys is reached as localhost, 127.0.0.1 or [::1] only",
				remedy:  "Use one of these names, or start the server with keys.",
			})
			return
		}
		next.ServeHTTP(w, r)
	})
}

// isLoopbackHost tells whether a host, with or without a port, names this machine's loopback interface.
func isLoopbackHost(hostport string) bool {
	host := hostport
	if h, _, err := net.SplitHostPort(hostport); err == nil {
		host = h
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	if strings.EqualFold(strings.TrimSuffix(host, "."), "localhost") {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.Unmap().IsLoopback()
}
