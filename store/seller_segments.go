package store

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"
)

// The sales of a seller are found through entries of their own, one for each sale. An index of the sales by seller would do as much, but
// each new sale goes to another place of it; where one writer has to write every page that a transaction touched, that is a page a sale, and
// a third of the time that recording in batches took. So there, new entries go into segments that are small enough for the sales of a batch to
// share their pages, and full segments are merged behind the writes into larger ones, as in any log-structured merge tree. Which segment an
// entry stands in says nothing about the sale: whoever looks for a seller's sales looks into all of them, and they are few.
//
// Engines whose transactions go side by side have one segment: a number that rises would lead the key, and make one range of it hot.

// sellerSegment names a segment of a region: the no-th of its level, counted from 0. Those of level 0 take the entries of new sales; one
// of a level above takes what segmentsMerged of the level below have held.
type sellerSegment struct{ level, no int64 }

const (
	// sellerSegmentEntries is how many entries a segment of level 0 takes: some 250 pages, of which a batch of 1,000 sales touches
	// a hundred or two.
	sellerSegmentEntries = 16_384
	// segmentsMerged are the segments that become one of the level above. More are merged more seldom, and are more to look into.
	segmentsMerged = 32
	// segmentLevelShift makes room for the numbers of a level: segments of higher levels have higher keys.
	segmentLevelShift = 40
)

func sellerSegmentOf(key int64) sellerSegment {
	return sellerSegment{key >> segmentLevelShift, key & (1<<segmentLevelShift - 1)}
}

// key is what names the segment in rows.
func (s sellerSegment) key() int64 { return s.level<<segmentLevelShift | s.no }

// above is the segment that this one is merged into.
func (s sellerSegment) above() sellerSegment {
	return sellerSegment{s.level + 1, s.no / segmentsMerged}
}

// end is the number of the first segment of level 0 that comes after all that this one may hold.
func (s sellerSegment) end() int64 {
	end := s.no + 1
	for range s.level {
		end *= segmentsMerged
	}
	return end
}

const (
	sqlInsertSellerSale = `INSERT INTO seller_sales (region, segment_no, distributor_id, market, sale_id) VALUES ($1, $2, $3, $4, $5)`
	sqlDeleteSellerSale = `DELETE FROM seller_sales WHERE region = $1 AND segment_no = $2 AND distributor_id = $3 AND market = $4 AND sale_id = $5`
	sqlNextSegment      = `SELECT segment_no FROM seller_sales WHERE region = $1 AND segment_no > $2 ORDER BY segment_no LIMIT 1`
	sqlSegmentEntries   = `SELECT COUNT(*) FROM seller_sales WHERE region = $1 AND segment_no = $2`
)

// sellerSegments are the segments of a store.
type sellerSegments struct {
	single     bool // the engine has one
	entriesMax int

	mu   sync.Mutex
	open map[string]*openSegment // by region

	// mergeable tells that there may be something to merge: whether there is takes a look at the database.
	mergeable atomic.Bool
}

// openSegment is the segment of level 0 that entries of this process go into. Another process may use the same, which makes it larger, or add
// to one that has been merged, which is merged once more.
type openSegment struct {
	no      int64
	entries int
}

func (s *sellerSegments) init(single bool, entriesMax int) {
	s.single, s.entriesMax = single, cmp.Or(entriesMax, sellerSegmentEntries)
	s.open = map[string]*openSegment{}
	s.mergeable.Store(!single)
}

// next takes a place for an entry. That of a transaction which comes to nothing stays free.
func (s *sellerSegments) next(c Conn, region string) (segment int64, err error) {
	if s.single {
		return 0, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	open, err := s.opened(c, region)
	if err != nil {
		return 0, err
	}
	if open.entries >= s.entriesMax {
		open.no, open.entries = open.no+1, 0
		if open.no%segmentsMerged == 0 {
			s.mergeable.Store(true)
		}
	}
	open.entries++
	return sellerSegment{0, open.no}.key(), nil
}

// opened gives the region's open segment, after a start that where the entries left off.
func (s *sellerSegments) opened(c Conn, region string) (*openSegment, error) {
	if open := s.open[region]; open != nil {
		return open, nil
	}
	all, err := s.read(c, region)
	if err != nil {
		return nil, err
	}
	open := &openSegment{}
	for _, segment := range all {
		open.no = max(open.no, segment.end())
	}
	if last := (sellerSegment{0, open.no - 1}); slices.Contains(all, last) {
		err := c.Query(sqlSegmentEntries, []any{region, last.key()}, func(r Row) error {
			open.no, open.entries = last.no, int(r.Int(0))
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	s.open[region] = open
	return open, nil
}

// read gives the segments of a region that there are, the largest first, and of those of a level the oldest.
func (s *sellerSegments) read(c Conn, region string) (all []sellerSegment, err error) {
	if s.single {
		return []sellerSegment{{}}, nil
	}
	for last, more := int64(-1), true; more; {
		more = false
		err = c.Query(sqlNextSegment, []any{region, last}, func(r Row) error {
			last, more = r.Int(0), true
			all = append(all, sellerSegmentOf(last))
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(all, func(a, b sellerSegment) int { return cmp.Compare(b.level, a.level) })
	return all, nil
}

// remove adds to a batch the removal of a sale's entry, in whichever segment it stands.
func (s *sellerSegments) remove(b *Batch, c Conn, sale *Sale, seller string) error {
	all, err := s.read(c, sale.Region)
	if err != nil {
		return err
	}
	for _, segment := range all {
		b.Exec(sqlDeleteSellerSale, sale.Region, segment.key(), seller, sale.Market, sale.SaleID)
	}
	return nil
}
