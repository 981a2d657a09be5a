package plan

import (
	"slices"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"upline/calc"
)

// worksheet runs scripts that read like a worksheet: a plan, a network and sales go in; ranks, lines and carry-outs come out.
//
//	plan [completed]          the YAML file that follows; completed adds what soundPlan has and it lacks
//	network                   one distributor a line: ID [sponsor=ID] [parent=ID leg=left|right|N] [achieved=RANK] [enrolled=DAY]
//	                          [market=CODE] [kind=WORD] [tags=WORD,WORD] [owner=ID]
//	prior                     what the last closed period has left: ID [paid_as=RANK] [active=no], and one column of the state a line:
//	                          KEY volume|money|count ID=NUMBER …
//	sales                     one sale a line, which goes live: SELLER [pv=] [cv=] [qv=] [price=] [fee=] [class=] [market=] [customer=ID]
//	                          [cycle=N] [day=DAY] [since=DAY] [count=N]; prints what is paid at the event. Without a day a sale is of
//	                          the period's first moment; without since, the buyer's first purchase is the first one here
//	quiet                     sales that print nothing: those of later cycles, or of what events have not to do with
//	adjust                    by hand: ID BONUS AMOUNT
//	cancel [cycles=N] [days=N] the last sale, after so many paid cycles and days; prints what stays and what is taken back
//	period NAME [cadence=]    closes a period with the sales since the last one of its cadence
//	state                     what the last period carries on, as the engine has it
//
// State goes on from one period to the next. The cadence is the plan's main one where none is named.
type worksheet struct {
	plan    *calc.Plan
	ids     []string
	network calc.Network
	// open are the sales of the period under way, by cadence, posted what they paid at the event, and adjusted what is paid by hand.
	open     map[calc.Cadence]*calc.Volumes
	posted   map[calc.Cadence]*calc.Posted
	adjusted calc.Adjustments
	prior    calc.Prior
	// state is what the last closed period of each cadence carried out.
	state map[calc.Cadence]calc.State
	last  calc.State
	// closed are the periods that were closed, of all cadences.
	closed []closedPeriod
	event  []calc.EventLine
	// customers are numbered in the order in which they buy; firsts holds who has bought before, and when.
	customers []string
	firsts    map[string]int64
	bought    map[string][]uint16 // the classes of what they have bought
}

// The scripts under testdata/cases hold published plans with their published figures.
func TestWorksheets_GiveThePublishedFigures(t *testing.T) {
	datadriven.Walk(t, "testdata/cases", func(t *testing.T, path string) {
		w := &worksheet{}
		datadriven.RunTest(t, path, w.run)
	})
}

