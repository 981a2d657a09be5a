package plan

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
	"google.golang.org/protobuf/reflect/protoreflect"

	uplinev1 "upline/api/upline/v1"
	"upline/calc"
)

var fences = regexp.MustCompile("(?ms)^```(yaml|text|findings)\n(.*?)^```$")

// The examples of the plan language's page are run: a block of YAML is a plan, completed by what the page leaves out, and the text
// after it a worksheet. A block of findings is a plan with what is found in it.
func TestReadme_ExamplesPayWhatTheySay(t *testing.T) {
	page := readme(t)
	w := &worksheet{}
	examples := 0
	for _, block := range fences.FindAllStringSubmatch(page, -1) {
		switch kind, body := block[1], block[2]; kind {
		case "yaml":
			if result := w.readPlan(&datadriven.TestData{Input: body, CmdArgs: []datadriven.CmdArg{{Key: "completed"}}}); result != "ok" {
				t.Errorf("the plan\n%s\nhas findings:\n%s", body, result)
			}
		case "text":
			examples++
			datadriven.RunTestFromString(t, body, w.run)
		case "findings":
			file, want, _ := strings.Cut(body, "----\n")
			if got := Compile([]byte(completed(file))).Diagnostics.Error(); got != strings.TrimSuffix(want, "\n") {
				t.Errorf("findings: got\n%s\nwant\n%s", got, want)
			}
		}
	}
	if examples < 10 {
		t.Errorf("only %d examples were found", examples)
	}
}

// Everything that can be written in a plan is on the page.
func TestReadme_NamesEveryFieldValueAndFact(t *testing.T) {
	page := readme(t) + page(t, "../REFERENCE.md") // the second is made from the schema
	for _, word := range calc.FactWords() {
		if !strings.Contains(page, "`"+word.Name) || !strings.Contains(page, word.Meaning) {
			t.Errorf("`%s` is not on the page with its meaning: %s", word.Name, word.Meaning)
		}
	}
	for _, name := range functionNames {
		if !strings.Contains(page, "`"+name+"(") {
			t.Errorf("the function `%s` is not on the page", name)
		}
	}
	seen := map[protoreflect.FullName]bool{}
	var walk func(m protoreflect.MessageDescriptor)
	named := func(name string) {
		if !regexp.MustCompile("`[^`]*\\b" + name + "\\b[^`]*`").MatchString(page) {
			t.Errorf("`%s` is not on the page", name)
		}
	}
	walk = func(m protoreflect.MessageDescriptor) {
		if seen[m.FullName()] {
			return
		}
		seen[m.FullName()] = true
		for i := range m.Fields().Len() {
			fd := m.Fields().Get(i)
			named(string(fd.Name()))
			if fd.Enum() != nil {
				for _, value := range shortNames(fd.Enum()).names {
					named(value)
				}
			}
			if fd.Message() != nil {
				walk(fd.Message())
			}
		}
	}
	walk((&uplinev1.Plan{}).ProtoReflect().Descriptor())
}

func readme(t *testing.T) string {
	t.Helper()
	return page(t, "../README.md")
}

func page(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
