package plan

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"text/tabwriter"

	"github.com/cockroachdb/datadriven"

	"upline/calc"
)

// worksheet runs scripts that read like a worksheet: a plan, a network and sales go in; ranks, lines and carry-outs come out.
//
//	plan [completed]          the YAML file that follows; completed adds what soundPlan has and it lacks
//	network                   one distributor a line: ID [sponsor=ID] [parent=ID leg=left|right|N] [achieved=RANK] [enrolled=DAY]
//	sales                     one sale a line, which goes live: SELLER [pv=] [cv=] [price=] [class=]; prints what is paid at the event
//	cancel [cycles=N] [days=N] the last sale, after so many paid cycles and days; prints what stays and what is taken back
//	period NAME [cadence=]    closes a period with the sales since the last one of its cadence
//
// State goes on from one period to the next. The cadence is the plan's main one where none is named.
type worksheet struct {
	plan    *calc.Plan
	ids     []string
	network calc.Network
	// open are the sales of the period under way, by cadence.
	open  map[calc.Cadence]*calc.Volumes
	prior calc.Prior
	event []calc.EventLine
}

// The scripts under testdata/cases hold published plans with their published figures.
func TestWorksheets_GiveThePublishedFigures(t *testing.T) {
	datadriven.Walk(t, "testdata/cases", func(t *testing.T, path string) {
		w := &worksheet{}
		datadriven.RunTest(t, path, w.run)
	})
}

func (w *worksheet) run(t *testing.T, d *datadriven.TestData) string {
	t.Helper()
	switch d.Cmd {
	case "plan":
		return w.readPlan(d)
	case "network":
		return w.readNetwork(t, d)
	case "sales":
		return w.sell(t, d)
	case "cancel":
		return w.cancel(t, d)
	case "period":
		return w.close(t, d)
	}
	t.Fatalf("%s: there is no %s", d.Pos, d.Cmd)
	return ""
}

func (w *worksheet) readPlan(d *datadriven.TestData) string {
	source := d.Input
	if d.HasArg("completed") {
		source = completed(source)
	}
	result := Compile([]byte(source))
	if result.Plan == nil {
		return result.Diagnostics.Error()
	}
	w.plan, w.prior, w.open = result.Plan, calc.Prior{}, map[calc.Cadence]*calc.Volumes{}
	if len(result.Diagnostics) > 0 {
		return result.Diagnostics.Error()
	}
	return "ok"
}

// options reads KEY=VALUE words.
func options(t *testing.T, words []string, allowed ...string) map[string]string {
	t.Helper()
	read := map[string]string{}
	for _, word := range words {
		key, value, _ := strings.Cut(word, "=")
		if !slices.Contains(allowed, key) {
			t.Fatalf("%q is none of %q", word, allowed)
		}
		read[key] = value
	}
	return read
}

func (w *worksheet) person(t *testing.T, id string) int32 {
	t.Helper()
	if id == "" {
		return -1
	}
	i := slices.Index(w.ids, id)
	if i < 0 {
		t.Fatalf("there is no distributor %q", id)
	}
	return int32(i)
}

func (w *worksheet) readNetwork(t *testing.T, d *datadriven.TestData) string {
	w.ids, w.network, w.prior = nil, calc.Network{}, calc.Prior{}
	for line := range strings.Lines(d.Input) {
		if words := strings.Fields(line); len(words) > 0 {
			w.ids = append(w.ids, words[0])
		}
	}
	for line := range strings.Lines(d.Input) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		o := options(t, words[1:], "sponsor", "parent", "leg", "achieved", "enrolled")
		leg, ok := map[string]uint8{"": 0, "left": 1, "right": 2, "1": 1, "2": 2, "3": 3}[o["leg"]]
		if !ok {
			t.Fatalf("%s: there is no leg %q", d.Pos, o["leg"])
		}
		enrolled := o["enrolled"]
		if enrolled == "" {
			enrolled = "2020-01-01"
		}
		day, err := calc.ParsePeriod(calc.Daily, w.plan.Location, enrolled)
		if err != nil {
			t.Fatalf("%s: %v", d.Pos, err)
		}
		achieved := 1 + slices.IndexFunc(w.plan.Ranks, func(r calc.Rank) bool { return r.Name == o["achieved"] })
		if achieved == 0 && o["achieved"] != "" {
			t.Fatalf("%s: there is no rank %q", d.Pos, o["achieved"])
		}
		w.prior.Achieved = append(w.prior.Achieved, uint8(achieved))
		w.network.Sponsor = append(w.network.Sponsor, w.person(t, o["sponsor"]))
		w.network.Parent = append(w.network.Parent, w.person(t, o["parent"]))
		w.network.Leg = append(w.network.Leg, leg)
		w.network.EnrolledAtUS = append(w.network.EnrolledAtUS, day.StartUS)
	}
	return "ok"
}

