package plan

import (
	"fmt"
	"reflect"
	"slices"

	uplinev1 "upline/api/upline/v1"
	"upline/calc"
)

// baseAt gives the volume that the block at a path speaks of by its `base` or `volume`.
func (c *compiler) baseAt(at string, base uplinev1.Base, volume string, omitted calc.Base) calc.Base {
	if volume == "" {
		if number, ok := bases[base]; ok {
			return number
		}
		return omitted
	}
	path := at + ".volume"
	if base != uplinev1.Base_BASE_UNSPECIFIED {
		c.fail(path, fmt.Sprintf("`%s` has both `base` and `volume`", lastOf(at)), "keep one of them")
		return omitted
	}
	if i := slices.Index(c.volumeList, volume); i >= 0 {
		return calc.VolumeBuiltIn + calc.Base(i)
	}
	switch {
	case slices.Contains(shortNames(base.Descriptor()).names, volume):
		c.fail(path, fmt.Sprintf("`%s` is not a volume of the plan's own making", volume), fmt.Sprintf("write `base: %s`", volume))
	case c.volumesKnown && len(c.volumeList) == 0:
		c.fail(path, fmt.Sprintf("there is no volume `%s`", shown(volume)), "the plan makes no volumes; add it under `volumes`, or say `base`")
	case c.volumesKnown:
		c.fail(path, fmt.Sprintf("there is no volume `%s`", shown(volume)), didYouMean(volume, c.volumeList, "the plan's volumes are"))
	}
	return omitted
}

// volumeSound tells that the plan makes a volume, and that what it is of could be read.
func (c *compiler) volumeSound(name string) bool {
	i := slices.Index(c.volumeList, name)
	return i >= 0 && c.sound(volumePath(i)+".of")
}

var bases = map[uplinev1.Base]calc.Base{
	uplinev1.Base_BASE_CV:        calc.BaseCV,
	uplinev1.Base_BASE_PV:        calc.BasePV,
	uplinev1.Base_BASE_PRICE:     calc.BasePrice,
	uplinev1.Base_BASE_QV:        calc.BaseQV,
	uplinev1.Base_BASE_NET_PRICE: calc.BaseNetPrice,
}

// volumeFrom gives the number of a volume that differs from another one as change makes it, for rules that count a part of the sales
// that their base counts. Its name is for those who look into a plan, and tells it from all others.
func (c *compiler) volumeFrom(base calc.Base, name string, change func(*calc.Volume)) calc.Base {
	made := calc.Volume{Measure: c.plan.MeasureOf(base), Share: calc.RateScale, CustomerShare: calc.RateScale}
	if base >= calc.VolumeBuiltIn {
		made = c.plan.Volumes[base-calc.VolumeBuiltIn]
	}
	made.Name = name
	change(&made)
	for i := range c.plan.Volumes {
		if c.plan.Volumes[i].Name == name && reflect.DeepEqual(c.plan.Volumes[i], made) {
			return calc.VolumeBuiltIn + calc.Base(i)
		}
	}
	c.plan.Volumes = append(c.plan.Volumes, made)
	return calc.VolumeBuiltIn + calc.Base(len(c.plan.Volumes)-1)
}
