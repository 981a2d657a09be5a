package calc

import "testing"

func TestResidual_RefusesWhatItCannotCompute(t *testing.T) {
	rates := single(RateScale / 10)
	amounts := rates
	amounts.Amounts = true
	when := rates
	when.When = []*Condition{nil}
	parts := []ResidualPart{{BasePrice, RateScale}}
	brackets := &Brackets{By: &Number{}, Tables: []BracketTable{{From: []int64{0}, Rates: []int64{1}}}}
	bracketsOfAmounts := &Brackets{By: &Number{}, Tables: brackets.Tables, Amounts: true}
	const without, both, atEvent = "without a volume or a rate", "and not both", "is paid at payments"
	for _, c := range []struct {
		name, naming string
		rule         Residual
		event        bool // paid at events, at payments unless atStart
		atStart      bool
	}{
		{name: "the seller", rule: Residual{Parts: parts, Own: rates}},
		{name: "the seller by brackets", rule: Residual{Parts: parts, OwnBrackets: brackets}},
		{name: "those above", rule: Residual{Parts: parts, Levels: rates}},
		{name: "those above by amounts", rule: Residual{Parts: parts, Levels: amounts}},
		{name: "the seller by amounts", rule: Residual{Parts: parts, Own: amounts}},
		{name: "the seller by brackets of amounts", rule: Residual{Parts: parts, OwnBrackets: bracketsOfAmounts}},
		{name: "brackets of amounts and a rate", naming: both, rule: Residual{Parts: parts, OwnBrackets: bracketsOfAmounts, Levels: rates}},
		{name: "seller and those above", rule: Residual{Parts: parts, Own: rates, Levels: rates}},
		{name: "brackets and those above", rule: Residual{Parts: parts, OwnBrackets: brackets, Levels: rates}},
		{name: "nobody", naming: without, rule: Residual{Parts: parts}},
		{name: "no volume", naming: without, rule: Residual{Own: rates, Levels: rates}},
		{name: "a rate and amounts", naming: both, rule: Residual{Parts: parts, Own: rates, Levels: amounts}},
		{name: "amounts and a rate", naming: both, rule: Residual{Parts: parts, Own: amounts, Levels: rates}},
		{name: "brackets and amounts", naming: both, rule: Residual{Parts: parts, OwnBrackets: brackets, Levels: amounts}},
		{name: "at payments", event: true, rule: Residual{Parts: parts, Own: rates, Levels: rates}},
		{name: "at the start", event: true, atStart: true, naming: atEvent, rule: Residual{Parts: parts, Own: rates}},
		{name: "passing over", event: true, naming: atEvent, rule: Residual{Parts: parts, Levels: rates, Walk: Walk{Compression: CompressionDynamic}}},
		{name: "the seller if", event: true, rule: Residual{Parts: parts, Own: when}},
		{name: "those above if", event: true, rule: Residual{Parts: parts, Own: rates, Levels: when}},
	} {
		b := &Bonus{}
		if c.event {
			b.Pays, b.AtPayments = PaysEvent, !c.atStart
		}
		if err := refuses(c.rule.check(testPlanOf(), b), ErrPlan, c.naming); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
