package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"
	"google.golang.org/protobuf/reflect/protoreflect"

	uplinev1 "upline/api/upline/v1"
)

// place is where a field of the plan stands in the file. key is nil for an item of a list.
type place struct{ key, value *yaml.Node }

// itemsMax bounds every list of a plan file: as long as the longest that the schema allows. So what a plan is expanded to stays
// small, also for a file that the schema's rules refuse afterwards.
const itemsMax = 200

// decoder fills a message from a YAML tree, strictly, and remembers where each of its fields stands.
type decoder struct {
	*findings
	places map[string]place
}

func (d *decoder) report(n *yaml.Node, path, message, remedy string) {
	at := positionOf(n)
	d.add(Diagnostic{Line: at.line, Column: at.column, Path: path, Message: message, Remedy: remedy})
}

// message fills m from a mapping.
func (d *decoder) message(n *yaml.Node, m protoreflect.Message, path string) {
	known := fieldNames(m.Descriptor())
	if n.Kind != yaml.MappingNode {
		remedy := "the fields are " + quotedList(known, "and")
		if fields, ok := inFields(n, m.Descriptor()); ok {
			remedy = fmt.Sprintf("write `%s`; %s", fields, remedy)
		}
		d.report(n, path, fmt.Sprintf("%s needs fields, not %s", subject(path), kindOf(n)), remedy)
		return
	}
	kinds := map[string]string{}
	for i := 0; i+1 < len(n.Content) && !d.full(); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Kind != yaml.ScalarNode {
			d.report(key, path, "the name of a field is not a text", "the fields here are "+quotedList(known, "and"))
			continue
		}
		fd := m.Descriptor().Fields().ByName(protoreflect.Name(key.Value))
		if fd == nil && i > 0 {
			if parts := partsCutByComma(n.Content[i-2:]); parts > 0 {
				d.cutByComma(n.Content[i-2:i+2*parts], path)
				i += 2 * (parts - 1)
				continue
			}
		}
		if fd == nil {
			if near, ok := nearest(key.Value, known); ok {
				d.excused = append(d.excused, joined(path, near)) // it is not missing as well
			}
			if i > 0 && strings.ContainsAny(key.Value, `)"`) { // the rest of a text that its comma has cut in two: nothing more is to be said of the first half
				d.excused = append(d.excused, joined(path, n.Content[i-2].Value))
			}
			remedy := misplaced(m.Descriptor(), key.Value)
			if remedy == "" {
				remedy = didYouMean(key.Value, known, "the fields here are")
			}
			d.report(key, joined(path, shown(key.Value)), fmt.Sprintf("there is no field `%s` here", shown(key.Value)), remedy)
			continue
		}
		at := joined(path, key.Value)
		if _, twice := d.places[at]; twice {
			d.report(key, at, fmt.Sprintf("`%s` is given twice", key.Value), "keep one of them")
			continue
		}
		d.places[at] = place{key, value}
		if oneof := fd.ContainingOneof(); oneof != nil {
			name := string(oneof.FullName())
			if other, twice := kinds[name]; twice {
				d.report(key, at, fmt.Sprintf("a bonus has one kind, and this one is already `%s`", other), "write two bonuses")
				continue
			}
			kinds[name] = key.Value
		}
		d.field(value, m, fd, at)
	}
}

// inFields writes a bare rate or amount as the fields of what it stands for, as in `{rate: 5%}`; false where it is no such thing.
func inFields(n *yaml.Node, md protoreflect.MessageDescriptor) (string, bool) {
	if md == nil || n.Kind != yaml.ScalarNode || n.Value == "" || n.Value[0] < '0' || n.Value[0] > '9' {
		return "", false
	}
	one, many := "amount", "amounts"
	if strings.HasSuffix(n.Value, "%") {
		one, many = "rate", "levels"
	}
	switch {
	case md.Fields().ByName(protoreflect.Name(one)) != nil:
		return fmt.Sprintf("{%s: %s}", one, shown(n.Value)), true
	case md.Fields().ByName(protoreflect.Name(many)) != nil:
		return fmt.Sprintf("{%s: [%s]}", many, shown(n.Value)), true
	}
	return "", false
}

