package plan

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// `go test ./calc/plan -run English -rewrite` writes what it sees; the difference is then for a person to review.
func TestEnglish_OfEveryStarter(t *testing.T) {
	for _, kind := range StarterKinds() {
		t.Run(kind, func(t *testing.T) {
			text, _ := Starter(kind)
			got := Compile([]byte(text)).English()
			path := filepath.Join("testdata", "english", kind+".txt")
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
		})
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
