package calc

import "fmt"

// Needs says how much of the upline the lines of a sale event depend on.
type Needs struct {
	// SponsorLevels and PlacementLevels are the levels above the seller that are paid, at most.
	SponsorLevels, PlacementLevels int32
	// Ranks tells whether a line depends on the rank or the activity of anybody, Achieved whether on a rank that was achieved earlier.
	Ranks, Achieved bool
	// Customers tells whether one depends on how many customers the seller has.
	Customers bool
	// Registrations tells whether one depends on the kind, the tags, the market or the time of enrolment of anybody.
	Registrations bool
}

// EventNeeds says what EventLines wants to know for the plan: when a sale goes live, or when a cycle is paid.
func EventNeeds(p *Plan, atPayment bool) Needs {
	var needs Needs
	for i := range p.Bonuses {
		k := p.Bonuses[i].kind()
		if k == nil || p.Bonuses[i].Pays != PaysEvent || p.Bonuses[i].AtPayments != atPayment {
			continue
		}
		levels, placement := k.upline(p)
		if placement {
			needs.PlacementLevels = max(needs.PlacementLevels, levels)
		} else {
			needs.SponsorLevels = max(needs.SponsorLevels, levels)
		}
		needs.askVolumes(p, &p.Bonuses[i])
		needs.Ranks = needs.Ranks || k.byStanding(p) || p.Active != nil && p.Bonuses[i].Inactive == InactiveUnpaid
	}
	for _, s := range p.factsReadAtEvents(atPayment) {
		needs.ask(p.Facts.keys[s].Fact)
	}
	return needs
}

// eventBlockLines is how many lines a block of an event has: events have few.
const eventBlockLines = 16

// eventBlock is such a block in one piece of memory.
type eventBlock struct {
	earner, factor          [eventBlockLines]int32
	bonus, level, part      [eventBlockLines]uint16
	kind                    [eventBlockLines]LineKind
	base, rate, amountMinor [eventBlockLines]int64
}

func newEventBlock() Lines {
	b := &eventBlock{}
	return Lines{
		Earner: b.earner[:0], Bonus: b.bonus[:0], Level: b.level[:0], Part: b.part[:0], Kind: b.kind[:0],
		Base: b.base[:0], Rate: b.rate[:0], Factor: b.factor[:0], AmountMinor: b.amountMinor[:0],
	}
}

// eventStage is the stage of an event, in one piece of memory: sales are many, and what one needs is little.
type eventStage struct {
	stage
	whole              computation
	sponsor, placement eventPath
}

type eventPath struct {
	walk walk
	tree tree
}

// EventLines gives the commissions that a plan pays with the event that makes a sale active, or with the payment of a cycle, in the
// order of bonuses and levels. It is the code of Compute, run on the slice of the trees that the sale touches. The errors are those of
// Compute.
func EventLines(in *EventInput) ([]EventLine, error) {
	if in.Plan == nil {
		return nil, fmt.Errorf("%w: no plan", ErrPlan)
	}
	tasks := in.Plan.atEvents
	if !in.Plan.checked {
		if err := in.Plan.check(); err != nil {
			return nil, err
		}
		tasks = in.Plan.eventTasks()
	}
	s, err := in.stage()
	if err != nil {
		return nil, err
	}
	for _, t := range tasks {
		b := &in.Plan.Bonuses[t.bonus]
		if b.AtPayments != (in.Cycle > 0) || in.skips(b) {
			continue
		}
		if err := b.kind().pay(s, t.bonus); err != nil {
			return nil, err
		}
	}
	count := 0
	for i := range s.sinks {
		count += s.sinks[i].count
	}
	if count == 0 {
		return nil, nil
	}
	lines := make([]EventLine, 0, count)
	for i := range in.Plan.Bonuses {
		if in.Plan.Bonuses[i].Pays == PaysEvent {
			lines = s.appendEventLines(lines, i)
		}
	}
	if in.Taken {
		for i := range lines {
			lines[i].Base, lines[i].AmountMinor = -lines[i].Base, -lines[i].AmountMinor
		}
	}
	return lines, nil
}

