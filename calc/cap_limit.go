package calc

import (
	"fmt"
	"math"
)

// unlimited stands for the limit of those who have none.
const unlimited = math.MaxInt64

// capKey names the state that keeps what a cap's bonuses have paid since the calendar period began that its limit is for.
func capKey(c *Cap) string {
	if c.Per == CapPerCompany {
		return CompanyState + "cap:" + c.Name
	}
	return "cap:" + c.Name
}

// capVolumeKey names the state that keeps the volume since then that the limit is a rate of.
func capVolumeKey(c *Cap) string {
	if c.Per == CapPerCompany {
		return CompanyState + "capvolume:" + c.Name
	}
	return "capvolume:" + c.Name
}

// isRate tells that the limit is a rate of a volume.
func (c *Cap) isRate() bool { return len(c.LimitMinor.Rows) == 0 }

// paidBefore is what earlier periods have paid against the limit, by row or for the company; nil for nothing.
func (s *stage) paidBefore(c *Cap) []int64 { return s.capBefore(c, capKey(c)) }

// capBefore is a column of the state that adds up for as long as the cap's limit is for; nil for nothing.
func (s *stage) capBefore(c *Cap, key string) []int64 {
	switch {
	case c.Lifetime:
		return s.in.Prior.State[key]
	case c.Within != 0:
		return s.sinceStart(key, c.Within)
	}
	return nil
}

// volumeOf is the volume that a limit is a rate of, since its calendar period began: of the company, or of everybody's group by row.
func (s *stage) volumeOf(c *Cap) (volume []int64, err error) {
	if c.Per == CapPerCompany {
		volume = make([]int64, 1)
		for _, own := range s.sponsor.volume(c.Base) {
			volume[0] += own
		}
	} else {
		volume = byRow(s.group(c.Base), s.sponsor.row)
	}
	for row, before := range s.capBefore(c, capVolumeKey(c)) {
		var ok bool
		if volume[row], ok = added(volume[row], before); !ok {
			return nil, fmt.Errorf("cap %s: %w: the volume since the limit's period began", c.Name, ErrOverflow)
		}
	}
	return volume, nil
}

// keepCapped carries on what all bonuses of a cap have paid, when all caps have been applied. What rounding whole sums changes is not
// counted.
func (s *stage) keepCapped() error {
	for i := range s.plan.Caps {
		c := &s.plan.Caps[i]
		if c.Cadence != s.in.Cadence || c.Within == 0 && !c.Lifetime {
			continue
		}
		company := c.Per == CapPerCompany
		paid := make([]int64, s.n)
		if company {
			paid = make([]int64, 1)
		}
		copy(paid, s.paidBefore(c))
		fits := true
		add := func(row int32, amountMinor int64) {
			if company {
				row = 0
			}
			var ok bool
			paid[row], ok = added(paid[row], amountMinor)
			fits = fits && ok
		}
		s.eachPaid(c, add)
		if !fits {
			return fmt.Errorf("cap %s: %w: what has been paid since the limit's period began", c.Name, ErrOverflow)
		}
		s.keep(capKey(c), paid)
		if !c.isRate() {
			continue
		}
		volume, err := s.volumeOf(c)
		if err != nil {
			return err
		}
		s.keep(capVolumeKey(c), volume)
	}
	return nil
}

// eachPaid goes through all that the bonuses of a cap pay in the period.
func (s *stage) eachPaid(c *Cap, add func(row int32, amountMinor int64)) {
	bounded := make([]bool, len(s.plan.Bonuses))
	for _, bonus := range c.Bonuses {
		bounded[bonus] = true
		for i := range s.sinks[bonus].blocks {
			b := &s.sinks[bonus].blocks[i]
			for j, row := range b.Earner {
				add(row, b.AmountMinor[j])
			}
		}
	}
	posted := &s.in.Posted
	for i, row := range posted.Earner {
		if bonus := posted.Bonus[i]; bounded[bonus] && s.plan.Bonuses[bonus].Pays == PaysEvent {
			add(row, posted.AmountMinor[i])
		}
	}
}

// companyLimit is what is left of the company's limit; not bounded when it has none. A limit that is a rate is at the plan's own value of
// a point, rounded down.
func (k *capping) companyLimit() (limitMinor int64, bounded bool, err error) {
	if t := &k.cap.LimitMinor; len(t.Rows) > 0 {
		candidates := t.Candidates[0]
		if len(candidates) == 0 {
			return 0, false, nil
		}
		limitMinor = t.Rows[candidates[0]][0]
	} else {
		volume, err := k.volumeOf(k.cap)
		if err != nil {
			return 0, false, err
		}
		t := newTariff(k.plan.MeasureOf(k.cap.Base).Unit(), k.cap.Rate, k.plan.PointValue, Rounding{Down, 1})
		if limitMinor, err = t.amountMinor(volume[0]); err != nil {
			return 0, false, err
		}
	}
	before := k.paidBefore(k.cap)
	if before == nil {
		return max(0, limitMinor), true, nil
	}
	left, err := leftOf(limitMinor, before[0])
	return left, true, err
}

// leftOf is what is left of a limit.
func leftOf(limitMinor, beforeMinor int64) (int64, error) {
	if limitMinor == unlimited {
		return unlimited, nil
	}
	left, ok := subtracted(max(0, limitMinor), beforeMinor)
	if !ok {
		return 0, fmt.Errorf("%w: what is left of a limit", ErrOverflow)
	}
	return max(0, left), nil
}

// limitsOf makes ready the function that gives the limit of everybody by row, without what has been paid before.
func (k *capping) limitsOf() (func(row int32) (int64, error), error) {
	w, seats := k.sponsor, k.sponsor.seat()
	if t := &k.cap.LimitMinor; len(t.Rows) > 0 {
		if err := k.facts.fill(afterAllRanks, t.whoReads()); err != nil {
			return nil, err
		}
		rows, err := k.rowsOf(t, w)
		return func(row int32) (int64, error) {
			if of := rows.at(int(seats[row])); of != noRow {
				return t.Rows[of][0], nil
			}
			return unlimited, nil
		}, err
	}
	volume, err := k.volumeOf(k.cap)
	if err != nil {
		return nil, err
	}
	unit := k.plan.MeasureOf(k.cap.Base).Unit()
	tariffs := make([]tariff, k.plan.Variants())
	for variant := range tariffs {
		tariffs[variant] = newTariff(unit, k.cap.Rate, k.plan.pointValueOf(uint8(variant)), Rounding{Down, 1})
	}
	return func(row int32) (int64, error) {
		limitMinor, err := tariffs[w.variantAt(int(seats[row]))].amountMinor(volume[row])
		return max(0, limitMinor), err
	}, nil
}
