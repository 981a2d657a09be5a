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

// partsCutByComma tells how many of the texts after a field in braces are most likely the rest of its number: `{rate: 7,5%}` is read as a rate
// of 7 and a field `5%` without a value, and `{from: 1,234,567}` as two such. Given are the field and those after it, keys and values.
func partsCutByComma(fields []*yaml.Node) (parts int) {
	isDigit := func(c byte) bool { return c >= '0' && c <= '9' }
	before := fields[1]
	if before.Kind != yaml.ScalarNode || before.Style != 0 || before.Value == "" || !isDigit(before.Value[len(before.Value)-1]) {
		return 0
	}
	for i := 2; i+1 < len(fields); i += 2 {
		rest := fields[i]
		if rest.Kind != yaml.ScalarNode || rest.Value == "" || !isDigit(rest.Value[0]) || !isNull(fields[i+1]) {
			break
		}
		parts++
		if !isDigit(rest.Value[len(rest.Value)-1]) {
			break // a per cent sign ends a number
		}
	}
	return parts
}

// cutByComma reports a number with commas in it, in the place of whatever its parts would be reported for.
func (d *decoder) cutByComma(fields []*yaml.Node, path string) {
	parts, isGrouped := []string{fields[1].Value}, true
	for i := 2; i < len(fields); i += 2 {
		rest := fields[i].Value
		parts = append(parts, rest)
		digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
		// Groups are of three digits; in India all but the last are of two.
		isGrouped = isGrouped && (digits == 3 || digits == 2 && i+2 < len(fields) && len(rest) == 2)
	}
	written := shown(strings.Join(parts, ","))
	parts[0] = strings.TrimLeft(parts[0], "$€£₹¥")
	without := shown(strings.Join(parts, ""))
	remedy := "decimals stand behind a point, and thousands are not grouped: `1234.5`"
	pieces := "pieces by its commas"
	if len(parts) == 2 {
		remedy = fmt.Sprintf("decimals stand behind a point: `%s`", shown(strings.Join(parts, ".")))
		pieces = "two by its comma"
	}
	switch {
	case isGrouped && len(parts) == 2:
		remedy = fmt.Sprintf("write a number without commas: `%s`; %s", without, remedy)
	case isGrouped:
		remedy = fmt.Sprintf("write a number without commas: `%s`", without)
	}
	d.report(fields[1], joined(path, fields[0].Value), fmt.Sprintf("`%s` is cut in %s", written, pieces), remedy)
}
