package store

import (
	"fmt"
	"slices"

	"upline/calc"
)

// versions are the versions of a plan that a sale's events can go by: that of the sale first, then those published since, as they begin.
// There is the first alone unless a bonus of any is of the version at the event.
type versions []*calc.Plan

// readVersions reads the versions that a sale goes by, up to the newest.
func (s *Store) readVersions(c Conn, sold *calc.Plan, newest int32) (versions, error) {
	list, any := versions{sold}, ofEvents(sold)
	for version := sold.Version + 1; version <= newest; version++ {
		p, err := s.plan(c, sold.ID, version)
		if err != nil {
			return nil, err
		}
		list, any = append(list, p), any || ofEvents(p)
	}
	if !any {
		return list[:1], nil
	}
	return list, nil
}

// ofEvents tells whether any bonus is of the version at the event.
func ofEvents(p *calc.Plan) bool {
	return slices.ContainsFunc(p.Bonuses, func(b calc.Bonus) bool { return b.EventVersion })
}

// at is the version that is in force at a time.
func (v versions) at(us int64) *calc.Plan {
	last := v[0]
	for _, p := range v[1:] {
		if p.ValidFromUS <= us {
			last = p
		}
	}
	return last
}

// of is the version of a number, which posted lines name.
func (v versions) of(version int32) *calc.Plan {
	for _, p := range v {
		if p.Version == version {
			return p
		}
	}
	return v[0]
}

// governs tells whether a version's bonus of a name pays for what happens to the sale while that version is in force: the version of the
// sale says so of the bonuses that it has, and the other of those that are new in it.
func (v versions) governs(p *calc.Plan, name string) bool {
	if b := bonusNamed(v[0], name); b != nil {
		return b.EventVersion != (p == v[0])
	}
	b := bonusNamed(p, name)
	return b != nil && b.EventVersion
}

// checkMatchedVersions refuses a version in which sales of an earlier one would be paid a matching bonus by this version, and what it matches
// by their own, or the other way round: it would match what is not paid.
func (s *Store) checkMatchedVersions(c Conn, p *calc.Plan, last int32) error {
	for version := int32(1); version <= last; version++ {
		sold, err := s.plan(c, p.ID, version)
		if err != nil {
			return err
		}
		of := versions{sold, p}
		for i := range p.Bonuses {
			b := &p.Bonuses[i]
			if b.Matching == nil || b.Pays != calc.PaysEvent || !b.AtPayments {
				continue
			}
			for k, matched := range b.Matching.Bonuses {
				name := p.Bonuses[matched].Name
				if of.governs(p, b.Name) == of.governs(p, name) {
					continue
				}
				later, own := b.Name, name
				if of.governs(p, name) {
					later, own = name, b.Name
				}
				return &Refusal{
					Kind: ErrImmutable, IDs: []string{"plan_id", p.ID},
					Fields: []FieldProblem{{
						fmt.Sprintf("bonuses[%d].matching.bonuses[%d]", i, k),
						fmt.Sprintf("cycles of sales of version %d are paid %q by the version that is in force, and %q by their own, so that one would match what is not paid", version, later, own),
						"keep the `version` that each had, or give both new names and the same `version`",
					}},
				}
			}
		}
	}
	return nil
}

func bonusNamed(p *calc.Plan, name string) *calc.Bonus {
	for i := range p.Bonuses {
		if p.Bonuses[i].Name == name {
			return &p.Bonuses[i]
		}
	}
	return nil
}

// ending is the version whose schedule takes a line back when the service ends at a time, and its bonus: nil where the version that paid
// the line does not have it.
func (v versions) ending(l *Line, endedAtUS int64) (*calc.Plan, *calc.Bonus) {
	paidBy := v.of(l.PlanVersion)
	paid := bonusNamed(paidBy, l.Bonus)
	if p := v.at(endedAtUS); endedAtUS != 0 && p != paidBy && v.governs(p, l.Bonus) {
		if b := bonusNamed(p, l.Bonus); b != nil && b.Pays == calc.PaysEvent && b.AtPayments == paid.AtPayments {
			return p, b
		}
	}
	return paidBy, paid
}

// allVersions are the versions that the sale goes by.
func (h *history) allVersions() versions {
	if h.versions == nil {
		return versions{h.plan}
	}
	return h.versions
}
