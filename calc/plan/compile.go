package plan

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
	"google.golang.org/protobuf/reflect/protoreflect"

	uplinev1 "upline/api/upline/v1"
	"upline/calc"
)

// Result is what a plan file comes to.
type Result struct {
	// Plan is ready to compute with; its Version is 0, for whoever publishes it to set. Nil when there are errors.
	Plan *calc.Plan
	// Message is the plan as the file says it. Nil when there are errors.
	Message *uplinev1.Plan
	// Diagnostics are all findings; warnings also stand beside a plan.
	Diagnostics Diagnostics

	validFrom position
}

// Overlap says that r and another version of the same plan begin on the same day, so that nobody could say which of them holds. other
// is called by name in the finding, which stands in r's file. Of plans that have errors, of different plans and of the same version
// twice there is none.
func (r Result) Overlap(other Result, name string) (Diagnostic, bool) {
	if r.Plan == nil || other.Plan == nil || r.Plan.ID != other.Plan.ID || r.Plan.Digest == other.Plan.Digest || r.Plan.ValidFromUS != other.Plan.ValidFromUS {
		return Diagnostic{}, false
	}
	return Diagnostic{
		Line: r.validFrom.line, Column: r.validFrom.column, Path: "valid_from",
		Message: fmt.Sprintf("`%s` has a version that is valid from the same day, in %s", r.Plan.ID, name),
		Remedy:  "let one of them begin later, or give it another `plan_id`",
	}, true
}

// Compile reads a plan file, checks it and makes it ready to compute with. Whatever the source is, it ends soon, does not panic,
// and says for each thing that is wrong where it stands and what to do.
func Compile(source []byte) Result {
	c := newCompiler()
	written := strings.TrimPrefix(string(source), "\ufeff")
	root := (&reader{c.findings}).read(written)
	if root == nil {
		return Result{Diagnostics: c.sorted()}
	}
	c.source = newText(written)
	c.places[""] = place{value: root}
	c.decoder.message(root, c.message.ProtoReflect(), "")
	if root.Kind != yaml.MappingNode {
		return Result{Diagnostics: c.sorted()}
	}
	c.nextPhase()
	c.rules()
	c.nextPhase()
	c.compile()
	if len(c.errors) != 0 {
		return Result{Diagnostics: c.sorted()}
	}
	c.warnUnused() // with an error, what seems unused may be what was misspelt
	c.plan.Digest = Digest(Canonical(c.message))
	return Result{Plan: c.plan, Message: c.message, Diagnostics: c.sorted(), validFrom: c.positionOf("valid_from")}
}

// Load compiles a plan that was published before, and so was found good. The error joins what is found nevertheless; it is a
// Diagnostics.
func Load(source string) (*calc.Plan, error) {
	result := Compile([]byte(source))
	if result.Plan == nil {
		return nil, result.Diagnostics
	}
	return result.Plan, nil
}

// compiler turns a decoded message into a plan. What it makes is thrown away when anything was found, so it goes on with whatever
// stands in for what is wrong.
type compiler struct {
	decoder
	*names
	source  *text
	message *uplinev1.Plan
	plan    *calc.Plan
	// rateMost is the highest `rate_max` of a bonus; 0: none has one.
	rateMost int64
	// overlay says what an override of some markets has changed in message; nil for the plan as it stands.
	overlay *overlay
}

func newCompiler() *compiler {
	return &compiler{
		decoder: decoder{findings: &findings{}, places: map[string]place{}},
		names:   newNames(), message: &uplinev1.Plan{}, plan: &calc.Plan{},
	}
}

// fail reports an error at a field, or at what it is missing from.
func (c *compiler) fail(path, message, remedy string) { c.say(Error, path, message, remedy) }

// warn reports what is allowed and probably not meant.
func (c *compiler) warn(path, message, remedy string) { c.say(Warning, path, message, remedy) }

func (c *compiler) say(s Severity, path, message, remedy string) {
	at := c.positionOf(path)
	c.add(Diagnostic{Severity: s, Line: at.line, Column: at.column, Path: c.filePath(path), Message: message, Remedy: remedy})
}

// positionOf is where a field stands: its value when that is a single one, else its name. A field that is not in the file stands
// where the block stands that it is missing from.
func (c *compiler) positionOf(path string) position {
	for {
		p, found := c.placeOf(path)
		switch {
		case found && p.key != nil && len(p.value.Content) != 0:
			return positionOf(p.key)
		case found:
			return positionOf(p.value)
		}
		path = path[:max(strings.LastIndexAny(path, ".["), 0)]
	}
}

// placeOf is where a field of the message stands in the file.
func (c *compiler) placeOf(path string) (place, bool) {
	if c.overlay != nil {
		if at, changed := c.overlay.paths[path]; changed {
			path = at
		} else if c.overlay.hides(path) {
			return place{}, false
		}
	}
	p, found := c.places[path]
	return p, found
}

