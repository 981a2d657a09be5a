package server

import (
	uplinev1 "upline/api/upline/v1"
	"upline/calc"
)

// The numbers of modes, units, day counts and sides are those of calc, and of roundings those less one.

// readProration reads how a billing cycle is split, and refuses what cannot be: the engine says whether it is whole.
func readProration(r *reading, path string, p *uplinev1.Proration) calc.Proration {
	out := calc.Proration{
		Mode: calc.ProrationMode(p.GetMode()), Unit: calc.ProrationUnit(p.GetUnit()), DayCount: calc.DayCount(p.GetDayCount()),
		ChangedUnit: calc.ChangedUnit(p.GetChangedUnit()), Extension: calc.RoundingMode(max(0, p.GetExtensionRounding()-1)),
		ExtensionAfterUsed: p.GetExtensionAfterUsed(),
	}
	if err := out.Whole(); err != nil {
		r.wrong(uplinev1.ErrorReason_ERROR_REASON_INVALID_FIELD, path+"."+prorationFields[err.Field], err.Problem, "")
	}
	return out
}

var prorationFields = map[string]string{"mode": "mode", "unit": "unit", "day count": "day_count", "changed unit": "changed_unit", "rounding": "extension_rounding"}

// prorationOf is nil for a product that says nothing of it.
func prorationOf(p calc.Proration) *uplinev1.Proration {
	if p.Mode == 0 {
		return nil
	}
	return &uplinev1.Proration{
		Mode: uplinev1.ProrationMode(p.Mode), Unit: uplinev1.ProrationUnit(p.Unit), DayCount: uplinev1.DayCount(p.DayCount),
		ChangedUnit: uplinev1.ChangedUnit(p.ChangedUnit), ExtensionRounding: uplinev1.ExtensionRounding(p.Extension + 1),
		ExtensionAfterUsed: p.ExtensionAfterUsed,
	}
}
