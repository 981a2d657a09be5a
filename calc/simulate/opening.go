package simulate

import (
	"fmt"
	"slices"
	"strings"

	"upline/calc"
)

// opening is what state.csv says, by row of the file.
type opening struct {
	name        string
	distributor []int32  // row of the network; -1 for the company
	key         []uint16 // number of a word of keys
	// value is in units of 10⁻⁴, whatever the key's own unit; word is what stands there for a rank, or for yes and no.
	value   []int64
	word    []uint16
	cadence []calc.Cadence // 0: as the key says
	line    []int32
	keys    words
	words   words
}

// The keys of state.csv that are not those of the engine.
const (
	keyAchieved = "achieved"
	keyPaidAs   = "paid_as"
	keyActive   = "active"
)

const openingDigits = 4

// readOpening reads the state before the first period.
func readOpening(source Source, n *network, found *findings, progress func(int64)) (*opening, error) {
	t, err := openTable(source, &stateFormat, found)
	if err != nil || t == nil || !t.need(stateDistributor, stateKey, stateValue) {
		return nil, err
	}
	t.progress = progress
	o := &opening{name: t.name}
	for t.nextRow() {
		key, ok := t.word(stateKey, &o.keys)
		if key == 0 && ok {
			t.cellProblem(stateKey, "is empty", "write what the row is about: "+stateFormat.Columns[stateKey].Meaning)
		}
		distributor := int32(-1)
		if cell := t.cell(stateDistributor); len(cell) > 0 {
			if distributor = n.find(cell); distributor < 0 {
				t.cellProblem(stateDistributor, "there is no distributor "+shown(cell), n.otherID(cell, found, "correct the id, or add a row to "+n.name))
				continue
			}
		}
		if key == 0 {
			continue
		}
		value, word := int64(0), uint16(0)
		switch o.keys.word(key) {
		case keyAchieved, keyPaidAs:
			word, ok = t.word(stateValue, &o.words)
		case keyActive:
			var yes bool
			if yes, ok = t.yesNo(stateValue); yes {
				value = 1
			}
		default:
			value, ok = t.number(stateValue, openingDigits)
		}
		cadence := calc.Cadence(0)
		if cell := t.cell(stateCadence); len(cell) > 0 {
			if cadence, err = calc.ParseCadence(strings.ToLower(string(cell))); err != nil {
				t.cellProblem(stateCadence, shown(cell)+" is no cadence", didYouMean(strings.ToLower(string(cell)), cadenceNames()))
				ok = false
			}
		}
		if !ok {
			continue
		}
		o.distributor, o.key, o.value = append(o.distributor, distributor), append(o.key, key), append(o.value, value)
		o.word, o.cadence, o.line = append(o.word, word), append(o.cadence, cadence), append(o.line, int32(t.line))
	}
	return o, t.end()
}

func cadenceNames() []string {
	var names []string
	for c := calc.Daily; c <= calc.CadenceMax; c++ {
		names = append(names, c.String())
	}
	return names
}

// engineKey gives the engine's name of a key of the file: the carry-over of a binary bonus may be written as `pairs left`.
func engineKey(p *calc.Plan, key string) string {
	words := strings.FieldsFunc(key, func(r rune) bool { return r == ' ' || r == ':' })
	if len(words) != 2 || words[1] != "left" && words[1] != "right" {
		return key
	}
	if !slices.ContainsFunc(p.Bonuses, func(b calc.Bonus) bool { return b.Name == words[0] && b.Binary != nil }) {
		return key
	}
	left, right := calc.CarryKeys(words[0])
	if words[1] == "left" {
		return left
	}
	return right
}

// isCompany tells the keys of state that is the company's.
func isCompany(key string) bool { return strings.HasPrefix(key, calc.CompanyState) }

