package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"

	"upline/calc"
)

// factWords are the facts of the engine by name.
var factWords = func() map[string]calc.FactWord {
	words := map[string]calc.FactWord{}
	for _, word := range calc.FactWords() {
		words[word.Name] = word
	}
	return words
}()

// fact reads a fact that is a word.
func (l *lowering) fact(e ast.Expr) (typed, bool) {
	name := e.AsIdent()
	if own, ok := l.c.own.byName[name]; ok {
		return l.ownFact(e, own)
	}
	word, ok := factWords[name]
	switch {
	case !ok:
		if l.c.factsKnown {
			l.fail(l.own(e), fmt.Sprintf("there is no fact `%s`", shown(name)), l.insteadOf(name))
		}
		return typed{}, false
	case word.Of != calc.OfNothing:
		l.fail(l.own(e), fmt.Sprintf("`%s` asks for %s", name, ofWhat[word.Of].article), l.example(word))
		return typed{}, false
	}
	return l.read(e, word, word.Key)
}

// insteadOf is the remedy for a word that is no fact.
func (l *lowering) insteadOf(name string) string {
	if remedy, isWord := wordOperators[strings.ToLower(name)]; isWord {
		return remedy
	}
	if _, isRank := l.c.rankNumbers[name]; isRank {
		return fmt.Sprintf("ask for a rank by `achieved(\"%s\")`, `paid_as_before(\"%s\")` or `legs_with(\"%s\")`", name, name, name)
	}
	if _, isVolume := l.c.volumeNamed(name); isVolume {
		return fmt.Sprintf("ask for a volume by `own(\"%s\")` or `group(\"%s\")`", name, name)
	}
	if name != "" && slices.Contains(l.c.bonusList, name) {
		return fmt.Sprintf("ask for what a bonus pays by `earned(\"%s\")`", name)
	}
	near, ok := factsElsewhere[strings.ToLower(name)]
	if !ok {
		near, ok = nearest(name, l.allNames())
	}
	if ok {
		return fmt.Sprintf("did you mean `%s`?", near)
	}
	return "the facts are " + quotedList(l.askable(), "and")
}

// ofWhat says in words what a fact is asked of.
var ofWhat = map[calc.FactArgument]struct{ article, one, example string }{
	calc.OfRank:   {"a rank", "the name of one rank, in quotes", "silver"},
	calc.OfVolume: {"a volume", "the name of one volume, in quotes", "cv"},
	calc.OfBonus:  {"a bonus", "the name of one bonus, in quotes", "team"},
	calc.OfKind:   {"a kind of registration", "one kind of registration, in quotes", "consultant"},
	calc.OfMarket: {"a market", "the code of one market, in quotes", "DE"},
	calc.OfTag:    {"a tag", "one tag, in quotes", "licensed"},
}

// factCall reads a fact that is asked of something.
func (l *lowering) factCall(e ast.Expr, word calc.FactWord) (typed, bool) {
	args := e.AsCall().Args()
	asks := ofWhat[word.Of].one
	switch {
	case word.NumberNeeded:
		asks += ", and a number"
	case word.Number != "":
		asks += ", and at most one number"
	}
	wrong := func() (typed, bool) {
		l.fail(l.start(e), fmt.Sprintf("`%s` asks for %s", word.Name, asks), l.example(word, args...))
		return typed{}, false
	}
	if len(args) == 0 || len(args) > 2 || len(args) == 2 && word.Number == "" || len(args) == 1 && word.NumberNeeded || args[0].Kind() != ast.LiteralKind {
		return wrong()
	}
	name, ok := args[0].AsLiteral().(types.String)
	if !ok {
		return wrong()
	}
	key := word.Key
	if !l.allowed(e, word, key) || !l.named(args[0], word, string(name), &key) {
		return typed{}, false
	}
	if len(args) == 2 && !l.numbered(args, word, &key) {
		return typed{}, false
	}
	if key.Fact == calc.FactPaidAs {
		l.warnRankOfBefore(l.start(e), string(name))
	}
	return l.read(e, word, key)
}

// named puts what a fact is asked of into its key.
func (l *lowering) named(e ast.Expr, word calc.FactWord, name string, key *calc.FactKey) bool {
	c, at := l.c, l.own(e)
	switch word.Of {
	case calc.OfRank:
		number, known := c.rankNumbers[name]
		if !known && c.ranksKnown {
			message, remedy := c.unknownRankWords(name)
			l.fail(at, message, remedy)
		}
		key.Rank = number
		return known
	case calc.OfVolume:
		number, known := c.volumeNamed(name)
		if !known && c.volumesKnown {
			l.fail(at, fmt.Sprintf("there is no volume `%s`", shown(name)), c.insteadOfVolume(name))
		}
		key.Volume = number
		return known
	case calc.OfBonus:
		i := slices.Index(c.bonusList, name)
		if i < 0 && c.bonusesKnown {
			l.fail(at, fmt.Sprintf("there is no bonus `%s`", shown(name)), didYouMean(name, c.bonusList, "the bonuses are"))
		}
		if i < 0 || !l.paidAtClose(at, i) {
			return false
		}
		key.Name = uint16(i)
		return true
	case calc.OfMarket:
		message, remedy, known := marketWords(name)
		if !known {
			l.fail(at, message, remedy)
			return false
		}
		key.Name = wordNumber(&c.words.Markets, name)
		return true
	}
	if name == "" || len(name) > wordBytesMax {
		l.fail(at, fmt.Sprintf("`%s` is asked of a word of 1 to %d characters", word.Name, wordBytesMax), l.example(word))
		return false
	}
	if word.Of == calc.OfKind {
		key.Name = wordNumber(&c.words.Kinds, name)
		return true
	}
	if calc.WordNumber(c.words.Tags, name) == 0 && len(c.words.Tags) == tagsMax {
		l.fail(at, fmt.Sprintf("the plan asks for more than %d tags", tagsMax), "ask for fewer")
		return false
	}
	key.Name = wordNumber(&c.words.Tags, name)
	return true
}

