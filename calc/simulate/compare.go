package simulate

import (
	"cmp"
	"slices"

	"upline/calc"
)

// comparedMax is how many of those who gain most, and lose most, are listed.
const comparedMax = 10

// Comparison is how a second plan differs from the first on the same files.
type Comparison struct {
	// Difference is what the second plan pays more than the first.
	Difference string `json:"difference"`
	Gain       Change `json:"gain"`
	Lose       Change `json:"lose"`
	Unchanged  int64  `json:"unchanged"`
	// Bonuses are those of both plans, by name.
	Bonuses []BonusChange `json:"bonuses"`
	// Ranks go by the rank in the last period under the first plan.
	Ranks []RankChange `json:"ranks,omitempty"`
	// Gainers gain most, Losers lose most.
	Gainers []PersonChange `json:"gainers"`
	Losers  []PersonChange `json:"losers"`
}

// Change is how many are paid more or less, and how much.
type Change struct {
	Distributors int64  `json:"distributors"`
	Amount       string `json:"amount"`
}

// BonusChange is a bonus under both plans; "" where a plan does not have it.
type BonusChange struct {
	Bonus      string `json:"bonus"`
	Amount     string `json:"amount,omitempty"`
	Against    string `json:"against,omitempty"`
	Difference string `json:"difference"`
}

// RankChange is a rank under both plans.
type RankChange struct {
	Rank         string `json:"rank"` // "" for no rank
	Distributors int64  `json:"distributors"`
	Gain         int64  `json:"gain"`
	Lose         int64  `json:"lose"`
	Amount       string `json:"amount"`
	Against      string `json:"against"`
	Difference   string `json:"difference"`
}

// PersonChange is a distributor under both plans.
type PersonChange struct {
	ID         string `json:"id"`
	Amount     string `json:"amount"`
	Against    string `json:"against"`
	Difference string `json:"difference"`
}

// compare holds two plans against each other. Sums of differences stay in range, as those of the totals do but for a factor of two, which is
// why they are taken as differences of sums.
func compare(c *Company, a, b *Totals) *Comparison {
	digits := a.Plan.Plan.MinorDigits
	money := func(minor int64) string { return calc.FormatMinor(minor, digits) }
	cmpr := &Comparison{Difference: money(b.AmountMinor - a.AmountMinor), Bonuses: bonusChanges(a, b, money)}
	var gain, lose int64
	ranks := make([]rankChange, len(a.Ranks))
	var changed []int32
	for row := range a.EarnedMinor {
		was, is := a.EarnedMinor[row], b.EarnedMinor[row]
		rank := &ranks[a.PaidAs[row]]
		rank.was += was
		rank.is += is
		rank.count++
		switch {
		case is > was:
			gain += is - was
			cmpr.Gain.Distributors++
			rank.gain++
		case is < was:
			lose += is - was
			cmpr.Lose.Distributors++
			rank.lose++
		default:
			cmpr.Unchanged++
			continue
		}
		changed = append(changed, int32(row))
	}
	cmpr.Gain.Amount, cmpr.Lose.Amount = money(gain), money(lose)
	if len(a.Ranks) > 1 {
		for k, rank := range ranks {
			cmpr.Ranks = append(cmpr.Ranks, RankChange{
				Rank: a.Ranks[k].Name, Distributors: rank.count, Gain: rank.gain, Lose: rank.lose, Amount: money(rank.was), Against: money(rank.is),
				Difference: money(rank.is - rank.was),
			})
		}
	}
	slices.SortFunc(changed, func(x, y int32) int {
		return cmp.Or(cmp.Compare(a.change(b, y), a.change(b, x)), cmp.Compare(x, y))
	})
	person := func(row int32) PersonChange {
		return PersonChange{c.ID(row), money(a.EarnedMinor[row]), money(b.EarnedMinor[row]), money(a.change(b, row))}
	}
	cmpr.Gainers, cmpr.Losers = []PersonChange{}, []PersonChange{}
	for _, row := range changed[:min(comparedMax, len(changed))] {
		if a.change(b, row) > 0 {
			cmpr.Gainers = append(cmpr.Gainers, person(row))
		}
	}
	for _, row := range slices.Backward(changed) {
		if len(cmpr.Losers) == comparedMax || a.change(b, row) >= 0 {
			break
		}
		cmpr.Losers = append(cmpr.Losers, person(row))
	}
	return cmpr
}

type rankChange struct{ count, gain, lose, was, is int64 }

// change is what a distributor is paid more by the other plan.
func (t *Totals) change(other *Totals, row int32) int64 {
	return other.EarnedMinor[row] - t.EarnedMinor[row]
}

func bonusChanges(a, b *Totals, money func(int64) string) []BonusChange {
	var changes []BonusChange
	for _, was := range a.Bonuses {
		change := BonusChange{Bonus: was.Name, Amount: money(was.AmountMinor), Difference: money(-was.AmountMinor)}
		for _, is := range b.Bonuses {
			if is.Name == was.Name {
				change.Against, change.Difference = money(is.AmountMinor), money(is.AmountMinor-was.AmountMinor)
			}
		}
		changes = append(changes, change)
	}
	for _, is := range b.Bonuses {
		if !slices.ContainsFunc(a.Bonuses, func(was BonusTotal) bool { return was.Name == is.Name }) {
			changes = append(changes, BonusChange{Bonus: is.Name, Against: money(is.AmountMinor), Difference: money(is.AmountMinor)})
		}
	}
	return changes
}
