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
	"skip_levels": "Levels that are not counted, from the nearest: %s.", "pass_up": "The first %s of each frontline are passed up to whoever stands above.",
	"stop_at": "Nothing goes further up than: %s.", "days": "Within %s days.", "calendar_months": "Within %s calendar months.", "months": "For %s months.", "year_share": "In advance: %s of a year's commission.", "own_sales": "Own sales are paid, too, at the full rate.",
	"less_seller": "The seller's own rate is taken off.", "from_level": "Sellers nearer than level %s are not paid on.",
	"breakaway": "A leg breaks away, and is paid to nobody above, at: %s.", "equal_rate": "Where nothing is left of the rate, because somebody below has the same: %s.",
	"leaders": "Leaders are: %s.", "same_rank": "Leaders are those of the earner's rank or a higher one.", "own_group_rate": "The own group, own sales aside: %s.",
	"less_leader": "What the leader of the group gets is taken off the rate.", "least_rate": "At least %s is left of a rate.",
	"guarantee": "A group brings the leader above at least %s, taken from its own leader.", "after_payout": "After payout, leg volume: %s.",
	"DifferentialBonus.total":        "Each gets the own rate, until %s is paid of a sale.",
	"DifferentialBonus.total_amount": "Each gets the own amount, until %s is paid for a sale.",
	"to_level":                       "The last level above the seller that is paid is %s.",
	"max_cycles":                     "At most %s cycles in a period.", "by_ratio": "Multiplied by the weaker leg divided by the stronger.",
	"lost_when_inactive": "Whoever is not active loses what would be carried.", "lost_when_unqualified": "Whoever does not qualify loses what would be carried.",
	"first_strong": "The first cycle ever takes %s off the stronger leg.", "first_weak": "The first cycle ever takes %s off the weaker leg.",
	"counts":            "Each leader counts: %s.",
	"lost_when":         "What would be carried is lost at: %s.",
	"unqualified_keeps": "Whoever does not qualify keeps both legs whole.", "product_classes": "Only for the product classes %s.",
	"without_classes": "Not for the product classes %s.", "share_max": "One gets at most %s of it.", "amount_max": "One gets at most %s.",
	"inactive": "A leader who is not active %s.", "empty": "A leader in whose group nothing was sold %s.", "undistributed": "Of the rest: %s.",
	"sharing": "Shared %s.", "mode": "Mode: %s.", "order_by": "Places go by %s.", "then_by": "Of equals, by %s.", "places": "The places get %s.", "bonuses": "Of the bonuses: %s.",
	"protect": "Served first: %s.", "limit": "Limit: %s.", "within": "Counted over the %s calendar period.", "lifetime": "Counted over life.",
	"top_counts": "The top of a matrix is its level 1.", "depth": "%s levels deep.", "without": "Without the bonuses %s.", "point_value": "A point is worth %s.",
	"start_month": "The month in which they begin %s.", "active": "Active: %s.", "when": "Only for: %s.",

	"Volume.of": "Adds up %s.", "Volume.markets": "Only sales in %s.", "Volume.buyers": "Only purchases of %s.", "Volume.share": "Of every sale %s counts.",
	"Volume.class_shares": "Of the sales of a class counts", "Volume.customer_share": "Of what customers buy %s counts.",
	"Volume.inside": "Only sales inside a window", "Volume.outside": "No sales inside a window",
	"Volume.until_period_day": "Only sales up to the end of day %s of the period.", "Volume.from_cycle": "Billing cycles count from number %s on.",
	"Volume.sale_size": "Only sales of a size", "SaleSize.of": "It goes by %s.", "SaleSize.from": "A sale comes to at least %s.", "SaleSize.below": "A sale comes to less than %s.",
	"Volume.to_cycle": "Billing cycles count up to number %s.", "Volume.source_cap": "Of one seller counts", "SourceCap.limit": "At most %s.",
	"DayWindow.from_day": "It begins when %s days have passed.", "DayWindow.to_day": "It ends when %s days have passed.",
	"DayWindow.from_month": "It begins when %s calendar months have passed.", "DayWindow.to_month": "It ends with calendar month %s.", "since": "Counted from: %s.",
	"Fact.count": "Counts %s.", "Fact.sum": "Adds up: %s.", "Fact.max": "The greatest: %s.", "Fact.over": "Over %s.", "Fact.where": "Of them only: %s.",
	"Fact.until": "It stops at whoever: %s.", "Fact.depth": "Down to level %s.", "Fact.at_most": "One of them counts at most: %s.",
	"Clawback.mode": "%s.", "clawback": "When the sale is cancelled, it takes back", "CarryLimit.amount": "A leg carries at most %s.",
	"CarryLimit.average_times": "A leg carries at most %s times the average weaker leg.", "CarryLimit.average_periods": "The average is that of %s periods.",
	"CarryLimit.expires_after": "What is not matched within %s periods expires.", "BinaryBonus.max": "Nobody gets more than",
	"BinaryBonus.amount":       "Amount: %s for each cycle.",
	"BinaryBonus.first_cycles": "The first cycles ever pay", "BinaryCycle.strong": "A cycle takes %s off the stronger leg.",
	"BinaryCycle.weak": "A cycle takes %s off the weaker leg.", "BinaryBonus.own_volume": "Own sales count in %s.",
	"remainder": "Smallest units that rounding leaves go to %s.", "Cap.per": "For %s.", "Cap.rate": "Limit: %s of what counts for it.", "Cap.base": "What counts: %s.",
	"Cap.volume": "What counts: volume %s.", "MatchingBonus.base": "Earnings are matched %s.", "MatchingBonus.by": "Counted by %s.",
	"Exchange.rounding": "Rounded %s.",
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

	"MEASURE_CV":        "commissionable volume",
	"MEASURE_PV":        "personal volume",
	"MEASURE_QV":        "qualifying volume",
	"MEASURE_PRICE":     "prices",
	"MEASURE_NET_PRICE": "prices less fees",
	"MEASURE_COUNT":     "the number of sales",

	"OVER_FRONTLINE": "those sponsored directly",
	"OVER_DOWNLINE":  "everybody below",
	"OVER_GROUP":     "oneself and everybody below",
	"OVER_LEGS":      "the legs",
	"OVER_POSITIONS": "the positions of the same owner",

	"CLAWBACK_MODE_NONE":        "nothing",
	"CLAWBACK_MODE_FULL":        "all of it",
	"CLAWBACK_MODE_WITHIN_DAYS": "all of it where the sale has not been live for long, else nothing",
	"CLAWBACK_MODE_MONTHS_PAID": "what was paid for months that are not paid for",
	"CLAWBACK_MODE_BANDS":       "a part, by how many months the sale was live",

	"OWN_VOLUME_NONE":   "neither leg",
	"OWN_VOLUME_WEAKER": "the weaker leg",
	"OWN_VOLUME_LEFT":   "the left leg",
	"OWN_VOLUME_RIGHT":  "the right leg",

	"REMAINDER_LARGEST": "those from whom rounding took most",
	"REMAINDER_FIRST":   "those who come first",
	"REMAINDER_COMPANY": "the company",

	"CAP_PER_PERSON":  "each person",
	"CAP_PER_OWNER":   "each owner of positions, all of them together",
	"CAP_PER_COMPANY": "the whole company",

	"EXCHANGE_ROUNDING_EACH_STEP": "at each step",

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
			w.line("%s%s:", indent, title(f))
			w.within(f, func() { w.rows(value.List()) })
		case f.Kind() == protoreflect.MessageKind:
			w.line("%s%s:", indent, title(f))
			w.within(f, func() { w.fieldsAt(indent+"  ", value.Message()) })
		default:
			w.line("%s%s", indent, sentence(f, w.value(f, value)))
		}
	}
}

