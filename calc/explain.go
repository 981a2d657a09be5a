package calc

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Explanation says why a distributor is paid what a period pays, and why not more. Everything in it is found by the code that computes
// the period, run on the same input.
type Explanation struct {
	Row    int32
	Active bool
	// Activity says why the distributor is active, or is not.
	Activity Reason
	// PaidAs and Achieved are rank numbers. Ranks says for each rank, highest first, down to the one that the distributor is paid as,
	// what its condition comes to; empty where the period decides no ranks.
	PaidAs, Achieved uint8
	Ranks            []RankReason
	Lines            []LineReason
	// Missed are the bonuses of the period that pay the distributor nothing, in the order of the plan.
	Missed []MissedBonus
	// Output is what the period comes to; Lines refer to it.
	Output *Output
}

// RankReason says what a rank's condition comes to.
type RankReason struct {
	Rank   uint8
	Reason Reason
}

// LineReason says what a line is made of.
type LineReason struct {
	Line int // index into Output.Lines
	// Sources are what its base adds up, in order of rows and entries; none where the line has no base of its own, as a rounding.
	Sources []Source
}

// SourceKind says what a source is.
type SourceKind uint8

// The kinds of sources.
const (
	// SourceSale is an entry of Volumes.
	SourceSale SourceKind = iota
	// SourceEarnings are earnings that are matched.
	SourceEarnings
	// SourcePerson is a distributor who is counted.
	SourcePerson
	// SourceCarry is what a leg has carried in.
	SourceCarry
	// SourceLimit is what the limits of a volume take off, or give back, of all that a seller sold.
	SourceLimit
)

// Source is one thing that the base of a line adds up. The sources of a line of a binary bonus are all that its legs have; what is paid on
// is matched of them, so they need not add up to the base.
type Source struct {
	Kind SourceKind
	// Row is the seller, whoever earned what is matched, or whoever is counted or has carried.
	Row int32
	// Entry is the index into Volumes of a sale; -1 elsewhere.
	Entry int32
	// Bonus is the index of the bonus whose earnings are matched; -1 elsewhere.
	Bonus int32
	// Leg is the leg that the source counts in under a binary bonus, 1 or 2; 0 elsewhere.
	Leg uint8
	// Amount is in the unit of the line's base, for a binary bonus in that of its volume.
	Amount int64
}

// MissedBonus says why a bonus pays a distributor nothing.
type MissedBonus struct {
	Bonus   int
	Reasons []Reason // the first is the one that decided
}

// origin is what the base of a line adds up: volume of sellers, or earnings.
type origin struct {
	base    Base
	bonuses []int   // whose earnings; nil for volume
	persons bool    // persons are counted, and no sales
	rows    []int32 // of sellers or earners, going up
	legs    []uint8 // by row, for a binary bonus
	carried []Source
}

// teller is what a kind of bonus says about its lines and about lines that there are not. The decisions are those of pay.
type teller interface {
	// origin says what a line's base adds up. seat is the earner's, of the tree that the kind walks.
	origin(s *stage, bonus int, w *walk, seat int, l line) (origin, error)
	// missed says why somebody who is paid by the bonus gets nothing of it.
	missed(s *stage, bonus int, w *walk, seat int) ([]Reason, error)
	// placed tells whether the kind walks the placement tree.
	placed() bool
}

// Explain computes a period and explains one distributor, by row. It takes as long as Compute, and some passes over the company for
// each line of the distributor. The errors are those of Compute, and ErrInput for a row that there is not.
func Explain(in *Input, row int32) (*Explanation, error) {
	c, err := newComputation(in)
	if err != nil {
		return nil, err
	}
	if row < 0 || int(row) >= c.n {
		return nil, fmt.Errorf("%w: there is no distributor %d of %d", ErrInput, row, c.n)
	}
	out := &Output{State: c.next}
	if err := c.stand(out); err != nil {
		return nil, err
	}
	s := c.stage()
	s.matched = map[[2]int][]int64{}
	if err := s.payAll(); err != nil {
		return nil, err
	}
	x := &explainer{stage: s, row: row, seat: int(c.sponsor.seat()[row]), to: &Explanation{Row: row, Output: out}}
	if err := x.standing(out); err != nil {
		return nil, err
	}
	if err := x.bonuses(); err != nil {
		return nil, err
	}
	if err := s.finish(out); err != nil {
		return nil, err
	}
	x.number()
	return x.to, nil
}

// explainer is one Explain under way.
type explainer struct {
	*stage
	row   int32
	seat  int // of the sponsor tree
	to    *Explanation
	lines []explainedLine
}

// explainedLine is a line of the distributor with its sources.
type explainedLine struct {
	bonus int
	line
	sources []Source
}

