package simulate

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// network is what network.csv says, by row. Rows are numbered in byte order of the ids, as everywhere in Upline, so that a rule that lets
// those come first who come first decides here as it does there.
type network struct {
	name    string
	isWhole bool // nothing is wrong with the file by itself
	ids     *idTable
	number  []int32 // by row, in ids
	rowOf   []int32 // by number in ids; -1 for a name that is no distributor
	line    []int32 // where the row stands in the file

	sponsor, parent []int32 // rows, -1 for none; parent is nil without the column
	leg             []uint8 // 0: not given
	placing         []uint16
	owner           []int32 // numbers in ids, -1 for none
	enrolledUS      []int64 // noTime: from the beginning
	joined          []int32
	// sinceUS is when a distributor joined or first sold something, and presentUS from when everybody counts; both are nil where everybody
	// counts from the beginning.
	sinceUS, presentUS []int64

	kind, market, tags, rank, paidAs, currency []uint16 // numbers of words
	words                                      struct{ placing, kind, market, tags, rank, currency words }
}

func (n *network) len() int { return len(n.number) }

// id gives the id of a row.
func (n *network) id(row int32) []byte { return n.ids.at(n.number[row]) }

// find gives the row of an id; -1 for none.
func (n *network) find(id []byte) int32 {
	number := n.ids.find(id)
	if number < 0 || int(number) >= len(n.rowOf) {
		return -1
	}
	return n.rowOf[number]
}

// networkReader reads network.csv: first everything in the order of the file, ids as they are mentioned first.
type networkReader struct {
	*tableReader
	n     *network
	clock *clock
	// defined is the row, in the order of the file, that defines each id; -1 while it was mentioned only.
	defined []int32
}

// readNetwork reads the network. It is nil when the file could not be understood at all.
func readNetwork(source Source, c *clock, found *findings, progress func(int64)) (*network, error) {
	table, err := openTable(source, &networkFormat, found)
	if err != nil || table == nil {
		return nil, err
	}
	if !table.need(networkID, networkSponsor) {
		return nil, nil
	}
	table.progress = progress
	before := found.count
	r := &networkReader{tableReader: table, clock: c, n: &network{name: table.name, ids: newIDTable()}}
	r.refusedRow = r.rowOfCells
	for r.nextRow() {
		r.row()
	}
	if err := r.end(); err != nil {
		return nil, err
	}
	if r.n.len() == 0 && found.count == 0 {
		r.fileProblem("has no distributors", "write a row for each")
	}
	r.resolve()
	r.n.isWhole = found.count == before
	return r.n, nil
}

// mention gives the number of an id that a cell names; -1 for an empty cell.
func (r *networkReader) mention(column int) int32 {
	cell := r.cell(column)
	if len(cell) == 0 || !r.checkText(column, cell) {
		return -1
	}
	number, isNew, ok := r.n.ids.add(cell)
	if !ok {
		r.cellProblem(column, "is one id more than can be kept", "simulate a part of the network")
		return -1
	}
	if isNew {
		r.defined = append(r.defined, -1)
	}
	return number
}

// row reads one distributor. One that is wrong is kept as well, so that others may name it.
func (r *networkReader) row() {
	n := r.n
	if len(r.cell(networkID)) == 0 {
		r.cellProblem(networkID, "is empty", "give every distributor an id")
		return
	}
	id := r.mention(networkID)
	if id < 0 {
		return
	}
	if first := r.defined[id]; first >= 0 {
		r.cellProblem(networkID, fmt.Sprintf("%s stands in line %d already", shown(r.cell(networkID)), n.line[first]), "give every distributor one row and an id of its own")
		return
	}
	r.defined[id] = int32(n.len())
	n.number = append(n.number, id)
	n.line = append(n.line, int32(r.line))
	n.sponsor = append(n.sponsor, r.mention(networkSponsor))
	enrolled := int64(noTime)
	if r.has(networkEnrolled) {
		enrolled, _ = r.optionalTime(networkEnrolled, r.clock)
	}
	n.enrolledUS = append(n.enrolledUS, enrolled)
	if r.has(networkParent) {
		n.parent = append(n.parent, r.mention(networkParent))
	}
	if r.has(networkLeg) {
		n.leg = append(n.leg, r.leg())
	}
	if r.has(networkOwner) {
		n.owner = append(n.owner, r.mention(networkOwner))
	}
	for _, column := range []struct {
		place int
		to    *[]uint16
		words *words
	}{
		{networkPlacement, &n.placing, &n.words.placing},
		{networkKind, &n.kind, &n.words.kind},
		{networkTags, &n.tags, &n.words.tags},
		{networkRank, &n.rank, &n.words.rank},
		{networkPaidAs, &n.paidAs, &n.words.rank},
	} {
		if r.has(column.place) {
			word, _ := r.word(column.place, column.words)
			*column.to = append(*column.to, word)
		}
	}
	if r.has(networkMarket) {
		market, _ := r.market(networkMarket, &n.words.market)
		n.market = append(n.market, market)
	}
	if r.has(networkCurrency) {
		currency, _, _ := r.currencyCell(networkCurrency, &n.words.currency)
		n.currency = append(n.currency, currency)
	}
	if r.has(networkLeg) && n.leg[len(n.leg)-1] != 0 && len(r.cell(networkParent)) == 0 {
		r.cellProblem(networkLeg, "names a leg of nobody", "name the parent, too, or leave the leg empty")
	}
}

