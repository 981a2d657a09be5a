package plan

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode"

	"upline/calc"
)

// joiner makes one plan of the variants of a plan. What depends on the distributor goes by variant afterwards: conditions, numbers,
// rates and the value of a point. All else must be the same.
type joiner struct {
	*compiler
	variants []*variant
}

// differs is a part of a rule that is not the same in all variants: the names of the engine's fields on the way to it.
type differs struct {
	variant int
	fields  []string
}

// join makes the plan as it stands, the first variant, that of all of them.
func (c *compiler) join(variants []*variant) {
	j, p := &joiner{compiler: c, variants: variants}, c.plan
	sound := true
	for _, v := range variants[1:] {
		pair := &joiner{compiler: c, variants: []*variant{variants[0], v}}
		for i, changed := range v.changed {
			if changed == "" {
				continue
			}
			if _, found := pair.bonus(i); found != nil {
				pair.failDiffers(i, found)
				sound = false
			}
		}
	}
	if !sound {
		return
	}
	p.PointValues = make([]calc.Fraction, len(variants))
	for i, v := range variants {
		p.PointValues[i] = v.plan.PointValue
	}
	p.Active = j.conditions(func(v *variant) *calc.Condition { return v.plan.Active })
	for i := range p.Ranks {
		p.Ranks[i].When = j.conditions(func(v *variant) *calc.Condition { return v.plan.Ranks[i].When })
	}
	bonuses := make([]calc.Bonus, len(p.Bonuses))
	for i := range bonuses {
		var found *differs
		if bonuses[i], found = j.bonus(i); found != nil { // which each of them alone does not: the joined rule is too large
			j.fail(bonusPath(i), fmt.Sprintf("the bonus `%s` differs in so many markets that its rates do not fit in one table", j.bonusList[i]), "write a bonus of its own for some of them, with `markets`")
			continue
		}
		bonuses[i].Variants = j.paidIn(i)
	}
	p.Bonuses = bonuses
	for i := range p.Caps {
		same := make([]reflect.Value, len(variants))
		for k := range variants {
			same[k] = reflect.ValueOf(p.Caps[i])
		}
		joined := reflect.New(reflect.TypeFor[calc.Cap]()).Elem()
		j.value(joined, same, nil)
		p.Caps[i] = joined.Interface().(calc.Cap)
	}
}

// bonus joins a bonus of the variants.
func (j *joiner) bonus(i int) (calc.Bonus, *differs) {
	values := make([]reflect.Value, len(j.variants))
	for k, v := range j.variants {
		values[k] = reflect.ValueOf(v.plan.Bonuses[i])
	}
	joined := reflect.New(reflect.TypeFor[calc.Bonus]()).Elem()
	found := j.value(joined, values, nil)
	return joined.Interface().(calc.Bonus), found
}

// paidIn tells by variant where a bonus is paid; nil: everywhere.
func (j *joiner) paidIn(bonus int) []bool {
	paid := make([]bool, len(j.variants))
	everywhere := true
	for k, v := range j.variants {
		paid[k] = v.without == nil || !v.without[bonus]
		everywhere = everywhere && paid[k]
	}
	if everywhere {
		return nil
	}
	return paid
}

