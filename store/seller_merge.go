package store

import (
	"context"
	"slices"
)

// Merging gives entries another segment. Every step of it is a transaction of its own, and what is left to do stands in the entries
// themselves: a merge that ends anywhere goes on from there, in this process or another.
const (
	sqlSegmentBound = `SELECT distributor_id, market, sale_id FROM seller_sales WHERE region = $1 AND segment_no = $2
		ORDER BY distributor_id, market, sale_id LIMIT 1 OFFSET $3`
	sqlSegmentCount = `SELECT COUNT(*) FROM (SELECT sale_id FROM seller_sales WHERE region = $1 AND segment_no = $2
		AND (distributor_id, market, sale_id) <= ($3, $4, $5) LIMIT $6) x`
	sqlMergeEntries = `UPDATE seller_sales SET segment_no = $1 WHERE region = $2 AND segment_no = $3 AND (distributor_id, market, sale_id) <= ($4, $5, $6)`
)

const (
	// mergeEntries is how many entries a step merges at most, in some 6 ms, for each segment that is to be made.
	mergeEntries = 1024
	// mergeTimesMax bounds the steps of one that has fallen behind, while sales keep the writer busy.
	mergeTimesMax = 8
)

// afterIDs sorts after every id.
const afterIDs = "~"

// sellerMerge is a step of merging: what stands in the segments up to a bound goes into the one above.
type sellerMerge struct {
	region  string
	from    []sellerSegment
	waiting int // segments that are to be made, this one among them
	bound   [3]string
}

// MergeSellerSegments takes a step in merging the entries by which sales are found by seller, and returns how many entries it merged; 0
// says that there is nothing to merge. Without it, everything is as it would be, and looking for a seller's sales takes longer
// with every 16,384 sales.
func (s *Store) MergeSellerSegments(ctx context.Context) (merged int, err error) {
	if !s.segments.mergeable.CompareAndSwap(true, false) {
		return 0, nil
	}
	defer func() {
		if merged > 0 || err != nil {
			s.segments.mergeable.Store(true)
		}
	}()
	var step *sellerMerge
	err = s.engine.Read(ctx, "seller_merge_look", func(c Conn) (err error) {
		step, err = s.segments.due(c)
		return err
	})
	if err != nil || step == nil {
		return 0, err
	}
	write := func(c Conn) (err error) {
		merged, err = step.write(c)
		return err
	}
	// What a step does is right whatever was recorded since the look, so that neither has to wait for the other.
	if engine, ok := s.engine.(ReadAhead); ok {
		err = engine.ReadThenWrite(ctx, "seller_merge", func(Conn) error { return nil }, write)
	} else {
		err = s.engine.Write(ctx, "seller_merge", write)
	}
	return merged, err
}

// due finds the next step, of the lowest level: there the segments are many, and merging one takes few.
func (s *sellerSegments) due(c Conn) (*sellerMerge, error) {
	regions, err := saleRegions(c)
	if err != nil {
		return nil, err
	}
	for _, region := range regions {
		step, err := s.full(c, region)
		if err != nil {
			return nil, err
		}
		if len(step.from) > 0 {
			return step, step.readBound(c)
		}
	}
	return nil, nil //nolint:nilnil // nothing is due
}

// full finds the segments of a region that are to become one: those of the lowest level that are below the first segment to which nothing is
// added from below any more, as far as this process knows.
func (s *sellerSegments) full(c Conn, region string) (*sellerMerge, error) {
	all, err := s.read(c, region)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	open, err := s.opened(c, region)
	var openNo int64
	if err == nil {
		openNo = open.no
	}
	s.mu.Unlock()
	if err != nil {
		return nil, err
	}
	m := &sellerMerge{region: region}
	var last sellerSegment
	for _, segment := range all {
		above := segment.above()
		if above.end() > openNo {
			continue
		}
		if above != last {
			m.waiting++
			last = above
		}
		switch {
		case len(m.from) == 0 || segment.level < m.from[0].level:
			m.from = append(m.from[:0], segment)
		case above == m.from[0].above():
			m.from = append(m.from, segment)
		}
	}
	return m, nil
}

// readBound bounds the step: by the first of the segments' entries at some place, as far back as leaves the step no more than its entries. Where a
// few sellers have most of the sales, a step takes what one segment has of them; where they are many, as much of each segment.
func (m *sellerMerge) readBound(c Conn) error {
	most := mergeEntries * min(m.waiting, mergeTimesMax)
	for each := most; ; each /= 2 {
		if err := m.boundAt(c, max(1, each)); err != nil || each*len(m.from) <= most {
			return err
		}
		n, err := m.count(c, most)
		if err != nil || n <= most {
			return err
		}
	}
}

// count counts the entries up to the bound, to one more than so many.
func (m *sellerMerge) count(c Conn, most int) (n int, err error) {
	for _, segment := range m.from {
		args := []any{m.region, segment.key(), m.bound[0], m.bound[1], m.bound[2], int64(most + 1 - n)}
		if err := c.Query(sqlSegmentCount, args, func(r Row) error { n += int(r.Int(0)); return nil }); err != nil || n > most {
			return n, err
		}
	}
	return n, nil
}

// boundAt bounds the step so that every segment gives so many entries at most and one gives so many, or all give what they have.
func (m *sellerMerge) boundAt(c Conn, each int) error {
	m.bound = [3]string{afterIDs, afterIDs, afterIDs}
	offset := int64(each - 1)
	for _, segment := range m.from {
		err := c.Query(sqlSegmentBound, []any{m.region, segment.key(), offset}, func(r Row) error {
			at := [3]string{r.Text(0), r.Text(1), r.Text(2)}
			if slices.Compare(at[:], m.bound[:]) < 0 {
				m.bound = at
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// write merges what stands up to the bound.
func (m *sellerMerge) write(c Conn) (merged int, err error) {
	for _, segment := range m.from {
		n, err := c.Exec(sqlMergeEntries, segment.above().key(), m.region, segment.key(), m.bound[0], m.bound[1], m.bound[2])
		if err != nil {
			return 0, err
		}
		merged += int(n)
	}
	return merged, nil
}
