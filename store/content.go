package store

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// ContentField is one field of a request as its client sent it: the path in the API's message and the value as text.
type ContentField struct {
	Path, Value string
}

// Content is what a client sent under an id, field by field. A repeat is compared with it, and not with defaults that were filled
// in, so that a product's later change cannot turn a retry into a conflict.
type Content []ContentField

// encode writes the fields one after the other, each text with its length before it.
func (c Content) encode() []byte {
	var b []byte
	for _, f := range c {
		b = binary.BigEndian.AppendUint32(b, uint32(len(f.Path)))
		b = append(b, f.Path...)
		b = binary.BigEndian.AppendUint32(b, uint32(len(f.Value)))
		b = append(b, f.Value...)
	}
	return b
}

func decodeContent(b []byte) (Content, error) {
	var c Content
	text := func() (string, bool) {
		if len(b) < 4 {
			return "", false
		}
		n := binary.BigEndian.Uint32(b)
		if uint64(len(b)-4) < uint64(n) {
			return "", false
		}
		s := string(b[4 : 4+n])
		b = b[4+n:]
		return s, true
	}
	for len(b) > 0 {
		path, ok := text()
		value, ok2 := text()
		if !ok || !ok2 {
			return nil, fmt.Errorf("%w: content of an event is cut off", ErrCorrupt)
		}
		c = append(c, ContentField{path, value})
	}
	return c, nil
}

func digestOf(content []byte) []byte {
	sum := sha256.Sum256(content)
	return sum[:]
}

// differing returns the paths whose values differ between what was sent first and what is sent now, in the order of their first
// appearance.
func differing(first, now Content) []FieldProblem {
	before := make(map[string]string, len(first))
	for _, f := range first {
		before[f.Path] = f.Value
	}
	var problems []FieldProblem
	seen := make(map[string]bool, len(now))
	for _, f := range now {
		seen[f.Path] = true
		if v, ok := before[f.Path]; !ok {
			problems = append(problems, FieldProblem{Field: f.Path, Problem: fmt.Sprintf("is %q and was not given first", f.Value)})
		} else if v != f.Value {
			problems = append(problems, FieldProblem{Field: f.Path, Problem: fmt.Sprintf("is %q and was %q first", f.Value, v)})
		}
	}
	for _, f := range first {
		if !seen[f.Path] {
			problems = append(problems, FieldProblem{Field: f.Path, Problem: fmt.Sprintf("is not given and was %q first", f.Value)})
		}
	}
	return problems
}