func (d *decoder) field(n *yaml.Node, m protoreflect.Message, fd protoreflect.FieldDescriptor, path string) {
	if isNull(n) {
		d.report(n, path, fmt.Sprintf("`%s` has no value", fd.Name()), "give "+wantedWhole(fd)+", or delete the line")
		return
	}
	if !fd.IsList() {
		if fd.Message() != nil {
			d.message(n, m.Mutable(fd).Message(), path)
			return
		}
		if v, ok := d.scalar(n, fd, path); ok {
			m.Set(fd, v)
		}
		return
	}
	if n.Kind != yaml.SequenceNode {
		remedy := "write it as a list, each item after a `-`"
		if n.Kind == yaml.ScalarNode && fd.Message() == nil {
			remedy = fmt.Sprintf("write `[%s]`", shown(n.Value))
		} else if fields, ok := inFields(n, fd.Message()); ok {
			remedy = fmt.Sprintf("write `[%s]`", fields)
		}
		d.report(n, path, fmt.Sprintf("`%s` is a list, not %s", fd.Name(), kindOf(n)), remedy)
		return
	}
	if len(n.Content) > itemsMax {
		d.report(n, path, fmt.Sprintf("`%s` has %d entries; no list of a plan has more than %d", fd.Name(), len(n.Content), itemsMax), "")
		return
	}
	list := m.Mutable(fd).List()
	for i, item := range n.Content {
		at := path + "[" + strconv.Itoa(i) + "]"
		d.places[at] = place{value: item}
		// An item that cannot be read still takes its place, so that those after it keep their numbers.
		v := list.NewElement()
		switch {
		case isNull(item):
			d.report(item, at, fmt.Sprintf("an entry of `%s` is empty", fd.Name()), "give "+wanted(fd)+", or delete the line")
		case fd.Message() != nil:
			d.message(item, v.Message(), at)
		default:
			if read, ok := d.scalar(item, fd, at); ok {
				v = read
			}
		}
		list.Append(v)
	}
}

// scalar reads a single value. A text is taken as it is written, whatever YAML would make of it: `rate: 0.07` is a decimal
// number and never becomes a float.
func (d *decoder) scalar(n *yaml.Node, fd protoreflect.FieldDescriptor, path string) (protoreflect.Value, bool) {
	name := lastOf(path)
	if n.Kind != yaml.ScalarNode {
		d.report(n, path, fmt.Sprintf("`%s` wants %s, not %s", name, wanted(fd), kindOf(n)), "")
		return protoreflect.Value{}, false
	}
	switch fd.Kind() {
	case protoreflect.StringKind:
		if strings.ContainsFunc(n.Value, func(r rune) bool { return unicode.IsControl(r) && !unicode.IsSpace(r) }) {
			d.report(n, path, fmt.Sprintf("`%s` holds a control character", name), "delete the escape that stands for it")
			return protoreflect.Value{}, false
		}
		return protoreflect.ValueOfString(n.Value), true
	case protoreflect.Int32Kind:
		number, err := strconv.ParseInt(n.Value, 10, 32)
		if err != nil || n.ShortTag() != "!!int" {
			d.report(n, path, fmt.Sprintf("`%s` wants a whole number, not `%s`", name, shown(n.Value)), "write it in digits, without quotes")
			return protoreflect.Value{}, false
		}
		return protoreflect.ValueOfInt32(int32(number)), true
	case protoreflect.BoolKind:
		if n.Value == "true" || n.Value == "false" {
			return protoreflect.ValueOfBool(n.Value == "true"), true
		}
		d.report(n, path, fmt.Sprintf("`%s` cannot be `%s`", name, shown(n.Value)), "write `true` or `false`")
	case protoreflect.EnumKind:
		short := shortNames(fd.Enum())
		if number, ok := short.numbers[n.Value]; ok {
			return protoreflect.ValueOfEnum(number), true
		}
		remedy := "one of " + quotedList(short.names, "or")
		if near, ok := nearest(n.Value, short.names); ok {
			remedy = fmt.Sprintf("did you mean `%s`? It is %s", near, remedy)
		}
		d.report(n, path, fmt.Sprintf("`%s` cannot be `%s`", name, shown(n.Value)), remedy)
	}
	return protoreflect.Value{}, false
}

