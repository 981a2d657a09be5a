package calc

import (
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// drawFolkInput draws one period of a company with bonuses of every kind that the model of people knows, after a period that left a state.
func drawFolkInput(t *rapid.T) *Input {
	p := drawFolkPlan(t, drawUnilevel, drawResidual, drawMatching, drawMatrix)
	n := rapid.IntRange(1, 9).Draw(t, "distributors")
	first := p.PeriodAt(p.Main, PeriodByNo(Monthly, nil, 644).StartUS)
	second := p.PeriodByNo(p.Main, first.No+1)
	network := drawFolkNetwork(t, p, n, first, second)
	in := &Input{Plan: p, Cadence: p.Main, Period: first, Network: network, Volumes: drawFolkVolumes(t, n, &network, first), Threads: 1}
	out := computed(t, in)
	next := *in
	next.Period, next.Volumes = second, drawFolkVolumes(t, n, &network, second)
	next.Prior = Prior{Achieved: out.Achieved, PaidAs: out.PaidAs, Active: out.Active, State: out.State}
	return &next
}

func computed(t *rapid.T, in *Input) *Output {
	out, err := Compute(in)
	discardOverflow(t, err)
	return out
}

// computedToo computes an input that says the same as another that was computed, and so must not be refused.
func computedToo(t *rapid.T, in *Input) *Output {
	out, err := Compute(in)
	if err != nil {
		t.Fatalf("refused, and not the input that says the same: %v", err)
	}
	return out
}

// entries picks entries of volumes, every column of them, in an order that is given.
func entries(v *Volumes, order []int32) Volumes {
	out := Volumes{}
	from, to := reflect.ValueOf(v).Elem(), reflect.ValueOf(&out).Elem()
	for i := range from.NumField() {
		if from.Field(i).IsNil() {
			continue
		}
		for _, k := range order {
			to.Field(i).Set(reflect.Append(to.Field(i), from.Field(i).Index(int(k))))
		}
	}
	return out
}

func TestFolk_ThreadsAndTheOrderOfSalesDoNotMatter(t *testing.T) {
	checkDrawn(t, 1, func(t *rapid.T) {
		in := drawFolkInput(t)
		want := computed(t, in)
		for _, threads := range []int{2, 7} {
			other := *in
			other.Threads = threads
			other.Volumes = entries(&in.Volumes, rapid.Permutation(rowsTo(len(in.Volumes.Seller))).Draw(t, "order of sales"))
			if got := computedToo(t, &other); !reflect.DeepEqual(got, want) {
				t.Fatalf("%d threads:\n got %+v\nwant %+v", threads, got, want)
			}
		}
	})
}

func TestFolk_RenumberedPeopleAreTheSamePeople(t *testing.T) {
	checkDrawn(t, 1, func(t *rapid.T) {
		in := drawFolkInput(t)
		n := len(in.Network.Sponsor)
		if in.Network.Joined == nil {
			// Who joined at one moment stands in the order of rows.
			in.Network.Joined = rapid.Permutation(rowsTo(n)).Draw(t, "joined")
		}
		want := computed(t, in)
		to := rapid.Permutation(rowsTo(n)).Draw(t, "renumbered")
		other := renumbered(in, to)
		other.Network.Market, other.Network.Kind, other.Network.Tags = moved(in.Network.Market, to), moved(in.Network.Kind, to), moved(in.Network.Tags, to)
		other.Network.Joined = moved(in.Network.Joined, to)
		owners := moved(in.Network.Owner, to)
		for i, owner := range owners {
			owners[i] = to[owner]
		}
		other.Network.Owner = owners
		got := computedToo(t, other)
		if !slices.Equal(got.PaidAs, moved(want.PaidAs, to)) || !slices.Equal(got.Active, moved(want.Active, to)) {
			t.Fatalf("got %v and %v, want %v and %v moved to %v", got.PaidAs, got.Active, want.PaidAs, want.Active, to)
		}
		for key, column := range want.State {
			if !slices.Equal(got.State[key], moved(column, to)) {
				t.Fatalf("state %s: got %v, want %v moved to %v", key, got.State[key], column, to)
			}
		}
		none := make([]bool, len(in.Plan.Bonuses))
		lines := listedOf(&want.Lines, none)
		for i := range lines {
			lines[i].earner = int(to[lines[i].earner])
		}
		slices.SortStableFunc(lines, byPlace)
		if mine := listedOf(&got.Lines, none); !reflect.DeepEqual(mine, lines) {
			t.Fatalf("lines:\n got %+v\nwant %+v", mine, lines)
		}
		again := slices.Clone(want.ReEntries)
		for i, row := range again {
			again[i] = to[row]
		}
		slices.Sort(again)
		if !slices.Equal(got.ReEntries, again) {
			t.Fatalf("enter again: got %v, want %v", got.ReEntries, again)
		}
	})
}

// What is sold and taken back in one period, at the same moment and by the same buyer, leaves nothing behind in any bonus.
func TestFolk_SoldAndTakenBackIsNothing(t *testing.T) {
	checkDrawn(t, 1, func(t *rapid.T) {
		in := drawFolkInput(t)
		want := computed(t, in)
		sales := len(in.Volumes.Seller)
		twice := append(rowsTo(sales), rowsTo(sales)...)
		both := entries(&in.Volumes, append(twice, rowsTo(sales)...))
		for k := 2 * sales; k < 3*sales; k++ {
			both.PV[k], both.CV[k], both.QV[k] = -both.PV[k], -both.CV[k], -both.QV[k]
			both.PriceMinor[k], both.FeeMinor[k], both.Count[k] = -both.PriceMinor[k], -both.FeeMinor[k], -both.Count[k]
		}
		other := *in
		other.Volumes = both
		if got := computedToo(t, &other); !reflect.DeepEqual(got, want) {
			t.Fatalf("got %+v\nwant %+v", got, want)
		}
	})
}

// Without compression, and with a level for everybody above, all that is sold comes to the top: the bases of the lines of any seller's
// upline are the volume, once for each of them.
func TestFolk_VolumeIsConservedUpATree(t *testing.T) {
	checkDrawn(t, 1, func(t *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(t, "distributors")
		levels := make([]int64, n)
		for i := range levels {
			levels[i] = RateScale
		}
		p := testPlanOf(Bonus{Name: "levels", Cadence: Monthly, Unilevel: &Unilevel{}})
		p.Bonuses[0].Unilevel.Rates = EverybodyAt(p, levels...)
		p.PointValue = One // so that no amount is rounded to nothing, and no line left out
		in := &Input{Plan: p, Cadence: Monthly, Period: PeriodByNo(Monthly, nil, 644)}
		in.Network = drawNetwork(t, n, 0, in.Period.EndUS)
		in.Volumes = drawVolumes(t, n)
		out := computed(t, in)
		want := int64(0)
		for k, seller := range in.Volumes.Seller {
			for at := in.Network.Sponsor[seller]; at >= 0; at = in.Network.Sponsor[at] {
				want += in.Volumes.CV[k]
			}
		}
		got := int64(0)
		for _, base := range out.Lines.Base {
			got += base
		}
		if got != want {
			t.Fatalf("bases add up to %d, want %d", got, want)
		}
	})
}
