package calc

// PoolGenerations gives shares of a pool for the leaders below in the sponsor tree: the first leaders in each leg are generation 1, those
// below them generation 2, and so on.
type PoolGenerations struct {
	// Leaders says who is a leader, and so both counted and a boundary, paid by the bonus or not.
	Leaders *Condition
	// Counts is what a leader counts, rounded down to a whole number, and not below zero; nil: 1.
	Counts *Number
	// Shares are those of the earner for what each leader of a generation counts, as amounts in units of 10^-Digits; the level is the
	// generation.
	Shares RateTable
	Digits int32
}

// poolShareDigitsMax is how many decimals a share has at most.
const poolShareDigitsMax = volumeDigits

func (g *PoolGenerations) check(p *Plan) error {
	if g == nil {
		return nil
	}
	if g.Leaders == nil || !g.Shares.Amounts || g.Shares.Unlock != nil || g.Digits < 0 || g.Digits > poolShareDigitsMax {
		return errKind("shares by generation are numbers for leaders below, with four decimals at most")
	}
	for _, row := range g.Shares.Rows {
		for _, shares := range row {
			if shares < 0 {
				return errKind("nobody has shares below zero")
			}
		}
	}
	return g.Shares.check(p)
}

func (g *PoolGenerations) reads() []Slot {
	if g == nil {
		return nil
	}
	return append(append(g.Leaders.reads(), g.Counts.reads()...), g.Shares.whoReads()...)
}

// unit is how many units of claims one share is.
func (g *PoolGenerations) unit() int64 {
	if g == nil {
		return 1
	}
	return pow10[g.Digits]
}

// counted gives what everybody counts in the generation above, by seat: 0 for whoever is no leader.
func (g *PoolGenerations) counted(s *stage) (counts []int64, leads []bool, err error) {
	if leads, err = s.holds(g.Leaders, s.sponsor); err != nil {
		return nil, nil, err
	}
	counts = make([]int64, s.n)
	var numbers []int64
	whole := int64(1)
	if g.Counts != nil {
		if numbers, err = s.numbers(g.Counts, s.sponsor); err != nil {
			return nil, nil, err
		}
		whole = pow10[g.Counts.Digits()]
	}
	for seat, leads := range leads {
		switch {
		case !leads:
		case numbers == nil:
			counts[seat] = 1
		default:
			counts[seat] = max(0, numbers[seat]/whole)
		}
	}
	if !sumFits(counts) {
		return nil, nil, ErrOverflow
	}
	return counts, leads, nil
}

// claims adds up everybody's shares for the leaders below, in units of a claim, by seat. What is in a generation of a distributor is in the
// same one of whoever stands above, or in the next one when the distributor is a leader.
func (g *PoolGenerations) claims(s *stage) ([]int64, error) {
	counts, leads, err := g.counted(s)
	if err != nil {
		return nil, err
	}
	of, err := s.rowsOf(&g.Shares, s.sponsor)
	if err != nil {
		return nil, err
	}
	t, claims := s.sponsor.tree, make([]int64, s.n)
	var nearer []int64
	for generation := range int(g.Shares.Levels) {
		in := make([]int64, s.n)
		t.upward(s.threads, func(_, from, to int) {
			for seat := to - 1; seat >= from; seat-- {
				sum := int64(0)
				for child := t.first[seat]; child < t.first[seat+1]; child++ {
					switch {
					case !leads[child]:
						sum += in[child]
					case generation == 0:
						sum += counts[child]
					default:
						sum += nearer[child]
					}
				}
				in[seat] = sum
			}
		})
		for seat, count := range in {
			row := of.at(seat)
			if count == 0 || row == noRow {
				continue
			}
			shares, ok := multiplied(count, g.Shares.Rows[row][generation])
			if !ok {
				return nil, ErrOverflow
			}
			if claims[seat], ok = added(claims[seat], shares); !ok {
				return nil, ErrOverflow
			}
		}
		nearer = in
	}
	return claims, nil
}
