package calc

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

func linesOf(l Lines) []modelLine {
	var lines []modelLine
	for i := range l.Earner {
		lines = append(lines, modelLine{int(l.Earner[i]), int(l.Bonus[i]), int(l.Level[i]), l.Base[i], l.Rate[i], l.AmountMinor[i]})
	}
	return lines
}

func TestCompute_AgreesWithTheModel(t *testing.T) {
	checkDrawn(t, 1, func(t *rapid.T) {
		in := drawInput(t)
		got, err := Compute(in)
		discardOverflow(t, err) // the model has no bound that a product of several products in a condition could leave
		want := newModel(in).compute()
		if !reflect.DeepEqual(got.Active, want.active) {
			t.Errorf("active: got %v, want %v", got.Active, want.active)
		}
		if !reflect.DeepEqual(got.PaidAs, want.paidAs) || !reflect.DeepEqual(got.Achieved, want.achieved) {
			t.Errorf("ranks: got %v and %v, want %v and %v", got.PaidAs, got.Achieved, want.paidAs, want.achieved)
		}
		if lines := linesOf(got.Lines); !reflect.DeepEqual(lines, want.lines) {
			t.Errorf("lines:\n got %+v\nwant %+v", lines, want.lines)
		}
		if !reflect.DeepEqual(got.State, want.carry) {
			t.Errorf("state:\n got %+v\nwant %+v", got.State, want.carry)
		}
	})
}

// The order in which sales are listed does not matter, and neither does the order of the distributors: renumbering them renumbers the
// result.
func TestCompute_RowOrderDoesNotMatter(t *testing.T) {
	checkDrawn(t, 1, func(t *rapid.T) {
		in := drawInput(t)
		want, err := Compute(in)
		discardOverflow(t, err)
		got, err := Compute(reordered(in, rapid.Permutation(rowsTo(len(in.Volumes.Seller))).Draw(t, "sales in order")))
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("sales in another order:\n got %+v, %v\nwant %+v", got, err, want)
		}

		to := rapid.Permutation(rowsTo(len(in.Network.Sponsor))).Draw(t, "renumbered")
		got, err = Compute(renumbered(in, to))
		if err != nil {
			t.Fatal(err)
		}
		model := newModel(renumbered(in, to)).compute()
		if !reflect.DeepEqual(linesOf(got.Lines), model.lines) || len(got.Lines.Earner) != len(want.Lines.Earner) {
			t.Errorf("renumbered: got %+v, want %+v", linesOf(got.Lines), model.lines)
		}
		for row, now := range to {
			if got.Active[now] != want.Active[row] || want.PaidAs != nil && got.PaidAs[now] != want.PaidAs[row] {
				t.Errorf("distributor %d stands elsewhere as %d", row, now)
			}
		}
	})
}

func reordered(in *Input, order []int32) *Input {
	out := *in
	out.Volumes = Volumes{}
	for _, k := range order {
		out.Volumes.Seller = append(out.Volumes.Seller, in.Volumes.Seller[k])
		out.Volumes.PV = append(out.Volumes.PV, in.Volumes.PV[k])
		out.Volumes.CV = append(out.Volumes.CV, in.Volumes.CV[k])
		out.Volumes.PriceMinor = append(out.Volumes.PriceMinor, in.Volumes.PriceMinor[k])
	}
	return &out
}

func renumbered(in *Input, to []int32) *Input {
	out := *in
	person := func(rows []int32) []int32 {
		moved := moved(rows, to)
		for i, row := range moved {
			if row >= 0 {
				moved[i] = to[row]
			}
		}
		return moved
	}
	out.Network = Network{
		Sponsor: person(in.Network.Sponsor), Parent: person(in.Network.Parent), Leg: moved(in.Network.Leg, to),
		EnrolledAtUS: moved(in.Network.EnrolledAtUS, to),
	}
	out.Volumes.Seller = nil
	for _, seller := range in.Volumes.Seller {
		out.Volumes.Seller = append(out.Volumes.Seller, to[seller])
	}
	out.Prior = Prior{Achieved: moved(in.Prior.Achieved, to), PaidAs: moved(in.Prior.PaidAs, to), Active: moved(in.Prior.Active, to)}
	if in.Prior.State != nil {
		out.Prior.State = State{}
	}
	for key, column := range in.Prior.State {
		out.Prior.State[key] = moved(column, to)
	}
	return &out
}

