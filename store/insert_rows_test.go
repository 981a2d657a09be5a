package store

import (
	"fmt"
	"strings"
	"testing"
)

func TestJoinInserts_KeepsRowsAndOtherStatements(t *testing.T) {
	const one, two = "INSERT INTO t (a, b)\n\t\tVALUES ($1, $2) ON CONFLICT (a) DO NOTHING", "INSERT INTO u (c) VALUES ($1)"
	var b Batch
	for i := range 37 {
		b.Exec(one, int64(i), "x")
		b.Exec(two, int64(-i))
	}
	b.Exec("UPDATE t SET a = $1", int64(1))
	rows := map[string]string{}
	for _, item := range joinInserts(&b).Statements() {
		table := strings.Fields(item.SQL)[2]
		for _, arg := range item.Args {
			rows[table] += fmt.Sprint(arg, " ")
		}
		last := fmt.Sprintf("$%d)", len(item.Args))
		if strings.HasPrefix(item.SQL, "INSERT") && !strings.Contains(item.SQL, last) || strings.HasPrefix(item.SQL, "INSERT INTO t ") && !strings.HasSuffix(item.SQL, " ON CONFLICT (a) DO NOTHING") {
			t.Errorf("%d arguments for %s", len(item.Args), item.SQL)
		}
	}
	want := map[string]string{"SET": "1 "}
	for i := range 37 {
		want["t"] += fmt.Sprint(i, " x ")
		want["u"] += fmt.Sprint(-i, " ")
	}
	for table, values := range want {
		if rows[table] != values {
			t.Errorf("%s has %s, want %s", table, rows[table], values)
		}
	}
	if got, want := manyRows(two, 1, 3), "INSERT INTO u (c) VALUES ($1), ($2), ($3)"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestBatch_RowsThatGoAnotherWay(t *testing.T) {
	const many, few, other = "INSERT INTO t (a,\n\t\tb)\n\t\tVALUES ($1, $2)", "INSERT INTO u (c) VALUES ($1)", "INSERT INTO v (d) VALUES ($1) ON CONFLICT (d) DO NOTHING"
	for _, n := range []int{31, 32, 33, 64, 65, 100} {
		var b Batch
		b.Exec("DELETE FROM t")
		for i := range n {
			b.Insert(many, int64(i), fmt.Sprint(-i))
			b.Insert(other, int64(i))
		}
		b.Insert(few, int64(7))
		if taken := b.TakeRows(n + 1); len(taken) != 0 {
			t.Errorf("%d rows: %d are many", n, taken[0].N)
		}
		taken := b.TakeRows(n)
		if len(taken) != 1 || taken[0].Table != "t" || strings.Join(taken[0].Columns, "|") != "a|b" || taken[0].N != n {
			t.Fatalf("%d rows: %+v", n, taken)
		}
		values := []any{"before"}
		for i := range n {
			values = taken[0].Row(i, values[:1])
			if got, want := fmt.Sprint(values), fmt.Sprintf("[before %d %d]", i, -i); got != want {
				t.Errorf("row %d is %s, want %s", i, got, want)
			}
		}
		left := map[string]int{}
		for _, item := range b.Statements() {
			left[strings.Fields(item.SQL)[2]] += max(1, len(item.Args))
		}
		if left["t"] != 1 || left["u"] != 1 || left["v"] != n {
			t.Errorf("%d rows: left are %v", n, left)
		}
		b.Release()
	}
}

// What is left over of a batch that was sent is used by the next ones, with nothing of it in them.
func TestBatch_ReleasedRoomIsClean(t *testing.T) {
	const text = "INSERT INTO t (a, b) VALUES ($1, $2)"
	for round := range 5 {
		var b Batch
		rows := 40 + round
		for i := range rows {
			b.Insert(text, int64(round), int64(i))
		}
		at := 0
		for _, item := range b.Statements() {
			for k := 0; k < len(item.Args); k += 2 {
				if item.Args[k] != int64(round) || item.Args[k+1] != int64(at) {
					t.Fatalf("round %d: row %d is %v", round, at, item.Args[k:k+2])
				}
				at++
			}
			if cap(item.Args) != len(item.Args) {
				t.Errorf("%d arguments could be appended to in the room of the next", len(item.Args))
			}
		}
		if at != rows {
			t.Errorf("round %d: %d rows of %d", round, at, rows)
		}
		b.Release()
		if len(b.Statements()) != 0 {
			t.Error("a released batch has statements")
		}
	}
}