// title heads what a block or a list of blocks says.
func title(f protoreflect.FieldDescriptor) string {
	if words, known := fieldWords[string(ofMessage(f))]; known {
		return words
	}
	if words, known := fieldWords[string(f.Name())]; known && !strings.HasSuffix(words, ".") {
		return words
	}
	return capital(wordsOf(string(f.Name())))
}

func sentence(f protoreflect.FieldDescriptor, value string) string {
	pattern, known := fieldWords[string(ofMessage(f))]
	if !known {
		pattern, known = fieldWords[string(f.Name())]
	}
	switch {
	case !known:
		return capital(wordsOf(string(f.Name()))) + ": " + value + "."
	case strings.Contains(pattern, "%s"):
		return capital(fmt.Sprintf(pattern, value))
	}
	return pattern
}

func capital(text string) string { return strings.ToUpper(text[:1]) + text[1:] }

// value says a field that is no message.
func (w *english) value(f protoreflect.FieldDescriptor, v protoreflect.Value) string {
	if f.IsList() {
		var texts []string
		for i := range v.List().Len() {
			text := w.single(f, v.List().Get(i))
			switch {
			case f.Name() != "unlock":
			case text == "":
				continue // it is open to all
			default:
				text = fmt.Sprintf("level %d needs %s", i+1, text)
			}
			texts = append(texts, text)
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
		if w.isMoney(f) {
			return v.String() + " " + w.plan.Currency
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
			title := w.column(f)
			if f.IsList() && f.Kind() != protoreflect.MessageKind {
				title = fmt.Sprintf("%s %d", title, column+1)
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
