package pgsql

import (
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5/pgconn"
)

// statementsMax bounds the prepared statements of a connection. Statements are constants of the program, so that a connection
// comes near it only when somebody builds SQL from data; it is closed then, and the next begins anew.
const statementsMax = 1000

// session is what is kept with a connection.
type session struct {
	pg         *pgconn.PgConn
	statements map[string]*statement
	named      int // the number of names given so far
	arguments  []byte
	values     [][]byte
}

// statement is a prepared statement of a connection.
type statement struct {
	name  string
	wants int // the number of arguments
	// described is nil until the server has answered the first use, which prepares the statement too.
	described *pgconn.StatementDescription
}

const sessionKey = "upline"

// sessionOf returns the session of a connection.
func sessionOf(pg *pgconn.PgConn) *session {
	custom := pg.CustomData()
	if s, ok := custom[sessionKey].(*session); ok {
		return s
	}
	s := &session{pg: pg, statements: map[string]*statement{}}
	custom[sessionKey] = s
	return s
}

// statement returns the statement of a text, and whether it has to be prepared.
func (s *session) statement(sql string) (st *statement, isNew bool) {
	if st, ok := s.statements[sql]; ok {
		return st, false
	}
	s.named++
	st = &statement{name: "u" + strconv.Itoa(s.named), wants: parameters(sql)}
	s.statements[sql] = st
	return st, true
}

// dropUnprepared forgets the statements whose preparation the server has not confirmed.
func (s *session) dropUnprepared() {
	for sql, st := range s.statements {
		if st.described == nil {
			delete(s.statements, sql)
		}
	}
}

// parameters returns the highest n of the parameters $n in a text.
func parameters(sql string) int {
	highest := 0
	for i := 0; i < len(sql); i++ {
		if sql[i] != '$' {
			continue
		}
		n := 0
		for i+1 < len(sql) && sql[i+1] >= '0' && sql[i+1] <= '9' {
			i++
			n = 10*n + int(sql[i]-'0')
		}
		highest = max(highest, n)
	}
	return highest
}

// The types that arguments are sent as.
const (
	oidBytea = 17
	oidInt8  = 20
	oidInt2  = 21
	oidInt4  = 23
	oidText  = 25
	oidChar  = 1042
	oidVar   = 1043
)

// binary is the format of every argument and every column.
var binary = []int16{1}

// typesOf returns the types of arguments, to prepare a statement with.
func typesOf(args []any) []uint32 {
	types := make([]uint32, len(args))
	for i, arg := range args {
		switch arg.(type) {
		case int64:
			types[i] = oidInt8
		case string:
			types[i] = oidText
		case []byte:
			types[i] = oidBytea
		}
	}
	return types
}

// encode returns arguments in their binary form. It is valid until the next call.
func (s *session) encode(args []any) [][]byte {
	buffer, values := s.arguments[:0], s.values[:0]
	for i, arg := range args {
		from := len(buffer)
		buffer = appendValue(buffer, i, arg)
		values = append(values, buffer[from:len(buffer):len(buffer)])
	}
	s.arguments, s.values = buffer, values
	return values
}

func appendValue(buffer []byte, i int, value any) []byte {
	switch v := value.(type) {
	case int64:
		u := uint64(v)
		return append(buffer, byte(u>>56), byte(u>>48), byte(u>>40), byte(u>>32), byte(u>>24), byte(u>>16), byte(u>>8), byte(u))
	case string:
		return append(buffer, v...)
	case []byte:
		return append(buffer, v...)
	}
	panic(fmt.Sprintf("store: argument $%d is a %T; int64, string and []byte are known", i+1, value))
}
