package calc

import (
	"fmt"

	"pgregory.net/rapid"
)

// drawer draws conditions and numbers of all facts that there are at a place of a plan.
type drawer struct {
	t     *rapid.T
	p     *Plan
	place func(Known) bool
	// bonus is the index of the bonus whose condition it is: earnings of those before it may be asked.
	bonus int
}

func beforeActive(k Known) bool { return k.BeforeActive }
func beforeRank(k Known) bool   { return k.BeforeRank }
func anywhere(Known) bool       { return true }

func (d drawer) condition() *Condition {
	// A tag that half of the people have divides every company; most other facts hold for nearly all, or nearly nobody.
	root := d.p.fact(FactKey{Fact: FactTag, Name: uint16(rapid.IntRange(1, len(d.p.Names.Tags)).Draw(d.t, "tag"))})
	if rapid.Bool().Draw(d.t, "any condition") {
		root = d.truth(2)
	}
	c, err := NewCondition(d.p.Facts, "random", root)
	discardTooFine(d.t, err)
	return c
}

// maybe draws a condition, or none.
func (d drawer) maybe(what string) *Condition {
	if rapid.IntRange(0, 2).Draw(d.t, what) > 0 {
		return nil
	}
	return d.condition()
}

func (d drawer) number() *Number { return d.numberOf(d.amount(1)) }

func (d drawer) numberOf(root *Expr) *Number {
	n, err := NewNumber(d.p.Facts, "random", root)
	discardTooFine(d.t, err)
	return n
}

func (d drawer) truth(depth int) *Expr {
	choices := []string{"compare", "compare", "compare", "fact"}
	if depth > 0 {
		choices = append(choices, "and", "or", "not")
		if d.p.Variants() > 1 {
			choices = append(choices, "variant")
		}
	}
	two := func() []*Expr { return []*Expr{d.truth(depth - 1), d.truth(depth - 1)} }
	switch rapid.SampledFrom(choices).Draw(d.t, "truth") {
	case "and":
		return expr(OpAnd, two()...)
	case "or":
		return expr(OpOr, two()...)
	case "not":
		return expr(OpNot, d.truth(depth-1))
	case "variant":
		return expr(OpVariant, two()...)
	case "fact":
		if e := d.fact(true); e != nil {
			return e
		}
	}
	op := rapid.SampledFrom([]Op{OpLess, OpGreaterEqual, OpGreaterEqual, OpEqual}).Draw(d.t, "compare")
	return expr(op, d.amount(1), d.literal())
}

func (d drawer) literal() *Expr {
	if rapid.Bool().Draw(d.t, "small") {
		return num(rapid.Int64Range(0, 3).Draw(d.t, "literal"))
	}
	return num(rapid.Int64Range(-1, 8).Draw(d.t, "fifties") * 50)
}

func (d drawer) amount(depth int) *Expr {
	e := d.fact(false)
	if e == nil {
		return d.literal()
	}
	if depth > 0 {
		switch rapid.IntRange(0, 5).Draw(d.t, "arithmetic") {
		case 0:
			return expr(OpAdd, e, d.amount(depth-1))
		case 1:
			return expr(OpMin, e, d.amount(depth-1))
		case 2:
			return expr(OpMultiply, &Expr{Op: OpNumber, Value: 4, Digits: 1}, e)
		}
	}
	return e
}

