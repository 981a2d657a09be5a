package plan

import (
	"fmt"

	uplinev1 "upline/api/upline/v1"
	"upline/calc"
)

var sharings = map[uplinev1.Sharing]calc.Sharing{
	uplinev1.Sharing_SHARING_SHARES: calc.ShareByShares,
	uplinev1.Sharing_SHARING_RANKED: calc.ShareByPlace,
}

var undistributeds = map[uplinev1.Undistributed]calc.Undistributed{
	uplinev1.Undistributed_UNDISTRIBUTED_NEXT_PERIOD: calc.UndistributedNextPeriod,
	uplinev1.Undistributed_UNDISTRIBUTED_SHARED:      calc.UndistributedShared,
}

var remainders = map[uplinev1.Remainder]calc.Remainder{
	uplinev1.Remainder_REMAINDER_FIRST:   calc.RemainderFirst,
	uplinev1.Remainder_REMAINDER_COMPANY: calc.RemainderCompany,
}

func (r *bonusReader) pool(p *uplinev1.PoolBonus) {
	out := &calc.Pool{Sharing: sharings[p.GetSharing()], Undistributed: undistributeds[p.GetUndistributed()], Remainder: remainders[p.GetRemainder()]}
	r.poolSize(p, out)
	switch out.Sharing {
	case calc.ShareEqually:
		if r.message.GetWhen() == "" {
			who := "every active distributor"
			if r.everybodyActive() || r.to.Inactive == calc.InactivePaid {
				who = "every distributor"
			}
			r.warn(r.at, "the bonus has no `when`, so "+who+" has a share of the pool", "say who qualifies, for instance `when: paid_as(\"gold\")`")
		}
	case calc.ShareByShares:
		r.poolShares(p, out)
	case calc.ShareByPlace:
		r.poolPlaces(p, out)
	}
	r.poolStrangers(p, out.Sharing)
	if p.GetShareMax() != "" {
		out.ShareMax = r.part(r.at+".share_max", p.GetShareMax())
	}
	if p.GetAmountMax() != "" {
		out.AmountMaxMinor = r.above0(r.at+".amount_max", r.amount(r.at+".amount_max", p.GetAmountMax()), "write the most that one distributor gets, or delete it")
	}
	if out.Undistributed == calc.UndistributedShared && out.Sharing != calc.ShareByPlace && p.GetShareMax() == "" && p.GetAmountMax() == "" {
		r.warn(r.at+".undistributed", "nobody has a limit, so nothing is left over to be shared among the others", "add `share_max` or `amount_max`, or delete it")
	}
	r.to.Pool = out
}

// poolSize reads how much there is to share.
func (r *bonusReader) poolSize(p *uplinev1.PoolBonus, out *calc.Pool) {
	switch rate, amount := p.GetRate(), p.GetAmount(); {
	case rate != "" && amount != "":
		r.fail(r.at+".amount", "the pool has both `rate` and `amount`", "keep one of them")
	case rate == "" && amount == "":
		r.fail(r.at, "`pool` does not say how much is shared", "add `rate`, for instance `rate: 2%`, or a fixed `amount`")
	case rate != "":
		out.Rate = r.part(r.at+".rate", rate)
		out.Base = r.paidOn(p.GetBase(), p.GetVolume(), calc.BaseCV, false)
	default:
		out.AmountMinor = r.above0(r.at+".amount", r.amount(r.at+".amount", amount), "write how much is shared")
		const message, remedy = "the pool is a fixed amount, and no part of a volume", "delete it, or write `rate`"
		if p.GetBase() != uplinev1.Base_BASE_UNSPECIFIED {
			r.fail(r.at+".base", message, remedy)
		}
		if p.GetVolume() != "" {
			r.fail(r.at+".volume", message, remedy)
		}
	}
}

func (r *bonusReader) poolShares(p *uplinev1.PoolBonus, out *calc.Pool) {
	switch {
	case p.GetShares() != "" && len(p.GetSharesByRank()) > 0:
		r.fail(r.at+".shares", "the pool has both `shares` and `shares_by_rank`", "keep one of them")
	case p.GetShares() == "" && len(p.GetSharesByRank()) == 0 && p.GetGenerations() != nil:
	case p.GetShares() == "" && len(p.GetSharesByRank()) == 0:
		r.fail(r.at, "the pool is shared by shares, and nobody has any", "add `shares`, for instance `shares: legs_with(\"gold\")`, `shares_by_rank`, or `generations` for the leaders below")
	case p.GetShares() != "":
		out.Shares = r.number(r.at+".shares", p.GetShares(), forBonus)
	default:
		out.SharesByRank = r.rankTable(r.at+".shares_by_rank", p.GetSharesByRank(), takesShares, 0, forBonus)
	}
	r.poolGenerations(p.GetGenerations(), out)
}

