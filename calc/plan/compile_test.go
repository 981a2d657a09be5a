package plan

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	uplinev1 "upline/api/upline/v1"
	"upline/calc"
)

const wholePlan = `
plan_id: aurora
name: Aurora Energy
currency: KWD
time_zone: Europe/Berlin
valid_from: 2026-04-01
cadence: quarterly
rounding: {mode: half_even, step: 0.005}
point_value: 0.85
placement: {width: 2}
active: pv >= 99.5
late_policy: none
cancelled_volume: none
ranks:
  - name: silver
    title: Silver
    when: active && frontline >= 2
  - name: gold
    when: >
      gv >= 1000.5 &&
      (legs_with("silver") >= 2 || paid_as_before("gold"))
bonuses:
  - name: retail
    title: Retail
    direct:
      base: price
      rates:
        - rate: 5%
        - {rank: gold, rate: 0.075000001}
      product_classes: [energy, telecom]
      clawback: {mode: within_days, days: 30}
  - name: rebate
    pays: period
    cadence: monthly
    direct: {base: pv, rates: [{rank: silver, rate: 1.5 %}]}
  - name: team
    unilevel:
      base: pv
      tree: placement
      rates:
        - rank: silver
          levels: [5%, 3%]
        - {rank: gold, levels: [5%, 3%, 0.0000001%]}
      compression: dynamic
  - name: fast
    pays: event
    unilevel: {rates: [{levels: [90%]}], clawback: {mode: none}}
  - name: fast_start
    pays: event
    unilevel: {rates: [{levels: [1%]}], clawback: {mode: within_days, days: 14}}
  - name: own
    direct: {rate: 2%}
  - name: legs
    cadence: weekly
    binary: {rate: 10%, after_payout: net_off}
  - name: legs_of_rank
    binary: {rates: [{rank: gold, rate: 12%}], after_payout: flush}
  - name: a_month
    advance: {months: 1, rate: 75%, clawback: {mode: within_days, days: 90}}
  - name: nine_months
    advance:
      base: cv
      months: 9
      rates: [{rate: 102.5%}, {rank: silver, rate: 10.0}]
      product_classes: [energy]
      clawback: {mode: full}
`

