package plan

import (
	"fmt"

	uplinev1 "upline/api/upline/v1"
	"upline/calc"
)

var compressions = map[uplinev1.Compression]calc.Compression{
	uplinev1.Compression_COMPRESSION_STANDARD: calc.CompressionStandard,
	uplinev1.Compression_COMPRESSION_DYNAMIC:  calc.CompressionDynamic,
}

func (c *compiler) unilevel(path string, b *uplinev1.Bonus, u *uplinev1.UnilevelBonus, to *calc.Bonus) {
	at := path + ".unilevel"
	to.Pays = paysAt(b, calc.PaysPeriod)
	rates, levels := c.byRankAndLevel(at+".rates", u.GetRates())
	to.Unilevel = &calc.Unilevel{
		Base:        baseOf(u.GetBase(), calc.BaseCV),
		Placement:   u.GetTree() == "placement",
		Levels:      int32(levels),
		Rates:       rates,
		Compression: compressions[u.GetCompression()],
		Clawback:    c.clawback(at+".clawback", u.GetClawback(), to.Pays, calc.ClawbackFull),
	}
	if to.Unilevel.Placement && c.message.GetPlacement() == nil && c.sound("placement") {
		c.fail(at+".tree", "the plan has no placement tree", "add `placement` with its `width`, or walk the `sponsor` tree")
	}
	if to.Pays == calc.PaysEvent && to.Unilevel.Compression != calc.CompressionNone {
		c.fail(at+".compression", "a unilevel bonus that is paid at the event has no compression: who is active is known only at the period's close",
			"pay it at the period, or use `none`")
	}
	if to.Unilevel.Compression == calc.CompressionStandard && c.everybodyActive() {
		c.warn(at+".compression", "without the plan's `active` everybody is active, so nobody is passed over", "add `active`, or use `none`")
	}
	c.warnLevels(at+".rates", to.Unilevel)
}

// warnLevels looks at the best that each level can pay.
func (c *compiler) warnLevels(path string, u *calc.Unilevel) {
	if !c.sound(path) {
		return
	}
	sum, highest, lowestZero := int64(0), int64(0), 0
	for level := range int(u.Levels) {
		best := int64(0)
		for _, row := range u.Rates {
			best = max(best, row[level])
		}
		if best == 0 && lowestZero == 0 {
			lowestZero = level + 1
		}
		if best > 0 && lowestZero != 0 && u.Compression == calc.CompressionDynamic {
			c.warn(path, fmt.Sprintf("nobody is entitled to level %d, so with dynamic compression the levels after it are never reached", lowestZero),
				"give the level a rate, or leave it out")
			return
		}
		sum += best
		highest = max(highest, best)
	}
	c.warnZero(path, highest == 0)
	if sum > calc.RateScale {
		percent := calc.FormatMinor(sum, percentDigits)
		c.warn(path, fmt.Sprintf("the levels together can pay %s%% of a sale, more than all of it", trimZeros(percent)), "check the rates")
	}
}

// trimZeros drops the decimals of a number that are zero at its end.
func trimZeros(number string) string {
	for number[len(number)-1] == '0' {
		number = number[:len(number)-1]
	}
	if number[len(number)-1] == '.' {
		return number[:len(number)-1]
	}
	return number
}
