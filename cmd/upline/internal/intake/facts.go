package intake

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	uplinev1 "upline/api/upline/v1"
	"upline/calc"
	"upline/calc/simulate"
	"upline/store"
)

// factKind is a kind of file of opening entries.
type factKind struct {
	name   string
	kind   store.OpeningKind
	format *simulate.Format
	fields map[string]int // which columns the fields of an entry come from
	// entry makes an entry of the row at hand. Columns that cannot be read are bad, which was said then.
	entry func(f *factFile, t *simulate.Table) (e *uplinev1.OpeningEntry, bad []int)
}

// factFile is a file of opening entries.
type factFile struct {
	company      *Company
	kind         *factKind
	path, digest string
	rows         int64
}

var serviceFields = map[string]int{
	"": serviceDistributor, "distributor_id": serviceDistributor, "event_id": serviceID, "service.market": serviceMarket, "service.sale_id": serviceSale,
	"service.customer_id": serviceCustomer, "service.product_id": serviceProduct, "service.price": servicePrice,
	"service.price.currency_code": serviceCurrency, "service.cycles_paid": serviceCycles, "service.activated_at": serviceActivated,
}

var services = factKind{
	name: "services", kind: store.OpeningService, format: &servicesFormat, fields: serviceFields,
	entry: func(f *factFile, t *simulate.Table) (*uplinev1.OpeningEntry, []int) {
		s, bad := f.service(t)
		e := f.of(t, serviceDistributor, serviceID, "service:"+s.GetMarket()+":"+s.GetSaleId())
		e.Fact = &uplinev1.OpeningEntry_Service{Service: s}
		return e, bad
	},
}

var advances = factKind{
	name: "advances", kind: store.OpeningAdvance, format: &advancesFormat,
	fields: map[string]int{
		"": serviceDistributor, "distributor_id": serviceDistributor, "event_id": advanceID, "advance.market": serviceMarket,
		"advance.sale_id": serviceSale, "advance.customer_id": serviceCustomer, "advance.product_id": serviceProduct, "advance.price": servicePrice,
		"advance.price.currency_code": serviceCurrency, "advance.cycles_paid": serviceCycles, "advance.activated_at": serviceActivated,
		"advance.bonus": advanceBonus, "advance.advanced": advanceAmount,
	},
	entry: func(f *factFile, t *simulate.Table) (*uplinev1.OpeningEntry, []int) {
		s, bad := f.service(t)
		e := f.of(t, serviceDistributor, advanceID, "advance:"+s.GetMarket()+":"+s.GetSaleId())
		e.Fact = &uplinev1.OpeningEntry_Advance{Advance: &uplinev1.OpeningAdvance{
			Market: s.GetMarket(), SaleId: s.GetSaleId(), CustomerId: s.GetCustomerId(), ProductId: s.GetProductId(), Price: s.GetPrice(),
			Bonus: string(t.Cell(advanceBonus)), Advanced: f.money(t, advanceAmount, -1), CyclesPaid: s.GetCyclesPaid(), ActivatedAt: s.GetActivatedAt(),
		}}
		return e, bad
	},
}

var ranks = factKind{
	name: "ranks", kind: store.OpeningRank, format: &ranksFormat,
	fields: map[string]int{"": rankDistributor, "distributor_id": rankDistributor, "event_id": rankID, "rank": rankRank},
	entry: func(f *factFile, t *simulate.Table) (*uplinev1.OpeningEntry, []int) {
		e := f.of(t, rankDistributor, rankID, "rank:"+string(t.Cell(rankDistributor)))
		e.Fact = &uplinev1.OpeningEntry_Rank{Rank: &uplinev1.OpeningRank{AchievedRank: string(t.Cell(rankRank))}}
		return e, nil
	},
}

var carries = factKind{
	name: "carries", kind: store.OpeningCarry, format: &carriesFormat,
	fields: map[string]int{
		"": carryDistributor, "distributor_id": carryDistributor, "event_id": carryID, "carry.bonus": carryBonus, "carry.left": carryLeft, "carry.right": carryRight,
	},
	entry: func(f *factFile, t *simulate.Table) (*uplinev1.OpeningEntry, []int) {
		e := f.of(t, carryDistributor, carryID, "carry:"+string(t.Cell(carryDistributor))+":"+string(t.Cell(carryBonus)))
		e.Fact = &uplinev1.OpeningEntry_Carry{Carry: &uplinev1.OpeningCarry{
			Bonus: string(t.Cell(carryBonus)), Left: string(t.Cell(carryLeft)), Right: string(t.Cell(carryRight)),
		}}
		return e, nil
	},
}

var balances = factKind{
	name: "balances", kind: store.OpeningBalance, format: &balancesFormat,
	fields: map[string]int{
		"": balanceDistributor, "distributor_id": balanceDistributor, "event_id": balanceID, "balance": balanceAmount,
		"balance.balance.currency_code": balanceCurrency,
	},
	entry: func(f *factFile, t *simulate.Table) (*uplinev1.OpeningEntry, []int) {
		m := f.money(t, balanceAmount, balanceCurrency)
		e := f.of(t, balanceDistributor, balanceID, "balance:"+string(t.Cell(balanceDistributor))+":"+m.GetCurrencyCode())
		e.Fact = &uplinev1.OpeningEntry_Balance{Balance: &uplinev1.OpeningBalance{Balance: m}}
		return e, nil
	},
}

