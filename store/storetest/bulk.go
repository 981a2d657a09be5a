package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"upline/store"
)

var bulkColumns = []string{"k", "n", "b"}

func testBulk(t *testing.T, source Source) {
	row := func(i int, values []any) []any {
		return append(values, fmt.Sprintf("key %06d", i), int64(i)*1_000_000_007-7, []byte{byte(i), byte(i >> 8), 0, 0xff})
	}
	count := func(t *testing.T, engine store.Engine) (n int64) {
		read(t, engine, func(c store.Conn) error {
			return c.Query(`SELECT COUNT(*) FROM sample`, nil, func(r store.Row) error { n = r.Int(0); return nil })
		})
		return n
	}

	// haveChanged holds that the table has so many rows, and 7 more in each.
	haveChanged := func(t *testing.T, engine store.Engine, n int) {
		t.Helper()
		i := 0
		read(t, engine, func(c store.Conn) error {
			return c.Query(`SELECT k, n, b FROM sample ORDER BY k`, nil, func(r store.Row) error {
				want := row(i, nil)
				if r.Text(0) != want[0] || r.Int(1) != want[1].(int64)+7 || !bytes.Equal(r.Bytes(2), want[2].([]byte)) {
					t.Errorf("row %d: %s %d %x", i, r.Text(0), r.Int(1), r.Bytes(2))
				}
				i++
				return nil
			})
		})
		if i != n {
			t.Errorf("%d rows, want %d", i, n)
		}
	}

	for _, n := range []int{0, 1, 2, 3, 127, 128, 129, 5000, 20_000} {
		t.Run(fmt.Sprintf("%dRows", n), func(t *testing.T) {
			engine := source(t).Open(t)
			define(t, engine, valuesDDL)
			write(t, engine, func(c store.Conn) error {
				next := 0
				if err := c.Bulk("sample", bulkColumns, n, func(i int, values []any) []any {
					if i != next {
						t.Fatalf("row %d was asked for, want %d", i, next)
					}
					next++
					return row(i, values)
				}); err != nil {
					return err
				}
				// The transaction goes on.
				if _, err := c.Exec(`UPDATE sample SET n = n + $1`, int64(7)); err != nil {
					return err
				}
				if next != n {
					t.Errorf("%d rows were asked for, want %d", next, n)
				}
				return nil
			})
			haveChanged(t, engine, n)
		})
	}

	const insertSample = `INSERT INTO sample (k, n, b)
		VALUES ($1, $2, $3)`
	for _, n := range []int{1, 255, 256, 257, 3000} {
		t.Run(fmt.Sprintf("%dRowsOfABatch", n), func(t *testing.T) {
			engine := source(t).Open(t)
			define(t, engine, valuesDDL)
			write(t, engine, func(c store.Conn) error {
				var b store.Batch
				defer b.Release()
				for i := range n {
					b.Insert(insertSample, row(i, nil)...)
				}
				// Statements of the batch do not see its rows; those after it do.
				b.Exec(`DELETE FROM sample`)
				if err := c.Send(&b); err != nil {
					return err
				}
				changed, err := c.Exec(`UPDATE sample SET n = n + $1`, int64(7))
				if changed != int64(n) {
					t.Errorf("%d rows are there, want %d", changed, n)
				}
				return err
			})
			haveChanged(t, engine, n)
		})
		t.Run(fmt.Sprintf("%dRowsOfABatchWithARepeatedKey", n), func(t *testing.T) {
			engine := source(t).Open(t)
			define(t, engine, valuesDDL)
			write(t, engine, func(c store.Conn) error { return c.Bulk("sample", bulkColumns, 1, row) })
			tries := 0
			err := engine.Write(t.Context(), "test", func(c store.Conn) error {
				if tries++; tries > 1 {
					return errRefused
				}
				var b store.Batch
				defer b.Release()
				for i := range n {
					b.Insert(insertSample, row(n-1-i, nil)...)
				}
				return c.Send(&b)
			})
			// Where another may have added the row meanwhile, the transaction is run again.
			if err == nil || tries != 1 && !errors.Is(err, errRefused) || count(t, engine) != 1 {
				t.Errorf("%d rows after %d tries, %v", count(t, engine), tries, err)
			}
		})
	}

	t.Run("IsUndoneWithItsTransaction", func(t *testing.T) {
		engine := source(t).Open(t)
		define(t, engine, valuesDDL)
		err := engine.Write(t.Context(), "test", func(c store.Conn) error {
			if err := c.Bulk("sample", bulkColumns, 300, row); err != nil {
				return err
			}
			return errRefused
		})
		if !errors.Is(err, errRefused) || count(t, engine) != 0 {
			t.Errorf("%d rows, %v", count(t, engine), err)
		}
	})

	t.Run("RepeatedKeyFails", func(t *testing.T) {
		engine := source(t).Open(t)
		define(t, engine, valuesDDL)
		err := engine.Write(t.Context(), "test", func(c store.Conn) error {
			return c.Bulk("sample", bulkColumns, 300, func(i int, values []any) []any { return row(i%299, values) })
		})
		if err == nil || count(t, engine) != 0 {
			t.Errorf("%d rows, %v", count(t, engine), err)
		}
	})

	t.Run("WrongNumberOfValuesIsAnError", func(t *testing.T) {
		engine := source(t).Open(t)
		define(t, engine, valuesDDL)
		err := engine.Write(t.Context(), "test", func(c store.Conn) error {
			return c.Bulk("sample", bulkColumns, 3, func(i int, values []any) []any { return row(i, values)[:3-i] })
		})
		if err == nil || errors.Is(err, store.ErrUnavailable) || count(t, engine) != 0 {
			t.Errorf("%d rows, %v", count(t, engine), err)
		}
	})

	t.Run("PanicOfTheRowsCallbackRollsBack", func(t *testing.T) {
		engine := source(t).Open(t)
		define(t, engine, valuesDDL)
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic was lost")
				}
			}()
			_ = engine.Write(t.Context(), "test", func(c store.Conn) error {
				return c.Bulk("sample", bulkColumns, 300, func(i int, values []any) []any {
					if i == 200 {
						panic("on purpose")
					}
					return row(i, values)
				})
			})
		}()
		if n := count(t, engine); n != 0 {
			t.Errorf("%d rows, want none", n)
		}
	})
}
