package server

import (
	"math/big"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	uplinev1 "upline/api/upline/v1"
	"upline/calc"
)

// money is an amount in the contract's form: with all decimals of its currency.
func money(minor int64, currency string) *uplinev1.Money {
	return &uplinev1.Money{CurrencyCode: currency, Amount: formatMinor(minor, currency)}
}

func formatMinor(minor int64, currency string) string {
	digits, _ := calc.CurrencyDigits(currency) // The store keeps known currencies only.
	return calc.FormatMinor(minor, digits)
}

// timestamp is a time of the store; 0 is one that never came.
func timestamp(us int64) *timestamppb.Timestamp {
	if us == 0 {
		return nil
	}
	return timestamppb.New(time.UnixMicro(us))
}

// pointValue is the value of a point in units of the currency, as an exact fraction. The store's fraction turns units of volume into
// minor units.
func pointValue(point calc.Fraction, currency string) *uplinev1.Factor {
	digits, _ := calc.CurrencyDigits(currency)
	numerator := new(big.Int).Mul(big.NewInt(point.Num), big.NewInt(calc.VolumeScale))
	denominator := new(big.Int).Mul(big.NewInt(point.Den), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(digits)), nil))
	value := new(big.Rat).SetFrac(numerator, denominator)
	return &uplinev1.Factor{Name: "point_value", Numerator: value.Num().Int64(), Denominator: value.Denom().Int64()}
}
