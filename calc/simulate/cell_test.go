package simulate

import (
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the zones of the tests

	"upline/calc"
)

func TestParseFixed_AgreesWithTheEngine(t *testing.T) {
	for _, text := range []string{
		"0", "-0", "1", "-1", "1.5", "-1.5", "0001", "99.9999", "99.99999", "9223372036854775807", "9223372036854775808", "-9223372036854775807",
		"922337203685477.5807", "922337203685477.5808", "", "-", ".", ".5", "5.", "-.5", "1..5", "1.5.", "+1", "1e3", " 1", "1,000", "--1", "1-", "0x1", "٣",
	} {
		for _, digits := range []int32{0, 2, 4} {
			got, ok := parseFixed([]byte(text), digits)
			want, err := calc.ParseMinor(text, digits)
			if ok != (err == nil) || ok && got != want {
				t.Errorf("%q with %d decimals: %d, %t; the engine says %d, %v", text, digits, got, ok, want, err)
			}
		}
	}
}

func TestParseFixed_ReadsOverZeros(t *testing.T) {
	for text, want := range map[string]int64{"1.50000": 150, "1.000000000000000000000000": 100, "-2.10": -210} {
		if got, ok := parseFixed([]byte(text), 2); !ok || got != want {
			t.Errorf("%q is %d, %t; want %d", text, got, ok, want)
		}
	}
	if _, ok := parseFixed([]byte("1.5001"), 2); ok {
		t.Error("1.5001 has two decimals")
	}
}

func TestWrongNumber_SaysHowToWriteIt(t *testing.T) {
	for text, remedy := range map[string]string{
		"1,234.50": "write 1234.50", "1,23,456.00": "write 123456.00", "1.234,50": "write 1234.50", "1234,50": "write 1234.50", "1 234": "write 1234",
		"1,234": "write 1234", "1.234.567": "write 1234567", "1'234.50": "write 1234.50", "-1,234": "write -1234", "12.345": "write 2 decimals at most",
		"€12.50": "write 12.50", "12.50 €": "write 12.50", "20%": "write 20", "+5": "write 5", "": "write 0 if there is none", "abc": "write it like 1234.50",
		"1\u00a0234": "write 1234", "99999999999999999999": "check the unit of the column",
	} {
		if problem, got := wrongNumber([]byte(text), 2); got != remedy || problem == "" {
			t.Errorf("%q: %s (%s), want the remedy %q", text, problem, got, remedy)
		}
	}
}

func TestClock_ReadsTimes(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	c := newClock(berlin)
	for text, want := range map[string]string{
		"2026-01-31":                        "2026-01-30T23:00:00Z",
		"2026-07-01":                        "2026-06-30T22:00:00Z",
		"2026-01-31T12:00":                  "2026-01-31T11:00:00Z",
		"2026-01-31 12:00:30":               "2026-01-31T11:00:30Z",
		"2026-07-01T00:00:00":               "2026-06-30T22:00:00Z",
		"2026-01-31T12:00:00Z":              "2026-01-31T12:00:00Z",
		"2026-01-31t12:00:00z":              "2026-01-31T12:00:00Z",
		"2026-01-31T12:00:00.25+05:30":      "2026-01-31T06:30:00.25Z",
		"2026-01-31T12:00:00.1234567-01:00": "2026-01-31T13:00:00.123456Z",
		"2024-02-29T23:59:59Z":              "2024-02-29T23:59:59Z",
	} {
		us, problem, _ := c.parse([]byte(text))
		if got := time.UnixMicro(us).UTC().Format(time.RFC3339Nano); problem != "" || got != want {
			t.Errorf("%q is %s, want %s; %s", text, got, want, problem)
		}
	}
}

func TestClock_RefusesWhatIsNoTime(t *testing.T) {
	c := newClock(nil)
	for text, remedy := range map[string]string{
		"2026-02-29": "write it like", "2026-13-01": "write it like", "2026-00-10": "write it like", "2026-02-29T10:00:00Z": "write it like",
		"2026-02-30 10:00": "write it like", "2026-01-31T24:00:00Z": "write it like", "2026-01-31T10:60": "write it like", "2026-01-31T10:00:00+1": "write it like",
		"2026-01-31Z": "write it like", "2026-01-31T": "write it like", "1899-12-31": "from 1900", "0000-00-00": "from 1900", "3026-01-01": "from 1900",
		"31.01.2026": "write 2026-01-31", "1/31/2026": "write 2026-01-31", "31/1/2026": "write 2026-01-31", "2026/01/31": "write 2026-01-31",
		"03/04/2026": "2026-03-04 or 2026-04-03", "3.4.2026": "write 2026-04-03", "2026-1-5": "write 2026-01-05", "45000": "write it like", "yesterday": "write it like",
		"-": "write it like", "1/2": "write it like", "31.01.26": "write it like",
	} {
		_, problem, got := c.parse([]byte(text))
		if problem == "" || !strings.Contains(got, remedy) {
			t.Errorf("%q: %s (%s), want the remedy %q", text, problem, got, remedy)
		}
	}
}
