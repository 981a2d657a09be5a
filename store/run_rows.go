package store

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"upline/calc"
)

// runRows are the rows that a result comes to, in the order of their keys: by region and distributor, then bonus by name, level.
// They are laid out as numbers into the result, in chunks that hold whole distributors, so the layout depends on the result alone
// and a chunk written by one server is the one that another would write.
type runRows struct {
	in        *runInput
	out       *calc.Output
	ranked    bool     // the run leaves ranks
	bonuses   []uint16 // bonus indexes by name
	place     []uint16 // by bonus index, its place in bonuses
	order     []int32  // distributors with rows, by region and id
	lineStart []int32  // by distributor, the first of their lines; one more at the end
	chunks    []int32  // chunk k is order[chunks[k]:chunks[k+1]]
	states    []string // keys of the state that is by distributor, in byte order
	restated  restatedRows
}

// runChunkRows is how many rows a chunk holds, and then what its last distributor still has. On SQLite such a transaction takes
// about 10 ms of the one writer, so that sales go on between two chunks.
const runChunkRows = 2000

// runChunkRowsBeside is the same where sales are written beside the chunks and wait for none of them: larger, so that the round trips and
// the flush of a transaction are shared by more rows.
const runChunkRowsBeside = 8000

func newRunRows(in *runInput, out *calc.Output, chunkRows int) (*runRows, error) {
	plan, n := in.scope.plan, in.ids.len()
	if len(out.Lines.Earner) > math.MaxInt32 {
		return nil, fmt.Errorf("%w: %d lines are more than a run can hold", calc.ErrOverflow, len(out.Lines.Earner))
	}
	rows := &runRows{
		in: in, out: out,
		ranked:    leavesRanks(plan, in.scope.period.Cadence),
		bonuses:   make([]uint16, len(plan.Bonuses)),
		place:     make([]uint16, len(plan.Bonuses)),
		lineStart: make([]int32, n+1),
	}
	for i := range rows.bonuses {
		rows.bonuses[i] = uint16(i)
	}
	slices.SortFunc(rows.bonuses, func(a, b uint16) int { return cmp.Compare(plan.Bonuses[a].Name, plan.Bonuses[b].Name) })
	for place, bonus := range rows.bonuses {
		rows.place[bonus] = uint16(place)
	}
	for key, column := range out.State {
		if len(column) == n && !strings.HasPrefix(key, calc.CompanyState) {
			rows.states = append(rows.states, key)
		}
	}
	slices.Sort(rows.states)
	line := int32(0)
	for i := range n {
		rows.lineStart[i] = line
		for int(line) < len(out.Lines.Earner) && out.Lines.Earner[line] == int32(i) {
			line++
		}
	}
	rows.lineStart[n] = line
	if err := rows.restated.place(in); err != nil {
		return nil, err
	}
	if int(line) != len(out.Lines.Earner) {
		return nil, fmt.Errorf("%w: lines are not in the order of their earners", ErrCorrupt)
	}
	rows.sortDistributors()
	rows.cutChunks(chunkRows)
	return rows, nil
}

// sortDistributors puts those who have rows in order. Indexes are in the order of the ids already, so counting regions sorts them.
func (r *runRows) sortDistributors() {
	next := make([]int32, len(r.in.regions)+1)
	has := func(i int32) bool {
		return r.rankCount(i) > 0 || r.lineStart[i+1] > r.lineStart[i] || r.stateCount(i) > 0 || r.restated.count(i) > 0
	}
	for i, region := range r.in.regionOf {
		if has(int32(i)) {
			next[region+1]++
		}
	}
	for k := 1; k < len(next); k++ {
		next[k] += next[k-1]
	}
	r.order = make([]int32, next[len(next)-1])
	for i, region := range r.in.regionOf {
		if has(int32(i)) {
			r.order[next[region]] = int32(i)
			next[region]++
		}
	}
}

func (r *runRows) cutChunks(chunkRows int) {
	r.chunks = []int32{0}
	rows := 0
	for k, i := range r.order {
		rows += int(r.lineStart[i+1]-r.lineStart[i]) + r.rankCount(i) + r.stateCount(i) + r.restated.count(i)
		if rows >= chunkRows || k == len(r.order)-1 {
			r.chunks = append(r.chunks, int32(k)+1)
			rows = 0
		}
	}
}

func (r *runRows) chunkCount() int { return len(r.chunks) - 1 }

func (r *runRows) chunk(k int) []int32 { return r.order[r.chunks[k]:r.chunks[k+1]] }

func (r *runRows) stateCount(i int32) int {
	count := 0
	for _, key := range r.states {
		if r.out.State[key][i] != 0 {
			count++
		}
	}
	return count
}

