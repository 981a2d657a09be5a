package play

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	uplinev1 "upline/api/upline/v1"
)

const (
	closeWait   = 20 * time.Second
	linesOfPage = 1000
)

// figure asks the server for what an expectation names.
func (s *story) figure(ctx context.Context, e Expectation) (Row, error) {
	row := Row{Case: s.planID, Published: e.Published}
	var err error
	switch {
	case e.Line != nil:
		row.Earner, row.Bonus, row.What = e.Line.Earner, e.Line.Bonus, e.Line.Period
		if e.Line.Level > 0 {
			row.What = fmt.Sprintf("%s, level %d", row.What, e.Line.Level)
		}
		row.Computed, err = s.line(ctx, *e.Line)
	case e.Total != nil:
		row.Earner, row.Bonus, row.What = "all", e.Total.Bonus, e.Total.Period+", total"
		row.Computed, err = s.total(ctx, *e.Total)
	case e.Carry != nil:
		row.Earner, row.Bonus, row.What = e.Carry.Earner, e.Carry.Bonus, e.Carry.Period+", volume carried "+e.Carry.Leg
		row.Computed, err = s.carry(ctx, *e.Carry)
	case e.Posted != nil:
		row.Bonus = e.Posted.Bonus
		err = s.posted(ctx, *e.Posted, &row)
	case e.Kept != nil:
		row.Bonus = e.Kept.Bonus
		err = s.kept(ctx, *e.Kept, &row)
	}
	if err != nil {
		return row, err
	}
	published, err := decimal.NewFromString(row.Published)
	if err != nil {
		return row, fmt.Errorf("published: %w", err)
	}
	computed, err := decimal.NewFromString(row.Computed)
	if err != nil {
		return row, fmt.Errorf("computed: %w", err)
	}
	row.OK = published.Equal(computed)
	return row, nil
}

func (s *story) line(ctx context.Context, f LineFigure) (string, error) {
	earnings, err := s.earnings(ctx, f.Earner, f.Period)
	if err != nil {
		return "", err
	}
	return sum(earnings.GetLines(), func(l *uplinev1.Line) bool {
		return l.GetBonus() == f.Bonus && (f.Level == 0 || l.GetLevel() == f.Level)
	})
}

// earnings returns a distributor's earnings of a period with all lines.
func (s *story) earnings(ctx context.Context, earner, period string) (*uplinev1.GetEarningsResponse, error) {
	request := &uplinev1.GetEarningsRequest{DistributorId: s.id(earner), Period: period, PageSize: linesOfPage}
	first, err := s.commission.GetEarnings(ctx, request)
	if err != nil {
		return nil, named("GetEarnings", err)
	}
	for token := first.GetNextPageToken(); token != ""; {
		request.PageToken = token
		more, err := s.commission.GetEarnings(ctx, request)
		if err != nil {
			return nil, named("GetEarnings", err)
		}
		first.Lines = append(first.Lines, more.GetLines()...)
		token = more.GetNextPageToken()
	}
	return first, nil
}

func (s *story) total(ctx context.Context, f TotalFigure) (string, error) {
	answer, err := s.commission.GetRun(ctx, &uplinev1.GetRunRequest{RunId: s.runs[f.Period]})
	if err != nil {
		return "", named("GetRun", err)
	}
	for _, t := range answer.GetRun().GetTotals() {
		if t.GetBonus() == f.Bonus {
			return t.GetAmount().GetAmount(), nil
		}
	}
	return "0", nil
}

func (s *story) carry(ctx context.Context, f CarryFigure) (string, error) {
	earnings, err := s.earnings(ctx, f.Earner, f.Period)
	if err != nil {
		return "", err
	}
	for _, c := range earnings.GetCarryOuts() {
		switch {
		case c.GetBonus() == f.Bonus && f.Leg == "left":
			return c.GetLeft(), nil
		case c.GetBonus() == f.Bonus:
			return c.GetRight(), nil
		}
	}
	return "0", nil
}

func (s *story) posted(ctx context.Context, f PostedFigure, row *Row) error {
	answer, err := s.sale(ctx, f.Sale, row)
	if err != nil {
		return err
	}
	row.What = f.Sale + ", activated"
	if f.Event == cancellationID {
		row.What = fmt.Sprintf("%s, %d paid, cancelled", f.Sale, answer.GetSale().GetCyclesPaid())
	}
	for _, e := range answer.GetEvents() {
		if e.GetEventId() == f.Event {
			row.Computed, err = sum(e.GetLines(), func(l *uplinev1.Line) bool { return l.GetBonus() == f.Bonus })
			return err
		}
	}
	return fmt.Errorf("%s: there was no %s", f.Sale, f.Event)
}

func (s *story) kept(ctx context.Context, f KeptFigure, row *Row) error {
	answer, err := s.sale(ctx, f.Sale, row)
	if err != nil {
		return err
	}
	row.What = fmt.Sprintf("%s, %d paid, earned", f.Sale, answer.GetSale().GetCyclesPaid())
	var lines []*uplinev1.Line
	for _, e := range answer.GetEvents() {
		lines = append(lines, e.GetLines()...)
	}
	row.Computed, err = sum(lines, func(l *uplinev1.Line) bool { return l.GetBonus() == f.Bonus })
	return err
}

// sale returns a sale with its events, and puts its seller into the row.
func (s *story) sale(ctx context.Context, name string, row *Row) (*uplinev1.GetSaleResponse, error) {
	answer, err := s.commission.GetSale(ctx, &uplinev1.GetSaleRequest{Market: s.Market.Market, SaleId: s.id(name)})
	if err != nil {
		return nil, named("GetSale", err)
	}
	row.Earner = strings.TrimPrefix(answer.GetSale().GetDistributorId(), s.planID+".")
	return answer, nil
}

// sum adds the amounts of the lines that are wanted, exactly, with as many decimals as they have.
func sum(lines []*uplinev1.Line, wanted func(*uplinev1.Line) bool) (string, error) {
	total := decimal.Zero
	for _, l := range lines {
		if !wanted(l) {
			continue
		}
		amount, err := decimal.NewFromString(l.GetAmount().GetAmount())
		if err != nil {
			return "", fmt.Errorf("amount of a line: %w", err)
		}
		total = total.Add(amount)
	}
	return total.StringFixed(-total.Exponent()), nil
}
