package plan

import (
	"fmt"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	uplinev1 "upline/api/upline/v1"
	"upline/calc"
)

// English says a plan in plain English, to be held against the brochure that it was written down from: the frame, volumes, who is active,
// ranks, bonuses, caps, markets and currencies. Everything that the file says is in it. It is "" where the plan has errors.
func (r Result) English() string {
	if r.Plan == nil {
		return ""
	}
	w := &english{plan: r.Plan, message: r.Message}
	w.frame()
	w.volumes()
	w.standing()
	for i := range w.message.Bonuses {
		w.bonus(i)
	}
	for i, c := range w.message.Caps {
		w.section("Cap: " + titled(c.Title, c.Name))
		if c.Per == uplinev1.CapPer_CAP_PER_UNSPECIFIED {
			w.line("  For %s.", enumWords["CAP_PER_PERSON"])
		}
		w.fields(c.ProtoReflect(), "name", "title")
		if c.Rate != "" && c.Base == uplinev1.Base_BASE_UNSPECIFIED && c.Volume == "" {
			w.line("  What counts: %s.", w.plan.VolumeWords(w.plan.Caps[i].Base))
		}
	}
	for _, m := range w.message.Markets {
		w.section("Otherwise in " + strings.Join(m.Markets, ", "))
		w.market(m)
	}
	if w.message.Exchange != nil {
		w.section("Currencies")
		w.fields(w.message.Exchange.ProtoReflect())
	}
	return w.text.String()
}

// english is a plan on its way into words.
type english struct {
	text    strings.Builder
	plan    *calc.Plan
	message *uplinev1.Plan
	// said are conditions and numbers of the bonus at hand in words, by field.
	said map[string]string
	// inside are the fields that what is being said is a part of, the outermost first.
	inside []protoreflect.FullName
	// countsMoney says that the volume at hand is made of prices, sizeInMoney that the size of its sales is, byGeneration that what is listed is
	// counted by generations.
	countsMoney, sizeInMoney, byGeneration bool
}

func (w *english) line(format string, args ...any) {
	w.text.WriteString(strings.TrimRight(fmt.Sprintf(format, args...), " ") + "\n")
}

func (w *english) section(title string) { w.line("\n%s", title) }

func titled(title, name string) string {
	if title == "" || title == name {
		return name
	}
	return title + " (" + name + ")"
}

// wordsOf turns the name of a value of an enum, or of a field, into words.
func wordsOf(name string) string { return strings.ReplaceAll(strings.ToLower(name), "_", " ") }

func (w *english) frame() {
	p := w.message
	w.line("%s (%s), valid from %s", p.Name, p.PlanId, p.ValidFrom)
	zone := p.TimeZone
	if zone == "" {
		zone = "UTC"
	}
	w.line("  Periods are %s, in the time of %s. Paid in %s.", cadenceWords(w.plan.Main), zone, p.Currency)
	w.weeks()
	if p.PointValue != "" {
		w.line("  A point of volume is worth %s %s.", p.PointValue, p.Currency)
	}
	if t := p.Placement; t != nil {
		w.line("  Placement tree: everybody has a place in one of %d legs of somebody.%s", t.Width, map[bool]string{
			true: fmt.Sprintf(" It is at most %d levels deep.", t.Depth),
		}[t.Depth > 0])
		w.placing(t)
	}
	w.rounding(p.Rounding, "")
	switch p.CancelledVolume {
	case uplinev1.CancelledVolume_CANCELLED_VOLUME_NONE:
		w.line("  Volume of a sale that is cancelled stays counted.")
	case uplinev1.CancelledVolume_CANCELLED_VOLUME_RESTATE:
		w.line("  Volume of a sale that is cancelled is taken back where it was counted; closed periods are computed again, and the difference is paid.")
	default:
		w.line("  Volume of a sale that is cancelled is taken back in the open period.")
	}
	switch p.LatePolicy {
	case uplinev1.LatePolicy_LATE_POLICY_NONE:
		w.line("  What is recorded too late for its period counts in none.")
	case uplinev1.LatePolicy_LATE_POLICY_RESTATE:
		w.line("  What is recorded too late for its period counts in it all the same; closed periods are computed again, and the difference is paid.")
	default:
		w.line("  What is recorded too late for its period counts in the open one.")
	}
	w.restating(p.Restating)
	switch p.Terminations {
	case uplinev1.Terminations_TERMINATIONS_ROLL_UP:
		w.line("  Whoever is terminated is paid nothing; downline and volume move up to the next above.")
	case uplinev1.Terminations_TERMINATIONS_COMPANY:
		w.line("  Whoever is terminated keeps the place; the amounts are the company's.")
	default:
		w.line("  Whoever is terminated keeps the place; the amounts are held.")
	}
	w.liability(p.Liability)
	if p.PayoutPer != 0 {
		w.line("  Payouts in other currencies are converted %s.", perWords[p.PayoutPer])
	}
}