// fact draws a fact that is known where it is asked; nil when there is none of the type.
func (d drawer) fact(boolean bool) *Expr {
	var allowed []FactWord
	for _, word := range FactWords() {
		switch {
		case word.Boolean() != boolean, word.Placed() && d.p.PlacementWidth != 2, word.Of == OfRank && len(d.p.Ranks) == 0,
			word.Of == OfBonus && d.bonus == 0, !d.place(known(word.Key.Fact.stage())):
			continue
		}
		allowed = append(allowed, word)
	}
	facts := d.p.Facts
	var own []Slot
	for s := range Slot(facts.len()) {
		if facts.Own(s) != nil && facts.Boolean(s) == boolean && d.place(facts.Known([]Slot{s})) {
			own = append(own, s)
		}
	}
	if len(own) > 0 && rapid.Bool().Draw(d.t, "own fact") {
		return &Expr{Op: OpFact, Slot: rapid.SampledFrom(own).Draw(d.t, "own fact's slot")}
	}
	if len(allowed) == 0 {
		return nil
	}
	word := rapid.SampledFrom(allowed).Draw(d.t, "fact")
	key := word.Key
	upTo := func(n int, what string) int { return rapid.IntRange(1, n).Draw(d.t, what) }
	switch word.Of {
	case OfRank:
		key.Rank = uint8(upTo(len(d.p.Ranks), "of rank"))
	case OfVolume:
		key.Volume = Base(rapid.IntRange(0, int(VolumeBuiltIn)+len(d.p.Volumes)-1).Draw(d.t, "of volume"))
	case OfBonus:
		key.Name = uint16(upTo(d.bonus, "of bonus") - 1)
	case OfKind:
		key.Name = uint16(upTo(len(d.p.Names.Kinds), "of kind"))
	case OfMarket:
		key.Name = uint16(upTo(len(d.p.Names.Markets), "of market"))
	case OfTag:
		key.Name = uint16(upTo(len(d.p.Names.Tags), "of tag"))
	case OfNothing:
	}
	switch {
	case word.NumberIsVolume:
		key.N = rapid.Int64Range(1, 4).Draw(d.t, "limit") * 500_000
		if d.p.MeasureOf(key.Volume).Unit() == UnitCount {
			key.N = int64(upTo(3, "limit"))
		}
	case word.NumberNeeded || word.Number != "" && rapid.Bool().Draw(d.t, "with number"):
		key.N = int64(upTo(3, "number"))
	}
	return d.p.fact(key)
}

func known(at stageOf) Known {
	return Known{BeforeActive: at == fromStart, BeforeRank: at <= inRanks, BeforeBonuses: at <= afterAllRanks}
}

// drawOwnFacts adds facts of the plan's own making, each of which may read those before it.
func drawOwnFacts(t *rapid.T, p *Plan) {
	for k := range rapid.IntRange(0, 4).Draw(t, "own facts") {
		place := rapid.SampledFrom([]func(Known) bool{beforeActive, beforeRank, beforeRank, func(k Known) bool { return k.BeforeBonuses }}).Draw(t, "fact's place")
		d := drawer{t: t, p: p, place: place}
		f := PlanFact{Name: fmt.Sprintf("own%d", k), Over: rapid.SampledFrom([]Over{OverSelf, OverFrontline, OverDownline, OverGroup, OverLegs, OverPositions}).Draw(t, "over")}
		if f.Over == OverSelf {
			if rapid.Bool().Draw(t, "a condition") {
				f.Holds = d.condition()
			} else {
				f.Value = d.number()
			}
			p.Facts.Add(f)
			continue
		}
		f.Fold = rapid.SampledFrom([]Fold{FoldCount, FoldSum, FoldSum, FoldMax}).Draw(t, "fold")
		f.Where = d.maybe("where")
		if f.Over == OverDownline || f.Over == OverGroup || f.Over == OverLegs {
			f.Until, f.Depth = d.maybe("until"), rapid.SampledFrom([]int32{0, 0, 1, 2, 3}).Draw(t, "depth")
		}
		if f.Fold != FoldCount {
			value := d.amount(1)
			if f.Fold == FoldSum && f.Over != OverDownline && f.Over != OverPositions && rapid.Bool().Draw(t, "bounded") {
				f.AtMost = d.number()
				// The reader of plans gives the bounded number as many decimals as the bound.
				if more := f.AtMost.Digits() - d.numberOf(value).Digits(); more > 0 {
					value = expr(OpMultiply, value, &Expr{Op: OpNumber, Value: pow10[more], Digits: more})
				}
			}
			f.Value = d.numberOf(value)
		}
		p.Facts.Add(f)
	}
}
