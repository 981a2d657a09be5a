package calc

import (
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"
)

// Random companies with all that a plan can speak of: markets, kinds, tags, owners, customers, classes, cycles; over several periods.

// drawFolkPlan draws a plan that pays bonuses of one kind, by a function that draws it, and direct ones.
func drawFolkPlan(t *rapid.T, kinds ...func(drawer) Bonus) *Plan {
	p := &Plan{
		ID: "folk", Version: 1, Currency: "USD", MinorDigits: 2, Rounding: drawRounding(t),
		Main: rapid.SampledFrom([]Cadence{Monthly, Monthly, Monthly, HalfMonthly, Biweekly, FourWeekly}).Draw(t, "main"), WeeksFrom: rapid.Int64Range(0, 3).Draw(t, "weeks from"),
		PointValue:     Fraction{rapid.Int64Range(1, 3).Draw(t, "point"), rapid.SampledFrom([]int64{1, 7, 100}).Draw(t, "per point")},
		PlacementWidth: rapid.SampledFrom([]int32{2, 2, 0, 3}).Draw(t, "width"),
		Facts:          NewFactTable(),
		Names:          Names{Classes: []string{"a", "b"}, Markets: []string{"DE", "IN"}, Kinds: []string{"member", "partner"}, Tags: []string{"life", "health"}},
	}
	if rapid.IntRange(0, 3).Draw(t, "zone") == 0 {
		p.Location = must(time.LoadLocation("Europe/Berlin"))
	}
	if rapid.IntRange(0, 2).Draw(t, "overrides") == 0 {
		p.PointValues, p.VariantOfMarket = []Fraction{p.PointValue, {1, 3}}, []uint8{0, 0, 1}
	}
	for k := range rapid.IntRange(0, 3).Draw(t, "volumes") {
		p.Volumes = append(p.Volumes, drawOwnVolume(t, fmt.Sprintf("v%d", k)))
	}
	for k := range rapid.IntRange(0, 3).Draw(t, "ranks") {
		p.Ranks = append(p.Ranks, Rank{
			Name: fmt.Sprintf("r%d", k+1), HoldPeriods: rapid.SampledFrom([]int32{0, 0, 1, 2, 3}).Draw(t, "hold"),
			GracePeriods: rapid.SampledFrom([]int32{0, 0, 0, 1, 2}).Draw(t, "grace"),
		})
	}
	drawOwnFacts(t, p)
	p.Active = drawer{t: t, p: p, place: beforeActive}.maybe("all active")
	for k := range p.Ranks {
		p.Ranks[k].When = drawer{t: t, p: p, place: beforeRank}.condition()
	}
	kinds = append(kinds, drawDirect)
	for i := range rapid.IntRange(1, 5).Draw(t, "bonuses") {
		d := drawer{t: t, p: p, place: anywhere, bonus: i}
		b := kinds[rapid.IntRange(0, len(kinds)-1).Draw(t, "kind")](d)
		b.Name, b.Cadence = fmt.Sprintf("b%d", i), p.Main
		b.Inactive = Inactive(rapid.IntRange(0, 2).Draw(t, "inactive"))
		b.When = d.maybe("paid when")
		if rapid.IntRange(0, 3).Draw(t, "in markets") == 0 {
			b.Markets = rapid.SliceOfN(rapid.Bool(), 3, 3).Draw(t, "markets")
		}
		if p.Variants() > 1 && rapid.IntRange(0, 3).Draw(t, "in variants") == 0 {
			b.Variants = rapid.SliceOfN(rapid.Bool(), 2, 2).Draw(t, "variants")
		}
		if rapid.IntRange(0, 3).Draw(t, "own rounding") == 0 {
			r := drawRounding(t)
			b.Rounding = &r
		}
		p.Bonuses = append(p.Bonuses, b)
	}
	return p
}

func drawRounding(t *rapid.T) Rounding {
	return Rounding{RoundingMode(rapid.IntRange(0, int(everyMode)-1).Draw(t, "mode")), rapid.SampledFrom([]int64{1, 5}).Draw(t, "step")}
}

