package placement

import "math"

const (
	// never is the depth of a vacancy that is not there.
	never = math.MaxInt32
	// noTurning is the turning of somebody whose path nothing can turn away from. Volumes are bounded so that it stays greater than
	// any volume, whatever volumes are taken off it.
	noTurning = 1 << 62
	// volumeBound is how large the sum of everybody's own volume may be, without its sign.
	volumeBound = 1 << 60
)

// summary is what is known of a stretch of a path together with all that hangs off it.
type summary struct {
	volume int64
	people int32
	// The least depth at which somebody has a vacant leg: among those who hang off the stretch in legs lower than the one in which
	// the path goes on, among those on the stretch, and among those in higher legs. Kept apart, they can be joined and still tell
	// which of two equally high vacancies stands further left. What hangs off the end of a path counts as lower.
	left, mid, right int32
	// turning tells where whoever follows the lesser volume leaves the path. Let z be the volume beneath the stretch, on the path's
	// continuation: they leave within the stretch if, and only if, z >= turning.
	turning int64
}

// least is the least depth at which anybody has a vacant leg.
func (s *summary) least() int32 { return min(s.left, s.mid, s.right) }

// then is the summary of a stretch and the one that follows it beneath.
func (s *summary) then(lower *summary) summary {
	return summary{
		volume:  s.volume + lower.volume,
		people:  s.people + lower.people,
		left:    min(s.left, lower.left),
		mid:     min(s.mid, lower.mid),
		right:   min(s.right, lower.right),
		turning: min(s.turning-lower.volume, lower.turning),
	}
}
