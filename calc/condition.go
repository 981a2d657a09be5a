package calc

import "fmt"

// Condition is a compiled expression over the facts of a distributor in a period. It is immutable and safe for concurrent use.
//
// Numbers are exact decimals: how many decimals each part of an expression has is known when it is compiled, so evaluating it is
// arithmetic on int64. A result out of range is an error of the whole computation.
type Condition struct {
	source string
	root   *Expr
	holds  truth
	uses   [factCount]bool
}

// Op is what a node of an expression does.
type Op uint8

// The operations. Arguments are numbers unless it is said otherwise.
const (
	OpNumber  Op = iota // Value × 10^-Digits
	OpBoolean           // true when Value is not 0
	OpFact              // Fact, of Rank where the fact takes one
	OpNegate
	OpAdd
	OpSubtract
	OpMultiply
	OpLess
	OpLessEqual
	OpGreater
	OpGreaterEqual
	OpEqual    // of two numbers or two booleans
	OpNotEqual // of two numbers or two booleans
	OpNot      // of a boolean
	OpAnd      // of two booleans
	OpOr       // of two booleans
	OpIf       // of a boolean, and two numbers or two booleans
)

// Expr is a node of an expression, as a reader of plan files makes it. NewCondition checks it.
type Expr struct {
	Op     Op
	Value  int64
	Digits int32
	Fact   Fact
	Rank   uint8 // rank number
	Args   []*Expr
}

// NewCondition compiles an expression of type boolean. The error, ErrPlan or ErrOverflow, says which part of it is wrong; a reader
// that has checked types, and decimals with TooFine, meets it only for a literal out of range.
func NewCondition(source string, root *Expr) (*Condition, error) {
	c := &Condition{source: source, root: root}
	compiled, err := c.compile(root)
	if err != nil {
		return nil, err
	}
	if compiled.truth == nil {
		return nil, fmt.Errorf("%w: the condition %q is a number", ErrPlan, source)
	}
	c.holds = compiled.truth
	return c, nil
}

// Source is the expression as the plan writes it.
func (c *Condition) Source() string { return c.source }

// Uses tells whether the condition asks for the fact. A nil condition asks for none.
func (c *Condition) Uses(f Fact) bool { return c != nil && c.uses[f] }

// truth and number are compiled expressions: functions of a distributor's seat.
type (
	truth  func(f *facts, seat int32) bool
	number func(f *facts, seat int32) int64
)

// compiled is an expression of one of the two types.
type compiled struct {
	truth  truth
	number number
	digits int32 // decimals of number
	// constant is set for a number that is the same for everybody.
	constant *int64
}

func constantOf(value int64, digits int32) compiled {
	return compiled{
		number:   func(*facts, int32) int64 { return value },
		digits:   digits,
		constant: &value,
	}
}

func (c *Condition) compile(e *Expr) (compiled, error) {
	args := make([]compiled, len(e.Args))
	for i, arg := range e.Args {
		var err error
		if args[i], err = c.compile(arg); err != nil {
			return compiled{}, err
		}
	}
	if err := e.check(args); err != nil {
		return compiled{}, err
	}
	switch e.Op {
	case OpNumber:
		return constantOf(e.Value, e.Digits), nil
	case OpBoolean:
		value := e.Value != 0
		return compiled{truth: func(*facts, int32) bool { return value }}, nil
	case OpFact:
		c.uses[e.Fact] = true
		return readFact(e.Fact, e.Rank), nil
	case OpNegate:
		return arithmetic(OpSubtract, constantOf(0, args[0].digits), args[0])
	case OpAdd, OpSubtract, OpMultiply:
		return arithmetic(e.Op, args[0], args[1])
	case OpNot:
		a := args[0].truth
		return compiled{truth: func(f *facts, seat int32) bool { return !a(f, seat) }}, nil
	case OpAnd:
		a, b := args[0].truth, args[1].truth
		return compiled{truth: func(f *facts, seat int32) bool { return a(f, seat) && b(f, seat) }}, nil
	case OpOr:
		a, b := args[0].truth, args[1].truth
		return compiled{truth: func(f *facts, seat int32) bool { return a(f, seat) || b(f, seat) }}, nil
	case OpIf:
		return choice(args[0], args[1], args[2])
	default:
		return comparison(e, args[0], args[1])
	}
}

