package server

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"buf.build/go/protovalidate"
	"connectrpc.com/connect"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	uplinev1 "upline/api/upline/v1"
)

// validate is the interceptor that holds a request against the bounds written in the contract.
func validate(validator protovalidate.Validator) connect.UnaryInterceptorFunc {
	return func(next connect.UnaryFunc) connect.UnaryFunc {
		return func(ctx context.Context, request connect.AnyRequest) (connect.AnyResponse, error) {
			if m, ok := request.Any().(proto.Message); ok {
				if err := validator.Validate(m, boundsOf(m)...); err != nil {
					return nil, faultOfValidation(err)
				}
			}
			return next(ctx, request)
		}
	}
}

// boundsOf leaves the sales of a batch that is recorded item by item to its handler: one that is out of bounds does not stop the others.
func boundsOf(m proto.Message) []protovalidate.ValidationOption {
	if batch, ok := m.(*uplinev1.RecordSalesRequest); !ok || !batch.GetItemByItem() {
		return nil
	}
	sale := (&uplinev1.RecordSaleRequest{}).ProtoReflect().Descriptor().FullName()
	return []protovalidate.ValidationOption{protovalidate.WithFilter(protovalidate.FilterFunc(
		func(within protoreflect.Message, _ protoreflect.Descriptor) bool {
			name := within.Descriptor().FullName()
			return name != sale && name != moneyName
		}))}
}

// moneyName is the name of the amounts within a sale, which have bounds of their own.
var moneyName = (&uplinev1.Money{}).ProtoReflect().Descriptor().FullName()

func faultOfValidation(err error) error {
	var invalid *protovalidate.ValidationError
	if !errors.As(err, &invalid) {
		return fmt.Errorf("the contract's bounds cannot be checked: %w", err)
	}
	f := &fault{code: connect.CodeInvalidArgument, reason: uplinev1.ErrorReason_ERROR_REASON_INVALID_FIELD}
	for _, v := range invalid.Violations {
		if len(f.fields) == problemsMax {
			break
		}
		problem, remedy := explainViolation(v)
		f.fields = append(f.fields, &uplinev1.FieldProblem{
			Field: protovalidate.FieldPathString(v.Proto.GetField()), Problem: problem, Remedy: remedy,
		})
	}
	f.message = sentence(f.fields)
	return f
}

// patterns says in words what the contract's patterns demand.
var patterns = map[string]string{
	`^[A-Za-z0-9._:-]{1,64}$`:         "An id has 1 to 64 characters of A-Z, a-z, 0-9 and . _ : -",
	`^[A-Za-z0-9._:-]{0,64}$`:         "An id has at most 64 characters of A-Z, a-z, 0-9 and . _ : -",
	`^[A-Z]{2}$`:                      "A market is an ISO 3166 country of two capital letters, like DE.",
	`^[A-Z]{3}$`:                      "A currency is an ISO 4217 code of three capital letters, like EUR.",
	`^-?[0-9]{1,12}(\.[0-9]{1,9})?$`:  "An amount is a decimal number like 12.34, without exponent and separators of thousands.",
	`^[0-9]{1,10}(\.[0-9]{1,4})?$`:    "A volume is a decimal number like 100 or 12.5, not negative, with at most 4 decimals.",
	`^([0-9]{1,10}(\.[0-9]{1,4})?)?$`: "A volume is a decimal number like 100 or 12.5, not negative, with at most 4 decimals.",
	`^[^\x00-\x1f\x7f]*$`:             "Write it on one line, without control characters.",
	`^[a-z][a-z0-9-]{0,31}$`:          "A region has 1 to 32 characters of a-z, 0-9 and -, and begins with a letter.",
	`^[a-z][a-z0-9_]{0,63}$`:          "A name has 1 to 64 characters of a-z, 0-9 and _, and begins with a letter.",
	`^[0-9]{4}-[0-9]{2}-[0-9]{2}$`:    "A day is written YYYY-MM-DD.",
}

func explainViolation(v *protovalidate.Violation) (problem, remedy string) {
	switch rule := v.Proto.GetRuleId(); rule {
	case "required":
		return "is missing", wantedOf(v.FieldDescriptor)
	case "enum.not_in": // the contract excludes nothing but the value that stands for none
		return "is missing", "Choose one of " + enumNames(v.FieldDescriptor.Enum()) + "."
	case "string.pattern":
		return explainPattern(v.FieldValue.String(), v.RuleValue.String())
	case "string.min_len":
		if v.FieldValue.String() == "" {
			return "is missing", "Write at least " + characters(v.RuleValue.Uint()) + "."
		}
		return "has " + characters(uint64(utf8.RuneCountInString(v.FieldValue.String()))), "Write at least " + characters(v.RuleValue.Uint()) + "."
	case "string.max_len":
		return "has " + characters(uint64(utf8.RuneCountInString(v.FieldValue.String()))), "Write at most " + characters(v.RuleValue.Uint()) + "."
	default:
		if strings.HasPrefix(rule, "int32.") || strings.HasPrefix(rule, "int64.") {
			return explainNumber(v.FieldValue.Int(), v.Proto.GetMessage())
		}
		problem = v.Proto.GetMessage()
		if problem == "" {
			problem = "breaks the rule " + rule
		}
		return problem, ""
	}
}

// wantedOf says how a field is written that has to be there.
func wantedOf(field protoreflect.FieldDescriptor) string {
	if field == nil || field.Message() == nil {
		return ""
	}
	switch field.Message().FullName() {
	case moneyName:
		return `Send an amount with its currency, like {"currencyCode": "EUR", "amount": "49.90"}.`
	case "google.protobuf.Timestamp":
		return "Send a time like 2026-01-31T10:15:00Z."
	}
	return ""
}

func characters(n uint64) string {
	if n == 1 {
		return "1 character"
	}
	return fmt.Sprintf("%d characters", n)
}

// explainNumber says what is wrong with a number that is out of bounds; 0 is what a field has that was not sent.
func explainNumber(value int64, bounds string) (problem, remedy string) {
	problem = fmt.Sprintf("is %d", value)
	if value == 0 {
		problem = "is missing"
	}
	return problem + ", and " + strings.TrimPrefix(bounds, "value "), "Send a number within these bounds."
}

func explainPattern(value, pattern string) (problem, remedy string) {
	remedy, known := patterns[pattern]
	if !known {
		remedy = "It must match " + pattern
	}
	switch {
	case value == "":
		problem = "is missing"
	case len(value) > 64 && strings.Contains(pattern, "64"):
		problem = fmt.Sprintf("has %d characters", len(value))
	default:
		problem = fmt.Sprintf("%q is malformed", shorten([]byte(value)))
	}
	return problem, remedy
}