// filePath is the path in the file of a field of the message: another one where an override has written it, or the block that it is
// missing from.
func (c *compiler) filePath(path string) string {
	if c.overlay == nil {
		return path
	}
	rest := ""
	for {
		if at, changed := c.overlay.paths[path]; changed {
			return at + rest
		}
		if _, found := c.places[path]; found && !c.overlay.hides(path) || path == "" {
			return path + rest
		}
		cut := max(strings.LastIndexAny(path, ".["), 0)
		path, rest = path[:cut], path[cut:]+rest
	}
}

// sound tells that no error was found at a place of the message or in it, and that it was not misspelt.
func (c *compiler) sound(path string) bool { return c.findings.sound(c.filePath(path)) }

// unless drops what will be said about a place unless the field that decides about it was found sound.
func (c *compiler) unless(field, place string) {
	if !c.sound(field) {
		c.settle(c.filePath(place))
	}
}

// given tells whether the file has the field.
func (c *compiler) given(path string) bool {
	_, found := c.placeOf(path)
	return found
}

// compile makes the plan. Ranks come before what refers to them.
func (c *compiler) compile() {
	m := c.message
	c.plan = &calc.Plan{
		ID:              m.GetPlanId(),
		Currency:        m.GetCurrency(),
		Main:            calc.Cadence(m.GetCadence()),
		Rounding:        calc.Rounding{StepMinor: 1},
		RoundingAt:      roundingAts[m.GetRounding().GetAt()],
		PlacementWidth:  m.GetPlacement().GetWidth(),
		PlacementDepth:  m.GetPlacement().GetDepth(),
		Late:            latePolicies[m.GetLatePolicy()],
		Terminations:    terminations[m.GetTerminations()],
		CancelledVolume: cancelledVolumes[m.GetCancelledVolume()],
	}
	c.currency()
	c.location()
	c.weeksFrom()
	c.validFrom()
	c.rounding()
	c.pointValue()
	c.restating()
	c.placing()
	c.nameParts()
	c.readVolumes()
	c.readFacts()
	c.plan.Facts = c.factTable
	c.plan.Active = c.condition("active", m.GetActive(), forActive)
	c.rankConditions()
	c.compileBonuses()
	c.compileCaps()
	c.needWeeks()
	c.liability()
	c.exchange()
	c.overrides()
	c.finishNames(c.plan)
	c.circles()
	c.computable()
}

var roundingAts = map[uplinev1.RoundingAt]calc.RoundingAt{
	uplinev1.RoundingAt_ROUNDING_AT_BONUS: calc.RoundBonuses,
	uplinev1.RoundingAt_ROUNDING_AT_TOTAL: calc.RoundTotals,
}

var terminations = map[uplinev1.Terminations]calc.Terminations{
	uplinev1.Terminations_TERMINATIONS_ROLL_UP: calc.TerminationsRollUp,
	uplinev1.Terminations_TERMINATIONS_COMPANY: calc.TerminationsCompany,
}

var latePolicies = map[uplinev1.LatePolicy]calc.LatePolicy{
	uplinev1.LatePolicy_LATE_POLICY_NONE:    calc.LateNone,
	uplinev1.LatePolicy_LATE_POLICY_RESTATE: calc.LateRestate,
}

var cancelledVolumes = map[uplinev1.CancelledVolume]calc.CancelledVolume{
	uplinev1.CancelledVolume_CANCELLED_VOLUME_NONE:    calc.CancelledVolumeNone,
	uplinev1.CancelledVolume_CANCELLED_VOLUME_RESTATE: calc.CancelledVolumeRestate,
}

func (c *compiler) currency() {
	digits, ok := calc.CurrencyDigits(c.plan.Currency)
	if !ok {
		c.noCurrency("currency", c.plan.Currency)
	}
	c.plan.MinorDigits = digits
}

func (c *compiler) noCurrency(path, code string) {
	c.fail(path, "`"+shown(code)+"` is not a currency", "use a code of ISO 4217, for instance `USD` or `EUR`")
}

func (c *compiler) location() {
	c.plan.Location = time.UTC
	name := c.message.GetTimeZone()
	if name == "" {
		return
	}
	// Zones beside those of the IANA database ("Local", "localtime", "posixrules") mean another time on every machine.
	loc, err := time.LoadLocation(name)
	if err != nil || name[0] < 'A' || name[0] > 'Z' || name == "Local" {
		c.fail("time_zone", "`"+shown(name)+"` is not a time zone", "use a name of the IANA time zone database, for instance `Europe/Berlin`")
		return
	}
	c.plan.Location = loc
}

func (c *compiler) validFrom() {
	p, text := c.plan, c.message.GetValidFrom()
	day, err := p.ParsePeriod(calc.Daily, text)
	if err != nil {
		c.fail("valid_from", "`"+shown(text)+"` is not a day of the calendar", "write it like `2026-01-01`")
		return
	}
	p.ValidFromUS = day.StartUS
	if !p.Main.Valid() {
		return
	}
	if p.Main.CountsWeeks() && (c.message.GetWeeksFrom() == "" || !c.sound("weeks_from")) {
		return // nobody knows which weeks
	}
	period := p.PeriodAt(p.Main, day.StartUS)
	if period.StartUS == day.StartUS {
		return
	}
	dayOf := func(us int64) string { return p.PeriodAt(calc.Daily, us).Name }
	c.fail("valid_from", "`"+text+"` is not the first day of a "+p.Main.String()+" period",
		"use `"+dayOf(period.StartUS)+"` or `"+dayOf(period.EndUS)+"`")
}

