package calc

import "fmt"

// AfterPayout says what becomes of leg volume when a period has been paid.
type AfterPayout uint8

// What becomes of leg volume.
const (
	CarryForward AfterPayout = iota
	Flush
	NetOff
)

// Binary pays a rate of the weaker leg's volume, carry-ins included.
type Binary struct {
	Rates       []int64 // by rank number
	AfterPayout AfterPayout
}

func (b *Binary) check(p *Plan, pays Pays) error {
	if pays != PaysPeriod || p.PlacementWidth != 2 {
		return fmt.Errorf("%w: a binary bonus pays at the period's close, on a placement tree of width 2", ErrPlan)
	}
	return checkRates(p, len(b.Rates))
}

func (b *Binary) base() Base            { return BaseCV }
func (b *Binary) upline() (int32, bool) { return 0, false }

// byStanding: only the active are paid.
func (b *Binary) byStanding(p *Plan) bool { return p.Active != nil || byRank(b.Rates) }

// pay matches the legs. For every leg: in + new = matched + flushed + out.
//
// A leg below zero, because more was taken back than was sold, matches nothing and is carried as it is: what it lacks was paid for
// in an earlier period. A flush ends that, too, as plan.proto says: both legs start again at zero.
func (b *Binary) pay(s *stage, bonus int) error {
	w := s.placement
	in, out := s.carryIn[bonus], Carry{}
	if b.AfterPayout != Flush {
		out = Carry{Left: make([]int64, w.len()), Right: make([]int64, w.len())}
	}
	table := newTariffs(s.plan, BaseCV, 1)
	carries := false
	for seat, row := range w.row {
		left, right := s.left[seat], s.right[seat]
		if in.Left != nil {
			var leftFits, rightFits bool
			left, leftFits = added(left, in.Left[row])
			right, rightFits = added(right, in.Right[row])
			if !leftFits || !rightFits {
				return fmt.Errorf("bonus %s: %w: leg volume of distributor %d with its carry", s.plan.Bonuses[bonus].Name, ErrOverflow, row)
			}
		}
		matched := max(0, min(left, right))
		active, rank := w.active[seat], w.rank[seat]
		if matched > 0 && active && b.Rates[rank] != 0 {
			if err := s.sink.add(row, bonus, 0, matched, table.at(rank, 0, b.Rates[rank])); err != nil {
				return err
			}
		}
		if b.AfterPayout == Flush {
			continue
		}
		if b.AfterPayout == CarryForward || active {
			left, right = left-matched, right-matched
		}
		out.Left[row], out.Right[row] = left, right
		carries = carries || left != 0 || right != 0
	}
	if carries {
		s.carryOut[bonus] = out
	}
	return nil
}
