package plan

import (
	"fmt"
	"strings"

	uplinev1 "upline/api/upline/v1"
	"upline/calc"
)

var compressions = map[uplinev1.Compression]calc.Compression{
	uplinev1.Compression_COMPRESSION_STANDARD: calc.CompressionStandard,
	uplinev1.Compression_COMPRESSION_DYNAMIC:  calc.CompressionDynamic,
	uplinev1.Compression_COMPRESSION_ROLL_UP:  calc.CompressionRollUp,
}

// placed tells whether a bonus walks the placement tree.
func (r *bonusReader) placed(tree string) bool {
	if tree != "placement" {
		return false
	}
	if r.compiler.message.GetPlacement() == nil && r.sound("placement") {
		r.fail(r.at+".tree", "the plan has no placement tree", "add `placement` with its `width`, or walk the `sponsor` tree")
	}
	return true
}

// walk reads how a bonus goes up a tree. It speaks of who is passed over as if somebody were, so a bonus that pays no levels does not
// ask it.
func (r *bonusReader) walk(tree string, compression uplinev1.Compression) calc.Walk {
	w := calc.Walk{Placement: r.placed(tree), Compression: compressions[compression]}
	at := r.at + ".compression"
	kind := strings.ReplaceAll(kindOfBonus(r.message), "_", " ")
	switch {
	case r.to.Pays == calc.PaysEvent && w.Compression != calc.CompressionNone:
		r.fail(at, "a "+kind+" bonus that is paid at the event has no compression: whoever takes the place of those passed over may stand anywhere above, and a sale looks up as many levels as are paid",
			"pay it at the close: `pays: period`, or use `none`")
	case w.Compression == calc.CompressionStandard && r.everybodyActive() && r.to.When == nil && r.to.Markets == nil:
		r.warn(at, "without the plan's `active` everybody is active, so nobody is passed over", "add `active`, or use `none`")
	}
	return w
}

// warnLevels looks at the levels of a table that a walk pays by: those that are never reached, and those that together pay more than
// there is. path is where the table stands.
func (r *bonusReader) warnLevels(path string, t *calc.RateTable, w *calc.Walk) {
	r.warnUnreachable(path, t, w.Compression)
	if depth := r.plan.PlacementDepth; w.Placement && depth > 0 && t.Levels+w.SkipLevels > depth && r.sound(path) {
		r.warn(path, fmt.Sprintf("level %d is paid, and nobody stands so far above another: `placement` has `depth: %d`", t.Levels, depth), "leave out levels, or make the tree deeper")
	}
	r.warnSum(path, t, "a sale")
}

// warnSum speaks of levels that together pay more than there is.
func (r *bonusReader) warnSum(path string, t *calc.RateTable, of string) {
	sum := int64(0)
	for _, best := range bestRates(t) {
		sum += best
	}
	if sum > r.rateMax && r.sound(path) {
		r.warn(path, fmt.Sprintf("the levels together can pay %s of %s, more than all of it", percentOf(sum), of), "check the rates")
	}
}
