package plan

import (
	"reflect"
	"testing"

	"upline/calc"
)

// Rules that count a part of what their base counts make a volume of their own.
func TestCompile_BonusesMakeVolumesOfTheirOwn(t *testing.T) {
	whole := calc.Volume{Share: calc.RateScale, CustomerShare: calc.RateScale}
	volume := func(change func(*calc.Volume)) calc.Volume {
		v := whole
		change(&v)
		return v
	}
	energy := volume(func(v *calc.Volume) {
		v.Name, v.Measure, v.Classes, v.ToCycle = "energy", calc.MeasurePrice, []bool{false, true, true}, 24
		v.Inside = &calc.DayWindow{FromDay: 10, ToDay: 50}
	})
	const volumes = "volumes: [{name: energy, of: price, product_classes: [power, gas], to_cycle: 24, inside: {from_day: 10, to_day: 50}}]\n"
	const own = calc.VolumeBuiltIn
	for _, c := range []struct {
		name, plan string
		volumes    []calc.Volume
		paidOn     func(*calc.Bonus) []calc.Base
		want       []calc.Base
	}{
		{
			"direct of classes at the close", volumes + "bonuses: [{name: it, pays: period, direct: {rate: 1%, volume: energy, product_classes: [gas, fibre]}}]",
			[]calc.Volume{
				volume(func(v *calc.Volume) { *v = energy; v.Classes = []bool{false, true, true, false} }),
				volume(func(v *calc.Volume) { *v = energy; v.Name, v.Classes = "it#1", []bool{false, false, true, false} }),
			},
			func(b *calc.Bonus) []calc.Base { return []calc.Base{b.Direct.Base} },
			[]calc.Base{own + 1},
		},
		{
			"direct of a class at the close, of a volume that leaves out another",
			"volumes: [{name: most, without_classes: [kit]}]\nbonuses: [{name: it, pays: period, direct: {rate: 1%, volume: most, product_classes: [gas]}}]",
			[]calc.Volume{
				volume(func(v *calc.Volume) { v.Name, v.Classes = "most", []bool{true, false, true} }),
				volume(func(v *calc.Volume) { v.Name, v.Classes = "it#1", []bool{false, false, true} }),
			},
			func(b *calc.Bonus) []calc.Base { return []calc.Base{b.Direct.Base} },
			[]calc.Base{own + 1},
		},
		{
			"direct amount of classes at the close", "bonuses: [{name: it, pays: period, direct: {amount: 5, product_classes: [gas]}}]",
			[]calc.Volume{volume(func(v *calc.Volume) { v.Name, v.Measure, v.Classes = "it#1", calc.MeasureCount, []bool{false, true} })},
			func(b *calc.Bonus) []calc.Base { return []calc.Base{b.Direct.Base} },
			[]calc.Base{own},
		},
		{
			"levels, differences and a stairstep of a class",
			"bonuses: [{name: it, pays: event, unilevel: {rates: [{levels: [1%]}], product_classes: [gas]}}, {name: b, differential: {rates: [{amount: 1, when: pv > 1}], product_classes: [gas]}}, " +
				"{name: c, stairstep: {base: price, rates: [{rate: 1%, when: pv > 1}], product_classes: [gas]}}]",
			[]calc.Volume{
				volume(func(v *calc.Volume) { v.Name, v.Classes = "it#1", []bool{false, true} }),
				volume(func(v *calc.Volume) { v.Name, v.Measure, v.Classes = "b#1", calc.MeasureCount, []bool{false, true} }),
				volume(func(v *calc.Volume) { v.Name, v.Measure, v.Classes = "c#1", calc.MeasurePrice, []bool{false, true} }),
			},
			func(b *calc.Bonus) []calc.Base { return []calc.Base{b.BaseOf()} },
			[]calc.Base{own},
		},
		{
			"fast start", "bonuses: [{name: it, fast_start: {days: 60, since: first_purchase, rates: [{levels: [20%]}]}}]",
			[]calc.Volume{volume(func(v *calc.Volume) { v.Name, v.Inside = "it#1", &calc.DayWindow{SinceFirstPurchase: true, ToDay: 60} })},
			func(b *calc.Bonus) []calc.Base { return []calc.Base{b.Unilevel.Base} },
			[]calc.Base{own},
		},
		{
			"fast start on a volume with a window", volumes + "bonuses: [{name: it, fast_start: {days: 30, volume: energy, rates: [{levels: [20%]}]}}]",
			[]calc.Volume{energy, volume(func(v *calc.Volume) { *v = energy; v.Name, v.Inside = "it#1", &calc.DayWindow{FromDay: 10, ToDay: 30} })},
			func(b *calc.Bonus) []calc.Base { return []calc.Base{b.Unilevel.Base} },
			[]calc.Base{own + 1},
		},
		{
			"fast start of calendar months", "bonuses: [{name: it, fast_start: {calendar_months: 3, rates: [{levels: [20%]}]}}]",
			[]calc.Volume{volume(func(v *calc.Volume) { v.Name, v.Inside = "it#1", &calc.DayWindow{ToMonth: 3} })},
			func(b *calc.Bonus) []calc.Base { return []calc.Base{b.Unilevel.Base} },
			[]calc.Base{own},
		},
		{
			"fast start of days and of months after that of the enrolment, on a volume with both",
			"volumes: [{name: late, inside: {from_day: 10, from_month: 1, to_month: 9}}]\n" +
				"bonuses: [{name: it, fast_start: {days: 90, calendar_months: 3, start_month: extra, volume: late, rates: [{levels: [20%]}]}}]",
			[]calc.Volume{
				volume(func(v *calc.Volume) {
					v.Name, v.Inside = "late", &calc.DayWindow{FromDay: 10, FromMonth: 1, ToMonth: 9}
				}),
				volume(func(v *calc.Volume) {
					v.Name, v.Inside = "it#1", &calc.DayWindow{FromDay: 10, ToDay: 90, FromMonth: 1, ToMonth: 4}
				}),
			},
			func(b *calc.Bonus) []calc.Base { return []calc.Base{b.Unilevel.Base} },
			[]calc.Base{own + 1},
		},
		{
			"residual with steps down",
			"bonuses: [{name: it, residual: {rate: 10%, step_downs: [{after_cycles: 12, share: 50%}, {after_cycles: 24, share: 10%}, {after_cycles: 36, share: 0%}]}}]",
			[]calc.Volume{
				volume(func(v *calc.Volume) { v.Name, v.Measure, v.FromCycle, v.ToCycle = "it#1", calc.MeasurePrice, 1, 12 }),
				volume(func(v *calc.Volume) { v.Name, v.Measure, v.FromCycle, v.ToCycle = "it#2", calc.MeasurePrice, 13, 24 }),
				volume(func(v *calc.Volume) { v.Name, v.Measure, v.FromCycle, v.ToCycle = "it#3", calc.MeasurePrice, 25, 36 }),
			},
			func(b *calc.Bonus) (list []calc.Base) {
				for _, part := range b.Residual.Parts {
					list = append(list, part.Base, calc.Base(part.Share/percentRate))
				}
				return list
			},
			[]calc.Base{own, 100, own + 1, 50, own + 2, 10},
		},
		{
			"residual with steps down on a volume of some cycles",
			"volumes: [{name: some, of: price, from_cycle: 2, to_cycle: 24}]\nbonuses: [{name: it, residual: {rate: 10%, volume: some, step_downs: [{after_cycles: 12, share: 50%}]}}]",
			[]calc.Volume{
				volume(func(v *calc.Volume) { v.Name, v.Measure, v.FromCycle, v.ToCycle = "some", calc.MeasurePrice, 2, 24 }),
				volume(func(v *calc.Volume) { v.Name, v.Measure, v.FromCycle, v.ToCycle = "it#1", calc.MeasurePrice, 2, 12 }),
				volume(func(v *calc.Volume) { v.Name, v.Measure, v.FromCycle, v.ToCycle = "it#2", calc.MeasurePrice, 13, 24 }),
			},
			func(b *calc.Bonus) []calc.Base {
				return []calc.Base{b.Residual.Parts[0].Base, b.Residual.Parts[1].Base}
			},
			[]calc.Base{own + 1, own + 2},
		},
		{
			"residual with steps down on a volume of all cycles but the first",
			"volumes: [{name: some, of: price, from_cycle: 2}]\nbonuses: [{name: it, residual: {rate: 10%, volume: some, step_downs: [{after_cycles: 1, share: 50%}, {after_cycles: 12, share: 10%}]}}]",
			[]calc.Volume{
				volume(func(v *calc.Volume) { v.Name, v.Measure, v.FromCycle = "some", calc.MeasurePrice, 2 }),
				volume(func(v *calc.Volume) { v.Name, v.Measure, v.FromCycle, v.ToCycle = "it#1", calc.MeasurePrice, 2, 12 }),
				volume(func(v *calc.Volume) { v.Name, v.Measure, v.FromCycle, v.ToCycle = "it#2", calc.MeasurePrice, 13, 0 }),
			},
			func(b *calc.Bonus) []calc.Base {
				return []calc.Base{b.Residual.Parts[0].Base, calc.Base(b.Residual.Parts[0].Share / percentRate), b.Residual.Parts[1].Base}
			},
			[]calc.Base{own + 1, 50, own + 2},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			plan, bonus, _ := compiledBonus(t, c.plan)
			if !reflect.DeepEqual(plan.Volumes, c.volumes) {
				t.Errorf("volumes:\n got %+v\nwant %+v", plan.Volumes, c.volumes)
			}
			if got := c.paidOn(&bonus); !reflect.DeepEqual(got, c.want) {
				t.Errorf("paid on %v, want %v", got, c.want)
			}
		})
	}
}
