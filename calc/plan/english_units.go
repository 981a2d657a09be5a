package plan

import (
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	"upline/calc"
)

// moneyFields are the fields that are money of the plan's currency wherever they stand.
var moneyFields = []protoreflect.FullName{
	"Bracket.amount", "DirectBonus.amount", "ResidualBonus.amount", "BinaryBonus.amount", "BinaryStep.amount", "MatrixCompletion.amount",
	"PoolBonus.amount", "PoolBonus.amount_max", "RankAward.amount", "ManualBonus.amount_max", "GenerationBonus.guarantee", "Cap.limit",
	"MarketOverride.point_value", "DifferentialBonus.total_amount",
}

// volumeFields are those that are in the unit of the volume that is counted: points, or money where it is made of prices.
var volumeFields = []protoreflect.FullName{
	"CarryLimit.amount", "BinaryStep.volume", "BinaryCycle.strong", "BinaryCycle.weak", "BinaryCycle.first_strong", "BinaryCycle.first_weak",
	"SourceCap.limit",
}

// ofMessage names a field with the message that it belongs to, which tells those of one name apart.
func ofMessage(f protoreflect.FieldDescriptor) protoreflect.FullName {
	return protoreflect.FullName(f.Parent().Name()).Append(f.Name())
}

// isMoney tells whether a field is of the plan's currency where it stands.
func (w *english) isMoney(f protoreflect.FieldDescriptor) bool {
	switch of := ofMessage(f); {
	case of == "RankRate.amount", of == "LevelRates.amounts":
		return !w.inShares()
	case of == "SaleSize.from", of == "SaleSize.below":
		return w.sizeInMoney
	case slices.Contains(volumeFields, of):
		return w.countsMoney
	default:
		return slices.Contains(moneyFields, of)
	}
}

// inShares tells that what is said are shares of a pool, which are numbers.
func (w *english) inShares() bool {
	return w.isInside("PoolBonus.shares_by_rank") || w.isInside("PoolGenerations.shares")
}

func (w *english) isInside(field protoreflect.FullName) bool { return slices.Contains(w.inside, field) }

// within says something as a part of a field.
func (w *english) within(f protoreflect.FieldDescriptor, say func()) {
	w.inside = append(w.inside, ofMessage(f))
	say()
	w.inside = w.inside[:len(w.inside)-1]
}

// column is the title of a field's column; of a list each entry has one.
func (w *english) column(f protoreflect.FieldDescriptor) string {
	title := wordsOf(string(f.Name()))
	switch of := ofMessage(f); {
	case of == "RankRate.amount" && w.inShares():
		return "shares"
	case of == "LevelRates.amounts" && w.isInside("BinaryBonus.first_cycles"):
		return "cycle"
	case of == "LevelRates.levels" || of == "LevelRates.amounts":
		if w.byGeneration || w.inShares() {
			return "generation"
		}
		return "level"
	case !f.IsList():
		return title
	}
	return strings.TrimSuffix(title, "s")
}

// setUnits says of which bonus it is that units and levels are.
func (w *english) setUnits(b *calc.Bonus) {
	w.countsMoney = w.plan.MeasureOf(b.BaseOf()).Unit() == calc.UnitMoney
	w.byGeneration = b.Generation != nil || b.Matching != nil && b.Matching.Leaders != nil
}
