package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"upline/cmd/dev/internal/mutant"
)

// equivalentPath is the file of the mutants that somebody has read and found to mean what is written. Each is a paragraph: its file and
// mistake, the line before and after as mutate prints them, and why no test can tell them apart.
//
//	calc/ratio.go: >= for >
//	-	if n > most {
//	+	if n >= most {
//	The greatest is as good as itself.
//
// Lines are compared and not their numbers, so that an entry stays true while code around it changes, and is an error once its line does.
const equivalentPath = "calc/testdata/equivalent_mutants.txt"

// equivalentMutants gives the reasons by mutant. An entry that is not of exactly one mutant is an error, and so is one without a reason.
func equivalentMutants(repository repository) (map[mutant.Mutant]string, error) {
	content, err := os.ReadFile(repository.path(equivalentPath))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read which mutants are equivalent: %w", err)
	}
	reasons := make(map[mutant.Mutant]string)
	files := make(map[string][]mutant.Mutant)
	var errs []error
	for entry := range strings.SplitSeq(strings.TrimSpace(string(content)), "\n\n") {
		title, rest, _ := strings.Cut(strings.TrimSpace(entry), "\n")
		path, _, isTitle := strings.Cut(title, ": ")
		diff, reason := "", ""
		for line := range strings.Lines(rest + "\n") {
			if reason == "" && (strings.HasPrefix(line, "-") || strings.HasPrefix(line, "+")) {
				diff += line
			} else {
				reason += line
			}
		}
		if strings.TrimSpace(reason) == "" || !isTitle {
			errs = append(errs, fmt.Errorf("%s: %q: an entry is FILE: MISTAKE, the lines - and +, and why they mean the same", equivalentPath, title))
			continue
		}
		if files[path] == nil {
			if files[path], err = findMutants(repository, []string{path}); err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", equivalentPath, err))
				continue
			}
		}
		source, err := os.ReadFile(repository.path(path))
		if err != nil {
			return nil, fmt.Errorf("read what is mutated: %w", err)
		}
		var found []mutant.Mutant
		for _, m := range files[path] {
			if m.Path+": "+m.Mistake == title && m.Diff(source) == diff {
				found = append(found, m)
			}
		}
		if len(found) != 1 {
			errs = append(errs, fmt.Errorf("%s: %s\n%sis %d mutants, and not one: read what is there now, and correct the entry or remove it", equivalentPath, title, diff, len(found)))
			continue
		}
		reasons[found[0]] = strings.TrimSpace(reason)
	}
	return reasons, errors.Join(errs...)
}
