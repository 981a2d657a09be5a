package store_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"testing"

	"upline/store"
)

// TestWorkRun_OutputDigestIsOfTheRowsInTheOrderOfTheirKeys computes the digest again, from the rows as the database sorts them.
func TestWorkRun_OutputDigestIsOfTheRowsInTheOrderOfTheirKeys(t *testing.T) {
	eachRunWorld(t, func(t *testing.T, w *runWorld) {
		run := w.close(w.Store, 0, "2026-01")
		text := func(b []byte, v string) []byte {
			return append(binary.BigEndian.AppendUint32(b, uint32(len(v))), v...)
		}
		integer := func(b []byte, v int64) []byte {
			return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint32(b, 8), uint64(v))
		}
		all := text(nil, run.RunID)
		for _, section := range []struct {
			name, sql string
			kinds     string // t for a text, i for an integer, by column
		}{
			{"lines", `SELECT region, distributor_id, bonus, level, part, kind, base, base_unit, point_num, point_den, rate, factors,
				amount_minor FROM period_lines ORDER BY region, run_key, attempt, distributor_id, bonus, level, part, kind`, "tttiititiiiti"},
			{"ranks", `SELECT region, distributor_id, active, paid_as, achieved FROM run_ranks ORDER BY region, run_key, attempt, distributor_id`, "ttitt"},
			{"states", `SELECT region, distributor_id, state_key, value FROM run_states
				ORDER BY region, run_key, attempt, distributor_id, state_key`, "ttti"},
		} {
			var rows []byte
			count := int64(0)
			err := w.engine.Read(t.Context(), "digest", func(c store.Conn) error {
				return c.Query(section.sql, nil, func(r store.Row) error {
					for column, kind := range section.kinds {
						if kind == 't' {
							rows = text(rows, r.Text(column))
						} else {
							rows = integer(rows, r.Int(column))
						}
					}
					count++
					return nil
				})
			})
			if err != nil || count == 0 {
				t.Fatalf("%s: %d rows, %v", section.name, count, err)
			}
			sum := sha256.Sum256(rows)
			all = text(integer(text(all, section.name), count), string(sum[:]))
		}
		if sum := sha256.Sum256(all); !bytes.Equal(sum[:], run.OutputDigest) {
			t.Fatalf("the rows digest to %x, the run says %x", sum, run.OutputDigest)
		}
	})
}
