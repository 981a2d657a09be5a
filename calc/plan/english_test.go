package plan

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
	"google.golang.org/protobuf/reflect/protoreflect"
)

func TestEnglish_OfEveryStarter(t *testing.T) {
	for _, kind := range StarterKinds() {
		t.Run(kind, func(t *testing.T) {
			text, _ := Starter(kind)
			checkEnglish(t, kind, Compile([]byte(text)).English())
		})
	}
}

// The plans under testdata/plans name every field that there is, and so the wording of each stands in a file that somebody has read.
func TestEnglish_OfEveryField(t *testing.T) {
	for name, result := range plansOfEveryField(t) {
		t.Run(name, func(t *testing.T) { checkEnglish(t, "every_field_"+name, result.English()) })
	}
}

// checkEnglish compares with what stands under testdata/english. `go test ./calc/plan -run English -rewrite` writes what it sees; the
// difference is then for a person to review.
func checkEnglish(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "english", name+".txt")
	if flag.Lookup("rewrite").Value.String() == "true" {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil || string(want) != got {
		t.Errorf("%v: differs from %s; if that is meant: go test ./calc/plan -run English -rewrite\n%s", err, path, got)
	}
}

// plansOfEveryField compiles the plans under testdata/plans, by their names.
func plansOfEveryField(t *testing.T) map[string]Result {
	t.Helper()
	files, err := filepath.Glob("testdata/plans/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no plans: %v", err)
	}
	plans := map[string]Result{}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		plans[strings.TrimSuffix(filepath.Base(file), ".yaml")] = Compile(source)
	}
	return plans
}

// Explain is what a plan is held against its brochure by, so nothing may be written in it that is not said: the text of a plan in which
// a field is cleared is another one.
func TestEnglish_SaysEveryField(t *testing.T) {
	for name, result := range plansOfEveryField(t) {
		whole := result.English()
		clearEach(result.Message.ProtoReflect(), "", func(at string) {
			if result.English() == whole {
				t.Errorf("%s: explain does not say `%s`", name, at)
			}
		})
	}
}

// clearEach clears one field after the other, and calls for each. It passes over what is said as compiled.
func clearEach(m protoreflect.Message, path string, cleared func(at string)) {
	m.Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		at := joined(path, string(fd.Name()))
		switch {
		case isSaidAsCompiled(at):
			return true
		case fd.IsList() && fd.Message() != nil:
			for i := range v.List().Len() {
				clearEach(v.List().Get(i).Message(), fmt.Sprintf("%s[%d]", at, i), cleared)
			}
			return true // there are as many as in the compiled plan
		case fd.Message() != nil:
			clearEach(v.Message(), at, cleared)
		}
		if fd.ContainingOneof() == nil { // a bonus has to have a kind
			m.Clear(fd)
			cleared(at)
			m.Set(fd, v)
		}
		return true
	})
}

// isSaidAsCompiled tells of a field that what is said of it is what the plan was compiled to. The base of a matching bonus is not one of sales.
func isSaidAsCompiled(path string) bool {
	switch lastOf(path) {
	case "pays", "cadence", "currency", "version", "when", "volume":
		return true
	case "base":
		return !strings.HasSuffix(path, "matching.base")
	}
	return strings.HasPrefix(path, "liability")
}

// Of a field that is said as compiled, the line is deleted in the file: what is a plan without it has another text, unless the line says
// what holds in any case.
func TestEnglish_SaysEveryFieldAsCompiled(t *testing.T) {
	for name, result := range plansOfEveryField(t) {
		whole := result.English()
		source, err := os.ReadFile(filepath.Join("testdata", "plans", name+".yaml"))
		if err != nil {
			t.Fatal(err)
		}
		var document yaml.Node
		if err := yaml.Unmarshal(source, &document); err != nil {
			t.Fatal(err)
		}
		deleteEach(document.Content[0], "", func(at, value string) {
			without, err := yaml.Marshal(&document)
			if err != nil {
				t.Fatal(err)
			}
			isOmitted := value == "cv" || at == "bonuses[0].pays" || strings.HasSuffix(at, "revenue_share.base") && value == "net_price" || strings.HasSuffix(at, "advance.base") && value == "price"
			if text := Compile(without).English(); text == whole && !isOmitted {
				t.Errorf("%s: explain does not say `%s`, which is %s", name, at, value)
			}
		})
	}
}

// deleteEach deletes one line after the other of those that are said as compiled, and calls for each.
func deleteEach(n *yaml.Node, path string, deleted func(at, value string)) {
	for i, item := range n.Content {
		switch {
		case n.Kind == yaml.SequenceNode:
			deleteEach(item, fmt.Sprintf("%s[%d]", path, i), deleted)
		case n.Kind == yaml.MappingNode && i%2 == 0:
			all, at := n.Content, joined(path, item.Value)
			deleteEach(all[i+1], at, deleted)
			if isSaidAsCompiled(at) {
				n.Content = slices.Concat(all[:i], all[i+2:])
				deleted(at, all[i+1].Value)
				n.Content = all
			}
		}
	}
}

func TestEnglish_SaysNothingOfAPlanWithErrors(t *testing.T) {
	if got := Compile([]byte("plan_id: x")).English(); got != "" {
		t.Errorf("got %q", got)
	}
}

// Every kind of bonus has a sentence, and every field that a sentence is for is one.
func TestEnglish_KnowsEveryKind(t *testing.T) {
	for _, kind := range StarterKinds() {
		if !strings.HasSuffix(kindWords[kind], ".") {
			t.Errorf("no sentence says what %s does", kind)
		}
	}
	if len(kindWords) != len(StarterKinds()) {
		t.Errorf("there are sentences for %d kinds of %d", len(kindWords), len(StarterKinds()))
	}
}
