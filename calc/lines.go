package calc

import (
	"fmt"
	"math"
	"sync"
)

// blockLines is how many lines a bonus gathers before it begins another block of them.
const blockLines = 1 << 14

// lineSink gathers the lines of one bonus in blocks, so that nothing is copied as they grow. Lines are added level by level, within a
// level by part, and for an earner once each; in what order earners come is all the same.
type lineSink struct {
	plan      *Plan
	bonus     int
	blockSize int
	blocks    []Lines
	count     int
	// keepsZero tells that lines stay whose amount rounds to zero, as their sum is rounded and they count in it.
	keepsZero bool
	// unordered tells that lines of an earner have been added out of order, as caps and sums do that are rounded as a whole.
	unordered bool
}

// add makes a line of a base, unless its amount is zero and nothing counts it.
func (s *lineSink) add(earner int32, level, part int, base int64, t *tariff) error {
	amount, err := t.amountMinor(base)
	if err != nil {
		return s.failed(earner, err)
	}
	if amount != 0 || s.keepsZero && base != 0 && t.rate != 0 {
		s.put(line{earner: earner, level: level, part: part, base: base, rate: t.rate, factor: t.factor, amountMinor: amount})
	}
	return nil
}

func (s *lineSink) failed(earner int32, err error) error {
	return fmt.Errorf("bonus %s of distributor %d: %w", s.plan.Bonuses[s.bonus].Name, earner, err)
}

// line is one line on its way into a sink.
type line struct {
	earner      int32
	level, part int
	kind        LineKind
	base, rate  int64
	factor      int32
	amountMinor int64
}

// put adds a line as it is.
func (s *lineSink) put(l line) {
	if len(s.blocks) == 0 || len(s.blocks[len(s.blocks)-1].Earner) == s.blockSize {
		s.blocks = append(s.blocks, s.newBlock())
	}
	b := &s.blocks[len(s.blocks)-1]
	b.Earner = append(b.Earner, l.earner)
	b.Bonus = append(b.Bonus, uint16(s.bonus))
	b.Level = append(b.Level, uint16(l.level))
	b.Part = append(b.Part, uint16(l.part))
	b.Kind = append(b.Kind, l.kind)
	b.Base = append(b.Base, l.base)
	b.Rate = append(b.Rate, l.rate)
	b.Factor = append(b.Factor, l.factor)
	b.AmountMinor = append(b.AmountMinor, l.amountMinor)
	s.count++
}

func (s *lineSink) newBlock() Lines {
	if s.blockSize == eventBlockLines {
		return newEventBlock()
	}
	return newLines(0, s.blockSize)
}

func newLines(n, capacity int) Lines {
	return Lines{
		Earner: make([]int32, n, capacity), Bonus: make([]uint16, n, capacity), Level: make([]uint16, n, capacity),
		Part: make([]uint16, n, capacity), Kind: make([]LineKind, n, capacity), Base: make([]int64, n, capacity),
		Rate: make([]int64, n, capacity), Factor: make([]int32, n, capacity), AmountMinor: make([]int64, n, capacity),
	}
}

// factorTable holds the factors of lines: index 0 is none.
type factorTable struct {
	mutex sync.Mutex
	all   []Factor
}

// add gives the index of a factor that stands before those of next.
func (t *factorTable) add(name string, f Fraction, next int32) int32 {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if len(t.all) == 0 {
		t.all = append(t.all, Factor{Fraction: One})
	}
	t.all = append(t.all, Factor{Name: name, Fraction: f, Next: next})
	return int32(len(t.all) - 1)
}

// fractions lists the factors of an index.
func (t *factorTable) fractions(index int32) []Fraction {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	var out []Fraction
	for ; index != 0; index = t.all[index].Next {
		out = append(out, t.all[index].Fraction)
	}
	return out
}

// lines puts the lines of all bonuses in order of earner, bonus, level, part and kind. Each thread takes the earners of a stretch, and
// counts instead of comparing, so the time grows with the lines alone.
func (s *stage) lines() (Lines, error) {
	total := 0
	for i := range s.sinks {
		total += s.sinks[i].count
	}
	if total > math.MaxInt32 {
		return Lines{}, fmt.Errorf("%w: %d lines", ErrOverflow, total)
	}
	lines := newLines(total, total)
	s.numberFactors(&lines)
	next := make([]int32, s.n+1)
	for i := range s.sinks {
		for _, b := range s.sinks[i].blocks {
			for _, earner := range b.Earner {
				next[earner+1]++
			}
		}
	}
	for i := range s.n {
		next[i+1] += next[i]
	}
	share(s.threads, 0, s.n, func(_, from, to int) {
		low, high, begin := int32(from), int32(to), next[from]
		unordered := false
		for i := range s.sinks {
			unordered = unordered || s.sinks[i].unordered
			for _, b := range s.sinks[i].blocks {
				b.scatter(&lines, next, low, high)
			}
		}
		for row := low; unordered && row < high; row++ {
			lines.sort(int(begin), int(next[row]))
			begin = next[row]
		}
	})
	for i := range s.sinks {
		s.sinks[i].blocks = nil
	}
	return lines, nil
}