// keyed finds what a key of the engine's state is about: its unit, and the cadence in whose periods it goes on; 0 where the key does not
// say. It is not known when the plan keeps no such state.
func keyed(p *calc.Plan, key string) (unit calc.Unit, cadence calc.Cadence, known bool) {
	key = strings.TrimPrefix(key, calc.CompanyState)
	kind, rest, _ := strings.Cut(key, ":")
	name, rest, _ := strings.Cut(rest, ":")
	switch kind {
	case "held", "run", "grace":
		known = slices.ContainsFunc(p.Ranks, func(r calc.Rank) bool { return r.Name == name })
		return calc.UnitCount, p.Main, known
	case "past", "source":
		for b := range calc.VolumeBuiltIn + calc.Base(len(p.Volumes)) {
			if p.VolumeName(b) == name {
				return p.MeasureOf(b).Unit(), 0, true
			}
		}
		return calc.UnitCount, 0, false
	}
	for i := range p.Caps {
		if kind == "cap" && p.Caps[i].Name == name {
			return calc.UnitMoney, p.Caps[i].Cadence, true
		}
	}
	for i := range p.Bonuses {
		if b := &p.Bonuses[i]; kind != "cap" && b.Name == name {
			return bonusState(p, b, rest), b.Cadence, true
		}
	}
	return calc.UnitCount, 0, false
}

// bonusState is the unit of what a bonus carries on under a key.
func bonusState(p *calc.Plan, b *calc.Bonus, rest string) calc.Unit {
	switch {
	case b.Binary != nil && rest != "first" && rest != "averaged": // the others are volumes of legs
		return p.MeasureOf(b.BaseOf()).Unit()
	case b.Pool != nil:
		return calc.UnitMoney
	}
	return calc.UnitCount
}

// unitDigits is how many decimals numbers of a unit have, and unitName what files call it.
func unitDigits(p *calc.Plan, unit calc.Unit) int32 {
	switch unit {
	case calc.UnitVolume:
		return openingDigits
	case calc.UnitMoney:
		return p.MinorDigits
	case calc.UnitCount:
	}
	return 0
}

func unitName(unit calc.Unit) string {
	return [...]string{calc.UnitVolume: "points", calc.UnitMoney: "money", calc.UnitCount: "number"}[unit]
}

// prior is the state that the first periods begin from.
type prior struct {
	// achieved and paidAs are rank numbers by row; paidAs and active are nil when nothing is said about them.
	achieved, paidAs []uint8
	active           []bool
	states           map[calc.Cadence]calc.State
}

// fill takes over what state.csv says. Of a plan that is compared with the first one, what it does not know is left out.
func (pr *prior) fill(o *opening, p *calc.Plan, isFirst bool, found *findings) {
	if o == nil {
		return
	}
	f := openingFill{opening: o, plan: p, prior: pr, found: found, isFirst: isFirst, keys: make([]*openingKey, len(o.keys.list))}
	byName := make(map[string]*openingKey) // as a key can be written in two ways
	for i, written := range o.keys.list {
		key := f.resolve(written)
		if byName[key.name] == nil {
			byName[key.name] = key
		}
		f.keys[i] = byName[key.name]
	}
	// What the file says of paid_as and active stands for everybody: of whom it says nothing, there is nothing to say.
	if slices.Contains(o.keys.list, keyPaidAs) {
		pr.paidAs = make([]uint8, len(pr.achieved))
	}
	if slices.Contains(o.keys.list, keyActive) {
		pr.active = slices.Repeat([]bool{true}, len(pr.achieved))
	}
	for i := range o.key {
		f.row(i)
	}
	if !isFirst && f.left > 0 {
		found.note("%s: %s about what plan %s does not have, and %s left out for it", o.name, counted(f.left, "row is", "rows are"), p.ID, isAre(f.left))
	}
}

type openingFill struct {
	*opening
	plan    *calc.Plan
	prior   *prior
	found   *findings
	isFirst bool
	keys    []*openingKey
	left    int64
}

// openingKey is what a key of the file comes to under a plan.
type openingKey struct {
	name    string
	known   bool
	company bool
	unit    calc.Unit
	cadence calc.Cadence
	columns [calc.CadenceMax + 1][]int64
	// said tells who has a value already, by cadence, one bit a row.
	said [calc.CadenceMax + 1][]bool
}

func (f *openingFill) resolve(written string) *openingKey {
	key := &openingKey{name: engineKey(f.plan, written)}
	switch written {
	case keyAchieved, keyPaidAs, keyActive:
		key.known, key.cadence = true, f.plan.Main
		return key
	}
	key.company = isCompany(key.name)
	key.unit, key.cadence, key.known = keyed(f.plan, key.name)
	if key.cadence == 0 {
		key.cadence = f.plan.Main
	}
	return key
}

