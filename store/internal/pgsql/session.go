package pgsql

import (
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5/pgconn"
)

// statementsMax bounds the statements that a connection prepares. Statements are constants of the program, so that a connection
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
	types []uint32 // of the arguments that it was prepared with
	wants int      // the number of arguments
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
	s := &session{pg: pg, statements: map[string]*statement{}, arguments: make([]byte, 0, 512)} // not nil: nil stands for NULL
	custom[sessionKey] = s
	return s
}

// statement returns the statement of a text, and whether it has to be prepared.
func (s *session) statement(sql string, args []any) (st *statement, isNew bool, err error) {
	st = s.statements[sql]
	if st == nil || !st.takes(args) {
		s.named++
		st = &statement{name: "u" + strconv.Itoa(s.named), types: make([]uint32, len(args)), wants: parameters(sql)}
		for i, arg := range args {
			st.types[i] = typeOf(arg)
		}
		s.statements[sql] = st
		isNew = true
	}
	if len(args) != st.wants {
		delete(s.statements, sql)
		return nil, false, fmt.Errorf("it wants %d arguments and got %d", st.wants, len(args))
	}
	return st, isNew, nil
}

// takes reports whether a statement was prepared for arguments of these types. The bytes of one type would be taken for those of
// another.
func (st *statement) takes(args []any) bool {
	if len(args) != len(st.types) {
		return false
	}
	for i, arg := range args {
		if typeOf(arg) != st.types[i] {
			return false
		}
	}
	return true
}

// wornOut reports whether a connection has prepared so many statements that it is better replaced.
func (s *session) wornOut() bool { return s.named > statementsMax }

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

// typeOf returns the type that an argument is sent as.
func typeOf(arg any) uint32 {
	switch arg.(type) {
	case int64:
		return oidInt8
	case string:
		return oidText
	case []byte:
		return oidBytea
	}
	panic(fmt.Sprintf("store: an argument is a %T; int64, string and []byte are known", arg))
}

// encode returns arguments in their binary form. It is valid until the next call.
func (s *session) encode(args []any) [][]byte {
	buffer, values := s.arguments[:0], s.values[:0]
	for _, arg := range args {
		from := len(buffer)
		buffer = appendValue(buffer, arg)
		values = append(values, buffer[from:len(buffer):len(buffer)])
	}
	s.arguments, s.values = buffer, values
	return values
}

func appendValue(buffer []byte, value any) []byte {
	switch v := value.(type) {
	case int64:
		u := uint64(v)
		return append(buffer, byte(u>>56), byte(u>>48), byte(u>>40), byte(u>>32), byte(u>>24), byte(u>>16), byte(u>>8), byte(u))
	case string:
		return append(buffer, v...)
	case []byte:
		return append(buffer, v...)
	}
	panic(fmt.Sprintf("store: a value is a %T; int64, string and []byte are known", value))
}
