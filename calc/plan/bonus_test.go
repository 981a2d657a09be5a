package plan

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"upline/calc"
)

// laidOpen takes the conditions and numbers out of what a pointer points to, since compiled ones cannot be compared, and lists them as
// `Field: source` in the order of the fields.
func laidOpen(v any) []string {
	var list []string
	var walk func(v reflect.Value, path string)
	walk = func(v reflect.Value, path string) {
		switch v.Kind() {
		case reflect.Pointer:
			if v.IsNil() {
				return
			}
			switch e := v.Interface().(type) {
			case *calc.Condition:
				list = append(list, path+": "+e.Source())
				v.SetZero()
				return
			case *calc.Number:
				list = append(list, path+": "+e.Source())
				v.SetZero()
				return
			}
			walk(v.Elem(), path)
		case reflect.Struct:
			for i := range v.NumField() {
				if v.Type().Field(i).IsExported() {
					walk(v.Field(i), strings.TrimPrefix(path+"."+v.Type().Field(i).Name, "."))
				}
			}
		case reflect.Slice:
			for i := range v.Len() {
				walk(v.Index(i), fmt.Sprintf("%s[%d]", path, i))
			}
		}
	}
	walk(reflect.ValueOf(v).Elem(), "")
	return list
}

const percentRate = calc.RateScale / 100

// everybodyOf is a table of one row for everybody, in a plan with so many ranks.
func everybodyOf(ranks int, rates ...int64) calc.RateTable {
	return calc.EverybodyAt(&calc.Plan{Ranks: make([]calc.Rank, ranks)}, rates...)
}

func amountsOf(t calc.RateTable) calc.RateTable {
	t.Amounts = true
	return t
}

// compiledBonus compiles a plan and gives the bonus `it`, its conditions taken out and listed.
func compiledBonus(t *testing.T, lines string) (*calc.Plan, calc.Bonus, []string) {
	t.Helper()
	result := Compile([]byte(completed(lines)))
	if len(result.Diagnostics) != 0 {
		t.Fatalf("%s\nhas findings:\n%s", lines, result.Diagnostics.Error())
	}
	for i := range result.Plan.Bonuses {
		if b := &result.Plan.Bonuses[i]; b.Name == "it" {
			return result.Plan, *b, laidOpen(b)
		}
	}
	t.Fatalf("%s\nhas no bonus `it`", lines)
	return nil, calc.Bonus{}, nil
}

const twoRanks = "ranks: [{name: silver, when: pv > 1}, {name: gold, when: pv > 2}]\n"

