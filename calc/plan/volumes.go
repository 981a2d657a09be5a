package plan

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"

	uplinev1 "upline/api/upline/v1"
	"upline/calc"
)

func volumePath(i int) string { return "volumes[" + strconv.Itoa(i) + "]" }

// volumeNames numbers the volumes, so that conditions and bonuses can refer to any of them.
func (c *compiler) volumeNames() {
	c.volumesKnown = c.listKnown("volumes")
	for i, v := range c.message.GetVolumes() {
		name, at := v.GetName(), volumePath(i)+".name"
		switch {
		case name == "":
		case slices.Contains(builtInVolumes, name):
			c.fail(at, fmt.Sprintf("`%s` is a volume that every plan has", name), "name it otherwise")
		case slices.Contains(c.volumeList, name):
			c.fail(at, fmt.Sprintf("there are two volumes `%s`", shown(name)), "rename one of them")
		default:
			c.clash(at, name)
		}
		c.volumeList = append(c.volumeList, name)
	}
}

// clash reports the name of a volume or fact that means something else in a condition.
func (c *compiler) clash(path, name string) bool {
	if _, isFact := factWords[name]; isFact {
		c.fail(path, fmt.Sprintf("`%s` is a fact that every plan has", shown(name)), "name it otherwise")
		return true
	}
	if slices.Contains(functionNames, name) || slices.Contains(celReserved, name) {
		c.fail(path, fmt.Sprintf("`%s` has a meaning of its own in conditions", shown(name)), "name it otherwise")
		return true
	}
	return false
}

// celReserved are words that no fact can have as a name, because conditions cannot be read with them.
var celReserved = []string{
	"true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop",
	"package", "namespace", "return", "var", "void", "while",
}

// insteadOfVolume is the remedy for a volume that the plan does not have.
func (c *compiler) insteadOfVolume(name string) string {
	if name == "gv" {
		return "`gv` is the volume `pv` of the whole group: write `gv`, or `group(\"pv\")`"
	}
	known := slices.DeleteFunc(slices.Concat(builtInVolumes, c.volumeList), func(v string) bool { return v == "" })
	return didYouMean(name, known, "the volumes are")
}

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
		if sameVolume(&c.plan.Volumes[i], &made) {
			return calc.VolumeBuiltIn + calc.Base(i)
		}
	}
	c.plan.Volumes = append(c.plan.Volumes, made)
	return calc.VolumeBuiltIn + calc.Base(len(c.plan.Volumes)-1)
}

// readVolumes compiles the volumes of the plan's own making.
func (c *compiler) readVolumes() {
	for _, v := range c.message.GetVolumes() {
		c.plan.Volumes = append(c.plan.Volumes, calc.Volume{Name: v.GetName(), Share: calc.RateScale, CustomerShare: calc.RateScale})
	}
}

func sameVolume(a, b *calc.Volume) bool { return reflect.DeepEqual(a, b) }