func TestCompile_WholePlanIsTheOneWrittenByHand(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	facts := calc.NewFactTable()
	fact := func(f calc.Fact, rank uint8, volume calc.Base, digits int32) *calc.Expr {
		return &calc.Expr{Op: calc.OpFact, Slot: facts.Slot(calc.FactKey{Fact: f, Rank: rank, Volume: volume}, digits)}
	}
	number := func(value int64, digits int32) *calc.Expr {
		return &calc.Expr{Op: calc.OpNumber, Value: value, Digits: digits}
	}
	node := func(op calc.Op, args ...*calc.Expr) *calc.Expr { return &calc.Expr{Op: op, Args: args} }
	// tiers is a table of a row for each rank number from which it holds.
	tiers := func(rows ...[]int64) calc.RateTable {
		table := calc.RateTable{Levels: 1, Candidates: make([][]uint8, 3)}
		for _, row := range rows {
			for rank := int(row[0]); rank < 3; rank++ {
				table.Candidates[rank] = []uint8{uint8(len(table.Rows))}
			}
			table.Rows = append(table.Rows, row[1:])
			table.Levels = int32(len(row) - 1)
		}
		return table
	}
	want := &calc.Plan{
		ID: "aurora", Currency: "KWD", MinorDigits: 3, Location: berlin,
		ValidFromUS: time.Date(2026, 4, 1, 0, 0, 0, 0, berlin).UnixMicro(), Main: calc.Quarterly,
		Rounding: calc.Rounding{Mode: calc.HalfEven, StepMinor: 5},
		// 0.85 KWD a point is 850 fils for 10,000 units of volume.
		PointValue: calc.Fraction{Num: 17, Den: 200}, PlacementWidth: 2,
		Active: condition(t, facts, "pv >= 99.5", node(calc.OpGreaterEqual, fact(calc.FactOwn, 0, calc.BasePV, 4), number(995, 1))),
		Ranks: []calc.Rank{
			{Name: "silver", When: condition(t, facts, "active && frontline >= 2", node(
				calc.OpAnd, fact(calc.FactActive, 0, 0, 0), node(calc.OpGreaterEqual, fact(calc.FactFrontline, 0, 0, 0), number(2, 0))))},
			{Name: "gold", When: condition(t, facts, `gv >= 1000.5 && (legs_with("silver") >= 2 || paid_as_before("gold"))`, node(
				calc.OpAnd,
				node(calc.OpGreaterEqual, fact(calc.FactGroup, 0, calc.BasePV, 4), number(10005, 1)),
				node(calc.OpOr,
					node(calc.OpGreaterEqual, fact(calc.FactLegsWith, 1, 0, 0), number(2, 0)),
					fact(calc.FactPaidAsBefore, 2, 0, 0))))},
		},
		Bonuses: []calc.Bonus{
			{Name: "retail", Pays: calc.PaysEvent, Cadence: calc.Quarterly, Direct: &calc.Direct{
				Base: calc.BasePrice, Rates: tiers([]int64{0, 50_000_000}, []int64{2, 75_000_001}), Classes: []string{"energy", "telecom"},
				Clawback: calc.Clawback{Mode: calc.ClawbackWithinDays, Days: 30},
			}},
			{Name: "rebate", Pays: calc.PaysPeriod, Cadence: calc.Monthly, Direct: &calc.Direct{
				Base: calc.BasePV, Rates: tiers([]int64{1, 15_000_000}),
			}},
			{Name: "team", Pays: calc.PaysPeriod, Cadence: calc.Quarterly, Unilevel: &calc.Unilevel{
				Base: calc.BasePV, Walk: calc.Walk{Placement: true, Compression: calc.CompressionDynamic},
				Rates: tiers([]int64{1, 50_000_000, 30_000_000, 0}, []int64{2, 50_000_000, 30_000_000, 1}),
			}},
			{Name: "fast", Pays: calc.PaysEvent, Cadence: calc.Quarterly, Unilevel: &calc.Unilevel{
				Base: calc.BaseCV, Rates: tiers([]int64{0, 900_000_000}),
				Clawback: calc.Clawback{Mode: calc.ClawbackNone},
			}},
			{Name: "fast_start", Pays: calc.PaysEvent, Cadence: calc.Quarterly, Unilevel: &calc.Unilevel{
				Base: calc.BaseCV, Rates: tiers([]int64{0, 10_000_000}),
				Clawback: calc.Clawback{Mode: calc.ClawbackWithinDays, Days: 14},
			}},
			{Name: "own", Pays: calc.PaysEvent, Cadence: calc.Quarterly, Direct: &calc.Direct{
				Base: calc.BaseCV, Rates: tiers([]int64{0, 20_000_000}), Clawback: calc.Clawback{Mode: calc.ClawbackFull},
			}},
			{Name: "legs", Pays: calc.PaysPeriod, Cadence: calc.Weekly, Binary: &calc.Binary{
				Rates: tiers([]int64{0, 100_000_000}), AfterPayout: calc.NetOff,
			}},
			{Name: "legs_of_rank", Pays: calc.PaysPeriod, Cadence: calc.Quarterly, Binary: &calc.Binary{
				Rates: tiers([]int64{2, 120_000_000}), AfterPayout: calc.Flush,
			}},
			{Name: "a_month", Pays: calc.PaysEvent, Cadence: calc.Quarterly, Advance: &calc.Advance{
				Base: calc.BasePrice, Months: 1 * calc.Month, Rates: tiers([]int64{0, 750_000_000}),
				Clawback: calc.Clawback{Mode: calc.ClawbackWithinDays, Days: 90},
			}},
			{Name: "nine_months", Pays: calc.PaysEvent, Cadence: calc.Quarterly, Advance: &calc.Advance{
				Base: calc.BaseCV, Months: 9 * calc.Month, Rates: tiers([]int64{0, 1_025_000_000}, []int64{1, 10 * calc.RateScale}),
				Classes: []string{"energy"}, Clawback: calc.Clawback{Mode: calc.ClawbackFull},
			}},
		},
		Late: calc.LateNone, CancelledVolume: calc.CancelledVolumeNone, Facts: facts, Names: calc.Names{Classes: []string{"energy", "telecom"}},
	}
	result := Compile([]byte(wholePlan))
	if len(result.Diagnostics) != 0 {
		t.Fatal(result.Diagnostics)
	}
	want.Digest = Digest(Canonical(result.Message))
	comparePlans(t, result.Plan, want)
	if got := result.Message.GetBonuses()[0].GetDirect().GetRates()[1].GetRate(); got != "0.075000001" {
		t.Errorf("the message has the rate %q", got)
	}
}

