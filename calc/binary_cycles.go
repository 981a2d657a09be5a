package calc

import "math"

// BinaryCycle is what a cycle takes off the legs: Strong off the leg that is stronger before it, Weak off the other. Of equal legs the
// left one counts as the weaker. FirstStrong and FirstWeak are what the first cycle takes that a distributor ever makes, paid or not; 0:
// as all others.
type BinaryCycle struct{ Strong, Weak, FirstStrong, FirstWeak int64 }

func (c *BinaryCycle) check(*Plan) error {
	if c == nil {
		return nil
	}
	takes := func(strong, weak int64) bool { return weak > 0 && weak <= strong && strong <= math.MaxInt64/2 }
	if !takes(c.Strong, c.Weak) || (c.FirstStrong != 0 || c.FirstWeak != 0) && !takes(c.FirstStrong, c.FirstWeak) {
		return errKind("a cycle takes volume above zero off both legs, and no more off the weaker one")
	}
	return nil
}

// take makes as many cycles as the legs, none of which is below zero, have volume for, at most so many, 0 meaning any number, and gives
// how many. It takes the same
// time for any number of them.
func (c *BinaryCycle) take(legs *[2]int64, most int64, isFirst bool) (cycles int64) {
	if most == 0 {
		most = math.MaxInt64
	}
	if isFirst && c.FirstStrong != 0 {
		strong, weak := strongerLeg(legs)
		if legs[strong] < c.FirstStrong || legs[weak] < c.FirstWeak {
			return 0
		}
		legs[strong] -= c.FirstStrong
		legs[weak] -= c.FirstWeak
		cycles = 1
	}
	// Each cycle brings the legs nearer to each other by as much as the stronger gives more. Until they are as near as that, it
	// remains the stronger.
	strong, weak := strongerLeg(legs)
	same := min(most-cycles, legs[strong]/c.Strong, legs[weak]/c.Weak)
	nearer := c.Strong - c.Weak
	if nearer > 0 {
		same = min(same, (legs[strong]-legs[weak])/nearer)
	}
	legs[strong] -= same * c.Strong
	legs[weak] -= same * c.Weak
	cycles += same
	// From there on the legs take turns in being the stronger, and any two cycles take the same off both. Where the first loop of
	// cycles ended for want of volume, there is none for two more.
	if nearer > 0 {
		both := c.Strong + c.Weak
		pairs := min((most-cycles)/2, min(legs[0], legs[1])/both)
		legs[0] -= pairs * both
		legs[1] -= pairs * both
		cycles += 2 * pairs
	}
	if strong, weak = strongerLeg(legs); cycles < most && legs[strong] >= c.Strong && legs[weak] >= c.Weak {
		legs[strong] -= c.Strong
		legs[weak] -= c.Weak
		cycles++
	}
	return cycles
}

// strongerLeg gives the indexes of the stronger and the weaker leg.
func strongerLeg(legs *[2]int64) (strong, weak int) {
	if legs[0] > legs[1] {
		return 0, 1
	}
	return 1, 0
}
