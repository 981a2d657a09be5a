package plan

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// Field is one populated scalar of a message.
type Field struct {
	// Path says where it stands, for instance `price.amount`, `rates[2].levels[0]` or `labels["region"]`.
	Path string
	// Value is the scalar as text: enums by name, times as RFC 3339 with microseconds, durations in seconds, bytes in base64.
	Value string
}

// Canonical flattens a message to what its sender populated, in the order of the fields' numbers. Two messages have the same
// canonical form exactly when they say the same, whatever encoding, order of fields or order of map keys they came in. A
// present but empty message stands as one field with the value `{}`, so that giving it differs from omitting it. Fields that
// the schema does not know are not part of it.
//
// Comparing two forms field by field names the fields that differ.
func Canonical(m proto.Message) []Field {
	var fields []Field
	return appendMessage(fields, "", m.ProtoReflect())
}

// Digest is the SHA-256 of a canonical form: each path and value preceded by its length in bytes, 64 bits big-endian.
func Digest(fields []Field) [sha256.Size]byte {
	var buffer []byte
	for _, f := range fields {
		for _, text := range [...]string{f.Path, f.Value} {
			buffer = binary.BigEndian.AppendUint64(buffer, uint64(len(text)))
			buffer = append(buffer, text...)
		}
	}
	return sha256.Sum256(buffer)
}

func appendMessage(fields []Field, path string, m protoreflect.Message) []Field {
	switch known := m.Interface().(type) {
	case *timestamppb.Timestamp:
		return append(fields, Field{path, known.AsTime().Format("2006-01-02T15:04:05.000000Z07:00")})
	case *durationpb.Duration:
		return append(fields, Field{path, durationText(known)})
	}
	var populated []protoreflect.FieldDescriptor
	m.Range(func(fd protoreflect.FieldDescriptor, _ protoreflect.Value) bool {
		populated = append(populated, fd)
		return true
	})
	if len(populated) == 0 && path != "" {
		return append(fields, Field{path, "{}"})
	}
	slices.SortFunc(populated, func(a, b protoreflect.FieldDescriptor) int { return cmp.Compare(a.Number(), b.Number()) })
	for _, fd := range populated {
		value, at := m.Get(fd), join(path, fd)
		switch {
		case fd.IsList():
			list := value.List()
			for i := range list.Len() {
				fields = appendValue(fields, at+"["+strconv.Itoa(i)+"]", fd, list.Get(i))
			}
		case fd.IsMap():
			fields = appendMap(fields, at, fd, value.Map())
		default:
			fields = appendValue(fields, at, fd, value)
		}
	}
	return fields
}

func appendMap(fields []Field, path string, fd protoreflect.FieldDescriptor, m protoreflect.Map) []Field {
	type entry struct {
		key   string
		value protoreflect.Value
	}
	var entries []entry
	m.Range(func(k protoreflect.MapKey, v protoreflect.Value) bool {
		entries = append(entries, entry{k.String(), v})
		return true
	})
	// Keys of integers sort as text too: any order will do that does not depend on the map.
	slices.SortFunc(entries, func(a, b entry) int { return cmp.Compare(a.key, b.key) })
	for _, e := range entries {
		fields = appendValue(fields, path+"["+strconv.Quote(e.key)+"]", fd.MapValue(), e.value)
	}
	return fields
}

func appendValue(fields []Field, path string, fd protoreflect.FieldDescriptor, v protoreflect.Value) []Field {
	switch fd.Kind() {
	case protoreflect.MessageKind, protoreflect.GroupKind:
		return appendMessage(fields, path, v.Message())
	case protoreflect.EnumKind:
		name := strconv.Itoa(int(v.Enum()))
		if value := fd.Enum().Values().ByNumber(v.Enum()); value != nil {
			name = string(value.Name())
		}
		return append(fields, Field{path, name})
	case protoreflect.BytesKind:
		return append(fields, Field{path, base64.StdEncoding.EncodeToString(v.Bytes())})
	default:
		return append(fields, Field{path, v.String()})
	}
}

func join(path string, fd protoreflect.FieldDescriptor) string {
	name := string(fd.Name())
	if fd.IsExtension() {
		name = "[" + string(fd.FullName()) + "]"
	}
	if path == "" {
		return name
	}
	return path + "." + name
}

// durationText does not go by way of time.Duration, whose range is smaller.
func durationText(d *durationpb.Duration) string {
	seconds, nanos, sign := d.GetSeconds(), d.GetNanos(), ""
	if seconds < 0 || nanos < 0 {
		seconds, nanos, sign = -seconds, -nanos, "-"
	}
	return fmt.Sprintf("%s%d.%09ds", sign, seconds, nanos)
}