// stage is the slice of the trees that the sale touches, with the sale as all that is sold.
func (in *EventInput) stage() (*stage, error) {
	e := &eventStage{}
	e.whole.threads, e.whole.n = 1, max(len(in.Sponsor), len(in.Placement))
	s := &e.stage
	s.computation, s.plan, s.atEvent, s.class, s.cycleMonths = &e.whole, in.Plan, true, in.Class, max(1, in.CycleMonths)
	if in.Part == EventRest {
		s.span = &in.Span
	}
	s.sinks = make([]lineSink, len(in.Plan.Bonuses))
	for i := range s.sinks {
		s.sinks[i] = lineSink{plan: in.Plan, bonus: i, blockSize: eventBlockLines}
	}
	s.sponsor = &e.sponsor.walk
	slots := in.Plan.factsReadAtEvents(in.Cycle > 0)
	if err := in.lay(&e.sponsor, in.Sponsor, slots, "sponsor"); err != nil {
		return nil, err
	}
	if in.Plan.PlacementWidth == 0 {
		return s, nil
	}
	s.placement = &e.placement.walk
	return s, in.lay(&e.placement, in.Placement, slots, "placement")
}

// lay makes the tree of one way up, with the sale as the only volume.
func (in *EventInput) lay(p *eventPath, chain []ChainMember, slots []Slot, what string) error {
	if len(chain) == 0 {
		return fmt.Errorf("%w: the %s chain lacks the seller", ErrInput, what)
	}
	p.tree.path(len(chain))
	w := &p.walk
	w.tree, w.rank, w.active, w.market = &p.tree, make([]uint8, len(chain)), make([]bool, len(chain)), make([]uint16, len(chain))
	for row, member := range chain {
		if int(member.Rank) > len(in.Plan.Ranks) || int(member.Market) > len(in.Plan.Names.Markets) {
			return fmt.Errorf("%w: member %d of the %s chain has rank number %d, of %d ranks, or market %d, of %d",
				ErrInput, row, what, member.Rank, len(in.Plan.Ranks), member.Market, len(in.Plan.Names.Markets))
		}
		seat := len(chain) - 1 - row
		w.rank[seat], w.active[seat] = member.Rank, !member.Inactive || in.Plan.Active == nil
		w.market[seat] = member.Market
	}
	if in.Plan.VariantOfMarket != nil {
		w.variant = make([]uint8, len(chain))
		for seat, market := range w.market {
			w.variant[seat] = in.Plan.VariantOfMarket[market]
		}
	}
	w.sale = in
	w.facts = in.facts(w, chain, slots)
	return nil
}

// volume is the sale as the volume of a way up.
func (in *EventInput) volume(b Base, seats int) []int64 {
	own := make([]int64, seats)
	own[seats-1] = in.counted(b)
	return own
}

// measured is what the sale counts by a measure.
func (in *EventInput) measured(m Measure) int64 {
	switch m {
	case MeasureCV:
		return in.side(in.CV)
	case MeasurePV:
		return in.side(in.PV)
	case MeasureQV:
		return in.side(in.QV)
	case MeasurePrice:
		return in.side(in.PriceMinor)
	case MeasureNetPrice:
		return in.side(in.PriceMinor - in.FeeMinor)
	}
	if in.Part != EventWhole {
		return in.side(in.Count)
	}
	return max(1, in.Count)
}

// appendEventLines adds the lines of a bonus.
func (s *stage) appendEventLines(lines []EventLine, bonus int) []EventLine {
	b, blocks := &s.plan.Bonuses[bonus], s.sinks[bonus].blocks
	_, placement := b.kind().upline(s.plan)
	for i := range blocks {
		for j, earner := range blocks[i].Earner {
			line := EventLine{
				Bonus: int(blocks[i].Bonus[j]), Placement: placement, Distance: int(earner), Level: blocks[i].Level[j],
				Base: blocks[i].Base[j], Rate: blocks[i].Rate[j], Months: b.MonthsAdvanced().orOne(), Factor: One, AmountMinor: blocks[i].AmountMinor[j],
			}
			if k := blocks[i].Factor[j]; k != 0 {
				line.Factor, line.FactorName = s.factors.all[k].Fraction, s.factors.all[k].Name
			}
			lines = append(lines, line)
		}
	}
	return lines
}
