package simulate

var linesFormat = Format{
	"lines.csv", "one line of commission; amount is base × rate × point_value × factors, rounded once as the plan rounds",
	[]Column{
		{"period", true, "the period that pays it"},
		{"cadence", true, "its cadence"},
		{"earner", true, "id of the distributor who is paid"},
		{"bonus", true, "name of the bonus"},
		{"level", true, "level or generation; 0 where the bonus has none"},
		{"part", true, "tells lines of one level apart that have different rates"},
		{"kind", true, "commission; reversal, which takes back what an event had paid; rounding, which makes a sum right; adjustment, which corrects what events have paid by what a cap takes"},
		{"unit", true, "what base counts: points, money, or a number of pieces"},
		{"base", true, "what the rate is applied to"},
		{"rate", true, "the rate, as a decimal number; of pieces, the money for each"},
		{"point_value", true, "what one point is worth in the plan's currency; empty where base is no volume"},
		{"factors", true, "what it is multiplied by besides, as name=numerator/denominator in lowest terms, separated by semicolons; a whole number stands alone"},
		{"amount", true, "the amount, in the plan's currency"},
		{"currency", true, "the plan's currency"},
		{"sale", true, "the sale whose event has paid it; empty where the period pays it"},
	},
}

var ranksFormat = Format{
	"ranks.csv", "one distributor in one period of the plan's cadence",
	[]Column{
		{"period", true, "the period"},
		{"distributor", true, "the distributor's id"},
		{"active", true, "yes or no"},
		{"paid_as", true, "the rank that the distributor is paid as; empty for none"},
		{"achieved", true, "the highest rank ever achieved; empty for none"},
	},
}

var carryFormat = Format{
	"carry.csv", "one number that a period hands on to the next one, such as a carry-over",
	[]Column{
		{"period", true, "the period that hands it on"},
		{"cadence", true, "its cadence"},
		{"distributor", true, "the distributor's id; empty for what is the company's"},
		{"key", true, "what it is: binary:NAME:left and right are the carry-overs of a binary bonus"},
		{"value", true, "points, money or a number"},
		{"unit", true, "which of the three"},
	},
}

var totalsFormat = Format{
	"totals.csv", "one sum of one period",
	[]Column{
		{"period", true, "the period"},
		{"cadence", true, "its cadence"},
		{"of", true, "what is summed up: period, bonus or rank"},
		{"name", true, "of the bonus or the rank; empty for no rank"},
		{"distributors", true, "how many there are, of a rank how many are paid as it; empty for a bonus"},
		{"counted", true, "sales and payments that count in the period; only of the period"},
		{"revenue", true, "their prices"},
		{"cv", true, "their commissionable volume"},
		{"lines", true, "number of lines; empty for a rank"},
		{"amount", true, "what is paid"},
		{"currency", true, "the plan's currency"},
	},
}

var payoutsFormat = Format{
	"payouts.csv", "what one period pays one distributor, in the currency of the payout",
	[]Column{
		{"period", true, "the period"},
		{"cadence", true, "its cadence"},
		{"distributor", true, "the distributor's id"},
		{"amount", true, "the sum of the lines, in the plan's currency"},
		{"currency", true, "the plan's currency"},
		{"rate", true, "what 1 of the plan's currency is worth in that of the payout, as a fraction; empty where they are the same"},
		{"paid", true, "what is paid out: each line, each bonus or the sum is converted as one, as the plan's payout_per says"},
		{"paid_currency", true, "the currency of the payout"},
	},
}

var comparisonFormat = Format{
	"comparison.csv", "one distributor under both plans",
	[]Column{
		{"distributor", true, "the distributor's id"},
		{"paid_as", true, "the rank in the last period under the first plan; empty for none"},
		{"amount", true, "what the first plan pays"},
		{"against", true, "what the second plan pays"},
		{"difference", true, "what the second plan pays more"},
		{"currency", true, "the currency"},
	},
}

var reasonsFormat = Format{
	"reasons.csv", "one thing that a distributor lacked for a bonus that paid nothing; of the distributors that --explain names",
	[]Column{
		{"period", true, "the period"},
		{"distributor", true, "the distributor's id"},
		{"bonus", true, "name of the bonus"},
		{"reason", true, "what was asked for, or what stood in the way; several rows where several things did"},
		{"has", true, "what the distributor has; empty where it is no number"},
		{"needs", true, "what was needed"},
		{"lacking", true, "what it lacks: what has must grow by, or shrink where it is below zero"},
	},
}

// OutputFormats are the formats of the files that are written. state.csv has the format of the input.
func OutputFormats() []Format {
	return []Format{linesFormat, ranksFormat, carryFormat, stateFormat, totalsFormat, payoutsFormat, comparisonFormat, reasonsFormat}
}