func drawOwnVolume(t *rapid.T, name string) Volume {
	sometimes := func(what string) bool { return rapid.IntRange(0, 4).Draw(t, what) == 0 }
	v := Volume{Name: name, Measure: Measure(rapid.IntRange(0, int(measures)-1).Draw(t, "measure")), Share: RateScale, CustomerShare: RateScale}
	share := func() int64 {
		return rapid.SampledFrom([]int64{RateScale / 2, RateScale / 3, 400_000_000, RateScale}).Draw(t, "share")
	}
	window := func() *DayWindow {
		from := rapid.SampledFrom([]int32{0, 0, 1, 30}).Draw(t, "from day")
		w := &DayWindow{SinceFirstPurchase: rapid.Bool().Draw(t, "since first purchase"), FromDay: from}
		if rapid.Bool().Draw(t, "window ends") {
			w.ToDay = from + rapid.SampledFrom([]int32{1, 30}).Draw(t, "to day")
		}
		if rapid.Bool().Draw(t, "by month") {
			w.FromMonth = rapid.SampledFrom([]int32{0, 0, 1, 2}).Draw(t, "from month")
			w.ToMonth = w.FromMonth + rapid.SampledFrom([]int32{1, 3}).Draw(t, "to month")
		}
		return w
	}
	if sometimes("classes") {
		v.Classes = rapid.SliceOfN(rapid.Bool(), 3, 3).Draw(t, "classes that count")
	}
	if sometimes("sale markets") {
		v.Markets = rapid.SliceOfN(rapid.Bool(), 3, 3).Draw(t, "sale markets that count")
	}
	v.Buyers = rapid.SampledFrom([]Buyers{BuyersAll, BuyersAll, BuyersCustomers, BuyersDistributors}).Draw(t, "buyers")
	if v.Measure != MeasureCount {
		if sometimes("has share") {
			v.Share = share()
		}
		if sometimes("has customer share") {
			v.CustomerShare = share()
		}
		if sometimes("has class shares") {
			v.ClassShares = []int64{share(), share(), share()}
		}
	}
	if sometimes("inside") {
		v.Inside = window()
	}
	if sometimes("outside") {
		v.Outside = window()
	}
	if sometimes("cutoff") {
		v.UntilPeriodDay = rapid.Int32Range(1, 40).Draw(t, "until day")
	}
	if sometimes("cycles") {
		v.FromCycle = rapid.Int32Range(1, 3).Draw(t, "from cycle")
		v.ToCycle = rapid.SampledFrom([]int32{0, v.FromCycle, v.FromCycle + 1}).Draw(t, "to cycle")
	}
	if sometimes("sized") {
		from := rapid.SampledFrom([]int64{0, 1, 500_000}).Draw(t, "size from")
		v.Size = &SaleSize{Measure: Measure(rapid.IntRange(0, int(MeasureCount)-1).Draw(t, "size of")), From: from}
		v.Size.Below = rapid.SampledFrom([]int64{0, from + 1, from + 1_000_000}).Draw(t, "size below")
	}
	v.FirstSaleOnly = sometimes("first only")
	if v.FirstSaleOnly && sometimes("first of its classes") {
		v.FirstClasses = v.Classes
	}
	if sometimes("source cap") {
		v.SourceWithin = rapid.SampledFrom([]Cadence{Monthly, Quarterly, Yearly}).Draw(t, "within")
		v.SourceCap = rapid.Int64Range(1, 4).Draw(t, "cap") * 500_000
		if v.Measure == MeasureCount {
			v.SourceCap = 2
		}
		switch rapid.IntRange(0, 2).Draw(t, "source bounds") {
		case 1: // both
			v.SourceFrom = v.SourceCap / 2
		case 2: // from one on, without an end
			v.SourceFrom, v.SourceCap = v.SourceCap/2, 0
		}
	}
	return v
}

func (d drawer) base() Base {
	return Base(rapid.IntRange(0, int(VolumeBuiltIn)+len(d.p.Volumes)-1).Draw(d.t, "base"))
}

func (d drawer) rates(levels int, amounts bool) []int64 {
	rate := rapid.SampledFrom([]int64{0, 20_000_000, 375_000, RateScale / 3, RateScale})
	if amounts {
		rate = rapid.SampledFrom([]int64{0, 7, 100})
	}
	return rapid.SliceOfN(rate, levels, levels).Draw(d.t, "rates")
}

