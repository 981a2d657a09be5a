package calc

import (
	"fmt"
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

// Source is one thing that the base of a line adds up.
type Source struct {
	// Row is the seller, or whoever earned what is matched.
	Row int32
	// Entry is the index into Volumes of what was sold; -1 where earnings are matched, or persons counted.
	Entry int32
	// Bonus is the index of the bonus whose earnings are matched; -1 elsewhere.
	Bonus int32
	// Amount is in the unit of the line's base.
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
	if err := s.payAll(); err != nil {
		return nil, err
	}
	x := &explainer{stage: s, row: row, seat: int(c.sponsor.seat[row]), to: &Explanation{Row: row, Output: out}}
	if err := x.standing(out); err != nil {
		return nil, err
	}
	if err := x.bonuses(); err != nil {
		return nil, err
	}
	if out.Lines, err = s.lines(); err != nil {
		return nil, err
	}
	x.number()
	out.ReEntries = s.reEntries
	c.keepPast(c.next)
	return x.to, c.failure
}

// explainer is one Explain under way.
type explainer struct {
	*stage
	row  int32
	seat int // of the sponsor tree
	to   *Explanation
	// sources are those of the distributor's lines, in the order in which the lines will stand.
	sources [][]Source
}

// standing explains activity and ranks.
func (x *explainer) standing(out *Output) error {
	plan, f := x.plan, x.facts.facts
	x.to.Active = x.sponsor.active[x.seat]
	x.to.PaidAs = x.sponsor.rank[x.seat]
	x.to.Achieved = max(f.achieved[x.seat], x.to.PaidAs)
	if x.in.Cadence != plan.Main {
		x.to.Activity = Reason{Holds: x.to.Active, Text: "active in the last closed period of the plan's cadence"}
		return nil
	}
	x.to.Achieved = out.Achieved[x.row]
	teller := x.conditions()
	x.to.Activity = teller.of(plan.Active)
	for rank := len(plan.Ranks); rank > 0 && rank >= int(x.to.PaidAs); rank-- {
		when := plan.Ranks[rank-1].When
		if err := x.facts.fill(afterRanks, when.reads()); err != nil {
			return err
		}
		x.to.Ranks = append(x.to.Ranks, RankReason{uint8(rank), teller.of(when)})
	}
	return nil
}

func (x *explainer) conditions() *conditionTeller {
	return &conditionTeller{plan: x.plan, f: x.facts.facts.worker(), seat: int32(x.seat)}
}

// bonuses explains the lines of each bonus of the period, or that there are none.
func (x *explainer) bonuses() error {
	for i := range x.plan.Bonuses {
		b := &x.plan.Bonuses[i]
		if b.Pays != PaysPeriod || b.Cadence != x.in.Cadence {
			continue
		}
		found := false
		for _, block := range x.sinks[i].blocks {
			for j, earner := range block.Earner {
				if earner != x.row {
					continue
				}
				found = true
				l := line{
					earner: earner, level: int(block.Level[j]), part: int(block.Part[j]), kind: block.Kind[j], base: block.Base[j],
					rate: block.Rate[j], factor: block.Factor[j], amountMinor: block.AmountMinor[j],
				}
				sources, err := x.sourcesOf(i, l)
				if err != nil {
					return err
				}
				x.sources = append(x.sources, sources)
			}
		}
		if found {
			continue
		}
		reasons, err := x.missedOf(i)
		if err != nil {
			return err
		}
		x.to.Missed = append(x.to.Missed, MissedBonus{i, reasons})
	}
	return nil
}

// number finds the distributor's lines among all.
func (x *explainer) number() {
	lines := &x.to.Output.Lines
	first, _ := slices.BinarySearch(lines.Earner, x.row)
	for k, sources := range x.sources {
		x.to.Lines = append(x.to.Lines, LineReason{Line: first + k, Sources: sources})
	}
}

// seatOf gives the distributor's seat in the tree that a kind walks.
func (x *explainer) seatOf(k teller) (*walk, int) {
	if k.placed() {
		return x.placement, int(x.placement.seat[x.row])
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
		return x.earnings(from), nil
	case from.persons:
		var sources []Source
		for _, row := range from.rows {
			sources = append(sources, Source{Row: row, Entry: -1, Bonus: -1, Amount: 1})
		}
		return sources, nil
	}
	return x.entries(from)
}

func (x *explainer) earnings(from origin) []Source {
	var sources []Source
	for _, bonus := range from.bonuses {
		earned := x.earnedBy(bonus)
		for _, row := range from.rows {
			if earned[row] != 0 {
				sources = append(sources, Source{Row: row, Entry: -1, Bonus: int32(bonus), Amount: earned[row]})
			}
		}
	}
	return sources
}

// entries lists the entries of the period that sellers count in a volume.
func (x *explainer) entries(from origin) ([]Source, error) {
	column, err := x.counted(from.base)
	if err != nil {
		return nil, err
	}
	seller := make([]bool, x.n)
	for _, row := range from.rows {
		seller[row] = true
	}
	var sources []Source
	for i, row := range x.in.Volumes.Seller {
		if seller[row] && column[i] != 0 {
			sources = append(sources, Source{Row: row, Entry: int32(i), Bonus: -1, Amount: column[i]})
		}
	}
	slices.SortStableFunc(sources, func(a, b Source) int { return int(a.Row) - int(b.Row) })
	return sources, nil
}

// missedOf says why a bonus has no line for the distributor: first what keeps everybody from it, then what its kind asks for.
func (x *explainer) missedOf(bonus int) ([]Reason, error) {
	b := &x.plan.Bonuses[bonus]
	no := func(text string) []Reason { return []Reason{{Text: text}} }
	switch {
	case !x.marketPays(b, x.sponsor, x.seat):
		return no("the bonus is not paid in the distributor's market"), nil
	case !b.paidToInactive() && !x.to.Active:
		reason := x.to.Activity
		reason.Text = "active: " + reason.Text
		return []Reason{reason}, nil
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
