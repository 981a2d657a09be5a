package calc

func (m *Manual) placed() bool { return false }

// origin: what is paid by hand has nothing that it is made of.
func (m *Manual) origin(*stage, int, *walk, int, line) (origin, error) { return origin{}, nil }

func (m *Manual) missed(s *stage, bonus int, w *walk, seat int) ([]Reason, error) {
	for i, row := range s.in.Adjustments.Earner {
		if row == w.row[seat] && int(s.in.Adjustments.Bonus[i]) == bonus {
			return []Reason{{Text: "adjustments of the period come to nothing together"}}, nil
		}
	}
	return []Reason{{Text: "there is no adjustment for the distributor in the period"}}, nil
}