// appendLines appends the lines of a distributor in the order of their keys.
func (r *runRows) appendLines(lines []int32, i int32) []int32 {
	from := len(lines)
	for line := r.lineStart[i]; line < r.lineStart[i+1]; line++ {
		lines = append(lines, line)
	}
	l := &r.out.Lines
	slices.SortFunc(lines[from:], func(a, b int32) int {
		return cmp.Or(cmp.Compare(r.place[l.Bonus[a]], r.place[l.Bonus[b]]), cmp.Compare(l.Level[a], l.Level[b]), cmp.Compare(l.Part[a], l.Part[b]),
			cmp.Compare(lineKinds[l.Kind[a]], lineKinds[l.Kind[b]]))
	})
	return lines
}

// stateRow is a state of a distributor that is not zero.
type stateRow struct {
	of    int32
	key   string
	value int64
}

func (r *runRows) appendStates(states []stateRow, i int32) []stateRow {
	for _, key := range r.states {
		if value := r.out.State[key][i]; value != 0 {
			states = append(states, stateRow{i, key, value})
		}
	}
	return states
}

// leavesRanks tells whether a run of a plan leaves ranks.
func leavesRanks(p *calc.Plan, of calc.Cadence) bool {
	return of == p.Main && (len(p.Ranks) > 0 || p.Active != nil)
}

// rankCount is how many rows of ranks a distributor has: none who has no rank and is what the plan makes of those without sales, inactive,
// or active where it asks nothing for that. In most companies that is most people, and the run's network tells who they are. A distributor
// who came after a run is not in its network, and not taken for inactive.
func (r *runRows) rankCount(i int32) int {
	if !r.ranked || (r.out.PaidAs == nil || r.out.PaidAs[i] == 0) && (r.out.Achieved == nil || r.out.Achieved[i] == 0) &&
		(r.out.Active == nil || r.out.Active[i]) == (r.in.scope.plan.Active == nil) {
		return 0
	}
	return 1
}

// rankRow is what a row of ranks says of a distributor; the empty name is no rank.
type rankRow struct {
	active           int64
	paidAs, achieved string
}

func (r *runRows) rank(i int32) rankRow { return rankRowOf(r.in.scope.plan, r.out, i) }

func rankRowOf(plan *calc.Plan, out *calc.Output, i int32) rankRow {
	var row rankRow
	if out.Active == nil || out.Active[i] {
		row.active = 1
	}
	row.paidAs, row.achieved = rankName(plan, out.PaidAs, i), rankName(plan, out.Achieved, i)
	return row
}

func rankName(plan *calc.Plan, of []uint8, i int32) string {
	if of == nil || of[i] == 0 {
		return ""
	}
	return plan.Ranks[of[i]-1].Name
}

// lineKinds names the kinds of a run's lines.
var lineKinds = [...]string{
	calc.LineCommission: lineCommission, calc.LineRounding: lineRounding, calc.LineAdjustment: lineAdjustment, calc.LinePieces: linePieces,
}

// lineBase says what the base of a line is in, and the fraction that turns it into minor units.
func (r *runRows) lineBase(line int32) (unit string, point calc.Fraction) {
	l, plan := &r.out.Lines, r.in.scope.plan
	switch l.Kind[line] {
	case calc.LinePieces:
		return "COUNT", calc.One
	case calc.LineAdjustment:
		return "MONEY", calc.One
	case calc.LineRounding:
		return "", calc.One // it has an amount alone
	case calc.LineCommission:
	}
	switch plan.Bonuses[l.Bonus[line]].UnitOf(plan) {
	case calc.UnitMoney:
		return "MONEY", calc.One
	case calc.UnitCount:
		return "COUNT", calc.One
	}
	if plan.PointValues == nil {
		return "VOLUME", plan.PointValue
	}
	market := uint16(0)
	if r.in.calc.Network.Market != nil {
		market = r.in.calc.Network.Market[l.Earner[line]]
	}
	return "VOLUME", plan.PointValues[plan.VariantOfMarket[market]]
}

// lineFactors writes the factors of a line as text: `cap=4/5;share=1/50`, in the order in which they were applied.
func (r *runRows) lineFactors(line int32) string {
	l := &r.out.Lines
	if l.Factor[line] == 0 {
		return ""
	}
	var text []byte
	for i, f := range l.FactorsOf(int(line)) {
		if i > 0 {
			text = append(text, ';')
		}
		text = append(append(text, f.Name...), '=')
		text = append(strconv.AppendInt(text, f.Num, 10), '/')
		text = strconv.AppendInt(text, f.Den, 10)
	}
	return string(text)
}
