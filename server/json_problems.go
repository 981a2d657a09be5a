package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"

	uplinev1 "upline/api/upline/v1"
)

// problemsMax bounds an answer: whoever sends a thousand broken sales learns enough from the first.
const problemsMax = 20

// elementsMax bounds the work: no list of the contract may be longer.
const elementsMax = 1000

// explainJSON says what is wrong with JSON that protojson refused, field by field, with paths as the contract names them.
// protojson stops at the first mistake and names no path, so this reads the text again, slowly; only a refused request pays.
func explainJSON(data []byte, message protoreflect.MessageDescriptor) *uplinev1.ErrorDetail {
	detail := &uplinev1.ErrorDetail{Reason: uplinev1.ErrorReason_ERROR_REASON_INVALID_FIELD}
	problem := func(field, text, remedy string) *uplinev1.ErrorDetail {
		detail.Fields = []*uplinev1.FieldProblem{{Field: field, Problem: text, Remedy: remedy}}
		return detail
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return problem("", "the body is empty", "Send a JSON object; {} where the call needs no fields.")
	}
	if !utf8.Valid(data) {
		return problem("", "the body is not UTF-8", "Encode the JSON as UTF-8.")
	}
	if text := syntaxProblem(data); text != "" {
		return problem("", text, "Send one JSON object.")
	}
	e := &explanation{detail: detail}
	e.object("", data, message)
	if len(detail.Fields) == 0 {
		return problem("", fmt.Sprintf("the JSON does not fit %s", message.FullName()), "Compare it with the message in the API reference.")
	}
	return detail
}

// syntaxProblem says where text stops being JSON; "" when it is JSON.
func syntaxProblem(data []byte) string {
	decoder := json.NewDecoder(bytes.NewReader(data))
	var value json.RawMessage
	err := decoder.Decode(&value)
	at := decoder.InputOffset()
	if err == nil {
		if _, err = decoder.Token(); errors.Is(err, io.EOF) {
			return ""
		}
		return fmt.Sprintf("the body goes on after its JSON value, at %s", place(data, at))
	}
	if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) {
		at = syntax.Offset
	} else if errors.Is(err, io.ErrUnexpectedEOF) {
		at = int64(len(data))
	}
	return fmt.Sprintf("the body is not JSON, at %s", place(data, at))
}

func place(data []byte, offset int64) string {
	before := data[:min(max(offset-1, 0), int64(len(data)))]
	line := bytes.Count(before, []byte{'\n'}) + 1
	column := utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1
	return fmt.Sprintf("line %d, column %d", line, column)
}

type explanation struct {
	detail *uplinev1.ErrorDetail
}

func (e *explanation) full() bool { return len(e.detail.Fields) >= problemsMax }

func (e *explanation) add(path, problem, remedy string) {
	if !e.full() {
		e.detail.Fields = append(e.detail.Fields, &uplinev1.FieldProblem{Field: path, Problem: problem, Remedy: remedy})
	}
}

// object looks at a JSON object that stands for a message.
func (e *explanation) object(path string, data []byte, message protoreflect.MessageDescriptor) {
	members, ok := membersOf(data)
	if !ok {
		e.add(path, fmt.Sprintf("is %s where an object is needed", kindOfJSON(data)), fieldsRemedy(message, ""))
		return
	}
	seen := map[protoreflect.Name]string{}
	oneofs := map[protoreflect.Name]string{}
	for _, m := range members {
		if e.full() {
			return
		}
		field := fieldNamed(message, m.name)
		if field == nil {
			// One unknown field makes it the reason of the whole: it is the mistake that would have gone unseen.
			e.detail.Reason = uplinev1.ErrorReason_ERROR_REASON_UNKNOWN_FIELD
			e.add(join(path, m.name), fmt.Sprintf("is no field of %s", message.Name()), fieldsRemedy(message, m.name))
			continue
		}
		inner := join(path, string(field.Name()))
		if first, twice := seen[field.Name()]; twice {
			e.add(inner, fmt.Sprintf("is given twice, as %q and as %q", first, m.name), "Give it once.")
			continue
		}
		seen[field.Name()] = m.name
		if one := field.ContainingOneof(); one != nil && !one.IsSynthetic() && string(m.value) != "null" {
			if first, twice := oneofs[one.Name()]; twice {
				e.add(inner, fmt.Sprintf("is given beside %q, of which it is an alternative", first), "Give one of them.")
				continue
			}
			oneofs[one.Name()] = m.name
		}
		e.field(inner, m, field, message)
	}
}

