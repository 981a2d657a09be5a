package calc

// factorInstalment is the part of an award that a period pays.
const factorInstalment = "instalment"

func (r *RankBonus) pay(s *stage, bonus int) error {
	x := &rankPayment{s: s, rule: r, bonus: bonus}
	var err error
	if x.who, err = s.paid(bonus, s.sponsor); err != nil {
		return err
	}
	if r.WhileHeld {
		return x.payHeld()
	}
	for award := range r.Awards {
		if err := x.payOnce(award); err != nil {
			return err
		}
	}
	return nil
}

// rankPayment is a rank bonus under way.
type rankPayment struct {
	s     *stage
	rule  *RankBonus
	bonus int
	who   []bool
	// months is for awards that ask for calendar months.
	months *monthTable
}

// counters gives the counters of an award before the period, or nil, and makes room for those after it, by row.
func (x *rankPayment) counters(award int) (key string, before, after []int64) {
	key = x.rule.awardKey(x.s.plan, &x.s.plan.Bonuses[x.bonus], award)
	return key, x.s.in.Prior.State[key], make([]int64, x.s.n)
}

// payOnce pays what is due of an award.
func (x *rankPayment) payOnce(award int) error {
	a, s := &x.rule.Awards[award], x.s
	key, before, after := x.counters(award)
	pays := x.newAward(award)
	for seat, row := range s.sponsor.row {
		counter := int64(0)
		if before != nil {
			counter = before[row]
		}
		var instalment int
		after[row], instalment = a.next(counter, x.standingOf(a, seat))
		if instalment >= 0 {
			if err := pays.add(seat, instalment); err != nil {
				return err
			}
		}
	}
	s.keep(key, after)
	return nil
}

// standingOf is what an award depends on for one distributor.
func (x *rankPayment) standingOf(a *RankAward, seat int) awardStanding {
	s := x.s
	enrolledAtUS := s.in.Network.EnrolledAtUS[s.sponsor.row[seat]]
	return awardStanding{
		reached: s.sponsor.rank[seat] >= a.Rank, paid: isPaid(x.who, seat), before: s.facts.facts.achieved[seat] >= a.Rank,
		inTime: x.inTime(a, enrolledAtUS),
	}
}

// inTime tells that the period ends within the time in which an award's rank must be reached.
func (x *rankPayment) inTime(a *RankAward, enrolledAtUS int64) bool {
	endUS := x.s.in.Period.EndUS
	if a.WithinDays > 0 && endUS-enrolledAtUS > int64(a.WithinDays)*dayUS {
		return false
	}
	if a.WithinMonths == 0 {
		return true
	}
	if x.months == nil {
		x.months = newMonthTable(orUTC(x.s.plan.Location), endUS)
	}
	return x.months.number(endUS-1)-x.months.number(enrolledAtUS) < int64(a.WithinMonths)
}

// payHeld pays everybody the award of the highest rank that applies.
func (x *rankPayment) payHeld() error {
	s := x.s
	const none = -1
	highest := make([]int16, s.n) // award, by seat
	for seat := range highest {
		highest[seat] = none
	}
	for award := range x.rule.Awards {
		a := &x.rule.Awards[award]
		key, before, after := x.counters(award)
		for seat, row := range s.sponsor.row {
			counter := int64(0)
			if before != nil {
				counter = before[row]
			}
			var pays bool
			after[row], pays = a.nextHeld(counter, s.sponsor.rank[seat] >= a.Rank && isPaid(x.who, seat))
			if of := highest[seat]; pays && (of == none || x.rule.Awards[of].Rank <= a.Rank) {
				highest[seat] = int16(award)
			}
		}
		if a.AfterPeriods > 0 {
			s.keep(key, after)
		}
	}
	for award := range x.rule.Awards {
		pays := x.newAward(award)
		for seat, of := range highest {
			if int(of) == award {
				if err := pays.add(seat, 0); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// awardLines adds the lines of one award.
type awardLines struct {
	*rankPayment
	award   int
	kind    LineKind
	group   []int64   // by seat, for a rate
	tariffs []tariffs // by instalment
}

func (x *rankPayment) newAward(award int) *awardLines {
	a, s := &x.rule.Awards[award], x.s
	l := &awardLines{rankPayment: x, award: award, tariffs: make([]tariffs, a.parts())}
	unit := x.rule.unit(s.plan)
	if a.Rate != 0 {
		l.group = s.group(x.rule.Base)
	} else if unit != UnitCount {
		l.kind, unit = LinePieces, UnitCount
	}
	for i := range l.tariffs {
		factor := int32(0)
		if len(a.Instalments) > 0 {
			factor = s.factors.add(factorInstalment, Fraction{a.Instalments[i], RateScale}, 0)
		}
		l.tariffs[i] = *s.tariffs(x.bonus, 1, 1, factor)
		l.tariffs[i].unit = unit
	}
	return l
}

// add adds the line of a distributor.
func (l *awardLines) add(seat, instalment int) error {
	a, w := &l.rule.Awards[l.award], l.s.sponsor
	variant := w.variantAt(seat)
	base, rate := int64(1), a.Rate
	switch {
	case l.group != nil:
		base = l.group[seat]
	case len(a.AmountMinor) == 1:
		rate = a.AmountMinor[0]
	default:
		rate = a.AmountMinor[variant]
	}
	sink, row := &l.s.sinks[l.bonus], w.row[seat]
	amountMinor, err := l.tariffs[instalment].at(variant, 0, 0, rate).amountMinor(base)
	if err != nil {
		return sink.failed(row, err)
	}
	if amountMinor != 0 || sink.keepsZero && base != 0 {
		sink.put(line{
			earner: row, part: l.award, kind: l.kind, base: base, rate: rate, factor: l.tariffs[instalment].factor, amountMinor: amountMinor,
		})
	}
	return nil
}
