package store

import (
	"strconv"
	"strings"
	"sync"
)

// insertRows is how many rows one statement inserts where there are as many: a statement costs as much to begin as some rows do to
// write.
const insertRows = 32

// insertedRows are rows that one text inserts, one row of its parameters. The arguments of a statement's rows stand one after the other, as
// the statement takes them.
type insertedRows struct {
	text    string
	columns int
	args    [][]any // by statement
}

// Insert adds a row, by the text that inserts one, whose parameters are its values. Rows of one text keep their order and are sent some to a
// statement; those of different texts, and other statements, do not, so a batch must not both insert rows and change them.
func (b *Batch) Insert(text string, args ...any) {
	at := 0
	for at < len(b.inserts) && b.inserts[at].text != text {
		at++
	}
	if at == len(b.inserts) {
		b.inserts = append(b.inserts, insertedRows{text: text, columns: len(args)})
	}
	rows := &b.inserts[at]
	last := len(rows.args) - 1
	if last < 0 || len(rows.args[last]) == insertRows*rows.columns {
		rows.args, last = append(rows.args, rows.room(len(args))), last+1
	}
	rows.args[last] = append(rows.args[last], args...)
}

// argsOfStatements keeps the arguments of statements that were sent, for the next ones: they are 15 % of what recording a sale allocates.
var argsOfStatements sync.Pool

// room makes room for the rows of another statement. Who inserts a second row will insert more.
func (rows *insertedRows) room(width int) []any {
	if len(rows.args) == 0 {
		return make([]any, 0, width)
	}
	if kept, ok := argsOfStatements.Get().(*[]any); ok && cap(*kept) >= insertRows*width {
		return *kept
	}
	return make([]any, 0, insertRows*width)
}

// Release says that the batch has been sent for good: neither it nor its statements are read again.
func (b *Batch) Release() {
	for _, args := range b.rooms {
		args = args[:cap(args)]
		clear(args)
		args = args[:0]
		argsOfStatements.Put(&args)
	}
	*b = Batch{}
}

// Statements gives the batch as it is sent: what was inserted row by row stands in it, some rows to a statement. Their numbers are few, so
// that statements stay prepared.
func (b *Batch) Statements() []BatchItem {
	for _, rows := range b.inserts {
		for k, args := range rows.args {
			if k > 0 {
				b.rooms = append(b.rooms, args)
			}
			for n := insertRows; len(args) > 0; n /= 2 {
				if width := n * rows.columns; width <= len(args) {
					b.Exec(manyRows(rows.text, rows.columns, n), args[:width:width]...)
					args = args[width:]
				}
			}
		}
	}
	b.inserts = nil
	return b.Items
}

// TableRows are rows that a batch inserts into a table, with what Conn.Bulk takes.
type TableRows struct {
	Table   string
	Columns []string
	N       int
	Row     func(i int, values []any) []any
}

// TakeRows takes rows out of a batch where so many are inserted by one text that does nothing else, for an engine that has a faster way
// to insert many.
func (b *Batch) TakeRows(least int) (taken []TableRows) {
	for k := range b.inserts {
		rows := &b.inserts[k]
		n := rows.count()
		table, columns := insertedInto(rows.text)
		if n < least || table == "" {
			continue
		}
		args, width := rows.args, rows.columns
		taken = append(taken, TableRows{table, columns, n, func(i int, values []any) []any {
			at := i % insertRows * width
			return append(values, args[i/insertRows][at:at+width]...)
		}})
		b.rooms = append(b.rooms, args[1:]...)
		rows.args = nil
	}
	return taken
}

// count is how many rows there are.
func (rows *insertedRows) count() int {
	last := len(rows.args) - 1
	if last < 0 {
		return 0
	}
	return last*insertRows + len(rows.args[last])/rows.columns
}

// insertTargets keeps what texts insert into.
var insertTargets sync.Map // text → insertTarget

type insertTarget struct {
	table   string
	columns []string
}

// insertedInto gives the table and the columns of a text that inserts a row and does nothing else; none of another.
func insertedInto(text string) (table string, columns []string) {
	if known, ok := insertTargets.Load(text); ok {
		target := known.(insertTarget)
		return target.table, target.columns
	}
	var target insertTarget
	head, values, _ := strings.Cut(text, "VALUES (")
	if _, tail, _ := strings.Cut(values, ")"); strings.TrimSpace(tail) == "" {
		name, list, _ := strings.Cut(strings.TrimPrefix(head, "INSERT INTO "), "(")
		target.table = strings.TrimSpace(name)
		for column := range strings.SplitSeq(strings.Trim(list, ") \n\t"), ",") {
			target.columns = append(target.columns, strings.TrimSpace(column))
		}
	}
	insertTargets.Store(text, target)
	return target.table, target.columns
}

// joinInserts turns the statements of a batch that insert a row each into rows to insert.
func joinInserts(b *Batch) *Batch {
	joined := &Batch{Items: make([]BatchItem, 0, len(b.Items)), inserts: b.inserts}
	for i := range b.Items {
		item := &b.Items[i]
		if item.Each != nil || item.Affected != nil || !strings.HasPrefix(item.SQL, "INSERT INTO ") {
			joined.Items = append(joined.Items, *item)
			continue
		}
		joined.Insert(item.SQL, item.Args...)
	}
	return joined
}

// manyRowsTexts keeps the texts that were made, by the text of one row and the number of rows.
var manyRowsTexts sync.Map

type manyRowsKey struct {
	text string
	rows int
}

// manyRows makes of an INSERT of one row, with parameters $1 to $n as its values, one of so many rows. What follows the values stays.
func manyRows(text string, columns, rows int) string {
	if rows == 1 {
		return text
	}
	key := manyRowsKey{text, rows}
	if made, ok := manyRowsTexts.Load(key); ok {
		return made.(string)
	}
	head, values, _ := strings.Cut(text, "VALUES (")
	_, tail, _ := strings.Cut(values, ")")
	var sql strings.Builder
	sql.WriteString(head + "VALUES ")
	for row := range rows {
		if row > 0 {
			sql.WriteString(", ")
		}
		for column := range columns {
			sql.WriteString([2]string{"($", ", $"}[min(column, 1)] + strconv.Itoa(row*columns+column+1))
		}
		sql.WriteByte(')')
	}
	sql.WriteString(tail)
	made, _ := manyRowsTexts.LoadOrStore(key, sql.String())
	return made.(string)
}