var roundingModes = map[uplinev1.RoundingMode]calc.RoundingMode{
	uplinev1.RoundingMode_ROUNDING_MODE_HALF_UP:   calc.HalfUp,
	uplinev1.RoundingMode_ROUNDING_MODE_HALF_EVEN: calc.HalfEven,
	uplinev1.RoundingMode_ROUNDING_MODE_DOWN:      calc.Down,
	uplinev1.RoundingMode_ROUNDING_MODE_UP:        calc.Up,
}

func (c *compiler) rounding() {
	r := c.message.GetRounding()
	c.plan.Rounding.Mode = roundingModes[r.GetMode()]
	if r.GetStep() == "" {
		return
	}
	if !c.sound("currency") {
		return // how fine a step may be depends on it
	}
	step, err := calc.ParseMinor(r.GetStep(), c.plan.MinorDigits)
	smallest := "the smallest amount of " + c.plan.Currency + " is " + calc.FormatMinor(1, c.plan.MinorDigits)
	switch {
	case err != nil:
		c.decimal("rounding.step", r.GetStep(), err, smallest)
	case step <= 0:
		c.fail("rounding.step", "the rounding step is not above zero", smallest)
	default:
		c.plan.Rounding.StepMinor = step
	}
}

// pointValueMax keeps amounts far from the bounds of int64, also in currencies of small units.
const (
	pointValueMax   = 1_000_000_000
	pointValueBound = "one point is worth 1000000000 at most"
)

// pointValue brings the worth of a point to minor units per unit of volume.
func (c *compiler) pointValue() {
	text := c.message.GetPointValue()
	if text == "" {
		text = "1"
	}
	value, err := calc.ParseFraction(text)
	switch {
	case errors.Is(err, calc.ErrTooManyDecimals):
		c.decimal("point_value", text, err, "round it")
		return
	case err != nil:
		c.decimal("point_value", text, err, pointValueBound)
		return
	case value.Num <= 0:
		c.fail("point_value", "the value of a point is not above zero", "write what one point is worth in the plan's currency, for instance `1`")
		return
	}
	exact := big.NewRat(value.Num, value.Den)
	if exact.Cmp(big.NewRat(pointValueMax, 1)) > 0 {
		c.fail("point_value", "`"+shown(text)+"` is too large", pointValueBound)
		return
	}
	for range c.plan.MinorDigits {
		exact.Mul(exact, big.NewRat(10, 1))
	}
	exact.Mul(exact, big.NewRat(1, calc.VolumeScale))
	if !exact.Num().IsInt64() || !exact.Denom().IsInt64() {
		c.fail("point_value", "`"+shown(text)+"` has too many digits", "round it")
		return
	}
	c.plan.PointValue = calc.Fraction{Num: exact.Num().Int64(), Den: exact.Denom().Int64()}
}

// kindNames are the kinds that a bonus can have, as the schema lists them.
func kindNames() []string {
	return namedKinds((&uplinev1.Bonus{}).ProtoReflect().Descriptor().Oneofs().ByName(protoreflect.Name("kind")))
}

// circles reports bonuses and caps that wait for each other.
func (c *compiler) circles() {
	if len(c.errors) != 0 {
		return // the engine looks at whole plans only
	}
	for cadence := calc.Cadence(0); cadence <= calc.CadenceMax; cadence++ {
		circle := c.plan.Circle(cadence)
		if circle == nil {
			continue
		}
		circle = circle[1:] // its last one is its first again
		first := slices.IndexFunc(c.plan.Bonuses, func(b calc.Bonus) bool { return slices.Contains(circle, b.Name) })
		at := slices.Index(circle, c.plan.Bonuses[first].Name)
		circle = slices.Concat(circle[at:], circle[:at])
		path := bonusPath(first) + ".name"
		var words strings.Builder
		fmt.Fprintf(&words, "bonuses wait for each other in a circle: `%s` needs `%s`", circle[0], circle[1%len(circle)])
		for i := range circle[1:] {
			fmt.Fprintf(&words, ", which needs `%s`", circle[(i+2)%len(circle)])
		}
		remedy := "leave one of them out of what another is computed from"
		if len(circle) == 1 {
			words.Reset()
			fmt.Fprintf(&words, "the bonus `%s` needs what it pays itself", circle[0])
			remedy = "leave it out of what it is computed from"
		}
		c.fail(path, words.String(), remedy)
	}
}

// computable refuses a plan that the engine would refuse: nothing may be left to be found when a period closes.
func (c *compiler) computable() {
	if len(c.errors) != 0 {
		return
	}
	if err := c.plan.Check(); err != nil {
		c.fail("", "the plan cannot be computed: "+shown(err.Error()), "")
	}
}