var perWords = map[uplinev1.PayoutPer]string{
	uplinev1.PayoutPer_PAYOUT_PER_LINE: "line by line", uplinev1.PayoutPer_PAYOUT_PER_BONUS: "bonus by bonus", uplinev1.PayoutPer_PAYOUT_PER_TOTAL: "as one sum",
}

func (w *english) rounding(r *uplinev1.Rounding, indent string) {
	if r == nil {
		return
	}
	mode, step, at := "half up", "the smallest unit", "each line"
	if r.Mode != 0 {
		mode = wordsOf(strings.TrimPrefix(r.Mode.String(), "ROUNDING_MODE_"))
	}
	if r.Step != "" {
		step = "steps of " + r.Step + " " + w.plan.Currency
	}
	switch r.At {
	case uplinev1.RoundingAt_ROUNDING_AT_BONUS:
		at = "the sum of each bonus"
	case uplinev1.RoundingAt_ROUNDING_AT_TOTAL:
		at = "the total"
	}
	w.line("  %sRounded %s, to %s: %s.", indent, mode, step, at)
}

func (w *english) volumes() {
	for i, v := range w.message.Volumes {
		w.section("Volume: " + titled(v.Title, v.Name))
		if size := w.plan.Volumes[i].Size; size != nil {
			w.sizeInMoney = size.Measure.Unit() == calc.UnitMoney
		}
		w.countsMoney = v.Of == uplinev1.Measure_MEASURE_PRICE || v.Of == uplinev1.Measure_MEASURE_NET_PRICE
		w.fields(v.ProtoReflect(), "name", "title")
	}
	for _, f := range w.message.Facts {
		w.section("Fact: " + titled(f.Title, f.Name))
		w.fields(f.ProtoReflect(), "name", "title")
	}
}

// standing says who is active and who has which rank.
func (w *english) standing() {
	if w.message.Active != "" {
		w.section("Active")
		w.line("  %s.", w.plan.Words(w.plan.Active))
	}
	if len(w.message.Ranks) == 0 {
		return
	}
	w.section("Ranks, lowest first; whoever fulfils several has the highest")
	var rows [][]string
	for i, r := range w.message.Ranks {
		text := w.plan.Words(w.plan.Ranks[i].When)
		if r.HoldPeriods > 0 {
			text += fmt.Sprintf(", in %d periods in a row", r.HoldPeriods)
		}
		if r.GracePeriods > 0 {
			text += fmt.Sprintf("; kept for %d more periods", r.GracePeriods)
		}
		rows = append(rows, []string{titled(r.Title, r.Name), text})
	}
	w.table(nil, rows)
}

// table writes rows in columns.
func (w *english) table(head []string, rows [][]string) {
	if head != nil {
		rows = append([][]string{head}, rows...)
	}
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], len([]rune(cell)))
		}
	}
	for _, row := range rows {
		text := "   "
		for i, cell := range row {
			text += " " + cell + strings.Repeat(" ", widths[i]-len([]rune(cell))+1)
		}
		w.line("%s", text)
	}
}

