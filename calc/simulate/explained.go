package simulate

import (
	"cmp"
	"fmt"
	"io"
	"slices"

	"upline/calc"
)

// Explained says why a period pays a distributor what it pays, and why not more, in the form of --json: amounts and volumes are decimal
// texts.
type Explained struct {
	Plan        string `json:"plan"`
	Period      string `json:"period"`
	Cadence     string `json:"cadence"`
	Distributor string `json:"distributor"`
	// Joined is false where the distributor comes later, and all that follows is empty.
	Joined   bool   `json:"joined"`
	Active   bool   `json:"active"`
	Activity string `json:"activity,omitempty"`
	// PaidAs and Achieved are "" for no rank; Ranks goes from the one above PaidAs up, and Because says what PaidAs rests on.
	PaidAs   string          `json:"paid_as"`
	Achieved string          `json:"achieved"`
	Because  string          `json:"because,omitempty"`
	Ranks    []RankMissed    `json:"ranks,omitempty"`
	Amount   string          `json:"amount"`
	Lines    []ExplainedLine `json:"lines"`
	Missed   []BonusMissed   `json:"missed"`
}

// RankMissed says what is lacking for a rank.
type RankMissed struct {
	Rank    string          `json:"rank"`
	Says    string          `json:"says"`
	Reasons []ReasonMissing `json:"reasons"`
}

// BonusMissed says why a bonus pays nothing.
type BonusMissed struct {
	Bonus   string          `json:"bonus"`
	Says    []string        `json:"says"`
	Reasons []ReasonMissing `json:"reasons"`
}

// ReasonMissing is one thing that is lacking; Has, Needs and Lacking are "" where it is no number.
type ReasonMissing struct {
	Reason  string `json:"reason"`
	Has     string `json:"has,omitempty"`
	Needs   string `json:"needs,omitempty"`
	Lacking string `json:"lacking,omitempty"`
}

// ExplainedLine is a line and what it is made of.
type ExplainedLine struct {
	Bonus  string `json:"bonus"`
	Level  uint16 `json:"level"`
	Kind   string `json:"kind"`
	Amount string `json:"amount"`
	// Of says how the amount is reckoned, for a person.
	Of      string            `json:"of"`
	Sale    string            `json:"sale,omitempty"`
	Sources []ExplainedSource `json:"sources,omitempty"`
}

// ExplainedSource is one thing that the base of a line adds up.
type ExplainedSource struct {
	// Kind is sale, earnings, person, carry or limit.
	Kind        string `json:"kind"`
	Distributor string `json:"distributor"`
	Sale        string `json:"sale,omitempty"`
	Cycle       int32  `json:"cycle,omitempty"`
	Bonus       string `json:"bonus,omitempty"`
	Leg         string `json:"leg,omitempty"`
	Amount      string `json:"amount"`

	amount int64
	unit   calc.Unit
}

// Explainer explains distributors as periods are closed.
type Explainer struct {
	company *Company
	rows    []int32
	all     []Explained
	reasons *csvWriter
}

// NewExplainer explains the distributors that have these ids. What they miss is written to reasons as reasons.csv; nil: nowhere. The error
// wraps ErrRequest where there is no such distributor.
func (c *Company) NewExplainer(ids []string, reasons io.Writer) (*Explainer, error) {
	x := &Explainer{company: c, reasons: newCSVWriter(reasons, &reasonsFormat)}
	for _, id := range ids {
		row, ok := c.Row(id)
		if !ok {
			remedy := c.network.otherID([]byte(id), c.found, "name one by the id that "+c.network.name+" has")
			return nil, fmt.Errorf("%w: there is no distributor %q to explain; %s", ErrRequest, id, remedy)
		}
		x.rows = append(x.rows, row)
	}
	return x, nil
}

// Visit explains a period. It is for Run. It takes as long as the period once more for each distributor.
func (x *Explainer) Visit(c *Closed) error {
	for _, row := range x.rows {
		e, err := c.Explain(row)
		if err != nil {
			return err
		}
		x.all = append(x.all, *e)
		for _, missed := range e.Missed {
			for _, reason := range missed.Reasons {
				for _, text := range []string{e.Period, e.Distributor, missed.Bonus, reason.Reason, reason.Has, reason.Needs, reason.Lacking} {
					x.reasons.text(text)
				}
				x.reasons.end()
			}
		}
	}
	return x.reasons.err
}

// End ends the file, and gives all that was explained, in the order of the periods.
func (x *Explainer) End() ([]Explained, error) {
	x.reasons.flush()
	return x.all, x.reasons.err
}