func TestCompile_WhatIsOmittedHasItsDefault(t *testing.T) {
	result := Compile([]byte(`
plan_id: p
name: Plan
currency: USD
valid_from: 2026-01-01
cadence: monthly
placement: {width: 2}
bonuses:
  - name: own
    direct: {rate: 1%}
  - name: own_of_period
    pays: period
    direct: {rate: 1%}
  - name: team
    unilevel: {rates: [{levels: [1%]}]}
  - name: team_at_event
    pays: event
    unilevel: {rates: [{levels: [1%]}]}
  - name: legs
    binary: {rate: 1%}
  - name: life
    advance: {rate: 1%, months: 1}
  - name: life_after_days
    advance: {rate: 1%, months: 1, clawback: {mode: within_days, days: 1}}
`))
	if len(result.Diagnostics) != 0 {
		t.Fatal(result.Diagnostics)
	}
	one := calc.RateTable{Levels: 1, Rows: [][]int64{{10_000_000}}, Candidates: [][]uint8{{0}}}
	full := calc.Clawback{Mode: calc.ClawbackFull}
	comparePlans(t, result.Plan, &calc.Plan{
		ID: "p", Digest: Digest(Canonical(result.Message)), Currency: "USD", MinorDigits: 2, Location: time.UTC,
		ValidFromUS: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro(), Main: calc.Monthly,
		Rounding: calc.Rounding{Mode: calc.HalfUp, StepMinor: 1}, PointValue: calc.Fraction{Num: 1, Den: 100}, PlacementWidth: 2,
		Bonuses: []calc.Bonus{
			{Name: "own", Pays: calc.PaysEvent, Cadence: calc.Monthly, Direct: &calc.Direct{Base: calc.BaseCV, Rates: one, Clawback: full}},
			{Name: "own_of_period", Pays: calc.PaysPeriod, Cadence: calc.Monthly, Direct: &calc.Direct{Base: calc.BaseCV, Rates: one}},
			{Name: "team", Pays: calc.PaysPeriod, Cadence: calc.Monthly, Unilevel: &calc.Unilevel{Rates: one}},
			{Name: "team_at_event", Pays: calc.PaysEvent, Cadence: calc.Monthly, Unilevel: &calc.Unilevel{Rates: one, Clawback: full}},
			{Name: "legs", Pays: calc.PaysPeriod, Cadence: calc.Monthly, Binary: &calc.Binary{Rates: one, AfterPayout: calc.CarryForward}},
			{Name: "life", Pays: calc.PaysEvent, Cadence: calc.Monthly, Advance: &calc.Advance{
				Base: calc.BasePrice, Months: 1 * calc.Month, Rates: one, Clawback: calc.Clawback{Mode: calc.ClawbackMonthsPaid},
			}},
			{Name: "life_after_days", Pays: calc.PaysEvent, Cadence: calc.Monthly, Advance: &calc.Advance{
				Base: calc.BasePrice, Months: 1 * calc.Month, Rates: one, Clawback: calc.Clawback{Mode: calc.ClawbackWithinDays, Days: 1},
			}},
		},
	})
}