func (w *worksheet) sell(t *testing.T, d *datadriven.TestData) string {
	table := newTable("earner", "bonus", "level", "base", "rate", "amount")
	for line := range strings.Lines(d.Input) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		o := options(t, words[1:], "pv", "cv", "price", "class")
		number := func(key string, parse func(string) (int64, error)) int64 {
			if o[key] == "" {
				return 0
			}
			v, err := parse(o[key])
			if err != nil {
				t.Fatalf("%s: %v", d.Pos, err)
			}
			return v
		}
		in := &calc.EventInput{
			Plan: w.plan, PV: number("pv", calc.ParseVolume), CV: number("cv", calc.ParseVolume), Class: o["class"],
			PriceMinor: number("price", func(text string) (int64, error) { return calc.ParseMinor(text, w.plan.MinorDigits) }),
		}
		var sponsors, parents []int32
		seller := w.person(t, words[0])
		in.Sponsor, sponsors = w.chain(seller, w.network.Sponsor)
		in.Placement, parents = w.chain(seller, w.network.Parent)
		lines, err := calc.EventLines(in)
		if err != nil {
			t.Fatalf("%s: %v", d.Pos, err)
		}
		w.event = lines
		for _, l := range lines {
			earners := sponsors
			if l.Placement {
				earners = parents
			}
			rate := percent(l.Rate)
			if l.Months > 1 {
				rate += fmt.Sprintf(" × %d", l.Months)
			}
			w.line(table, earners[l.Distance], l.Bonus, l.Level, l.Base, rate, l.AmountMinor)
		}
		for c := calc.Daily; c <= calc.Yearly; c++ {
			if w.open[c] == nil {
				w.open[c] = &calc.Volumes{}
			}
			v := w.open[c]
			v.Seller, v.PV, v.CV, v.PriceMinor = append(v.Seller, seller), append(v.PV, in.PV), append(v.CV, in.CV), append(v.PriceMinor, in.PriceMinor)
		}
	}
	return table.String()
}

func (w *worksheet) chain(seller int32, parents []int32) (members []calc.ChainMember, people []int32) {
	for at := seller; at >= 0; at = parents[at] {
		var m calc.ChainMember
		m.Rank = w.prior.Achieved[at]
		if w.prior.PaidAs != nil {
			m.Rank, m.Inactive = w.prior.PaidAs[at], !w.prior.Active[at]
		}
		members, people = append(members, m), append(people, at)
	}
	return members, people
}

func (w *worksheet) line(table *table, earner int32, bonus int, level uint16, base int64, rate string, amountMinor int64) {
	shownBase := calc.FormatVolume(base)
	if w.plan.Bonuses[bonus].BaseOf() == calc.BasePrice {
		shownBase = calc.FormatMinor(base, w.plan.MinorDigits)
	}
	table.row(w.ids[earner], w.plan.Bonuses[bonus].Name, shownLevel(level), shownBase, rate, calc.FormatMinor(amountMinor, w.plan.MinorDigits))
}

func shownLevel(level uint16) string {
	if level == 0 {
		return "-"
	}
	return strconv.Itoa(int(level))
}

func percent(rate int64) string {
	return calc.FormatVolume(rate/(calc.RateScale/100/calc.VolumeScale)) + "%"
}

// cancel takes the events of one sale through the fold that the store uses.
func (w *worksheet) cancel(t *testing.T, d *datadriven.TestData) string {
	var cycles, days int
	d.MaybeScanArgs(t, "cycles", &cycles)
	d.MaybeScanArgs(t, "days", &days)
	const dayUS = 24 * 60 * 60 * 1_000_000
	events := []calc.SaleEvent{
		{ID: "1 live", Kind: calc.Activated},
		{ID: "3 end", Kind: calc.Cancelled, EffectiveAtUS: int64(days) * dayUS},
	}
	for cycle := range cycles {
		events = append(events, calc.SaleEvent{ID: fmt.Sprint("2 cycle ", cycle+1), Kind: calc.Paid, Cycle: int32(cycle + 1)})
	}
	fold := calc.FoldSale(calc.SaleTerms{RequiresActivation: true}, events)
	table := newTable("bonus", "level", "paid", "stays", "taken back")
	for _, l := range w.event {
		b := &w.plan.Bonuses[l.Bonus]
		stays, err := calc.RoundedPart(l.AmountMinor, clawbackOf(b).Retained(fold, l.Months), w.plan.Rounding)
		if err != nil {
			t.Fatalf("%s: %v", d.Pos, err)
		}
		money := func(minor int64) string { return calc.FormatMinor(minor, w.plan.MinorDigits) }
		table.row(b.Name, shownLevel(l.Level), money(l.AmountMinor), money(stays), money(stays-l.AmountMinor))
	}
	return table.String()
}

