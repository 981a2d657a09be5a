package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Severity says what a finding means for the plan.
type Severity uint8

// The severities.
const (
	// Error is a finding that a plan cannot be published with.
	Error Severity = iota
	// Warning is a finding that is allowed and probably not meant.
	Warning
)

// String returns "error" or "warning".
func (s Severity) String() string {
	if s == Warning {
		return "warning"
	}
	return "error"
}

// Diagnostic is one finding about a plan file, in words for the person who wrote it.
type Diagnostic struct {
	Severity Severity
	// Line and Column, both from 1, say where in the file; columns count characters.
	Line, Column int
	// Path says where in the plan, for instance `bonuses[0].unilevel.rates[1].levels[2]`. It is empty for the file as a whole.
	Path string
	// Message says what is wrong.
	Message string
	// Remedy says what to do about it. It may be empty.
	Remedy string
}

// String is `line:column: message (remedy)`, with "warning: " before the message of a warning.
func (d Diagnostic) String() string {
	text := fmt.Sprintf("%d:%d: ", d.Line, d.Column)
	if d.Severity == Warning {
		text += "warning: "
	}
	text += d.Message
	if d.Remedy != "" {
		text += " (" + d.Remedy + ")"
	}
	return text
}

// Diagnostics are findings, sorted by place.
type Diagnostics []Diagnostic

// HasErrors tells whether any of them is an error.
func (ds Diagnostics) HasErrors() bool {
	return slices.ContainsFunc(ds, func(d Diagnostic) bool { return d.Severity == Error })
}

// Error writes them one a line.
func (ds Diagnostics) Error() string {
	lines := make([]string, len(ds))
	for i, d := range ds {
		lines[i] = d.String()
	}
	return strings.Join(lines, "\n")
}

// findingsMax bounds how much is said about one file.
const findingsMax = 100

// findings gathers what is wrong with a plan. It works in phases: what a later phase says about a place is dropped when an earlier
// one found an error there, above it or below it, since it is then most likely a consequence.
type findings struct {
	errors, warnings Diagnostics
	// settled are the paths of the errors of the phases before this one, excused other paths that a phase has spoken of.
	settled, excused []string
}

// nextPhase begins a phase.
func (f *findings) nextPhase() {
	f.settled = slices.Clone(f.excused)
	for _, d := range f.errors {
		f.settled = append(f.settled, d.Path)
	}
}

// settle drops what will be said about a place: it hangs on something that was refused, and nobody knows what was meant.
func (f *findings) settle(place string) { f.settled = append(f.settled, place) }

// full tells that no further error is taken.
func (f *findings) full() bool { return len(f.errors) >= findingsMax }

// sound tells that no error was found at a place or in it, and that it was not misspelt.
func (f *findings) sound(place string) bool {
	return !slices.Contains(f.excused, place) &&
		!slices.ContainsFunc(f.errors, func(d Diagnostic) bool { return within(d.Path, place) })
}

func (f *findings) add(d Diagnostic) {
	for _, path := range f.settled {
		if within(path, d.Path) || within(d.Path, path) {
			return
		}
	}
	kind := &f.errors
	if d.Severity == Warning {
		kind = &f.warnings
	}
	if len(*kind) < findingsMax && !slices.Contains(*kind, d) {
		*kind = append(*kind, d)
	}
}

// sorted gives the findings by place; when there are too many, errors go before warnings.
func (f *findings) sorted() Diagnostics {
	all := append(slices.Clone(f.errors), f.warnings...)
	all = all[:min(len(all), findingsMax)]
	slices.SortStableFunc(all, func(a, b Diagnostic) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Severity, b.Severity))
	})
	return all
}

// within tells whether a path is that of a place or of something in it. The file as a whole holds no places: what is said about
// it says nothing about them.
func within(path, place string) bool {
	rest, ok := strings.CutPrefix(path, place)
	return ok && (rest == "" || place != "" && (rest[0] == '.' || rest[0] == '['))
}
