package calc

import "fmt"

// Needs says how much of the upline the lines of a sale event depend on.
type Needs struct {
	// SponsorLevels and PlacementLevels are the levels above the seller that are paid, at most.
	SponsorLevels, PlacementLevels int32
	// Ranks tells whether a line depends on the rank or the activity of anybody.
	Ranks bool
}

// EventNeeds says what EventLines wants to know for the plan.
func EventNeeds(p *Plan) Needs {
	var needs Needs
	for i := range p.Bonuses {
		k := p.Bonuses[i].kind()
		if k == nil || p.Bonuses[i].Pays != PaysEvent {
			continue
		}
		levels, placement := k.upline(p)
		if placement {
			needs.PlacementLevels = max(needs.PlacementLevels, levels)
		} else {
			needs.SponsorLevels = max(needs.SponsorLevels, levels)
		}
		needs.Ranks = needs.Ranks || k.byStanding(p)
	}
	return needs
}

// eventBlockLines is the least that a sink of lines begins with: events have few.
const eventBlockLines = 16

// EventLines gives the commissions that a plan pays with the event that makes a sale active, in the order of bonuses and levels. It
// is the code of Compute, run on the slice of the trees that the sale touches. The errors are those of Compute.
func EventLines(in *EventInput) ([]EventLine, error) {
	if in.Plan == nil {
		return nil, fmt.Errorf("%w: no plan", ErrPlan)
	}
	if err := in.Plan.check(); err != nil {
		return nil, err
	}
	s, err := in.stage()
	if err != nil {
		return nil, err
	}
	for _, t := range in.Plan.eventTasks() {
		if err := in.Plan.Bonuses[t.bonus].kind().pay(s, t.bonus); err != nil {
			return nil, err
		}
	}
	var lines []EventLine
	for i := range in.Plan.Bonuses {
		if b := &in.Plan.Bonuses[i]; b.Pays == PaysEvent {
			lines = appendEventLines(lines, in.Plan, b, s.cycleMonths, s.sinks[i].blocks)
		}
	}
	return lines, nil
}

// stage is the slice of the trees that the sale touches, with the sale as all that is sold.
func (in *EventInput) stage() (*stage, error) {
	bonuses := len(in.Plan.Bonuses)
	s := &stage{
		computation: &computation{threads: 1, n: max(len(in.Sponsor), len(in.Placement))}, plan: in.Plan, atEvent: true, class: in.Class,
		cycleMonths: max(1, in.CycleMonths),
		sinks:       make([]lineSink, bonuses), eligibility: make([]eligibility, bonuses),
	}
	for i := range s.sinks {
		s.sinks[i] = lineSink{plan: in.Plan, bonus: i, blockSize: eventBlockLines}
	}
	var err error
	if s.sponsor, err = in.path(in.Sponsor, "sponsor"); err != nil {
		return nil, err
	}
	if in.Plan.PlacementWidth > 0 {
		s.placement, err = in.path(in.Placement, "placement")
	}
	return s, err
}

// path makes the tree of one way up, with the sale as the only volume.
func (in *EventInput) path(chain []ChainMember, what string) (*walk, error) {
	if len(chain) == 0 {
		return nil, fmt.Errorf("%w: the %s chain lacks the seller", ErrInput, what)
	}
	w := &walk{tree: newPath(len(chain)), rank: make([]uint8, len(chain)), active: make([]bool, len(chain)), market: make([]uint16, len(chain))}
	for row, member := range chain {
		if int(member.Rank) > len(in.Plan.Ranks) || int(member.Market) > len(in.Plan.Names.Markets) {
			return nil, fmt.Errorf("%w: member %d of the %s chain has rank number %d, of %d ranks, or market %d, of %d",
				ErrInput, row, what, member.Rank, len(in.Plan.Ranks), member.Market, len(in.Plan.Names.Markets))
		}
		seat := w.seat()[row]
		w.rank[seat], w.active[seat] = member.Rank, !member.Inactive || in.Plan.Active == nil
		w.market[seat] = member.Market
	}
	if in.Plan.VariantOfMarket != nil {
		w.variant = make([]uint8, len(chain))
		for seat, market := range w.market {
			w.variant[seat] = in.Plan.VariantOfMarket[market]
		}
	}
	w.load = func(b Base) []int64 {
		own := make([]int64, len(chain))
		own[w.seat()[0]] = in.measured(in.Plan.MeasureOf(b))
		return own
	}
	return w, nil
}

// measured is what the sale counts by a measure.
func (in *EventInput) measured(m Measure) int64 {
	switch m {
	case MeasureCV:
		return in.CV
	case MeasurePV:
		return in.PV
	case MeasureQV:
		return in.QV
	case MeasurePrice:
		return in.PriceMinor
	case MeasureNetPrice:
		return in.PriceMinor - in.FeeMinor
	}
	return max(1, in.Count)
}

func appendEventLines(lines []EventLine, p *Plan, b *Bonus, cycleMonths int32, blocks []Lines) []EventLine {
	_, placement := b.kind().upline(p)
	months, factor := max(1, b.MonthsAdvanced()), cyclesOf(b.MonthsAdvanced(), cycleMonths)
	for i := range blocks {
		for j, earner := range blocks[i].Earner {
			lines = append(lines, EventLine{
				Bonus: int(blocks[i].Bonus[j]), Placement: placement, Distance: int(earner), Level: blocks[i].Level[j],
				Base: blocks[i].Base[j], Rate: blocks[i].Rate[j], Months: months, Factor: factor, AmountMinor: blocks[i].AmountMinor[j],
			})
		}
	}
	return lines
}
