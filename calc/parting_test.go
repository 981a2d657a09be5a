package calc

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// A company of several parts, in which one distributor has sponsored every third, and rows stand at random, is ordered and added up as
// by hand, on any number of threads.
func TestParting_ManyPartsAreAsByHand(t *testing.T) {
	const n = nearRows + 1<<partBits + 17
	random := rand.New(rand.NewPCG(3, 1))
	order := random.Perm(n)
	parents := make([]int32, n)
	for k, row := range order {
		switch {
		case k%1_000 == 0:
			parents[row] = -1
		case k%3 == 0:
			parents[row] = int32(order[0])
		default:
			parents[row] = int32(order[max(0, k-1-random.IntN(9))])
		}
	}
	in := &Input{Plan: &Plan{Volumes: []Volume{{Measure: MeasurePV, Share: RateScale / 2, CustomerShare: RateScale, ToCycle: 1}}}}
	entries := n + n/2 // more than one round of them
	v := &in.Volumes
	v.Seller, v.PV, v.CV, v.PriceMinor = make([]int32, entries), make([]int64, entries), make([]int64, entries), make([]int64, entries)
	want := [4][]int64{make([]int64, n), make([]int64, n), make([]int64, n), make([]int64, n)}
	bases := []Base{BaseCV, BasePV, BaseCount, VolumeBuiltIn}
	for i := range entries {
		row := random.IntN(n)
		v.Seller[i], v.PV[i], v.CV[i] = int32(row), random.Int64N(1_000)-100, random.Int64N(1_000)
		want[0][row] += v.CV[i]
		want[1][row] += v.PV[i]
		want[2][row] += 1 - 2*oneIf(v.PV[i] < 0)
		want[3][row] += shareOf(v.PV[i], RateScale/2)
	}
	children := make([][]int32, n)
	for row, parent := range parents {
		if parent >= 0 {
			children[parent] = append(children[parent], int32(row))
		}
	}
	joined := make([]int64, n) // in about the order in which they come in the forest, but for one who came long before
	for k, row := range order {
		joined[row] = int64(k)*1_000_000 + random.Int64N(9_000_000)
	}
	joined[order[n/2]] = math.MinInt64
	for threads, ages := range map[int][]int64{1: nil, 2: joined, 3: make([]int64, n)} {
		tree := must(newTree(threads, parents, ages, "sponsor"))
		tops := int(tree.tops())
		if !slices.IsSorted(tree.row[:tops]) {
			t.Errorf("on %d threads tops are not in the order of rows", threads)
		}
		for seat, row := range tree.row {
			if !slices.Equal(tree.row[tree.first[seat]:tree.first[seat+1]], children[row]) {
				t.Fatalf("on %d threads the children of %d are not %v", threads, row, children[row])
			}
			if parent := tree.parent[seat]; parents[row] != -1 && tree.row[parent] != parents[row] || (parents[row] == -1) != (seat < tops) {
				t.Fatalf("on %d threads the parent of %d is in seat %d", threads, row, parent)
			}
		}
		c := &computation{in: in, n: n, threads: threads, next: State{}}
		for i, own := range c.sell(bases...) {
			if !slices.Equal(own, want[i]) {
				t.Errorf("on %d threads volume %s is not what was sold", threads, fmt.Sprint(bases[i]))
			}
		}
		if c.failure != nil {
			t.Error(c.failure)
		}
	}
}