// value joins values of one type, one for each variant, and gives the first part that must be the same and is not.
func (j *joiner) value(to reflect.Value, values []reflect.Value, fields []string) *differs {
	switch to.Interface().(type) {
	case *calc.Condition:
		to.Set(reflect.ValueOf(j.joinConditions(parts[*calc.Condition](values), !slices.Contains(holdForNobody, last(fields)))))
		return nil
	case *calc.Number:
		return j.joinNumber(to, parts[*calc.Number](values), fields)
	case calc.RateTable:
		return j.joinTable(to, parts[calc.RateTable](values), fields)
	case *calc.Brackets:
		return j.joinBrackets(to, parts[*calc.Brackets](values), fields)
	case calc.RankAward:
		return j.joinAward(to, parts[calc.RankAward](values), fields)
	}
	switch to.Kind() {
	case reflect.Pointer:
		for k, v := range values {
			if v.IsNil() != values[0].IsNil() {
				return &differs{k, fields}
			}
		}
		if values[0].IsNil() {
			return nil
		}
		to.Set(reflect.New(to.Type().Elem()))
		inner := make([]reflect.Value, len(values))
		for k, v := range values {
			inner[k] = v.Elem()
		}
		return j.value(to.Elem(), inner, fields)
	case reflect.Struct:
		for i := range to.NumField() {
			name := to.Type().Field(i).Name
			if !to.Field(i).CanSet() {
				continue // what kinds embed has no content
			}
			inner := make([]reflect.Value, len(values))
			for k, v := range values {
				inner[k] = v.Field(i)
			}
			if found := j.value(to.Field(i), inner, append(slices.Clip(fields), name)); found != nil {
				return found
			}
		}
		return nil
	case reflect.Slice:
		for k, v := range values {
			if v.Len() != values[0].Len() {
				return &differs{k, fields}
			}
		}
		if values[0].IsNil() {
			return nil
		}
		to.Set(reflect.MakeSlice(to.Type(), values[0].Len(), values[0].Len()))
		for i := range to.Len() {
			inner := make([]reflect.Value, len(values))
			for k, v := range values {
				inner[k] = v.Index(i)
			}
			if found := j.value(to.Index(i), inner, fields); found != nil {
				return found
			}
		}
		return nil
	}
	for k, v := range values {
		if !v.Equal(values[0]) {
			return &differs{k, fields}
		}
	}
	to.Set(values[0])
	return nil
}

// holdForNobody are the fields of the engine whose condition holds for nobody where there is none. All others hold for everybody.
var holdForNobody = []string{"Breakaway", "StopAt", "LostWhen"}

func last(fields []string) string {
	if len(fields) == 0 {
		return ""
	}
	return fields[len(fields)-1]
}

// parts are the values of all variants as what they are.
func parts[T any](values []reflect.Value) []T {
	out := make([]T, len(values))
	for i, v := range values {
		out[i] = v.Interface().(T)
	}
	return out
}

// failDiffers reports a bonus that an override changes in what the engine does the same for all markets.
func (j *joiner) failDiffers(bonus int, found *differs) {
	v := j.variants[found.variant]
	name := j.bonusList[bonus]
	remedy := fmt.Sprintf("put `%s` under `without` here, and write another bonus with `markets`", name)
	from := v.changed[bonus]
	block := from + "." + kindOfBonus(j.message.GetBonuses()[bonus])
	for i := len(found.fields) - 1; i >= 0; i-- {
		for _, field := range writtenAs(found.fields[i]) {
			for _, at := range []string{block, from} {
				if path := at + "." + field; j.given(path) {
					j.fail(path, fmt.Sprintf("`%s` of the bonus `%s` cannot differ by market", field, name), remedy)
					return
				}
			}
		}
	}
	j.fail(from, fmt.Sprintf("the bonus `%s` works otherwise here than in the plan; only rates, amounts by rank and conditions can differ", name), remedy)
}

// writtenAs gives the names that plan files may have for a field of the engine.
func writtenAs(field string) []string {
	var snake strings.Builder
	for i, r := range field {
		if unicode.IsUpper(r) && i > 0 {
			snake.WriteByte('_')
		}
		snake.WriteRune(unicode.ToLower(r))
	}
	name := snake.String()
	list := []string{name, strings.TrimSuffix(name, "_minor")}
	return append(list, map[string][]string{
		"Base": {"base", "volume", "product_classes", "days", "calendar_months", "start_month", "since", "amount", "amounts", "rates"}, "Rates": {"rate", "rates", "amount", "amounts", "tiers"},
		"Placement": {"tree"}, "Classes": {"product_classes"}, "Parts": {"step_downs", "product_classes", "base", "volume"},
		"Brackets": {"brackets", "rate", "rates", "amount"}, "Own": {"rate", "rates", "amount"}, "OwnBrackets": {"brackets", "rate", "rates", "amount"},
		"AmountMinor": {"amount", "rate"}, "Rate": {"rate", "amount"}, "AmountMaxMinor": {"amount_max"}, "GuaranteeMinor": {"guarantee"},
		"InactivePassedOver": {"inactive"}, "EmptyPassedOver": {"empty"}, "ByGeneration": {"by"}, "AfterCaps": {"base"}, "WhileHeld": {"payment"},
		"Awards": {"awards"}, "Total": {"total_amount"}, "Max": {"max"}, "Volume": {"carry"}, "StepMinor": {"rounding"}, "Mode": {"rounding"}, "Breakaway": {"breakaway"},
	}[field]...)
}
