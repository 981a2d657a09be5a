package store

import (
	"fmt"
	"strconv"
	"strings"
)

// A cursor is the key of the last row of a page, its parts joined by a byte that no id holds. The server signs it, so a client
// cannot make one up; what does not parse here is refused all the same.
const cursorSeparator = "\x1f"

func cursor(parts ...string) string { return strings.Join(parts, cursorSeparator) }

// cursorParts splits a cursor into exactly n parts.
func cursorParts(text string, n int) ([]string, error) {
	parts := strings.Split(text, cursorSeparator)
	if len(parts) != n {
		return nil, fmt.Errorf("%w: cursor has %d parts, want %d", ErrInvalid, len(parts), n)
	}
	return parts, nil
}

// cursorTextInt reads a cursor of a text and a number.
func cursorTextInt(text string) (string, int64, error) {
	parts, err := cursorParts(text, 2)
	if err != nil {
		return "", 0, err
	}
	n, err := strconv.ParseInt(parts[1], 10, 64)
	return parts[0], n, invalidCursor(err)
}

// invalidCursor wraps what is wrong with a cursor; nil stays nil.
func invalidCursor(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: cursor: %w", ErrInvalid, err)
}
