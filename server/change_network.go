package server

import (
	"context"
	"slices"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	uplinev1 "upline/api/upline/v1"
	"upline/store"
)

// networkRequest is what all changes of the network have in common.
type networkRequest interface {
	proto.Message
	GetDistributorId() string
	GetEventId() string
	GetEffectiveAt() *timestamppb.Timestamp
	GetCounting() uplinev1.NetworkCounting
	GetReason() string
}

// networkKey are the fields that identify a change.
var networkKey = []string{"distributor_id", "event_id"}

// changeNetwork records a change; fill sets what only its kind has.
func (s *Server) changeNetwork(
	ctx context.Context, request networkRequest, kind store.NetworkEventKind, fill func(*store.NetworkChange),
) (*uplinev1.NetworkEvent, *uplinev1.Distributor, error) {
	var r reading
	n := store.NetworkChange{
		DistributorID: request.GetDistributorId(), EventID: request.GetEventId(), Kind: kind, Reason: request.GetReason(),
		EffectiveAtUS: r.timeUS("effective_at", request.GetEffectiveAt()),
		Restate:       request.GetCounting() == uplinev1.NetworkCounting_NETWORK_COUNTING_RESTATE,
		Content:       contentOf(request, networkKey, nil),
	}
	if err := r.err(); err != nil {
		return nil, nil, err
	}
	if fill != nil {
		fill(&n)
	}
	event, d, err := s.store.ChangeNetwork(ctx, n)
	if err != nil {
		return nil, nil, err
	}
	return networkEventOf(event), distributorOf(d), nil
}

var networkEventKinds = map[store.NetworkEventKind]uplinev1.NetworkEventKind{
	store.NetworkEnrolled:   uplinev1.NetworkEventKind_NETWORK_EVENT_KIND_ENROLLED,
	store.NetworkSponsor:    uplinev1.NetworkEventKind_NETWORK_EVENT_KIND_SPONSOR,
	store.NetworkPlaced:     uplinev1.NetworkEventKind_NETWORK_EVENT_KIND_PLACED,
	store.NetworkTerminated: uplinev1.NetworkEventKind_NETWORK_EVENT_KIND_TERMINATED,
	store.NetworkReinstated: uplinev1.NetworkEventKind_NETWORK_EVENT_KIND_REINSTATED,
	store.NetworkRegistered: uplinev1.NetworkEventKind_NETWORK_EVENT_KIND_REGISTERED,
}

func networkEventOf(e store.NetworkEvent) *uplinev1.NetworkEvent {
	return &uplinev1.NetworkEvent{
		DistributorId: e.DistributorID, EventId: e.EventID, Kind: networkEventKinds[e.Kind], SponsorId: e.SponsorID,
		Placement: placementOf(e.ParentID, e.Leg), OwnerId: e.OwnerID, Registration: registrationOf(e.Registration), Reason: e.Reason,
		EffectiveAt: timestamp(e.EffectiveAtUS), RecordedAt: timestamp(e.RecordedAtUS),
		CountsFrom: periodRefs(e.CountsFrom), RestatedIn: periodRefs(e.RestatedIn),
	}
}

func periodRefs(keys []store.PeriodKey) []*uplinev1.PeriodRef {
	var refs []*uplinev1.PeriodRef
	for _, k := range keys {
		refs = append(refs, periodRef(k))
	}
	return refs
}

// registration puts the tags of a request in byte order, in the request, too, so that the same ones are the same content whatever order
// they were sent in.
func registration(r *uplinev1.Registration) store.Registration {
	slices.Sort(r.GetTags())
	return store.Registration{Kind: r.GetKind(), Tags: r.GetTags()}
}

func registrationOf(r store.Registration) *uplinev1.Registration {
	if r.Kind == "" && len(r.Tags) == 0 {
		return nil
	}
	return &uplinev1.Registration{Kind: r.Kind, Tags: r.Tags}
}
