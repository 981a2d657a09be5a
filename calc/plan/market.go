package plan

import (
	"fmt"
	"slices"
	"strings"
)

// marketCodes are the countries of ISO 3166-1 (alpha-2), and XK, which is in use for Kosovo though the standard does not assign it.
var marketCodes = strings.Fields(`
	AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
	CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR
	GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP
	KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT
	MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW
	SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ
	UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW`)

// marketMistakes are what people write for a country whose code is another.
var marketMistakes = map[string]string{"UK": "GB", "EN": "GB", "EL": "GR", "AN": "CW", "TP": "TL", "BU": "MM", "ZR": "CD", "SU": "RU"}

// marketWords says what is wrong with the code of a market; ok when nothing is.
func marketWords(code string) (message, remedy string, ok bool) {
	if slices.Contains(marketCodes, code) {
		return "", "", true
	}
	remedy = "use the two letters of ISO 3166, for instance `DE` or `IN`"
	upper := strings.ToUpper(strings.TrimSpace(code))
	if right, mistaken := marketMistakes[upper]; mistaken {
		remedy = fmt.Sprintf("did you mean `%s`?", right)
	} else if slices.Contains(marketCodes, upper) {
		remedy = fmt.Sprintf("did you mean `%s`?", upper)
	}
	return fmt.Sprintf("there is no market `%s`", shown(code)), remedy, false
}