const (
	// wordBytesMax bounds kinds and tags, tagsMax how many of the latter a plan asks for: the engine has a bit for each.
	wordBytesMax = 64
	tagsMax      = 64

	// Bounds of the number behind a fact: each period, level or place costs time or memory for everybody.
	periodsMax = 60
	levelsMax  = 100
	placesMax  = 100
)

// numbered puts the number behind a fact into its key.
func (l *lowering) numbered(args []ast.Expr, word calc.FactWord, key *calc.FactKey) bool {
	number, ok := l.lower(args[1], 1)
	if !ok {
		return false
	}
	at, example := l.start(args[1]), l.example(word, args...)
	if number.expr.Op != calc.OpNumber {
		l.fail(at, fmt.Sprintf("the number of `%s` is not written in digits", word.Name), example)
		return false
	}
	value, digits := number.expr.Value, number.expr.Digits
	if word.NumberIsVolume {
		most := word.Digits(l.c.plan, *key)
		if key.Fact == calc.FactCustomers { // counts, of customers with so much of a volume
			most = calc.FactWord{Key: calc.FactKey{Fact: calc.FactOwn}}.Digits(l.c.plan, calc.FactKey{Fact: calc.FactOwn, Volume: key.Volume})
		}
		if digits > most {
			l.fail(at, fmt.Sprintf("the number has more than %d decimals", most), "round it")
			return false
		}
		for ; digits < most && value <= volumeNumberMax; digits++ {
			value *= 10
		}
		switch {
		case value <= 0:
			l.fail(at, fmt.Sprintf("the number of `%s` is not above zero", word.Name), example)
			return false
		case value > volumeNumberMax:
			l.fail(at, fmt.Sprintf("the number of `%s` is too large", word.Name), example)
			return false
		}
		key.N = value
		return true
	}
	most := int64(periodsMax)
	switch key.Fact {
	case calc.FactGroup:
		most = levelsMax
	case calc.FactLeg:
		most = placesMax
	}
	if digits != 0 || value < 1 || value > most {
		l.fail(at, fmt.Sprintf("the number of `%s` (%s) is a whole number from 1 to %d", word.Name, word.Number, most), example)
		return false
	}
	key.N = value
	if key.Fact == calc.FactOwn && value == 1 {
		key.N = 0 // this period alone, which is what goes without saying
	}
	return true
}

// volumeNumberMax keeps limits far from the bounds of int64: 9·10¹³ points.
const volumeNumberMax = 900_000_000_000_000_000

// example shows how a fact that is asked of something is written, of what was given where that is a name.
func (l *lowering) example(word calc.FactWord, args ...ast.Expr) string {
	of := ofWhat[word.Of].example
	switch {
	case len(args) > 0 && args[0].Kind() == ast.IdentKind:
		of = args[0].AsIdent()
	case len(args) > 0 && nameOf(args[0]) != "":
		of = nameOf(args[0])
	case word.Of == calc.OfRank && len(l.c.ranks) != 0 && l.c.ranks[0] != "":
		of = l.c.ranks[0]
	case word.Of == calc.OfBonus && len(l.c.bonusList) != 0 && l.c.bonusList[0] != "":
		of = l.c.bonusList[0]
	}
	number := ""
	switch {
	case word.Number == "" || !word.NumberNeeded && len(args) < 2:
	case word.NumberIsVolume:
		number = ", 100"
	case word.Key.Fact == calc.FactLeg:
		number = ", 1"
	default:
		number = ", 3"
	}
	return fmt.Sprintf("write `%s(\"%s\"%s)`", word.Name, shown(of), number)
}

// nameOf gives the text of an argument that is one.
func nameOf(e ast.Expr) string {
	if e.Kind() != ast.LiteralKind {
		return ""
	}
	text, _ := e.AsLiteral().(types.String)
	return string(text)
}

// read gives the reading of a fact.
func (l *lowering) read(e ast.Expr, word calc.FactWord, key calc.FactKey) (typed, bool) {
	if !l.allowed(e, word, key) {
		return typed{}, false
	}
	digits := word.Digits(l.c.plan, key)
	slot := l.c.factTable.Slot(key, digits)
	if int(slot) >= factsMax {
		l.fail(l.start(e), "the plan asks for more than "+strconv.Itoa(factsMax)+" different facts", "make it simpler")
		return typed{}, false
	}
	return typed{expr: &calc.Expr{Op: calc.OpFact, Slot: slot}, boolean: word.Boolean(), digits: digits, volume: digits > 0}, true
}

// ownFact gives the reading of a fact of the plan's own making.
func (l *lowering) ownFact(e ast.Expr, own *ownFact) (typed, bool) {
	if !own.done {
		// It is faulty, which was said, or it reads itself, which is said of the circle.
		return typed{}, false
	}
	if !l.allowedOwn(e, own) {
		return typed{}, false
	}
	is := own.typed
	is.expr = &calc.Expr{Op: calc.OpFact, Slot: own.slot}
	return is, true
}
