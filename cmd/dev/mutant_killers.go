package main

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// killers counts which of the quick tests have killed mutants: whatever a file's mutants break, it is mostly what a few tests are about, and
// these are run before the others.
type killers struct {
	kills map[string]int
	// often are those tests in the order of how many they have killed, as a pattern.
	often string
}

// killersMax is how many tests are run first, and killsMin how many mutants each of them has killed.
const (
	killersMax = 12
	killsMin   = 2
)

var testFailed = regexp.MustCompile(`(?m)^--- FAIL: (\S+) \(`)

// note counts the test that failed first in what a program says.
func (k *killers) note(said string) {
	found := testFailed.FindStringSubmatch(said)
	if found == nil {
		return // the program was ended
	}
	if k.kills == nil {
		k.kills = make(map[string]int)
	}
	k.kills[found[1]]++
	names := slices.DeleteFunc(slices.Collect(maps.Keys(k.kills)), func(name string) bool { return k.kills[name] < killsMin })
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(k.kills[b], k.kills[a]), cmp.Compare(a, b)) })
	var patterns []string
	for _, name := range names[:min(len(names), killersMax)] {
		patterns = append(patterns, regexp.QuoteMeta(name))
	}
	k.often = ""
	if len(patterns) > 0 {
		k.often = "^(" + strings.Join(patterns, "|") + ")$"
	}
}

// first is a pattern of the tests to run first; "" while there are none.
func (k *killers) first() string { return k.often }