func (f *openingFill) problem(i int, column int, text, remedy string) {
	f.found.addOnce(Problem{File: f.name, Line: int(f.line[i]), Column: stateFormat.Columns[column].Name, Text: text, Remedy: remedy})
}

func (f *openingFill) row(i int) {
	written := f.opening.keys.word(f.key[i])
	key := f.keys[f.key[i]-1]
	n := len(f.prior.achieved)
	switch {
	case !key.known:
		f.left++
		if f.isFirst {
			f.problem(i, stateKey, "the plan keeps nothing under "+shown([]byte(written)), didYouMean(written, f.written()))
		}
		return
	case key.company != (f.distributor[i] < 0):
		if f.distributor[i] < 0 {
			f.problem(i, stateDistributor, "is empty", "write whose "+written+" it is")
		} else {
			f.problem(i, stateDistributor, written+" is the company's and no distributor's", "leave the cell empty")
		}
		return
	}
	cadence := f.cadence[i]
	if cadence == 0 {
		cadence = key.cadence
	}
	size, at := n, f.distributor[i]
	if key.company {
		size, at = 1, 0
	}
	if key.said[cadence] == nil {
		key.said[cadence] = make([]bool, size)
	}
	if key.said[cadence][at] {
		f.problem(i, stateKey, "says for the second time what "+written+" is", "leave one of the rows")
		return
	}
	key.said[cadence][at] = true
	switch written {
	case keyAchieved:
		f.rank(i, f.prior.achieved)
	case keyPaidAs:
		f.rank(i, f.prior.paidAs)
	case keyActive:
		f.prior.active[at] = f.value[i] != 0
	default:
		f.set(i, key, cadence, size, at)
	}
}

// set takes a number over, in the unit of its key.
func (f *openingFill) set(i int, key *openingKey, cadence calc.Cadence, size int, at int32) {
	scale := int64(1)
	for range openingDigits - unitDigits(f.plan, key.unit) {
		scale *= 10
	}
	if f.value[i]%scale != 0 {
		f.problem(i, stateValue, "has more decimals than there are", fmt.Sprintf("write %d at most, since it is %s", unitDigits(f.plan, key.unit), unitName(key.unit)))
		return
	}
	if key.columns[cadence] == nil {
		key.columns[cadence] = make([]int64, size)
		if f.prior.states[cadence] == nil {
			f.prior.states[cadence] = calc.State{}
		}
		f.prior.states[cadence][key.name] = key.columns[cadence]
	}
	key.columns[cadence][at] = f.value[i] / scale
}

// rank takes over a rank; an empty cell is none.
func (f *openingFill) rank(i int, to []uint8) {
	name := f.words.word(f.word[i])
	number, known := rankNumber(f.plan, name)
	if !known {
		f.left++
		if f.isFirst {
			f.problem(i, stateValue, "the plan has no rank "+shown([]byte(name)), didYouMean(name, rankNames(f.plan)))
		}
		return
	}
	to[f.distributor[i]] = number
}

// written are the keys that an analyst would write.
func (f *openingFill) written() []string {
	list := []string{keyAchieved, keyPaidAs, keyActive}
	for _, b := range f.plan.Bonuses {
		if b.Binary != nil {
			list = append(list, b.Name+" left", b.Name+" right")
		}
	}
	return list
}

// rankNumber gives the number of a rank by its name; "" is none.
func rankNumber(p *calc.Plan, name string) (number uint8, known bool) {
	if name == "" {
		return 0, true
	}
	for i, r := range p.Ranks {
		if r.Name == name {
			return uint8(i + 1), true
		}
	}
	return 0, false
}

func rankNames(p *calc.Plan) []string {
	names := make([]string, len(p.Ranks))
	for i, r := range p.Ranks {
		names[i] = r.Name
	}
	return names
}

// rankName gives the name of a rank by its number; "" for none.
func rankName(p *calc.Plan, number uint8) string {
	if number == 0 {
		return ""
	}
	return p.Ranks[number-1].Name
}
