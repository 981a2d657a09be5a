package simulate_test

import "testing"

const levelsPlan = `
bonuses:
  - name: levels
    unilevel:
      rates:
        - levels: [10%, 5%, 3%]
`

func TestRun_UnilevelOfOneMonth(t *testing.T) {
	got := simulateFiles(t, files{
		"network": "id,sponsor\nd,\nc,d\nb,c\na,b\n",
		"sales":   "seller,price,at\na,1000,2026-01-15\n",
	}, planOf(t, levelsPlan), "")
	wantText(t, "lines", got.lines, `
period,cadence,earner,bonus,level,part,kind,unit,base,rate,point_value,factors,amount,currency,sale
2026-01,monthly,b,levels,1,0,commission,points,1000,0.1,1,,100.00,USD,
2026-01,monthly,c,levels,2,0,commission,points,1000,0.05,1,,50.00,USD,
2026-01,monthly,d,levels,3,0,commission,points,1000,0.03,1,,30.00,USD,
`)
}
