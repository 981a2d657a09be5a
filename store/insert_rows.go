package store

import (
	"strconv"
	"strings"
	"sync"
)

// insertRows is how many rows one statement inserts where there are as many: a statement costs as much to begin as some rows do to
// write.
const insertRows = 32

// joinInserts replaces statements of a batch that insert a row each by some that insert many. Statements of one text keep their order,
// those of different texts do not, so a batch must not both insert rows and change them. The numbers of rows are few, so that
// statements stay prepared.
func joinInserts(b *Batch) *Batch {
	var texts []string
	rows := make(map[string][]int)
	joined := &Batch{Items: make([]BatchItem, 0, len(b.Items)/insertRows+len(b.Items)%insertRows)}
	for i := range b.Items {
		item := &b.Items[i]
		if item.Each != nil || item.Affected != nil || !strings.HasPrefix(item.SQL, "INSERT INTO ") {
			joined.Items = append(joined.Items, *item)
			continue
		}
		if rows[item.SQL] == nil {
			texts = append(texts, item.SQL)
		}
		rows[item.SQL] = append(rows[item.SQL], i)
	}
	for _, text := range texts {
		of := rows[text]
		for len(of) > 0 {
			n := insertRows
			for n > len(of) {
				n /= 2
			}
			args := make([]any, 0, n*len(b.Items[of[0]].Args))
			for _, i := range of[:n] {
				args = append(args, b.Items[i].Args...)
			}
			joined.Exec(manyRows(text, len(b.Items[of[0]].Args), n), args...)
			of = of[n:]
		}
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
