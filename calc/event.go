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
		levels, placement := k.upline()
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
	s := stage{
		plan: in.Plan, class: in.Class,
		sink: lineSink{plan: in.Plan, blockSize: eventBlockLines},
	}
	var err error
	if s.sponsor, err = in.path(in.Sponsor, "sponsor"); err != nil {
		return nil, err
	}
	if in.Plan.PlacementWidth > 0 {
		if s.placement, err = in.path(in.Placement, "placement"); err != nil {
			return nil, err
		}
	}
	var lines []EventLine
	for i := range in.Plan.Bonuses {
		b := &in.Plan.Bonuses[i]
		if b.Pays != PaysEvent {
			continue
		}
		s.sink.blocks = s.sink.blocks[:0]
		if err := b.kind().pay(&s, i); err != nil {
			return nil, err
		}
		lines = appendEventLines(lines, b, s.sink.blocks)
	}
	return lines, nil
}

// path makes the tree of one way up, with the sale as the only volume.
func (in *EventInput) path(chain []ChainMember, what string) (*walk, error) {
	if len(chain) == 0 {
		return nil, fmt.Errorf("%w: the %s chain lacks the seller", ErrInput, what)
	}
	w := &walk{tree: newPath(len(chain)), rank: make([]uint8, len(chain)), active: make([]bool, len(chain))}
	for row, member := range chain {
		if int(member.Rank) > len(in.Plan.Ranks) {
			return nil, fmt.Errorf("%w: member %d of the %s chain has rank number %d, of %d ranks", ErrInput, row, what, member.Rank, len(in.Plan.Ranks))
		}
		w.rank[w.seat[row]], w.active[w.seat[row]] = member.Rank, !member.Inactive || in.Plan.Active == nil
	}
	w.load = func(b Base) []int64 {
		own := make([]int64, len(chain))
		own[w.seat[0]] = [...]int64{BaseCV: in.CV, BasePV: in.PV, BasePrice: in.PriceMinor}[b]
		return own
	}
	return w, nil
}

func appendEventLines(lines []EventLine, b *Bonus, blocks []Lines) []EventLine {
	_, placement := b.kind().upline()
	months := int32(1)
	if b.Advance != nil {
		months = b.Advance.Months
	}
	for i := range blocks {
		for j, earner := range blocks[i].Earner {
			lines = append(lines, EventLine{
				Bonus: int(blocks[i].Bonus[j]), Placement: placement, Distance: int(earner), Level: blocks[i].Level[j],
				Base: blocks[i].Base[j], Rate: blocks[i].Rate[j], Months: months, AmountMinor: blocks[i].AmountMinor[j],
			})
		}
	}
	return lines
}
