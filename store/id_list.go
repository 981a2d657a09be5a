package store

import (
	"strconv"
	"strings"
)

// idListSize is how many ids one statement looks for. A list that is not full repeats its last id: texts of many lengths would each be
// prepared and planned anew.
const idListSize = 16

// idList is the list of parameters of a statement that looks for ids, in brackets, where it has so many parameters before them.
func idList(before int) string {
	var list strings.Builder
	for i := range idListSize {
		list.WriteString([2]string{"($", ", $"}[min(i, 1)] + strconv.Itoa(before+i+1))
	}
	return list.String() + ")"
}

// queryIDs adds to a batch as many statements as it takes to look for all ids. The text ends its parameters with an idList.
func (b *Batch) queryIDs(text string, before []any, ids []string, each func(Row) error) {
	for len(ids) > 0 {
		n := min(len(ids), idListSize)
		args := append(make([]any, 0, len(before)+idListSize), before...)
		for i := range idListSize {
			args = append(args, ids[min(i, n-1)])
		}
		b.Query(text, args, each)
		ids = ids[n:]
	}
}

// distinct gives the texts of a list once each, in the order of their first appearance.
func distinct[T any](list []T, of func(*T) string) []string {
	seen := make(map[string]struct{})
	var out []string
	for i := range list {
		text := of(&list[i])
		if _, known := seen[text]; !known {
			seen[text] = struct{}{}
			out = append(out, text)
		}
	}
	return out
}
