package simulate

import (
	"fmt"

	"upline/calc"
)

// money brings prices and fees to the plan's currency, sale by sale, at the bid of the period in which the sale was made.
func (v *view) money() {
	s, p := v.company.sales, v.Plan.Plan
	v.priceMinor, v.feeMinor = s.priceMinor, s.feeMinor
	if s.currency == nil || v.exchange.all == nil {
		return
	}
	v.priceMinor, v.feeMinor = v.converted(s.priceMinor, salesPrice), v.converted(s.feeMinor, salesFee)
	if p.ExchangeOnce {
		v.company.found.note("plan %s rounds conversions once, and the price of a sale in another currency is rounded to %s all the same, as volumes add prices up",
			v.Name, p.Currency)
	}
}

// converted brings a column of money to the plan's currency. A column with nothing to convert is given as it is.
func (v *view) converted(column []int64, place int) []int64 {
	s, p := v.company.sales, v.Plan.Plan
	if column == nil {
		return nil
	}
	var out []int64
	said := make(map[string]bool)
	for sale, currency := range s.currency {
		if currency == 0 {
			continue
		}
		name := s.words.currency.word(currency)
		if name == p.Currency {
			continue
		}
		if out == nil {
			out = append([]int64(nil), column...)
		}
		rates := v.exchange.at(s.atUS[sale])
		conversion, err := rates.ToPlan(column[sale], name, calc.Rounding{Mode: p.Rounding.Mode, StepMinor: 1})
		if err == nil {
			out[sale] = conversion.ToMinor
			continue
		}
		if _, rateErr := rates.Rate(name); rateErr != nil {
			if !said[name] { // once is enough: the others lack it, too
				said[name] = true
				v.noRate(s.name, salesFormat.Columns[salesCurrency].Name, int(s.line[sale]), name)
			}
			continue
		}
		v.company.found.addOnce(Problem{File: s.name, Line: int(s.line[sale]), Column: salesFormat.Columns[place].Name, Text: err.Error()})
	}
	if out == nil {
		return column
	}
	return out
}

// volumes fits the volumes, and fills in those that the file does not have: each stands in for the others, and all of them can be
// reckoned from the price where a point is worth one unit of the plan's currency.
func (v *view) volumes() {
	s, p, found := v.company.sales, v.Plan.Plan, v.company.found
	v.pv, v.cv, v.qv = s.pv, s.cv, s.qv
	switch {
	case s.len() == 0:
	case v.pv == nil && v.cv == nil:
		v.pv = v.pointsOfPrice()
		v.cv = v.pv
		if v.pv == nil {
			found.addOnce(Problem{
				File: s.name, Text: fmt.Sprintf("has no column pv and no column cv, and under plan %s a point is not worth 1 %s, so that price cannot stand for them", v.Name, p.Currency),
				Remedy: "give the columns pv and cv",
			})
			v.pv, v.cv = make([]int64, s.len()), make([]int64, s.len())
		} else {
			found.note("%s: there is no column pv and no column cv: 1 %s of price counts as 1 point of both", s.name, p.Currency)
		}
	case v.pv == nil:
		v.pv = v.cv
		found.note("%s: there is no column pv: cv counts as pv", s.name)
	case v.cv == nil:
		v.cv = v.pv
		found.note("%s: there is no column cv: pv counts as cv", s.name)
	}
	if v.qv == nil && v.asks.QV {
		v.qv = v.pv
		found.note("%s: there is no column qv: pv counts as qv", s.name)
	}
	if v.priceMinor == nil {
		v.priceMinor = v.priceOfPoints()
		found.note("%s: there is no column price: what cv is worth counts as price", s.name)
	}
}

// pointsOfPrice takes every price for as many points; nil where a point is not worth one unit of the currency.
func (v *view) pointsOfPrice() []int64 {
	p := v.Plan.Plan
	unit := int64(1)
	for range p.MinorDigits {
		unit *= 10
	}
	value := p.PointValue // minor units for 10⁻⁴ points
	if value.Num > unit || value.Num*calc.VolumeScale != unit*value.Den || calc.VolumeScale%unit != 0 {
		return nil
	}
	points := make([]int64, len(v.priceMinor))
	for sale, price := range v.priceMinor {
		points[sale] = price * (calc.VolumeScale / unit)
		if points[sale]/(calc.VolumeScale/unit) != price {
			v.company.found.addOnce(Problem{
				File: v.company.sales.name, Line: int(v.company.sales.line[sale]), Column: salesFormat.Columns[salesPrice].Name,
				Text: "is out of range", Remedy: "check the unit of the column",
			})
			points[sale] = 0
		}
	}
	return points
}

// priceOfPoints takes what commissionable volume is worth for the price.
func (v *view) priceOfPoints() []int64 {
	prices := make([]int64, len(v.cv))
	for sale, points := range v.cv {
		price, err := calc.Amount(points, calc.RateScale, v.Plan.Plan.PointValue, calc.Rounding{Mode: calc.HalfUp, StepMinor: 1})
		if err != nil {
			v.company.found.addOnce(Problem{
				File: v.company.sales.name, Line: int(v.company.sales.line[sale]), Column: salesFormat.Columns[salesCV].Name,
				Text: "is out of range", Remedy: "check the unit of the column",
			})
		}
		prices[sale] = price
	}
	return prices
}
