package store

// supposedCount is an entry that an event would count, read as a row of sqlVolumes that is not there.
type supposedCount struct {
	region string
	sale   *Sale
	event  string
	count
}

// The columns of sqlVolumes that are numbers, the others being texts.
func (s *supposedCount) numbers() map[int]int64 {
	return map[int]int64{
		5: s.pv, 6: s.cv, 7: s.priceMinor, columnTimes: s.times, columnAt: s.of.atUS, columnCycle: int64(s.of.cycle), columnQV: s.qv, columnFee: s.feeMinor,
	}
}

func (s *supposedCount) Int(column int) int64 { return s.numbers()[column] }

func (s *supposedCount) Text(column int) string {
	return map[int]string{
		columnMarket: s.sale.Market, columnSale: s.sale.SaleID, 2: s.event, 3: s.of.eventID, columnSeller: s.of.seller,
		columnClass: s.of.class, columnCustomer: s.sale.CustomerID, columnVendor: s.sale.VendorID,
	}[column]
}

func (s *supposedCount) Bytes(column int) []byte { return []byte(s.Text(column)) }

// last is the last period that the entry has an effect on by itself: its own, or the one in whose close it is restated.
func (s *supposedCount) last() int64 { return max(s.no, s.restatedIn) }

func (s *supposedCount) seller() string { return s.Text(columnSeller) }
