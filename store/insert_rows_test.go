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
