package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"upline/calc"
)

// names are what a plan calls its parts, known before anything that refers to them is compiled. All variants of a plan share them:
// what differs in a market has no other names.
type names struct {
	ranks []string
	// rankNumbers gives the number of a rank by its name.
	rankNumbers map[string]uint8
	// ranksKnown is false when the file has errors in what ranks there are, so that a rank may seem not to exist. bonusesKnown,
	// volumesKnown and factsKnown are the same for the others.
	ranksKnown   bool
	bonusList    []string
	bonusesKnown bool
	// volumeList are the plan's own by name, in the order of the file; measures stand before them.
	volumeList   []string
	volumesKnown bool
	own          ownFacts
	factsKnown   bool
	// factTable holds the facts that anything in the plan reads, and words what inputs speak of by number.
	factTable *calc.FactTable
	words     calc.Names
	// conditions and numbers are what was compiled, and roots what each was lowered to.
	conditions map[asked]*calc.Condition
	numbers    map[asked]*calc.Number
	roots      map[any]*calc.Expr
	// possibleSteps counts how long it was thought about whether conditions can hold.
	possibleSteps int
}

func newNames() *names {
	return &names{
		rankNumbers: map[string]uint8{}, ranksKnown: true, bonusesKnown: true, volumesKnown: true, factsKnown: true,
		own: ownFacts{byName: map[string]*ownFact{}, bySlot: map[calc.Slot]*ownFact{}}, factTable: calc.NewFactTable(),
		conditions: map[asked]*calc.Condition{}, numbers: map[asked]*calc.Number{}, roots: map[any]*calc.Expr{},
	}
}

// builtInVolumes are the volumes that every plan has, by number.
var builtInVolumes = func() []string {
	var list []string
	for b := calc.Base(0); b < calc.VolumeBuiltIn; b++ {
		list = append(list, (&calc.Plan{}).VolumeName(b))
	}
	return list
}()

// volumeNamed gives the number of a volume, of the plan's own making or built in.
func (n *names) volumeNamed(name string) (calc.Base, bool) {
	if i := slices.Index(builtInVolumes, name); i >= 0 {
		return calc.Base(i), true
	}
	if i := slices.Index(n.volumeList, name); i >= 0 {
		return calc.VolumeBuiltIn + calc.Base(i), true
	}
	return 0, false
}

// bonusNamed gives the index of a bonus by its name, and reports one that the plan does not have.
func (c *compiler) bonusNamed(path, name string) (int, bool) {
	i := slices.Index(c.bonusList, name)
	if (i < 0 || name == "") && c.bonusesKnown {
		c.fail(path, fmt.Sprintf("there is no bonus `%s`", shown(name)), didYouMean(name, c.bonusList, "the bonuses are"))
	}
	return i, i >= 0 && name != ""
}

// nameParts learns the names of ranks, bonuses, volumes and facts.
func (c *compiler) nameParts() {
	c.rankNames()
	c.bonusNames()
	c.volumeNames()
	c.factNames()
}

func (c *compiler) bonusNames() {
	c.bonusesKnown = c.listKnown("bonuses")
	for i, b := range c.message.GetBonuses() {
		name := b.GetName()
		if name != "" && slices.Contains(c.bonusList, name) {
			c.fail(bonusPath(i)+".name", fmt.Sprintf("there are two bonuses `%s`", shown(name)), "rename one of them")
		}
		c.bonusList = append(c.bonusList, name)
	}
}

// listKnown tells that the file has no errors in what entries a list has, and what their names are.
func (c *compiler) listKnown(list string) bool {
	return !slices.Contains(c.excused, list) &&
		!slices.ContainsFunc(c.errors, func(d Diagnostic) bool { return namePath(d.Path, list) })
}

// namePath tells whether a path is that of a list, of one of its entries or of an entry's name: an error there hides what the list
// holds.
func namePath(path, list string) bool {
	rest, ok := strings.CutPrefix(path, list)
	if !ok {
		return false
	}
	if rest == "" {
		return true
	}
	index, name, _ := strings.Cut(rest, "]")
	return strings.HasPrefix(index, "[") && (name == "" || name == ".name")
}

func rankPath(i int) string  { return itemPath("ranks", i) }
func bonusPath(i int) string { return itemPath("bonuses", i) }

// itemPath is the path of an entry of a list.
func itemPath(list string, i int) string { return list + "[" + strconv.Itoa(i) + "]" }

// wordNumber gives the number of a word of a list of calc.Names, and puts it there first where it is new.
func wordNumber(words *[]string, word string) uint16 {
	if number := calc.WordNumber(*words, word); number != 0 {
		return number
	}
	*words = append(*words, word)
	return uint16(len(*words))
}

// classMask gives by number which product classes are listed; nil for an empty list. It reports classes that are empty or listed twice.
func (c *compiler) classMask(path string, classes []string) []bool {
	var mask []bool
	for i, class := range classes {
		at := path + "[" + strconv.Itoa(i) + "]"
		switch {
		case class == "":
			c.fail(at, "the product class is empty", "delete it; without `"+lastOf(path)+"` all products count")
			continue
		case slices.Contains(classes[:i], class):
			c.warn(at, fmt.Sprintf("the product class `%s` is listed twice", shown(class)), "delete one of them")
		}
		mask = marked(mask, wordNumber(&c.words.Classes, class))
	}
	return mask
}

// marketMask gives by number which markets are listed; nil for an empty list. It reports markets that do not exist or are listed
// twice.
func (c *compiler) marketMask(path string, markets []string) []bool {
	var mask []bool
	for i, market := range markets {
		at := path + "[" + strconv.Itoa(i) + "]"
		if message, remedy, ok := marketWords(market); !ok {
			c.fail(at, message, remedy)
			continue
		}
		if slices.Contains(markets[:i], market) {
			c.warn(at, fmt.Sprintf("the market `%s` is listed twice", market), "delete one of them")
		}
		mask = marked(mask, wordNumber(&c.words.Markets, market))
	}
	return mask
}

// marked sets an entry of a mask, which grows where it is too short.
func marked(mask []bool, number uint16) []bool {
	for len(mask) <= int(number) {
		mask = append(mask, false)
	}
	mask[number] = true
	return mask
}

// finishNames gives masks the length that the engine asks for, when all words are known.
func (c *compiler) finishNames(p *calc.Plan) {
	p.Names = c.words
	fill := func(mask *[]bool, words []string) {
		for *mask != nil && len(*mask) <= len(words) {
			*mask = append(*mask, (*mask)[0]) // as words that the plan does not name
		}
	}
	for i := range p.Volumes {
		v := &p.Volumes[i]
		fill(&v.Classes, p.Names.Classes)
		fill(&v.FirstClasses, p.Names.Classes)
		fill(&v.Markets, p.Names.Markets)
		for v.ClassShares != nil && len(v.ClassShares) <= len(p.Names.Classes) {
			v.ClassShares = append(v.ClassShares, calc.RateScale)
		}
	}
	for i := range p.Bonuses {
		fill(&p.Bonuses[i].Markets, p.Names.Markets)
	}
}