// rowOfCells keeps of a row with too few or too many cells whose it is, where its id is among them: else all that name it were wrong, too.
func (r *networkReader) rowOfCells() {
	place := r.places[networkID]
	if place >= len(r.cells) || len(r.cells[place]) == 0 {
		return
	}
	cells := make([][]byte, r.columns)
	cells[place] = r.cells[place]
	r.cells = cells
	r.row()
}

// leg reads the leg of a parent; 0 for an empty cell.
func (r *networkReader) leg() uint8 {
	switch cell := r.cell(networkLeg); {
	case len(cell) == 0:
		return 0
	case isWord(cell, "left", "l"):
		return 1
	case isWord(cell, "right", "r"):
		return 2
	default:
		if number, ok := parseFixed(cell, 0); ok && number >= 1 && number <= 255 {
			return uint8(number)
		}
		r.cellProblem(networkLeg, shown(cell)+" is no leg", "write left, right, or the number of the leg from 1")
		return 0
	}
}

// resolve numbers the rows in byte order of their ids, and turns ids into rows.
func (r *networkReader) resolve() {
	n := r.n
	r.unknown(n.sponsor, networkSponsor)
	r.unknown(n.parent, networkParent)
	n.rowOf = make([]int32, n.ids.len())
	order := make([]int32, 0, n.len()) // by row, the place in the file
	for _, number := range n.ids.sorted() {
		n.rowOf[number] = -1
		if at := r.defined[number]; at >= 0 {
			n.rowOf[number] = int32(len(order))
			order = append(order, at)
		}
	}
	n.number, n.line = permuted(n.number, order), permuted(n.line, order)
	n.sponsor, n.parent = n.rows(n.sponsor, order), n.rows(n.parent, order)
	n.leg, n.owner, n.enrolledUS = permuted(n.leg, order), permuted(n.owner, order), permuted(n.enrolledUS, order)
	for _, column := range []*[]uint16{&n.placing, &n.kind, &n.market, &n.tags, &n.rank, &n.paidAs, &n.currency} {
		*column = permuted(*column, order)
	}
	n.join(order)
	n.checkCycles(r.found)
}

// otherID is the remedy for an id that no row has: the one that differs in capital letters alone, or else what is given. Only problems that
// are listed are worth looking through a whole network for.
func (n *network) otherID(id []byte, found *findings, otherwise string) string {
	if found.count >= problemsMax {
		return otherwise
	}
	for _, number := range n.number {
		if other := n.ids.at(number); bytes.EqualFold(other, id) && !bytes.Equal(other, id) {
			return "did you mean " + string(other) + "? Capital letters tell ids apart"
		}
	}
	return otherwise
}

// unknown reports those who are named and have no row.
func (r *networkReader) unknown(column []int32, place int) {
	for i, number := range column {
		if number >= 0 && r.defined[number] < 0 {
			r.found.add(Problem{
				File: r.name, Line: int(r.n.line[i]), Column: r.format.Columns[place].Name,
				Text: "there is no distributor " + shown(r.n.ids.at(number)), Remedy: r.n.otherID(r.n.ids.at(number), r.found, "correct the id, or add a row for it"),
			})
			column[i] = -1
		}
	}
}

// rows takes a column of numbers of ids, in the order of the file, to rows; nil stays nil.
func (n *network) rows(column, order []int32) []int32 {
	out := permuted(column, order)
	for row, number := range out {
		if number >= 0 {
			out[row] = n.rowOf[number]
		}
	}
	return out
}

// permuted takes a column from the order of the file to that of rows; nil stays nil.
func permuted[T any](column []T, order []int32) []T {
	if column == nil {
		return nil
	}
	out := make([]T, len(order))
	for row, at := range order {
		out[row] = column[at]
	}
	return out
}

