package store

import (
	"bytes"

	"upline/calc"
)

// wordNumbers gives the numbers by which a plan knows words.
type wordNumbers struct{ classes, markets, kinds, tags map[string]uint16 }

func newWordNumbers(p *calc.Plan) wordNumbers {
	numbered := func(words []string) map[string]uint16 {
		numbers := make(map[string]uint16, len(words))
		for i, w := range words {
			numbers[w] = uint16(i + 1)
		}
		return numbers
	}
	return wordNumbers{numbered(p.Names.Classes), numbered(p.Names.Markets), numbered(p.Names.Kinds), numbered(p.Names.Tags)}
}

// tagBits are the bits of those tags that the plan asks for.
func (w wordNumbers) tagBits(text []byte) (bits uint64) {
	for len(text) > 0 {
		tag, rest, _ := bytes.Cut(text, []byte(" "))
		if no := w.tags[string(tag)]; no != 0 {
			bits |= 1 << (no - 1)
		}
		text = rest
	}
	return bits
}

// tagBitsOf are the bits of those tags of a list that the plan asks for.
func (w wordNumbers) tagBitsOf(tags []string) (bits uint64) {
	for _, tag := range tags {
		if no := w.tags[tag]; no != 0 {
			bits |= 1 << (no - 1)
		}
	}
	return bits
}

func (w wordNumbers) market(name []byte) uint16 { return w.markets[string(name)] }

// volumeReader reads those of the columns of counted entries that not every plan asks for.
type volumeReader struct {
	to    *calc.Volumes
	asks  calc.Asks
	words wordNumbers
	// customers numbers the customers, across all sellers.
	customers map[string]int32
	first     firstPurchases
	sized     saleSizes
}

func newVolumeReader(p *calc.Plan, to *calc.Volumes) *volumeReader {
	return &volumeReader{to: to, asks: p.Asks(), words: newWordNumbers(p), customers: make(map[string]int32)}
}

// The places of the columns in sqlVolumes.
const (
	columnMarket = 0
	columnSale   = 1
	columnSeller = 4
	columnPV     = 5
	columnCV     = 6
	columnPrice  = 7
)

const (
	columnTimes = 8 + iota
	columnClass
	columnCustomer
	columnAt
	columnCycle
	columnQV
	columnFee
	columnVendor
)

// kinds says which columns the plan asks for; the check of the liability asks for its own.
func (r *volumeReader) kinds(liability bool) columnKinds {
	kinds := []byte("ttttt" + "iii" + "--------")
	first := r.asks.First || r.asks.BuyerSince
	for _, column := range []struct {
		place int
		kind  byte
		asked bool
	}{
		{columnTimes, 'i', r.asks.Count},
		{columnClass, 't', r.asks.Class},
		{columnCustomer, 't', r.asks.Buyer || first},
		{columnAt, 'i', r.asks.At || first},
		{columnCycle, 'i', r.asks.Cycle},
		{columnQV, 'i', r.asks.QV || liability},
		{columnFee, 'i', r.asks.Fees || liability},
		{columnVendor, 't', liability},
	} {
		if column.asked {
			kinds[column.place] = column.kind
		}
	}
	return columnKinds(kinds)
}

// read takes the columns of an entry, and adds what it takes to the digest.
func (r *volumeReader) read(row Row, d *rowDigest) {
	v := r.to
	if r.asks.Count {
		v.Count = append(v.Count, int32(row.Int(columnTimes)))
		d.int(row.Int(columnTimes))
	}
	if r.asks.Class {
		v.Class = append(v.Class, r.words.classes[string(row.Bytes(columnClass))])
		d.bytes(row.Bytes(columnClass))
	}
	if r.asks.Market {
		v.Market = append(v.Market, r.words.market(row.Bytes(0)))
	}
	if r.asks.Buyer {
		customer := row.Bytes(columnCustomer)
		no, known := r.customers[string(customer)]
		if !known {
			no = int32(len(r.customers))
			r.customers[string(customer)] = no
		}
		if len(customer) == 0 || string(customer) == string(row.Bytes(columnSeller)) {
			no = -1 // the seller bought
		}
		v.Buyer = append(v.Buyer, no)
		d.bytes(customer)
	}
	if r.asks.At {
		v.AtUS = append(v.AtUS, row.Int(columnAt))
		d.int(row.Int(columnAt))
	}
	if r.asks.Cycle {
		v.Cycle = append(v.Cycle, int32(row.Int(columnCycle)))
		d.int(row.Int(columnCycle))
	}
	if r.asks.QV {
		v.QV = append(v.QV, row.Int(columnQV))
		d.int(row.Int(columnQV))
	}
	if r.asks.Fees {
		v.FeeMinor = append(v.FeeMinor, row.Int(columnFee))
		d.int(row.Int(columnFee))
	}
	if r.asks.First || r.asks.BuyerSince {
		r.readFirst(row, d)
	}
	if r.asks.Sized {
		r.readSized(row, d)
	}
}