func condition(t *testing.T, facts *calc.FactTable, source string, root *calc.Expr) *calc.Condition {
	t.Helper()
	c, err := calc.NewCondition(facts, source, root)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// comparePlans compares conditions by their source and the facts that they use, since a compiled one cannot be looked into.
func comparePlans(t *testing.T, got, want *calc.Plan) {
	t.Helper()
	if err := want.Check(); err != nil {
		t.Fatal(err)
	}
	conditions := func(p *calc.Plan, facts *calc.FactTable) (described []string) {
		all := []*calc.Condition{p.Active}
		for _, r := range p.Ranks {
			all = append(all, r.When)
		}
		for _, c := range all {
			if c == nil {
				described = append(described, "none")
				continue
			}
			text := strings.Join(strings.Fields(c.Source()), " ")
			for _, slot := range c.Reads() {
				text += fmt.Sprintf(" %+v", facts.Key(slot))
			}
			described = append(described, text)
		}
		return described
	}
	if g, w := conditions(got, got.Facts), conditions(want, want.Facts); !reflect.DeepEqual(g, w) {
		t.Errorf("conditions\n got %q\nwant %q", g, w)
	}
	plain := func(p *calc.Plan) calc.Plan {
		c := *p
		c.Active, c.Ranks, c.Facts = nil, nil, nil
		for _, r := range p.Ranks {
			c.Ranks = append(c.Ranks, calc.Rank{Name: r.Name})
		}
		return c
	}
	g, w := plain(got), plain(want)
	for i := range max(len(g.Bonuses), len(w.Bonuses)) {
		if i >= len(g.Bonuses) || i >= len(w.Bonuses) || !reflect.DeepEqual(g.Bonuses[i], w.Bonuses[i]) {
			t.Errorf("bonus %d differs:\n%s", i, describedBonuses(g.Bonuses, w.Bonuses, i))
		}
	}
	g.Bonuses, w.Bonuses = nil, nil
	if !reflect.DeepEqual(g, w) {
		t.Errorf("\n got %+v\nwant %+v", g, w)
	}
}

func describedBonuses(got, want []calc.Bonus, i int) string {
	var text []string
	for _, bonuses := range [][]calc.Bonus{got, want} {
		if i < len(bonuses) {
			b := bonuses[i]
			text = append(text, fmt.Sprintf("%s %v %v %+v %+v %+v %+v", b.Name, b.Pays, b.Cadence, b.Direct, b.Unilevel, b.Binary, b.Advance))
		}
	}
	return strings.Join(text, "\n")
}

func TestCompile_DigestIsThatOfWhatThePlanSays(t *testing.T) {
	source := completed("ranks: [{name: silver, when: pv > 1}]")
	first := Compile([]byte(source))
	for name, other := range map[string]string{
		"a comment":         "# ours\n" + source,
		"windows":           strings.ReplaceAll(source, "\n", "\r\n"),
		"byte order mark":   "\ufeff" + source,
		"in blocks":         completed("ranks:\n  - when: 'pv > 1'\n    name: silver\n"),
		"JSON":              completed(`"ranks": [{"name": "silver", "when": "pv > 1"}]`),
		"a document's mark": "---\n" + source + "...\n",
	} {
		result := Compile([]byte(other))
		if result.Plan == nil || result.Plan.Digest != first.Plan.Digest || !proto.Equal(result.Message, first.Message) {
			t.Errorf("%s: %v\n%v", name, result.Diagnostics, result.Message)
		}
	}
	if other := Compile([]byte(strings.Replace(source, "pv > 1", "pv > 2", 1))); other.Plan.Digest == first.Plan.Digest {
		t.Error("another condition has the same digest")
	}
}

func TestCompile_FilesThatNoScriptCanHold(t *testing.T) {
	var ranks, levels strings.Builder
	for i := range 201 {
		fmt.Fprintf(&ranks, "  - {name: r%d, when: pv > 1}\n", i)
		levels.WriteString("1%, ")
	}
	for name, c := range map[string]struct {
		source, want string
	}{
		"too large":             {strings.Repeat("#", sourceBytesMax+1), "1:1: the file has 1048577 bytes; a plan has at most 1048576"},
		"not UTF-8":             {"plan_id: p\nname: Caf\xe9", "2:10: the file is not text in UTF-8 (save it with the encoding UTF-8)"},
		"UTF-16":                {"\xff\xfep\x00", "1:1: the file is not text in UTF-8 (save it with the encoding UTF-8)"},
		"replacement character": {completed("name: \ufffd"), ""},
		"control character":     {"plan_id: p\r\nname: \x00", "2:7: the file holds a control character (delete it)"},
		"second mark":           {"plan_id: p\nname: a\ufeff", "2:8: the file holds a control character (delete it)"},
		"long list":             {completed("ranks:\n" + ranks.String()), "2:3: `ranks` has 201 entries; no list of a plan has more than 200"},
		"long levels": {
			completed("bonuses:\n  - name: team\n    unilevel:\n      rates:\n        - levels: [" + strings.Repeat("0.1%, ", 101) + "]"),
			"5:11: `levels` has more than 100 entries",
		},
		"long condition": {completed("active: " + strings.Repeat("pv > 1 || ", 200) + "pv > 1"), "1:9: `active` has more than 2000 characters (make it shorter)"},
		"deep brackets":  {completed("active: " + strings.Repeat("(", 900) + "pv > 1" + strings.Repeat(")", 900)), "1:9: the parts of the condition stand in each other too deep (make it simpler)"},
		"deep sum":       {completed("active: " + strings.Repeat("pv + ", 80) + "pv > 1"), "1:92: the parts of the condition stand in each other more than 64 deep (make it simpler)"},
		"wide condition": {completed("active: " + strings.Repeat("pv > 1 || ", 190) + "pv > 1"), ""},
	} {
		result := Compile([]byte(c.source))
		checkResult(t, name, result)
		if got := result.Diagnostics.Error(); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, c.want)
		}
	}
}