// table draws entries as a plan lists them, each for a rank and those above, some with a condition: of those that apply the last counts.
func (d drawer) table(levels int, amounts, unlocks bool) RateTable {
	t := RateTable{Levels: int32(levels), Amounts: amounts, Candidates: make([][]uint8, d.p.Standings())}
	for entry := range rapid.IntRange(1, 3).Draw(d.t, "entries") {
		t.Rows = append(t.Rows, d.rates(levels, amounts))
		t.When = append(t.When, d.maybe("row when"))
		from := rapid.IntRange(0, len(d.p.Ranks)).Draw(d.t, "from rank")
		in := -1
		if d.p.Variants() > 1 {
			in = rapid.IntRange(-1, 1).Draw(d.t, "row's variant")
		}
		for variant := range d.p.Variants() {
			for rank := from; rank <= len(d.p.Ranks); rank++ {
				if in < 0 || in == variant {
					standing := d.p.Standing(uint8(variant), uint8(rank))
					t.Candidates[standing] = append([]uint8{uint8(entry)}, t.Candidates[standing]...)
				}
			}
		}
	}
	if !slices.ContainsFunc(t.When, func(c *Condition) bool { return c != nil }) {
		t.When = nil
	}
	if unlocks && rapid.Bool().Draw(d.t, "has unlock") {
		for range rapid.IntRange(1, levels).Draw(d.t, "unlocks") {
			t.Unlock = append(t.Unlock, nil)
			if rapid.IntRange(0, 3).Draw(d.t, "locked") > 0 {
				t.Unlock[len(t.Unlock)-1] = d.condition()
			}
		}
	}
	return t
}

// brackets draws steps by any number, or marginal ones by the very volume that is paid on.
func (d drawer) brackets(of Base, amounts, marginal bool) *Brackets {
	b := &Brackets{Amounts: amounts, Marginal: marginal && rapid.Bool().Draw(d.t, "marginal")}
	if b.Marginal {
		b.By = d.numberOf(d.p.fact(FactKey{Fact: FactOwn, Volume: of}))
	} else {
		b.By = d.number()
	}
	unit := pow10[b.By.Digits()]
	tables := 1
	if d.p.Variants() > 1 && rapid.Bool().Draw(d.t, "tables differ") {
		tables = 2
	}
	for range tables {
		var t BracketTable
		steps := rapid.IntRange(1, 3).Draw(d.t, "steps")
		from := rapid.Int64Range(0, 2).Draw(d.t, "first step") * unit
		for range steps {
			t.From = append(t.From, from)
			from += rapid.SampledFrom([]int64{1, 50, 100}).Draw(d.t, "next step") * unit
		}
		t.Rates = d.rates(steps, amounts)
		b.Tables = append(b.Tables, t)
	}
	return b
}

func drawDirect(d drawer) Bonus {
	direct := &Direct{Base: d.base()}
	amounts := rapid.Bool().Draw(d.t, "amounts")
	if !amounts && d.p.MeasureOf(direct.Base) == MeasureCount {
		direct.Base = BaseCV
	}
	if rapid.Bool().Draw(d.t, "brackets") {
		of := direct.Base
		if amounts {
			of = BaseCount
			direct.Base = BaseCount
		}
		direct.Brackets = d.brackets(of, amounts, true)
	} else {
		direct.Rates = d.table(1, amounts, false)
	}
	return Bonus{Direct: direct}
}

func (d drawer) walk(everything bool) Walk {
	w := Walk{
		Placement: d.p.PlacementWidth > 0 && rapid.Bool().Draw(d.t, "by placement"),
		// The first of a list are drawn most often.
		Compression: rapid.SampledFrom([]Compression{CompressionDynamic, CompressionRollUp, CompressionStandard, CompressionNone}).Draw(d.t, "compression"),
	}
	if !everything {
		return w
	}
	w.SkipLevels = rapid.SampledFrom([]int32{0, 0, 1, 2}).Draw(d.t, "skip")
	if !w.Placement {
		w.PassUp = rapid.SampledFrom([]int32{0, 0, 1, 2}).Draw(d.t, "pass up")
	}
	w.StopAt = d.maybe("stop at")
	return w
}

func (d drawer) ratedBase(amounts bool) Base {
	b := d.base()
	if !amounts && d.p.MeasureOf(b) == MeasureCount {
		return BaseCV
	}
	return b
}

