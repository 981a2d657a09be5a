package plan

import (
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// kindWords says what each kind of bonus does.
var kindWords = map[string]string{
	"direct":        "Pays sellers on their own sales.",
	"unilevel":      "Pays those above the seller, level by level.",
	"binary":        "Pays on the volume of the weaker of two legs of the placement tree.",
	"advance":       "Pays sellers in advance for months to come.",
	"fast_start":    "Pays those above the seller, level by level, on what is sold in the first days.",
	"differential":  "Pays the own rate less the highest rate of anybody between oneself and the seller.",
	"stairstep":     "Pays own sales at the full rate, and on groups below the own rate less the highest one between.",
	"generation":    "Pays leaders on the groups of the leaders below them, generation by generation.",
	"matching":      "Pays a part of what others below earn from other bonuses.",
	"revenue_share": "Pays a share of what is sold below, tier by tier.",
	"residual":      "Pays on every paid cycle of a subscription.",
	"matrix":        "Pays on a placement tree of limited width, level by level.",
	"pool":          "Shares a part of the company's volume among those who qualify.",
	"rank_bonus":    "Pays for reaching, or holding, a rank.",
	"manual":        "Paid by hand, as staff approve it.",
}

// fieldWords say fields whose names alone say too little. %s is the value.
var fieldWords = map[string]string{
	"rate": "Rate: %s.", "amount": "Amount: %s.", "compression": "Compression: %s.", "tree": "Walks the %s tree.",
	"skip_levels": "The nearest %s levels are not counted.", "pass_up": "The first %s of each frontline are passed up to whoever stands above.",
	"stop_at": "Nothing goes further up than: %s.", "days": "Within %s days.", "calendar_months": "Within %s calendar months.", "months": "For %s months.", "year_share": "In advance: %s of a year's commission.", "own_sales": "Own sales are paid, too, at the full rate.",
	"less_seller": "The seller's own rate is taken off.", "from_level": "Sellers nearer than level %s are not paid on.",
	"breakaway": "A leg breaks away, and is paid to nobody above, at: %s.", "equal_rate": "Where nothing is left of the rate, because somebody below has the same: %s.",
	"leaders": "Leaders are: %s.", "same_rank": "Leaders are those of the earner's rank or a higher one.", "own_group_rate": "The own group, own sales aside: %s.",
	"less_leader": "What the leader of the group gets is taken off the rate.", "least_rate": "At least %s is left of a rate.",
	"guarantee": "A group brings the leader above at least %s, taken from its own leader.", "after_payout": "After payout, leg volume: %s.",
	"to_level":   "The last level above the seller that is paid is %s.",
	"own_volume": "Own sales count in a leg: %s.", "max_cycles": "At most %s cycles in a period.", "by_ratio": "Multiplied by the weaker leg divided by the stronger.",
	"lost_when_inactive": "Whoever is not active loses what would be carried.", "lost_when_unqualified": "Whoever does not qualify loses what would be carried.",
	"first_strong": "The first cycle ever takes %s off the stronger leg.", "first_weak": "The first cycle ever takes %s off the weaker leg.",
	"counts":            "Each leader counts: %s.",
	"lost_when":         "What would be carried is lost at: %s.",
	"unqualified_keeps": "Whoever does not qualify keeps both legs whole.", "product_classes": "Only for the product classes %s.",
	"without_classes": "Not for the product classes %s.", "share_max": "One gets at most %s of it.", "amount_max": "One gets at most %s.",
	"inactive": "A leader who is not active %s.", "empty": "A leader in whose group nothing was sold %s.", "undistributed": "Of the rest: %s.",
	"sharing": "Shared %s.", "mode": "Mode: %s.", "order_by": "Places go by %s.", "then_by": "Of equals, by %s.", "places": "The places get %s.", "bonuses": "Of the bonuses: %s.",
	"protect": "Served first: %s.", "per": "For each %s.", "limit": "Limit: %s.", "within": "Counted over the %s calendar period.", "lifetime": "Counted over life.",
	"top_counts": "The top of a matrix is its level 1.", "depth": "%s levels deep.", "without": "Without the bonuses %s.", "point_value": "A point is worth %s.",
	"start_month": "The month in which they begin %s.", "active": "Active: %s.", "when": "Only for: %s.",
}

// enumWords say values whose names alone say too little.
var enumWords = map[string]string{
	"COMPRESSION_NONE":     "none, everybody counts as a level",
	"COMPRESSION_STANDARD": "whoever the bonus does not pay is passed over when levels are counted",
	"COMPRESSION_DYNAMIC":  "whoever is not entitled to a level is passed over when it is counted",
	"COMPRESSION_ROLL_UP":  "nobody is passed over, and what a level's holder is not entitled to goes to the next above who is",

	"AFTER_PAYOUT_CARRY_FORWARD": "what was matched is taken off both legs, and the rest is carried",
	"AFTER_PAYOUT_FLUSH":         "both legs begin at zero again",
	"AFTER_PAYOUT_NET_OFF":       "what was matched is taken off both legs, and the rest is carried; whoever is not active keeps both whole",
	"AFTER_PAYOUT_FLUSH_AT_MAX":  "what was matched is taken off both legs, and the rest is carried; whoever is paid the most begins at zero again",

	"SHARING_EQUAL":  "in equal parts",
	"SHARING_SHARES": "by shares",
	"SHARING_RANKED": "by place",

	"UNDISTRIBUTED_COMPANY":     "what nobody gets stays with the company",
	"UNDISTRIBUTED_NEXT_PERIOD": "what nobody gets is added to the next period's pool",
	"UNDISTRIBUTED_SHARED":      "what somebody gets no more of is shared among the others",

	"START_MONTH_COUNTS": "is the first of them",
	"START_MONTH_EXTRA":  "comes before the first of them, and what is left of it is given besides",

	"BRACKET_MODE_WHOLE":    "the rate reached is for the whole",
	"BRACKET_MODE_MARGINAL": "each rate is for what lies in its step",

	"BOUNDARY_COUNTS":      "counts as a leader",
	"BOUNDARY_PASSED_OVER": "is passed over",

	"CAP_MODE_PRO_RATA":  "all lines are cut by the same factor",
	"CAP_MODE_PRIORITY":  "higher ranks are served first",
	"CAP_MODE_HARD_STOP": "lines are served in order until nothing is left",
}

// enumPrefix is what all values of an enum begin with.
func enumPrefix(e protoreflect.EnumDescriptor) string {
	return strings.TrimSuffix(string(e.Values().Get(0).Name()), "UNSPECIFIED")
}

// fields says every field of a message that is set, but for those that have been said already.
func (w *english) fields(m protoreflect.Message, said ...protoreflect.Name) {
	w.fieldsAt("  ", m, said...)
}

func (w *english) fieldsAt(indent string, m protoreflect.Message, said ...protoreflect.Name) {
	list := m.Descriptor().Fields()
	for i := range list.Len() {
		f := list.Get(i)
		if !m.Has(f) || slices.Contains(said, f.Name()) {
			continue
		}
		value := m.Get(f)
		switch {
		case f.IsList() && f.Kind() == protoreflect.MessageKind:
			w.line("%s%s:", indent, capital(wordsOf(string(f.Name()))))
			w.rows(value.List())
		case f.Kind() == protoreflect.MessageKind:
			w.line("%s%s:", indent, capital(wordsOf(string(f.Name()))))
			w.fieldsAt(indent+"  ", value.Message())
		default:
			w.line("%s%s", indent, sentence(string(f.Name()), w.value(f, value)))
		}
	}
}

func sentence(field, value string) string {
	pattern, known := fieldWords[field]
	switch {
	case !known:
		return capital(wordsOf(field)) + ": " + value + "."
	case strings.Contains(pattern, "%s"):
		return fmt.Sprintf(pattern, value)
	}
	return pattern
}

func capital(text string) string { return strings.ToUpper(text[:1]) + text[1:] }

// value says a field that is no message.
func (w *english) value(f protoreflect.FieldDescriptor, v protoreflect.Value) string {
	if f.IsList() {
		var texts []string
		for i := range v.List().Len() {
			texts = append(texts, w.single(f, v.List().Get(i)))
		}
		return strings.Join(texts, ", ")
	}
	return w.single(f, v)
}

func (w *english) single(f protoreflect.FieldDescriptor, v protoreflect.Value) string {
	switch f.Kind() {
	case protoreflect.EnumKind:
		value := f.Enum().Values().ByNumber(v.Enum())
		if text, known := enumWords[string(value.Name())]; known {
			return text
		}
		return wordsOf(strings.TrimPrefix(string(value.Name()), enumPrefix(f.Enum())))
	case protoreflect.BoolKind:
		return "yes"
	case protoreflect.StringKind:
		if text, known := w.said[string(f.Name())]; known {
			return text
		}
	}
	return v.String()
}

// rows writes messages of one kind as a table: a column for each field that any of them has. Levels get columns of their own.
func (w *english) rows(list protoreflect.List) {
	if list.Len() == 0 {
		return
	}
	all := list.Get(0).Message().Descriptor().Fields()
	var head []string
	rows := make([][]string, list.Len())
	for i := range all.Len() {
		f := all.Get(i)
		most := 0
		for k := range list.Len() {
			switch m := list.Get(k).Message(); {
			case !m.Has(f):
			case f.IsList() && f.Kind() != protoreflect.MessageKind:
				most = max(most, m.Get(f).List().Len())
			default:
				most = max(most, 1)
			}
		}
		// Who an entry is for stands in each row, also where it is for everybody.
		if most == 0 {
			continue
		}
		for column := range most {
			title := wordsOf(string(f.Name()))
			if f.IsList() && f.Kind() != protoreflect.MessageKind {
				title = fmt.Sprintf("%s %d", strings.TrimSuffix(title, "s"), column+1)
			}
			head = append(head, title)
			for k := range list.Len() {
				rows[k] = append(rows[k], w.cell(f, list.Get(k).Message(), column))
			}
		}
	}
	w.table(head, rows)
}

func (w *english) cell(f protoreflect.FieldDescriptor, m protoreflect.Message, column int) string {
	switch {
	case !m.Has(f) && f.Name() == "rank":
		return "everybody"
	case !m.Has(f):
		return ""
	case f.IsList() && f.Kind() != protoreflect.MessageKind:
		if of := m.Get(f).List(); column < of.Len() {
			return w.single(f, of.Get(column))
		}
		return ""
	case f.Kind() == protoreflect.MessageKind:
		return w.inline(m.Get(f), f)
	}
	return w.single(f, m.Get(f))
}

// inline says a message within a cell.
func (w *english) inline(v protoreflect.Value, f protoreflect.FieldDescriptor) string {
	if f.IsList() {
		var texts []string
		for i := range v.List().Len() {
			texts = append(texts, w.oneInline(v.List().Get(i).Message()))
		}
		return strings.Join(texts, "; ")
	}
	return w.oneInline(v.Message())
}

func (w *english) oneInline(m protoreflect.Message) string {
	var texts []string
	list := m.Descriptor().Fields()
	for i := range list.Len() {
		f := list.Get(i)
		switch {
		case !m.Has(f):
		case f.Kind() == protoreflect.MessageKind:
			texts = append(texts, wordsOf(string(f.Name()))+" ("+w.inline(m.Get(f), f)+")")
		default:
			texts = append(texts, wordsOf(string(f.Name()))+" "+w.value(f, m.Get(f)))
		}
	}
	return strings.Join(texts, ", ")
}
