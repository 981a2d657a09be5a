package calc

import (
	"fmt"
	"slices"
)

// CapPer says whose earnings a cap bounds.
type CapPer uint8

// Whose earnings a cap bounds.
const (
	CapPerPerson CapPer = iota
	CapPerOwner
	CapPerCompany
)

// CapMode says how what is above a cap is taken off.
type CapMode uint8

// How it is taken off.
const (
	CapProRata CapMode = iota
	CapPriority
	CapHardStop
)

// Cap bounds what bonuses pay.
//
// It bounds the sum of the lines' amounts. Where that is above the limit, lines get limit ÷ sum as one factor more, are rounded once, and
// rounding lines of one step each make them sum to the limit; rounding lines that were there before are dropped, as their lines are
// rounded anew. A line that is cut to nothing stays, with the factor 0. A sum that is not above zero is never scaled.
type Cap struct {
	Name    string
	Cadence Cadence // of the bonuses
	Bonuses []int   // by index, going up; those paid at the event among them are adjusted by lines of their own
	Protect []int   // served first
	Per     CapPer
	Mode    CapMode
	// LimitMinor gives the limit by standing, as amounts; no rows where the limit is Rate × the volume Base. Who has no row has no
	// limit. An owner has the highest limit that one of the positions has.
	LimitMinor RateTable
	Rate       int64
	Base       Base
	// Within is the calendar period that the limit is for; 0 for the period that is closed.
	Within    Cadence
	Lifetime  bool
	Remainder Remainder
}

func (c *Cap) check(p *Plan) error {
	if err := c.checkBonuses(p); err != nil {
		return err
	}
	switch {
	case !c.Cadence.Valid() || c.Within != 0 && (!c.Within.Valid() || c.Cadence.IsLonger(c.Within)):
		return errKind("no cadence, or one longer than the calendar period that the limit is for")
	case c.Within != 0 && c.Lifetime:
		return errKind("a limit for a calendar period and for life")
	case c.Per > CapPerCompany || c.Mode > CapHardStop || c.Remainder > RemainderCompany:
		return errKind("no such way to cap")
	}
	if len(c.LimitMinor.Rows) == 0 {
		if c.Rate < 0 || int(c.Base) < int(VolumeBuiltIn)+len(p.Volumes) && p.MeasureOf(c.Base) == MeasureCount {
			return errKind("a limit that is a rate below zero, or a rate of a number of sales")
		}
		return p.checkBase(c.Base)
	}
	if err := c.LimitMinor.check(p); err != nil {
		return err
	}
	switch {
	case !c.LimitMinor.Amounts || c.LimitMinor.Levels != 1 || c.LimitMinor.Unlock != nil:
		return errKind("limits are one amount each")
	case c.Per == CapPerCompany && (c.LimitMinor.When != nil || c.LimitMinor.byStanding()):
		return errKind("the company has one limit, and no rank")
	case !p.Facts.Known(c.LimitMinor.whoReads()).BeforeBonuses:
		return errKind("limits that rest on what bonuses pay")
	}
	for _, row := range c.LimitMinor.Rows {
		if row[0] < 0 {
			return errKind("a limit below zero")
		}
	}
	return nil
}

func (c *Cap) checkBonuses(p *Plan) error {
	for i, b := range c.Bonuses {
		switch {
		case b < 0 || b >= len(p.Bonuses) || i > 0 && b <= c.Bonuses[i-1]:
			return fmt.Errorf("%w: there is no bonus %d, or it is not in the order of the plan", ErrPlan, b)
		case p.Bonuses[b].Pays == PaysPeriod && p.Bonuses[b].Cadence != c.Cadence:
			return fmt.Errorf("%w: bonus %s is paid by another cadence", ErrPlan, p.Bonuses[b].Name)
		}
	}
	for _, b := range c.Protect {
		if !slices.Contains(c.Bonuses, b) {
			return fmt.Errorf("%w: bonus %d is served first and not bounded", ErrPlan, b)
		}
	}
	return nil
}