// standing explains activity and ranks.
func (x *explainer) standing(out *Output) error {
	plan, f := x.plan, x.facts.facts
	x.to.Active = x.sponsor.active[x.seat]
	x.to.PaidAs = x.sponsor.rank[x.seat]
	x.to.Achieved = max(f.achieved[x.seat], x.to.PaidAs)
	teller := x.conditions()
	x.to.Activity = teller.activity(x.to.Active, x.in.Cadence)
	if x.in.Cadence != plan.Main {
		return nil
	}
	x.to.Achieved = out.Achieved[x.row]
	for rank := len(plan.Ranks); rank > 0 && rank >= int(x.to.PaidAs); rank-- {
		when := plan.Ranks[rank-1].When
		if err := x.facts.fill(afterAllRanks, when.reads()); err != nil {
			return err
		}
		x.to.Ranks = append(x.to.Ranks, RankReason{uint8(rank), teller.of(when)})
	}
	return nil
}

// activity says why the distributor is active, or is not.
func (t *conditionTeller) activity(active bool, cadence Cadence) Reason {
	if cadence != t.plan.Main {
		return Reason{For: "active", Holds: active, Text: "in the last closed period of the plan's cadence"}
	}
	r := t.of(t.plan.Active)
	r.For = "active"
	return r
}

func (x *explainer) conditions() *conditionTeller {
	return &conditionTeller{plan: x.plan, f: x.facts.facts.worker(), seat: int32(x.seat)}
}

// bonuses explains the lines of each bonus of the period, or that nothing is paid.
func (x *explainer) bonuses() error {
	for i := range x.plan.Bonuses {
		b := &x.plan.Bonuses[i]
		first := len(x.lines)
		if err := x.linesOf(i); err != nil {
			return err
		}
		if b.Pays != PaysPeriod || b.Cadence != x.in.Cadence {
			continue // What caps take back of event lines is all that there may be.
		}
		lines := x.lines[first:]
		if slices.ContainsFunc(lines, func(l explainedLine) bool { return l.amountMinor != 0 }) {
			continue
		}
		reasons, err := x.missedOf(i, lines)
		if err != nil {
			return err
		}
		x.to.Missed = append(x.to.Missed, MissedBonus{i, reasons})
	}
	return nil
}

// linesOf explains the lines of a bonus.
func (x *explainer) linesOf(bonus int) error {
	for _, block := range x.sinks[bonus].blocks {
		for j, earner := range block.Earner {
			if earner != x.row {
				continue
			}
			l := line{
				earner: earner, level: int(block.Level[j]), part: int(block.Part[j]), kind: block.Kind[j], base: block.Base[j],
				rate: block.Rate[j], factor: block.Factor[j], amountMinor: block.AmountMinor[j],
			}
			sources, err := x.sourcesOf(bonus, l)
			if err != nil {
				return err
			}
			x.lines = append(x.lines, explainedLine{bonus, l, sources})
		}
	}
	return nil
}

// number finds the distributor's lines among all.
func (x *explainer) number() {
	// Caps and sums that are rounded as a whole add lines behind those that they correct.
	slices.SortStableFunc(x.lines, func(a, b explainedLine) int {
		return cmp.Or(cmp.Compare(a.bonus, b.bonus), cmp.Compare(a.level, b.level), cmp.Compare(a.part, b.part), cmp.Compare(a.kind, b.kind))
	})
	first, _ := slices.BinarySearch(x.to.Output.Lines.Earner, x.row)
	for k, l := range x.lines {
		x.to.Lines = append(x.to.Lines, LineReason{Line: first + k, Sources: l.sources})
	}
}

// seatOf gives the distributor's seat in the tree that a kind walks.
func (x *explainer) seatOf(k teller) (*walk, int) {
	if k.placed() {
		return x.placement, int(x.placement.seat()[x.row])
	}
	return x.sponsor, x.seat
}

// sourcesOf finds what the base of a line adds up.
func (x *explainer) sourcesOf(bonus int, l line) ([]Source, error) {
	k, ok := x.plan.Bonuses[bonus].kind().(teller)
	if !ok || l.kind == LineRounding || l.kind == LineAdjustment {
		return nil, nil
	}
	w, seat := x.seatOf(k)
	from, err := k.origin(x.stage, bonus, w, seat, l)
	if err != nil {
		return nil, err
	}
	switch {
	case from.bonuses != nil:
		return x.earnings(bonus, from), nil
	case from.persons:
		var sources []Source
		for _, row := range from.rows {
			sources = append(sources, Source{Kind: SourcePerson, Row: row, Entry: -1, Bonus: -1, Amount: 1})
		}
		return sources, nil
	}
	return x.entries(from)
}

