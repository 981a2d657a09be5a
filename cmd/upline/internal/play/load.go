package play

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"

	"github.com/shopspring/decimal"
	"go.yaml.in/yaml/v3"
)

const caseFile = "case.yaml"

// Load reads all cases, ordered by the names of their folders.
func Load(files fs.FS) ([]Case, error) {
	found, err := fs.Glob(files, "*/"+caseFile)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, errors.New("there is no */" + caseFile)
	}
	cases := make([]Case, len(found))
	for i, name := range found {
		if cases[i], err = load(files, path.Dir(name)); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return cases, nil
}

func load(files fs.FS, folder string) (Case, error) {
	c := Case{Folder: folder}
	data, err := fs.ReadFile(files, path.Join(folder, caseFile))
	if err != nil {
		return c, err
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	if err := decoder.Decode(&c); err != nil {
		return c, err
	}
	for _, name := range c.PlanFiles {
		text, err := fs.ReadFile(files, path.Join(folder, name))
		if err != nil {
			return c, err
		}
		c.plans = append(c.plans, string(text))
	}
	return c, c.check()
}

// check finds what would make a case pass without showing anything.
func (c *Case) check() error {
	switch {
	case c.Title == "":
		return errors.New("title is missing")
	case len(c.Sources) == 0:
		return errors.New("sources are missing")
	case len(c.plans) == 0:
		return errors.New("plans are missing")
	case len(c.Expect) == 0:
		return errors.New("nothing is expected")
	}
	for i, s := range c.Steps {
		if count(s.Sell != nil, s.Activate != nil, s.Pay != nil, s.Cancel != nil, s.Close != "") != 1 {
			return fmt.Errorf("steps[%d]: is none or more than one of sell, activate, pay, cancel, close", i)
		}
	}
	for i, e := range c.Expect {
		if count(e.Line != nil, e.Total != nil, e.Carry != nil, e.Posted != nil, e.Kept != nil) != 1 {
			return fmt.Errorf("expect[%d]: is none or more than one of line, total, carry, posted, kept", i)
		}
		if _, err := decimal.NewFromString(e.Published); err != nil {
			return fmt.Errorf("expect[%d]: published %q is no decimal number", i, e.Published)
		}
	}
	return nil
}

func count(set ...bool) (n int) {
	for _, s := range set {
		if s {
			n++
		}
	}
	return n
}
