package plan

import (
	"cel.dev/cel-go/cel"

	"upline/calc"
)

// ownFacts are the facts of the plan's own making, in the order of the file.
type ownFacts struct {
	list   []*ownFact
	byName map[string]*ownFact
	env    *cel.Env // the language that has them, once something was asked
}

// ownFact is one of them.
type ownFact struct {
	name    string
	clashes bool // with another name, so that it cannot be asked for
	// done tells that what follows is known: it compiled.
	done  bool
	typed typed
	slot  calc.Slot
	reads []calc.Slot
	known calc.Known
}

// factNames learns the names of the plan's own facts.
func (c *compiler) factNames() {}

// readFacts compiles the facts of the plan's own making.
func (c *compiler) readFacts() {}

// warnNever looks for a condition that cannot hold.
func (c *compiler) warnNever(path string, e *calc.Expr) {
	if e.Op == calc.OpBoolean && e.Value == 0 {
		c.warn(path, "the condition never holds", "")
	}
}
