package calc

import (
	"fmt"
	"slices"
	"strconv"
)

// RankBonus pays for reaching or holding a rank. All lines have level 0, and the number of the award as their part.
//
// Whoever is paid as a rank and by the bonus holds the rank. Once in a life each award is paid: the first time that its rank has been
// held for AfterPeriods further periods, in instalments from then on. A rank that was achieved before the bonus could see it, because
// the company came with it or the bonus is new, is not paid.
type RankBonus struct {
	plain
	Awards    []RankAward
	WhileHeld bool
	Base      Base
}

// RankAward is what a rank is worth.
type RankAward struct {
	Rank uint8
	// AmountMinor are by variant; one alone is for all. Rate is of the group's volume, where there is no amount.
	AmountMinor  []int64
	Rate         int64
	AfterPeriods int32
	Instalments  []int64 // rates; empty: one part
	// WithinDays and WithinMonths are from enrolment to the end of the period in which the rank is reached; 0: any time. The month of
	// enrolment is the first of WithinMonths.
	WithinDays, WithinMonths int32
}

func (r *RankBonus) check(p *Plan, b *Bonus) error {
	switch {
	case b.Pays == PaysEvent:
		return errKind("ranks are decided at the close")
	case !r.WhileHeld && b.Cadence != p.Main:
		return errKind("a rank is reached in a period of the main cadence; a bonus on another one can only pay while it is held")
	case len(r.Awards) == 0:
		return errKind("no rank is worth anything")
	}
	for i := range r.Awards {
		if err := r.Awards[i].check(p, r); err != nil {
			return fmt.Errorf("award %d: %w", i, err)
		}
	}
	return nil
}

func (a *RankAward) check(p *Plan, r *RankBonus) error {
	amounts := len(a.AmountMinor)
	switch {
	case a.Rank == 0 || int(a.Rank) > len(p.Ranks):
		return errKind("no such rank")
	case amounts != 0 && amounts != 1 && amounts != p.Variants() || (amounts == 0) == (a.Rate == 0) || a.Rate < 0:
		return errKind("a rank is worth an amount or a rate")
	case a.Rate != 0 && p.MeasureOf(r.Base) == MeasureCount:
		return errKind("a rate of a number of sales")
	case a.AfterPeriods < 0 || a.AfterPeriods > periodsMax || a.WithinDays < 0 || a.WithinMonths < 0 || len(a.Instalments) > periodsMax:
		return errKind("too many periods, or fewer than none")
	case r.WhileHeld && (len(a.Instalments) > 0 || a.WithinDays > 0 || a.WithinMonths > 0):
		return errKind("instalments, and days or months to reach a rank in, are for what is paid once")
	case amounts != 0 && slices.Min(a.AmountMinor) < 0 || len(a.Instalments) != 0 && slices.Min(a.Instalments) < 0:
		return errKind("an amount below zero")
	}
	return nil
}

func (r *RankBonus) base() Base { return r.Base }

// unit is that of the volume as soon as one award is a rate of it; amounts are lines of pieces then.
func (r *RankBonus) unit(p *Plan) Unit {
	for i := range r.Awards {
		if r.Awards[i].Rate != 0 {
			return p.MeasureOf(r.Base).Unit()
		}
	}
	return UnitCount
}

// periodsMax bounds the periods that an award asks for, and those that it is paid in.
const periodsMax = 1000

// awardBegun is where counters of an award go on when it has begun to be paid: with the number of periods since, the first one included.
const awardBegun = 1 << 20

// awardBroken tells of an award that it was seen that the rank was reached, and nothing is under way.
const awardBroken = -1

// awardStanding is what an award depends on for one distributor.
type awardStanding struct {
	reached bool // paid as the rank
	paid    bool // by the bonus
	before  bool // the rank was achieved in an earlier period
	inTime  bool // the period ends within the days and months that there are for it
}

// next gives the counter of an award after the period and the number of the instalment that the period pays; -1 for none. The counter is
// 0 as long as nothing has been seen, then the number of periods in a row for which the rank has been held, and goes on from awardBegun.
func (a *RankAward) next(counter int64, at awardStanding) (after int64, instalment int) {
	const none = -1
	holds := at.reached && at.paid
	if counter >= awardBegun {
		instalment = int(counter - awardBegun)
		if instalment >= a.parts() {
			return counter, none
		}
		if !holds {
			return counter + 1, none
		}
		return counter + 1, instalment
	}
	if counter == 0 && (at.before || !at.reached) {
		return 0, none
	}
	if !holds || counter <= 0 && !at.inTime {
		return awardBroken, none
	}
	counter = max(0, counter) + 1
	if counter <= int64(a.AfterPeriods) {
		return counter, none
	}
	return awardBegun + 1, 0
}

// parts is the number of instalments.
func (a *RankAward) parts() int { return max(1, len(a.Instalments)) }

// nextHeld does that for an award that is paid while the rank is held: it counts periods in a row up to the first that is paid.
func (a *RankAward) nextHeld(counter int64, holds bool) (after int64, pays bool) {
	if !holds {
		return 0, false
	}
	after = min(counter, int64(a.AfterPeriods)) + 1
	return after, after > int64(a.AfterPeriods)
}

// awardKey names the state that keeps the counters of an award. Of several for one rank, the second and further ones are numbered.
func (r *RankBonus) awardKey(p *Plan, b *Bonus, award int) string {
	rank, twin := r.Awards[award].Rank, 1
	for i := range award {
		if r.Awards[i].Rank == rank {
			twin++
		}
	}
	key := "rank_bonus:" + b.Name + ":" + p.Ranks[rank-1].Name
	if twin > 1 {
		key += ":" + strconv.Itoa(twin)
	}
	return key
}
