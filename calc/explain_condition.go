package calc

import (
	"math/big"
	"strconv"
	"strings"
)

// Reason says of a condition, or a part of it, whether it holds for a distributor, and what is lacking where it does not.
type Reason struct {
	Holds bool
	// For is what the condition is for, where a bonus asks for it beside its own: to be active, or a level.
	For string
	// Text is the part in the plan's own words, for instance `pv >= 100`.
	Text string
	// Has and Needs are the two sides of a comparison, as decimals, and Lacking what the one must grow by, or shrink where it is
	// negative, for the comparison to hold; all "" where the part is none.
	Has, Needs, Lacking string
	// Parts are what the part is joined from: all of them must hold with AllOf, else one is enough.
	Parts []Reason
	AllOf bool
	// fact tells that Text is a fact that holds or not; any other text says itself what stands in the way.
	fact bool
}

// Missing lists the parts, down to comparisons and single facts, that would have to hold and do not.
func (r Reason) Missing() []Reason {
	switch {
	case r.Holds:
		return nil
	case len(r.Parts) == 0:
		return []Reason{r}
	}
	var missing []Reason
	for _, part := range r.Parts {
		missing = append(missing, part.Missing()...)
	}
	return missing
}

// String says in words what is lacking, or that nothing is.
func (r Reason) String() string {
	if r.For != "" {
		of := r
		of.For = ""
		return r.For + ": " + of.String()
	}
	switch {
	case len(r.Parts) > 0 && !r.Holds:
		join := "; "
		if !r.AllOf {
			join = ", or "
		}
		var texts []string
		for _, part := range r.Parts {
			if !part.Holds {
				texts = append(texts, part.String())
			}
		}
		return strings.Join(texts, join)
	case r.Lacking != "" && !r.Holds && !strings.HasPrefix(r.Lacking, "-"):
		return r.Text + ": has " + r.Has + ", needs " + r.Lacking + " more"
	case r.Lacking != "" && !r.Holds:
		return r.Text + ": has " + r.Has + ", which is " + strings.TrimPrefix(r.Lacking, "-") + " too much"
	case r.Has != "":
		return r.Text + ": has " + r.Has
	case r.fact && !r.Holds:
		return r.Text + ": does not hold"
	}
	return r.Text
}

// conditionTeller explains conditions for one distributor. What it evaluates are the parts of the compiled expression, compiled as the
// whole was, over the same columns.
type conditionTeller struct {
	plan *Plan
	f    *factColumns
	seat int32
}

func (t *conditionTeller) of(c *Condition) Reason {
	if c == nil {
		return Reason{Holds: true, Text: "always"}
	}
	return t.explain(c.root, true)
}

// explain says of a boolean expression whether it is as wanted.
func (t *conditionTeller) explain(e *Expr, want bool) Reason {
	switch e.Op {
	case OpNot:
		return t.explain(e.Args[0], !want)
	case OpVariant:
		return t.explain(e.Args[t.f.variantAt(t.seat)], want)
	case OpAnd, OpOr:
		r := Reason{Text: t.plan.sayUnless(e, want), AllOf: (e.Op == OpAnd) == want}
		r.Holds = r.AllOf
		// Parts of one kind are joined in one list: a && b && c.
		var join func(*Expr)
		join = func(arg *Expr) {
			if arg.Op == e.Op {
				join(arg.Args[0])
				join(arg.Args[1])
				return
			}
			part := t.explain(arg, want)
			r.Parts = append(r.Parts, part)
			if r.AllOf {
				r.Holds = r.Holds && part.Holds
			} else {
				r.Holds = r.Holds || part.Holds
			}
		}
		join(e)
		return r
	case OpIf:
		branch := e.Args[2]
		if t.holds(e.Args[0]) {
			branch = e.Args[1]
		}
		return t.explain(branch, want)
	case OpLess, OpLessEqual, OpGreater, OpGreaterEqual, OpEqual, OpNotEqual:
		if r, ok := t.compare(e, want); ok {
			return r
		}
	}
	return Reason{Holds: t.holds(e) == want, Text: t.plan.sayUnless(e, want), fact: true}
}

func (t *conditionTeller) holds(e *Expr) bool {
	c, err := NewCondition(t.plan.Facts, "", e)
	return err == nil && c.holds(t.f, t.seat)
}

// number evaluates a number; false where the expression is none.
func (t *conditionTeller) number(e *Expr) (value int64, digits int32, ok bool) {
	n, err := NewNumber(t.plan.Facts, "", e)
	if err != nil {
		return 0, 0, false
	}
	return n.value(t.f, t.seat), n.digits, true
}

// negated is what a comparison becomes when it must not hold.
var negated = map[Op]Op{
	OpLess: OpGreaterEqual, OpLessEqual: OpGreater, OpGreater: OpLessEqual, OpGreaterEqual: OpLess, OpEqual: OpNotEqual, OpNotEqual: OpEqual,
}

