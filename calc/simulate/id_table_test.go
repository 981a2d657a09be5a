package simulate

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestIDTable_NumbersIDsInTheOrderInWhichTheyCome(t *testing.T) {
	for name, list := range map[string][]string{
		"going up":             {"", "a", "aa", "b", "c"},
		"one that goes down":   {"a", "c", "b", "d"},
		"one that comes twice": {"a", "b", "b", "c", "a"},
		"the first one twice":  {"a", "a"},
	} {
		table, want := newIDTable(), map[string]int32{}
		for _, id := range list {
			number, known := want[id]
			if !known {
				number = int32(len(want))
				want[id] = number
			}
			if got, isNew, ok := table.add([]byte(id)); got != number || isNew == known || !ok {
				t.Errorf("%s: %q is number %d, new %t; want %d, %t", name, id, got, isNew, number, !known)
			}
		}
		for id, number := range want {
			if got := table.find([]byte(id)); got != number || string(table.at(number)) != id {
				t.Errorf("%s: %q is found as %d, want %d", name, id, got, number)
			}
		}
		if got := table.find([]byte("nowhere")); got != -1 {
			t.Errorf("%s: an id that is not there is found as %d", name, got)
		}
	}
}

func TestIDTable_HoldsMany(t *testing.T) {
	const count = 20_000
	order := rand.New(rand.NewPCG(1, 2)).Perm(count)
	table := newIDTable()
	for number, k := range order {
		if got, isNew, ok := table.add(fmt.Appendf(nil, "id%d", k)); got != int32(number) || !isNew || !ok {
			t.Fatalf("id%d is number %d, new %t", k, got, isNew)
		}
	}
	for number, k := range order {
		if got := table.find(fmt.Appendf(nil, "id%d", k)); got != int32(number) {
			t.Fatalf("id%d is found as %d, want %d", k, got, number)
		}
	}
	sorted := table.sorted()
	if !slices.IsSortedFunc(sorted, func(a, b int32) int { return slices.Compare(table.at(a), table.at(b)) }) || len(sorted) != count {
		t.Error("the ids are not in byte order")
	}
}
