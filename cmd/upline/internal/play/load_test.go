package play

import (
	"strings"
	"testing"
	"testing/fstest"
)

const goodCase = `title: A case
sources: [{url: https://example.com}]
plans: [plan.yaml]
market: {market: US, region: us-east1, name: United States}
vendor: {id: v, name: V}
network: [{id: a}]
enrolled: 2026-01-02
steps:
  - close: 2026-01
expect:
  - {published: 1.00, total: {bonus: b, period: 2026-01}}
`

func TestLoad_RefusesWhatWouldShowNothing(t *testing.T) {
	for _, test := range []struct{ name, old, new, says string }{
		{"misspelled field", "enrolled:", "enroled:", "enroled"},
		{"misspelled field of a step", "- close:", "- clsoe:", "clsoe"},
		{"two things in one step", "- close: 2026-01", "- {close: 2026-01, activate: {sale: s, on: 2026-01-02}}", "steps[0]"},
		{"expectation of nothing", ", total: {bonus: b, period: 2026-01}", "", "expect[0]"},
		{"figure that is no number", "published: 1.00", "published: about 1", "no decimal number"},
		{"no expectation", "expect:\n  - {published: 1.00, total: {bonus: b, period: 2026-01}}\n", "", "nothing is expected"},
		{"no source", "sources: [{url: https://example.com}]\n", "", "sources are missing"},
		{"plan that is not there", "plans: [plan.yaml]", "plans: [other.yaml]", "other.yaml"},
		{"no plan", "plans: [plan.yaml]\n", "", "plans are missing"},
		{"day that is none", "enrolled: 2026-01-02", "enrolled: 2026-02-30", "2026-02-30"},
	} {
		t.Run(test.name, func(t *testing.T) {
			text := strings.Replace(goodCase, test.old, test.new, 1)
			if text == goodCase {
				t.Fatal("the case was not changed")
			}
			_, err := Load(fstest.MapFS{
				"one/case.yaml": &fstest.MapFile{Data: []byte(text)},
				"one/plan.yaml": &fstest.MapFile{Data: []byte("plan_id: p\n")},
			})
			if err == nil || !strings.Contains(err.Error(), test.says) || !strings.Contains(err.Error(), "one/case.yaml") {
				t.Errorf("error %v does not say %q", err, test.says)
			}
		})
	}
}

func TestLoad_ReadsCasesInTheOrderOfTheirFolders(t *testing.T) {
	files := fstest.MapFS{}
	for _, folder := range []string{"b", "a"} {
		files[folder+"/case.yaml"] = &fstest.MapFile{Data: []byte(goodCase)}
		files[folder+"/plan.yaml"] = &fstest.MapFile{Data: []byte("plan_id: p\n")}
	}
	cases, err := Load(files)
	if err != nil || len(cases) != 2 || cases[0].Folder != "a" || cases[1].Folder != "b" {
		t.Errorf("%+v, %v", cases, err)
	}
}

func TestLoad_WithoutCasesIsAnError(t *testing.T) {
	if _, err := Load(fstest.MapFS{}); err == nil {
		t.Error("no error")
	}
}
