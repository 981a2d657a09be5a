package plan

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"buf.build/go/protovalidate"
	"google.golang.org/protobuf/proto"

	uplinev1 "upline/api/upline/v1"
)

// validator holds plans against the rules in the schema. Making one takes longer than using it.
var validator = sync.OnceValues(func() (protovalidate.Validator, error) {
	return protovalidate.New(protovalidate.WithMessages(&uplinev1.Plan{}), protovalidate.WithDisableLazy())
})

// rules reports what breaks the rules in the schema: bounds, patterns and what must be given.
func (c *compiler) rules() { c.rulesOf("", c.message) }

// rulesOf does so for the message at a path.
func (c *compiler) rulesOf(path string, m proto.Message) {
	v, err := validator()
	if err == nil {
		err = v.Validate(m)
	}
	var invalid *protovalidate.ValidationError
	switch {
	case err == nil:
	case errors.As(err, &invalid):
		for _, violation := range invalid.Violations {
			c.violation(path, violation)
		}
	default:
		c.fail(path, "the plan cannot be checked: "+shown(err.Error()), "")
	}
}

func (c *compiler) violation(prefix string, v *protovalidate.Violation) {
	path, rule := joined(prefix, protovalidate.FieldPathString(v.Proto.GetField())), v.Proto.GetRuleId()
	name := lastOf(path)
	if rule == "required" && name == "kind" {
		c.fail(strings.TrimSuffix(path, ".kind"), "the bonus does not say of what kind it is", "add "+quotedList(kindNames(), "or"))
		return
	}
	if !c.given(path) {
		remedy := ""
		if v.FieldDescriptor != nil {
			remedy = "add `" + name + ":` with " + wantedWhole(v.FieldDescriptor)
		}
		c.fail(path, fmt.Sprintf("`%s` is missing", name), remedy)
		return
	}
	value := ""
	if text, ok := v.FieldValue.Interface().(string); ok { // also of an item of a list
		value = shown(text)
	}
	switch {
	case value == "" && (rule == "string.pattern" || rule == "string.min_len"):
		remedy := "delete it"
		if v.FieldDescriptor != nil {
			remedy = "give " + wanted(v.FieldDescriptor)
		}
		c.fail(path, fmt.Sprintf("`%s` is empty", name), remedy)
	case rule == "string.pattern":
		remedy, ok := patternWords[v.RuleValue.String()]
		if !ok {
			remedy = "it must match `" + v.RuleValue.String() + "`"
		}
		c.fail(path, fmt.Sprintf("`%s` cannot be `%s`", name, value), remedy)
	case rule == "string.in":
		var allowed []string
		for i := range v.RuleValue.List().Len() {
			if text := v.RuleValue.List().Get(i).String(); text != "" {
				allowed = append(allowed, text)
			}
		}
		c.fail(path, fmt.Sprintf("`%s` cannot be `%s`", name, value), "one of "+quotedList(allowed, "or"))
	case rule == "string.max_len":
		c.fail(path, fmt.Sprintf("`%s` has more than %s characters", name, v.RuleValue), "make it shorter")
	case rule == "repeated.max_items":
		c.fail(path, fmt.Sprintf("`%s` has more than %s entries", name, v.RuleValue), "")
	case rule == "repeated.min_items":
		c.fail(path, fmt.Sprintf("`%s` has no entries", name), "give at least "+v.RuleValue.String())
	case rule == "int32.gte_lte":
		c.fail(path, fmt.Sprintf("`%s` cannot be %d", name, v.FieldValue.Int()),
			betweenWords.ReplaceAllString(v.Proto.GetMessage(), "write a whole number from $1 to $2"))
	default:
		c.fail(path, fmt.Sprintf("`%s` %s", name, v.Proto.GetMessage()), "")
	}
}

// betweenWords matches how the library says that a number has two bounds; it gives only one of them as a value.
var betweenWords = regexp.MustCompile(`^must be greater than or equal to (-?\d+) and less than or equal to (-?\d+)$`)

// patternWords says the schema's patterns in words.
var patternWords = map[string]string{
	`^[^\x00-\x1f\x7f]*$`:             "text stands on one line, without control characters",
	`^[A-Za-z0-9._:-]{1,64}$`:         "an id has 1 to 64 letters, digits, dots, colons, hyphens or underscores, and no spaces",
	`^[A-Z]{2}$`:                      "a market is a country's two letters of ISO 3166, for instance `DE` or `IN`",
	`^[A-Z]{3}$`:                      "a currency is three capital letters, for instance `USD`",
	`^([0-9]{4}-[0-9]{2}-[0-9]{2})?$`: "a date is written like `2026-01-05`",
	`^[0-9]{4}-[0-9]{2}-[0-9]{2}$`:    "a date is written like `2026-01-01`",
	`^[a-z][a-z0-9_]{0,63}$`:          "a name begins with a small letter and goes on with small letters, digits or underscores, 64 at most; a name for people is given as `title`",
}