// Explain explains a row of the company.
func (c *Closed) Explain(row int32) (*Explained, error) {
	e := &Explained{
		Plan: c.run.Name, Period: c.Period.Name, Cadence: c.Period.Cadence.String(), Distributor: c.run.company.ID(row),
		Lines: []ExplainedLine{}, Missed: []BonusMissed{},
	}
	in := c.members.rowOf(row)
	if in < 0 {
		return e, nil
	}
	x, err := calc.Explain(c.Input, in)
	if err != nil {
		return nil, err
	}
	p := c.run.Plan.Plan
	e.Joined, e.Active, e.Activity = true, x.Active, x.Activity.String()
	e.PaidAs, e.Achieved = rankName(p, x.PaidAs), rankName(p, x.Achieved)
	for i := len(x.Ranks) - 1; i >= 0; i-- {
		if r := &x.Ranks[i]; r.Rank == x.PaidAs {
			e.Because = r.Reason.String()
		} else {
			e.Ranks = append(e.Ranks, RankMissed{rankName(p, r.Rank), r.Reason.String(), reasonsOf(r.Reason)})
		}
	}
	events, err := c.missedEvents(row, in)
	if err != nil {
		return nil, err
	}
	all := append(x.Missed, events...)
	slices.SortStableFunc(all, func(a, b calc.MissedBonus) int { return cmp.Compare(a.Bonus, b.Bonus) })
	for _, m := range all {
		missed := BonusMissed{Bonus: p.Bonuses[m.Bonus].Name}
		for _, r := range m.Reasons {
			missed.Says = append(missed.Says, r.String())
			missed.Reasons = append(missed.Reasons, reasonsOf(r)...)
		}
		e.Missed = append(e.Missed, missed)
	}
	c.explainLines(e, x, row)
	return e, nil
}

// missedEvents are the bonuses of which no event of the period has paid a distributor anything.
func (c *Closed) missedEvents(row, in int32) ([]calc.MissedBonus, error) {
	missed, err := calc.MissedEvents(c.Input, in)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(missed, func(m calc.MissedBonus) bool {
		for i, earner := range c.posted.earner {
			if earner == row && int(c.posted.bonus[i]) == m.Bonus && !c.posted.reversal[i] {
				return true
			}
		}
		return false
	}), nil
}

// reasonsOf lists what of a reason is lacking.
func reasonsOf(r calc.Reason) []ReasonMissing {
	var list []ReasonMissing
	for _, part := range r.Missing() {
		text := part.Text
		if r.For != "" {
			text = r.For + ": " + text
		}
		list = append(list, ReasonMissing{text, part.Has, part.Needs, part.Lacking})
	}
	return list
}

// explainLines explains what events have posted and what the period pays.
func (c *Closed) explainLines(e *Explained, x *calc.Explanation, row int32) {
	p := c.run.Plan.Plan
	sumMinor := int64(0)
	add := func(l *Line, sources []calc.Source) {
		sumMinor += l.AmountMinor
		one := ExplainedLine{
			Bonus: p.Bonuses[l.Bonus].Name, Level: l.Level, Kind: string(l.Kind), Of: reckoned(p, l),
			Amount: calc.FormatMinor(l.AmountMinor, p.MinorDigits),
		}
		if l.Sale >= 0 {
			one.Sale = c.run.company.SaleID(l.Sale)
		}
		for i := range sources {
			one.Sources = append(one.Sources, c.source(&sources[i], l))
		}
		e.Lines = append(e.Lines, one)
	}
	c.sortPosted()
	var l Line
	for _, i := range c.byEarner[c.firstLine[row]:c.firstLine[row+1]] {
		c.event(&l, int(i))
		add(&l, nil)
	}
	for _, r := range x.Lines {
		c.line(&l, r.Line, row)
		add(&l, r.Sources)
	}
	e.Amount = calc.FormatMinor(sumMinor, p.MinorDigits)
}

// source says what a source is.
func (c *Closed) source(s *calc.Source, l *Line) ExplainedSource {
	p, company := c.run.Plan.Plan, c.run.company
	unit := l.Unit
	if b := p.Bonuses[l.Bonus].Binary; b != nil {
		unit = p.MeasureOf(b.Base).Unit()
	}
	out := ExplainedSource{
		Kind:        [...]string{calc.SourceSale: "sale", calc.SourceEarnings: "earnings", calc.SourcePerson: "person", calc.SourceCarry: "carry", calc.SourceLimit: "limit"}[s.Kind],
		Distributor: company.ID(c.RowOf(s.Row)), Leg: [...]string{"", "left", "right"}[s.Leg], amount: s.Amount, unit: unit,
		Amount: unitText(p, unit, s.Amount),
	}
	if s.Entry >= 0 {
		entries := &c.run.lives.entries
		from, _ := within(entries.atUS, c.Period.StartUS, c.Period.EndUS)
		out.Sale, out.Cycle = company.SaleID(entries.sale[from+int(s.Entry)]), entries.cycle[from+int(s.Entry)]
	}
	if s.Bonus >= 0 {
		out.Bonus = p.Bonuses[s.Bonus].Name
	}
	return out
}
