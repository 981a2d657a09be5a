package intake

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"upline/calc"
	"upline/calc/plan"
	"upline/calc/simulate"
	"upline/server"
	"upline/store"
)

// Request is what is to be brought in. Paths that are empty name no file.
type Request struct {
	Store  *store.Store
	PlanID string
	NowUS  int64
	// The files.
	Network, Services, Ranks, Carries, Advances, Balances, Totals string
	// Refused is told of everything that is wrong, in the order in which it is found.
	Refused func(simulate.Problem)
	// Progress is told what is being done and how much of how much is done.
	Progress func(step string, done, total int64)
}

// ErrRefused reports that rows were refused, or control totals do not match. Request.Refused was told of each.
var ErrRefused = errors.New("intake: rows were refused")

// Company is what the files hold, found good.
type Company struct {
	Request
	Totals  *Totals
	plan    *calc.Plan
	intake  *server.Intake
	network *network
	// files are those of opening entries, in the order in which they are written.
	files    []*factFile
	markets  map[string]bool
	products map[string]bool
	// others tells of distributors who are not in the network file since when they are enrolled; 0 for those who are not in the plan.
	others  map[string]int64
	refused int64
}

// Read reads and checks all files.
func Read(ctx context.Context, r Request) (*Company, error) {
	c := &Company{Request: r, Totals: newTotals(), markets: map[string]bool{}, products: map[string]bool{}, others: map[string]int64{}}
	version, err := r.Store.GetPlan(ctx, r.PlanID, 0)
	if err != nil {
		return nil, err
	}
	if c.plan, err = plan.Load(version.Source); err != nil {
		return nil, err
	}
	if c.intake, err = server.NewIntake(); err != nil {
		return nil, err
	}
	if err := c.readCatalog(ctx); err != nil {
		return nil, err
	}
	if err := c.readNetwork(ctx); err != nil {
		return nil, err
	}
	for _, f := range []struct {
		path string
		kind *factKind
	}{{r.Services, &services}, {r.Ranks, &ranks}, {r.Carries, &carries}, {r.Advances, &advances}, {r.Balances, &balances}} {
		if f.path == "" {
			continue
		}
		file := &factFile{company: c, kind: f.kind, path: f.path}
		if err := file.check(ctx); err != nil {
			return nil, err
		}
		c.files = append(c.files, file)
	}
	if err := c.checkTotals(); err != nil {
		return nil, err
	}
	if c.refused > 0 {
		return nil, ErrRefused
	}
	return c, nil
}

// readCatalog reads what rows may name.
func (c *Company) readCatalog(ctx context.Context) error {
	markets, err := c.Store.ListMarkets(ctx)
	if err != nil {
		return err
	}
	for _, m := range markets {
		c.markets[m.Market] = true
	}
	for after := ""; ; {
		products, next, err := c.Store.ListProducts(ctx, after, 1000)
		if err != nil {
			return err
		}
		for _, p := range products {
			c.products[p.ProductID] = true
		}
		if after = next; next == "" {
			return nil
		}
	}
}

// refuse reports what is wrong.
func (c *Company) refuse(p simulate.Problem) {
	c.refused++
	c.Refused(p)
}

// enrolledUS tells since when a distributor is in the plan, by the file or by the database. It is not found when it is neither.
func (c *Company) enrolledUS(ctx context.Context, id string) (us int64, found bool, err error) {
	if c.network != nil {
		if row, ok := c.network.rowOf[id]; ok {
			return c.network.rows[row].enrolledUS, true, nil
		}
	}
	if us, asked := c.others[id]; asked {
		return us, us != 0, nil
	}
	d, err := c.Store.GetDistributor(ctx, id)
	switch {
	case errors.Is(err, store.ErrUnknownDistributor):
		c.others[id] = 0
		return 0, false, nil
	case err != nil:
		return 0, false, err
	case d.PlanID != c.PlanID:
		c.others[id] = 0
		return 0, false, nil
	}
	c.others[id] = d.EnrolledAtUS
	return d.EnrolledAtUS, true, nil
}

// table opens a file.
func (c *Company) table(path string, format *simulate.Format, step string) (*simulate.Table, io.Closer, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	info, err := file.Stat()
	if err != nil {
		return nil, nil, errors.Join(err, file.Close())
	}
	table, err := simulate.OpenTable(simulate.Source{Name: filepath.Base(path), Reader: file, Bytes: info.Size()}, format, c.plan.Location, c.refuse,
		func(used int64) { c.Progress(step, used, info.Size()) })
	if err != nil || table == nil {
		return nil, nil, errors.Join(err, file.Close())
	}
	return table, file, nil
}

// digestOf is the SHA-256 of a file, in hex.
func digestOf(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	hash := sha256.New()
	_, err = io.Copy(hash, file)
	return hex.EncodeToString(hash.Sum(nil)), errors.Join(err, file.Close())
}

// fieldColumns finds the columns that fields of a request were read from: the longest path that a field begins with.
func columnOf(field string, columns map[string]int) int {
	for path := field; path != ""; path = path[:max(strings.LastIndexAny(path, ".["), 0)] {
		if column, ok := columns[path]; ok {
			return column
		}
	}
	return columns[""]
}

// refusal reports why the store refused a row. prefix stands before the fields of the row; lines gives where each row of the chunk stands.
func (c *Company) refusal(err error, path, prefix string, format *simulate.Format, columns map[string]int, lineOf func(i int) int) error {
	var r *store.Refusal
	if !errors.As(err, &r) || len(r.Fields) == 0 {
		return err
	}
	for _, f := range r.Fields {
		var i int
		field := ""
		if _, scanErr := fmt.Sscanf(f.Field, prefix+"[%d]", &i); scanErr == nil {
			_, field, _ = strings.Cut(f.Field, "].")
		}
		c.refuse(simulate.Problem{
			File: filepath.Base(path), Line: lineOf(i), Column: format.Columns[columnOf(field, columns)].Name, Text: f.Problem, Remedy: f.Remedy,
		})
	}
	return ErrRefused
}