func TestCompile_SoundBonusesAreWhatTheySay(t *testing.T) {
	one := everybodyOf(0, percentRate)
	levels := func(rates ...int64) calc.RateTable { return everybodyOf(0, rates...) }
	// Entries for everybody and for gold: none and silver have the first row, gold the second.
	climbing := func(rows ...[]int64) calc.RateTable {
		return calc.RateTable{Levels: int32(len(rows[0])), Rows: rows, Candidates: [][]uint8{{0}, {0}, {1}}}
	}
	monthly := calc.Bonus{Name: "it", Cadence: calc.Monthly}
	atEvent := monthly
	atEvent.Pays = calc.PaysEvent
	full := calc.Clawback{Mode: calc.ClawbackFull}
	bonus := func(b calc.Bonus, set func(*calc.Bonus)) calc.Bonus {
		set(&b)
		return b
	}
	for _, c := range []struct {
		name, plan  string
		want        calc.Bonus
		expressions []string
	}{
		{
			"direct amount", "bonuses: [{name: it, direct: {amount: 12.50}}]",
			bonus(atEvent, func(b *calc.Bonus) {
				b.Direct = &calc.Direct{Base: calc.BaseCount, Rates: amountsOf(levels(1250)), Clawback: full}
			}), nil,
		},
		{
			"direct amounts by rank",
			twoRanks + "bonuses: [{name: it, direct: {rates: [{amount: 1}, {rank: gold, amount: 2}], product_classes: [a, b]}}]",
			bonus(atEvent, func(b *calc.Bonus) {
				b.Direct = &calc.Direct{Base: calc.BaseCount, Rates: amountsOf(climbing([]int64{100}, []int64{200})), Classes: []string{"a", "b"}, Clawback: full}
			}), nil,
		},
		{
			"direct in whole brackets",
			"bonuses: [{name: it, pays: period, direct: {base: price, brackets: {by: customers, steps: [{from: 0, rate: 1%}, {from: 3, rate: 2%}]}}}]",
			bonus(monthly, func(b *calc.Bonus) {
				b.Direct = &calc.Direct{Base: calc.BasePrice, Brackets: &calc.Brackets{
					Tables: []calc.BracketTable{{From: []int64{0, 3}, Rates: []int64{percentRate, 2 * percentRate}}},
				}}
			}),
			[]string{"Direct.Brackets.By: customers"},
		},
		{
			"direct in marginal brackets of amounts",
			"bonuses: [{name: it, pays: period, direct: {brackets: {by: sales, mode: marginal, steps: [{from: 0, amount: 1}, {from: 3, amount: 2}]}}}]",
			bonus(monthly, func(b *calc.Bonus) {
				b.Direct = &calc.Direct{Base: calc.BaseCount, Brackets: &calc.Brackets{
					Tables: []calc.BracketTable{{From: []int64{0, 3}, Rates: []int64{100, 200}}}, Marginal: true, Amounts: true,
				}}
			}),
			[]string{"Direct.Brackets.By: sales"},
		},
		{
			"bands of months",
			"bonuses: [{name: it, direct: {rate: 1%, clawback: {mode: bands, bands: [{to_months: 3, share: 100%}, {to_months: 6, share: 50%}]}}}]",
			bonus(atEvent, func(b *calc.Bonus) {
				b.Direct = &calc.Direct{Rates: one, Clawback: calc.Clawback{
					Mode: calc.ClawbackBands, Bands: []calc.ClawbackBand{{ToMonths: 3, Rate: calc.RateScale}, {ToMonths: 6, Rate: calc.RateScale / 2}},
				}}
			}), nil,
		},
		{
			"what all kinds have",
			"active: pv > 1\nbonuses: [{name: it, pays: period, cadence: weekly, when: pv > 3, markets: [IN], inactive: unpaid, rounding: {mode: up, step: 0.05}, direct: {rate: 1%}}]",
			calc.Bonus{
				Name: "it", Cadence: calc.Weekly, Markets: []bool{false, true}, Inactive: calc.InactiveUnpaid,
				Rounding: &calc.Rounding{Mode: calc.Up, StepMinor: 5}, Direct: &calc.Direct{Rates: one},
			},
			[]string{"When: pv > 3"},
		},
		{
			"a rounding mode alone keeps the plan's step",
			"rounding: {step: 0.10, mode: down}\nbonuses: [{name: it, rounding: {mode: half_even}, direct: {rate: 1%}}]",
			bonus(atEvent, func(b *calc.Bonus) {
				b.Rounding = &calc.Rounding{Mode: calc.HalfEven, StepMinor: 10}
				b.Direct = &calc.Direct{Rates: one, Clawback: full}
			}), nil,
		},
		{
			"advance", "bonuses: [{name: it, advance: {rate: 102.5%, months: 9}}]",
			bonus(atEvent, func(b *calc.Bonus) {
				b.Advance = &calc.Advance{Base: calc.BasePrice, Months: 9 * calc.Month, Rates: levels(1_025_000_000), Clawback: calc.Clawback{Mode: calc.ClawbackMonthsPaid}}
			}), nil,
		},
		{
			"residual", "bonuses: [{name: it, residual: {rate: 1%}}]",
			bonus(monthly, func(b *calc.Bonus) {
				b.Residual = &calc.Residual{Own: one, Parts: []calc.ResidualPart{{Base: calc.BasePrice, Share: calc.RateScale}}}
			}), nil,
		},
		{
			"residual with levels",
			"placement: {width: 3}\nactive: pv > 1\nbonuses: [{name: it, residual: {amount: 2, levels: [{amounts: [1, 0.5]}], compression: standard, tree: placement}}]",
			bonus(monthly, func(b *calc.Bonus) {
				b.Residual = &calc.Residual{
					Own: amountsOf(levels(200)), Levels: amountsOf(levels(100, 50)), Parts: []calc.ResidualPart{{Base: calc.BaseCount, Share: calc.RateScale}},
					Walk: calc.Walk{Placement: true, Compression: calc.CompressionStandard},
				}
			}), nil,
		},
		{
			"residual in brackets",
			"bonuses: [{name: it, residual: {brackets: {by: customers, steps: [{from: 0, rate: 35%}, {from: 100, rate: 40%}]}}}]",
			bonus(monthly, func(b *calc.Bonus) {
				b.Residual = &calc.Residual{
					OwnBrackets: &calc.Brackets{Tables: []calc.BracketTable{{From: []int64{0, 100}, Rates: []int64{35 * percentRate, 40 * percentRate}}}},
					Parts:       []calc.ResidualPart{{Base: calc.BasePrice, Share: calc.RateScale}},
				}
			}),
			[]string{"Residual.OwnBrackets.By: customers"},
		},
		{
			"unilevel",
			"active: pv > 1\nbonuses: [{name: it, unilevel: {base: pv, rates: [{levels: [1%, 2%]}], compression: roll_up, skip_levels: 1, pass_up: 2, unlock: [\"\", frontline > 2], stop_at: gv > 9}}]",
			bonus(monthly, func(b *calc.Bonus) {
				rates := levels(percentRate, 2*percentRate)
				rates.Unlock = []*calc.Condition{nil, nil}
				b.Unilevel = &calc.Unilevel{Base: calc.BasePV, Rates: rates, Walk: calc.Walk{Compression: calc.CompressionRollUp, SkipLevels: 1, PassUp: 2}}
			}),
			[]string{"Unilevel.Walk.StopAt: gv > 9", "Unilevel.Rates.Unlock[1]: frontline > 2"},
		},
		{
			"unilevel by rank and condition",
			twoRanks + "bonuses: [{name: it, unilevel: {rates: [{levels: [1%]}, {rank: gold, levels: [1%, 2%]}, {rank: silver, when: frontline > 2, levels: [3%, 2%]}]}}]",
			bonus(monthly, func(b *calc.Bonus) {
				b.Unilevel = &calc.Unilevel{Rates: calc.RateTable{
					Levels: 2, Rows: [][]int64{{percentRate, 0}, {percentRate, 2 * percentRate}, {3 * percentRate, 2 * percentRate}},
					Candidates: [][]uint8{{0}, {2, 0}, {2, 1}}, When: []*calc.Condition{nil, nil, nil},
				}}
			}),
			[]string{"Unilevel.Rates.When[2]: frontline > 2"},
		},
		{
			"an entry of a rank leaves those below without rates",
			twoRanks + "bonuses: [{name: it, unilevel: {rates: [{rank: gold, levels: [1%]}]}}]",
			bonus(monthly, func(b *calc.Bonus) {
				b.Unilevel = &calc.Unilevel{Rates: calc.RateTable{Levels: 1, Rows: [][]int64{{percentRate}}, Candidates: [][]uint8{nil, nil, {0}}}}
			}), nil,
		},
		{
			"unilevel at the event", "bonuses: [{name: it, pays: event, unilevel: {rates: [{levels: [1%]}], clawback: {mode: within_days, days: 14}}}]",
			bonus(atEvent, func(b *calc.Bonus) {
				b.Unilevel = &calc.Unilevel{Rates: one, Clawback: calc.Clawback{Mode: calc.ClawbackWithinDays, Days: 14}}
			}), nil,
		},
		{
			"revenue share", "bonuses: [{name: it, revenue_share: {tiers: [{rate: 3.5%}, {rate: 4%, when: frontline >= 5}], compression: dynamic}}]",
			bonus(monthly, func(b *calc.Bonus) {
				rates := levels(35*percentRate/10, 4*percentRate)
				rates.Unlock = []*calc.Condition{nil, nil}
				b.Unilevel = &calc.Unilevel{Base: calc.BaseNetPrice, Rates: rates, Walk: calc.Walk{Compression: calc.CompressionDynamic}}
			}),
			[]string{"Unilevel.Rates.Unlock[1]: frontline >= 5"},
		},
		{
			"revenue share at the event", "bonuses: [{name: it, pays: event, revenue_share: {tiers: [{rate: 1%}], base: price}}]",
			bonus(atEvent, func(b *calc.Bonus) {
				b.Unilevel = &calc.Unilevel{Base: calc.BasePrice, Rates: one, Clawback: full}
			}), nil,
		},
		{
			"differential",
			twoRanks + "placement: {width: 2}\nbonuses: [{name: it, differential: {base: qv, tree: placement, rates: [{rate: 4%}, {rank: gold, rate: 12%}], own_sales: true, less_seller: true, from_level: 2}}]",
			bonus(monthly, func(b *calc.Bonus) {
				b.Differential = &calc.Differential{
					Base: calc.BaseQV, Placement: true, Rates: climbing([]int64{4 * percentRate}, []int64{12 * percentRate}), OwnSales: true, LessSeller: true, FromLevel: 2,
				}
			}), nil,
		},
		{
			"stairstep", "bonuses: [{name: it, stairstep: {brackets: {by: gv, steps: [{from: 300, rate: 6%}, {from: 1000.5, rate: 9%}]}, breakaway: gv >= 10000, equal_rate: 1%}}]",
			bonus(monthly, func(b *calc.Bonus) {
				b.Differential = &calc.Differential{
					Brackets: &calc.Brackets{Tables: []calc.BracketTable{{From: []int64{3_000_000, 10_005_000}, Rates: []int64{6 * percentRate, 9 * percentRate}}}},
					OwnSales: true, LessSeller: true, EqualRate: percentRate,
				}
			}),
			[]string{"Differential.Brackets.By: gv", "Differential.Breakaway: gv >= 10000"},
		},
		{
			"generation",
			twoRanks + "active: pv > 1\nbonuses: [{name: it, generation: {leaders: achieved(\"gold\"), rates: [{levels: [1%, 1%]}], inactive: passed_over, empty: passed_over, own_group_rate: 3%, less_leader: true, least_rate: 1%, guarantee: 100}}]",
			bonus(monthly, func(b *calc.Bonus) {
				b.Generation = &calc.Generation{
					Rates: everybodyOf(2, percentRate, percentRate), InactivePassedOver: true, EmptyPassedOver: true,
					OwnGroupRate: 3 * percentRate, LessLeader: true, LeastRate: percentRate, GuaranteeMinor: 10_000,
				}
			}),
			[]string{`Generation.Leaders: achieved("gold")`},
		},
		{
			"generation by rank", twoRanks + "bonuses: [{name: it, generation: {same_rank: true, rates: [{rank: gold, levels: [1%]}]}}]",
			bonus(monthly, func(b *calc.Bonus) {
				b.Generation = &calc.Generation{SameRank: true, Rates: calc.RateTable{Levels: 1, Rows: [][]int64{{percentRate}}, Candidates: [][]uint8{nil, nil, {0}}}}
			}), nil,
		},
		{
			"matching",
			"bonuses: [{name: it, matching: {bonuses: [hand, team], by: generation, leaders: gv > 3, rates: [{levels: [10%]}], base: after_caps, unlock: [frontline > 2]}}, {name: team, unilevel: {rates: [{levels: [1%]}]}}, {name: hand, manual: {}}]\ncaps: [{name: most, bonuses: [team], limit: 5}]",
			bonus(monthly, func(b *calc.Bonus) {
				rates := levels(10 * percentRate)
				rates.Unlock = []*calc.Condition{nil}
				b.Matching = &calc.Matching{Bonuses: []int{2, 1}, AfterCaps: true, ByGeneration: true, Rates: rates}
			}),
			[]string{"Matching.Leaders: gv > 3", "Matching.Rates.Unlock[0]: frontline > 2"},
		},
		{
			"binary of a rate",
			"placement: {width: 2}\nactive: pv > 1\nbonuses: [{name: it, when: gv > 3, binary: {rate: 1%, base: pv, after_payout: net_off, by_ratio: true, own_volume: left, max: [{amount: 500}], unqualified_keeps: true, carry: {amount: 5000, average_times: 2.5, average_periods: 4, expires_after: 6, lost_when_inactive: true}}}]",
			bonus(monthly, func(b *calc.Bonus) {
				b.Binary = &calc.Binary{
					Base: calc.BasePV, Rates: one, AfterPayout: calc.NetOff, ByRatio: true, OwnVolume: calc.OwnVolumeLeft, Max: amountsOf(levels(50_000)), UnqualifiedKeeps: true,
					Carry: calc.CarryLimit{Volume: 50_000_000, AverageTimes: calc.Fraction{Num: 5, Den: 2}, AveragePeriods: 4, ExpiresAfter: 6, LostWhenInactive: true},
				}
			}),
			[]string{"When: gv > 3"},
		},
		{
			"binary of steps", "placement: {width: 2}\nbonuses: [{name: it, binary: {steps: [{volume: 500, amount: 100}, {volume: 1000, amount: 200}], after_payout: flush}}]",
			bonus(monthly, func(b *calc.Bonus) {
				b.Binary = &calc.Binary{Steps: []calc.BinaryStep{{Volume: 5_000_000, AmountMinor: 10_000}, {Volume: 10_000_000, AmountMinor: 20_000}}, AfterPayout: calc.Flush}
			}), nil,
		},
		{
			"binary of cycles",
			twoRanks + "placement: {width: 2}\nbonuses: [{name: it, binary: {cycle: {strong: 200, weak: 100, first_strong: 400}, rates: [{amount: 15}, {rank: gold, amount: 20}], max_cycles: 25, after_payout: flush_at_max}}]",
			bonus(monthly, func(b *calc.Bonus) {
				b.Binary = &calc.Binary{
					Cycle: &calc.BinaryCycle{Strong: 2_000_000, Weak: 1_000_000, FirstStrong: 4_000_000, FirstWeak: 1_000_000},
					Rates: amountsOf(climbing([]int64{1500}, []int64{2000})), MaxCycles: 25, AfterPayout: calc.FlushAtMax,
				}
			}), nil,
		},
		{
			// The number of a line's own base needs no expression.
			"binary in marginal brackets", "placement: {width: 2}\nbonuses: [{name: it, binary: {brackets: {by: pay_leg, mode: marginal, steps: [{from: 0, rate: 8%}, {from: 1000, rate: 10%}]}}}]",
			bonus(monthly, func(b *calc.Bonus) {
				b.Binary = &calc.Binary{Brackets: &calc.Brackets{
					Tables: []calc.BracketTable{{From: []int64{0, 10_000_000}, Rates: []int64{8 * percentRate, 10 * percentRate}}}, Marginal: true,
				}}
			}), nil,
		},
		{
			"binary in brackets of another number", "placement: {width: 2}\nbonuses: [{name: it, binary: {brackets: {by: frontline, steps: [{from: 0, rate: 8%}, {from: 3, rate: 10%}]}}}]",
			bonus(monthly, func(b *calc.Bonus) {
				b.Binary = &calc.Binary{Brackets: &calc.Brackets{Tables: []calc.BracketTable{{From: []int64{0, 3}, Rates: []int64{8 * percentRate, 10 * percentRate}}}}}
			}),
			[]string{"Binary.Brackets.By: frontline"},
		},
		{
			"matrix",
			"placement: {width: 3, depth: 3}\nbonuses: [{name: it, matrix: {rates: [{levels: [5%, 4%]}], depth: 2, top_counts: true, compression: dynamic, completions: [{depth: 3, amount: 100, re_entry: true}]}}]",
			bonus(monthly, func(b *calc.Bonus) {
				b.Matrix = &calc.Matrix{
					Walk: calc.Walk{Placement: true, Compression: calc.CompressionDynamic}, Rates: levels(5*percentRate, 4*percentRate), TopCounts: true,
					Completions: []calc.MatrixCompletion{{Depth: 3, AmountMinor: 10_000, ReEntry: true}},
				}
			}), nil,
		},
		{
			"pool", "bonuses: [{name: it, when: gv > 3, pool: {rate: 2%, share_max: 10%, amount_max: 1000, undistributed: shared, remainder: company}}]",
			bonus(monthly, func(b *calc.Bonus) {
				b.Pool = &calc.Pool{Rate: 2 * percentRate, ShareMax: 10 * percentRate, AmountMaxMinor: 100_000, Undistributed: calc.UndistributedShared, Remainder: calc.RemainderCompany}
			}),
			[]string{"When: gv > 3"},
		},
		{
			"pool of shares by rank",
			twoRanks + "bonuses: [{name: it, pool: {amount: 5000, sharing: shares, shares_by_rank: [{rank: gold, amount: 1}, {rank: gold, when: frontline > 3, amount: 2}], undistributed: next_period, remainder: first}}]",
			bonus(monthly, func(b *calc.Bonus) {
				b.Pool = &calc.Pool{
					AmountMinor: 500_000, Sharing: calc.ShareByShares, Undistributed: calc.UndistributedNextPeriod, Remainder: calc.RemainderFirst,
					SharesByRank: amountsOf(calc.RateTable{Levels: 1, Rows: [][]int64{{1}, {2}}, Candidates: [][]uint8{nil, nil, {1, 0}}, When: []*calc.Condition{nil, nil}}),
				}
			}),
			[]string{"Pool.SharesByRank.When[1]: frontline > 3"},
		},
		{
			"pool of shares", "bonuses: [{name: it, pool: {base: price, rate: 2%, sharing: shares, shares: 2 * frontline}}]",
			bonus(monthly, func(b *calc.Bonus) {
				b.Pool = &calc.Pool{Base: calc.BasePrice, Rate: 2 * percentRate, Sharing: calc.ShareByShares}
			}),
			[]string{"Pool.Shares: 2 * frontline"},
		},
		{
			"pool by place", "bonuses: [{name: it, pool: {rate: 2%, sharing: ranked, order_by: gv, then_by: pv, places: [50%, 30%, 20%]}}]",
			bonus(monthly, func(b *calc.Bonus) {
				b.Pool = &calc.Pool{Rate: 2 * percentRate, Sharing: calc.ShareByPlace, Places: []int64{50 * percentRate, 30 * percentRate, 20 * percentRate}}
			}),
			[]string{"Pool.OrderBy: gv", "Pool.ThenBy: pv"},
		},
		{
			"rank bonus",
			twoRanks + "bonuses: [{name: it, rank_bonus: {base: pv, awards: [{rank: silver, rate: 1%}, {rank: gold, amount: 500, after_periods: 2, instalments: [40%, 30%, 30%], within_days: 90}]}}]",
			bonus(monthly, func(b *calc.Bonus) {
				b.RankBonus = &calc.RankBonus{Base: calc.BasePV, Awards: []calc.RankAward{
					{Rank: 1, Rate: percentRate},
					{Rank: 2, AmountMinor: []int64{50_000}, AfterPeriods: 2, Instalments: []int64{40 * percentRate, 30 * percentRate, 30 * percentRate}, WithinDays: 90},
				}}
			}), nil,
		},
		{
			"lifestyle bonus", twoRanks + "bonuses: [{name: it, rank_bonus: {payment: while_held, awards: [{rank: gold, amount: 500}]}}]",
			bonus(monthly, func(b *calc.Bonus) {
				b.RankBonus = &calc.RankBonus{WhileHeld: true, Awards: []calc.RankAward{{Rank: 2, AmountMinor: []int64{50_000}}}}
			}), nil,
		},
		{
			"by hand", "bonuses: [{name: it, manual: {amount_max: 500}}]",
			bonus(monthly, func(b *calc.Bonus) { b.Manual = &calc.Manual{AmountMaxMinor: 50_000} }), nil,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, got, expressions := compiledBonus(t, c.plan)
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("got  %s\nwant %s", describedBonus(got), describedBonus(c.want))
			}
			if !reflect.DeepEqual(expressions, c.expressions) {
				t.Errorf("expressions: got %q, want %q", expressions, c.expressions)
			}
		})
	}
}

// describedBonus writes a bonus with what its pointers point to.
func describedBonus(b calc.Bonus) string {
	text := fmt.Sprintf("%s %v %v %v %v", b.Name, b.Pays, b.Cadence, b.Markets, b.Inactive)
	for _, kind := range []any{b.Rounding, b.Direct, b.Residual, b.Advance, b.Unilevel, b.Differential, b.Generation, b.Matching, b.Binary, b.Matrix, b.Pool, b.RankBonus, b.Manual} {
		if v := reflect.ValueOf(kind); !v.IsNil() {
			text += fmt.Sprintf(" %T%+v", kind, v.Elem())
		}
	}
	if b.Binary != nil && b.Binary.Cycle != nil {
		text += fmt.Sprintf(" %+v", *b.Binary.Cycle)
	}
	return text
}
