package server

import (
	"encoding/binary"
	"io"
	"math/bits"

	"github.com/parquet-go/parquet-go"

	"upline/calc"
)

const (
	// parquetGroupRows is how many rows a group of a Parquet file has: what is held in memory at once. Readers skip by groups.
	parquetGroupRows = 50_000
	// parquetBatchRows are handed to the library at once.
	parquetBatchRows = 1000
)

// newParquetRows writes rows as Parquet. The same rows make the same bytes.
func newParquetRows[T csvRow](to io.Writer) *exportRows[T] {
	w := parquet.NewGenericWriter[T](to, parquet.Compression(&parquet.Snappy), parquet.MaxRowsPerRowGroup(parquetGroupRows), parquet.CreatedBy("upline", "1", ""))
	batch := make([]T, 0, parquetBatchRows)
	flush := func() error {
		_, err := w.Write(batch)
		batch = batch[:0]
		return err
	}
	return &exportRows[T]{
		write: func(row T) error {
			batch = append(batch, row)
			if len(batch) < cap(batch) {
				return nil
			}
			return flush()
		},
		close: func() error {
			if err := flush(); err != nil {
				return err
			}
			return w.Close()
		},
	}
}

// The decimals of amounts and of rates in Parquet. A column has one scale for all currencies, and none of them has more.
const (
	amountScale = 4
	rateScale   = 9
)

// decimal128 is a number of Parquet's type DECIMAL(38): two's complement, the highest byte first.
type decimal128 [16]byte

// decimalOf is a number of so many decimals at a scale that has no fewer.
func decimalOf(number int64, digits, scale int32) (d decimal128) {
	factor := uint64(1)
	for range scale - digits {
		factor *= 10
	}
	negative := number < 0
	abs := uint64(number)
	if negative {
		abs = -abs
	}
	high, low := bits.Mul64(abs, factor)
	if negative {
		var borrow uint64
		low, borrow = bits.Sub64(0, low, 0)
		high, _ = bits.Sub64(0, high, borrow)
	}
	binary.BigEndian.PutUint64(d[:8], high)
	binary.BigEndian.PutUint64(d[8:], low)
	return d
}

// amountDecimal is an amount of a currency.
func amountDecimal(minor int64, currency string) decimal128 {
	digits, _ := calc.CurrencyDigits(currency)
	return decimalOf(minor, digits, amountScale)
}
