package reference

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go/buf/validate"
	"buf.build/go/protovalidate"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// patternWords says the patterns of the schema in words, and what is needed where the empty text does not match.
var patternWords = map[string]string{
	`^[^\x00-\x1f\x7f]*$`:             "on one line",
	`^[A-Za-z0-9._:-]{1,64}$`:         "1 to 64 letters, digits and `. _ : -`",
	`^[A-Za-z0-9._:-]{0,64}$`:         "at most 64 letters, digits and `. _ : -`",
	`^[A-Z]{2}$`:                      "two capital letters",
	`^[A-Z]{3}$`:                      "three capital letters",
	`^[0-9]{4}-[0-9]{2}-[0-9]{2}$`:    "a date, `YYYY-MM-DD`",
	`^([0-9]{4}-[0-9]{2}-[0-9]{2})?$`: "a date, `YYYY-MM-DD`",
	`^[a-z][a-z0-9_]{0,63}$`:          "1 to 64 small letters, digits and `_`, a letter first",
	`^([0-9]{1,12}(\.[0-9]{1,4})?)?$`: "at most 12 digits and 4 decimals",
}

// needed marks a field that cannot be omitted.
const needed = "**needed**"

// bounds says in words what the schema asks of a field's value, the most important first; "" for nothing. A rule that there are no words
// for is an error, so that none is left out of the page.
func bounds(fd protoreflect.FieldDescriptor) (string, error) {
	rules, err := protovalidate.ResolveFieldRules(fd)
	if err != nil {
		return "", fmt.Errorf("rules of %s: %w", fd.FullName(), err)
	}
	if rules.GetIgnore() == validate.Ignore_IGNORE_ALWAYS {
		return "as of the plan's own, for what comes of both", nil
	}
	words, err := ruleWords(rules)
	if err != nil {
		return "", fmt.Errorf("rules of %s: %w", fd.FullName(), err)
	}
	if oneof := fd.ContainingOneof(); oneof != nil {
		kinds, err := protovalidate.ResolveOneofRules(oneof)
		if err != nil {
			return "", fmt.Errorf("rules of %s: %w", oneof.FullName(), err)
		}
		if kinds.GetRequired() {
			words = append(words, "one "+string(oneof.Name())+" is **needed**, and not more")
		}
	}
	return strings.Join(words, "; "), nil
}

// ruleWords says the rules of a field, or of the items of a list.
func ruleWords(rules *validate.FieldRules) ([]string, error) {
	if rules == nil {
		return nil, nil
	}
	m := rules.ProtoReflect()
	var words []string
	var err error
	m.Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		var more []string
		switch f.Name() {
		case "required":
			more = []string{needed}
		case "string":
			more, err = textWords(rules.GetString())
		case "int32":
			more, err = numberWords(rules.GetInt32())
		case "enum":
			more, err = enumWords(rules.GetEnum())
		case "repeated":
			more, err = listWords(rules.GetRepeated())
		default:
			err = unknown(f)
		}
		words = append(words, more...)
		return err == nil
	})
	slices.SortStableFunc(words, func(a, b string) int { return order(a) - order(b) })
	return words, err
}

// order puts it first that a field is needed.
func order(word string) int {
	if word == needed {
		return 0
	}
	return 1
}

func unknown(f protoreflect.FieldDescriptor) error {
	return fmt.Errorf("there are no words for the rule %s: add them to bounds.go", f.FullName())
}

// only is an error for a rule that is none of those named.
func only(m protoreflect.Message, names ...protoreflect.Name) error {
	var err error
	m.Range(func(f protoreflect.FieldDescriptor, _ protoreflect.Value) bool {
		if !slices.Contains(names, f.Name()) {
			err = unknown(f)
		}
		return err == nil
	})
	return err
}

func textWords(r *validate.StringRules) ([]string, error) {
	if err := only(r.ProtoReflect(), "min_len", "max_len", "pattern", "in"); err != nil {
		return nil, err
	}
	var words []string
	if r.GetMinLen() > 0 || r.Pattern != nil && !regexp.MustCompile(r.GetPattern()).MatchString("") || len(r.GetIn()) > 0 && !slices.Contains(r.GetIn(), "") {
		words = append(words, needed)
	}
	if r.MaxLen != nil {
		words = append(words, fmt.Sprintf("at most %d characters", r.GetMaxLen()))
	}
	if r.GetMinLen() > 1 {
		words = append(words, fmt.Sprintf("at least %d characters", r.GetMinLen()))
	}
	if r.Pattern != nil {
		said, ok := patternWords[r.GetPattern()]
		if !ok {
			return nil, fmt.Errorf("there are no words for the pattern %s: add them to bounds.go", r.GetPattern())
		}
		words = append(words, said)
	}
	if len(r.GetIn()) > 0 {
		var allowed []string
		for _, text := range r.GetIn() {
			if text != "" {
				allowed = append(allowed, "`"+text+"`")
			}
		}
		words = append(words, strings.Join(allowed, " or "))
	}
	return words, nil
}

func numberWords(r *validate.Int32Rules) ([]string, error) {
	if err := only(r.ProtoReflect(), "gte", "lte"); err != nil {
		return nil, err
	}
	if !r.HasGte() || !r.HasLte() {
		return nil, fmt.Errorf("a number has a least and a greatest value")
	}
	words := []string{fmt.Sprintf("%d to %d", r.GetGte(), r.GetLte())}
	if r.GetGte() > 0 {
		return append([]string{needed}, words...), nil
	}
	// A zero is as good as no number, so it is no value that anybody would write.
	return []string{fmt.Sprintf("at most %d", r.GetLte())}, nil
}

func enumWords(r *validate.EnumRules) ([]string, error) {
	if err := only(r.ProtoReflect(), "defined_only", "not_in"); err != nil {
		return nil, err
	}
	if slices.Contains(r.GetNotIn(), 0) {
		return []string{needed}, nil
	}
	return nil, nil
}

func listWords(r *validate.RepeatedRules) ([]string, error) {
	if err := only(r.ProtoReflect(), "min_items", "max_items", "items"); err != nil {
		return nil, err
	}
	var words []string
	if r.GetMinItems() > 0 {
		words = append(words, needed)
	}
	if r.GetMinItems() > 1 {
		words = append(words, fmt.Sprintf("at least %d entries", r.GetMinItems()))
	}
	if r.MaxItems == nil {
		return nil, fmt.Errorf("a list has a greatest length")
	}
	words = append(words, fmt.Sprintf("at most %d entries", r.GetMaxItems()))
	items, err := ruleWords(r.GetItems())
	// An empty entry is refused in any case.
	if items = slices.DeleteFunc(items, func(word string) bool { return word == needed }); len(items) > 0 {
		words = append(words, "each "+strings.Join(items, ", "))
	}
	return words, err
}