// of begins an entry.
func (f *factFile) of(t *simulate.Table, distributor, id int, made string) *uplinev1.OpeningEntry {
	e := &uplinev1.OpeningEntry{EventId: string(t.Cell(id)), DistributorId: string(t.Cell(distributor))}
	if e.EventId == "" {
		e.EventId = made
	}
	return e
}

// money is an amount of a row; without a currency it is in the plan's.
func (f *factFile) money(t *simulate.Table, amount, currency int) *uplinev1.Money {
	m := &uplinev1.Money{CurrencyCode: f.company.plan.Currency, Amount: string(t.Cell(amount))}
	if currency >= 0 && len(t.Cell(currency)) > 0 {
		m.CurrencyCode = string(t.Cell(currency))
	}
	return m
}

// service reads what services and advances have in common.
func (f *factFile) service(t *simulate.Table) (s *uplinev1.OpeningRunningService, bad []int) {
	s = &uplinev1.OpeningRunningService{
		Market: string(t.Cell(serviceMarket)), SaleId: string(t.Cell(serviceSale)), CustomerId: string(t.Cell(serviceCustomer)),
		ProductId: string(t.Cell(serviceProduct)), Price: f.money(t, servicePrice, serviceCurrency),
	}
	us, ok := t.Time(serviceActivated)
	if !ok {
		bad = append(bad, serviceActivated)
	}
	s.ActivatedAt = timestamppb.New(time.UnixMicro(us))
	if len(t.Cell(serviceCycles)) > 0 {
		if s.CyclesPaid, ok = t.Whole(serviceCycles, 0, 1200); !ok {
			bad = append(bad, serviceCycles)
		}
	}
	return s, bad
}

// check reads a file, checks its rows and sums up. The rows are not kept: they are read again when they are written.
func (f *factFile) check(ctx context.Context) (err error) {
	c := f.company
	if f.digest, err = digestOf(f.path); err != nil {
		return err
	}
	shut, err := c.Store.ShutOpening(ctx, c.PlanID)
	if err != nil {
		return err
	}
	late := lateRows{file: f, shut: shut}
	events, sales := map[string]int{}, map[string]int{}
	err = f.each("checking "+filepath.Base(f.path), func(t *simulate.Table, e *uplinev1.OpeningEntry, bad []int) error {
		f.rows++
		entry, fields, err := c.intake.Entry(e)
		if err != nil {
			return err
		}
		good := func(column int) bool { return !slices.Contains(bad, column) }
		refuse := func(field, text, remedy string) {
			if column := columnOf(field, f.kind.fields); good(column) {
				bad = append(bad, column)
				t.Refuse(column, text, remedy)
			}
		}
		for _, field := range fields {
			if field.GetField() == "event_id" && len(fields) > 1 && len(t.Cell(columnOf("event_id", f.kind.fields))) == 0 {
				continue // it was made of another cell that is wrong
			}
			refuse(field.GetField(), field.GetProblem(), field.GetRemedy())
		}
		if err := late.take(ctx, t.Line(), entry.EventID); err != nil {
			return err
		}
		if line, twice := events[entry.EventID]; twice {
			refuse("event_id", fmt.Sprintf("the entry %q stands in line %d already", entry.EventID, line), "leave one of the rows, or give each an id")
		}
		events[entry.EventID] = t.Line()
		us, found, err := c.enrolledUS(ctx, entry.DistributorID)
		if err != nil {
			return err
		}
		if !found {
			refuse("distributor_id", fmt.Sprintf("%q is neither in the network file nor enrolled in the plan", entry.DistributorID), "correct the id, or add a row to the network")
		}
		if n := entry.Sale; n.SaleID != "" {
			key := n.Market + " " + n.SaleID
			if line, twice := sales[key]; twice {
				refuse(f.factField("sale_id"), fmt.Sprintf("the sale stands in line %d already", line), "bring each service in once")
			}
			sales[key] = t.Line()
			if found && n.SoldAtUS < us {
				refuse(f.factField("activated_at"), "lies before the distributor was enrolled", "enrol with the date that the distributor really joined")
			}
			if n.SoldAtUS > c.NowUS {
				refuse(f.factField("activated_at"), "lies in the future", "bring in what is live")
			}
			f.known(refuse, "market", "market", n.Market, c.markets)
			f.known(refuse, "product_id", "product", n.ProductID, c.products)
			if n.Currency != c.plan.Currency {
				refuse(f.factField("price.currency_code"), "is not the plan's currency "+c.plan.Currency, "bring the amounts in the plan's currency")
			}
		}
		f.checkPlan(refuse, &entry)
		if len(bad) == 0 {
			f.sum(&entry)
		}
		return nil
	})
	if err == nil {
		err = late.ask(ctx)
	}
	c.Totals.add(f.kind.name, "rows", "", f.rows, 0)
	return err
}

