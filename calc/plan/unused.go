package plan

import (
	"fmt"
	"regexp"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// words are what a volume or a fact may be called by.
var words = regexp.MustCompile(`[a-z][a-z0-9_]*`)

// warnUnused finds volumes and facts that nothing in the file speaks of. They change no amount, and whoever wrote them meant them to:
// a volume of renewals that no bonus names leaves the bonus paying on all cycles. Wherever a name stands, even in a fact that is unused
// itself, it counts as used.
func (c *compiler) warnUnused() {
	spoken := map[string]bool{}
	spokenIn(c.message.ProtoReflect(), spoken)
	for i, v := range c.message.GetVolumes() {
		c.warnUnspoken(spoken, volumePath(i), "volume", v.GetName(), "name it as the `volume` of a bonus, or ask for it by `own(\"%s\")`, or delete it")
	}
	for i, f := range c.message.GetFacts() {
		c.warnUnspoken(spoken, itemPath("facts", i), "fact", f.GetName(), "ask for `%s` in a condition, or delete it")
	}
}

func (c *compiler) warnUnspoken(spoken map[string]bool, path, what, name, remedy string) {
	if name != "" && !spoken[name] {
		c.warn(path+".name", fmt.Sprintf("nothing uses the %s `%s`", what, name), fmt.Sprintf(remedy, name))
	}
}

// spokenIn collects the words of all that a message says, but for what it is called itself.
func spokenIn(m protoreflect.Message, spoken map[string]bool) {
	say := func(fd protoreflect.FieldDescriptor, v protoreflect.Value) {
		switch {
		case fd.Message() != nil:
			spokenIn(v.Message(), spoken)
		case fd.Kind() == protoreflect.StringKind:
			for _, word := range words.FindAllString(v.String(), -1) {
				spoken[word] = true
			}
		}
	}
	m.Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		switch {
		case fd.Name() == "name" || fd.Name() == "title":
		case fd.IsList():
			for i := range v.List().Len() {
				say(fd, v.List().Get(i))
			}
		default:
			say(fd, v)
		}
		return true
	})
}
