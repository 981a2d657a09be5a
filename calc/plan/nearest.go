package plan

import (
	"fmt"
	"strings"
)

// nearest gives the known name that a misspelt one most likely stands for; false when none is near.
func nearest(name string, known []string) (string, bool) {
	const lengthMax = 64
	if name == "" || len(name) > lengthMax {
		return "", false
	}
	fold := func(s string) string { return strings.ReplaceAll(strings.ToLower(s), "-", "_") }
	name = fold(name)
	best, bestDistance := "", 1+max(min(1, len(name)-1), len(name)/3) // any other letter is as near to one
	for _, k := range known {
		if len(k) > lengthMax {
			continue
		}
		low := fold(k)
		distance := editDistance(name, low)
		// What is written in full begins with its abbreviation, or the other way around: `halfup`, `month`.
		if len(name) >= 3 && len(low) >= 3 && (strings.HasPrefix(low, name) || strings.HasPrefix(name, low)) {
			distance = 1
		}
		if distance < bestDistance {
			best, bestDistance = k, distance
		}
	}
	return best, best != ""
}

// didYouMean is the remedy for a name that is not known: the nearest one, or all.
func didYouMean(name string, known []string, what string) string {
	if near, ok := nearest(name, known); ok {
		return fmt.Sprintf("did you mean `%s`?", near)
	}
	return what + " " + quotedList(known, "and")
}

// quotedList writes names as "`a`, `b` and `c`".
func quotedList(names []string, conjunction string) string {
	var text strings.Builder
	for i, name := range names {
		switch {
		case i == 0:
		case i == len(names)-1:
			text.WriteString(" " + conjunction + " ")
		default:
			text.WriteString(", ")
		}
		text.WriteString("`" + name + "`")
	}
	return text.String()
}

// editDistance counts the bytes to insert, delete, replace or swap with a neighbour to turn one word into the other.
func editDistance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j]+cost, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}

// shown is a text of the file as a message shows it: on one line, and cut when it is long.
func shown(text string) string {
	const runesMax = 60
	runes := []rune(strings.Join(strings.Fields(text), " "))
	if len(runes) > runesMax {
		return string(runes[:runesMax]) + "…"
	}
	return string(runes)
}
