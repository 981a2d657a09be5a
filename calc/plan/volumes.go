package plan

import (
	"fmt"
	"slices"
	"strconv"

	uplinev1 "upline/api/upline/v1"
	"upline/calc"
)

func volumePath(i int) string { return itemPath("volumes", i) }

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

var measures = map[uplinev1.Measure]calc.Measure{
	uplinev1.Measure_MEASURE_PV:        calc.MeasurePV,
	uplinev1.Measure_MEASURE_QV:        calc.MeasureQV,
	uplinev1.Measure_MEASURE_PRICE:     calc.MeasurePrice,
	uplinev1.Measure_MEASURE_NET_PRICE: calc.MeasureNetPrice,
	uplinev1.Measure_MEASURE_COUNT:     calc.MeasureCount,
}

var buyers = map[uplinev1.Buyers]calc.Buyers{
	uplinev1.Buyers_BUYERS_CUSTOMERS:    calc.BuyersCustomers,
	uplinev1.Buyers_BUYERS_DISTRIBUTORS: calc.BuyersDistributors,
}

// readVolumes compiles the volumes of the plan's own making.
func (c *compiler) readVolumes() {
	for i, v := range c.message.GetVolumes() {
		c.plan.Volumes = append(c.plan.Volumes, c.volume(volumePath(i), v))
		if v.GetFirstSaleOnly() && len(c.plan.FirstSets()) > calc.FirstSetsMax {
			c.fail(volumePath(i)+".first_sale_only", fmt.Sprintf("the plan counts first sales of more than %d sets of product classes", calc.FirstSetsMax), "let volumes have the same classes")
			return
		}
		if v.GetSaleSize() != nil && len(c.plan.SaleSizes()) > calc.SaleSizesMax {
			c.fail(volumePath(i)+".sale_size", fmt.Sprintf("the plan speaks of more than %d sizes of sales", calc.SaleSizesMax), "let volumes have the same sizes")
			return
		}
	}
}

func (c *compiler) volume(path string, v *uplinev1.Volume) calc.Volume {
	made := calc.Volume{
		Name: v.GetName(), Measure: measures[v.GetOf()],
		Classes: c.classesCounted(path, v), Markets: c.marketMask(path+".markets", v.GetMarkets()), Buyers: buyers[v.GetBuyers()],
		Share: calc.RateScale, CustomerShare: calc.RateScale,
		UntilPeriodDay: v.GetUntilPeriodDay(), FromCycle: v.GetFromCycle(), ToCycle: v.GetToCycle(),
		FirstSaleOnly: v.GetFirstSaleOnly(),
		Inside:        c.dayWindow(path+".inside", v.GetInside()), Outside: c.dayWindow(path+".outside", v.GetOutside()),
	}
	if v.GetShare() != "" {
		made.Share = c.rate(path+".share", v.GetShare(), rateMax)
		if made.Share == 0 && c.sound(path+".share") {
			c.warn(path+".share", "with a share of 0% nothing counts", "delete the volume, or give it a share")
		}
	}
	if v.GetCustomerShare() != "" {
		made.CustomerShare = c.rate(path+".customer_share", v.GetCustomerShare(), rateMax)
		if made.Buyers == calc.BuyersDistributors {
			c.fail(path+".customer_share", "what customers buy does not count in this volume", "delete `customer_share`, or change `buyers`")
		}
	}
	if made.FirstSaleOnly {
		made.FirstClasses = made.Classes
	}
	made.ClassShares = c.classShares(path+".class_shares", v.GetClassShares(), made.Classes)
	if made.ToCycle != 0 && made.ToCycle < made.FromCycle {
		c.fail(path+".to_cycle", "no billing cycle counts: `to_cycle` is before `from_cycle`", "change one of them")
	}
	made.Size = c.saleSize(path+".sale_size", v.GetSaleSize(), made.Measure)
	c.sourceCap(path+".source_cap", v.GetSourceCap(), &made)
	c.warnCutoff(path, &made)
	return made
}