// compare explains a comparison of numbers.
func (t *conditionTeller) compare(e *Expr, want bool) (Reason, bool) {
	has, hasDigits, ok := t.number(e.Args[0])
	if !ok {
		return Reason{}, false
	}
	needs, needsDigits, ok := t.number(e.Args[1])
	if !ok {
		return Reason{}, false
	}
	op := e.Op
	if !want {
		op = negated[op]
	}
	if e.Args[0].Op == OpNumber && e.Args[1].Op != OpNumber {
		op, has, needs, hasDigits, needsDigits = mirrored(op), needs, has, needsDigits, hasDigits
		e = &Expr{Op: op, Args: []*Expr{e.Args[1], e.Args[0]}}
	} else {
		e = &Expr{Op: op, Args: e.Args}
	}
	r := Reason{Holds: t.holds(e), Text: t.plan.Say(e), Has: sayDecimal(has, hasDigits), Needs: sayDecimal(needs, needsDigits)}
	if !r.Holds && op != OpNotEqual {
		lacking := new(big.Rat).Sub(decimalOf(needs, needsDigits), decimalOf(has, hasDigits))
		// What must be more than a number lacks the smallest step besides.
		step := big.NewRat(1, pow10[max(hasDigits, needsDigits)])
		switch op {
		case OpGreater:
			lacking.Add(lacking, step)
		case OpLess:
			lacking.Sub(lacking, step)
		}
		r.Lacking = trimDecimal(lacking.FloatString(int(max(hasDigits, needsDigits))))
	}
	return r, true
}

func decimalOf(value int64, digits int32) *big.Rat { return big.NewRat(value, pow10[digits]) }

func sayDecimal(value int64, digits int32) string {
	return trimDecimal(decimalOf(value, digits).FloatString(int(digits)))
}

func trimDecimal(text string) string {
	if !strings.Contains(text, ".") {
		return text
	}
	return strings.TrimRight(strings.TrimRight(text, "0"), ".")
}

// sayUnless says an expression, or that it must not hold.
func (p *Plan) sayUnless(e *Expr, want bool) string {
	if want {
		return p.Say(e)
	}
	return "!(" + p.Say(e) + ")"
}

// The signs of operations, and how strongly they bind: what binds more weakly stands in brackets.
var signs = map[Op]struct {
	sign  string
	binds int
}{
	OpIf: {"?", 1}, OpOr: {"||", 2}, OpAnd: {"&&", 3}, OpEqual: {"==", 4}, OpNotEqual: {"!=", 4}, OpLess: {"<", 4}, OpLessEqual: {"<=", 4},
	OpGreater: {">", 4}, OpGreaterEqual: {">=", 4}, OpAdd: {"+", 5}, OpSubtract: {"-", 5}, OpMultiply: {"*", 6}, OpNot: {"!", 7}, OpNegate: {"-", 7},
}

// Say writes an expression as a plan file does.
func (p *Plan) Say(e *Expr) string {
	inside := func(arg *Expr, binds int) string {
		text := p.Say(arg)
		if own, ok := signs[arg.Op]; ok && own.binds < binds {
			return "(" + text + ")"
		}
		return text
	}
	s := signs[e.Op]
	switch e.Op {
	case OpNumber:
		return sayDecimal(e.Value, e.Digits)
	case OpBoolean:
		return strconv.FormatBool(e.Value != 0)
	case OpFact:
		return p.sayFact(e.Slot)
	case OpNot, OpNegate:
		return s.sign + inside(e.Args[0], s.binds)
	case OpIf:
		return inside(e.Args[0], s.binds+1) + " ? " + inside(e.Args[1], s.binds) + " : " + inside(e.Args[2], s.binds)
	case OpMin, OpMax, OpWhole:
		name := map[Op]string{OpMin: "min", OpMax: "max", OpWhole: "whole"}[e.Op]
		return name + "(" + p.Say(e.Args[0]) + ", " + p.Say(e.Args[1]) + ")"
	case OpVariant:
		return p.Say(e.Args[0])
	}
	return inside(e.Args[0], s.binds) + " " + s.sign + " " + inside(e.Args[1], s.binds+1)
}

// sayFact writes a fact as conditions call it.
func (p *Plan) sayFact(s Slot) string {
	if own := p.Facts.Own(s); own != nil {
		return own.Name
	}
	key := p.Facts.keys[s]
	for _, w := range FactWords() {
		if w.Key.Fact != key.Fact {
			continue
		}
		if w.Of == OfNothing {
			if w.Key == key {
				return w.Name
			}
			continue
		}
		return w.Name + "(" + p.sayArguments(w, key) + ")"
	}
	return "?"
}

func (p *Plan) sayArguments(w FactWord, key FactKey) string {
	name := ""
	switch w.Of {
	case OfRank:
		name = p.Ranks[key.Rank-1].Name
	case OfVolume:
		name = p.VolumeName(key.Volume)
	case OfBonus:
		name = p.Bonuses[key.Name].Name
	case OfKind:
		name = p.Names.Kinds[key.Name-1]
	case OfMarket:
		name = p.Names.Markets[key.Name-1]
	case OfTag:
		name = p.Names.Tags[key.Name-1]
	case OfNothing:
	}
	text := strconv.Quote(name)
	switch {
	case w.NumberNeeded && w.NumberIsVolume:
		text += ", " + sayDecimal(key.N, w.Digits(p, FactKey{Fact: FactOwn, Volume: key.Volume}))
	case w.NumberNeeded, key.N != 0:
		text += ", " + strconv.FormatInt(key.N, 10)
	}
	return text
}
