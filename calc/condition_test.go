package calc

import (
	"errors"
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// twoVolumes is a plan whose table of facts has pv in slot 0 and cv in slot 1.
var twoVolumes = func() *Plan {
	p := &Plan{}
	p.fact(factPV)
	p.fact(factCV)
	return p
}()

// holdsFor evaluates a condition for one distributor with the given volumes.
func holdsFor(t *testing.T, root *Expr, pv, cv int64) (holds, overflow bool) {
	t.Helper()
	c, err := NewCondition(twoVolumes.Facts, "test", root)
	if err != nil {
		t.Fatal(err)
	}
	f := &factColumns{columns: [][]int64{{pv}, {cv}}}
	return c.holds(f, 0), f.overflow
}

func decimal(value int64, digits int32) *Expr {
	return &Expr{Op: OpNumber, Value: value, Digits: digits}
}

func TestCondition_ComparesVolumesWithLiteralsExactly(t *testing.T) {
	pv := twoVolumes.fact(factPV)
	for _, c := range []struct {
		op      Op
		literal *Expr
		pv      int64
		want    bool
	}{
		{OpGreaterEqual, decimal(995, 1), 99_5000, true},
		{OpGreaterEqual, decimal(995, 1), 99_4999, false},
		{OpGreater, decimal(995, 1), 99_5000, false},
		{OpGreater, decimal(995, 1), 99_5001, true},
		{OpEqual, decimal(995, 1), 99_5000, true},
		{OpNotEqual, decimal(995, 1), 99_5000, false},
		// Literals finer than a volume unit: 99.99995 lies between 99.9999 and 100.
		{OpGreaterEqual, decimal(9999995, 5), 99_9999, false},
		{OpGreaterEqual, decimal(9999995, 5), 100_0000, true},
		{OpGreater, decimal(9999995, 5), 99_9999, false},
		{OpGreater, decimal(9999995, 5), 100_0000, true},
		{OpLess, decimal(9999995, 5), 99_9999, true},
		{OpLess, decimal(9999995, 5), 100_0000, false},
		{OpLessEqual, decimal(9999995, 5), 99_9999, true},
		{OpLessEqual, decimal(9999995, 5), 100_0000, false},
		{OpEqual, decimal(9999995, 5), 100_0000, false},
		{OpNotEqual, decimal(9999995, 5), 100_0000, true},
		// Below zero.
		{OpGreaterEqual, decimal(-9999995, 5), -99_9999, true},
		{OpGreaterEqual, decimal(-9999995, 5), -100_0000, false},
		{OpLess, decimal(-9999995, 5), -99_9999, false},
		{OpLess, decimal(-9999995, 5), -100_0000, true},
		{OpGreater, decimal(-1, 18), 0, true},
		{OpGreater, decimal(1, 18), 0, false},
	} {
		if got, _ := holdsFor(t, expr(c.op, pv, c.literal), c.pv, 0); got != c.want {
			t.Errorf("pv = %s, operation %d, literal %d of %d decimals: got %v", FormatVolume(c.pv), c.op, c.literal.Value, c.literal.Digits, got)
		}
		if got, _ := holdsFor(t, expr(mirrored(c.op), c.literal, pv), c.pv, 0); got != c.want {
			t.Errorf("mirrored: pv = %s, operation %d, literal %d of %d decimals: got %v", FormatVolume(c.pv), c.op, c.literal.Value, c.literal.Digits, got)
		}
	}
}

func TestCondition_OverflowIsReportedNotWrapped(t *testing.T) {
	pv, cv := twoVolumes.fact(factPV), twoVolumes.fact(factCV)
	huge := int64(math.MaxInt64)
	for name, c := range map[string]struct {
		root           *Expr
		pv, cv         int64
		want, overflow bool
	}{
		"sum":                  {expr(OpGreater, expr(OpAdd, pv, cv), num(0)), huge, 1, false, true},
		"difference":           {expr(OpGreater, expr(OpSubtract, pv, cv), num(0)), -huge, 2, false, true},
		"product":              {expr(OpGreater, expr(OpMultiply, pv, cv), num(0)), 1 << 40, 1 << 40, false, true},
		"negation":             {expr(OpGreater, expr(OpNegate, pv), num(0)), math.MinInt64, 0, false, true},
		"more decimals":        {expr(OpGreater, expr(OpAdd, pv, decimal(1, 5)), num(0)), huge, 0, false, true},
		"compared, not scaled": {expr(OpGreater, pv, expr(OpMultiply, cv, decimal(1, 5))), huge, huge, true, false},
		"not reached":          {expr(OpOr, expr(OpGreater, pv, num(0)), expr(OpGreater, expr(OpAdd, pv, cv), num(0))), huge, 1, true, false},
	} {
		got, overflow := holdsFor(t, c.root, c.pv, c.cv)
		if overflow != c.overflow || !overflow && got != c.want {
			t.Errorf("%s: got %v, overflow %v", name, got, overflow)
		}
	}

	in := goodInput()
	in.Plan.Ranks[9].When = in.Plan.condition(expr(OpGreater, expr(OpMultiply, in.Plan.fact(factPV), in.Plan.fact(factPV)), num(0)))
	in.Volumes.PV = []int64{1 << 40, 0}
	if _, err := Compute(in); !errors.Is(err, ErrOverflow) {
		t.Errorf("a rank's condition: got %v", err)
	}
	in.Plan.Active = in.Plan.Ranks[9].When
	if _, err := Compute(in); !errors.Is(err, ErrOverflow) {
		t.Errorf("the condition for being active: got %v", err)
	}
}

func TestNewCondition_RefusesWhatIsNoCondition(t *testing.T) {
	pv, yes := twoVolumes.fact(factPV), &Expr{Op: OpBoolean, Value: 1}
	for name, c := range map[string]struct {
		root *Expr
		err  error
	}{
		"a number":            {pv, ErrPlan},
		"a sum of truths":     {expr(OpGreater, expr(OpAdd, yes, yes), num(0)), ErrPlan},
		"and of numbers":      {expr(OpAnd, pv, yes), ErrPlan},
		"not of a number":     {expr(OpNot, pv), ErrPlan},
		"order of truths":     {expr(OpLess, yes, yes), ErrPlan},
		"number is truth":     {expr(OpEqual, pv, yes), ErrPlan},
		"if a number":         {expr(OpIf, pv, yes, yes), ErrPlan},
		"if mixed":            {expr(OpIf, yes, pv, yes), ErrPlan},
		"if of numbers":       {expr(OpIf, yes, pv, pv), ErrPlan},
		"missing argument":    {expr(OpNot), ErrPlan},
		"too many arguments":  {expr(OpNot, yes, yes), ErrPlan},
		"unknown operation":   {expr(OpVariant+1, yes), ErrPlan},
		"unknown slot":        {expr(OpGreater, &Expr{Op: OpFact, Slot: 2}, num(0)), ErrPlan},
		"slot below zero":     {expr(OpGreater, &Expr{Op: OpFact, Slot: -1}, num(0)), ErrPlan},
		"divided by a fact":   {expr(OpGreater, expr(OpWhole, pv, pv), num(0)), ErrPlan},
		"divided by zero":     {expr(OpGreater, expr(OpWhole, pv, num(0)), num(0)), ErrPlan},
		"no variants":         {expr(OpVariant), ErrPlan},
		"eighteen decimals":   {expr(OpGreater, decimal(1, 18), num(0)), nil},
		"nineteen decimals":   {expr(OpGreater, decimal(1, 19), num(0)), ErrPlan},
		"decimals below none": {expr(OpGreater, decimal(1, -1), num(0)), ErrPlan},
		"product too fine":    {expr(OpGreater, expr(OpMultiply, expr(OpMultiply, pv, pv), expr(OpMultiply, expr(OpMultiply, pv, pv), pv)), num(0)), ErrPlan},
		"literal too great":   {expr(OpGreater, pv, num(math.MaxInt64)), ErrOverflow},
		"literals' sum":       {expr(OpGreater, expr(OpAdd, num(math.MaxInt64), num(1)), num(0)), ErrOverflow},
		"literal made finer":  {expr(OpGreater, expr(OpAdd, num(math.MaxInt64), pv), num(0)), ErrOverflow},
		"if with a huge else": {expr(OpGreater, expr(OpIf, yes, pv, num(math.MaxInt64)), num(0)), ErrOverflow},
	} {
		if got, err := NewCondition(twoVolumes.Facts, "test", c.root); !errors.Is(err, c.err) || (got != nil) != (c.err == nil) {
			t.Errorf("%s: got %v, %v; want %v", name, got, err, c.err)
		}
	}
}

func TestCondition_KnowsItsSourceAndFacts(t *testing.T) {
	p := hybridPlan()
	c := p.condition(expr(OpAnd, p.atLeast(factPV, 1), p.legsWith(1, 2)))
	if len(c.Reads()) != 2 || p.Facts.Key(c.Reads()[0]) != factPV || p.Facts.Key(c.Reads()[1]).Fact != FactLegsWith {
		t.Errorf("reads %v", c.Reads())
	}
	if (*Condition)(nil).Reads() != nil {
		t.Error("no condition asks for something")
	}
	if c.Source() != "test" {
		t.Errorf("got %q", c.Source())
	}
}

func BenchmarkCondition_Holds(b *testing.B) {
	p := &Plan{}
	c := p.condition(expr(OpAnd, expr(OpAnd, p.atLeast(factPV, 100), p.atLeast(factGV, 1000)), p.legsWith(1, 2)))
	f := &factColumns{columns: [][]int64{{1 << 40}, {1 << 40}, nil}}
	f.legs[1] = 2
	for b.Loop() {
		if !c.holds(f, 0) {
			b.Fatal("does not hold")
		}
	}
}

// nearPlan is a plan whose table has every kind of fact that conditions read in a way of its own.
func nearPlan() *Plan {
	p := &Plan{Ranks: make([]Rank, 3)}
	for _, word := range FactWords() {
		if word.Of != OfNothing && word.Of != OfRank {
			continue
		}
		for rank := range uint8(3) {
			key := word.Key
			if word.Of == OfRank {
				key.Rank = rank + 1
			}
			p.fact(key)
		}
	}
	return p
}

// Any expression is what exact arithmetic makes of it. The numbers are small and near each other, so that every sign and every
// comparison decides something.
func TestCondition_IsExactArithmetic(t *testing.T) {
	checkDrawn(t, 1, func(t *rapid.T) {
		p := nearPlan()
		table := p.Facts
		f := &factColumns{table: table, columns: make([][]int64, table.len()), first: []int32{0, rapid.Int32Range(0, 4).Draw(t, "frontline")}}
		for slot := range f.columns {
			if table.Key(Slot(slot)).Fact == FactLegsWith && rapid.Bool().Draw(t, "beside the columns") {
				continue
			}
			units := rapid.Int64Range(-4, 8).Draw(t, "value")
			if table.Digits(Slot(slot)) > 0 && rapid.Bool().Draw(t, "whole") {
				units *= VolumeScale
			}
			f.columns[slot] = []int64{units}
		}
		for rank := range 4 {
			f.legs[rank] = rapid.Int32Range(0, 4).Draw(t, "legs")
		}
		ranks := rapid.Uint8Range(0, 3)
		f.active, f.rank = []bool{rapid.Bool().Draw(t, "active")}, []uint8{ranks.Draw(t, "paid as")}
		f.achieved, f.before = []uint8{ranks.Draw(t, "achieved")}, []uint8{ranks.Draw(t, "before")}
		if rapid.Bool().Draw(t, "has variants") {
			f.variant = []uint8{rapid.Uint8Range(0, 1).Draw(t, "variant")}
		}

		root := drawNear(t, p, OpIf, 3)
		c, err := NewCondition(table, "test", root)
		discardTooFine(t, err)
		want := modelEval(root, int(f.variantAt(0)), func(e *Expr) modelValue {
			key := table.Key(e.Slot)
			switch key.Fact {
			case FactActive:
				return modelValue{truth: f.active[0]}
			case FactAchieved:
				return modelValue{truth: f.achieved[0] >= key.Rank}
			case FactPaidAsBefore:
				return modelValue{truth: f.before[0] >= key.Rank}
			case FactPaidAs:
				return modelValue{truth: f.rank[0] >= key.Rank}
			case FactFrontline:
				return modelValue{number: bigOf(int64(f.first[1]))}
			case FactLegsWith:
				if f.columns[e.Slot] == nil {
					return modelValue{number: bigOf(int64(f.legs[key.Rank]))}
				}
			}
			return modelValue{number: big.NewRat(f.columns[e.Slot][0], pow10[table.Digits(e.Slot)])}
		})
		if got := c.holds(f, 0); got != want.truth || f.overflow {
			t.Errorf("got %v, overflow %v; want %v", got, f.overflow, want.truth)
		}
	})
}

// drawNear draws a condition; asked for OpNumber it draws a number.
func drawNear(t *rapid.T, p *Plan, kind Op, depth int) *Expr {
	truth := func() *Expr { return drawNear(t, p, OpIf, depth-1) }
	number := func() *Expr { return drawNear(t, p, OpNumber, depth-1) }
	one := func(boolean bool) *Expr {
		var some []Slot
		for slot := range p.Facts.len() {
			if p.Facts.Boolean(Slot(slot)) == boolean {
				some = append(some, Slot(slot))
			}
		}
		return &Expr{Op: OpFact, Slot: rapid.SampledFrom(some).Draw(t, "fact")}
	}
	if kind == OpNumber {
		op := OpNumber
		if depth > 0 {
			op = rapid.SampledFrom([]Op{
				OpNumber, OpFact, OpFact, OpNegate, OpAdd, OpSubtract, OpMultiply, OpIf, OpMin, OpMax, OpWhole, OpVariant,
			}).Draw(t, "number")
		}
		switch op {
		case OpNumber:
			return decimal(rapid.Int64Range(-60, 90).Draw(t, "value"), rapid.SampledFrom([]int32{0, 1, 4, 5, 6}).Draw(t, "digits"))
		case OpFact:
			return one(false)
		case OpNegate:
			return expr(op, number())
		case OpIf:
			return expr(op, truth(), number(), number())
		case OpWhole:
			return expr(op, number(), decimal(rapid.Int64Range(1, 30).Draw(t, "divisor"), rapid.Int32Range(0, 2).Draw(t, "digits")))
		}
		return expr(op, number(), number())
	}
	op := rapid.SampledFrom([]Op{OpLess, OpLessEqual, OpGreater, OpGreaterEqual, OpEqual, OpNotEqual}).Draw(t, "comparison")
	if depth > 0 {
		op = rapid.SampledFrom([]Op{op, op, OpFact, OpNot, OpAnd, OpOr, OpIf, OpVariant, OpEqual + 100, OpNotEqual + 100}).Draw(t, "truth")
	}
	switch op {
	case OpFact:
		return one(true)
	case OpNot:
		return expr(op, truth())
	case OpAnd, OpOr, OpVariant:
		return expr(op, truth(), truth())
	case OpIf:
		return expr(op, truth(), truth(), truth())
	case OpEqual + 100, OpNotEqual + 100: // of two truths
		return expr(op-100, truth(), truth())
	}
	return expr(op, number(), number())
}

func TestArithmetic_KnowsItsRange(t *testing.T) {
	edges := []int64{math.MinInt64, math.MinInt64 + 1, -1 << 32, -3, -1, 0, 1, 2, 1 << 31, 1 << 32, math.MaxInt64 - 1, math.MaxInt64}
	for _, a := range edges {
		for _, b := range edges {
			x, y := big.NewInt(a), big.NewInt(b)
			for _, c := range []struct {
				name  string
				apply func(a, b int64) (int64, bool)
				exact *big.Int
			}{
				{"+", added, new(big.Int).Add(x, y)},
				{"-", subtracted, new(big.Int).Sub(x, y)},
				{"×", multiplied, new(big.Int).Mul(x, y)},
			} {
				got, ok := c.apply(a, b)
				if ok != c.exact.IsInt64() || ok && got != c.exact.Int64() {
					t.Errorf("%d %s %d: got %d, %v; want %v", a, c.name, b, got, ok, c.exact)
				}
			}
			if got, want := compareProducts(a, 1000, b, 10), new(big.Int).Mul(x, big.NewInt(1000)).Cmp(new(big.Int).Mul(y, big.NewInt(10))); got != want {
				t.Errorf("%d × 1000 and %d × 10: got %d, want %d", a, b, got, want)
			}
		}
	}
}
