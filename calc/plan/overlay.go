package plan

import (
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// overlay is what an override changes: fields of the plan's message that stand elsewhere in the file, or that are gone.
type overlay struct {
	// paths gives the path in the file of each field that the override has written, by its path in the message.
	paths map[string]string
	// replaced are the paths in the message of what the override has put in the place of the plan's.
	replaced map[string]bool
}

// hides tells that what the file says at a path was replaced.
func (o *overlay) hides(path string) bool {
	for path != "" {
		if o.replaced[path] {
			return true
		}
		path = path[:max(strings.LastIndexAny(path, ".["), 0)]
	}
	return false
}

// alternatives are fields of a block of which one takes the place of the others.
var alternatives = [][]string{
	{"rate", "rates", "amount", "brackets"},
	{"base", "volume"},
	{"shares", "shares_by_rank"},
	{"leaders", "same_rank"},
}

// merge puts what an override has written into a message in the place of its own. at is the path of the message, from that of the
// override in the file.
func (c *compiler) merge(o *overlay, into, over protoreflect.Message, at, from string) {
	o.paths[at] = from
	for _, name := range fieldNames(over.Descriptor()) {
		if _, written := c.places[joined(from, name)]; !written {
			continue
		}
		fd := over.Descriptor().Fields().ByName(protoreflect.Name(name))
		to := joined(at, name)
		if fd.Message() != nil && !fd.IsList() && into.Has(fd) {
			c.merge(o, into.Mutable(fd).Message(), over.Get(fd).Message(), to, joined(from, name))
			continue
		}
		c.replace(o, into, fd, over.Get(fd), to, joined(from, name))
		for _, group := range alternatives {
			if slices.Contains(group, name) {
				c.clearOthers(o, into, group, name, at)
			}
		}
	}
}

// clearOthers takes the fields of a group out of a block but one.
func (c *compiler) clearOthers(o *overlay, into protoreflect.Message, group []string, kept, at string) {
	for _, name := range group {
		fd := into.Descriptor().Fields().ByName(protoreflect.Name(name))
		if _, changed := o.paths[joined(at, name)]; fd == nil || name == kept || changed {
			continue
		}
		into.Clear(fd)
		o.replaced[joined(at, name)] = true
	}
}

// replace puts a field of the override in the place of the plan's.
func (c *compiler) replace(o *overlay, into protoreflect.Message, fd protoreflect.FieldDescriptor, v protoreflect.Value, to, from string) {
	switch {
	case fd.IsList():
		list := into.NewField(fd).List()
		for i := range v.List().Len() {
			item := v.List().Get(i)
			if fd.Message() != nil {
				item = protoreflect.ValueOfMessage(proto.Clone(item.Message().Interface()).ProtoReflect())
			}
			list.Append(item)
		}
		into.Set(fd, protoreflect.ValueOfList(list))
	case fd.Message() != nil:
		into.Set(fd, protoreflect.ValueOfMessage(proto.Clone(v.Message().Interface()).ProtoReflect()))
	default:
		into.Set(fd, v)
	}
	o.replaced[to] = true
	c.adopt(o, fd, v, to, from)
}

// adopt says where in the file a field that was replaced stands, and all in it.
func (c *compiler) adopt(o *overlay, fd protoreflect.FieldDescriptor, v protoreflect.Value, to, from string) {
	o.paths[to] = from
	block := func(m protoreflect.Message, to, from string) {
		o.paths[to] = from
		for _, name := range fieldNames(m.Descriptor()) {
			if _, written := c.places[joined(from, name)]; written {
				inner := m.Descriptor().Fields().ByName(protoreflect.Name(name))
				c.adopt(o, inner, m.Get(inner), joined(to, name), joined(from, name))
			}
		}
	}
	switch {
	case fd.IsList():
		for i := range v.List().Len() {
			if fd.Message() != nil {
				block(v.List().Get(i).Message(), itemPath(to, i), itemPath(from, i))
			} else {
				o.paths[itemPath(to, i)] = itemPath(from, i)
			}
		}
	case fd.Message() != nil:
		block(v.Message(), to, from)
	}
}
