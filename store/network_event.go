package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"upline/calc"
)

// NetworkEventKind is what happened to a distributor's place in the company.
type NetworkEventKind string

// The kinds of network events.
const (
	NetworkEnrolled   NetworkEventKind = "ENROLLED"
	NetworkSponsor    NetworkEventKind = "SPONSOR"
	NetworkPlaced     NetworkEventKind = "PLACED"
	NetworkTerminated NetworkEventKind = "TERMINATED"
	NetworkReinstated NetworkEventKind = "REINSTATED"
	NetworkRegistered NetworkEventKind = "REGISTERED"
)

// Standing tells whether a distributor belongs to the company.
type Standing string

// The standings.
const (
	StandingActive     Standing = "ACTIVE"
	StandingTerminated Standing = "TERMINATED"
)

// Registration is what a distributor is registered as. Tags are licences and the like, in byte order and without repeats.
type Registration struct {
	Kind string
	Tags []string
}

// tagsText is how tags are kept: no tag has a space.
func (r Registration) tagsText() string { return strings.Join(r.Tags, " ") }

func tagsOf(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, " ")
}

// NetworkEvent is one event of a distributor's history. What a kind does not set is empty.
type NetworkEvent struct {
	PlanID, DistributorID, EventID string
	Kind                           NetworkEventKind
	SponsorID, ParentID            string
	Leg                            int32
	OwnerID                        string
	Registration                   Registration
	Reason                         string
	EffectiveAtUS, RecordedAtUS    int64
	// CountsFrom are the first periods that see the event, one for each cadence of the plan.
	CountsFrom []PeriodKey
	// RestatedIn are the periods whose close takes the correction of earlier ones in; empty unless the event restates.
	RestatedIn []PeriodKey
}

// byCadence holds a period's number for each cadence.
type byCadence [calc.CadenceMax + 1]int64

// storedNetworkEvent is an event as the database has it.
type storedNetworkEvent struct {
	NetworkEvent
	market, region string
	from, restated byCadence
	content        []byte
}

const sqlNetworkEventColumns = `e.plan_id, e.distributor_id, e.event_id, e.kind, e.sponsor_id, e.parent_id, e.leg, e.owner_id, e.registration_kind, e.tags,
	e.reason, e.effective_at_us, e.recorded_at_us, e.market, e.region, e.from_daily, e.from_weekly, e.from_monthly, e.from_quarterly, e.from_yearly,
	e.from_half_monthly, e.from_biweekly, e.from_four_weekly,
	e.restated_daily, e.restated_weekly, e.restated_monthly, e.restated_quarterly, e.restated_yearly,
	e.restated_half_monthly, e.restated_biweekly, e.restated_four_weekly, e.content`

func scanNetworkEvent(r Row) storedNetworkEvent {
	e := storedNetworkEvent{NetworkEvent: NetworkEvent{
		PlanID: r.Text(0), DistributorID: r.Text(1), EventID: r.Text(2), Kind: NetworkEventKind(r.Text(3)), SponsorID: r.Text(4), ParentID: r.Text(5),
		Leg: int32(r.Int(6)), OwnerID: r.Text(7), Registration: Registration{r.Text(8), tagsOf(r.Text(9))}, Reason: r.Text(10),
		EffectiveAtUS: r.Int(11), RecordedAtUS: r.Int(12),
	}, market: r.Text(13), region: r.Text(14), content: slices.Clone(r.Bytes(15 + 2*len(allCadences)))}
	for i, cadence := range allCadences {
		e.from[cadence], e.restated[cadence] = r.Int(15+i), r.Int(15+len(allCadences)+i)
	}
	return e
}

// networkEventsOf reads a distributor's history in the order in which it takes effect: the enrolment, then all else by time.
func networkEventsOf(c Conn, planID, distributorID string) (events []storedNetworkEvent, err error) {
	err = c.Query(`SELECT `+sqlNetworkEventColumns+` FROM network_events e WHERE e.plan_id = $1 AND e.distributor_id = $2 ORDER BY e.event_id`,
		[]any{planID, distributorID}, func(r Row) error {
			events = append(events, scanNetworkEvent(r))
			return nil
		})
	slices.SortStableFunc(events, func(a, b storedNetworkEvent) int {
		switch {
		case a.Kind == NetworkEnrolled:
			return -1
		case b.Kind == NetworkEnrolled:
			return 1
		case a.EffectiveAtUS != b.EffectiveAtUS:
			return cmpInt64(a.EffectiveAtUS, b.EffectiveAtUS)
		}
		return strings.Compare(a.EventID, b.EventID)
	})
	if err == nil && (len(events) == 0 || events[0].Kind != NetworkEnrolled) {
		err = fmt.Errorf("%w: distributor %s of plan %s has no enrolment", ErrCorrupt, distributorID, planID)
	}
	return events, err
}

