package pgsql

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"upline/store"
	"upline/store/internal/sqltext"
)

// Class says what to do about an error.
type Class int

// The classes of errors.
const (
	// Final errors are returned to the caller.
	Final Class = iota
	// Conflict: two transactions collided. Run it again.
	Conflict
	// Taken: a unique key was violated. In a race that is a conflict; run again, the transaction sees the other's row. It is
	// a mistake of the closure when it goes on.
	Taken
	// Stale: the connection's prepared statements do not fit any more. Close it, and run again.
	Stale
	// Lost: the server or the way to it failed. Run it again a few times, if it was not committing.
	Lost
)

// ClassOf returns the class of an error of a statement that was not a COMMIT.
func ClassOf(err error) Class {
	refused, ok := errors.AsType[*pgconn.PgError](err)
	if !ok {
		if errors.Is(err, store.ErrUnavailable) {
			return Lost
		}
		return Final
	}
	switch code := refused.Code; {
	case code == "40001", code == "40P01", code == "CR000":
		return Conflict
	case code == "XX000" && strings.Contains(refused.Message, "concurrently"):
		// "tuple concurrently updated": two servers changing one row of PostgreSQL's catalogue.
		return Conflict
	case code == "23505", code == "42710", code == "42P07":
		// The last two say so of what DDL makes, which is written with IF NOT EXISTS.
		return Taken
	case code == "26000", code == "0A000" && strings.Contains(refused.Message, "cached plan"):
		return Stale
	case troubled(refused):
		return Lost
	}
	return Final
}

// troubled reports whether an error is the server's own trouble: connections, resources, shutdown, a statement that the server
// ended by itself, disks, corruption, and a server that became a read-only replica.
func troubled(refused *pgconn.PgError) bool {
	switch refused.Code {
	case "57014", idledInTransaction, "57P01", "57P02", "57P03", "57P05", "25006", "XX001", "XX002":
		return true
	}
	return strings.HasPrefix(refused.Code, "08") || strings.HasPrefix(refused.Code, "53") || strings.HasPrefix(refused.Code, "58")
}

// idledInTransaction is the code of a session that the server ended because its transaction did nothing for too long.
const idledInTransaction = "25P03"

// IsDuplicate reports whether a statement of DDL was refused because what it makes is there.
func IsDuplicate(err error) bool {
	refused, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (refused.Code == "42710" || refused.Code == "42P07")
}

// Ambiguous reports whether an error of a COMMIT leaves open whether it happened. A plain ERROR says that it did not; a lost
// connection and a session that the server ended (FATAL) say nothing, and CockroachDB has a code of its own for it. One that it ended for
// idling had not begun to commit.
func Ambiguous(err error) bool {
	refused, ok := errors.AsType[*pgconn.PgError](err)
	if !ok {
		return true
	}
	if refused.Code == idledInTransaction {
		return false
	}
	return refused.Code == "40003" || refused.SeverityUnlocalized != "ERROR" && refused.Severity != "ERROR" || strings.HasPrefix(refused.Code, "08")
}

// wrap makes an error of a statement fit to be returned: it names the statement, and is the context's error or
// store.ErrUnavailable where it is that.
func wrap(ctx context.Context, sql string, err error) error {
	refused, ok := errors.AsType[*pgconn.PgError](err)
	switch {
	case ctx.Err() != nil && (!ok || refused.Code == "57014"):
		return fmt.Errorf("store: %w: %s", ctx.Err(), sqltext.FirstLine(sql))
	case !ok || troubled(refused):
		return fmt.Errorf("%w: %w: %s", store.ErrUnavailable, err, sqltext.FirstLine(sql))
	}
	return fmt.Errorf("store: %w%s: %s", err, detail(refused), sqltext.FirstLine(sql))
}

// detail returns what PostgreSQL adds to a serialization failure, which names the reason. Other details can hold what a row holds,
// and stay out of logs.
func detail(refused *pgconn.PgError) string {
	if refused.Code != "40001" || refused.Detail == "" {
		return ""
	}
	return " (" + refused.Detail + ")"
}
