package store

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"

	"upline/calc"
)

// dueShards is how many ranges the index of what is due is spread over: it goes by time within each, and would be hot at its end.
const dueShards = 16

// dueShard is the range that a sale's due time stands in.
func dueShard(market, saleID string) int64 {
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(market)) // It never fails.
	_, _ = hash.Write([]byte(saleID))
	return int64(hash.Sum32() % dueShards)
}

// lapsePrefix begins the ids of lapses: upline:lapse:CYCLE, and upline:lapse:CYCLE:N for the Nth of a cycle.
const lapsePrefix = reservedPrefix + "lapse:"

const (
	lapseLease = reservedPrefix + "lapses"
	// duePage is how many due sales are read at once.
	duePage = 200
)

const sqlDueSales = `SELECT due_at_us, market, sale_id FROM sales WHERE region = $1 AND due_shard = $2 AND due_at_us > 0 AND due_at_us <= $3
	AND (due_at_us, market, sale_id) > ($4, $5, $6) ORDER BY due_at_us, market, sale_id LIMIT $7`

// dueSale is a sale that lapses at a time unless it is paid before.
type dueSale struct {
	dueAtUS        int64
	market, saleID string
}

// LapseFailure is a sale that could not be lapsed.
type LapseFailure struct {
	Market, SaleID string
	Err            error
}

// LapseDue records the lapse of every service that is overdue by the clock, as of the moment that its grace ended, and returns how many
// lapsed. One server does it at a time: it returns ErrLeaseHeld while another does. A sale that cannot be lapsed does not hold up the
// others; it comes with the failures and is tried again by the next call. When the context ends it finishes the transaction under way.
func (s *Store) LapseDue(ctx context.Context) (lapsed int, failures []LapseFailure, err error) {
	held, err := s.takeLease(ctx, lapseLease, "the watch over what is due", nil)
	if err != nil {
		return 0, nil, err
	}
	working, stop := s.keepLease(ctx, held)
	defer stop()
	pass := lapsing{store: s, held: held}
	err = pass.run(working)
	if cause := context.Cause(working); err != nil && errors.Is(cause, ErrLeaseHeld) {
		err = cause
	}
	stop()
	if !errors.Is(err, ErrLeaseHeld) {
		err = errors.Join(err, s.extendLease(context.WithoutCancel(ctx), held, 0))
	}
	return pass.lapsed, pass.failures, err
}

// lapsing is one call of LapseDue.
type lapsing struct {
	store    *Store
	held     lease
	lapsed   int
	failures []LapseFailure
}

func (p *lapsing) run(ctx context.Context) error {
	var regions []string
	err := p.store.engine.Read(ctx, "regions", func(c Conn) (err error) {
		regions = nil
		regions, err = readRegions(c)
		return err
	})
	if err != nil {
		return err
	}
	nowUS := p.store.nowUS()
	for _, region := range regions {
		for shard := range int64(dueShards) {
			if err := p.shard(ctx, region, shard, nowUS); err != nil {
				return err
			}
		}
	}
	return nil
}

// shard goes through what is due in one range of the index.
func (p *lapsing) shard(ctx context.Context, region string, shard, nowUS int64) error {
	var after dueSale
	for {
		var due []dueSale
		err := p.store.engine.Read(ctx, "due_sales", func(c Conn) error {
			due = due[:0]
			args := []any{region, shard, nowUS, after.dueAtUS, after.market, after.saleID, int64(duePage)}
			return c.Query(sqlDueSales, args, func(r Row) error {
				due = append(due, dueSale{r.Int(0), r.Text(1), r.Text(2)})
				return nil
			})
		})
		if err != nil {
			return err
		}
		for _, sale := range due {
			if err := p.one(ctx, region, sale); err != nil {
				return err
			}
		}
		if len(due) < duePage {
			return nil
		}
		after = due[len(due)-1]
	}
}

// one lapses a sale. An error that the next sale would meet as well ends the call.
func (p *lapsing) one(ctx context.Context, region string, sale dueSale) error {
	lapsed := false
	err := p.store.engine.Write(ctx, "lapse", func(c Conn) (err error) {
		if err := checkLease(c, p.held); err != nil {
			return err
		}
		lapsed, err = p.store.lapse(c, region, sale)
		return err
	})
	for _, ending := range []error{ErrUnavailable, ErrAmbiguous, ErrLeaseHeld, context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, ending) {
			return err
		}
	}
	if err != nil {
		p.failures = append(p.failures, LapseFailure{sale.market, sale.saleID, err})
	} else if lapsed {
		p.lapsed++
	}
	return nil
}

// overdue is when the sale lapses unless the cycle is paid before; 0 for never. What came with the opening state has its grace from when
// it was brought in: what was paid before Upline is known by a number only.
func (h *history) overdue(f *calc.SaleFold) (cycle int32, atUS int64) {
	billing := h.billing()
	cycle, atUS = billing.OverdueAtUS(f)
	if atUS == 0 || !slices.ContainsFunc(h.events, func(e storedEvent) bool { return e.Kind == calc.Opening }) {
		return cycle, atUS
	}
	const dayUS = 24 * 60 * 60 * 1_000_000
	return cycle, max(atUS, h.sale.RecordedAtUS+int64(billing.GraceDays)*dayUS)
}

// lapse records the lapse of a sale that is still due when its events are read with the transaction. So servers may do it at once: the
// id of the event is what the sale's events say.
func (s *Store) lapse(c Conn, region string, due dueSale) (bool, error) {
	h, err := s.history(c, region, due.market, due.saleID, due.dueAtUS)
	if err != nil {
		return false, err
	}
	_, f := h.foldEvents()
	cycle, atUS := h.overdue(&f)
	now := s.nowUS()
	if atUS == 0 || atUS != due.dueAtUS || atUS > now {
		return false, nil
	}
	id := fmt.Sprintf("%s%d", lapsePrefix, cycle)
	for n := 2; h.event(id) != nil; n++ {
		id = fmt.Sprintf("%s%d:%d", lapsePrefix, cycle, n)
	}
	p, err := h.append(NewEvent{
		Market: due.market, SaleID: due.saleID, EventID: id, Kind: calc.Lapsed, EffectiveAtUS: atUS, Cycle: cycle, Currency: h.sale.Currency,
		Content: Content{{"cycle", fmt.Sprint(cycle)}, {"lapsed_at", formatUS(atUS)}},
	}, now, nil)
	if err != nil {
		return false, err
	}
	var b Batch
	p.write(&b)
	if err := h.update(&b); err != nil {
		return false, err
	}
	return true, c.Send(&b)
}
