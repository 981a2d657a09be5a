package store

import (
	"fmt"

	"upline/calc"
)

// firstPurchases are the first purchases of everybody who bought in a period: when, and in which sale.
//
// A purchase is made when its sale first counts. What counted in an earlier period was first, and within a period the earliest
// by its own time: so a sale that arrives late, after the period in which it would have been the first, does not make a second first
// one, and the result of a period can be computed again at any later time. What is cancelled stays the first: the line that takes its
// volume back has to find it in the same volumes.
//
// First sales are those of a set of product classes that the plan asks for; the time is that of the first purchase of all.
type firstPurchases struct {
	sets   [][]bool
	buyers idColumn
	sales  []idColumn // by set: a sale as its market and id, "" for none
	atUS   []int64
	index  *idIndex
}

// sqlFirstPurchases reads what all regions counted up to the period, once: plans that ask for it pay for the pass, and nobody pays for
// an index at every sale. It gives the first sale of each buyer in each product class, each buyer's earliest first.
const sqlFirstPurchases = `SELECT customer_id, at_us, market, sale_id, product_class FROM (
		SELECT c.customer_id, c.at_us, c.market, c.sale_id, c.product_class, c.period_no,
			ROW_NUMBER() OVER (PARTITION BY c.customer_id, c.product_class ORDER BY c.period_no, c.at_us, c.market, c.sale_id, c.event_id, c.of_event_id) AS place
		FROM event_counts c
		WHERE c.region IN (SELECT region FROM markets) AND c.plan_id = $1 AND c.cadence = $2 AND c.period_no <= $3 AND c.restated_in <= $4 AND c.times > 0
			AND c.customer_id IN (SELECT p.customer_id FROM event_counts p
				WHERE p.region IN (SELECT region FROM markets) AND p.plan_id = $1 AND p.cadence = $2 AND p.period_no = $3 AND p.restated_in <= $4)
	) f WHERE place = 1 ORDER BY customer_id, period_no, at_us, market, sale_id`

// readFirstPurchases reads the first purchases as of a close, where the plan asks for them.
func (r *volumeReader) readFirstPurchases(c Conn, o runScope, asOf int64) error {
	if !r.asks.First && !r.asks.BuyerSince {
		return nil
	}
	f := &r.first
	f.sets = o.plan.FirstSets()
	f.sales = make([]idColumn, len(f.sets))
	var buyer string
	of := make([][]byte, len(f.sets)) // the buyer's first sales
	keep := func() {
		for k := range of {
			f.sales[k].append(of[k])
			of[k] = nil
		}
	}
	err := c.Query(sqlFirstPurchases, []any{o.plan.ID, int64(o.period.Cadence), o.period.No, asOf}, func(row Row) error {
		if id := row.Bytes(0); len(f.atUS) == 0 || string(id) != buyer {
			if len(f.atUS) > 0 {
				keep()
			}
			buyer = string(id)
			f.buyers.append(id)
			f.atUS = append(f.atUS, row.Int(1))
		}
		class := r.words.classes[string(row.Bytes(4))]
		for k, set := range f.sets {
			if of[k] == nil && calc.InFirstSet(set, class) {
				of[k] = append(append([]byte{}, row.Bytes(2)...), row.Bytes(3)...)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("first purchases: %w", err)
	}
	if len(f.atUS) > 0 {
		keep()
	}
	f.index = newIDIndex(&f.buyers)
	return nil
}

// readFirst takes what the plan asks of the buyer's first purchase, for an entry. Volume that is only ever taken back belongs to no
// purchase that counted; its own time stands in.
func (r *volumeReader) readFirst(row Row, d *rowDigest) {
	sinceUS, bits := row.Int(columnAt), uint16(0)
	if of := r.first.index.findBytes(row.Bytes(columnCustomer)); of >= 0 {
		sinceUS = r.first.atUS[of]
		sale := string(row.Bytes(columnMarket)) + string(row.Bytes(columnSale))
		for k := range r.first.sales {
			if r.first.sales[k].at(int(of)) == sale {
				bits |= 1 << k
			}
		}
	}
	d.int(sinceUS)
	d.int(int64(bits))
	if r.asks.BuyerSince {
		r.to.BuyerSinceUS = append(r.to.BuyerSinceUS, sinceUS)
	}
	if r.asks.First {
		r.to.First = append(r.to.First, bits)
	}
}
