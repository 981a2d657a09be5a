package server

import (
	"net/http"

	connectcors "connectrpc.com/cors"
	"github.com/rs/cors"
)

// preflightSecondsMax is how long a browser may remember a preflight; two hours is the most that any of them honours.
const preflightSecondsMax = 7200

// withCORS lets pages of the given origins call from a browser. Keys travel in a header that the page sets, never in cookies, so
// credentials are not allowed.
func withCORS(origins []string, next http.Handler) http.Handler {
	if len(origins) == 0 {
		return next
	}
	return cors.New(cors.Options{
		AllowedOrigins: origins,
		AllowedMethods: connectcors.AllowedMethods(),
		AllowedHeaders: append(connectcors.AllowedHeaders(), "Authorization", requestIDHeader),
		ExposedHeaders: append(connectcors.ExposedHeaders(), requestIDHeader),
		MaxAge:         preflightSecondsMax,
	}).Handler(next)
}
