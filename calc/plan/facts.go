package plan

import (
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"

	uplinev1 "upline/api/upline/v1"
	"upline/calc"
)

// ownFacts are the facts of the plan's own making, in the order of the file.
type ownFacts struct {
	list   []*ownFact
	byName map[string]*ownFact
	bySlot map[calc.Slot]*ownFact
	env    *cel.Env // the language that has them, once something was asked
}

// ownFact is one of them.
type ownFact struct {
	name    string
	path    string
	message *uplinev1.Fact
	clashes bool // with another name, so that it cannot be asked for
	// done tells that what follows is known: it compiled.
	done  bool
	typed typed
	slot  calc.Slot
	reads []calc.Slot
	known calc.Known
	// value is what it is where it is of the distributor alone, and where who counts where it is not; nil: everybody.
	value, where *calc.Expr
}

func factPath(i int) string { return itemPath("facts", i) }

// factNames learns the names of the plan's own facts.
func (c *compiler) factNames() {
	c.factsKnown = c.listKnown("facts")
	for i, f := range c.message.GetFacts() {
		own := &ownFact{name: f.GetName(), path: factPath(i), message: f}
		at := own.path + ".name"
		_, twice := c.own.byName[own.name]
		switch {
		case own.name == "":
			own.clashes = true
		case twice:
			c.fail(at, fmt.Sprintf("there are two facts `%s`", shown(own.name)), "rename one of them")
			own.clashes = true
		case slices.Contains(c.volumeList, own.name):
			c.fail(at, fmt.Sprintf("`%s` is the name of a volume, too", shown(own.name)), "rename one of them")
			own.clashes = true
		default:
			own.clashes = c.clash(at, own.name)
		}
		c.own.list = append(c.own.list, own)
		if !own.clashes {
			c.own.byName[own.name] = own
		}
	}
}

// readFacts compiles the facts of the plan's own making, each after those that it reads.
func (c *compiler) readFacts() {
	order := c.factOrder()
	for _, own := range order {
		c.readFact(own)
	}
	c.own.env = nil // it is made again, with the types that are known now
}

// expressions are the texts of a fact, by the names of their fields, in the order of the schema.
func (f *ownFact) expressions() [][2]string {
	m := f.message
	return [][2]string{
		{"value", m.GetValue()}, {"sum", m.GetSum()}, {"max", m.GetMax()}, {"where", m.GetWhere()}, {"until", m.GetUntil()}, {"at_most", m.GetAtMost()},
	}
}

// factOrder puts the facts in an order in which each comes after those that it reads. Facts that read themselves, each other in a
// circle, or such ones, are left out; each circle is reported once.
func (c *compiler) factOrder() []*ownFact {
	reads := map[*ownFact][]*ownFact{}
	for _, own := range c.own.list {
		for _, expression := range own.expressions() {
			for _, name := range c.wordsIn(expression[1]) {
				if other, ok := c.own.byName[name]; ok && !slices.Contains(reads[own], other) {
					reads[own] = append(reads[own], other)
				}
			}
		}
	}
	const (
		unseen = iota
		open
		good
		bad
	)
	state := map[*ownFact]int{}
	var order, way []*ownFact
	var visit func(own *ownFact) bool
	visit = func(own *ownFact) bool {
		switch state[own] {
		case good:
			return true
		case bad:
			return false
		case open:
			c.failCircle(way[slices.Index(way, own):])
			return false
		}
		state[own] = open
		way = append(way, own)
		sound := true
		for _, other := range reads[own] {
			sound = visit(other) && sound
		}
		way = way[:len(way)-1]
		state[own] = bad
		if sound {
			state[own] = good
			order = append(order, own)
		}
		return sound
	}
	for _, own := range c.own.list {
		visit(own)
	}
	return order
}

// failCircle reports facts that read each other, at the first of them in the file.
func (c *compiler) failCircle(circle []*ownFact) {
	first := slices.MinFunc(circle, func(a, b *ownFact) int { return slices.Index(c.own.list, a) - slices.Index(c.own.list, b) })
	at := slices.Index(circle, first)
	circle = slices.Concat(circle[at:], circle[:at])
	if len(circle) == 1 {
		c.fail(first.path+".name", fmt.Sprintf("the fact `%s` reads itself", first.name), "say it by other facts")
		return
	}
	var words strings.Builder
	fmt.Fprintf(&words, "facts read each other in a circle: `%s` reads `%s`", first.name, circle[1].name)
	for i := range circle[1:] {
		fmt.Fprintf(&words, ", which reads `%s`", circle[(i+2)%len(circle)].name)
	}
	c.fail(first.path+".name", words.String(), "say one of them by other facts")
}

// wordsIn lists the words of an expression that may be facts. What cannot be read has none; that is said when it is compiled.
func (c *compiler) wordsIn(written string) []string {
	if strings.TrimSpace(written) == "" || len([]rune(written)) > conditionRunesMax {
		return nil
	}
	env, err := c.environment()
	if err != nil {
		return nil
	}
	parsed, issues := env.Parse(written)
	if issues.Err() != nil {
		return nil
	}
	var words []string
	ast.PreOrderVisit(parsed.NativeRep().Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() == ast.IdentKind {
			words = append(words, e.AsIdent())
		}
	}))
	return words
}
