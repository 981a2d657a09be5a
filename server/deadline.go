package server

import (
	"context"
	"time"

	"connectrpc.com/connect"

	connectv1 "upline/api/upline/v1/uplinev1connect"
)

// patient are the calls that may rightly take long: without a deadline of their own they get the longest, not the default.
var patient = map[string]bool{
	connectv1.CommissionServiceRunPeriodProcedure:  true,
	connectv1.OpeningServiceImportOpeningProcedure: true,
	connectv1.NetworkServiceEnrollBatchProcedure:   true,
}

// limitTime is the interceptor that gives every call a deadline: the caller's, at most the longest, else the default.
func limitTime(byDefault, longest time.Duration) connect.UnaryInterceptorFunc {
	return func(next connect.UnaryFunc) connect.UnaryFunc {
		return func(ctx context.Context, request connect.AnyRequest) (connect.AnyResponse, error) {
			limit := longest
			if _, chosen := ctx.Deadline(); !chosen && !patient[request.Spec().Procedure] {
				limit = byDefault
			}
			ctx, cancel := context.WithTimeout(ctx, limit)
			defer cancel()
			return next(ctx, request)
		}
	}
}
