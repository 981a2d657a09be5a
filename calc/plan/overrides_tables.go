package plan

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"

	"upline/calc"
)

// conditions joins a condition of the variants.
func (j *joiner) conditions(of func(v *variant) *calc.Condition) *calc.Condition {
	list := make([]*calc.Condition, len(j.variants))
	for k, v := range j.variants {
		list[k] = of(v)
	}
	return j.joinConditions(list, true)
}

// joinConditions gives the condition that is each variant's own for its distributors. nil holds for everybody, or for nobody.
func (j *joiner) joinConditions(list []*calc.Condition, everybody bool) *calc.Condition {
	if allSame(list) {
		return list[0]
	}
	roots, sources := make([]*calc.Expr, len(list)), make([]string, len(list))
	for k, condition := range list {
		roots[k], sources[k] = &calc.Expr{Op: calc.OpBoolean}, "false"
		if everybody {
			roots[k], sources[k] = &calc.Expr{Op: calc.OpBoolean, Value: 1}, "true"
		}
		if condition != nil {
			roots[k], sources[k] = j.roots[condition], condition.Source()
		}
	}
	joined, err := calc.NewCondition(j.factTable, j.sourceOf(sources), &calc.Expr{Op: calc.OpVariant, Args: roots})
	if err != nil { // each of them has compiled
		j.fail("", "the conditions of the markets cannot be joined: "+shown(err.Error()), "")
	}
	return joined
}

// sourceOf writes the texts of the variants as one.
func (j *joiner) sourceOf(sources []string) string {
	text := sources[0]
	for k, source := range sources {
		if source != sources[0] {
			text += fmt.Sprintf("; in %s: %s", strings.Join(j.variants[k].markets, ", "), source)
		}
	}
	return text
}

func allSame[T comparable](list []T) bool {
	return !slices.ContainsFunc(list, func(v T) bool { return v != list[0] })
}

func (j *joiner) joinNumber(to reflect.Value, list []*calc.Number, fields []string) *differs {
	if allSame(list) {
		to.Set(reflect.ValueOf(list[0]))
		return nil
	}
	roots, sources := make([]*calc.Expr, len(list)), make([]string, len(list))
	for k, number := range list {
		if number == nil || list[0] == nil {
			return &differs{k, fields}
		}
		roots[k], sources[k] = j.roots[number], number.Source()
	}
	joined, err := calc.NewNumber(j.factTable, j.sourceOf(sources), &calc.Expr{Op: calc.OpVariant, Args: roots})
	if err != nil {
		return &differs{len(list) - 1, fields} // digits so different that a number leaves its bounds
	}
	to.Set(reflect.ValueOf(joined))
	return nil
}

// joinTable gives the table in which each standing has the rows of its variant's table.
func (j *joiner) joinTable(to reflect.Value, list []calc.RateTable, fields []string) *differs {
	first := list[0]
	joined := calc.RateTable{Amounts: first.Amounts}
	if len(first.Rows) == 0 {
		for k, t := range list {
			if len(t.Rows) != 0 {
				return &differs{k, fields} // no rows mean that there is no such rule
			}
		}
		to.Set(reflect.ValueOf(first))
		return nil
	}
	for k, t := range list {
		if len(t.Rows) == 0 || t.Amounts != first.Amounts {
			return &differs{k, fields}
		}
		joined.Levels = max(joined.Levels, t.Levels)
	}
	offsets := make([]int, len(list))
	for k, t := range list {
		if same := slices.IndexFunc(list[:k], func(other calc.RateTable) bool { return reflect.DeepEqual(other, t) }); same >= 0 {
			offsets[k] = offsets[same]
		} else {
			offsets[k] = len(joined.Rows)
			for i, row := range t.Rows {
				wide := make([]int64, joined.Levels)
				if last(fields) == "FirstCycles" {
					wide = slices.Repeat([]int64{calc.LikeOtherCycles}, len(wide))
				}
				copy(wide, row)
				joined.Rows = append(joined.Rows, wide)
				var when *calc.Condition
				if t.When != nil {
					when = t.When[i]
				}
				joined.When = append(joined.When, when)
			}
		}
		for _, candidates := range t.Candidates {
			var moved []uint8
			for _, row := range candidates {
				moved = append(moved, uint8(offsets[k]+int(row)))
			}
			joined.Candidates = append(joined.Candidates, moved)
		}
	}
	if len(joined.Rows) > rowsMax {
		return &differs{len(list) - 1, fields}
	}
	if allSame(joined.When) && joined.When[0] == nil {
		joined.When = nil
	}
	joined.Unlock = j.joinUnlock(list)
	to.Set(reflect.ValueOf(joined))
	return nil
}

// rowsMax is how many rows a table of rates may have, those of all variants together.
const rowsMax = 254

func (j *joiner) joinUnlock(list []calc.RateTable) []*calc.Condition {
	levels := 0
	for _, t := range list {
		levels = max(levels, len(t.Unlock))
	}
	var joined []*calc.Condition
	for level := range levels {
		of := make([]*calc.Condition, len(list))
		for k, t := range list {
			if level < len(t.Unlock) {
				of[k] = t.Unlock[level]
			}
		}
		joined = append(joined, j.joinConditions(of, true))
	}
	return joined
}

// joinBrackets joins tables that are looked up by a number. Where the numbers have not the same decimals, their steps are brought to
// those of the finest.
func (j *joiner) joinBrackets(to reflect.Value, list []*calc.Brackets, fields []string) *differs {
	first := list[0]
	for k, b := range list {
		if (b == nil) != (first == nil) || b != nil && (b.Marginal != first.Marginal || b.Amounts != first.Amounts) {
			return &differs{k, fields}
		}
	}
	if first == nil || allSame(list) {
		to.Set(reflect.ValueOf(first))
		return nil
	}
	joined := &calc.Brackets{Marginal: first.Marginal, Amounts: first.Amounts}
	numbers := make([]*calc.Number, len(list))
	for k, b := range list {
		numbers[k] = b.By
	}
	if found := j.joinNumber(reflect.ValueOf(&joined.By).Elem(), numbers, fields); found != nil {
		return found
	}
	for k, b := range list {
		table := calc.BracketTable{Rates: b.Tables[0].Rates}
		for _, from := range b.Tables[0].From {
			for d := b.By.Digits(); d < joined.By.Digits(); d++ {
				if from > math.MaxInt64/10 || from < math.MinInt64/10 {
					return &differs{k, fields}
				}
				from *= 10
			}
			table.From = append(table.From, from)
		}
		joined.Tables = append(joined.Tables, table)
	}
	to.Set(reflect.ValueOf(joined))
	return nil
}

// joinAward joins what a rank is worth: its amount can differ.
func (j *joiner) joinAward(to reflect.Value, list []calc.RankAward, fields []string) *differs {
	joined := list[0]
	var amounts []int64
	for k, award := range list {
		rest := award
		rest.AmountMinor = joined.AmountMinor
		if !reflect.DeepEqual(rest, joined) || len(award.AmountMinor) != 1 {
			return &differs{k, append(slices.Clip(fields), "Awards")}
		}
		amounts = append(amounts, award.AmountMinor[0])
	}
	if !allSame(amounts) {
		joined.AmountMinor = amounts
	}
	to.Set(reflect.ValueOf(joined))
	return nil
}
