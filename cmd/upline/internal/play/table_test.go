package play

import (
	"strings"
	"testing"

	uplinev1 "upline/api/upline/v1"
)

func TestPrint_ShowsBothFiguresOfARowThatDiffers(t *testing.T) {
	var out strings.Builder
	ok := Print(&out, []Result{{
		Case: Case{Folder: "folder", Title: "A title.", Sources: []Source{{URL: "https://example.com", About: "a page"}, {About: "a book"}}},
		Rows: []Row{
			{Case: "plan", Earner: "anna", Bonus: "levels", What: "2026-01, level 1", Published: "2.00", Computed: "2.00", OK: true},
			{Case: "plan", Earner: "bo", Bonus: "levels", What: "2026-01, level 10", Published: "30.00", Computed: "-4.00"},
		},
	}})
	want := `folder
  A title.
  source: https://example.com
  source: a book
  case  earner  bonus   what               published  computed  ok
  plan  anna    levels  2026-01, level 1        2.00      2.00  ok
  plan  bo      levels  2026-01, level 10      30.00     -4.00  DIFFERS

1 of 2 rows as published
`
	if out.String() != want {
		t.Errorf("printed:\n%s\nwant:\n%s", out.String(), want)
	}
	if ok {
		t.Error("a row that differs is as published")
	}
}

func TestSum_IsExactAndKeepsTheDecimals(t *testing.T) {
	line := func(amount string) *uplinev1.Line { return &uplinev1.Line{Amount: &uplinev1.Money{Amount: amount}} }
	for _, test := range []struct {
		amounts []string
		want    string
	}{
		{nil, "0"},
		{[]string{"4612.50", "-2562.50"}, "2050.00"},
		{[]string{"0.10", "0.20"}, "0.30"},
		{[]string{"100"}, "100"},
		{[]string{"999999999999999.99", "0.01"}, "1000000000000000.00"},
	} {
		var lines []*uplinev1.Line
		for _, amount := range test.amounts {
			lines = append(lines, line(amount))
		}
		got, err := sum(lines, func(*uplinev1.Line) bool { return true })
		if err != nil || got != test.want {
			t.Errorf("sum of %v: %q, %v; want %q", test.amounts, got, err, test.want)
		}
	}
}
