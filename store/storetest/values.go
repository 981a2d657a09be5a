package storetest

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"upline/store"
)

const (
	valuesDDL = `CREATE TABLE IF NOT EXISTS sample (k TEXT NOT NULL, n BIGINT NOT NULL, b BYTEA NOT NULL, PRIMARY KEY (k))`
	putValue  = `INSERT INTO sample (k, n, b) VALUES ($1, $2, $3)`
	getValue  = `SELECT k, n, b FROM sample WHERE k = $1`
)

func testValues(t *testing.T, source Source) {
	t.Run("ComeBackAsTheyWent", func(t *testing.T) {
		engine := source(t).Open(t)
		define(t, engine, valuesDDL)
		type value struct {
			k string
			n int64
			b []byte
		}
		all := make([]byte, 256)
		for i := range all {
			all[i] = byte(i)
		}
		values := []value{
			{"", 0, []byte{}},
			{"nil bytes", 1, nil},
			{"min", math.MinInt64, all},
			{"max", math.MaxInt64, bytes.Repeat(all, 400)},
			{"minus one", -1, []byte{0}},
			{"Ünïcödé 世界 🙂", 1 << 53, []byte("text")},
			{"quote ' \" \\ % _ $1 ;--", -(1 << 53) - 1, []byte{0xff, 0xfe}},
			{strings.Repeat("é", 2000), 42, bytes.Repeat([]byte{7}, 70_000)},
		}
		write(t, engine, func(c store.Conn) error {
			for _, v := range values {
				if _, err := c.Exec(putValue, v.k, v.n, v.b); err != nil {
					return err
				}
			}
			return nil
		})
		inTransactions(t, engine, func(t *testing.T, c store.Conn) {
			for _, v := range values {
				rows := 0
				err := c.Query(getValue, []any{v.k}, func(r store.Row) error {
					rows++
					if r.Text(0) != v.k || string(r.Bytes(0)) != v.k || r.Int(1) != v.n || !bytes.Equal(r.Bytes(2), v.b) || r.Bytes(2) == nil {
						t.Errorf("%.40q: got %.40q, %d, %d bytes", v.k, r.Text(0), r.Int(1), len(r.Bytes(2)))
					}
					return nil
				})
				if err != nil || rows != 1 {
					t.Errorf("%.40q: %d rows, %v", v.k, rows, err)
				}
			}
		})
	})

	t.Run("BytesOfARowStandSideBySide", func(t *testing.T) {
		engine := source(t).Open(t)
		define(t, engine, valuesDDL)
		long := bytes.Repeat([]byte("0123456789"), 3000)
		write(t, engine, func(c store.Conn) error {
			for i := range 20 {
				if _, err := c.Exec(putValue, fmt.Sprintf("key %02d", i), int64(i), long[:i*1500]); err != nil {
					return err
				}
			}
			return nil
		})
		read(t, engine, func(c store.Conn) error {
			i := 0
			return c.Query(`SELECT k, b, k, b FROM sample ORDER BY k`, nil, func(r store.Row) error {
				first, b1, second, b2 := r.Bytes(0), r.Bytes(1), r.Bytes(2), r.Bytes(3)
				if string(first) != string(second) || !bytes.Equal(b1, b2) || !bytes.Equal(b1, long[:i*1500]) {
					t.Errorf("row %d: %q and %q, %d and %d bytes", i, first, second, len(b1), len(b2))
				}
				i++
				return nil
			})
		})
	})

	t.Run("TextComparesByBytes", func(t *testing.T) {
		engine := source(t).Open(t)
		define(t, engine, valuesDDL)
		keys := []string{"", " ", "-", "10", "9", "A", "B", "Z", "_", "a", "a b", "a-b", "aB", "ab", "b", "z", "~", "é", "É", "ß", "世", "\U0001F642"}
		write(t, engine, func(c store.Conn) error {
			for _, k := range keys {
				if _, err := c.Exec(putValue, k, int64(0), []byte{}); err != nil {
					return err
				}
			}
			return nil
		})
		slices.Sort(keys)
		read(t, engine, func(c store.Conn) error {
			var got []string
			err := c.Query(`SELECT k FROM sample ORDER BY k`, nil, func(r store.Row) error { got = append(got, r.Text(0)); return nil })
			if !slices.Equal(got, keys) {
				t.Errorf("got  %q\nwant %q", got, keys)
			}
			above := 0
			if err == nil {
				err = c.Query(`SELECT k FROM sample WHERE k > $1`, []any{"Z"}, func(store.Row) error { above++; return nil })
			}
			if want := len(keys) - slices.Index(keys, "Z") - 1; above != want {
				t.Errorf("%d keys above Z, want %d", above, want)
			}
			return err
		})
	})

	t.Run("BytesCompareAndAreFound", func(t *testing.T) {
		engine := source(t).Open(t)
		define(t, engine, valuesDDL)
		write(t, engine, func(c store.Conn) error {
			_, err := c.Exec(putValue, "a", int64(0), []byte{0, 1, 0xff})
			return err
		})
		read(t, engine, func(c store.Conn) error {
			rows := 0
			err := c.Query(`SELECT k FROM sample WHERE b = $1`, []any{[]byte{0, 1, 0xff}}, func(store.Row) error { rows++; return nil })
			if rows != 1 {
				t.Errorf("%d rows, want 1", rows)
			}
			return err
		})
	})

	t.Run("ZeroByteInTextIsRefused", func(t *testing.T) {
		engine := source(t).Open(t)
		define(t, engine, valuesDDL)
		for _, text := range []string{"a\x00b", "\x00", "a\xffb", "\xc3"} {
			err := engine.Write(t.Context(), "test", func(c store.Conn) error {
				_, err := c.Exec(putValue, text, int64(0), []byte{})
				return err
			})
			if err == nil {
				t.Errorf("%q was stored as text", text)
			}
		}
	})

	t.Run("WrongTypePanics", func(t *testing.T) {
		engine := source(t).Open(t)
		define(t, engine, valuesDDL)
		write(t, engine, func(c store.Conn) error {
			_, err := c.Exec(putValue, "a", int64(5), []byte{1})
			return err
		})
		for name, look := range map[string]func(store.Row){
			"text as integer":  func(r store.Row) { r.Int(0) },
			"bytes as integer": func(r store.Row) { r.Int(2) },
			"integer as text":  func(r store.Row) { _ = r.Text(1) },
			"integer as bytes": func(r store.Row) { r.Bytes(1) },
			"bytes as text":    func(r store.Row) { _ = r.Text(2) },
			"NULL as integer":  func(r store.Row) { r.Int(3) },
			"NULL as text":     func(r store.Row) { _ = r.Text(4) },
			"NULL as bytes":    func(r store.Row) { r.Bytes(4) },
		} {
			func() {
				defer func() {
					if recover() == nil {
						t.Errorf("%s did not panic", name)
					}
				}()
				_ = engine.Read(t.Context(), "test", func(c store.Conn) error {
					return c.Query(`SELECT s.k, s.n, s.b, (SELECT MAX(n) FROM sample WHERE k = 'x'), (SELECT MAX(k) FROM sample WHERE k = 'x') FROM sample s`,
						nil, func(r store.Row) error { look(r); return nil })
				})
			}()
		}
	})

	t.Run("UnknownArgumentPanics", func(t *testing.T) {
		engine := source(t).Open(t)
		define(t, engine, valuesDDL)
		defer func() {
			if recover() == nil {
				t.Error("an int was taken as an argument")
			}
		}()
		_ = engine.Write(t.Context(), "test", func(c store.Conn) error {
			_, err := c.Exec(putValue, "a", 5, []byte{})
			return err
		})
	})

	t.Run("SumsAndCountsAreIntegers", func(t *testing.T) {
		engine := withCounters(t, source, 3, "a", "b")
		read(t, engine, func(c store.Conn) error {
			return c.Query(`SELECT COUNT(*), CAST(SUM(value) AS BIGINT), 1, COALESCE(MAX(value), 0) FROM counters`, nil, func(r store.Row) error {
				if r.Int(0) != 2 || r.Int(1) != 6 || r.Int(2) != 1 || r.Int(3) != 3 {
					t.Errorf("got %d %d %d %d", r.Int(0), r.Int(1), r.Int(2), r.Int(3))
				}
				return nil
			})
		})
	})
}
