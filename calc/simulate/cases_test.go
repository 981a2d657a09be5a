package simulate_test

import (
	"encoding/csv"
	"errors"
	"fmt"
	"math/big"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"upline/calc"
	"upline/calc/placement"
)

// caseCount is how many published plans there are.
const caseCount = 33

// TestCases runs published plans against their published figures, one script for each plan. Beside the commands of TestScripts:
//
//	published       figures of the last simulation, which are the source's and are never rewritten:
//	                  EARNER BONUS AMOUNT [level=N] [period=NAME] [sale=ID] [base=N]  what lines come to; 0: there are none, or they cancel
//	                  total AMOUNT [period=NAME]                              what all lines come to
//	                  carry DISTRIBUTOR KEY VALUE [period=NAME]               what is carried on
//	                  payout DISTRIBUTOR AMOUNT CURRENCY [period=NAME]        what is paid out
//	                  rank DISTRIBUTOR PAID_AS achieved=RANK [period=NAME]    the ranks; - for none
//	place           joinings into an empty tree, and where they end
//	positions       how many positions a matrix of each depth has, top excluded
//	prorate         changes of subscriptions, and what they come to
func TestCases(t *testing.T) {
	paths, err := filepath.Glob("testdata/cases/*.txt")
	if err != nil || len(paths) != caseCount {
		t.Fatalf("%d scripts, %v; there are %d published plans", len(paths), err, caseCount)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txt"), func(t *testing.T) {
			s := script{files: files{}, plans: map[string]*calc.Plan{}}
			checked := 0
			datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
				var text string
				var err error
				switch d.Cmd {
				case "published":
					checked++
					text, err = "as published\n", s.published(d)
					if err != nil {
						t.Errorf("%s: %v", d.Pos, err) // whatever the script says: these figures are not the program's to write
					}
				case "place":
					checked++
					text, err = place(d)
				case "positions":
					text, err = positions(d)
				case "prorate":
					checked++
					text, err = prorate(d)
				default:
					d.Input = expanded(d.Input)
					text, err = s.run(d)
				}
				if err != nil {
					t.Logf("%s: %v", d.Pos, err)
					return err.Error() + "\n"
				}
				return text
			})
			if checked == 0 {
				t.Error("the script publishes nothing")
			}
		})
	}
}

// published holds figures against what the last simulation wrote.
func (s *script) published(d *datadriven.TestData) error {
	var wrong []error
	for line := range strings.Lines(d.Input) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if err := s.figure(strings.Fields(line)); err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %w", line, err))
		}
	}
	return errors.Join(wrong...)
}

// figure holds one figure against the rows that it speaks of.
func (s *script) figure(words []string) error {
	want := map[string]string{}
	for len(words) > 0 && strings.Contains(words[len(words)-1], "=") {
		key, value, _ := strings.Cut(words[len(words)-1], "=")
		want[key] = value
		words = words[:len(words)-1]
	}
	file, column := "lines", "amount"
	var value string
	switch {
	case len(words) == 2 && words[0] == "total":
		value = words[1]
	case len(words) == 4 && words[0] == "carry":
		file, column, value = "carry", "value", words[3]
		want["distributor"], want["key"] = words[1], words[2]
	case len(words) == 4 && words[0] == "payout":
		file, column, value = "payouts", "paid", words[2]
		want["distributor"], want["paid_currency"] = words[1], words[3]
	case len(words) == 3 && words[0] == "rank":
		return s.rank(words[1], strings.TrimPrefix(words[2], "-"), want)
	case len(words) == 3:
		want["earner"], want["bonus"], value = words[0], words[1], words[2]
	default:
		return errors.New("no figure is written like that")
	}
	rows, err := s.rows(file, want)
	if err != nil {
		return err
	}
	sum := new(big.Rat)
	for _, row := range rows {
		amount, ok := new(big.Rat).SetString(row[column])
		if !ok {
			return fmt.Errorf("%q is no number", row[column])
		}
		sum.Add(sum, amount)
	}
	exact, ok := new(big.Rat).SetString(value)
	if !ok || sum.Cmp(exact) != 0 {
		return fmt.Errorf("it comes to %s in %d rows", sum.FloatString(4), len(rows))
	}
	return nil
}

func (s *script) rank(of, paidAs string, want map[string]string) error {
	achieved := want["achieved"]
	delete(want, "achieved")
	want["distributor"] = of
	rows, err := s.rows("ranks", want)
	if err != nil {
		return err
	}
	if len(rows) != 1 || rows[0]["paid_as"] != paidAs || rows[0]["achieved"] != achieved {
		return fmt.Errorf("the rows are %v", rows)
	}
	return nil
}

