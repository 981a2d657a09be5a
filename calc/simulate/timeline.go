package simulate

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"upline/calc"
)

// ErrRequest reports a request that makes no sense: periods that are none, plans that cannot be compared.
var ErrRequest = errors.New("simulate")

// span is the stretch of main periods to compute.
type span struct {
	given       bool
	first, last calc.Period
}

// newSpan reads the periods of a request.
func newSpan(p *calc.Plan, text string) (span, error) {
	if text == "" {
		return span{}, nil
	}
	from, to, isStretch := strings.Cut(text, "..")
	if !isStretch {
		to = from
	}
	s := span{given: true}
	var err error
	for _, end := range []struct {
		name string
		to   *calc.Period
	}{{from, &s.first}, {to, &s.last}} {
		if *end.to, err = p.ParsePeriod(p.Main, end.name); err != nil {
			like := p.PeriodAt(p.Main, p.ValidFromUS).Name
			return span{}, fmt.Errorf("%w: %q is no %v period; write one like %s, or a first and a last one like %s..%s", ErrRequest, end.name, p.Main, like, like,
				p.PeriodByNo(p.Main, p.PeriodAt(p.Main, p.ValidFromUS).No+2).Name)
		}
	}
	if s.first.No > s.last.No {
		return span{}, fmt.Errorf("%w: the periods end with %s before they begin with %s; change them over", ErrRequest, s.last.Name, s.first.Name)
	}
	return s, nil
}

// periodsMax bounds how many periods of a cadence are computed: more come of a date that is a slip of the pen.
const periodsMax = 4000

// timeline is the periods of all cadences that a plan closes, in the order in which they close.
type timeline struct {
	plan    *calc.Plan
	periods []calc.Period
	// first and last are those of each cadence; a cadence that the plan does not have, or that closes nothing, has hasAny false.
	first, last [calc.CadenceMax + 1]calc.Period
	hasAny      [calc.CadenceMax + 1]bool
}

// cadencesOf lists the cadences that a plan closes.
func cadencesOf(p *calc.Plan) []calc.Cadence {
	cadences := []calc.Cadence{p.Main}
	for i := range p.Bonuses {
		if c := p.Bonuses[i].Cadence; c.Valid() && !slices.Contains(cadences, c) {
			cadences = append(cadences, c)
		}
	}
	slices.Sort(cadences)
	return cadences
}

// newTimeline lays out the periods to close. Where the request names periods, other cadences close the periods that end within them, so
// that simulations of stretches that follow each other close each period once; else every cadence closes all that hold events, from the
// first moment to the last.
//
// Where two periods end at the same moment the main one closes first, as in a server: what pays by the quarter goes by the ranks of its
// last month. Shorter cadences that it is computed from close before it.
func newTimeline(p *calc.Plan, s span, firstUS, lastUS int64) (*timeline, error) {
	t := &timeline{plan: p}
	for _, cadence := range cadencesOf(p) {
		first, last := p.PeriodAt(cadence, firstUS), p.PeriodAt(cadence, lastUS)
		if s.given {
			// The first one ends behind the start of the stretch, the last one by its end.
			first, last = p.PeriodAt(cadence, s.first.StartUS), p.PeriodAt(cadence, s.last.EndUS-1)
			if last.EndUS > s.last.EndUS {
				last = p.PeriodByNo(cadence, last.No-1)
			}
		}
		if last.No-first.No >= periodsMax {
			return nil, fmt.Errorf("%w: from %s to %s there are %d periods; check the dates in the files, or say by --period which to compute", ErrRequest,
				first.Name, last.Name, last.No-first.No+1)
		}
		for no := first.No; no <= last.No; no++ {
			t.periods = append(t.periods, p.PeriodByNo(cadence, no))
		}
		t.first[cadence], t.last[cadence], t.hasAny[cadence] = first, last, first.No <= last.No
	}
	// Orders cadences that close at the same moment: shorter ones before longer ones.
	var after [calc.CadenceMax + 1]int
	earned := newEarnedBefore(p)
	for cadence := calc.Daily; cadence <= calc.CadenceMax; cadence++ {
		switch {
		case cadence == p.Main:
		case earned.before(cadence):
			after[cadence] = cadence.Compare(0) - len(after)
		default:
			after[cadence] = cadence.Compare(0)
		}
	}
	slices.SortFunc(t.periods, func(a, b calc.Period) int {
		return cmp.Or(cmp.Compare(a.EndUS, b.EndUS), cmp.Compare(after[a.Cadence], after[b.Cadence]), cmp.Compare(a.No, b.No))
	})
	return t, nil
}

// closes tells whether a moment lies in a period that is closed.
func (t *timeline) closes(cadence calc.Cadence, us int64) bool {
	return t.hasAny[cadence] && t.first[cadence].StartUS <= us && us < t.last[cadence].EndUS
}
