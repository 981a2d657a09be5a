package server

import (
	"context"
	"fmt"

	uplinev1 "upline/api/upline/v1"
	"upline/calc"
	"upline/store"
)

// ImportOpening records what a company had before Upline.
func (s *Server) ImportOpening(ctx context.Context, request *uplinev1.ImportOpeningRequest) (*uplinev1.ImportOpeningResponse, error) {
	var r reading
	entries := make([]store.OpeningEntry, len(request.GetEntries()))
	for i, e := range request.GetEntries() {
		r.prefix = fmt.Sprintf("entries[%d].", i)
		entries[i] = openingEntry(&r, e)
	}
	if err := r.err(); err != nil {
		return nil, err
	}
	imported, repeated, err := s.store.ImportOpening(ctx, request.GetPlanId(), entries)
	if err != nil {
		return nil, err
	}
	return &uplinev1.ImportOpeningResponse{Imported: int32(imported), RepeatedEntries: int32(repeated)}, nil
}

// openingKey are the fields that identify an entry.
var openingKey = []string{"event_id"}

func openingEntry(r *reading, e *uplinev1.OpeningEntry) store.OpeningEntry {
	entry := store.OpeningEntry{EventID: e.GetEventId(), DistributorID: e.GetDistributorId()}
	normal := map[string]string{}
	switch fact := e.GetFact().(type) {
	case *uplinev1.OpeningEntry_Rank:
		entry.Kind, entry.Rank = store.OpeningRank, fact.Rank.GetAchievedRank()
	case *uplinev1.OpeningEntry_Carry:
		entry.Kind, entry.Bonus = store.OpeningCarry, fact.Carry.GetBonus()
		entry.Left, entry.Right = r.volume("carry.left", fact.Carry.GetLeft()), r.volume("carry.right", fact.Carry.GetRight())
		normal["carry.left"], normal["carry.right"] = calc.FormatVolume(entry.Left), calc.FormatVolume(entry.Right)
	case *uplinev1.OpeningEntry_Balance:
		entry.Kind, entry.Currency = store.OpeningBalance, fact.Balance.GetBalance().GetCurrencyCode()
		entry.AmountMinor = r.amount("balance.balance", fact.Balance.GetBalance())
		normal["balance.balance.amount"] = formatMinor(entry.AmountMinor, entry.Currency)
	case *uplinev1.OpeningEntry_Advance:
		readAdvance(r, &entry, fact.Advance, normal)
	case *uplinev1.OpeningEntry_Service:
		readService(r, &entry, fact.Service, normal)
	}
	entry.Content = contentOf(e, openingKey, normal)
	return entry
}

func readAdvance(r *reading, entry *store.OpeningEntry, a *uplinev1.OpeningAdvance, normal map[string]string) {
	entry.Kind, entry.Bonus, entry.CyclesPaid = store.OpeningAdvance, a.GetBonus(), a.GetCyclesPaid()
	entry.AmountMinor, entry.Currency = r.price("advance.advanced", a.GetAdvanced()), a.GetAdvanced().GetCurrencyCode()
	entry.Sale = store.NewSale{
		Market: a.GetMarket(), SaleID: a.GetSaleId(), DistributorID: entry.DistributorID,
		CustomerID: a.GetCustomerId(), ProductID: a.GetProductId(),
		PriceMinor: r.price("advance.price", a.GetPrice()), Currency: a.GetPrice().GetCurrencyCode(),
		SoldAtUS: r.timeUS("advance.activated_at", a.GetActivatedAt()),
	}
	normal["advance.advanced.amount"] = formatMinor(entry.AmountMinor, entry.Currency)
	normal["advance.price.amount"] = formatMinor(entry.Sale.PriceMinor, entry.Sale.Currency)
}

func readService(r *reading, entry *store.OpeningEntry, a *uplinev1.OpeningRunningService, normal map[string]string) {
	entry.Kind, entry.CyclesPaid = store.OpeningService, a.GetCyclesPaid()
	entry.Sale = store.NewSale{
		Market: a.GetMarket(), SaleID: a.GetSaleId(), DistributorID: entry.DistributorID,
		CustomerID: a.GetCustomerId(), ProductID: a.GetProductId(),
		PriceMinor: r.price("service.price", a.GetPrice()), Currency: a.GetPrice().GetCurrencyCode(),
		SoldAtUS: r.timeUS("service.activated_at", a.GetActivatedAt()),
	}
	normal["service.price.amount"] = formatMinor(entry.Sale.PriceMinor, entry.Sale.Currency)
}