func (e *explanation) field(path string, m member, field protoreflect.FieldDescriptor, message protoreflect.MessageDescriptor) {
	if string(m.value) == "null" || fits(m, message) {
		return
	}
	if field.IsList() {
		var elements []json.RawMessage
		if json.Unmarshal(m.value, &elements) != nil {
			e.add(path, fmt.Sprintf("is %s where a list is needed", kindOfJSON(m.value)), "")
			return
		}
		for i, element := range elements[:min(len(elements), elementsMax)] {
			if e.full() {
				return
			}
			at := fmt.Sprintf("%s[%d]", path, i)
			one := member{m.name, slices.Concat([]byte("["), element, []byte("]"))}
			if string(element) != "null" && fits(one, message) {
				continue
			}
			e.value(at, element, field)
		}
		return
	}
	e.value(path, m.value, field)
}

// value says what is wrong with one value of a field.
func (e *explanation) value(path string, value []byte, field protoreflect.FieldDescriptor) {
	switch {
	case field.Message() == nil:
		remedy := ""
		if field.Kind() == protoreflect.StringKind && len(value) > 0 && (value[0] == '-' || '0' <= value[0] && value[0] <= '9') {
			remedy = fmt.Sprintf("Put it in quotes, %q: numbers of money and volume are texts, so that nothing rounds them.", shorten(value))
		}
		e.add(path, fmt.Sprintf("is %s, which is not %s", shorten(value), wanted(field)), remedy)
	case field.Message().FullName() == "google.protobuf.Timestamp":
		e.add(path, fmt.Sprintf("is %s, which is not a time", shorten(value)), `Write it in RFC 3339, like "2026-10-05T12:00:00Z".`)
	case field.Message().FullName() == "google.protobuf.Duration":
		e.add(path, fmt.Sprintf("is %s, which is not a duration", shorten(value)), `Write it in seconds, like "10s".`)
	default:
		e.object(path, value, field.Message())
	}
}

// fits tells whether protojson takes the member by itself.
func fits(m member, message protoreflect.MessageDescriptor) bool {
	name, err := json.Marshal(m.name)
	if err != nil {
		return false
	}
	alone := slices.Concat([]byte("{"), name, []byte(":"), m.value, []byte("}"))
	return protojson.Unmarshal(alone, dynamicpb.NewMessage(message)) == nil
}

type member struct {
	name  string
	value json.RawMessage
}

// membersOf reads the members of an object in their order, repeated ones too.
func membersOf(data []byte) ([]member, bool) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	if start, err := decoder.Token(); err != nil || start != json.Delim('{') {
		return nil, false
	}
	var members []member
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return nil, false
		}
		var m member
		m.name, _ = name.(string)
		if err := decoder.Decode(&m.value); err != nil {
			return nil, false
		}
		members = append(members, m)
	}
	return members, true
}

func fieldNamed(message protoreflect.MessageDescriptor, name string) protoreflect.FieldDescriptor {
	if f := message.Fields().ByJSONName(name); f != nil {
		return f
	}
	return message.Fields().ByTextName(name)
}

func kindOfJSON(value []byte) string {
	value = bytes.TrimSpace(value)
	if len(value) == 0 {
		return "nothing"
	}
	switch value[0] {
	case '{':
		return "an object"
	case '[':
		return "a list"
	case '"':
		return "a text"
	case 't', 'f':
		return "a truth value"
	case 'n':
		return "null"
	}
	return "a number"
}

func wanted(field protoreflect.FieldDescriptor) string {
	switch field.Kind() {
	case protoreflect.StringKind:
		return "a text"
	case protoreflect.BoolKind:
		return "true or false"
	case protoreflect.EnumKind:
		return "one of " + enumNames(field.Enum())
	case protoreflect.Int32Kind, protoreflect.Sint32Kind, protoreflect.Sfixed32Kind:
		return "a whole number of 32 bits"
	}
	return "a whole number of 64 bits"
}

func enumNames(enum protoreflect.EnumDescriptor) string {
	var names []string
	for i := range enum.Values().Len() {
		if v := enum.Values().Get(i); v.Number() != 0 {
			names = append(names, string(v.Name()))
		}
	}
	return strings.Join(names, ", ")
}

// shorten quotes a value for an error, cut when it is long.
func shorten(value []byte) string {
	const runesMax = 40
	text := []rune(string(bytes.TrimSpace(value)))
	if len(text) > runesMax {
		return string(text[:runesMax]) + "…"
	}
	return string(text)
}

func join(path, name string) string {
	name = shorten([]byte(name))
	if path == "" {
		return name
	}
	return path + "." + name
}

// fieldsRemedy names the field that was probably meant, or all of them.
func fieldsRemedy(message protoreflect.MessageDescriptor, given string) string {
	names := make([]string, 0, message.Fields().Len())
	for i := range message.Fields().Len() {
		f := message.Fields().Get(i)
		name := f.JSONName()
		if strings.Contains(given, "_") {
			name = string(f.Name())
		}
		names = append(names, name)
	}
	if best := nearest(given, names); best != "" {
		return fmt.Sprintf("Did you mean %q?", best)
	}
	if len(names) == 0 {
		return fmt.Sprintf("%s has no fields; send {}.", message.Name())
	}
	return "Its fields are " + strings.Join(names, ", ") + "."
}