// bonus says who a bonus pays, on what and how much.
func (w *english) bonus(i int) {
	b := w.message.Bonuses[i]
	compiled := &w.plan.Bonuses[i]
	w.section("Bonus: " + titled(b.Title, b.Name))
	m := b.ProtoReflect()
	kind := m.WhichOneof(m.Descriptor().Oneofs().ByName("kind"))
	what := kindWords[string(kind.Name())]
	if d := compiled.Differential; d != nil && d.Total != 0 {
		what = "Shares out a part of each sale, from the seller upward."
	}
	w.line("  %s", what)
	switch {
	case compiled.AtPayments:
		w.line("  Paid at once, with every paid cycle.")
	case compiled.Pays == calc.PaysEvent:
		w.line("  Paid at once, at the sale.")
	default:
		w.line("  Paid at the end of each period, %s.", cadenceWords(compiled.Cadence))
	}
	if compiled.EventVersion {
		w.line("  What happens to a sale later is by the version of the plan that is in force then.")
	}
	switch b.Inactive {
	case uplinev1.Inactive_INACTIVE_PAID:
		w.line("  Also for whoever is not active.")
	case uplinev1.Inactive_INACTIVE_UNPAID:
		w.line("  Only for whoever is active.")
	}
	if b.When != "" {
		w.line("  Only for: %s.", w.plan.Words(compiled.When))
	}
	if len(b.Markets) > 0 {
		w.line("  Only in %s.", strings.Join(b.Markets, ", "))
	}
	if b.RateMax != "" {
		w.line("  Its rates go up to %s.", b.RateMax)
	}
	switch b.Restate {
	case uplinev1.Restate_RESTATE_UPLINE:
		w.line("  When a closed period is computed again, it is corrected for those whose sales or places were, and for those above them.")
	case uplinev1.Restate_RESTATE_NONE:
		w.line("  When a closed period is computed again, it is not corrected.")
	}
	w.rounding(b.Rounding, "")
	rule := m.Get(kind).Message()
	if on := w.isOn(rule, compiled); on != "" {
		w.line("  On: %s.", on)
	}
	w.said = w.saidOf(compiled)
	w.setUnits(compiled)
	said := []protoreflect.Name{"base", "volume"}
	if compiled.Matching != nil {
		said = nil // its base is not of sales
	}
	if compiled.Binary != nil && !setField(rule, "after_payout") {
		w.line("  After payout, leg volume: %s.", enumWords["AFTER_PAYOUT_CARRY_FORWARD"])
	}
	w.fields(rule, said...)
	w.said = nil
}

// isOn says what of the sales a bonus is on; "" where it is not on sales, or pays an amount whatever they come to.
func (w *english) isOn(rule protoreflect.Message, b *calc.Bonus) string {
	fields := rule.Descriptor().Fields()
	volume := fields.ByName("volume")
	counted := b.RankBonus != nil && b.UnitOf(w.plan) == calc.UnitCount
	switch {
	case b.Matching != nil || counted || fields.ByName("base") == nil:
		return ""
	case volume != nil && rule.Has(volume):
		// Days, or classes of products, may have made another volume of it, whose name is nobody's.
		return `volume "` + rule.Get(volume).String() + `"`
	case setField(rule, "amount") && b.Binary == nil:
		return ""
	}
	return w.plan.VolumeWords(b.BaseOf())
}

// saidOf says the conditions and the numbers that a rule of a bonus has of its own, by the fields that they stand in.
func (w *english) saidOf(b *calc.Bonus) map[string]string {
	said := map[string]string{}
	condition := func(field string, c *calc.Condition) {
		if c != nil {
			said[field] = w.plan.Words(c)
		}
	}
	number := func(field string, n *calc.Number) {
		if n != nil {
			said[field] = w.plan.NumberWords(n)
		}
	}
	brackets := func(b *calc.Brackets) {
		if b != nil {
			number("by", b.By)
		}
	}
	switch {
	case b.Direct != nil:
		brackets(b.Direct.Brackets)
	case b.Residual != nil:
		brackets(b.Residual.OwnBrackets)
	case b.Unilevel != nil:
		condition("stop_at", b.Unilevel.Walk.StopAt)
	case b.Binary != nil:
		brackets(b.Binary.Brackets)
		condition("lost_when", b.Binary.Carry.LostWhen)
	case b.Differential != nil:
		condition("breakaway", b.Differential.Breakaway)
		brackets(b.Differential.Brackets)
	case b.Generation != nil:
		condition("leaders", b.Generation.Leaders)
	case b.Matching != nil:
		condition("leaders", b.Matching.Leaders)
	case b.Pool != nil:
		number("shares", b.Pool.Shares)
		if g := b.Pool.Generations; g != nil {
			condition("leaders", g.Leaders)
			number("counts", g.Counts)
		}
		number("order_by", b.Pool.OrderBy)
		number("then_by", b.Pool.ThenBy)
	}
	return said
}

func setField(m protoreflect.Message, name protoreflect.Name) bool {
	f := m.Descriptor().Fields().ByName(name)
	return f != nil && m.Has(f)
}

// market says what differs in some markets.
func (w *english) market(m *uplinev1.MarketOverride) {
	w.fields(m.ProtoReflect(), "markets", "bonuses", "ranks")
	for _, r := range m.Ranks {
		w.line("  Rank %s:", r.Name)
		w.fields(r.ProtoReflect(), "name")
	}
	for _, b := range m.Bonuses {
		w.line("  Bonus %s:", b.Name)
		for i := range w.plan.Bonuses {
			if w.plan.Bonuses[i].Name == b.Name {
				w.setUnits(&w.plan.Bonuses[i])
			}
		}
		w.fields(b.ProtoReflect(), "name")
	}
}
