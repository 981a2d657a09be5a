package simulate

import (
	"upline/calc"
)

// Report is what a simulation comes to, in the form of --json: amounts and volumes are decimal texts, amounts in Currency.
type Report struct {
	Distributors int        `json:"distributors"`
	Sales        int        `json:"sales"`
	Currency     string     `json:"currency"`
	Plan         PlanReport `json:"plan"`
	// Against is the second plan, and Comparison how it differs; nil without one.
	Against    *PlanReport `json:"against,omitempty"`
	Comparison *Comparison `json:"comparison,omitempty"`
	// Explained are the distributors that were asked for, period by period.
	Explained []Explained `json:"explained,omitempty"`
	// Notes say what was taken for granted.
	Notes []string `json:"notes"`
}

// PlanReport is what a plan pays.
type PlanReport struct {
	Name    string         `json:"name"`
	PlanID  string         `json:"plan_id"`
	Cadence string         `json:"cadence"`
	Periods []PeriodReport `json:"periods"`
	Total   PeriodReport   `json:"total"`
	Bonuses []BonusReport  `json:"bonuses"`
	Ranks   []RankReport   `json:"ranks,omitempty"`
	// Earners is how many were paid anything, and RanksOf the period that the numbers of distributors by rank are of.
	Earners int64  `json:"earners"`
	RanksOf string `json:"ranks_of,omitempty"`
}

// PeriodReport sums up a period, or all of them.
type PeriodReport struct {
	Period       string `json:"period,omitempty"`
	Cadence      string `json:"cadence,omitempty"`
	Distributors int    `json:"distributors,omitempty"`
	// Entries is what was counted: sales, payments, and cancellations that take volume back.
	Entries int64  `json:"entries"`
	Revenue string `json:"revenue"`
	CV      string `json:"cv"`
	Lines   int64  `json:"lines"`
	Amount  string `json:"amount"`
	// PercentOfRevenue and PercentOfCV are "" where there is none; CV counts as what it is worth.
	PercentOfRevenue string `json:"percent_of_revenue,omitempty"`
	PercentOfCV      string `json:"percent_of_cv,omitempty"`
}

// BonusReport sums up a bonus.
type BonusReport struct {
	Bonus          string `json:"bonus"`
	Cadence        string `json:"cadence"`
	Lines          int64  `json:"lines"`
	Earners        int64  `json:"earners"`
	Amount         string `json:"amount"`
	PercentOfTotal string `json:"percent_of_total,omitempty"`
}

// RankReport sums up those of a rank.
type RankReport struct {
	Rank         string `json:"rank"` // "" for no rank
	Distributors int64  `json:"distributors"`
	Amount       string `json:"amount"`
}

// NewReport sums up what Run has given: totals of the first plan, and of the second if there is one.
func NewReport(c *Company, totals ...*Totals) *Report {
	p := c.request.Plan.Plan
	r := &Report{Distributors: c.Distributors(), Sales: c.Sales(), Currency: p.Currency, Notes: c.Notes(), Plan: planReport(totals[0])}
	if r.Notes == nil {
		r.Notes = []string{}
	}
	for _, t := range totals {
		if t.ReEntries > 0 {
			r.Notes = append(r.Notes, "plan "+t.Plan.Name+": "+counted(t.ReEntries, "full matrix lets its owner", "full matrices let their owners")+
				" enter again; simulate does not place the new positions")
		}
	}
	if len(totals) > 1 {
		against := planReport(totals[1])
		r.Against, r.Comparison = &against, compare(c, totals[0], totals[1])
	}
	return r
}

func planReport(t *Totals) PlanReport {
	p := t.Plan.Plan
	money := func(minor int64) string { return calc.FormatMinor(minor, p.MinorDigits) }
	report := PlanReport{Name: t.Plan.Name, PlanID: p.ID, Cadence: p.Main.String(), Earners: t.earnerCount(), RanksOf: t.LastMain, Periods: []PeriodReport{}, Bonuses: []BonusReport{}}
	row := func(v *Volume, lines, amountMinor int64) PeriodReport {
		return PeriodReport{
			Entries: v.EntryCount, Revenue: money(v.RevenueMinor), CV: calc.FormatVolume(v.CV), Lines: lines, Amount: money(amountMinor),
			PercentOfRevenue: v.ofRevenue(amountMinor), PercentOfCV: v.ofCV(p, amountMinor),
		}
	}
	for i := range t.Periods {
		one := &t.Periods[i]
		period := row(&one.Volume, one.LineCount, one.AmountMinor)
		period.Period, period.Cadence, period.Distributors = one.Period.Name, one.Period.Cadence.String(), one.Distributors
		report.Periods = append(report.Periods, period)
	}
	report.Total = row(&t.Main, t.LineCount, t.AmountMinor)
	whole := &Volume{RevenueMinor: t.AmountMinor}
	for i, b := range t.Bonuses {
		report.Bonuses = append(report.Bonuses, BonusReport{
			Bonus: b.Name, Cadence: p.Bonuses[i].Cadence.String(), Lines: b.LineCount, Earners: b.EarnerCount, Amount: money(b.AmountMinor),
			PercentOfTotal: whole.ofRevenue(b.AmountMinor),
		})
	}
	if len(p.Ranks) > 0 && t.LastMain != "" {
		for _, rank := range t.Ranks {
			report.Ranks = append(report.Ranks, RankReport{rank.Name, rank.DistributorCount, money(rank.AmountMinor)})
		}
	}
	return report
}
