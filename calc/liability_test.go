package calc

import (
	"math"
	"testing"
)

func TestLiability_FindsWhatIsOutsideOfItsBounds(t *testing.T) {
	company := func(amount, base int64, before ...int64) LiabilityTotal {
		total := LiabilityTotal{Of: LiabilityOfCompany, AmountMinor: amount, BaseMinor: base, PeriodsBefore: int64(len(before))}
		for _, minor := range before {
			total.BeforeMinor += minor
		}
		return total
	}
	const percent = RateScale / 100
	for _, c := range []struct {
		name    string
		bound   LiabilityBound
		from    int64
		total   LiabilityTotal
		limit   int64
		outside bool
	}{
		{"at the rate", LiabilityBound{LiabilityPayout, 45 * percent}, 0, company(4500, 10_000), 4500, false},
		{"a cent above the rate", LiabilityBound{LiabilityPayout, 45 * percent}, 0, company(4501, 10_000), 4500, true},
		{"the rate of an odd base is exact", LiabilityBound{LiabilityPayout, 45 * percent}, 0, company(4501, 10_003), 4501, false},
		{"no sales", LiabilityBound{LiabilityPayout, 45 * percent}, 0, company(1, 0), 0, true},
		{"no sales and nothing paid", LiabilityBound{LiabilityPayout, 45 * percent}, 0, company(0, 0), 0, false},
		{"more cancelled than sold and nothing paid", LiabilityBound{LiabilityPayout, 45 * percent}, 0, company(0, -500), 0, false},
		{"products beyond 64 bits", LiabilityBound{LiabilityPayout, 10 * RateScale}, 0, company(math.MaxInt64, math.MaxInt64), math.MaxInt64, false},
		{"at the amount", LiabilityBound{LiabilityAmount, 100}, 0, company(100, 0), 100, false},
		{"above the amount", LiabilityBound{LiabilityAmount, 100}, 0, company(101, 0), 100, true},
		{"nothing before", LiabilityBound{LiabilityRise, 0}, 0, company(101, 0), 0, false},
		{"a mean of thirds", LiabilityBound{LiabilityRise, 10 * percent}, 0, company(110, 0, 100, 100, 101), 110, false},
		{"above a mean of thirds", LiabilityBound{LiabilityRise, 10 * percent}, 0, company(111, 0, 100, 100, 101), 110, true},
		{"first paid now", LiabilityBound{LiabilityRise, 50 * percent}, 0, company(1, 0, 0, 0), 0, true},
		{"a small rise is not looked at", LiabilityBound{LiabilityRise, 10 * percent}, 12, company(111, 0, 100), 110, false},
		{"one that is just large enough is", LiabilityBound{LiabilityRise, 10 * percent}, 11, company(111, 0, 100), 110, true},
		{"at the fall", LiabilityBound{LiabilityFall, 50 * percent}, 0, company(51, 0, 100, 101), 51, false},
		{"below the fall", LiabilityBound{LiabilityFall, 50 * percent}, 0, company(50, 0, 100, 101), 51, true},
		{"from below zero up", LiabilityBound{LiabilityRise, 50 * percent}, 0, company(-49, 0, -100), -50, true},
		{"from below zero down", LiabilityBound{LiabilityFall, 50 * percent}, 0, company(-151, 0, -100), -150, true},
	} {
		l := Liability{Limits: []LiabilityLimit{{Of: LiabilityOfCompany, Bounds: []LiabilityBound{c.bound}, ChangeFromMinor: c.from}}}
		limit, _ := c.bound.check(&c.total, c.from)
		if found := l.Check([]LiabilityTotal{c.total}); (len(found) == 1) != c.outside || limit != c.limit {
			t.Errorf("%s: %+v, limit %d; want outside %v, limit %d", c.name, found, limit, c.outside, c.limit)
		}
	}
}

// A limit that names one takes the place of the one for each.
func TestLiability_NamedLimitsTakeThePlaceOfThoseForEach(t *testing.T) {
	amount := func(most int64) []LiabilityBound { return []LiabilityBound{{LiabilityAmount, most}} }
	l := Liability{Limits: []LiabilityLimit{
		{Of: LiabilityOfBonus, Bounds: amount(10)}, {Of: LiabilityOfBonus, Name: "team", Bounds: amount(100)}, {Of: LiabilityOfMarket, Name: "DE", Bounds: amount(1)},
	}}
	totals := []LiabilityTotal{
		{Of: LiabilityOfCompany, AmountMinor: 1000},
		{Of: LiabilityOfBonus, Name: "own", AmountMinor: 11},
		{Of: LiabilityOfBonus, Name: "team", AmountMinor: 90},
		{Of: LiabilityOfMarket, Name: "DE", AmountMinor: 5},
		{Of: LiabilityOfMarket, Name: "team", AmountMinor: 5},
	}
	found := l.Check(totals)
	if len(found) != 2 || found[0].Total != 1 || found[0].LimitMinor != 10 || found[1].Total != 3 {
		t.Errorf("%+v", found)
	}
}
