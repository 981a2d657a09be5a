package simulate_test

import (
	"encoding/csv"
	"os"
	"regexp"
	"strings"
	"testing"
)

var fileBlocks = regexp.MustCompile("(?ms)^```(yaml|csv \\w+)\n(.*?)^```$")

// TestPlanReadme_ServiceBrochurePaysItsFigures computes the year of the page of the plan language that walks through a service brochure: the
// plan and the files as they stand there, against the lines that stand beneath them.
func TestPlanReadme_ServiceBrochurePaysItsFigures(t *testing.T) {
	page, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(page), "### A service brochure\n")
	section, _, found := strings.Cut(section, "\n## ")
	if !found {
		t.Fatal("the page has no walk-through of a service brochure")
	}
	blocks := map[string]string{}
	for _, block := range fileBlocks.FindAllStringSubmatch(section, -1) {
		blocks[strings.TrimPrefix(block[1], "csv ")] = block[2]
	}
	in := files{"network": blocks["network"], "sales": blocks["sales"], "payments": blocks["payments"]}
	got := simulateFiles(t, in, planOf(t, blocks["yaml"]), "")
	rows, err := csv.NewReader(strings.NewReader(got.lines)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	places := map[string]int{}
	for place, name := range rows[0] {
		places[name] = place
	}
	var lines strings.Builder
	for _, row := range rows {
		cells := make([]string, 0, len(rows[0]))
		for _, name := range []string{"period", "earner", "bonus", "sale", "amount"} {
			cells = append(cells, row[places[name]])
		}
		lines.WriteString(strings.Join(cells, ",") + "\n")
	}
	wantText(t, "lines", lines.String(), "\n"+blocks["lines"])
}
