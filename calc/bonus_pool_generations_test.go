package calc

import (
	"math/big"
	"math/rand/v2"
	"testing"
)

func drawnPoolGenerations(random *rand.Rand, p *Plan) *PoolGenerations {
	g := &PoolGenerations{Leaders: p.tagged(tagLeader), Shares: drawnRates(random, p, 1+random.IntN(4)), Digits: int32(random.IntN(poolShareDigitsMax + 1))}
	g.Shares.Amounts, g.Shares.Unlock = true, nil
	for _, row := range g.Shares.Rows {
		for i := range row {
			row[i] = random.Int64N(3) * random.Int64N(20_000)
		}
	}
	if random.IntN(2) == 0 {
		g.Counts = must(NewNumber(p.Facts, "cv", p.fact(factCV)))
	}
	return g
}

// Everybody looks down at all leaders below, one after the other, and adds up what each gives.
func TestPool_SharesByGenerationAgreeWithASlowModel(t *testing.T) {
	seen := map[string]int{}
	for seed := range uint64(1500) {
		random := rand.New(rand.NewPCG(seed, 11))
		n := 1 + random.IntN(14)
		in := drawn(random, n)
		p := in.Plan
		pool := &Pool{AmountMinor: 1_000_000, Sharing: ShareByShares, Generations: drawnPoolGenerations(random, p), Remainder: RemainderCompany}
		if random.IntN(2) == 0 {
			pool.Shares = must(NewNumber(p.Facts, "pv", p.fact(factPV)))
		}
		bonus := drawnBonus(random, p)
		bonus.Name, bonus.Pool, bonus.Cadence = "pool", pool, Monthly
		bonus.Rounding = &Rounding{Down, 1}
		p.Bonuses = []Bonus{bonus}
		out, err := Compute(in)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		m := newModelGroups(in)
		for k, earner := range out.Lines.Earner {
			again, err := p.RecomputedMinor(&out.Lines, k, uint8(m.variant(int(earner))))
			if err != nil || again != out.Lines.AmountMinor[k] {
				t.Fatalf("seed %d: line %d comes to %d, %v: %s", seed, k, again, err, printed(out.Lines))
			}
		}
		claims, sum := make([]*big.Rat, n), new(big.Rat)
		for i := range n {
			claims[i] = new(big.Rat)
			if m.paid(i) {
				claims[i] = m.poolSharesBelow(i, i, 0)
				if pool.Shares != nil {
					own := wholePoints(m.own(i, BasePV, false))
					if claims[i].Sign() > 0 && own.Sign() > 0 {
						seen["beside others"]++
					}
					claims[i].Add(claims[i], own.Mul(own, bigOf(pool.Generations.unit())))
				}
			}
			sum.Add(sum, claims[i])
		}
		got := make([]int64, n)
		for k, earner := range out.Lines.Earner {
			got[earner] += out.Lines.AmountMinor[k]
		}
		for i := range n {
			want := int64(0)
			if sum.Sign() > 0 {
				part := new(big.Rat).Mul(new(big.Rat).Quo(claims[i], sum), bigOf(pool.AmountMinor))
				want = new(big.Int).Quo(part.Num(), part.Denom()).Int64()
			}
			if got[i] != want {
				t.Fatalf("seed %d: distributor %d gets %d of the pool, want %d; claims %v", seed, i, got[i], want, claims)
			}
			if want != 0 {
				seen["paid"]++
			}
		}
	}
	if seen["paid"] < 1000 || seen["beside others"] < 200 {
		t.Errorf("only %v were met", seen)
	}
}

// poolSharesBelow adds up what the leaders below a place give an earner, who looks down at them all.
func (m *modelGroups) poolSharesBelow(earner, at, generation int) *big.Rat {
	g := m.b.Pool.Generations
	sum := new(big.Rat)
	for child := range m.len() {
		if m.parent(child, false) != at {
			continue
		}
		deeper := generation
		if m.tag(child, tagLeader) {
			if row := m.row(earner, &g.Shares); row != nil && generation < len(row) {
				counts := bigOf(1)
				if g.Counts != nil {
					counts = wholePoints(m.own(child, BaseCV, false))
				}
				sum.Add(sum, counts.Mul(counts, bigOf(row[generation])))
			}
			deeper++
		}
		sum.Add(sum, m.poolSharesBelow(earner, child, deeper))
	}
	return sum
}

// wholePoints rounds a volume down to whole points, none below zero.
func wholePoints(volume *big.Rat) *big.Rat {
	points := new(big.Int).Quo(volume.Num(), new(big.Int).Mul(volume.Denom(), big.NewInt(VolumeScale)))
	if points.Sign() < 0 {
		points.SetInt64(0)
	}
	return new(big.Rat).SetInt(points)
}
