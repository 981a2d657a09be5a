package store

import (
	"cmp"
	"slices"
	"sync"

	"upline/calc"
)

// untallied counts, by distributor and period, the lines that this process has posted and that are not summed up yet, to know whose sums
// are worth a tally. It is a hint and nothing rests on it: a transaction that is run again is counted twice, what other processes post is
// not counted here, and a restart forgets it. Whoever is missed is noticed when they are read.
//
// Of millions who have a few lines each it keeps few: after every window of lines it forgets who has had no more than one a window since they
// were first counted (Manku and Motwani's lossy counting). So nobody is counted lower than they should be by more than one line a window.
type untallied struct {
	linesMin int

	mu     sync.Mutex
	noted  int // lines, in this window
	window int
	counts map[tallyKey]untalliedCount
	wanted map[tallyKey]bool
}

// untalliedCount is how many lines somebody has had since a window.
type untalliedCount struct {
	lines, since int
}

// tallyKey is whose lines of what period a tally sums up.
type tallyKey struct {
	planID        string
	cadence       calc.Cadence
	periodNo      int64
	distributorID string
}

const (
	// tallyLinesDefault is where reading the lines begins to cost more than the rest of GetEarnings.
	tallyLinesDefault = 1_000
	// untalliedWindow is how many lines make a window: as many entries stay at most in the mean, some 5 MB.
	untalliedWindow = 1 << 15
	// tallyWantedMax bounds those who wait for a tally.
	tallyWantedMax = 1 << 15
)

func (u *untallied) init(linesMin int) {
	u.linesMin = cmp.Or(linesMin, tallyLinesDefault)
	u.counts, u.wanted = map[tallyKey]untalliedCount{}, map[tallyKey]bool{}
}

// note takes lines that are posted.
func (u *untallied) note(lines []Line) {
	if len(lines) == 0 {
		return
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	for i := range lines {
		l := &lines[i]
		key := tallyKey{l.PlanID, l.Period.Cadence, l.Period.No, l.DistributorID}
		count, known := u.counts[key]
		if !known {
			count.since = u.window
		}
		if count.lines++; count.lines >= u.linesMin {
			delete(u.counts, key)
			u.want(key)
		} else {
			u.counts[key] = count
		}
	}
	if u.noted += len(lines); u.noted >= untalliedWindow {
		u.noted = 0
		u.window++
		for key, count := range u.counts {
			if count.lines+count.since <= u.window {
				delete(u.counts, key)
			}
		}
	}
}

func (u *untallied) want(key tallyKey) {
	if len(u.wanted) < tallyWantedMax {
		u.wanted[key] = true
	}
}

// read takes how many lines a reader has summed up.
func (u *untallied) read(key tallyKey, lines int64) {
	if lines < int64(u.linesMin) {
		return
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.want(key)
}

// take returns those who are worth a tally, by period, and forgets them.
func (u *untallied) take() []tallyKey {
	u.mu.Lock()
	defer u.mu.Unlock()
	keys := make([]tallyKey, 0, len(u.wanted))
	for key := range u.wanted {
		keys = append(keys, key)
	}
	clear(u.wanted)
	slices.SortFunc(keys, func(a, b tallyKey) int {
		return cmp.Or(cmp.Compare(a.planID, b.planID), cmp.Compare(a.cadence, b.cadence), cmp.Compare(a.periodNo, b.periodNo),
			cmp.Compare(a.distributorID, b.distributorID))
	})
	return keys
}

// giveBack takes those whose tally came to nothing.
func (u *untallied) giveBack(keys []tallyKey) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, key := range keys {
		u.want(key)
	}
}
