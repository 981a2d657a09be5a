package plan

import (
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	uplinev1 "upline/api/upline/v1"
)

// misplaced gives the remedy for a field that is somewhere else, or is no field because a text lacks its quotes; "" for any other.
func misplaced(m protoreflect.MessageDescriptor, key string) string {
	bonus := (&uplinev1.Bonus{}).ProtoReflect().Descriptor()
	switch {
	case strings.ContainsAny(key, `)"`):
		return "a text with a comma in it stands in quotes inside braces and brackets: `sum: 'own(\"pv\", 6)'`"
	case m.FullName() == bonus.FullName() && (key == "type" || key == "kind"):
		return "the kind is a field of its own: `unilevel: {…}`"
	case m.FullName() == bonus.FullName() && (key == "rate" || key == "rates" || key == "levels" || key == "base"):
		return "`" + key + "` stands inside the kind: `unilevel: {" + key + ": …}`"
	case key == "levels" && hasLevels(m):
		return "write `rates: [{levels: [5%, 3%]}]`"
	case isKind(bonus, m) && bonus.Fields().ByName(protoreflect.Name(key)) != nil:
		return "`" + key + "` is a field of the bonus: it stands beside `" + kindOfMessage(bonus, m) + "`, and not in it"
	}
	return ""
}

// hasLevels tells that a message has rates by level.
func hasLevels(m protoreflect.MessageDescriptor) bool {
	rates := m.Fields().ByName("rates")
	return rates != nil && rates.Message() != nil && rates.Message().Fields().ByName("levels") != nil
}

// kindOfMessage gives the name of the kind of bonus that a message is the rule of; "" for any other.
func kindOfMessage(bonus, m protoreflect.MessageDescriptor) string {
	kinds := bonus.Oneofs().ByName("kind").Fields()
	for i := range kinds.Len() {
		if kinds.Get(i).Message().FullName() == m.FullName() {
			return string(kinds.Get(i).Name())
		}
	}
	return ""
}

func isKind(bonus, m protoreflect.MessageDescriptor) bool { return kindOfMessage(bonus, m) != "" }