// classesCounted gives by number which product classes count; its first entry is for classes that the plan does not name. nil: all do.
func (c *compiler) classesCounted(path string, v *uplinev1.Volume) []bool {
	only := c.classMask(path+".product_classes", v.GetProductClasses())
	without := c.classMask(path+".without_classes", v.GetWithoutClasses())
	if only != nil && without != nil {
		at := path + ".without_classes"
		for i, class := range v.GetWithoutClasses() {
			if slices.Contains(v.GetProductClasses(), class) {
				c.fail(fmt.Sprintf("%s[%d]", at, i), fmt.Sprintf("`%s` is in both `product_classes` and `without_classes`", shown(class)), "keep one of them")
			}
		}
		c.warn(at, "`product_classes` leaves out all other classes already", "delete `without_classes`")
		return only
	}
	for number := range without {
		without[number] = !without[number]
	}
	if without != nil {
		return without
	}
	return only
}

// classShares gives by number how much of a class's sales counts. counted says which classes do.
func (c *compiler) classShares(path string, entries []*uplinev1.ClassShare, counted []bool) []int64 {
	var shares []int64
	seen := map[string]bool{}
	for i, entry := range entries {
		at, class := path+"["+strconv.Itoa(i)+"]", entry.GetProductClass()
		share := c.rate(at+".share", entry.GetShare(), rateMax)
		if seen[class] {
			c.fail(at+".product_class", fmt.Sprintf("the product class `%s` has a share already", shown(class)), "keep one of them")
			continue
		}
		seen[class] = true
		number := wordNumber(&c.words.Classes, class)
		for len(shares) <= int(number) {
			shares = append(shares, calc.RateScale)
		}
		shares[number] = share
		if counted != nil && !at0(counted, number) && c.sound(at) {
			c.warn(at+".product_class", fmt.Sprintf("the product class `%s` does not count in this volume", shown(class)), "delete its share, or let it count")
		}
	}
	return shares
}

// at0 gives the entry of a mask, or its first one for a number behind its end.
func at0(mask []bool, number uint16) bool {
	if int(number) < len(mask) {
		return mask[number]
	}
	return mask[0]
}

// dayWindow compiles a stretch of time; nil stays nil.
func (c *compiler) dayWindow(path string, w *uplinev1.DayWindow) *calc.DayWindow {
	if w == nil {
		return nil
	}
	made := &calc.DayWindow{
		SinceFirstPurchase: w.GetSince() == uplinev1.WindowStart_WINDOW_START_FIRST_PURCHASE, FromDay: w.GetFromDay(), ToDay: w.GetToDay(),
		FromMonth: monthsFrom(w.GetStartMonth(), w.GetFromMonth()), ToMonth: monthsFrom(w.GetStartMonth(), w.GetToMonth()),
	}
	c.startMonth(path, w.GetStartMonth(), "to_month", w.GetFromMonth()+w.GetToMonth())
	const empty, remedy = "the window is empty: it ends after %s and begins after %s", "let it end later than it begins"
	switch {
	case c.given(path+".to_day") && made.ToDay <= made.FromDay && c.sound(path+".to_day"):
		c.fail(path+".to_day", fmt.Sprintf(empty, days(made.ToDay), days(made.FromDay)), remedy)
	case c.given(path+".to_month") && w.GetToMonth() <= w.GetFromMonth() && c.sound(path+".to_month"):
		c.fail(path+".to_month", fmt.Sprintf(empty, counted(int(w.GetToMonth()), "month"), counted(int(w.GetFromMonth()), "month")), remedy)
	case *made == calc.DayWindow{SinceFirstPurchase: made.SinceFirstPurchase} && c.sound(path):
		c.fail(path, fmt.Sprintf("`%s` holds all days", lastOf(path)), "give it `to_day`, `from_day`, `to_month` or `from_month`, or delete it")
	}
	return made
}

// monthsFrom counts calendar months as the engine does, with the month in which they begin as the first: 0 stays none.
func monthsFrom(start uplinev1.StartMonth, months int32) int32 {
	if months > 0 && start == uplinev1.StartMonth_START_MONTH_EXTRA {
		return months + 1
	}
	return months
}

// startMonth reports what is said of the first of months where there are none. field says how they are written.
func (c *compiler) startMonth(path string, start uplinev1.StartMonth, field string, months int32) {
	if start != uplinev1.StartMonth_START_MONTH_UNSPECIFIED && months == 0 {
		c.fail(path+".start_month", "no months are counted", "delete it, or add `"+field+"`")
	}
}

func days(n int32) string {
	if n == 1 {
		return "1 day"
	}
	return strconv.Itoa(int(n)) + " days"
}