// The scripts under testdata/worksheets hold that what is read is what is computed: volumes, facts, ranks and markets.
func TestWorksheets_ComputeWhatThePlanSays(t *testing.T) {
	datadriven.Walk(t, "testdata/worksheets", func(t *testing.T, path string) {
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
	case "prior":
		return w.readPrior(t, d)
	case "sales":
		return w.sell(t, d)
	case "quiet":
		w.sell(t, d)
		return "ok"
	case "adjust":
		return w.adjust(t, d)
	case "cancel":
		return w.cancel(t, d)
	case "period":
		return w.close(t, d)
	case "state":
		return w.carried()
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
	*w = worksheet{plan: result.Plan, ids: w.ids, network: w.network}
	w.begin()
	if len(result.Diagnostics) > 0 {
		return result.Diagnostics.Error()
	}
	return "ok"
}

// begin forgets all that has happened.
func (w *worksheet) begin() {
	w.prior, w.last, w.adjusted, w.event, w.customers, w.closed = calc.Prior{}, nil, calc.Adjustments{}, nil, nil, nil
	w.open, w.posted, w.state = map[calc.Cadence]*calc.Volumes{}, map[calc.Cadence]*calc.Posted{}, map[calc.Cadence]calc.State{}
	w.firsts, w.bought = map[string]int64{}, map[string][]uint16{}
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

func (w *worksheet) rank(t *testing.T, name string) uint8 {
	t.Helper()
	rank := 1 + slices.IndexFunc(w.plan.Ranks, func(r calc.Rank) bool { return r.Name == name })
	if rank == 0 && name != "" {
		t.Fatalf("there is no rank %q", name)
	}
	return uint8(rank)
}

// dayUS is when a day begins.
func (w *worksheet) dayUS(t *testing.T, day string) int64 {
	t.Helper()
	period, err := w.plan.ParsePeriod(calc.Daily, day)
	if err != nil {
		t.Fatal(err)
	}
	return period.StartUS
}

func (w *worksheet) money(t *testing.T, text string) int64 {
	t.Helper()
	v, err := calc.ParseMinor(text, w.plan.MinorDigits)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return v
}

func (w *worksheet) readNetwork(t *testing.T, d *datadriven.TestData) string {
	w.ids, w.network = nil, calc.Network{}
	w.begin()
	for line := range strings.Lines(d.Input) {
		if words := strings.Fields(line); len(words) > 0 {
			w.ids = append(w.ids, words[0])
		}
	}
	names := w.plan.Names
	for line := range strings.Lines(d.Input) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		o := options(t, words[1:], "sponsor", "parent", "leg", "achieved", "enrolled", "market", "kind", "tags", "owner")
		leg, ok := map[string]uint8{"": 0, "left": 1, "right": 2, "1": 1, "2": 2, "3": 3, "4": 4, "5": 5}[o["leg"]]
		if !ok {
			t.Fatalf("%s: there is no leg %q", d.Pos, o["leg"])
		}
		enrolled := o["enrolled"]
		if enrolled == "" {
			enrolled = "2020-01-01"
		}
		owner := o["owner"]
		if owner == "" {
			owner = words[0]
		}
		tags := uint64(0)
		for tag := range strings.SplitSeq(o["tags"], ",") {
			if number := calc.WordNumber(names.Tags, tag); number > 0 {
				tags |= 1 << (number - 1)
			}
		}
		n := &w.network
		n.Sponsor, n.Parent, n.Leg = append(n.Sponsor, w.person(t, o["sponsor"])), append(n.Parent, w.person(t, o["parent"])), append(n.Leg, leg)
		n.EnrolledAtUS = append(n.EnrolledAtUS, w.dayUS(t, enrolled))
		n.Market, n.Kind = append(n.Market, calc.WordNumber(names.Markets, o["market"])), append(n.Kind, calc.WordNumber(names.Kinds, o["kind"]))
		n.Tags, n.Owner = append(n.Tags, tags), append(n.Owner, w.person(t, owner))
		w.prior.Achieved = append(w.prior.Achieved, w.rank(t, o["achieved"]))
	}
	return "ok"
}

func (w *worksheet) readPrior(t *testing.T, d *datadriven.TestData) string {
	n := len(w.ids)
	w.prior.PaidAs, w.prior.Active = slices.Clone(w.prior.Achieved), slices.Repeat([]bool{true}, n)
	state := calc.State{}
	for line := range strings.Lines(d.Input) {
		words := strings.Fields(line)
		switch {
		case len(words) == 0:
		case slices.Contains(w.ids, words[0]):
			o := options(t, words[1:], "paid_as", "active")
			at := w.person(t, words[0])
			w.prior.PaidAs[at], w.prior.Active[at] = w.rank(t, o["paid_as"]), o["active"] != "no"
		default:
			digits, ok := map[string]int32{"volume": 4, "money": w.plan.MinorDigits, "count": 0}[words[1]]
			if !ok {
				t.Fatalf("%s: %q is neither volume, money nor count", d.Pos, words[1])
			}
			column := make([]int64, n)
			if strings.HasPrefix(words[0], "company:") {
				column = make([]int64, 1)
			}
			for _, word := range words[2:] {
				id, text, _ := strings.Cut(word, "=")
				number, err := calc.ParseMinor(text, digits)
				if err != nil {
					t.Fatalf("%s: %v", d.Pos, err)
				}
				at := int32(0)
				if len(column) > 1 {
					at = w.person(t, id)
				}
				column[at] = number
			}
			state[words[0]] = column
		}
	}
	for c := calc.Daily; c <= calc.CadenceMax; c++ {
		w.state[c] = state
	}
	return "ok"
}