// shortForm is an enum as plan files write it: in lower case, without the prefix and the value that means "not given".
type shortForm struct {
	names   []string
	numbers map[string]protoreflect.EnumNumber
}

func shortNames(e protoreflect.EnumDescriptor) shortForm {
	prefix := strings.TrimSuffix(string(e.Values().Get(0).Name()), "UNSPECIFIED")
	short := shortForm{numbers: map[string]protoreflect.EnumNumber{}}
	for i := 1; i < e.Values().Len(); i++ {
		v := e.Values().Get(i)
		name := strings.ToLower(strings.TrimPrefix(string(v.Name()), prefix))
		short.names = append(short.names, name)
		short.numbers[name] = v.Number()
	}
	return short
}

// wantedWhole says in words what a field takes, all entries of a list together.
func wantedWhole(fd protoreflect.FieldDescriptor) string {
	switch {
	case !fd.IsList():
		return wanted(fd)
	case fd.Message() != nil && fd.Message().Name() == (&uplinev1.LevelRates{}).ProtoReflect().Descriptor().Name():
		return "a list like `[{levels: [7%, 3%]}]`"
	case fd.Message() != nil:
		return "a list of entries with " + quotedList(fieldNames(fd.Message()), "and")
	case fd.Name() == "levels":
		return "a list like `[7%, 3%]`"
	}
	return "a list"
}

// wanted says in words what a field takes, or an entry of a list.
func wanted(fd protoreflect.FieldDescriptor) string {
	switch {
	case fd.Message() != nil:
		return "fields such as `" + fieldNames(fd.Message())[0] + "`"
	case fd.Kind() == protoreflect.EnumKind:
		return "one of " + quotedList(shortNames(fd.Enum()).names, "or")
	case fd.Kind() == protoreflect.Int32Kind:
		return "a whole number"
	case fd.Kind() == protoreflect.BoolKind:
		return "`true` or `false`"
	}
	switch fd.Name() {
	case "rate", "rate_max", "levels", "share", "customer_share", "share_max", "equal_rate", "own_group_rate", "least_rate", "total", "places", "instalments":
		return "a rate like `7%` or `0.07`"
	case "amount", "amounts", "amount_max", "total_amount", "limit", "guarantee":
		return "an amount like `25` or `12.50`"
	case "step", "point_value":
		return "a decimal number like `0.05`"
	case "active", "when", "where", "until", "breakaway", "leaders", "stop_at", "unlock", "lost_when":
		return "a condition like `pv >= 100`"
	case "value", "sum", "max", "at_most", "by", "order_by", "then_by", "counts":
		return "an expression like `gv`"
	case "valid_from":
		return "a date like `2026-01-01`"
	}
	return "a text"
}

func fieldNames(m protoreflect.MessageDescriptor) []string {
	names := make([]string, m.Fields().Len())
	for i := range names {
		names[i] = string(m.Fields().Get(i).Name())
	}
	return names
}

func kindOf(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "a block of fields"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case isNull(n):
		return "nothing"
	}
	return fmt.Sprintf("`%s`", shown(n.Value))
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

// subject names a part of the plan at the head of a sentence.
func subject(path string) string {
	if path == "" {
		return "a plan"
	}
	return "`" + lastOf(path) + "`"
}

// lastOf is the last part of a path: `rates[2]` of `bonuses[0].direct.rates[2]`.
func lastOf(path string) string { return path[strings.LastIndexByte(path, '.')+1:] }

func joined(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// namedKinds are the kinds that a bonus can have.
func namedKinds(oneof protoreflect.OneofDescriptor) []string {
	names := make([]string, 0, oneof.Fields().Len())
	for i := range oneof.Fields().Len() {
		names = append(names, string(oneof.Fields().Get(i).Name()))
	}
	return slices.Clip(names)
}
