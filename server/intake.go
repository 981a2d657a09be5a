package server

import (
	"errors"

	uplinev1 "upline/api/upline/v1"
	"upline/store"

	"buf.build/go/protovalidate"
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

// Enrolment reads an enrolment. What is wrong with it comes as fields, by their paths in the request.
func (in *Intake) Enrolment(request *uplinev1.EnrollRequest) (store.NewDistributor, []*uplinev1.FieldProblem, error) {
	if err := in.validator.Validate(request); err != nil {
		return refusedFields(store.NewDistributor{}, faultOfValidation(err))
	}
	var r reading
	d := newDistributor(&r, request)
	return d, r.fields, nil
}

// Entry reads an opening entry, in the same manner.
func (in *Intake) Entry(entry *uplinev1.OpeningEntry) (store.OpeningEntry, []*uplinev1.FieldProblem, error) {
	if err := in.validator.Validate(entry); err != nil {
		return refusedFields(store.OpeningEntry{}, faultOfValidation(err))
	}
	var r reading
	e := openingEntry(&r, entry)
	return e, r.fields, nil
}

func refusedFields[T any](none T, err error) (T, []*uplinev1.FieldProblem, error) {
	var f *fault
	if errors.As(err, &f) && len(f.fields) > 0 {
		return none, f.fields, nil
	}
	return none, nil, err
}
