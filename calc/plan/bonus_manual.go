package plan

import (
	uplinev1 "upline/api/upline/v1"
	"upline/calc"
)

func (r *bonusReader) manual(m *uplinev1.ManualBonus) {
	const message, remedy = "what is paid by hand is paid as it was approved, whoever gets it", "delete it; whoever approves an adjustment looks at the distributor"
	if r.message.GetWhen() != "" {
		r.fail(r.path+".when", message, remedy)
	}
	if r.to.Inactive == calc.InactiveUnpaid {
		r.fail(r.path+".inactive", message, remedy)
	}
	out := &calc.Manual{}
	if m.GetAmountMax() != "" {
		at := r.at + ".amount_max"
		out.AmountMaxMinor = r.above0(at, r.amount(at, m.GetAmountMax()), "write the most that one adjustment may be, or delete it")
	}
	r.to.Manual = out
}
