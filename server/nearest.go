package server

import "strings"

// nearest returns the name that was probably meant by given, or "" when none is near: two edits, or a third of its length.
func nearest(given string, names []string) string {
	if given == "" || len(given) > 64 {
		return ""
	}
	best, distance := "", min(max(2, len(given)/3), len(given)/2)+1
	for _, name := range names {
		if d := edits(strings.ToLower(given), strings.ToLower(name)); d < distance {
			best, distance = name, d
		}
	}
	return best
}

// edits is the number of characters to insert, delete or replace to turn a into b (Levenshtein).
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			next := diagonal
			if a[i] != b[j] {
				next = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], next
		}
	}
	return row[len(b)]
}