func clawbackOf(b *calc.Bonus) calc.Clawback {
	switch {
	case b.Direct != nil:
		return b.Direct.Clawback
	case b.Unilevel != nil:
		return b.Unilevel.Clawback
	}
	return b.Advance.Clawback
}

func (w *worksheet) close(t *testing.T, d *datadriven.TestData) string {
	cadence := w.plan.Main
	if d.HasArg("cadence") {
		var name string
		d.ScanArgs(t, "cadence", &name)
		var err error
		if cadence, err = calc.ParseCadence(name); err != nil {
			t.Fatalf("%s: %v", d.Pos, err)
		}
	}
	period, err := calc.ParsePeriod(cadence, w.plan.Location, d.CmdArgs[0].Key)
	if err != nil {
		t.Fatalf("%s: %v", d.Pos, err)
	}
	in := &calc.Input{Plan: w.plan, Cadence: cadence, Period: period, Network: w.network, Prior: w.prior}
	if v := w.open[cadence]; v != nil {
		in.Volumes = *v
	}
	out, err := calc.Compute(in)
	if err != nil {
		t.Fatalf("%s: %v", d.Pos, err)
	}
	delete(w.open, cadence)
	if w.prior.Carry == nil {
		w.prior.Carry = make([]calc.Carry, len(w.plan.Bonuses))
	}
	for i := range w.plan.Bonuses {
		if w.plan.Bonuses[i].Cadence == cadence {
			w.prior.Carry[i] = out.Carry[i]
		}
	}
	if cadence == w.plan.Main {
		w.prior.PaidAs, w.prior.Achieved, w.prior.Active = out.PaidAs, out.Achieved, out.Active
	}
	return w.standings(out) + w.lines(out) + w.carries(out)
}

func (w *worksheet) rankName(rank uint8) string {
	if rank == 0 {
		return "-"
	}
	return w.plan.Ranks[rank-1].Name
}

func (w *worksheet) standings(out *calc.Output) string {
	if out.PaidAs == nil || len(w.plan.Ranks) == 0 && w.plan.Active == nil {
		return ""
	}
	table := newTable("distributor", "active", "paid as", "achieved")
	for i, id := range w.ids {
		active := "no"
		if out.Active[i] {
			active = "yes"
		}
		table.row(id, active, w.rankName(out.PaidAs[i]), w.rankName(out.Achieved[i]))
	}
	return table.String()
}

func (w *worksheet) lines(out *calc.Output) string {
	table := newTable("earner", "bonus", "level", "base", "rate", "amount")
	for i, earner := range out.Lines.Earner {
		w.line(table, earner, int(out.Lines.Bonus[i]), out.Lines.Level[i], out.Lines.Base[i], percent(out.Lines.Rate[i]), out.Lines.AmountMinor[i])
	}
	return table.String()
}

func (w *worksheet) carries(out *calc.Output) string {
	table := newTable("carry of", "bonus", "left", "right")
	for i, id := range w.ids {
		for bonus, c := range out.Carry {
			if c.Left != nil && (c.Left[i] != 0 || c.Right[i] != 0) {
				table.row(id, w.plan.Bonuses[bonus].Name, calc.FormatVolume(c.Left[i]), calc.FormatVolume(c.Right[i]))
			}
		}
	}
	if table.rows == 0 {
		return ""
	}
	return table.String()
}

// table lays out rows under a head; one without rows says so in a word.
type table struct {
	buffer bytes.Buffer
	writer *tabwriter.Writer
	rows   int
}

func newTable(head ...string) *table {
	t := &table{}
	t.writer = tabwriter.NewWriter(&t.buffer, 0, 0, 2, ' ', 0)
	t.row(head...)
	t.rows = 0
	return t
}

func (t *table) row(cells ...string) {
	fmt.Fprintln(t.writer, strings.Join(cells, "\t"))
	t.rows++
}

func (t *table) String() string {
	if t.rows == 0 {
		return "nothing is paid\n"
	}
	t.writer.Flush()
	var out strings.Builder
	for line := range strings.Lines(t.buffer.String()) {
		out.WriteString(strings.TrimRight(line, " \n") + "\n")
	}
	return out.String()
}
