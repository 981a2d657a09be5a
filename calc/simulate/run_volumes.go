package simulate

import (
	"slices"

	"upline/calc"
)

// buyers says of every buyer when they first bought, and which sale was their first of each set of product classes that the plan asks for:
// customers by number, and sellers who bought themselves by row.
type buyers struct {
	customerUS, ownUS []int64 // noTime for who never bought
	sets              [][]bool
	first             []firstSales // by set
}

// firstSales are the first sales of a set, -1 for none.
type firstSales struct{ customer, own []int32 }

// newBuyers finds first purchases: of sales that have gone live, the first to do so, and of several at the same moment the first in the
// file. It is nil where the plan does not ask.
func newBuyers(v *view) *buyers {
	if !v.asks.First && !v.asks.BuyerSince {
		return nil
	}
	s := v.company.sales
	customers, people := 0, v.company.network.len()
	if s.customers != nil {
		customers = s.customers.len()
	}
	b := &buyers{customerUS: slices.Repeat([]int64{noTime}, customers), ownUS: slices.Repeat([]int64{noTime}, people), sets: v.Plan.Plan.FirstSets()}
	for range b.sets {
		b.first = append(b.first, firstSales{slices.Repeat([]int32{-1}, customers), slices.Repeat([]int32{-1}, people)})
	}
	for i := range s.len() {
		sale := int32(i)
		us, live := s.liveFrom(sale)
		if !live {
			continue
		}
		if since := b.since(s, sale); *since == noTime || us < *since {
			*since = us
		}
		class := uint16(0)
		if s.class != nil {
			class = v.class[s.class[sale]]
		}
		for k, set := range b.sets {
			if !calc.InFirstSet(set, class) {
				continue
			}
			first := b.first[k].of(s, sale)
			if *first >= 0 {
				if otherUS, _ := s.liveFrom(*first); us >= otherUS {
					continue
				}
			}
			*first = sale
		}
	}
	return b
}

// since gives when a sale's buyer first bought.
func (b *buyers) since(s *sales, sale int32) *int64 {
	if customer := s.buyer(sale); customer >= 0 {
		return &b.customerUS[customer]
	}
	return &b.ownUS[s.seller[sale]]
}

// of gives the first sale of a sale's buyer.
func (f *firstSales) of(s *sales, sale int32) *int32 {
	if customer := s.buyer(sale); customer >= 0 {
		return &f.customer[customer]
	}
	return &f.own[s.seller[sale]]
}

// bits says of which sets a sale is the first of its buyer.
func (b *buyers) bits(s *sales, sale int32) (bits uint16) {
	for k := range b.first {
		if *b.first[k].of(s, sale) == sale {
			bits |= 1 << k
		}
	}
	return bits
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
			v.BuyerSinceUS[i] = *r.buyers.since(s, sale)
		}
	}
	if r.lives.pieces != nil {
		r.patch(v, from, to)
	}
	if asks.Sized {
		sizes := r.Plan.Plan.SaleSizes()
		v.Sized = make([]uint64, len(of))
		for i, sale := range of {
			sold := r.termsAtFirst(sale)
			v.Sized[i] = calc.SizeBits(sizes, &sold.SaleValues)
		}
	}
	if asks.First {
		v.First = make([]uint16, len(of))
		for i, sale := range of {
			v.First[i] = r.buyers.bits(s, sale)
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