func (f *factFile) factField(field string) string {
	return map[store.OpeningKind]string{store.OpeningAdvance: "advance.", store.OpeningService: "service."}[f.kind.kind] + field
}

// known refuses what the catalog does not have.
func (f *factFile) known(refuse func(field, text, remedy string), field, what, name string, catalog map[string]bool) {
	if !catalog[name] {
		refuse(f.factField(field), fmt.Sprintf("there is no %s %q in the catalog", what, name), "add it to the catalog, or correct the name")
	}
}

// checkPlan refuses ranks and bonuses that the plan does not have.
func (f *factFile) checkPlan(refuse func(field, text, remedy string), e *store.OpeningEntry) {
	p := f.company.plan
	named := func(field, what, name string, fits func(b *calc.Bonus) bool) {
		var names []string
		for i := range p.Bonuses {
			if fits(&p.Bonuses[i]) {
				names = append(names, p.Bonuses[i].Name)
			}
		}
		if !slices.Contains(names, name) {
			refuse(field, fmt.Sprintf("the plan has no %s %q", what, name), simulate.Nearest(name, names))
		}
	}
	switch e.Kind {
	case store.OpeningRank:
		names := make([]string, len(p.Ranks))
		for i, r := range p.Ranks {
			names[i] = r.Name
		}
		if !slices.Contains(names, e.Rank) {
			refuse("rank", fmt.Sprintf("the plan has no rank %q", e.Rank), simulate.Nearest(e.Rank, names))
		}
	case store.OpeningCarry:
		named("carry.bonus", "binary bonus", e.Bonus, func(b *calc.Bonus) bool { return b.Binary != nil })
	case store.OpeningAdvance:
		named("advance.bonus", "bonus that pays months in advance", e.Bonus, func(b *calc.Bonus) bool { return b.MonthsAdvanced() > 0 })
		if e.Currency != p.Currency {
			refuse("advance.advanced", "is not in the plan's currency "+p.Currency, "bring the amounts in the plan's currency")
		}
	case store.OpeningBalance, store.OpeningService:
	}
}

// sum adds a row to the totals.
func (f *factFile) sum(e *store.OpeningEntry) {
	t := f.company.Totals
	if n := e.Sale; n.SaleID != "" {
		t.add(f.kind.name, "price", n.Currency, n.PriceMinor, digitsOf(n.Currency))
	}
	switch e.Kind {
	case store.OpeningCarry:
		t.add(f.kind.name, "left", "", e.Left, volumeDigits)
		t.add(f.kind.name, "right", "", e.Right, volumeDigits)
	case store.OpeningBalance:
		t.add(f.kind.name, "amount", e.Currency, e.AmountMinor, digitsOf(e.Currency))
	case store.OpeningAdvance:
		t.add(f.kind.name, "advanced", e.Currency, e.AmountMinor, digitsOf(e.Currency))
	case store.OpeningRank, store.OpeningService:
	}
}

func digitsOf(currency string) int32 {
	digits, _ := calc.CurrencyDigits(currency) // it was checked
	return digits
}

// each reads the file and gives its rows as entries, and the columns of those whose cells cannot be read, which was said then.
func (f *factFile) each(step string, do func(t *simulate.Table, e *uplinev1.OpeningEntry, bad []int) error) (err error) {
	table, file, err := f.company.table(f.path, f.kind.format, step)
	if err != nil || table == nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	for table.Next() {
		e, bad := f.kind.entry(f, table)
		if err := do(table, e, bad); err != nil {
			return err
		}
	}
	return table.End()
}

// lateRows finds the rows that come too late: those that are not in the database once a first period is closed.
type lateRows struct {
	file  *factFile
	shut  string // the period; "" while everything is taken
	ids   []string
	lines []int
}

// lateMax is how many rows are asked for at once.
const lateMax = 1000

func (l *lateRows) take(ctx context.Context, line int, eventID string) error {
	if l.shut == "" {
		return nil
	}
	l.ids, l.lines = append(l.ids, eventID), append(l.lines, line)
	if len(l.ids) < lateMax {
		return nil
	}
	return l.ask(ctx)
}

// ask refuses those of the rows taken that the database does not have.
func (l *lateRows) ask(ctx context.Context) error {
	if len(l.ids) == 0 {
		return nil
	}
	c := l.file.company
	known, err := c.Store.OpeningsKnown(ctx, c.PlanID, l.ids)
	if err != nil {
		return err
	}
	for i, id := range l.ids {
		if !known[id] {
			c.refuse(simulate.Problem{
				File: filepath.Base(l.file.path), Line: l.lines[i], Column: l.file.kind.format.Columns[columnOf("event_id", l.file.kind.fields)].Name,
				Text: store.OpeningShut(l.shut), Remedy: store.OpeningShutRemedy,
			})
		}
	}
	l.ids, l.lines = l.ids[:0], l.lines[:0]
	return nil
}

// volumeDigits are the decimals of volumes.
const volumeDigits = 4