// join gives everybody a place in the order of joining: by date, and as the file has them.
func (n *network) join(order []int32) {
	n.joined = slices.Clone(order)
	if !slices.ContainsFunc(n.enrolledUS, func(us int64) bool { return us != noTime }) {
		return
	}
	rows := make([]int32, n.len())
	for row := range rows {
		rows[row] = int32(row)
	}
	slices.SortFunc(rows, func(a, b int32) int {
		return cmp.Or(cmp.Compare(n.enrolledUS[a], n.enrolledUS[b]), cmp.Compare(order[a], order[b]))
	})
	for place, row := range rows {
		n.joined[row] = int32(place)
	}
}

// checkCycles reports sponsors who are in the downline of those whom they sponsor. Whoever has nobody below is taken away, again and
// again; who is left stands in a cycle.
func (n *network) checkCycles(found *findings) {
	for _, members := range cyclesOf(n.sponsor) {
		found.add(Problem{
			File: n.name, Line: int(n.line[members[0]]), Column: "sponsor",
			Text: "these sponsor each other in a circle: " + n.listed(members), Remedy: "correct the sponsor of one of them",
		})
	}
}

// cyclesOf finds the circles of a column of rows above, each beginning with its lowest row.
func cyclesOf(above []int32) (cycles [][]int32) {
	below := make([]int32, len(above))
	for _, up := range above {
		if up >= 0 {
			below[up]++
		}
	}
	for row := range above {
		for at := int32(row); at >= 0 && below[at] == 0; {
			below[at] = -1 // taken away
			up := above[at]
			if up >= 0 {
				below[up]--
			}
			at = up
		}
	}
	for row := range above {
		if below[row] < 0 {
			continue
		}
		var members []int32
		for at := int32(row); below[at] >= 0; at = above[at] {
			below[at] = -1
			members = append(members, at)
		}
		cycles = append(cycles, members)
	}
	return cycles
}

// listed names the members of a circle.
func (n *network) listed(members []int32) string {
	const listedMax = 8
	var text strings.Builder
	for i, row := range members {
		if i == listedMax {
			fmt.Fprintf(&text, "… (%s in all) → ", grouped(int64(len(members))))
			break
		}
		text.Write(n.id(row))
		text.WriteString(" → ")
	}
	text.Write(n.id(members[0]))
	return text.String()
}

// count finds from when everybody counts: from when they joined, or from when they first sold something or were paid by hand, or somebody
// joined whom they stand above.
func (n *network) count(s *sales, a *adjustments, found *findings) {
	if !slices.ContainsFunc(n.enrolledUS, func(us int64) bool { return us != noTime }) {
		return
	}
	n.sinceUS = slices.Clone(n.enrolledUS)
	for sale, seller := range s.seller {
		if seller >= 0 {
			n.sinceUS[seller] = min(n.sinceUS[seller], s.atUS[sale])
		}
	}
	if a != nil {
		for i, row := range a.distributor {
			if a.atUS[i] != noTime {
				n.sinceUS[row] = min(n.sinceUS[row], a.atUS[i])
			}
		}
	}
	n.presentUS = n.present(nil)
	late := int64(0)
	for row, us := range n.presentUS {
		if us != n.sinceUS[row] {
			late++
		}
	}
	if late > 0 {
		found.note("%s: %s from an earlier day than enrolled says, since somebody below has joined before", n.name, counted(late, "distributor counts", "distributors count"))
	}
}

// present gives from when each row counts, given the parents of a placement tree, or nil. Going by the time of joining, each is passed on
// to those above who come later; so nobody is set twice.
func (n *network) present(parent []int32) []int64 {
	rows := make([]int32, n.len())
	for row := range rows {
		rows[row] = int32(row)
	}
	slices.SortFunc(rows, func(a, b int32) int { return cmp.Compare(n.sinceUS[a], n.sinceUS[b]) })
	out := slices.Clone(n.sinceUS)
	var open []int32
	for _, row := range rows {
		us := n.sinceUS[row]
		open = append(open[:0], row)
		for len(open) > 0 {
			at := open[len(open)-1]
			open = open[:len(open)-1]
			if up := n.sponsor[at]; up >= 0 && out[up] > us {
				out[up] = us
				open = append(open, up)
			}
			if parent == nil {
				continue
			}
			if up := parent[at]; up >= 0 && out[up] > us {
				out[up] = us
				open = append(open, up)
			}
		}
	}
	return out
}
