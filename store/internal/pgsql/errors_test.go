package pgsql

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"upline/store"
)

func refusal(severity, code, message string) error {
	return fmt.Errorf("wrapped: %w", &pgconn.PgError{Severity: severity, SeverityUnlocalized: severity, Code: code, Message: message})
}

func TestClassOf_EveryClassOnce(t *testing.T) {
	for _, c := range []struct {
		err  error
		want Class
	}{
		{errors.New("the closure's own"), Final},
		{refusal("ERROR", "42P01", "relation does not exist"), Final},
		{refusal("ERROR", "0A000", "not supported"), Final},
		{refusal("ERROR", "XX000", "something else"), Final},
		{refusal("ERROR", "23514", "violates check constraint"), Final},
		{refusal("ERROR", "40001", "could not serialize access"), Conflict},
		{refusal("ERROR", "40P01", "deadlock detected"), Conflict},
		{refusal("ERROR", "XX000", "tuple concurrently updated"), Conflict},
		{refusal("ERROR", "23505", "duplicate key"), Taken},
		{refusal("ERROR", "42P07", "relation already exists"), Taken},
		{refusal("ERROR", "42710", "type already exists"), Taken},
		{refusal("ERROR", "26000", "prepared statement does not exist"), Stale},
		{refusal("ERROR", "0A000", "cached plan must not change result type"), Stale},
		{refusal("FATAL", "57P01", "terminating connection"), Lost},
		{refusal("FATAL", "25P03", "terminating connection due to idle-in-transaction timeout"), Lost},
		{refusal("FATAL", "53300", "too many connections"), Lost},
		{refusal("ERROR", "53100", "disk full"), Lost},
		{refusal("ERROR", "58030", "io error"), Lost},
		{refusal("ERROR", "08006", "connection failure"), Lost},
		{refusal("ERROR", "25006", "read-only transaction"), Lost},
		{fmt.Errorf("%w: %w", store.ErrUnavailable, io.EOF), Lost},
	} {
		if got := ClassOf(c.err); got != c.want {
			t.Errorf("%v: class %d, want %d", c.err, got, c.want)
		}
	}
}

func TestAmbiguous_OnlyAPlainErrorSaysThatNothingHappened(t *testing.T) {
	for _, c := range []struct {
		err  error
		want bool
	}{
		{io.ErrUnexpectedEOF, true},
		{context.DeadlineExceeded, true},
		{refusal("FATAL", "57P01", "terminating connection"), true},
		{refusal("PANIC", "XX000", "crashed"), true},
		{refusal("ERROR", "40003", "result is ambiguous"), true},
		{refusal("ERROR", "08006", "connection failure"), true},
		{refusal("ERROR", "40001", "could not serialize access"), false},
		{refusal("FATAL", "25P03", "terminating connection due to idle-in-transaction timeout"), false},
		{refusal("ERROR", "23505", "duplicate key"), false},
		{refusal("ERROR", "53100", "disk full"), false},
	} {
		if got := Ambiguous(c.err); got != c.want {
			t.Errorf("%v: %v, want %v", c.err, got, c.want)
		}
	}
}

func TestWrap_TellsWhatItIs(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range []struct {
		ctx  context.Context
		err  error
		want error
	}{
		{t.Context(), io.EOF, store.ErrUnavailable},
		{t.Context(), refusal("ERROR", "57014", "canceling statement"), store.ErrUnavailable},
		{ended, refusal("ERROR", "57014", "canceling statement"), context.Canceled},
		{ended, io.EOF, context.Canceled},
		{ended, refusal("ERROR", "40001", "could not serialize access"), nil},
	} {
		err := wrap(c.ctx, "SELECT a\nFROM b", c.err)
		if c.want != nil && !errors.Is(err, c.want) || c.want == nil && (errors.Is(err, context.Canceled) || ClassOf(err) != Conflict) {
			t.Errorf("%v became %v, want %v", c.err, err, c.want)
		}
		if !strings.Contains(err.Error(), "SELECT a …") {
			t.Errorf("%v does not name its statement", err)
		}
	}
}

func TestParameters_HighestNumber(t *testing.T) {
	for sql, want := range map[string]int{"": 0, "SELECT 1": 0, "$1": 1, "$2 $10 $1": 10, "a $3$1 b$": 3} {
		if got := parameters(sql); got != want {
			t.Errorf("%q: %d, want %d", sql, got, want)
		}
	}
}
