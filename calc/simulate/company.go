package simulate

import (
	"fmt"
	"slices"

	"upline/calc"
)

// Files are what a simulation reads. Those whose Reader is nil are not there; Network and Sales are needed.
type Files struct {
	Network, Sales, Payments, Cancellations, Changes, State, Rates, Adjustments Source
}

// Request is what to simulate.
type Request struct {
	Files Files
	Plan  Plan
	// Against is a second plan to compute the same files with; its Plan is nil when there is none. It has the currency, the time zone
	// and the cadence of the first.
	Against Plan
	// Periods names the periods of the plan's main cadence to compute: one, or FROM..TO; "" means all that hold events.
	Periods string
	// Threads is how many are used at most; 0 means as many as there are processors.
	Threads int
	// Progress, when it is set, is told now and then what is being done, and how much of how much is done; total is 0 where that is not
	// known.
	Progress func(step string, done, total int64)
}

// Company is what the files say, ready to be computed with.
type Company struct {
	request     Request
	found       *findings
	network     *network
	sales       *sales
	rates       *rateRows
	opening     *opening
	adjustments *adjustments
	views       []*view
}

// Read reads the files and fits them to the plans. The error is Problems, which lists all that is wrong with the files; an error of a
// reader; or one about the request, which wraps ErrRequest.
func Read(r Request) (*Company, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	c := &Company{request: r, found: &findings{}}
	if err := c.read(); err != nil {
		return nil, err
	}
	if c.network == nil || c.sales == nil {
		return nil, c.found.err()
	}
	c.sales.notes(r.Plan.Plan, c.found)
	if c.found.count == 0 {
		c.network.count(c.sales, c.adjustments, c.found)
	}
	c.views = append(c.views, newView(c, r.Plan, true))
	if r.Against.Plan != nil {
		c.views = append(c.views, newView(c, r.Against, false))
	}
	for _, v := range c.views {
		v.checkAdjustedEarly()
	}
	if err := c.found.err(); err != nil {
		return nil, err
	}
	return c, nil
}

// check refuses a request that makes no sense, before anything is read.
func (r *Request) check() error {
	a, b := r.Plan.Plan, r.Against.Plan
	if _, err := newSpan(a, r.Periods); err != nil {
		return err
	}
	if b == nil {
		return nil
	}
	differs := func(what, is, other string) error {
		return fmt.Errorf("%w: plan %s has the %s %s and plan %s has %s: only plans that agree in it can be compared", ErrRequest, r.Plan.Name, what, is, r.Against.Name, other)
	}
	switch {
	case a.Currency != b.Currency:
		return differs("currency", a.Currency, b.Currency)
	case a.Main != b.Main:
		return differs("cadence", a.Main.String(), b.Main.String())
	case !a.CountsWeeksAlike(b):
		return differs("weeks counted from", calc.MondayOf(a.WeeksFrom), calc.MondayOf(b.WeeksFrom))
	case newClock(a.Location).location.String() != newClock(b.Location).location.String():
		return differs("time zone", newClock(a.Location).location.String(), newClock(b.Location).location.String())
	}
	return nil
}

// read reads all files. What hangs on a file that could not be understood is not looked at.
func (c *Company) read() (err error) {
	r, p := &c.request, c.request.Plan.Plan
	clock := newClock(p.Location)
	onlyAtUS := int64(noTime)
	if span, err := newSpan(p, r.Periods); err == nil && span.given && span.first.No == span.last.No {
		onlyAtUS = span.first.StartUS
	}
	if c.network, err = readNetwork(r.Files.Network, clock, c.found, c.reading(r.Files.Network)); err != nil {
		return err
	}
	if c.sales, err = readSales(r.Files.Sales, c.network, clock, p, onlyAtUS, c.found, c.reading(r.Files.Sales)); err != nil {
		return err
	}
	if source := r.Files.Cancellations; source.Reader != nil && c.sales != nil {
		if err = readCancellations(source, c.sales, clock, c.found, c.reading(source)); err != nil {
			return err
		}
	}
	if source := r.Files.Changes; source.Reader != nil && c.sales != nil {
		if err = readChanges(source, c.sales, clock, p, c.found, c.reading(source)); err != nil {
			return err
		}
	}
	if source := r.Files.Payments; source.Reader != nil && c.sales != nil {
		if err = readPayments(source, c.sales, clock, p, c.found, c.reading(source)); err != nil {
			return err
		}
	}
	if source := r.Files.State; source.Reader != nil && c.network != nil {
		if c.opening, err = readOpening(source, c.network, c.found, c.reading(source)); err != nil {
			return err
		}
	}
	if source := r.Files.Rates; source.Reader != nil {
		if c.rates, err = readRates(source, c.found, c.reading(source)); err != nil {
			return err
		}
	}
	if source := r.Files.Adjustments; source.Reader != nil && c.network != nil {
		c.adjustments, err = readAdjustments(source, c.network, clock, p, c.found, c.reading(source))
	}
	return err
}

// reading tells of the progress of reading a file.
func (c *Company) reading(source Source) func(int64) {
	if c.request.Progress == nil {
		return nil
	}
	return func(usedBytes int64) { c.request.Progress("reading "+source.Name, usedBytes, source.Bytes) }
}

// Plans is the number of plans: 1, or 2 where one is compared with another.
func (c *Company) Plans() int { return len(c.views) }

// Plan gives a plan of the request: 0 is the first, 1 the one that it is compared with.
func (c *Company) Plan(which int) Plan { return c.views[which].Plan }

// Distributors is the number of distributors, and Sales that of sales.
func (c *Company) Distributors() int { return c.network.len() }

// Sales is the number of sales.
func (c *Company) Sales() int { return c.sales.len() }

// ID gives the id of a distributor by row.
func (c *Company) ID(row int32) string { return string(c.network.id(row)) }

// Row gives the row of a distributor by id; not ok: there is none.
func (c *Company) Row(id string) (row int32, ok bool) {
	row = c.network.find([]byte(id))
	return row, row >= 0
}

// SaleID gives the id of a sale by its number.
func (c *Company) SaleID(sale int32) string { return string(c.sales.id(sale)) }

// Notes say what was taken for granted in reading and in computing: an analyst should know.
func (c *Company) Notes() []string { return slices.Clone(c.found.notes) }

// liveFrom tells whether a sale was live at any time, and from when.
func (s *sales) liveFrom(sale int32) (us int64, live bool) {
	switch activated := s.activation(sale); {
	case activated != noTime:
		return activated, true
	case s.waitsFor(sale):
		return noTime, false
	}
	return s.atUS[sale], true
}

// terms are what a sale's events are folded by.
func (s *sales) terms(sale int32, p *calc.Plan) calc.SaleTerms {
	return calc.SaleTerms{
		RequiresActivation: s.waitsFor(sale), VolumeOnPayment: s.onPayment(sale), CancelledVolume: p.CancelledVolume,
		Billing: calc.Billing{Cycle: s.billed(sale)},
	}
}