func moved[T any](column []T, to []int32) []T {
	if column == nil {
		return nil
	}
	out := make([]T, len(column))
	for row, now := range to {
		out[now] = column[row]
	}
	return out
}

// For every leg, what came in and what is new is matched, flushed or carried out.
func TestCompute_CarryIsConserved(t *testing.T) {
	checkDrawn(t, 1, func(t *rapid.T) {
		in := drawInput(t)
		out, err := Compute(in)
		discardOverflow(t, err)
		m := newModel(in)
		for _, b := range in.Plan.Bonuses {
			left, right := CarryKeys(b.Name)
			if b.Binary == nil || b.Pays != PaysPeriod || b.Cadence != in.Cadence {
				if out.State[left] != nil {
					t.Errorf("bonus %s carries", b.Name)
				}
				continue
			}
			for i := range in.Network.Sponsor {
				var legs, carried [2]int64
				for side, key := range []string{left, right} {
					legs[side] = m.under(m.legs[i][side+1]).Num().Int64()
					if in := in.Prior.State[key]; in != nil {
						legs[side] += in[i]
					}
					if out := out.State[key]; out != nil {
						carried[side] = out[i]
					}
				}
				matched := max(0, min(legs[0], legs[1]))
				if b.Binary.AfterPayout == NetOff && !out.Active[i] {
					matched = 0
				}
				if b.Binary.AfterPayout == Flush {
					legs[0], legs[1], matched = 0, 0, 0
				}
				if legs[0]-matched != carried[0] || legs[1]-matched != carried[1] {
					t.Errorf("distributor %d: legs %v, matched %d, carried %v", i, legs, matched, carried)
				}
			}
		}
	})
}

// What is sold and taken back in one period leaves nothing behind.
func TestCompute_SoldAndTakenBackIsNothing(t *testing.T) {
	checkDrawn(t, 1, func(t *rapid.T) {
		in := drawInput(t)
		want, err := Compute(in)
		discardOverflow(t, err)
		v := &in.Volumes
		for _, count := range newModel(in).counts() {
			v.Count = append(v.Count, int32(count))
		}
		for i := range v.Seller {
			if rapid.Bool().Draw(t, "again") {
				pv, cv, price := drawVolume(t, "pv"), drawVolume(t, "cv"), drawVolume(t, "price")
				for _, sign := range []int64{1, -1} {
					v.Seller, v.PV, v.CV, v.PriceMinor = append(v.Seller, v.Seller[i]), append(v.PV, sign*pv), append(v.CV, sign*cv), append(v.PriceMinor, sign*price)
					v.Count = append(v.Count, int32(sign))
				}
			}
		}
		if got, err := Compute(in); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, %v\nwant %+v", got, err, want)
		}
	})
}

func TestCompute_LeavesItsInputAlone(t *testing.T) {
	checkDrawn(t, 1, func(t *rapid.T) {
		in := drawInput(t)
		before := renumbered(in, rowsTo(len(in.Network.Sponsor)))
		before.Volumes = reordered(in, rowsTo(len(in.Volumes.Seller))).Volumes
		_, err := Compute(in)
		discardOverflow(t, err)
		if !reflect.DeepEqual(in.Network, before.Network) || !reflect.DeepEqual(in.Volumes, before.Volumes) || !reflect.DeepEqual(in.Prior, before.Prior) {
			t.Errorf("got %+v, want %+v", in, before)
		}
	})
}

