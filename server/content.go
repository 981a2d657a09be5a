package server

import (
	"slices"

	"google.golang.org/protobuf/proto"

	"upline/calc/plan"
	"upline/store"
)

// contentOf is what a client sent under an id: every field that was given, in the contract's order. The fields in key name the
// id and are left out. normal gives another spelling for the value at a path: 12.3 and 12.30 are the same price, so sent again with
// the other spelling a sale is a repeat.
//
// Defaults that are filled in later are no part of it, so that a change of a product does not turn a repeat into a conflict.
func contentOf(m proto.Message, key []string, normal map[string]string) store.Content {
	fields := plan.Canonical(m)
	content := make(store.Content, 0, len(fields))
	for _, f := range fields {
		if slices.Contains(key, f.Path) {
			continue
		}
		if text, ok := normal[f.Path]; ok {
			f.Value = text
		}
		content = append(content, store.ContentField{Path: f.Path, Value: f.Value})
	}
	return content
}