// sourceCap compiles the bound of what one seller counts.
func (c *compiler) sourceCap(path string, bound *uplinev1.SourceCap, to *calc.Volume) {
	if bound == nil {
		return
	}
	to.SourceWithin = calc.Cadence(bound.GetWithin())
	measured := calc.Base(to.Measure)
	points := func(name, text string) int64 {
		if text == "" {
			return 0
		}
		return c.points(path+"."+name, text, measured)
	}
	to.SourceCap, to.SourceFrom = points("limit", bound.GetLimit()), points("from", bound.GetFrom())
	c.sourceBounds(path, bound, to)
	if !to.SourceWithin.Valid() {
		return
	}
	for _, cadence := range c.cadencesOf(to.Name) {
		if cadence.IsLonger(to.SourceWithin) {
			c.fail(path+".within", fmt.Sprintf("a limit within `%s` periods cannot be kept where `%s` periods are computed", to.SourceWithin, cadence),
				fmt.Sprintf("use `%s`, or a longer one", cadence))
			return
		}
	}
}

// sourceBounds reports bounds that hold nothing, or everything.
func (c *compiler) sourceBounds(path string, bound *uplinev1.SourceCap, v *calc.Volume) {
	if !c.sound("currency") {
		return
	}
	limited, begun := bound.GetLimit() != "" && c.sound(path+".limit"), bound.GetFrom() != "" && c.sound(path+".from")
	switch {
	case bound.GetLimit() == "" && bound.GetFrom() == "":
		c.fail(path, "`source_cap` has no bound", "add `limit: 100` for what counts at most of one seller, or `from: 100` for what is beyond it")
	case limited && v.SourceCap == 0:
		c.fail(path+".limit", "with a limit of 0 nothing counts", "write how much of one seller's volume counts at most, or delete `source_cap`")
	case limited && begun && v.SourceCap <= v.SourceFrom:
		c.fail(path+".limit", "nothing counts: the limit is not above `from`", "write a higher limit, or a lower `from`")
	case begun && v.SourceFrom == 0:
		c.warn(path+".from", "from 0 on everything counts", "delete `from`, or write what does not count of each seller")
	}
}

// cadencesOf are those of the bonuses that are paid on a volume; where there are none, conditions ask for it, and the main one counts.
func (c *compiler) cadencesOf(volume string) []calc.Cadence {
	var list []calc.Cadence
	for _, b := range c.message.GetBonuses() {
		if volume == "" || volumeOf(b) != volume {
			continue
		}
		cadence := calc.Cadence(b.GetCadence())
		if !cadence.Valid() {
			cadence = c.plan.Main
		}
		list = append(list, cadence)
	}
	if list == nil {
		list = append(list, c.plan.Main)
	}
	return list
}

// volumeOf is the plan's own volume that a bonus is paid on; "" where it is none.
func volumeOf(b *uplinev1.Bonus) string {
	m := b.ProtoReflect()
	kind := m.WhichOneof(m.Descriptor().Oneofs().ByName("kind"))
	if kind == nil {
		return ""
	}
	block := m.Get(kind).Message()
	if fd := block.Descriptor().Fields().ByName("volume"); fd != nil {
		return block.Get(fd).String()
	}
	return ""
}

// cadences are those that the plan closes periods of, the main one first.
func (c *compiler) cadences() []calc.Cadence {
	list := []calc.Cadence{c.plan.Main}
	for _, b := range c.message.GetBonuses() {
		if cadence := calc.Cadence(b.GetCadence()); cadence.Valid() && !slices.Contains(list, cadence) {
			list = append(list, cadence)
		}
	}
	return list
}

// periodDaysMax is how many days a period has at most.
var periodDaysMax = map[calc.Cadence]int32{
	calc.Daily: 1, calc.Weekly: 7, calc.Biweekly: 14, calc.HalfMonthly: 16, calc.FourWeekly: 28, calc.Monthly: 31, calc.Quarterly: 92, calc.Yearly: 366,
}

// warnCutoff looks for a cutoff that no period of the plan reaches.
func (c *compiler) warnCutoff(path string, v *calc.Volume) {
	longest := int32(0)
	for _, cadence := range c.cadences() {
		longest = max(longest, periodDaysMax[cadence])
	}
	if longest > 0 && v.UntilPeriodDay >= longest && c.sound("cadence") {
		c.warn(path+".until_period_day", fmt.Sprintf("no period of the plan has more than %s, so nothing is cut off", days(longest)), "choose an earlier day, or delete it")
	}
}