func drawUnilevel(d drawer) Bonus {
	amounts := rapid.IntRange(0, 3).Draw(d.t, "amounts") == 0
	return Bonus{Unilevel: &Unilevel{Base: d.ratedBase(amounts), Walk: d.walk(true), Rates: d.table(rapid.IntRange(1, 4).Draw(d.t, "levels"), amounts, true)}}
}

func drawResidual(d drawer) Bonus {
	amounts := rapid.IntRange(0, 3).Draw(d.t, "amounts") == 0
	base := d.ratedBase(amounts)
	if amounts {
		base = BaseCount
	}
	r := &Residual{Parts: []ResidualPart{{Base: base, Share: RateScale}}}
	stepDowns := rapid.IntRange(0, 2).Draw(d.t, "step downs")
	if stepDowns > 0 {
		r.Parts = nil
		after := int32(0)
		for k := range stepDowns + 1 {
			v := Volume{Name: fmt.Sprintf("part%d.%d", d.bonus, k), Measure: d.p.MeasureOf(base), Share: RateScale, CustomerShare: RateScale, FromCycle: after + 1}
			if after += rapid.Int32Range(1, 2).Draw(d.t, "after cycles"); k < stepDowns {
				v.ToCycle = after
			}
			d.p.Volumes = append(d.p.Volumes, v)
			share := rapid.SampledFrom([]int64{RateScale, RateScale / 2, 300_000_000, RateScale / 3}).Draw(d.t, "left")
			r.Parts = append(r.Parts, ResidualPart{Base: VolumeBuiltIn + Base(len(d.p.Volumes)-1), Share: share})
		}
	}
	switch rapid.IntRange(0, 2).Draw(d.t, "seller") {
	case 0:
		r.Own = d.table(1, amounts, false)
	case 1:
		r.OwnBrackets = d.brackets(base, amounts, stepDowns == 0)
	}
	if rapid.Bool().Draw(d.t, "above") || r.OwnBrackets == nil && len(r.Own.Rows) == 0 {
		r.Walk, r.Levels = d.walk(false), d.table(rapid.IntRange(1, 3).Draw(d.t, "levels"), amounts, false)
	}
	return Bonus{Residual: r}
}

func drawMatching(d drawer) Bonus {
	if d.bonus == 0 {
		return drawUnilevel(d)
	}
	m := &Matching{AfterCaps: rapid.Bool().Draw(d.t, "after caps"), Walk: d.walk(false), Rates: d.table(rapid.IntRange(1, 3).Draw(d.t, "levels"), false, true)}
	for source := range d.bonus {
		if rapid.Bool().Draw(d.t, "matched") {
			m.Bonuses = append(m.Bonuses, source)
		}
	}
	if len(m.Bonuses) == 0 {
		m.Bonuses = []int{d.bonus - 1}
	}
	if m.ByGeneration = rapid.Bool().Draw(d.t, "by generation"); m.ByGeneration {
		m.Walk.Compression = CompressionNone
		m.Leaders = d.condition()
	}
	return Bonus{Matching: m}
}

func drawMatrix(d drawer) Bonus {
	if d.p.PlacementWidth == 0 {
		return drawDirect(d)
	}
	m := &Matrix{Walk: d.walk(false), TopCounts: rapid.Bool().Draw(d.t, "top counts")}
	m.Walk.Placement = true
	if rapid.IntRange(0, 3).Draw(d.t, "has rates") > 0 {
		amounts := rapid.Bool().Draw(d.t, "amounts")
		m.Rates = d.table(rapid.IntRange(1, 3).Draw(d.t, "levels"), amounts, false)
		if !amounts {
			m.Base = d.ratedBase(false)
		}
	}
	if len(m.Rates.Rows) == 0 || rapid.Bool().Draw(d.t, "has completions") {
		for depth := range rapid.Int32Range(1, 2).Draw(d.t, "completions") {
			m.Completions = append(m.Completions, MatrixCompletion{
				Depth: depth + 1, AmountMinor: rapid.SampledFrom([]int64{0, 3, 500}).Draw(d.t, "completion"), ReEntry: rapid.Bool().Draw(d.t, "re-entry"),
			})
		}
	}
	return Bonus{Matrix: m}
}

