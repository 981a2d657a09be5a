package reference

import (
	"bytes"
	"fmt"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"

	"upline/calc"
)

// root is the message that a plan file is.
const root = protoreflect.FullName("upline.v1.Plan")

// Write gives the page for a set of file descriptors with source information, in the form of buf and protoc.
func Write(descriptors []byte) ([]byte, error) {
	var set descriptorpb.FileDescriptorSet
	if err := proto.Unmarshal(descriptors, &set); err != nil {
		return nil, fmt.Errorf("file descriptors: %w", err)
	}
	files, err := protodesc.NewFiles(&set)
	if err != nil {
		return nil, fmt.Errorf("file descriptors: %w", err)
	}
	plan, err := files.FindDescriptorByName(root)
	if err != nil {
		return nil, err
	}
	w := writer{seen: map[protoreflect.FullName]bool{}}
	w.line("# Reference of the plan language")
	w.line("")
	w.line("Made from the schema (`api/upline/v1/plan*.proto`), its rules included, and the engine's list of facts by `go run ./cmd/dev gen`. [README.md](README.md)")
	w.line("explains the same with examples. A field that is not marked as a list is given once; none is needed unless it is marked so, or nothing")
	w.line("makes sense without it. What is marked as needed is so where the block that it stands in is given. Bounds are those of the schema, which")
	w.line("counts characters as they are written; [README.md](README.md#numbers-and-rounding) says how many decimals rates, amounts and volumes have, and how high")
	w.line("they go.")
	w.line("")
	w.facts()
	if err := w.message(plan.(protoreflect.MessageDescriptor)); err != nil {
		return nil, err
	}
	return w.page.Bytes(), nil
}

type writer struct {
	page bytes.Buffer
	seen map[protoreflect.FullName]bool
}

func (w *writer) line(text string) { w.page.WriteString(text + "\n") }

// message writes a message, and after it those that its fields hold.
func (w *writer) message(m protoreflect.MessageDescriptor) error {
	if w.seen[m.FullName()] {
		return nil
	}
	w.seen[m.FullName()] = true
	w.heading(m, "message")
	w.line("| field | value | bounds | meaning |")
	w.line("|---|---|---|---|")
	fields := m.Fields()
	for i := range fields.Len() {
		fd := fields.Get(i)
		bounds, err := bounds(fd)
		if err != nil {
			return err
		}
		w.line("| `" + string(fd.Name()) + "` | " + value(fd) + " | " + cell(bounds) + " | " + cell(comment(fd)) + " |")
	}
	w.line("")
	for i := range fields.Len() {
		switch fd := fields.Get(i); {
		case fd.Message() != nil:
			if err := w.message(fd.Message()); err != nil {
				return err
			}
		case fd.Enum() != nil:
			w.enum(fd.Enum())
		}
	}
	return nil
}

func (w *writer) enum(e protoreflect.EnumDescriptor) {
	if w.seen[e.FullName()] {
		return
	}
	w.seen[e.FullName()] = true
	w.heading(e, "enum")
	w.line("| value | meaning |")
	w.line("|---|---|")
	values := e.Values()
	prefix := prefixOf(e)
	for i := range values.Len() {
		v := values.Get(i)
		name := "`" + strings.ToLower(strings.TrimPrefix(string(v.Name()), prefix)) + "`"
		if v.Number() == 0 {
			name = "*(omitted)*"
		}
		w.line("| " + name + " | " + cell(comment(v)) + " |")
	}
	w.line("")
}

func (w *writer) heading(d protoreflect.Descriptor, kind string) {
	w.line("## " + string(d.Name()))
	w.line("")
	if kind == "enum" {
		w.line("One of the values below. " + cell(comment(d)))
	} else {
		w.line(cell(comment(d)))
	}
	w.line("")
}

// facts writes what conditions can ask.
func (w *writer) facts() {
	w.line("## Facts of conditions")
	w.line("")
	w.line("A fact marked ² is known with a placement tree of width 2. Of a rank, higher ones count, too.")
	w.line("")
	w.line("| fact | is | meaning |")
	w.line("|---|---|---|")
	for _, word := range calc.FactWords() {
		name := "`" + word.Name + argument(word) + "`"
		kind := "number"
		if word.Boolean() {
			kind = "yes or no"
		}
		mark := ""
		if word.Placed() {
			mark = " ²"
		}
		w.line("| " + name + " | " + kind + " | " + word.Meaning + mark + " |")
	}
	w.line("")
}

func argument(word calc.FactWord) string {
	names := map[calc.FactArgument]string{
		calc.OfRank: `"rank"`, calc.OfVolume: `"volume"`, calc.OfBonus: `"bonus"`, calc.OfKind: `"kind"`, calc.OfMarket: `"IN"`, calc.OfTag: `"tag"`,
	}
	of, ok := names[word.Of]
	switch {
	case !ok:
		return ""
	case word.Number == "":
		return "(" + of + ")"
	case word.NumberNeeded:
		return "(" + of + ", " + word.Number + ")"
	}
	return "(" + of + ")`, `" + word.Name + "(" + of + ", " + word.Number + ")"
}

// value says what a field holds.
func value(fd protoreflect.FieldDescriptor) string {
	var one string
	switch {
	case fd.Message() != nil:
		one = link(fd.Message())
	case fd.Enum() != nil:
		one = link(fd.Enum())
	case fd.Kind() == protoreflect.BoolKind:
		one = "`true` or `false`"
	case fd.Kind() == protoreflect.StringKind:
		one = "text"
	default:
		one = "whole number"
	}
	if fd.IsList() {
		return "list of " + one
	}
	return one
}

func link(d protoreflect.Descriptor) string {
	name := string(d.Name())
	return "[" + name + "](#" + strings.ToLower(name) + ")"
}

// prefixOf is what the names of an enum's values begin with.
func prefixOf(e protoreflect.EnumDescriptor) string {
	return strings.TrimSuffix(string(e.Values().Get(0).Name()), "UNSPECIFIED")
}

func comment(d protoreflect.Descriptor) string {
	return d.ParentFile().SourceLocations().ByDescriptor(d).LeadingComments
}

// cell brings a comment to one line of a table.
func cell(text string) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(text), " "), "|", "\\|")
}
