package calc

import (
	"cmp"
	"fmt"
	"math/bits"
	"slices"
)

// poolSharing is a pool on its way to those who get a part of it.
type poolSharing struct {
	rule         *Pool
	bonus        int
	base, rate   int64
	rounding     Rounding
	carriedMinor int64
	wholeMinor   int64 // what there is to share, in steps
	limitMinor   int64 // what one gets at most

	rows []int32 // those who get a part
	// claims are their parts of the whole, as weights; claimsOf is the weight of the whole, 0 for the sum of all. With sharers, a claim is that
	// of so many who share it equally, and claimOf tells by member which it is.
	claims   []int64
	claimsOf int64
	sharers  []int64
	claimOf  []int32

	atLimit []bool // by claim; nil when nobody is at the limit
	// restMinor is what is left for those below their limits, restOf what their claims are parts of.
	restMinor, restOf int64
	amountsMinor      []int64 // by member
}

// sharersOf is how many share a claim.
func (x *poolSharing) sharersOf(claim int) int64 {
	if x.sharers == nil {
		return 1
	}
	return x.sharers[claim]
}

// claim is the claim of a member.
func (x *poolSharing) claim(member int) int {
	if x.claimOf == nil {
		return member
	}
	return int(x.claimOf[member])
}

// allot decides what everybody gets, and gives what is left of the pool.
func (x *poolSharing) allot() (leftMinor int64, err error) {
	x.amountsMinor = make([]int64, len(x.rows))
	if len(x.rows) == 0 {
		return x.wholeMinor, nil
	}
	sum := int64(0)
	for _, claim := range x.claims {
		var ok bool
		if sum, ok = added(sum, claim); !ok {
			return 0, fmt.Errorf("%w: the sum of all shares", ErrOverflow)
		}
	}
	shared := x.rule.Undistributed == UndistributedShared
	x.restMinor, x.restOf = x.wholeMinor, x.claimsOf
	if x.restOf == 0 || shared {
		x.restOf = sum
	}
	if x.limitMinor < x.wholeMinor {
		x.bound(shared)
	}
	return x.share()
}

// reaches tells whether a claim to what is left comes to the limit or more for each who shares it: rest × claim ÷ restOf against limit ×
// sharers. Below it there is room for the step that rounding may add.
func (x *poolSharing) reaches(claim int) bool {
	limitHi, limitLow := bits.Mul64(uint64(x.limitMinor), uint64(x.sharersOf(claim)))
	if limitHi != 0 {
		return false // more than there is
	}
	hi, low := bits.Mul64(uint64(x.restMinor), uint64(x.claims[claim]))
	ofHi, ofLow := bits.Mul64(limitLow, uint64(x.restOf))
	return hi > ofHi || hi == ofHi && low >= ofLow
}

// bound finds who is at the limit. Where the others get what is left of them, they are gone through from the greatest claim down, as
// each one at the limit makes the parts of those below greater.
func (x *poolSharing) bound(shared bool) {
	x.atLimit = make([]bool, len(x.claims))
	if !shared {
		for claim := range x.claims {
			x.atLimit[claim] = x.reaches(claim)
		}
		return
	}
	order := make([]int32, len(x.claims))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int {
		return cmp.Or(compareProducts(x.claims[b], uint64(x.sharersOf(int(a))), x.claims[a], uint64(x.sharersOf(int(b)))), cmp.Compare(a, b))
	})
	for _, claim := range order {
		if !x.reaches(int(claim)) {
			break
		}
		x.atLimit[claim] = true
		x.restMinor -= x.limitMinor * x.sharersOf(int(claim))
		x.restOf -= x.claims[claim]
	}
}

// share gives those at the limit the limit and the others their parts of the rest. What is left does not hold the remainder of rounding,
// which goes to the company where nobody gets it.
func (x *poolSharing) share() (leftMinor int64, err error) {
	below := int64(0)
	weight := func(claim int) int64 {
		if x.atLimit != nil && x.atLimit[claim] {
			return 0
		}
		return x.claims[claim]
	}
	for claim := range x.claims {
		below += weight(claim)
	}
	if below > 0 {
		if err := x.shareRest(weight); err != nil {
			return 0, err
		}
		steps, _ := quoRem(uint64(x.restMinor/x.rounding.StepMinor), uint64(below), uint64(x.restOf))
		leftMinor -= int64(steps) * x.rounding.StepMinor
	}
	for member := range x.rows {
		if x.atLimit != nil && x.atLimit[x.claim(member)] {
			x.amountsMinor[member] = x.limitMinor
			leftMinor -= x.limitMinor
		}
	}
	return leftMinor + x.wholeMinor, nil
}

func (x *poolSharing) shareRest(weight func(claim int) int64) error {
	rest := Allocation{WholeMinor: x.restMinor, StepMinor: x.rounding.StepMinor, Remainder: x.rule.Remainder, Den: x.restOf}
	if x.sharers == nil {
		_, err := rest.ShareBy(x.amountsMinor, weight)
		return err
	}
	parts := make([]int64, len(x.claims))
	if _, err := rest.ShareBy(parts, weight); err != nil {
		return err
	}
	return x.shareAlike(parts)
}

// shareAlike shares what each claim gets among those who share it.
func (x *poolSharing) shareAlike(parts []int64) error {
	members := make([][]int, len(parts))
	for member, claim := range x.claimOf {
		members[claim] = append(members[claim], member)
	}
	for claim, of := range members {
		alike := make([]int64, len(of))
		one := Allocation{WholeMinor: parts[claim], StepMinor: x.rounding.StepMinor, Remainder: x.rule.Remainder}
		if _, err := one.ShareBy(alike, func(int) int64 { return 1 }); err != nil {
			return err
		}
		for i, member := range of {
			x.amountsMinor[member] = alike[i]
		}
	}
	return nil
}