func TestCompile_SaysAtMostAHundredThings(t *testing.T) {
	var source strings.Builder
	source.WriteString("bonuses:\n")
	for i := range 150 {
		fmt.Fprintf(&source, "  - name: b%d\n    direct: {rate: 0%%}\n", i)
	}
	warned := Compile([]byte(completed(source.String())))
	checkResult(t, "warnings", warned)
	if len(warned.Diagnostics) != findingsMax || warned.Plan == nil {
		t.Errorf("%d warnings, plan %v", len(warned.Diagnostics), warned.Plan != nil)
	}
	source.WriteString("  - name: last\n    direct: {rate: 101%}\n")
	refused := Compile([]byte(completed(source.String())))
	checkResult(t, "an error behind the warnings", refused)
	if last := refused.Diagnostics[len(refused.Diagnostics)-1]; last.Severity != Error || last.Path != "bonuses[150].direct.rate" {
		t.Errorf("the last finding is %+v", last)
	}
	for name, lines := range map[string]string{"fields": "x%d: 1\n", "entries": "  - x%d\n"} {
		source.Reset()
		source.WriteString("ranks:\n")
		if name == "fields" {
			source.Reset()
		}
		for i := range 180 {
			fmt.Fprintf(&source, lines, i)
		}
		result := Compile([]byte(completed(source.String())))
		checkResult(t, name, result)
		if len(result.Diagnostics) != findingsMax {
			t.Errorf("%s: %d findings", name, len(result.Diagnostics))
		}
	}
}

func TestCompile_ManyAtOnceAgree(t *testing.T) {
	want := Compile([]byte(wholePlan))
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if got := Compile([]byte(wholePlan)); got.Plan == nil || got.Plan.Digest != want.Plan.Digest {
				t.Errorf("got %v", got.Diagnostics)
			}
		})
	}
	group.Wait()
}

func TestLoad_GivesThePlanOrWhatIsWrong(t *testing.T) {
	loaded, err := Load(wholePlan)
	if err != nil || loaded.ID != "aurora" {
		t.Fatalf("%v, %v", loaded, err)
	}
	_, err = Load(strings.Replace(wholePlan, "KWD", "XBT", 1))
	var findings Diagnostics
	if !errors.As(err, &findings) || len(findings) != 1 || findings[0].Path != "currency" {
		t.Errorf("got %v", err)
	}
}

// Whoever translates findings for an editor or a call relies on paths and remedies standing by themselves.
func TestCompile_FindingsHavePaths(t *testing.T) {
	result := Compile([]byte(completed(`
ranks:
  - name: silver
    when: pvv > 1
bonuses:
  - name: team
    unilevel:
      rates:
        - levels: [1%]
        - {rank: silver, levels: [1%, 2%, x], depth: 3}
  - name: own
`)))
	var got []string
	for _, d := range result.Diagnostics {
		got = append(got, d.Path)
	}
	want := []string{"ranks[0].when", "bonuses[0].unilevel.rates[1].levels[2]", "bonuses[0].unilevel.rates[1].depth", "bonuses[1]"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	first := Diagnostic{Error, 4, 11, "ranks[0].when", "there is no fact `pvv`", "did you mean `pv`?"}
	if got := result.Diagnostics[0]; got != first || got.Severity.String() != "error" || Warning.String() != "warning" {
		t.Errorf("got %+v", got)
	}
}

// A field that the schema gains must be compiled or refused, not passed over in silence: the plans under testdata/plans, which have no
// findings, name all there are.
func TestCompile_KnowsEveryFieldOfTheSchema(t *testing.T) {
	files, err := filepath.Glob("testdata/plans/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no plans: %v", err)
	}
	read := map[protoreflect.FullName]bool{}
	var walk func(m protoreflect.Message)
	walk = func(m protoreflect.Message) {
		m.Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
			read[fd.FullName()] = true
			switch {
			case fd.IsList() && fd.Message() != nil:
				for i := range v.List().Len() {
					walk(v.List().Get(i).Message())
				}
			case fd.Message() != nil:
				walk(v.Message())
			}
			return true
		})
	}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		result := Compile(source)
		if len(result.Diagnostics) != 0 {
			t.Errorf("%s:\n%v", file, result.Diagnostics)
		}
		if result.Message != nil {
			walk(result.Message.ProtoReflect())
		}
	}
	for _, field := range schemaFields((&uplinev1.Plan{}).ProtoReflect().Descriptor(), map[protoreflect.FullName]bool{}) {
		if !read[field] {
			t.Errorf("no plan under testdata/plans has `%s`", field)
		}
	}
}

// schemaFields lists the fields of a message and of those in it.
func schemaFields(m protoreflect.MessageDescriptor, seen map[protoreflect.FullName]bool) (fields []protoreflect.FullName) {
	if seen[m.FullName()] {
		return nil
	}
	seen[m.FullName()] = true
	for i := range m.Fields().Len() {
		fd := m.Fields().Get(i)
		fields = append(fields, fd.FullName())
		if fd.Message() != nil {
			fields = append(fields, schemaFields(fd.Message(), seen)...)
		}
	}
	return fields
}