// scatter writes the lines of the earners from low to below high to their places.
func (l *Lines) scatter(to *Lines, next []int32, low, high int32) {
	for j, earner := range l.Earner {
		if earner < low || earner >= high {
			continue
		}
		at := next[earner]
		next[earner]++
		to.Earner[at], to.Bonus[at], to.Level[at], to.Part[at] = earner, l.Bonus[j], l.Level[j], l.Part[j]
		to.Kind[at], to.Base[at], to.Rate[at] = l.Kind[j], l.Base[j], l.Rate[j]
		to.Factor[at], to.AmountMinor[at] = l.Factor[j], l.AmountMinor[j]
	}
}

// numberFactors gives factors the numbers of their places among the lines, as bonuses that are computed side by side number them in
// the order in which they happen to ask.
func (s *stage) numberFactors(lines *Lines) {
	all := s.factors.all
	if len(all) <= 1 {
		return
	}
	number := make([]int32, len(all))
	lines.Factors = append(lines.Factors, all[0])
	var give func(int32) int32
	give = func(index int32) int32 {
		if index != 0 && number[index] == 0 {
			f := all[index]
			f.Next = give(f.Next)
			lines.Factors = append(lines.Factors, f)
			number[index] = int32(len(lines.Factors) - 1)
		}
		return number[index]
	}
	for i := range s.sinks {
		for _, b := range s.sinks[i].blocks {
			for j, index := range b.Factor {
				b.Factor[j] = give(index)
			}
		}
	}
}

// earnedBy gives what a bonus pays everybody, by row, as its lines stand.
func (s *stage) earnedBy(bonus int) []int64 {
	earned := make([]int64, s.n)
	for _, b := range s.sinks[bonus].blocks {
		for j, earner := range b.Earner {
			earned[earner] += b.AmountMinor[j]
		}
	}
	return earned
}

// tariffs are the rates of a bonus by variant, row and level, each made ready when it is first asked for.
type tariffs struct {
	plan     *Plan
	unit     Unit
	rounding Rounding
	factors  []Fraction
	factor   int32 // index of the same factors in the table
	rows     int
	levels   int
	ready    []tariff
	made     []bool
	// At an event few are asked for: one is the last of them, and variant its variant.
	one     tariff
	variant uint8
}

// tariffs makes the tariffs of a bonus whose table has so many rows and levels. factor is the index of factors that all lines have; 0
// for none.
func (s *stage) tariffs(bonus int, rows, levels int, factor int32) *tariffs {
	b := &s.plan.Bonuses[bonus]
	t := &tariffs{
		plan: s.plan, unit: b.UnitOf(s.plan), rounding: s.plan.BonusRounding(b), factor: factor, factors: s.factors.fractions(factor),
		rows: rows, levels: levels,
	}
	if !s.atEvent {
		cells := s.plan.Variants() * rows * levels
		t.ready, t.made = make([]tariff, cells), make([]bool, cells)
	}
	return t
}

// at gives the tariff of a rate, which stands for the variant, the row and the level, counted from 0.
func (t *tariffs) at(variant uint8, row, level int, rate int64) *tariff {
	if t.made == nil {
		if t.one.rate != rate || t.variant != variant {
			t.one, t.variant = t.of(variant, rate), variant
		}
		return &t.one
	}
	cell := (int(variant)*t.rows+row)*t.levels + level
	if !t.made[cell] {
		t.ready[cell], t.made[cell] = t.of(variant, rate), true
	}
	return &t.ready[cell]
}

// of makes a tariff of any rate.
func (t *tariffs) of(variant uint8, rate int64) tariff {
	made := newTariff(t.unit, rate, t.plan.pointValueOf(variant), t.rounding, t.factors...)
	made.factor = t.factor
	return made
}

func (p *Plan) pointValueOf(variant uint8) Fraction {
	if p.PointValues == nil {
		return p.PointValue
	}
	return p.PointValues[variant]
}
