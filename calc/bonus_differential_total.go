package calc

import (
	"cmp"
	"slices"
)

// leftoversMax is how many different parts of a total may be left at most. It bounds how many share in one sale, too: each takes something.
const leftoversMax = 500

// Leftovers lists what may be left of the total when somebody comes to share in it, going down, the total itself first; false where it may
// be more than leftoversMax different things.
func (d *Differential) Leftovers() (left []int64, few bool) {
	if d.Total == 0 {
		return nil, true
	}
	left = []int64{d.Total}
	rates := d.ladder()[1:]
	for i := 0; i < len(left); i++ { // what is behind i is lower, so the list is gone through once, going down
		for _, rate := range rates {
			if rate >= left[i] {
				break
			}
			at, known := slices.BinarySearchFunc(left[i+1:], left[i]-rate, descending)
			if !known {
				left = slices.Insert(left, i+1+at, left[i]-rate)
			}
		}
		if len(left) > leftoversMax {
			return nil, false
		}
	}
	return left, true
}

func descending(a, b int64) int { return cmp.Compare(b, a) }

// arrival is volume that comes to a seat.
type arrival struct {
	seat   int32
	volume int64
}

// shareOut pays a total from the sellers upward. Volume goes from one who has a rate to the next, those without being passed over
// beforehand, and is put together by what is left of the total: so one seat is paid one line for all that comes with the same left, and no
// volume moves more often than some share in a sale.
func (x *differential) shareOut() error {
	left, _ := x.rule.Leftovers()
	next := x.nextSharing()
	arrivals := make([][]arrival, len(left))
	come := func(seat int32, volume, rest int64) {
		if seat < 0 || rest <= 0 || volume == 0 {
			return
		}
		at, _ := slices.BinarySearchFunc(left, rest, descending)
		arrivals[at] = append(arrivals[at], arrival{seat, volume})
	}
	for seat, volume := range x.own {
		rest := x.rule.Total
		if x.rule.OwnSales {
			own, err := x.payShare(seat, 0, volume, rest)
			if err != nil {
				return err
			}
			rest -= own
		}
		come(next[seat], volume, rest)
	}
	sums := make([]int64, x.w.len())
	for i, rest := range left {
		clear(x.table.made) // A tariff stands for the earner's step, and what is left may be less than the rate of that.
		var seats []int32
		for _, a := range arrivals[i] {
			if sums[a.seat] == 0 {
				seats = append(seats, a.seat)
			}
			sums[a.seat] += a.volume
		}
		arrivals[i] = nil
		slices.Sort(seats)
		for _, seat := range slices.Compact(seats) { // volumes that cancel to zero on the way have one listed twice
			share, err := x.payShare(int(seat), 1+i, sums[seat], rest)
			if err != nil {
				return err
			}
			come(next[seat], sums[seat], rest-share)
			sums[seat] = 0
		}
	}
	return nil
}

// payShare adds the line of what somebody has of a volume when so much is left of the total, and gives the rate of it.
func (x *differential) payShare(seat, part int, volume, rest int64) (int64, error) {
	step := x.step[seat]
	rate := min(x.ladder[step], rest)
	if volume == 0 || rate == 0 {
		return rate, nil
	}
	return rate, x.s.sinks[x.bonus].add(x.w.row[seat], 0, part, volume, x.table.at(x.w.variantAt(seat), int(step), 0, rate))
}

// nextSharing gives by seat the nearest above who has a rate; -1 for nobody.
func (x *differential) nextSharing() []int32 {
	next := make([]int32, x.w.len())
	x.w.downward(1, func(_, from, to int) {
		for seat := from; seat < to; seat++ {
			parent := x.w.parent[seat]
			if parent >= 0 && x.step[parent] == 0 {
				parent = next[parent]
			}
			next[seat] = parent
		}
	})
	return next
}

// sharedWith visits those who share in what a seller sells, with what is left when it comes to them.
func (x *differential) sharedWith(seller int, next []int32, visit func(seat int, rest int64)) {
	rest := x.rule.Total
	if x.rule.OwnSales {
		rest -= min(x.ladder[x.step[seller]], rest)
	}
	for seat := next[seller]; seat >= 0 && rest > 0; seat = next[seat] {
		visit(int(seat), rest)
		rest -= min(x.ladder[x.step[seat]], rest)
	}
}