// drawFolkNetwork draws people with all that a network says of them.
func drawFolkNetwork(t *rapid.T, p *Plan, n int, from, to Period) Network {
	network := drawNetwork(t, n, p.PlacementWidth, to.EndUS)
	for i := range n {
		if rapid.Bool().Draw(t, "just enrolled") {
			network.EnrolledAtUS[i] = rapid.Int64Range(from.StartUS, to.EndUS-1).Draw(t, "enrolled at")
			if rapid.IntRange(0, 3).Draw(t, "on the edge") == 0 {
				network.EnrolledAtUS[i] = to.StartUS
			}
		}
		network.Market = append(network.Market, uint16(rapid.IntRange(0, 2).Draw(t, "market")))
		network.Kind = append(network.Kind, uint16(rapid.IntRange(0, 2).Draw(t, "kind")))
		network.Tags = append(network.Tags, rapid.Uint64Range(0, 3).Draw(t, "tags"))
		network.Owner = append(network.Owner, int32(rapid.IntRange(0, i).Draw(t, "owner")))
	}
	for i := range network.Owner {
		network.Owner[i] = network.Owner[network.Owner[i]] // an owner owns itself
		if network.Owner[network.Owner[i]] != network.Owner[i] {
			network.Owner[i] = int32(i)
		}
	}
	if rapid.Bool().Draw(t, "order of joining") {
		network.Joined = rapid.Permutation(rowsTo(n)).Draw(t, "joined")
	}
	return network
}

// unplaced lets some people stand outside the placement tree for now.
func unplaced(t *rapid.T, network Network) Network {
	if network.Parent == nil {
		return network
	}
	network.Parent, network.Leg = slices.Clone(network.Parent), slices.Clone(network.Leg)
	for i := range network.Parent {
		if rapid.IntRange(0, 7).Draw(t, "not placed yet") == 0 {
			network.Parent[i], network.Leg[i] = -1, 0
		}
	}
	return network
}

func drawFolkVolumes(t *rapid.T, n int, network *Network, period Period) Volumes {
	var v Volumes
	if n == 0 {
		return v
	}
	sales := 2 * n
	if rapid.Bool().Draw(t, "fewer sales") {
		sales = rapid.IntRange(0, sales).Draw(t, "sales")
	}
	for range sales {
		v.Seller = append(v.Seller, rapid.Int32Range(0, int32(n-1)).Draw(t, "seller"))
		v.PV, v.CV, v.QV = append(v.PV, drawVolume(t, "pv")), append(v.CV, drawVolume(t, "cv")), append(v.QV, drawVolume(t, "qv"))
		v.PriceMinor, v.FeeMinor = append(v.PriceMinor, drawVolume(t, "price")), append(v.FeeMinor, rapid.Int64Range(0, 300).Draw(t, "fee"))
		v.Class = append(v.Class, uint16(rapid.IntRange(0, 2).Draw(t, "class")))
		v.Market = append(v.Market, uint16(rapid.IntRange(0, 2).Draw(t, "sale's market")))
		v.Buyer = append(v.Buyer, rapid.Int32Range(-1, 3).Draw(t, "buyer"))
		v.Cycle = append(v.Cycle, rapid.Int32Range(1, 5).Draw(t, "cycle"))
		v.First = append(v.First, rapid.Uint16Range(0, 3).Draw(t, "first"))
		v.Sized = append(v.Sized, rapid.Uint64Range(0, 7).Draw(t, "sizes"))
		v.Count = append(v.Count, rapid.SampledFrom([]int32{1, 1, 1, -1}).Draw(t, "count"))
		at := rapid.Int64Range(period.StartUS, period.EndUS-1).Draw(t, "at")
		days := rapid.SampledFrom([]int64{0, 1, 2, 30, 31, 60}).Draw(t, "days") * dayUS // the days at which windows begin and end
		switch rapid.IntRange(0, 3).Draw(t, "moment") {
		case 0:
			at = period.StartUS + days%(period.EndUS-period.StartUS)
		case 1: // the very moment at which a window begins or ends
			if enrolled := network.EnrolledAtUS[v.Seller[len(v.Seller)-1]] + days; period.Contains(enrolled) {
				at = enrolled
			}
		}
		v.AtUS = append(v.AtUS, at)
		v.BuyerSinceUS = append(v.BuyerSinceUS, at-rapid.SampledFrom([]int64{0, dayUS, days, days + 1}).Draw(t, "buyer since"))
	}
	return v
}
