package server

import (
	"fmt"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	uplinev1 "upline/api/upline/v1"
	"upline/calc"
)

// reading translates fields of a request and collects what is wrong with them, so that a caller learns of all mistakes at once.
// A value is exactly what was sent; a field that cannot be read is zero, and then err is not nil.
type reading struct {
	// prefix stands before each path, for an element of a batch: "sales[3].".
	prefix string
	reason uplinev1.ErrorReason
	fields []*uplinev1.FieldProblem
}

// wrong notes a problem. The first one gives the reason of the whole.
func (r *reading) wrong(reason uplinev1.ErrorReason, path, problem, remedy string) {
	if len(r.fields) == 0 {
		r.reason = reason
	}
	if len(r.fields) < problemsMax {
		r.fields = append(r.fields, &uplinev1.FieldProblem{Field: r.prefix + path, Problem: problem, Remedy: remedy})
	}
}

// err returns the fault that stands for everything noted, or nil.
func (r *reading) err() error {
	if len(r.fields) == 0 {
		return nil
	}
	f := invalidField(r.reason, "", "", "")
	f.fields, f.message = r.fields, sentence(r.fields)
	return f
}

// timeUS reads a time into UTC microseconds. A finer time is refused: cut here, two times that differ would be the same content.
func (r *reading) timeUS(path string, t *timestamppb.Timestamp) int64 {
	const invalid = uplinev1.ErrorReason_ERROR_REASON_INVALID_FIELD
	if err := t.CheckValid(); err != nil {
		r.wrong(invalid, path, "is no time between the years 1 and 9999", "")
		return 0
	}
	if t.GetNanos()%int32(time.Microsecond) != 0 {
		r.wrong(invalid, path, "is finer than a microsecond",
			"Cut the time to microseconds before the first attempt, and send the same in every repeat.")
		return 0
	}
	return t.GetSeconds()*1_000_000 + int64(t.GetNanos()/int32(time.Microsecond))
}

// asOfUS reads the optional time that a read is about; 0 is now.
func (r *reading) asOfUS(t *timestamppb.Timestamp) int64 {
	if t == nil {
		return 0
	}
	return r.timeUS("as_of", t)
}

// currencyDigits returns the decimals of a currency.
func (r *reading) currencyDigits(path, code string) (digits int32, ok bool) {
	if digits, ok = calc.CurrencyDigits(code); !ok {
		r.wrong(uplinev1.ErrorReason_ERROR_REASON_UNKNOWN_CURRENCY, path, fmt.Sprintf("%q is no currency of ISO 4217", code), "")
	}
	return digits, ok
}

// amount reads money into minor units.
func (r *reading) amount(path string, m *uplinev1.Money) (minor int64) {
	digits, ok := r.currencyDigits(path+".currency_code", m.GetCurrencyCode())
	if !ok {
		return 0
	}
	at := path + ".amount"
	if decimalsOf(m.GetAmount()) > int(digits) {
		r.wrong(uplinev1.ErrorReason_ERROR_REASON_TOO_MANY_DECIMALS, at,
			fmt.Sprintf("%s has more than the %d decimals of %s", m.GetAmount(), digits, m.GetCurrencyCode()),
			"Round it where the amount is decided; it is never rounded here.")
		return 0
	}
	minor, err := calc.ParseMinor(m.GetAmount(), digits)
	if err != nil {
		r.wrong(uplinev1.ErrorReason_ERROR_REASON_INVALID_FIELD, at, fmt.Sprintf("%q is no amount that can be kept", m.GetAmount()), "")
	}
	return minor
}

// price reads money that cannot be negative.
func (r *reading) price(path string, m *uplinev1.Money) (minor int64) {
	if minor = r.amount(path, m); minor < 0 {
		r.wrong(uplinev1.ErrorReason_ERROR_REASON_INVALID_FIELD, path+".amount", m.GetAmount()+" is negative",
			"What takes money back is a cancellation, not a negative amount.")
	}
	return minor
}

// volume reads a volume into units of calc.VolumeScale. Empty is 0.
func (r *reading) volume(path, text string) int64 {
	if text == "" {
		return 0
	}
	v, err := calc.ParseVolume(text)
	if err != nil {
		r.wrong(uplinev1.ErrorReason_ERROR_REASON_INVALID_FIELD, path, fmt.Sprintf("%q is no volume that can be kept", text), "")
	}
	return v
}

// optionalVolume reads a volume that may be omitted.
func (r *reading) optionalVolume(path string, text *string) *int64 {
	if text == nil {
		return nil
	}
	v := r.volume(path, *text)
	return &v
}

// decimalsOf counts the digits behind the point.
func decimalsOf(amount string) int {
	for i := range len(amount) {
		if amount[i] == '.' {
			return len(amount) - i - 1
		}
	}
	return 0
}
