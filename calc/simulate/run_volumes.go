package simulate

import "upline/calc"

// buyers says of every buyer when they first bought, and in which sale: customers by number, and sellers who bought themselves by row.
type buyers struct {
	customerUS, ownUS     []int64
	customerSale, ownSale []int32
}

// newBuyers finds first purchases: of sales that have gone live, the first to do so, and of several at the same moment the first in the
// file. It is nil where the plan does not ask.
func newBuyers(v *view) *buyers {
	if !v.asks.First && !v.asks.BuyerSince {
		return nil
	}
	s := v.company.sales
	customers := 0
	if s.customers != nil {
		customers = s.customers.len()
	}
	b := &buyers{
		customerUS: make([]int64, customers), customerSale: make([]int32, customers),
		ownUS: make([]int64, v.company.network.len()), ownSale: make([]int32, v.company.network.len()),
	}
	for i := range b.customerSale {
		b.customerSale[i] = -1
	}
	for i := range b.ownSale {
		b.ownSale[i] = -1
	}
	for i := range s.len() {
		sale := int32(i)
		us, live := s.liveFrom(sale)
		if !live {
			continue
		}
		firstUS, first := b.of(s, sale)
		if *first < 0 || us < *firstUS {
			*firstUS, *first = us, sale
		}
	}
	return b
}

// of gives what is known of a sale's buyer.
func (b *buyers) of(s *sales, sale int32) (us *int64, first *int32) {
	if customer := s.buyer(sale); customer >= 0 {
		return &b.customerUS[customer], &b.customerSale[customer]
	}
	return &b.ownUS[s.seller[sale]], &b.ownSale[s.seller[sale]]
}

// buyer gives the number of the customer; -1 where the seller bought.
func (s *sales) buyer(sale int32) int32 {
	if s.customer == nil {
		return -1
	}
	return s.customer[sale]
}

// sell fills in the volumes of a period: those columns that the plan asks for.
func (r *run) sell(in *calc.Input, m *members) {
	s, e, asks := r.company.sales, &r.lives.entries, &r.asks
	from, to := within(e.atUS, in.Period.StartUS, in.Period.EndUS)
	of := e.sale[from:to]
	v := &in.Volumes
	v.Seller = m.rows(permuted(s.seller, of))
	v.PV, v.CV, v.PriceMinor = r.taken(r.pv, from, to), r.taken(r.cv, from, to), r.taken(r.priceMinor, from, to)
	if asks.QV {
		v.QV = r.taken(r.qv, from, to)
	}
	if asks.Fees && r.feeMinor != nil {
		v.FeeMinor = r.taken(r.feeMinor, from, to)
	}
	if asks.Count {
		v.Count = make([]int32, len(of))
		for i, sale := range of {
			v.Count[i] = 1
			if s.count != nil {
				v.Count[i] = s.count[sale]
			}
			if e.back[from+i] {
				v.Count[i] = -v.Count[i]
			}
		}
	}
	if asks.Class {
		v.Class = make([]uint16, len(of))
		if s.class != nil {
			v.Class = taken(permuted(s.class, of), r.class)
		}
	}
	if asks.Market {
		v.Market = r.markets(of)
	}
	if asks.Buyer {
		v.Buyer = make([]int32, len(of))
		for i, sale := range of {
			v.Buyer[i] = s.buyer(sale)
		}
	}
	if asks.At {
		v.AtUS = make([]int64, len(of))
		for i, sale := range of {
			v.AtUS[i] = e.atUS[from+i]
			if e.back[from+i] {
				// What is taken back is the volume of that time, so that it leaves whichever window or cutoff it was counted in.
				v.AtUS[i], _ = s.liveFrom(sale)
			}
		}
	}
	if asks.Cycle {
		v.Cycle = e.cycle[from:to]
	}
	if asks.BuyerSince {
		v.BuyerSinceUS = make([]int64, len(of))
		for i, sale := range of {
			us, _ := r.buyers.of(s, sale)
			v.BuyerSinceUS[i] = *us
		}
	}
	if r.lives.pieces != nil {
		r.patch(v, from, to)
	}
	if asks.First {
		v.First = make([]bool, len(of))
		for i, sale := range of {
			_, first := r.buyers.of(s, sale)
			v.First[i] = *first == sale
		}
	}
}

// taken gives a column of sales for the entries from and to, below zero where volume is taken back.
func (r *run) taken(column []int64, from, to int) []int64 {
	e := &r.lives.entries
	out := permuted(column, e.sale[from:to])
	for i, back := range e.back[from:to] {
		if back {
			out[i] = -out[i]
		}
	}
	return out
}

// markets gives the markets of sales: those of the sellers where the file does not say.
func (r *run) markets(of []int32) []uint16 {
	s := r.company.sales
	out := make([]uint16, len(of))
	for i, sale := range of {
		switch {
		case s.market != nil && s.market[sale] != 0:
			out[i] = r.saleMarket[s.market[sale]]
		case r.network.Market != nil:
			out[i] = r.network.Market[s.seller[sale]]
		}
	}
	return out
}
