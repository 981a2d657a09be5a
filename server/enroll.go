package server

import (
	"context"

	uplinev1 "upline/api/upline/v1"
	"upline/calc/placement"
	"upline/store"
)

// Enroll adds one distributor: a batch of one.
func (s *Server) Enroll(ctx context.Context, request *uplinev1.EnrollRequest) (*uplinev1.EnrollResponse, error) {
	var r reading
	distributor := newDistributor(&r, request)
	if err := r.err(); err != nil {
		return nil, err
	}
	enrolled, err := s.store.Enroll(ctx, []store.NewDistributor{distributor})
	if err != nil {
		return nil, ofSingle(err, "distributors[0].")
	}
	return &uplinev1.EnrollResponse{Distributor: distributorOf(enrolled[0])}, nil
}

// distributorKey are the fields that identify an enrolment.
var distributorKey = []string{"distributor_id"}

func newDistributor(r *reading, request *uplinev1.EnrollRequest) store.NewDistributor {
	registered := registration(request.GetRegistration())
	distributor := store.NewDistributor{
		DistributorID: request.GetDistributorId(), PlanID: request.GetPlanId(), Market: request.GetMarket(),
		SponsorID: request.GetSponsorId(),
		ParentID:  request.GetPlacement().GetParentId(), Leg: request.GetPlacement().GetLeg(),
		EnrolledAtUS: r.timeUS("enrolled_at", request.GetEnrolledAt()),
		OwnerID:      request.GetOwnerId(), Registration: registered,
		Content: contentOf(request, distributorKey, nil),
	}
	if automatic := request.GetAutomatic(); automatic != nil {
		distributor.Automatic = &store.AutomaticPlace{Strategy: placement.Strategy(automatic.GetStrategy()), Leg: automatic.GetLeg()}
	}
	return distributor
}

func distributorOf(d store.Distributor) *uplinev1.Distributor {
	out := &uplinev1.Distributor{
		DistributorId: d.DistributorID, PlanId: d.PlanID, Market: d.Market, Region: d.Region, SponsorId: d.SponsorID,
		Placement: placementOf(d.ParentID, d.Leg), EnrolledAt: timestamp(d.EnrolledAtUS), RecordedAt: timestamp(d.RecordedAtUS),
		OwnerId: d.OwnerID, Registration: registrationOf(d.Registration), Standing: uplinev1.Standing_STANDING_ACTIVE,
	}
	if d.Standing == store.StandingTerminated {
		out.Standing, out.TerminatedAt = uplinev1.Standing_STANDING_TERMINATED, timestamp(d.StandingAtUS)
	}
	if o := d.Origin; o.Seq > 0 {
		out.PlacementOrigin = &uplinev1.PlacementOrigin{Strategy: uplinev1.PlacementStrategy(o.Strategy), Leg: o.Leg, Order: o.Seq}
		if o.VolumeAsOfUS > 0 {
			out.PlacementOrigin.VolumeAsOf = timestamp(o.VolumeAsOfUS)
		}
	}
	return out
}

func placementOf(parentID string, leg int32) *uplinev1.Placement {
	if parentID == "" {
		return nil
	}
	return &uplinev1.Placement{ParentId: parentID, Leg: leg}
}
