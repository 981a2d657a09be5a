package calc

import (
	"sort"
	"time"
)

func (w *DayWindow) sinceFirst() bool { return w != nil && w.SinceFirstPurchase }

// byMonth tells that the window asks for calendar months.
func (w *DayWindow) byMonth() bool { return w != nil && (w.FromMonth != 0 || w.ToMonth != 0) }

// holds tells whether an instant lies in the window that is counted from another one. months is needed where the window is by month.
func (w *DayWindow) holds(sinceUS, atUS int64, months *monthTable) bool {
	passedUS := atUS - sinceUS
	if passedUS < int64(w.FromDay)*dayUS || w.ToDay != 0 && passedUS >= int64(w.ToDay)*dayUS {
		return false
	}
	if !w.byMonth() {
		return true
	}
	passed := months.number(atUS) - months.number(sinceUS)
	return passed >= int64(w.FromMonth) && (w.ToMonth == 0 || passed < int64(w.ToMonth))
}

// monthTableMonths is how far back a table of months goes: beyond it, months are looked up one by one.
const monthTableMonths = 30 * 12

// monthTable numbers the calendar months of a zone, as PeriodByNo does, at the cost of a search: a sale's month is asked for once a sale.
type monthTable struct {
	location *time.Location
	first    int64   // number of the first month in starts
	starts   []int64 // when the months begin, and at last when the last of them ends
}

// newMonthTable holds the months up to the one in which an instant lies.
func newMonthTable(location *time.Location, lastUS int64) *monthTable {
	last := PeriodAt(Monthly, location, lastUS)
	t := &monthTable{location: location, first: last.No - monthTableMonths}
	for no := t.first; no <= last.No; no++ {
		t.starts = append(t.starts, dayStartUS(firstOfMonth(no), location))
	}
	t.starts = append(t.starts, last.EndUS)
	return t
}

// number gives the number of the month that an instant lies in.
func (t *monthTable) number(us int64) int64 {
	after := sort.Search(len(t.starts), func(i int) bool { return t.starts[i] > us })
	if after == 0 || after == len(t.starts) {
		return PeriodAt(Monthly, t.location, us).No
	}
	return t.first + int64(after) - 1
}