// roundingOf gives how lines are rounded that the cap scales. What is taken of a posted line is rounded up where the line is rounded
// down.
func (c *Cap) roundingOf(r Rounding, taken bool) Rounding {
	switch {
	case c.Remainder != RemainderCompany:
	case taken:
		r.Mode = Up
	default:
		r.Mode = Down
	}
	return r
}

// applyCap scales the lines that a cap bounds. Nothing else reads or writes them meanwhile.
func (s *stage) applyCap(index int) error {
	k := s.newCapping(index)
	err := k.prepare()
	if err == nil {
		if k.cap.Per == CapPerCompany {
			err = k.boundCompany()
		} else {
			err = k.boundUnits()
		}
	}
	if err != nil {
		return fmt.Errorf("cap %s: %w", k.cap.Name, err)
	}
	k.finish()
	return nil
}

// boundCompany bounds the sum of all lines.
func (k *capping) boundCompany() error {
	limitMinor, bounded, err := k.companyLimit()
	if err != nil || !bounded {
		return err
	}
	all := &lineSet{whole: true}
	sum := k.sumOf(all)
	if sum.totalMinor <= limitMinor {
		return nil
	}
	return k.cut(all, sum, limitMinor)
}

// cut takes what is above a limit off a set of lines, which sum to more: lines that are served first are scaled only where they alone
// exceed the limit, and then all lines alike.
func (k *capping) cut(set *lineSet, sum capSum, limitMinor int64) error {
	if sum.protectedMinor > limitMinor {
		return k.scale(set, limitMinor, sum.totalMinor)
	}
	left, others := limitMinor-sum.protectedMinor, sum.totalMinor-sum.protectedMinor
	rest := *set
	rest.class.othersOnly = true
	switch k.cap.Mode {
	case CapPriority:
		return k.cutByRank(&rest, left)
	case CapHardStop:
		return k.cutInOrder(&rest, left)
	}
	return k.scale(&rest, left, others)
}

// cutByRank serves ranks from the highest down. A rank from which more is taken back than it is paid keeps that, and it makes room.
func (k *capping) cutByRank(set *lineSet, leftMinor int64) error {
	sums := k.sumsByRank(set)
	for _, sum := range sums {
		if sum < 0 {
			leftMinor -= sum
		}
	}
	var unserved [ranksMax + 1]bool
	any := false
	for rank := len(sums) - 1; rank >= 0; rank-- {
		switch sum := sums[rank]; {
		case sum <= leftMinor:
			leftMinor -= max(0, sum) // what takes back has made room already
		case leftMinor > 0:
			var here [ranksMax + 1]bool
			here[rank] = true
			runsOut := *set
			runsOut.class.ranks = &here
			if err := k.scale(&runsOut, leftMinor, sum); err != nil {
				return err
			}
			leftMinor = 0
		default:
			unserved[rank], any = true, true
		}
	}
	if !any {
		return nil
	}
	set.class.ranks = &unserved
	return k.scale(set, 0, 1)
}

// cutInOrder serves lines in order until nothing is left. What lines take back is kept, and makes room.
func (k *capping) cutInOrder(set *lineSet, leftMinor int64) error {
	list := k.inOrder(set)
	groups := lineGroups{k: k, list: list}
	for groups.next() {
		if groups.valueMinor < 0 {
			leftMinor -= groups.valueMinor
		}
	}
	var unserved []int32
	groups = lineGroups{k: k, list: list}
	for groups.next() {
		switch {
		case groups.valueMinor <= leftMinor:
			leftMinor -= max(0, groups.valueMinor)
		case leftMinor > 0:
			if err := k.scale(&lineSet{list: groups.lines}, leftMinor, groups.valueMinor); err != nil {
				return err
			}
			leftMinor = 0
		default:
			unserved = append(unserved, groups.lines...)
		}
	}
	if len(unserved) == 0 {
		return nil
	}
	return k.scale(&lineSet{list: unserved}, 0, 1)
}
