package simulate_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"upline/calc/simulate"
)

// TestReadme_DescribesAllColumns keeps the tables of the README to the formats that the program knows. `-rewrite` writes them.
func TestReadme_DescribesAllColumns(t *testing.T) {
	const path, heading = "README.md", "## Columns\n"
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, after, found := strings.Cut(string(data), heading)
	if !found {
		t.Fatalf("%s has no %q", path, heading)
	}
	var want strings.Builder
	for _, one := range simulate.InputFormats() {
		want.WriteString("\n" + one.Markdown(true))
	}
	want.WriteString("\n`--out` writes these files:\n")
	for _, one := range simulate.OutputFormats() {
		want.WriteString("\n" + one.Markdown(false))
	}
	if after == want.String() {
		return
	}
	if flag.Lookup("rewrite").Value.String() != "true" {
		t.Fatalf("the tables of %s are not those of the program; write them with: go test ./calc/simulate -rewrite", path)
	}
	if err := os.WriteFile(path, []byte(before+heading+want.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestReadme_ShowsFilesThatAreRead computes the files that the README shows.
func TestReadme_ShowsFilesThatAreRead(t *testing.T) {
	data, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	var blocks []string
	for i, part := range strings.Split(string(data), "```") {
		if text, ok := strings.CutPrefix(part, "csv\n"); ok && i%2 == 1 {
			blocks = append(blocks, text)
		}
	}
	if len(blocks) != 2 {
		t.Fatalf("the README shows %d files", len(blocks))
	}
	got := simulateFiles(t, files{"network": blocks[0], "sales": blocks[1]}, planOf(t, levelsPlan), "")
	if got.report.Plan.Total.Amount != "175.05" {
		t.Errorf("they come to %s", got.report.Plan.Total.Amount)
	}
}
