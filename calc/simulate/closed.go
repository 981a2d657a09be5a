package simulate

import (
	"upline/calc"
)

// LineKind says what a line is.
type LineKind string

// The kinds of lines.
const (
	Commission LineKind = "commission"
	Reversal   LineKind = "reversal"   // takes back what an event had paid: base is that amount, and the rate is −1
	Rounding   LineKind = "rounding"   // makes a sum right that is rounded as a whole
	Adjustment LineKind = "adjustment" // corrects what events have posted by what a cap takes
)

// Line is one line with everything that its amount can be reckoned again from: base × rate × point × factors, rounded once as the plan
// rounds.
type Line struct {
	Earner      int32 // row of the company
	Bonus       int   // index into the plan's bonuses
	Level, Part uint16
	Kind        LineKind
	// Unit says what Base counts: points in units of 10⁻⁴, money in minor units, or pieces. A rate is in 10⁻⁹, of pieces minor units for each.
	Unit       calc.Unit
	Base, Rate int64
	// Point is what a unit of volume is worth in minor units; One where Base is no volume.
	Point       calc.Fraction
	Factors     []calc.Factor
	AmountMinor int64
	// Sale is the number of the sale whose event has posted the line; -1 for a line of the period.
	Sale int32
}

// Closed is a period that was computed. It is there only while it is visited.
type Closed struct {
	Period calc.Period
	// Input is what was computed from, and Output what came of it. Their rows are those of the period: RowOf gives the company's.
	Input  *calc.Input
	Output *calc.Output

	run     *run
	members *members
	posted  *eventLines
	// paidAs, achieved and active are those that the period is paid by, or has decided, by row of the company; active is nil where
	// everybody is.
	paidAs, achieved []uint8
	active           []bool
	state            calc.State
	// firstLine gives, by row of the company, the first of the lines that events have posted, in byEarner.
	firstLine, byEarner []int32
}

// RowOf gives the company's row of a row of the period.
func (c *Closed) RowOf(row int32) int32 { return c.members.row(row) }

// Plan is the plan that the period was computed by.
func (c *Closed) Plan() Plan { return c.run.Plan }

// IsMain tells whether the period is one of the plan's main cadence, which decides ranks.
func (c *Closed) IsMain() bool { return c.Period.Cadence == c.run.Plan.Plan.Main }

// PaidAs gives the rank number by which a row of the company is paid in the period.
func (c *Closed) PaidAs(row int32) uint8 { return c.paidAs[row] }

// ranks keeps the ranks of the period: those that it decided, or else those that came before it.
func (c *Closed) ranks(before *prior) {
	n := c.run.company.network.len()
	if c.Output.PaidAs == nil {
		c.paidAs, c.achieved, c.active = before.paidAs, before.achieved, before.active
		if c.paidAs == nil {
			c.paidAs = before.achieved
		}
		return
	}
	c.paidAs, c.achieved = whole(c.members, c.Output.PaidAs, nil, 0, n), whole(c.members, c.Output.Achieved, before.achieved, 0, n)
	c.active = whole(c.members, c.Output.Active, nil, true, n)
}

// EachLine gives all lines in the order of earners: of each, first what events have posted, in the order of the events, then what the
// period pays. It ends with the first error.
func (c *Closed) EachLine(each func(*Line) error) error {
	c.sortPosted()
	lines := &c.Output.Lines
	var line Line
	next := 0
	for row := range int32(c.run.company.network.len()) {
		for _, i := range c.byEarner[c.firstLine[row]:c.firstLine[row+1]] {
			c.event(&line, int(i))
			if err := each(&line); err != nil {
				return err
			}
		}
		in := c.members.rowOf(row)
		for ; next < lines.Len() && lines.Earner[next] == in; next++ {
			c.line(&line, next, row)
			if err := each(&line); err != nil {
				return err
			}
		}
	}
	return nil
}

// sortPosted puts the lines of events in the order of earners.
func (c *Closed) sortPosted() {
	if c.firstLine != nil {
		return
	}
	n := c.run.company.network.len()
	c.firstLine, c.byEarner = make([]int32, n+2), make([]int32, c.posted.len())
	for _, earner := range c.posted.earner {
		c.firstLine[earner+2]++
	}
	for row := range n {
		c.firstLine[row+2] += c.firstLine[row+1]
	}
	for i, earner := range c.posted.earner {
		c.byEarner[c.firstLine[earner+1]] = int32(i)
		c.firstLine[earner+1]++
	}
}

// line makes a line of the period.
func (c *Closed) line(to *Line, i int, row int32) {
	l := &c.Output.Lines
	b := &c.run.Plan.Plan.Bonuses[l.Bonus[i]]
	*to = Line{
		Earner: row, Bonus: int(l.Bonus[i]), Level: l.Level[i], Part: l.Part[i], Base: l.Base[i], Rate: l.Rate[i], AmountMinor: l.AmountMinor[i],
		Kind: Commission, Unit: b.UnitOf(c.run.Plan.Plan), Sale: -1,
	}
	if l.Factor[i] != 0 {
		to.Factors = l.FactorsOf(i)
	}
	switch l.Kind[i] {
	case calc.LineCommission:
	case calc.LineRounding:
		to.Kind, to.Unit = Rounding, calc.UnitMoney
	case calc.LineAdjustment:
		to.Kind, to.Unit = Adjustment, calc.UnitMoney
	case calc.LinePieces:
		to.Unit = calc.UnitCount
	}
	to.Point = c.run.pointOf(to.Unit, row)
}

// event makes a line that an event has posted.
func (c *Closed) event(to *Line, i int) {
	l := c.posted
	b := &c.run.Plan.Plan.Bonuses[l.bonus[i]]
	*to = Line{
		Earner: l.earner[i], Bonus: int(l.bonus[i]), Level: l.level[i], Base: l.base[i], Rate: l.rate[i], AmountMinor: l.amountMinor[i],
		Kind: Commission, Unit: b.UnitOf(c.run.Plan.Plan), Sale: l.sale[i],
	}
	if l.reversal[i] {
		to.Kind, to.Unit = Reversal, calc.UnitMoney
	}
	if name := l.factorName(i, b); name != "" {
		to.Factors = []calc.Factor{{Name: name, Fraction: l.factor[i]}}
	}
	to.Point = c.run.pointOf(to.Unit, l.earner[i])
}

// pointOf is what a unit of volume is worth to an earner.
func (v *view) pointOf(unit calc.Unit, row int32) calc.Fraction {
	p := v.Plan.Plan
	switch {
	case unit != calc.UnitVolume:
		return calc.One
	case p.PointValues == nil:
		return p.PointValue
	case v.network.Market == nil:
		return p.PointValues[p.VariantOfMarket[0]]
	}
	return p.PointValues[p.VariantOfMarket[v.network.Market[row]]]
}
