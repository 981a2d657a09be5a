package calc

import (
	"errors"
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

// What a line is made of adds up to its base, every bonus of the period is either paid or missed for a reason, and explaining changes
// nothing.
func TestExplain_SourcesAddUpToTheBase(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		want, err := Compute(in)
		if err != nil {
			t.Skip("overflow in a condition")
		}
		paid := make([]bool, len(in.Plan.Bonuses))
		for row := range in.Network.Sponsor {
			x, err := Explain(in, int32(row))
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(x.Output, want) {
				t.Fatalf("explaining %d gives %+v, not %+v", row, x.Output, want)
			}
			if x.Active != want.Active[row] || want.PaidAs != nil && (x.PaidAs != want.PaidAs[row] || x.Achieved != want.Achieved[row]) {
				t.Errorf("distributor %d stands as %+v", row, x)
			}
			if in.Cadence == in.Plan.Main && x.Activity.Holds != x.Active {
				t.Errorf("distributor %d: active is %v, and explained as %+v", row, x.Active, x.Activity)
			}
			for _, r := range x.Ranks {
				if want.PaidAs != nil && r.Reason.Holds != (r.Rank == want.PaidAs[row]) {
					t.Errorf("distributor %d is paid as %d, and rank %d is explained as %+v", row, want.PaidAs[row], r.Rank, r.Reason)
				}
			}
			checkExplained(t, in, want, x, paid)
		}
	})
}

func checkExplained(t *rapid.T, in *Input, want *Output, x *Explanation, paid []bool) {
	clear(paid)
	lines := &want.Lines
	count := 0
	for i, earner := range lines.Earner {
		if earner != x.Row {
			continue
		}
		paid[lines.Bonus[i]] = true
		if count >= len(x.Lines) || x.Lines[count].Line != i {
			t.Fatalf("line %d of %d is not explained: %+v", i, x.Row, x.Lines)
		}
		sum := int64(0)
		for _, source := range x.Lines[count].Sources {
			sum += source.Amount
		}
		if in.Plan.Bonuses[lines.Bonus[i]].Binary == nil && sum != lines.Base[i] {
			t.Errorf("line %d of %d: sources come to %d, not %d", i, x.Row, sum, lines.Base[i])
		}
		count++
	}
	missed := map[int]bool{}
	for _, m := range x.Missed {
		missed[m.Bonus] = true
		if len(m.Reasons) == 0 {
			t.Errorf("bonus %d is missed without a reason", m.Bonus)
		}
		for _, r := range m.Reasons {
			if r.Holds || r.String() == "" {
				t.Errorf("bonus %d is missed because of what holds: %+v", m.Bonus, r)
			}
		}
	}
	for i := range in.Plan.Bonuses {
		b := &in.Plan.Bonuses[i]
		if of := b.Pays == PaysPeriod && b.Cadence == in.Cadence; missed[i] != (of && !paid[i]) {
			t.Errorf("bonus %d: paid %v, missed %v", i, paid[i], missed[i])
		}
	}
}

func TestExplain_RefusesWhoIsNotThere(t *testing.T) {
	if x, err := Explain(goodInput(), 3); !errors.Is(err, ErrInput) || x != nil {
		t.Errorf("got %v, %v", x, err)
	}
}

func TestReason_SaysWhatIsLacking(t *testing.T) {
	p := &Plan{Ranks: []Rank{{Name: "silver"}}}
	condition := p.condition(expr(OpAnd, p.atLeast(factPV, 100), expr(OpOr, p.legsWith(1, 2), expr(OpNot, expr(OpLess, p.fact(factGV), num(500))))))
	teller := conditionTeller{plan: p, f: &factColumns{table: p.Facts, columns: [][]int64{{60 * VolumeScale}, {1}, {320_5000}}}}
	r := teller.of(condition)
	if want := "pv >= 100: has 60, needs 40 more; legs_with(\"silver\") >= 2: has 1, needs 1 more, or gv >= 500: has 320.5, needs 179.5 more"; r.Holds || r.String() != want {
		t.Errorf("got %v %q, want %q", r.Holds, r, want)
	}
	if got := len(r.Missing()); got != 3 {
		t.Errorf("%d parts are missing", got)
	}
	teller.f.columns[0][0] = 100 * VolumeScale
	if r := teller.of(condition); r.Holds || r.String() != `legs_with("silver") >= 2: has 1, needs 1 more, or gv >= 500: has 320.5, needs 179.5 more` {
		t.Errorf("got %v %q", r.Holds, r)
	}
	teller.f.columns[1][0] = 2
	if r := teller.of(condition); !r.Holds {
		t.Errorf("got %+v", r)
	}
}
