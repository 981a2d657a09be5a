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
	size := 0
	for _, f := range c {
		size += 2*contentLengthBytes + len(f.Path) + len(f.Value)
	}
	b := make([]byte, 0, size)
	for _, f := range c {
		b = append(binary.AppendUvarint(b, uint64(len(f.Path))), f.Path...)
		b = append(binary.AppendUvarint(b, uint64(len(f.Value))), f.Value...)
	}
	return b
}

// contentLengthBytes is how many bytes the length of a text takes, of nearly all.
const contentLengthBytes = 2

func decodeContent(b []byte) (Content, error) {
	var c Content
	text := func() (string, bool) {
		n, size := binary.Uvarint(b)
		if size <= 0 || n > uint64(len(b)-size) {
			return "", false
		}
		s := string(b[size : size+int(n)])
		b = b[size+int(n):]
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
