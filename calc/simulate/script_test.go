package simulate_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"upline/calc"
	"upline/calc/plan"
	"upline/calc/simulate"
)

// TestScripts runs the scripts of testdata: files and plans in, figures out. `go test ./calc/simulate -rewrite` writes what it sees.
//
//	plan [name=other]           the plan, or a second one to hold against it
//	network, sales, …           a file, by the name that the command line gives it; without any text it goes away again
//	simulate [periods=…] [show=(lines,report,…)]
//	                            what comes of them: lines, ranks, carry, state, totals, payouts, report, comparison, or json
func TestScripts(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txt"), func(t *testing.T) {
			s := script{files: files{}, plans: map[string]*calc.Plan{}}
			datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
				text, err := s.run(d)
				if err != nil {
					return err.Error() + "\n"
				}
				return text
			})
		})
	}
}

// script is what a script has said so far.
type script struct {
	files files
	plans map[string]*calc.Plan
	// written are the files that the last simulation of the first plan wrote.
	written map[string]string
}

func (s *script) run(d *datadriven.TestData) (string, error) {
	switch d.Cmd {
	case "plan":
		name := "plan"
		for _, arg := range d.CmdArgs {
			name = arg.Vals[0]
		}
		source := d.Input
		for _, line := range []string{"plan_id: " + name, "name: A plan of a script", "currency: USD", "valid_from: 2026-01-01", "cadence: monthly"} {
			key, _, _ := strings.Cut(line, ":")
			if !strings.Contains("\n"+source, "\n"+key+":") {
				source = line + "\n" + source
			}
		}
		result := plan.Compile([]byte(source))
		if result.Plan == nil {
			return "", result.Diagnostics
		}
		s.plans[name] = result.Plan
		return "", nil
	case "simulate":
		return s.simulate(d)
	}
	if d.Input == "" {
		delete(s.files, d.Cmd)
		return "", nil
	}
	s.files[d.Cmd] = strings.ReplaceAll(d.Input, "\\t", "\t") + "\n"
	return "", nil
}

func (s *script) simulate(d *datadriven.TestData) (string, error) {
	request := simulate.Request{Files: s.files.sources(), Plan: simulate.Plan{Name: "plan.yaml", Plan: s.plans["plan"]}}
	show := []string{"lines"}
	for _, arg := range d.CmdArgs {
		switch arg.Key {
		case "periods":
			request.Periods = strings.Join(arg.Vals, ",")
		case "show":
			show = arg.Vals
		case "against":
			request.Against = simulate.Plan{Name: arg.Vals[0] + ".yaml", Plan: s.plans[arg.Vals[0]]}
		}
	}
	c, err := simulate.Read(request)
	if err != nil {
		return "", err
	}
	var totals []*simulate.Totals
	written := make([]map[string]*strings.Builder, c.Plans())
	for which := range c.Plans() {
		texts := map[string]*strings.Builder{}
		for _, name := range []string{"lines", "ranks", "carry", "state", "totals", "payouts"} {
			texts[name] = &strings.Builder{}
		}
		w := c.NewFileWriter(simulate.OutFiles{
			Lines: texts["lines"], Ranks: texts["ranks"], Carry: texts["carry"], State: texts["state"], Totals: texts["totals"], Payouts: texts["payouts"],
		})
		one, err := c.Run(which, w.Visit)
		if err = errors.Join(err, endOf(w, one)); err != nil {
			return "", err
		}
		totals, written[which] = append(totals, one), texts
	}
	s.written = map[string]string{}
	for name, text := range written[0] {
		s.written[name] = text.String()
	}
	var out strings.Builder
	for _, what := range show {
		switch what {
		case "report":
			err = simulate.NewReport(c, totals...).WriteText(&out)
		case "json":
			encoder := json.NewEncoder(&out)
			encoder.SetIndent("", "  ")
			err = encoder.Encode(simulate.NewReport(c, totals...))
		case "comparison":
			err = c.WriteComparison(&out, totals[0], totals[1])
		case "notes":
			for _, note := range c.Notes() {
				out.WriteString(note + "\n")
			}
		default:
			text, known := written[0][what]
			if !known {
				return "", fmt.Errorf("nothing is called %s", what)
			}
			out.WriteString(text.String())
		}
		if err != nil {
			return "", err
		}
	}
	return out.String(), nil
}

func endOf(w *simulate.FileWriter, t *simulate.Totals) error {
	if t == nil {
		return nil
	}
	return w.End(t)
}