// rows lists the rows of a file that the last simulation wrote in which the columns are as wanted.
func (s *script) rows(file string, want map[string]string) ([]map[string]string, error) {
	all, err := csv.NewReader(strings.NewReader(s.written[file])).ReadAll()
	if err != nil || len(all) == 0 {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	var rows []map[string]string
	for _, cells := range all[1:] {
		row, fits := map[string]string{}, true
		for i, name := range all[0] {
			row[name] = cells[i]
		}
		for name, value := range want {
			if !slices.Contains(all[0], name) {
				return nil, fmt.Errorf("%s has no column %s", file, name)
			}
			fits = fits && row[name] == value
		}
		if fits {
			rows = append(rows, row)
		}
	}
	return rows, nil
}

var rowRange = regexp.MustCompile(`\{(\d+)\.\.(\d+)\}`)

// expanded writes out rows that stand for many: g{0..2} is g0, g1 and g2.
func expanded(rows string) string {
	if !rowRange.MatchString(rows) {
		return rows
	}
	var out []string
	for row := range strings.Lines(rows) {
		row = strings.TrimSuffix(row, "\n")
		match := rowRange.FindStringSubmatchIndex(row)
		if match == nil {
			out = append(out, row)
			continue
		}
		from, _ := strconv.Atoi(row[match[2]:match[3]]) // digits, as matched
		to, _ := strconv.Atoi(row[match[4]:match[5]])
		for i := from; i <= to; i++ {
			out = append(out, row[:match[0]]+strconv.Itoa(i)+row[match[1]:])
		}
	}
	return strings.Join(out, "\n")
}

// place reads lines like `u1 under s1` and `u4 at u2 left`.
func place(d *datadriven.TestData) (string, error) {
	tree, err := placement.New(placement.Shape{Width: 2})
	if err != nil {
		return "", err
	}
	rows := map[string]int32{}
	var ids []string
	for line := range strings.Lines(d.Input) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		row := int32(len(ids))
		ids, rows[words[0]] = append(ids, words[0]), row
		switch {
		case len(words) == 1:
			err = tree.Place(row, placement.Place{Parent: placement.Nobody}, placement.Nobody)
		case words[1] == "under":
			_, err = tree.Auto(row, rows[words[2]], placement.Rule{Strategy: placement.BreadthFirst})
		default:
			leg := map[string]uint8{"left": 1, "right": 2}[words[3]]
			err = tree.Place(row, placement.Place{Parent: rows[words[2]], Leg: leg}, placement.Nobody)
		}
		if err != nil {
			return "", err
		}
	}
	var out strings.Builder
	for row, id := range ids[1:] {
		at := tree.PlaceOf(int32(row + 1))
		fmt.Fprintf(&out, "%s %s %s\n", id, ids[at.Parent], []string{"", "L", "R"}[at.Leg])
	}
	return out.String(), nil
}

func positions(d *datadriven.TestData) (string, error) {
	width, err := strconv.Atoi(d.CmdArgs[0].Vals[0])
	if err != nil {
		return "", err
	}
	var out strings.Builder
	for line := range strings.Lines(d.Input) {
		depth, err := strconv.Atoi(strings.TrimSpace(line))
		if err != nil {
			return "", err
		}
		sum, level := 0, 1
		for range depth {
			level *= width
			sum += level
		}
		fmt.Fprintf(&out, "%d x %d: %d\n", width, depth, sum)
	}
	return out.String(), nil
}

// prorate reads lines like `name unit=day used=yes old=30.00/month new=60.00/month from=2026-09-01 at=2026-09-15`.
func prorate(d *datadriven.TestData) (string, error) {
	var out strings.Builder
	for line := range strings.Lines(d.Input) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		given := map[string]string{}
		for _, word := range words[1:] {
			key, value, _ := strings.Cut(word, "=")
			given[key] = value
		}
		p := calc.Proration{Mode: calc.ProrationCharge, Unit: calc.ProrationSecond, DayCount: calc.ActualActual, Rounding: calc.Rounding{StepMinor: 1}}
		if given["unit"] == "day" {
			p.Unit, p.ChangedUnit, p.Extension = calc.ProrationDay, calc.ChangedUnitUsed, calc.Up
		}
		if given["mode"] == "date" {
			p.Mode = calc.ProrationDate
		}
		old, err := priceOf(given["old"])
		if err != nil {
			return "", err
		}
		changed, err := priceOf(given["new"])
		if err != nil {
			return "", err
		}
		from, at := dayOf(given["from"]), dayOf(given["at"])
		change, err := p.Change(calc.SubscriptionChange{
			CycleStartUS: from.UnixMicro(), CycleEndUS: from.AddDate(0, int(old.Interval.Months), 0).UnixMicro(), ChangeUS: at.UnixMicro(), Old: old, New: changed,
		})
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&out, "%s: credit %s, charge %s, net %s", words[0], calc.FormatMinor(change.CreditMinor, 2), calc.FormatMinor(change.ChargeMinor, 2), calc.FormatMinor(change.NetMinor, 2))
		if p.Mode == calc.ProrationDate {
			fmt.Fprintf(&out, ", %d days at the new price", change.ExtensionUnits)
		}
		out.WriteString("\n")
	}
	return out.String(), nil
}

func priceOf(text string) (calc.SubscriptionPrice, error) {
	amount, interval, _ := strings.Cut(text, "/")
	minor, err := calc.ParseMinor(amount, 2)
	months := map[string]int32{"month": 1, "year": 12}[interval]
	return calc.SubscriptionPrice{AmountMinor: minor, Interval: calc.BillingInterval{Months: months}}, err
}

func dayOf(text string) time.Time {
	day, _ := time.Parse(time.DateOnly, text) // a script that is wrong shows it
	return day
}
