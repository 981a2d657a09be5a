package plan

import (
	uplinev1 "upline/api/upline/v1"
	"upline/calc"
)

func (r *bonusReader) manual(m *uplinev1.ManualBonus) {
	out := &calc.Manual{}
	if m.GetAmountMax() != "" {
		at := r.at + ".amount_max"
		out.AmountMaxMinor = r.above0(at, r.amount(at, m.GetAmountMax()), "write the most that one adjustment may be, or delete it")
	}
	r.to.Manual = out
}
