package plan

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
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

// isCutByComma tells that the text after a comma in braces is most likely the rest of the number before it: `{rate: 7,5%}` is read as a rate of
// 7 and a field `5%` without a value. Given are a field and the one after it, keys and values.
func isCutByComma(fields []*yaml.Node) bool {
	before, rest, value := fields[1], fields[2], fields[3]
	isDigit := func(c byte) bool { return c >= '0' && c <= '9' }
	return before.Kind == yaml.ScalarNode && before.Style == 0 && before.Value != "" && isDigit(before.Value[len(before.Value)-1]) &&
		rest.Value != "" && isDigit(rest.Value[0]) && isNull(value)
}

// cutByComma reports a number with a comma in it, in the place of whatever its parts would be reported for.
func (d *decoder) cutByComma(fields []*yaml.Node, path string) {
	before, rest := fields[1].Value, fields[2].Value
	remedy := fmt.Sprintf("decimals stand behind a point: `%s.%s`", shown(before), shown(rest))
	if digits := strings.TrimLeft(rest, "0123456789"); len(rest)-len(digits) == 3 {
		remedy = fmt.Sprintf("write a number without commas: `%s%s`; decimals stand behind a point: `%s.%s`", shown(before), shown(rest), shown(before), shown(rest))
	}
	d.report(fields[1], joined(path, fields[0].Value), fmt.Sprintf("`%s,%s` is cut in two by its comma", shown(before), shown(rest)), remedy)
}