// A leg a million deep, in both trees: a chain of which each member sponsors the next and places them left.
func TestCompute_ALegAMillionDeep(t *testing.T) {
	const n = 1_000_000
	plan := hybridPlan()
	in := &Input{Plan: plan, Cadence: Monthly, Period: PeriodByNo(Monthly, nil, 680)}
	in.Network = Network{Sponsor: make([]int32, n), Parent: make([]int32, n), Leg: make([]uint8, n), EnrolledAtUS: make([]int64, n)}
	for i := range n {
		in.Network.Sponsor[i], in.Network.Parent[i], in.Network.Leg[i] = int32(i-1), int32(i-1), 1
	}
	in.Network.Leg[0] = 0
	in.Volumes = Volumes{Seller: []int32{n - 1}, PV: []int64{100 * VolumeScale}, CV: []int64{100 * VolumeScale}, PriceMinor: []int64{0}}
	out, err := Compute(in)
	if err != nil {
		t.Fatal(err)
	}
	if len(out.Lines.Earner) != 0 {
		t.Errorf("%d lines, though nobody above the seller is active", len(out.Lines.Earner))
	}
	leftKey, _ := CarryKeys("team")
	for i := range n - 1 {
		if left := out.State[leftKey][i]; left != 100*VolumeScale {
			t.Fatalf("distributor %d carries %d", i, left)
		}
	}
}

// A sponsor of half a million, each with one sale: the frontline is one level, so the sponsor has one line.
func TestCompute_AFrontlineOfHalfAMillion(t *testing.T) {
	const n = 500_001
	plan := hybridPlan()
	plan.Ranks, plan.Active, plan.PlacementWidth, plan.Facts = nil, nil, 0, nil
	plan.Bonuses = []Bonus{{Name: "levels", Cadence: Monthly, Unilevel: &Unilevel{Rates: byStanding([]int64{RateScale / 10, RateScale}), Walk: Walk{Compression: CompressionDynamic}}}}
	in := &Input{Plan: plan, Cadence: Monthly, Period: PeriodByNo(Monthly, nil, 680)}
	in.Network = Network{Sponsor: make([]int32, n), EnrolledAtUS: make([]int64, n)}
	in.Network.Sponsor[0] = -1
	for i := 1; i < n; i++ {
		in.Volumes.Seller, in.Volumes.PV = append(in.Volumes.Seller, int32(i)), append(in.Volumes.PV, 0)
		in.Volumes.CV, in.Volumes.PriceMinor = append(in.Volumes.CV, 3*VolumeScale), append(in.Volumes.PriceMinor, 0)
	}
	out, err := Compute(in)
	if err != nil {
		t.Fatal(err)
	}
	want := []modelLine{{0, 0, 1, 1_500_000 * VolumeScale, RateScale / 10, 150_000_00}}
	if got := linesOf(out.Lines); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// More lines than a block holds come out complete and in order.
func TestCompute_MoreLinesThanABlock(t *testing.T) {
	const n = 2*blockLines + 17
	plan := testPlanOf(
		Bonus{Name: "own", Cadence: Monthly, Direct: &Direct{Rates: single(RateScale / 10)}},
		Bonus{Name: "again", Cadence: Monthly, Direct: &Direct{Rates: single(RateScale / 5)}},
	)
	in := &Input{Plan: plan, Cadence: Monthly, Period: PeriodByNo(Monthly, nil, 680)}
	in.Network = Network{Sponsor: make([]int32, n), EnrolledAtUS: make([]int64, n)}
	var want []modelLine
	for i := range n {
		in.Network.Sponsor[i] = int32(i + 1)
		in.Volumes.Seller, in.Volumes.PV = append(in.Volumes.Seller, int32(i)), append(in.Volumes.PV, 0)
		in.Volumes.CV, in.Volumes.PriceMinor = append(in.Volumes.CV, int64(i)*10*VolumeScale), append(in.Volumes.PriceMinor, 0)
		if i > 0 {
			base := int64(i) * 10 * VolumeScale
			want = append(want, modelLine{i, 0, 0, base, RateScale / 10, int64(i) * 100}, modelLine{i, 1, 0, base, RateScale / 5, int64(i) * 200})
		}
	}
	in.Network.Sponsor[n-1] = -1
	out, err := Compute(in)
	if err != nil {
		t.Fatal(err)
	}
	if got := linesOf(out.Lines); !reflect.DeepEqual(got, want) {
		t.Errorf("got %d lines, want %d", len(got), len(want))
	}
}
