package plan

import (
	"errors"
	"strings"

	"upline/calc"
)

const (
	// conditionRunesMax is the schema's bound; what is longer is refused there and not read here.
	conditionRunesMax = 2000
	// conditionDepthMax bounds how deep a condition's parts stand in each other.
	conditionDepthMax = 64
	// factsMax bounds how many different facts a plan asks for: each is a column of numbers for everybody.
	factsMax = 1000
)

// phase is when in the course of a period a condition or number is asked, and so what it can ask for.
type phase uint8

const (
	forActive phase = iota // who is active
	forRank                // who is paid as a rank
	forFact                // a fact of the plan's own making: known when all that it reads is
	forBonus               // a bonus that is paid at the close, with all that belongs to it
	forCap                 // a cap's limit
	forEvent               // a bonus that is paid at the event, by what is known of a distributor then
)

// wanted is the type that an expression must have.
type wantedType uint8

const (
	wantsCondition wantedType = iota
	wantsNumber
	wantsEither
)

// condition compiles the condition at a path, which is asked at a phase. It gives nil when nothing is written, and when there is something wrong with
// it, which it reports.
func (c *compiler) condition(path, written string, when phase) *calc.Condition {
	compiled, root := c.conditionAndRoot(path, written, when)
	if compiled != nil {
		c.warnNever(path, root)
	}
	return compiled
}

// conditionAndRoot compiles a condition, and gives what it was lowered to as well.
func (c *compiler) conditionAndRoot(path, written string, when phase) (*calc.Condition, *calc.Expr) {
	if written == "" {
		return nil, nil
	}
	at := asked{c.filePath(path), when}
	if known, ok := c.conditions[at]; ok {
		return known, c.roots[known]
	}
	root, l := c.lower(path, written, when, wantsCondition)
	if root.expr == nil {
		return nil, nil
	}
	compiled, err := calc.NewCondition(c.factTable, strings.TrimSpace(written), root.expr)
	if !l.compiles(err) {
		return nil, nil
	}
	if !l.earnsAlike(compiled.Reads()) {
		return nil, nil
	}
	c.conditions[at], c.roots[compiled] = compiled, root.expr
	return compiled, root.expr
}

// asked is a text of the file and when it is asked. What was compiled of it is kept, so that the variants of a plan, which have most of their
// texts in common, have what they mean in common, too.
type asked struct {
	path string
	when phase
}

// number compiles the number at a path, which is asked at a phase. It gives nil when nothing is written, and when there is something wrong with it, which
// it reports.
func (c *compiler) number(path, written string, when phase) *calc.Number {
	if written == "" {
		return nil
	}
	at := asked{c.filePath(path), when}
	if known, ok := c.numbers[at]; ok {
		return known
	}
	root, l := c.lower(path, written, when, wantsNumber)
	if root.expr == nil {
		return nil
	}
	compiled, err := calc.NewNumber(c.factTable, strings.TrimSpace(written), root.expr)
	if !l.compiles(err) {
		return nil
	}
	if !l.earnsAlike(compiled.Reads()) {
		return nil
	}
	c.numbers[at], c.roots[compiled] = compiled, root.expr
	return compiled
}

// compiles reports what the engine finds in an expression: numbers too large for it.
func (l *lowering) compiles(err error) bool {
	switch {
	case err == nil:
		return true
	case errors.Is(err, calc.ErrOverflow):
		l.fail(0, "a number in the "+l.noun()+" is too large", "")
	default:
		l.fail(0, "the "+l.noun()+" does not compile: "+shown(err.Error()), "")
	}
	return false
}

// lower reads an expression and checks its types. What it gives has no expression when there is something wrong with it.
func (c *compiler) lower(path, written string, when phase, wants wantedType) (typed, *lowering) {
	l := &lowering{c: c, path: path, runes: []rune(written), when: when, wants: wants}
	if len(l.runes) > conditionRunesMax {
		return typed{}, l
	}
	if p, found := c.placeOf(path); found {
		l.places = c.source.positions(p.value)
	}
	if strings.TrimSpace(written) == "" {
		l.fail(0, "the "+l.noun()+" is empty", "write one like `"+l.exampleOfAll()+"`, or delete the line")
		return typed{}, l
	}
	env, err := c.environment()
	if err != nil {
		l.fail(0, "conditions cannot be read: "+shown(err.Error()), "")
		return typed{}, l
	}
	parsed, issues := env.Parse(written)
	if issues.Err() != nil {
		l.syntax(issues.Errors()[0])
		return typed{}, l
	}
	tree := parsed.NativeRep()
	l.info = tree.SourceInfo()
	root, ok := l.lower(tree.Expr(), 1)
	switch {
	case !ok:
		return typed{}, l
	case wants == wantsCondition && !root.boolean:
		l.fail(l.start(tree.Expr()), "the condition is a number, and not something that holds or not", compareIt)
		return typed{}, l
	case wants == wantsNumber && root.boolean:
		l.fail(l.start(tree.Expr()), "this is a condition, and a number is wanted here", "write what is counted or added up, for instance `gv`; `pv >= 100 ? 1 : 0` makes a number of a condition")
		return typed{}, l
	}
	// What was lowered has the types that CEL gives it. Should the two ever differ, the plan is refused rather than read in two ways.
	if _, issues := env.Check(parsed); issues.Err() != nil {
		first := issues.Errors()[0]
		l.fail(l.offset(first.Location), "the "+l.noun()+" does not compile: "+shown(first.Message), "")
		return typed{}, l
	}
	return root, l
}

// compareIt is the remedy for a number that stands where a condition is wanted.
const compareIt = "compare it, for instance `pv >= 100`"

// noun is what the text is called in messages.
func (l *lowering) noun() string {
	if l.wants == wantsCondition {
		return "condition"
	}
	return "expression"
}

func (l *lowering) exampleOfAll() string {
	if l.wants == wantsNumber {
		return "gv"
	}
	return "pv >= 100"
}
