package calc

import (
	"fmt"
	"slices"
)

// Condition is a compiled expression that holds or not, over the facts of a distributor in a period. It is immutable and safe for
// concurrent use.
//
// Numbers are exact decimals: how many decimals each part of an expression has is known when it is compiled, so evaluating it is
// arithmetic on int64. A result out of range is an error of the whole computation.
type Condition struct {
	expression
	holds truth
	// begins is what must hold first of all for the condition to hold; nil where that is nothing simple.
	begins *beginning
}

// beginning is the comparison that a conjunction begins with: of a column, with a number that it is not below.
type beginning struct {
	slot  Slot
	bound int64
}

func (b *beginning) holds(f *factColumns, seat int32) bool { return f.columns[b.slot][seat] >= b.bound }

// Number is a compiled expression whose value is a number. It is immutable and safe for concurrent use.
type Number struct {
	expression
	value  number
	digits int32
}

// expression is what conditions and numbers have in common.
type expression struct {
	source string
	root   *Expr
	slots  []Slot
}

// Op is what a node of an expression does.
type Op uint8

// The operations. Arguments are numbers unless it is said otherwise.
const (
	OpNumber  Op = iota // Value × 10^-Digits
	OpBoolean           // true when Value is not 0
	OpFact              // the fact in Slot
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
	OpMin      // of two numbers
	OpMax      // of two numbers
	OpWhole    // how many times the second, a literal above zero, goes into the first, rounded down; 0 for what is below zero
	OpVariant  // of as many arguments as the plan has variants: the one of the distributor's
)

// Expr is a node of an expression, as a reader of plan files makes it. NewCondition and NewNumber check it.
type Expr struct {
	Op     Op
	Value  int64
	Digits int32
	Slot   Slot
	Args   []*Expr
}

// NewCondition compiles an expression of type boolean over the facts in a table. The error, ErrPlan or ErrOverflow, says which part
// of it is wrong; a reader that has checked types, and decimals with TooFine, meets it only for a literal out of range.
func NewCondition(facts *FactTable, source string, root *Expr) (*Condition, error) {
	c := &Condition{expression: expression{source: source, root: root}}
	compiled, err := c.compile(facts, root)
	if err != nil {
		return nil, err
	}
	if compiled.truth == nil {
		return nil, fmt.Errorf("%w: the condition %q is a number", ErrPlan, source)
	}
	c.holds, c.begins = compiled.truth, compiled.begins
	return c, nil
}

// NewNumber compiles an expression whose value is a number, as NewCondition compiles conditions.
func NewNumber(facts *FactTable, source string, root *Expr) (*Number, error) {
	n := &Number{expression: expression{source: source, root: root}}
	compiled, err := n.compile(facts, root)
	if err != nil {
		return nil, err
	}
	if compiled.number == nil {
		return nil, fmt.Errorf("%w: %q is a condition, and no number", ErrPlan, source)
	}
	n.value, n.digits = compiled.number, compiled.digits
	return n, nil
}

// Source is the expression as the plan writes it.
func (c *Condition) Source() string { return c.source }

// Source is the expression as the plan writes it.
func (n *Number) Source() string { return n.source }

// Digits is the number of decimals of the value.
func (n *Number) Digits() int32 { return n.digits }

// Fact gives the slot of the fact that the number is, where it is one and nothing is computed.
func (n *Number) Fact() (slot Slot, ok bool) { return n.root.Slot, n.root.Op == OpFact }

// reads lists the slots that the condition reads; none for nil.
func (c *Condition) reads() []Slot {
	if c == nil {
		return nil
	}
	return c.slots
}

// reads lists the slots that the number reads; none for nil.
func (n *Number) reads() []Slot {
	if n == nil {
		return nil
	}
	return n.slots
}

// Reads lists the slots that the condition reads; none for nil.
func (c *Condition) Reads() []Slot { return c.reads() }

