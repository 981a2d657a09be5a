package simulate

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// WriteText writes the report for a person.
func (r *Report) WriteText(out io.Writer) error {
	var w textReport
	w.line("%s, %s", counted(int64(r.Distributors), "distributor", "distributors"), counted(int64(r.Sales), "sale", "sales"))
	w.line("")
	w.plan(&r.Plan, r.Currency, r.Against != nil)
	if r.Against != nil {
		w.line("")
		w.plan(r.Against, r.Currency, true)
		w.line("")
		w.comparison(r)
	}
	for i := range r.Explained {
		w.line("")
		w.explained(&r.Explained[i], r.Currency, r.Against != nil)
	}
	if len(r.Notes) > 0 {
		w.line("")
		w.line("Notes")
		for _, note := range r.Notes {
			w.line("  %s.", note)
		}
	}
	_, err := io.WriteString(out, w.text.String())
	return err
}

type textReport struct{ text strings.Builder }

func (w *textReport) line(format string, args ...any) {
	fmt.Fprintf(&w.text, format, args...)
	w.text.WriteByte('\n')
}

// plan writes what a plan pays; named tells whether there are two, so that each needs its name.
func (w *textReport) plan(p *PlanReport, currency string, named bool) {
	if named {
		w.line("Plan %s", p.Name)
		w.line("")
	}
	several := false
	for _, one := range p.Periods {
		several = several || one.Cadence != p.Cadence
	}
	t := textTable{head: []string{"Period", "Counted", "Revenue", "CV", "Lines", "Paid (" + currency + ")", "% of revenue", "% of CV"}}
	row := func(name string, one *PeriodReport) []string {
		return []string{
			name, grouped(one.Entries), groupDigits(one.Revenue), groupDigits(one.CV), grouped(one.Lines), groupDigits(one.Amount),
			one.PercentOfRevenue, one.PercentOfCV,
		}
	}
	for i := range p.Periods {
		t.rows = append(t.rows, row(p.Periods[i].Period, &p.Periods[i]))
	}
	t.total = row("Total", &p.Total)
	t.write(&w.text)
	if several {
		w.line("Revenue and CV of the total are those of the %s periods; what is paid is that of all.", p.Cadence)
	}
	w.line("")
	t = textTable{head: []string{"Bonus", "Lines", "Earners", "Paid (" + currency + ")", "% of paid"}}
	for _, b := range p.Bonuses {
		name := b.Bonus
		if b.Cadence != p.Cadence {
			name += " (" + b.Cadence + ")"
		}
		t.rows = append(t.rows, []string{name, grouped(b.Lines), grouped(b.Earners), groupDigits(b.Amount), b.PercentOfTotal})
	}
	t.total = []string{"Total", grouped(p.Total.Lines), grouped(p.Earners), groupDigits(p.Total.Amount), ""}
	t.write(&w.text)
	if len(p.Ranks) == 0 {
		return
	}
	w.line("")
	t = textTable{head: []string{"Rank", "Distributors in " + p.RanksOf, "Paid (" + currency + ")"}}
	for _, rank := range p.Ranks {
		t.rows = append(t.rows, []string{rankShown(rank.Rank), grouped(rank.Distributors), groupDigits(rank.Amount)})
	}
	t.write(&w.text)
}

func rankShown(name string) string {
	if name == "" {
		return "(none)"
	}
	return name
}

// comparison writes how the second plan differs from the first.
func (w *textReport) comparison(r *Report) {
	c := r.Comparison
	w.line("%s against %s: %s %s", r.Against.Name, r.Plan.Name, signed(c.Difference), r.Currency)
	w.line("")
	t := textTable{head: []string{"", "Distributors", "Difference"}}
	t.rows = [][]string{
		{"Paid more", grouped(c.Gain.Distributors), signed(c.Gain.Amount)},
		{"Paid less", grouped(c.Lose.Distributors), signed(c.Lose.Amount)},
		{"Unchanged", grouped(c.Unchanged), ""},
	}
	t.write(&w.text)
	w.line("")
	t = textTable{head: []string{"Bonus", r.Plan.Name, r.Against.Name, "Difference"}}
	for _, b := range c.Bonuses {
		t.rows = append(t.rows, []string{b.Bonus, groupDigits(b.Amount), groupDigits(b.Against), signed(b.Difference)})
	}
	t.write(&w.text)
	if len(c.Ranks) > 0 {
		w.line("")
		t = textTable{head: []string{"Rank under " + r.Plan.Name, "Distributors", "Paid more", "Paid less", r.Plan.Name, r.Against.Name, "Difference"}}
		for _, rank := range c.Ranks {
			t.rows = append(t.rows, []string{
				rankShown(rank.Rank), grouped(rank.Distributors), grouped(rank.Gain), grouped(rank.Lose), groupDigits(rank.Amount),
				groupDigits(rank.Against), signed(rank.Difference),
			})
		}
		t.write(&w.text)
	}
	for _, list := range []struct {
		title  string
		people []PersonChange
	}{{"Gain most", c.Gainers}, {"Lose most", c.Losers}} {
		if len(list.people) == 0 {
			continue
		}
		w.line("")
		t = textTable{head: []string{list.title, r.Plan.Name, r.Against.Name, "Difference"}}
		for _, p := range list.people {
			t.rows = append(t.rows, []string{p.ID, groupDigits(p.Amount), groupDigits(p.Against), signed(p.Difference)})
		}
		t.write(&w.text)
	}
}

// signed writes an amount with its sign, also above zero.
func signed(amount string) string {
	if strings.HasPrefix(amount, "-") || strings.Trim(amount, "0.") == "" {
		return groupDigits(amount)
	}
	return "+" + groupDigits(amount)
}

// textTable is a table of text: the first column stands to the left, the others to the right.
type textTable struct {
	head  []string
	rows  [][]string
	total []string // nil: none
}

func (t *textTable) write(out *strings.Builder) {
	all := append([][]string{t.head}, t.rows...)
	if t.total != nil {
		all = append(all, t.total)
	}
	widths := make([]int, len(t.head))
	for _, row := range all {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	rule := 2 * (len(widths) - 1)
	for _, width := range widths {
		rule += width
	}
	for k, row := range all {
		if t.total != nil && k == len(all)-1 || k == 1 {
			out.WriteString(strings.Repeat("-", rule) + "\n")
		}
		var line strings.Builder
		for i, cell := range row {
			gap := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if i == 0 {
				line.WriteString(cell + gap)
			} else {
				line.WriteString("  " + gap + cell)
			}
		}
		out.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
}
