package plan

import (
	uplinev1 "upline/api/upline/v1"
	"upline/calc"
)

// restating reads how far corrections of closed periods go.
func (c *compiler) restating() {
	r := c.message.GetRestating()
	if r == nil {
		return
	}
	c.plan.Restating.PeriodsMax = r.GetPeriodsMax()
	if r.GetMateriality() != "" {
		c.plan.Restating.MaterialityMinor = c.amount("restating.materiality", r.GetMateriality())
	}
	if c.plan.Late != calc.LateRestate && c.plan.CancelledVolume != calc.CancelledVolumeRestate {
		c.warn("restating", "bounds corrections that only moves in the network can ask for, as neither `late_policy` nor `cancelled_volume` is `restate`",
			"write `late_policy: restate` or `cancelled_volume: restate`, or delete `restating`")
	}
}

// restate reads for whom the bonus is corrected in closed periods.
func (r *bonusReader) restate() {
	switch r.message.GetRestate() {
	case uplinev1.Restate_RESTATE_UPLINE:
		r.to.Restate = calc.RestateUpline
	case uplinev1.Restate_RESTATE_NONE:
		r.to.Restate = calc.RestateNone
	}
	if r.message.GetRestate() != uplinev1.Restate_RESTATE_UNSPECIFIED && r.to.Pays == calc.PaysEvent {
		r.fail(r.path+".restate", "what is paid at the event is taken back line by line, and no closed period is computed for it again", "delete `restate`; `clawback` says what is taken back")
	}
}

func (w *english) restating(r *uplinev1.Restating) {
	if r.GetPeriodsMax() > 0 {
		w.line("  At most %d closed periods are computed again; what belongs to earlier ones counts in the open one.", r.GetPeriodsMax())
	}
	if r.GetMateriality() != "" {
		w.line("  Corrections of closed periods that come to less than %s %s for a distributor are not paid.", r.GetMateriality(), w.plan.Currency)
	}
}