// check holds the number and the types of a node's arguments against its operation.
func (e *Expr) check(args []compiled) error {
	wrong := func(what string) error { return fmt.Errorf("%w: operation %d %s", ErrPlan, e.Op, what) }
	counts := [...]int{OpNegate: 1, OpAdd: 2, OpSubtract: 2, OpMultiply: 2, OpLess: 2, OpLessEqual: 2, OpGreater: 2, OpGreaterEqual: 2, OpEqual: 2, OpNotEqual: 2, OpNot: 1, OpAnd: 2, OpOr: 2, OpIf: 3}
	if int(e.Op) >= len(counts) {
		return wrong("does not exist")
	}
	if len(args) != counts[e.Op] {
		return wrong(fmt.Sprintf("has %d arguments", len(args)))
	}
	switch e.Op {
	case OpFact:
		if e.Fact >= factCount || (e.Rank != 0) != e.Fact.Info().TakesRank {
			return wrong("names no fact, or a fact without its rank")
		}
	case OpNumber:
		if e.Digits < 0 || e.Digits > digitsMax {
			return wrong("has too many decimals")
		}
	case OpIf:
		if args[0].truth == nil {
			return wrong("asks for a number")
		}
		args = args[1:]
	}
	truths := 0
	for _, a := range args {
		if a.truth != nil {
			truths++
		}
	}
	want := 0
	switch e.Op {
	case OpNot, OpAnd, OpOr:
		want = len(args)
	case OpEqual, OpNotEqual, OpIf:
		if truths != 0 {
			want = len(args)
		}
	}
	if truths != want {
		return wrong("mixes numbers and conditions")
	}
	return nil
}

// readFact compiles the reading of a fact.
func readFact(fact Fact, rank uint8) compiled {
	digits := fact.Info().Digits
	switch fact {
	case FactActive:
		return compiled{truth: func(f *facts, seat int32) bool { return f.active[seat] }}
	case FactAchieved:
		return compiled{truth: func(f *facts, seat int32) bool { return f.achieved[seat] >= rank }}
	case FactPaidAsBefore:
		return compiled{truth: func(f *facts, seat int32) bool { return f.before[seat] >= rank }}
	case FactLegsWith:
		return compiled{number: func(f *facts, _ int32) int64 { return int64(f.legs[rank]) }}
	case FactFrontline:
		return compiled{number: func(f *facts, seat int32) int64 { return int64(f.first[seat+1] - f.first[seat]) }}
	case FactPayLeg:
		return compiled{digits: digits, number: func(f *facts, seat int32) int64 {
			return min(f.columns[FactLeftVolume][seat], f.columns[FactRightVolume][seat])
		}}
	default:
		return compiled{digits: digits, number: func(f *facts, seat int32) int64 { return f.columns[fact][seat] }}
	}
}

// choice compiles cond ? a : b.
func choice(cond, a, b compiled) (compiled, error) {
	if a.truth != nil {
		return compiled{truth: func(f *facts, seat int32) bool {
			if cond.truth(f, seat) {
				return a.truth(f, seat)
			}
			return b.truth(f, seat)
		}}, nil
	}
	a, b, err := sameDigits(a, b)
	if err != nil {
		return compiled{}, err
	}
	return compiled{digits: a.digits, number: func(f *facts, seat int32) int64 {
		if cond.truth(f, seat) {
			return a.number(f, seat)
		}
		return b.number(f, seat)
	}}, nil
}