func cmpInt64(a, b int64) int {
	if a < b {
		return -1
	}
	return 1
}

// sets tells whether the kind of event says something about an aspect. An enrolment sets all of them.
func (k NetworkEventKind) sets(a aspect) bool {
	switch k {
	case NetworkEnrolled:
		return true
	case NetworkSponsor:
		return a == ofSponsor
	case NetworkPlaced:
		return a == ofPlace
	case NetworkTerminated, NetworkReinstated:
		return a == ofStanding
	case NetworkRegistered:
		return a == ofRegistration
	}
	return false
}

// aspect is a part of what a distributor is that changes by itself.
type aspect uint8

const (
	ofSponsor aspect = iota
	ofPlace
	ofStanding
	ofRegistration
	aspects
)

// networkView is a network as it is seen at a time, or in a period of a cadence: cadence 0 goes by effective time, any other by the
// period from which on events count.
type networkView struct {
	cadence calc.Cadence
	at      int64
}

// start is where an event comes into view.
func (v networkView) start(e *storedNetworkEvent) int64 {
	if v.cadence == 0 {
		return e.EffectiveAtUS
	}
	return e.from[v.cadence]
}

// inView returns the event that an aspect goes by, the last in effect of those in view, and where the next one comes into view; nil
// before the enrolment.
func inView(events []storedNetworkEvent, a aspect, v networkView) (seen *storedNetworkEvent, next int64) {
	next = noNext
	for i := range events {
		e := &events[i]
		switch start := v.start(e); {
		case !e.Kind.sets(a):
		case start <= v.at:
			seen = e
		default:
			next = min(next, start)
		}
	}
	return seen, next
}

const noNext = 1<<63 - 1

// terminatedAt returns the termination that is in effect at a time; nil for a distributor who belongs to the company then.
func terminatedAt(c Conn, planID, distributorID string, atUS int64) (*storedNetworkEvent, error) {
	events, err := networkEventsOf(c, planID, distributorID)
	if err != nil {
		return nil, err
	}
	if e, _ := inView(events, ofStanding, networkView{at: atUS}); e != nil && e.Kind == NetworkTerminated {
		return e, nil
	}
	return nil, nil
}

// ListNetworkEvents returns a distributor's history, latest first. after is the cursor of the page before.
func (s *Store) ListNetworkEvents(ctx context.Context, id, after string, limit int) (events []NetworkEvent, next string, err error) {
	err = s.engine.Read(ctx, "list_network_events", func(c Conn) error {
		events, next = nil, ""
		d, err := distributor(c, id)
		if err != nil {
			return err
		}
		stored, err := networkEventsOf(c, d.PlanID, id)
		if err != nil {
			return err
		}
		slices.Reverse(stored)
		for i := range stored {
			if after != "" {
				if stored[i].EventID == after {
					after = ""
				}
				continue
			}
			if len(events) == limit {
				next = events[limit-1].EventID
				return nil
			}
			e, err := s.networkEvent(c, stored[i])
			if err != nil {
				return err
			}
			events = append(events, e)
		}
		return nil
	})
	return events, next, err
}

// networkEvent names the periods of a stored event.
func (s *Store) networkEvent(c Conn, e storedNetworkEvent) (NetworkEvent, error) {
	plan, err := s.newestPlan(c, e.PlanID)
	if err != nil {
		return NetworkEvent{}, err
	}
	cadences, err := s.cadencesEver(c, plan)
	if err != nil {
		return NetworkEvent{}, err
	}
	out := e.NetworkEvent
	for _, cadence := range cadences {
		if no := e.from[cadence]; no != 0 {
			out.CountsFrom = append(out.CountsFrom, periodKey(plan, cadence, no))
		}
		if no := e.restated[cadence]; no != 0 {
			out.RestatedIn = append(out.RestatedIn, periodKey(plan, cadence, no))
		}
	}
	return out, nil
}

// cadencesEver returns the cadences that any version of a plan closes, in ascending order: a version that dropped one leaves its
// periods to be closed.
func (s *Store) cadencesEver(c Conn, newest *calc.Plan) (cadences []calc.Cadence, err error) {
	for version := newest.Version; version > 0; version-- {
		p, err := s.plan(c, newest.ID, version)
		if err != nil {
			return nil, err
		}
		cadences = union(cadences, planCadences(p))
	}
	return cadences, nil
}
