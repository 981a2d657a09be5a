package store

import (
	"cmp"
	"slices"

	"upline/calc"
)

// CorrectedPeriod is a closed period that an event of a sale corrects.
type CorrectedPeriod struct {
	Period     PeriodKey
	RestatedIn PeriodKey // in whose close it is computed again
}

// What an event corrects is what it counts in closed periods. Those rows are few and never change, so that an index has them by sale and
// no event repeats them.
const sqlCorrectedOfSale = `SELECT DISTINCT event_id, cadence, period_no, restated_in FROM event_counts
	WHERE region = $1 AND market = $2 AND sale_id = $3 AND restated_in > 0`

// correctedBy returns the closed periods that an event corrects, by cadence and time. Those of the sale's events are read when they are
// first asked for, and never for an event that was appended here.
func (h *history) correctedBy(eventID string) ([]CorrectedPeriod, error) {
	list, known := h.corrected[eventID]
	if !known && !h.correctedRead {
		read := make(map[string][]CorrectedPeriod)
		err := h.conn.Query(sqlCorrectedOfSale, []any{h.sale.Region, h.sale.Market, h.sale.SaleID}, func(r Row) error {
			read[r.Text(0)] = append(read[r.Text(0)], h.correctedPeriod(calc.Cadence(r.Int(1)), r.Int(2), r.Int(3)))
			return nil
		})
		if err != nil {
			return nil, err
		}
		h.corrected, h.correctedRead = read, true
		list = read[eventID]
	}
	slices.SortFunc(list, func(a, b CorrectedPeriod) int {
		return cmp.Or(cmp.Compare(a.Period.Cadence, b.Period.Cadence), cmp.Compare(a.Period.No, b.Period.No))
	})
	return list, nil
}

func (h *history) correctedPeriod(cadence calc.Cadence, no, restatedIn int64) CorrectedPeriod {
	return CorrectedPeriod{periodKey(h.plan, cadence, no), periodKey(h.plan, cadence, restatedIn)}
}

// notes keeps what an appended event corrects. The first of a sale corrects nothing.
func (h *history) notes(p *posting) {
	if len(h.events) == 1 {
		h.correctedRead = true
		return
	}
	list := []CorrectedPeriod{}
	for _, c := range p.counts {
		if c.restatedIn == 0 {
			continue
		}
		if of := h.correctedPeriod(c.cadence, c.no, c.restatedIn); !slices.Contains(list, of) {
			list = append(list, of)
		}
	}
	h.corrected = map[string][]CorrectedPeriod{p.event.EventID: list}
}