// earnings lists the earnings that a bonus has matched, as they were when it did.
func (x *explainer) earnings(bonus int, from origin) []Source {
	var sources []Source
	for _, source := range from.bonuses {
		earned := x.matched[[2]int{bonus, source}]
		for _, row := range from.rows {
			if earned[row] != 0 {
				sources = append(sources, Source{Kind: SourceEarnings, Row: row, Entry: -1, Bonus: int32(source), Amount: earned[row]})
			}
		}
	}
	return sources
}

// entries lists the entries of the period that sellers count in a volume, what its limits take off, and what was carried in.
func (x *explainer) entries(from origin) ([]Source, error) {
	column, err := x.counted(from.base)
	if err != nil {
		return nil, err
	}
	own := x.sponsor.volume(from.base)
	const nobody = math.MinInt64
	left := make([]int64, x.n) // by row of a seller, what the entries so far leave of the volume
	for row := range left {
		left[row] = nobody
	}
	for _, row := range from.rows {
		left[row] = own[x.sponsor.seat()[row]]
	}
	sources := slices.Clone(from.carried)
	add := func(kind SourceKind, row, entry int32, amount int64) {
		s := Source{Kind: kind, Row: row, Entry: entry, Bonus: -1, Amount: amount}
		if from.legs != nil {
			s.Leg = from.legs[row]
		}
		sources = append(sources, s)
	}
	for i, row := range x.in.Volumes.Seller {
		if left[row] != nobody && column[i] != 0 {
			left[row] -= column[i]
			add(SourceSale, row, int32(i), column[i])
		}
	}
	for _, row := range from.rows {
		if left[row] != 0 {
			add(SourceLimit, row, -1, left[row])
		}
	}
	slices.SortStableFunc(sources, func(a, b Source) int { return cmp.Or(cmp.Compare(a.Leg, b.Leg), cmp.Compare(a.Row, b.Row)) })
	return sources, nil
}

// missedOf says why a bonus pays the distributor nothing: what has brought its lines to nothing, if there are any; else first what keeps
// everybody from it, then what its kind asks for.
func (x *explainer) missedOf(bonus int, lines []explainedLine) ([]Reason, error) {
	b := &x.plan.Bonuses[bonus]
	no := func(text string) []Reason { return []Reason{{Text: text}} }
	for _, l := range lines {
		for index := l.factor; index != 0; index = x.factors.all[index].Next {
			if f := &x.factors.all[index]; f.Num == 0 {
				return no("the cap " + f.Name + " left nothing"), nil
			}
		}
	}
	if len(lines) > 0 {
		return no("what is due rounds to zero"), nil
	}
	switch {
	case !x.marketPays(b, x.sponsor, x.seat):
		return no("the bonus is not paid in the distributor's market"), nil
	case !b.paidToInactive() && !x.to.Active:
		return []Reason{x.to.Activity}, nil
	case b.When != nil:
		if reason := x.conditions().of(b.When); !reason.Holds {
			return []Reason{reason}, nil
		}
	}
	k, ok := b.kind().(teller)
	if !ok {
		return no("there is nothing to pay it on"), nil
	}
	w, seat := x.seatOf(k)
	reasons, err := k.missed(x.stage, bonus, w, seat)
	if err == nil && len(reasons) == 0 {
		reasons = no("there is nothing to pay it on, or so little that it rounds to zero")
	}
	return reasons, err
}

// rowLacking says why a table gives the distributor no rate at all: the rank that it takes, or the condition.
func (s *stage) rowLacking(t *RateTable, w *walk, seat int) []Reason {
	variant, rank := w.variantAt(seat), w.rank[seat]
	teller := &conditionTeller{plan: s.plan, f: s.facts.facts.worker(), seat: s.sponsorSeat(w, seat)}
	var reasons []Reason
	for _, row := range t.Candidates[s.plan.Standing(variant, rank)] {
		if t.When != nil && t.When[row] != nil {
			if r := teller.of(t.When[row]); !r.Holds {
				reasons = append(reasons, r)
			}
		}
	}
	for higher := int(rank) + 1; higher <= len(s.plan.Ranks) && len(reasons) == 0; higher++ {
		for _, row := range t.Candidates[s.plan.Standing(variant, uint8(higher))] {
			if slices.ContainsFunc(t.Rows[row], func(rate int64) bool { return rate != 0 }) {
				reasons = append(reasons, Reason{Text: "the rank " + s.plan.Ranks[higher-1].Name + ", or a higher one", Has: s.plan.rankName(rank)})
				break
			}
		}
	}
	return reasons
}

func (p *Plan) rankName(rank uint8) string {
	if rank == 0 {
		return "no rank"
	}
	return p.Ranks[rank-1].Name
}