// poolGenerations reads the shares for leaders below.
func (r *bonusReader) poolGenerations(y *uplinev1.PoolGenerations, out *calc.Pool) {
	if y == nil {
		return
	}
	at := r.at + ".generations"
	g := &calc.PoolGenerations{
		Leaders: r.condition(at+".leaders", y.GetLeaders(), forBonus), Counts: r.number(at+".counts", y.GetCounts(), forBonus), Digits: shareDigits,
	}
	list, levels, highest := make([]tableEntry, len(y.GetShares())), 0, int64(0)
	for i, entry := range y.GetShares() {
		path := itemPath(at+".shares", i)
		list[i] = tableEntry{at: path, rank: entry.GetRank(), when: entry.GetWhen()}
		switch {
		case len(entry.GetLevels()) > 0:
			r.fail(path+".levels", "rates have no place here", "write shares, for instance `amounts: [1, 0.5]`")
		case len(entry.GetAmounts()) == 0:
			r.fail(path, "the entry has no shares", "write those of each generation, for instance `amounts: [1, 0.5]`")
		}
		for k, written := range entry.GetAmounts() {
			shares := r.bounded(itemPath(path+".amounts", k), written, shareDigits, generationSharesMax, "a number of shares", "shares have four decimals")
			list[i].values, highest = append(list[i].values, shares), max(highest, shares)
		}
		levels = max(levels, len(list[i].values))
	}
	g.Shares = r.table(at+".shares", list, levels, true, forBonus)
	if highest == 0 && r.sound(at) {
		r.warn(at+".shares", "all shares are zero, so nobody has any for leaders below", "give them shares, or delete `generations`")
	}
	out.Generations = g
}

const (
	// shareDigits is how many decimals the shares for a leader have.
	shareDigits = 4
	// generationSharesMax is the most that one has for what a leader counts: 1,000,000 shares.
	generationSharesMax = 1_000_000 * 10_000
)

func (r *bonusReader) poolPlaces(p *uplinev1.PoolBonus, out *calc.Pool) {
	if p.GetOrderBy() == "" {
		r.fail(r.at, "the pool is shared by place, and nothing says what the order is by", "add `order_by`, for instance `order_by: gv`")
	}
	if len(p.GetPlaces()) == 0 {
		r.fail(r.at, "the pool is shared by place, and no place has a part", "add `places`, for instance `places: [50%, 30%, 20%]`")
	}
	out.OrderBy = r.number(r.at+".order_by", p.GetOrderBy(), forBonus)
	out.ThenBy = r.number(r.at+".then_by", p.GetThenBy(), forBonus)
	if p.GetThenBy() != "" && p.GetThenBy() == p.GetOrderBy() {
		r.warn(r.at+".then_by", "those equal in `order_by` are equal in `then_by`, too", "order equals by something else, or delete it")
	}
	sum := int64(0)
	for i, text := range p.GetPlaces() {
		at := fmt.Sprintf("%s.places[%d]", r.at, i)
		part := r.part(at, text)
		if i > 0 && part > out.Places[i-1] && r.sound(r.at+".places") {
			r.warn(at, fmt.Sprintf("place %d gets more than the place before it", i+1), "check the parts")
		}
		out.Places = append(out.Places, part)
		sum += part
	}
	if sum > calc.RateScale && r.sound(r.at+".places") {
		r.fail(r.at+".places", fmt.Sprintf("the places sum to %s, more than the whole pool", percentOf(sum)), "give them 100% at most")
	}
}

// poolStrangers reports fields that belong to another way of sharing.
func (r *bonusReader) poolStrangers(p *uplinev1.PoolBonus, sharing calc.Sharing) {
	for _, field := range []struct {
		name  string
		given bool
		of    calc.Sharing
		word  string
	}{
		{"shares", p.GetShares() != "", calc.ShareByShares, "shares"},
		{"shares_by_rank", len(p.GetSharesByRank()) > 0, calc.ShareByShares, "shares"},
		{"generations", p.GetGenerations() != nil, calc.ShareByShares, "shares"},
		{"order_by", p.GetOrderBy() != "", calc.ShareByPlace, "ranked"},
		{"then_by", p.GetThenBy() != "", calc.ShareByPlace, "ranked"},
		{"places", len(p.GetPlaces()) > 0, calc.ShareByPlace, "ranked"},
	} {
		if field.given && field.of != sharing {
			r.fail(r.at+"."+field.name, "`"+field.name+"` goes with `sharing: "+field.word+"` only", "delete it, or change `sharing`")
		}
	}
}
