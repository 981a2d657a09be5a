package calc

import (
	"errors"
	"math"
	"strings"
	"testing"
)

func TestManual_PaysWhatWasApproved(t *testing.T) {
	p := newPayroll(3, manual("goodwill"), manual("penalty"))
	p.pay("goodwill", 1, 500)
	p.pay("penalty", 2, -300)
	p.pay("goodwill", 1, -120)
	p.pay("goodwill", 0, 7)
	p.pay("goodwill", 0, -7)
	wantLines(t, p.in, p.compute(t), "1 goodwill 380 × 1 = 380\n2 penalty -300 × 1 = -300")
}

func TestManual_RefusesWhatIsAboveTheLimit(t *testing.T) {
	for _, amount := range []int64{501, -501, math.MinInt64} {
		p := newPayroll(3, manual("goodwill"))
		p.in.Plan.Bonuses[0].Manual.AmountMaxMinor = 500
		p.pay("goodwill", 1, 500)
		p.pay("goodwill", 1, -500)
		p.pay("goodwill", 2, amount)
		_, err := Compute(p.in)
		if !errors.Is(err, ErrInput) || !strings.Contains(err.Error(), "adjustment 2 of bonus goodwill for distributor 2") {
			t.Errorf("%d: %v", amount, err)
		}
	}
}

func TestManual_SumOutOfRange(t *testing.T) {
	p := newPayroll(1, manual("goodwill"))
	p.pay("goodwill", 0, math.MaxInt64)
	p.pay("goodwill", 0, 1)
	if _, err := Compute(p.in); !errors.Is(err, ErrOverflow) {
		t.Errorf("%v", err)
	}
}

func TestManual_RefusesAMarketWithoutTheBonus(t *testing.T) {
	p := newPayroll(2, manual("goodwill"))
	p.in.Plan.Names.Markets = []string{"IN"}
	p.in.Plan.Bonuses[0].Markets = []bool{true, false}
	p.in.Network.Market = []uint16{0, 1}
	p.pay("goodwill", 0, 5)
	p.compute(t)
	p.pay("goodwill", 1, 5)
	if _, err := Compute(p.in); !errors.Is(err, ErrInput) || !strings.Contains(err.Error(), "adjustment 1") {
		t.Errorf("%v", err)
	}
}

func TestManual_RefusesAdjustmentsOfOtherBonuses(t *testing.T) {
	p := newPayroll(1, manual("goodwill"), directOf("direct", RateScale/10), manual("weekly"))
	p.in.Plan.Bonuses[2].Cadence = Weekly
	for _, bonus := range []string{"direct", "weekly"} {
		p.in.Adjustments = Adjustments{}
		p.pay("goodwill", 0, 1)
		p.pay(bonus, 0, 5)
		if _, err := Compute(p.in); !errors.Is(err, ErrInput) || !strings.Contains(err.Error(), "Adjustments 1 is of bonus "+bonus) {
			t.Errorf("%v", err)
		}
	}
	p.in.Adjustments = Adjustments{}
	p.post("direct", 0, 5)
	if _, err := Compute(p.in); !errors.Is(err, ErrInput) || !strings.Contains(err.Error(), "Posted 0 is of bonus direct") {
		t.Errorf("%v", err)
	}
}
