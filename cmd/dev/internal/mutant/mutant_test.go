package mutant

import (
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// shop is code with one mistake of each sort to be made in it.
const shop = `package main

import "os"

type till struct{ sum int }

func (t *till) add(_ string, prices ...int) {
	for i := 0; i < len(prices); i++ {
		t.sum += prices[i]
	}
}

func larger[T int | string](a, b T) (T, bool) {
	if a >= b && !(a == b) {
		return a, true
	}
	return b, false
}

const limit = 7

func main() {
	t := &till{}
	t.add("prices", 1, 2, 3)
	most, _ := larger(t.sum, limit)
	os.Exit(most)
}
`

func TestFind_NamesPlaceAndMistake(t *testing.T) {
	t.Parallel()
	found, err := Find("shop.go", []byte(shop))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range found {
		got = append(got, m.String())
		if _, err := parser.ParseFile(token.NewFileSet(), m.Path, m.Apply([]byte(shop)), 0); err != nil {
			t.Errorf("%s: %v", m, err)
		}
	}
	for _, want := range []string{
		"shop.go:8:11: 1 for 0", "shop.go:8:11: (-1) for 0", "shop.go:8:14: condition negated", "shop.go:8:16: <= for <",
		"shop.go:8:32: -- for ++", "shop.go:9:3: statement left out", "shop.go:9:9: -= for +=", "shop.go:14:5: condition negated",
		"shop.go:14:7: > for >=", "shop.go:14:12: || for &&", "shop.go:14:15: ! left out", "shop.go:14:19: != for ==",
		"shop.go:15:13: false for true", "shop.go:20:15: 8 for 7", "shop.go:24:2: statement left out",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("no %s among\n%s", want, strings.Join(got, "\n"))
		}
	}
}

// What a function returns beside an error is not looked at, so that a mistake in it is none; beside what may be nil it is.
func TestFind_LeavesWhatStandsBesideAnError(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		"if err != nil { return 1, err }":                       "== for !=",
		"if n, err := f(); err != nil { g(); return n+1, err }": "== for !=, statement left out",
		"if err == nil { return 1, err }":                       "!= for ==, 2 for 1, 0 for 1",
		"if err != nil || n == 2 { return 1, err }":             "condition negated, == for !=, && for ||, != for ==, 3 for 2, 1 for 2, 2 for 1, 0 for 1",
		"return 1, ErrTill":                                     "",
		`return 1, errors.New("till")`:                          "",
		`return 1, fmt.Errorf("%d", 2)`:                         "3 for 2, 1 for 2",
		"return 1, &TillError{3}":                               "4 for 3, 2 for 3",
		"return 1, &Till{3}":                                    "2 for 1, 0 for 1, 4 for 3, 2 for 3",
		"return 1, nil":                                         "2 for 1, 0 for 1",
		"return 1, err":                                         "2 for 1, 0 for 1",
	} {
		found, err := Find("till.go", []byte("package till\nfunc F() (int, error) { "+body+" }\n"))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, m := range found {
			got = append(got, m.Mistake)
		}
		if got := strings.Join(got, ", "); got != want {
			t.Errorf("%s: got %s, want %s", body, got, want)
		}
	}
}

func TestMutant_DiffShowsTheLine(t *testing.T) {
	t.Parallel()
	found, err := Find("shop.go", []byte(shop))
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(found, func(m Mutant) bool { return m.Mistake == "-= for +=" })
	if got, want := found[at].Diff([]byte(shop)), "-\t\tt.sum += prices[i]\n+\t\tt.sum -= prices[i]\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// One program holds all mutants; each does when it is chosen what it does alone, and without one the program does what is written.
func TestCombine_ProgramDoesWhatTheChosenMutantDoes(t *testing.T) {
	t.Parallel()
	found, err := Find("shop.go", []byte(shop))
	if err != nil {
		t.Fatal(err)
	}
	var mutants []Numbered
	for _, m := range found {
		if m.Mistake == "-= for +=" || m.Mistake == "condition negated" || m.Mistake == "|| for &&" || m.Mistake == "2 for 1" {
			mutants = append(mutants, Numbered{m, len(mutants) + 1})
		}
	}
	combined, err := Combine("shop.go", []byte(shop), mutants)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	build := func(name string, files map[string][]byte) string {
		t.Helper()
		inside := filepath.Join(folder, name)
		arguments := []string{"build", "-o", filepath.Join(inside, "shop")}
		if err := os.Mkdir(inside, 0o700); err != nil {
			t.Fatal(err)
		}
		for file, content := range files {
			if err := os.WriteFile(filepath.Join(inside, file), content, 0o600); err != nil {
				t.Fatal(err)
			}
			arguments = append(arguments, filepath.Join(inside, file))
		}
		if out, err := exec.Command("go", arguments...).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s\n%s", err, out, files["shop.go"])
		}
		return filepath.Join(inside, "shop")
	}
	exit := func(program string, chosen int) int {
		t.Helper()
		command := exec.Command(program)
		command.Env = append(os.Environ(), Variable+"="+strconv.Itoa(chosen))
		_ = command.Run() // its exit code is what it has to say
		return command.ProcessState.ExitCode()
	}
	all := build("all", map[string][]byte{"shop.go": combined.Source, "chooser.go": Chooser(combined.PackageName)})
	if got := exit(all, 0); got != 7 {
		t.Errorf("nothing chosen: %d, not 7", got)
	}
	differ := 0
	for _, m := range mutants {
		if slices.Contains(combined.Left, m) {
			continue
		}
		want := exit(build(strconv.Itoa(m.Number), map[string][]byte{"shop.go": m.Apply([]byte(shop))}), 0)
		if got := exit(all, m.Number); got != want {
			t.Errorf("%s: %d, and alone %d", m, got, want)
		}
		if want != 7 {
			differ++
		}
	}
	if differ == 0 {
		t.Error("no mutant does anything else than what is written")
	}
	line := 1 + strings.Count(string(combined.Source[:strings.Index(string(combined.Source), "t.sum -=")]), "\n")
	if number := combined.NumberAt(line); number == 0 || mutants[number-1].Mistake != "-= for +=" {
		t.Errorf("line %d is of mutant %d", line, number)
	}
}
