package server

import (
	"errors"
	"slices"
	"strings"

	"buf.build/go/protovalidate"
	"google.golang.org/protobuf/proto"

	uplinev1 "upline/api/upline/v1"
	"upline/store"
)

// Intake reads enrolments and opening entries as the API does, for a command that brings in files without a server: the same bounds,
// and the same content under their ids, so that what was brought in and what is called are repeats of each other. It is safe for
// concurrent use.
type Intake struct{ validator protovalidate.Validator }

// NewIntake makes an Intake.
func NewIntake() (*Intake, error) {
	validator, err := protovalidate.New(protovalidate.WithMessages(&uplinev1.EnrollRequest{}, &uplinev1.OpeningEntry{}))
	return &Intake{validator}, err
}

// Enrolment reads an enrolment. What is wrong with it comes as fields, by their paths in the request, of all that is checked; then what
// could be read of it comes with them.
func (in *Intake) Enrolment(request *uplinev1.EnrollRequest) (store.NewDistributor, []*uplinev1.FieldProblem, error) {
	fields, err := in.bounds(request)
	if err != nil {
		return store.NewDistributor{}, nil, err
	}
	var r reading
	d := newDistributor(&r, request)
	return d, withoutRepeats(fields, r.fields), nil
}

// Entry reads an opening entry, in the same manner.
func (in *Intake) Entry(entry *uplinev1.OpeningEntry) (store.OpeningEntry, []*uplinev1.FieldProblem, error) {
	fields, err := in.bounds(entry)
	if err != nil {
		return store.OpeningEntry{}, nil, err
	}
	var r reading
	e := openingEntry(&r, entry)
	return e, withoutRepeats(fields, r.fields), nil
}

// bounds returns the fields that are out of the contract's bounds.
func (in *Intake) bounds(request proto.Message) ([]*uplinev1.FieldProblem, error) {
	err := in.validator.Validate(request)
	if err == nil {
		return nil, nil
	}
	err = faultOfValidation(err)
	var f *fault
	if errors.As(err, &f) && len(f.fields) > 0 {
		return f.fields, nil
	}
	return nil, err
}

// withoutRepeats adds what is found in a later stage of fields that no earlier one has refused, whole or in part.
func withoutRepeats(found, later []*uplinev1.FieldProblem) []*uplinev1.FieldProblem {
	for _, l := range later {
		if !slices.ContainsFunc(found, func(f *uplinev1.FieldProblem) bool {
			return within(l.GetField(), f.GetField()) || within(f.GetField(), l.GetField())
		}) {
			found = append(found, l)
		}
	}
	return found
}

// within tells whether a path is another or lies beneath it.
func within(path, above string) bool {
	rest, ok := strings.CutPrefix(path, above)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}