// Reads lists the slots that the number reads; none for nil.
func (n *Number) Reads() []Slot { return n.reads() }

// truth and number are compiled expressions: functions of a distributor's seat.
type (
	truth  func(f *factColumns, seat int32) bool
	number func(f *factColumns, seat int32) int64
)

// compiled is an expression of one of the two types.
type compiled struct {
	truth  truth
	number number
	digits int32 // decimals of number
	// constant is set for a number that is the same for everybody.
	constant *int64
	// column tells that the number is what stands in the column of slot.
	column bool
	slot   Slot
	begins *beginning // of a truth; see Condition
}

func constantOf(value int64, digits int32) compiled {
	return compiled{
		number:   func(*factColumns, int32) int64 { return value },
		digits:   digits,
		constant: &value,
	}
}

func (c *expression) compile(facts *FactTable, e *Expr) (compiled, error) {
	args := make([]compiled, len(e.Args))
	for i, arg := range e.Args {
		var err error
		if args[i], err = c.compile(facts, arg); err != nil {
			return compiled{}, err
		}
	}
	if err := e.check(facts, args); err != nil {
		return compiled{}, err
	}
	switch e.Op {
	case OpNumber:
		return constantOf(e.Value, e.Digits), nil
	case OpBoolean:
		value := e.Value != 0
		return compiled{truth: func(*factColumns, int32) bool { return value }}, nil
	case OpFact:
		if !slices.Contains(c.slots, e.Slot) {
			c.slots = append(c.slots, e.Slot)
		}
		return readFact(facts, e.Slot), nil
	case OpNegate:
		return arithmetic(OpSubtract, constantOf(0, args[0].digits), args[0])
	case OpAdd, OpSubtract, OpMultiply:
		return arithmetic(e.Op, args[0], args[1])
	case OpNot:
		a := args[0].truth
		return compiled{truth: func(f *factColumns, seat int32) bool { return !a(f, seat) }}, nil
	case OpAnd:
		a, b := args[0].truth, args[1].truth
		return compiled{begins: args[0].begins, truth: func(f *factColumns, seat int32) bool { return a(f, seat) && b(f, seat) }}, nil
	case OpOr:
		a, b := args[0].truth, args[1].truth
		return compiled{truth: func(f *factColumns, seat int32) bool { return a(f, seat) || b(f, seat) }}, nil
	case OpIf:
		return choice(args[0], args[1], args[2])
	case OpMin, OpMax:
		return extreme(e.Op, args[0], args[1])
	case OpWhole:
		return wholeTimes(args[0], args[1])
	case OpVariant:
		return byVariant(args)
	default:
		return comparison(e, args[0], args[1])
	}
}

