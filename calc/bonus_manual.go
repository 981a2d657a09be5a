package calc

import "fmt"

// Manual is paid by hand: what Input.Adjustments hold for the bonus, all of a distributor's together as one line.
type Manual struct {
	plain
	AmountMaxMinor int64 // up or down; 0: no limit
}

func (m *Manual) check(_ *Plan, b *Bonus) error {
	switch {
	case b.Pays == PaysEvent:
		return errKind("adjustments are paid at the close")
	case b.When != nil || b.Inactive == InactiveUnpaid:
		return errKind("an adjustment is paid as it was approved, whoever the earner is")
	case m.AmountMaxMinor < 0:
		return errKind("a limit below zero")
	}
	return nil
}

func (m *Manual) base() Base         { return BasePrice }
func (m *Manual) unit(*Plan) Unit    { return UnitMoney }
func (m *Manual) paysInactive() bool { return true }

func (m *Manual) pay(s *stage, bonus int) error {
	given := &s.in.Adjustments
	sums := make([]int64, s.n)
	who, err := s.paid(bonus, s.sponsor)
	if err != nil {
		return err
	}
	sink := &s.sinks[bonus]
	for i, row := range given.Earner {
		if int(given.Bonus[i]) != bonus {
			continue
		}
		amountMinor := given.AmountMinor[i]
		if m.AmountMaxMinor > 0 && magnitudeOf(amountMinor) > uint64(m.AmountMaxMinor) {
			return fmt.Errorf("%w: adjustment %d of bonus %s for distributor %d is %d, and the most is %d",
				ErrInput, i, s.plan.Bonuses[bonus].Name, row, amountMinor, m.AmountMaxMinor)
		}
		if !isPaid(who, int(s.sponsor.seat()[row])) {
			return fmt.Errorf("%w: adjustment %d of bonus %s is for distributor %d, in whose market the bonus is not paid",
				ErrInput, i, s.plan.Bonuses[bonus].Name, row)
		}
		sum, ok := added(sums[row], amountMinor)
		if !ok {
			return sink.failed(row, ErrOverflow)
		}
		sums[row] = sum
	}
	t := s.tariffs(bonus, 1, 1, 0).of(0, RateScale)
	for row, sum := range sums {
		if sum == 0 {
			continue
		}
		if err := sink.add(int32(row), 0, 0, sum, &t); err != nil {
			return err
		}
	}
	return nil
}