// check holds the number and the types of a node's arguments against its operation.
func (e *Expr) check(facts *FactTable, args []compiled) error {
	wrong := func(what string) error { return fmt.Errorf("%w: operation %d %s", ErrPlan, e.Op, what) }
	counts := [...]int{OpNegate: 1, OpAdd: 2, OpSubtract: 2, OpMultiply: 2, OpLess: 2, OpLessEqual: 2, OpGreater: 2, OpGreaterEqual: 2, OpEqual: 2, OpNotEqual: 2, OpNot: 1, OpAnd: 2, OpOr: 2, OpIf: 3, OpMin: 2, OpMax: 2, OpWhole: 2, OpVariant: len(args)}
	if int(e.Op) >= len(counts) {
		return wrong("does not exist")
	}
	if len(args) != counts[e.Op] {
		return wrong(fmt.Sprintf("has %d arguments", len(args)))
	}
	switch e.Op {
	case OpFact:
		if e.Slot < 0 || int(e.Slot) >= facts.len() {
			return wrong("names no fact")
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
	case OpWhole:
		if args[1].constant == nil || *args[1].constant <= 0 {
			return wrong("divides by what is no number above zero")
		}
	case OpVariant:
		if len(args) == 0 {
			return wrong("has no arguments")
		}
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
	case OpEqual, OpNotEqual, OpIf, OpVariant:
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
func readFact(facts *FactTable, slot Slot) compiled {
	key, info := facts.keys[slot], facts.infos[slot]
	if info.boolean {
		switch key.Fact {
		case FactActive:
			return compiled{truth: func(f *factColumns, seat int32) bool { return f.active[seat] }}
		case FactAchieved:
			return compiled{truth: func(f *factColumns, seat int32) bool { return f.achieved[seat] >= key.Rank }}
		case FactPaidAsBefore:
			return compiled{truth: func(f *factColumns, seat int32) bool { return f.before[seat] >= key.Rank }}
		case FactPaidAs:
			return compiled{truth: func(f *factColumns, seat int32) bool { return f.rank[seat] >= key.Rank }}
		}
		return compiled{truth: func(f *factColumns, seat int32) bool { return f.columns[slot][seat] != 0 }}
	}
	switch key.Fact {
	case FactLegsWith:
		// While ranks are decided the counts of the distributor at hand stand in legs, and a column only where others read it.
		return compiled{number: func(f *factColumns, seat int32) int64 {
			if column := f.columns[slot]; column != nil {
				return column[seat]
			}
			return int64(f.legs[key.Rank])
		}}
	case FactFrontline:
		return compiled{number: func(f *factColumns, seat int32) int64 { return int64(f.first[seat+1] - f.first[seat]) }}
	}
	return compiled{digits: info.digits, column: true, slot: slot, number: func(f *factColumns, seat int32) int64 { return f.columns[slot][seat] }}
}

// extreme compiles the smaller or the greater of two numbers.
func extreme(op Op, a, b compiled) (compiled, error) {
	a, b, err := sameDigits(a, b)
	if err != nil {
		return compiled{}, err
	}
	left, right := a.number, b.number
	if op == OpMin {
		return compiled{digits: a.digits, number: func(f *factColumns, seat int32) int64 { return min(left(f, seat), right(f, seat)) }}, nil
	}
	return compiled{digits: a.digits, number: func(f *factColumns, seat int32) int64 { return max(left(f, seat), right(f, seat)) }}, nil
}

// wholeTimes compiles how many times a literal goes into a number.
func wholeTimes(a, b compiled) (compiled, error) {
	a, b, err := sameDigits(a, b)
	if err != nil {
		return compiled{}, err
	}
	if b.constant == nil {
		return compiled{}, fmt.Errorf("%w: a number in an expression", ErrOverflow)
	}
	value, by := a.number, *b.constant
	return compiled{number: func(f *factColumns, seat int32) int64 { return max(0, value(f, seat)) / by }}, nil
}

// byVariant compiles the choice by the distributor's variant.
func byVariant(args []compiled) (compiled, error) {
	if args[0].truth != nil {
		truths := make([]truth, len(args))
		for i, a := range args {
			truths[i] = a.truth
		}
		return compiled{truth: func(f *factColumns, seat int32) bool { return truths[f.variantAt(seat)](f, seat) }}, nil
	}
	numbers := make([]number, len(args))
	finest := args[0]
	for _, a := range args {
		if a.digits > finest.digits {
			finest = a
		}
	}
	for i, a := range args {
		same, _, err := sameDigits(a, finest)
		if err != nil {
			return compiled{}, err
		}
		numbers[i] = same.number
	}
	return compiled{digits: finest.digits, number: func(f *factColumns, seat int32) int64 { return numbers[f.variantAt(seat)](f, seat) }}, nil
}

// choice compiles cond ? a : b.
func choice(cond, a, b compiled) (compiled, error) {
	if a.truth != nil {
		return compiled{truth: func(f *factColumns, seat int32) bool {
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
	return compiled{digits: a.digits, number: func(f *factColumns, seat int32) int64 {
		if cond.truth(f, seat) {
			return a.number(f, seat)
		}
		return b.number(f, seat)
	}}, nil
}
