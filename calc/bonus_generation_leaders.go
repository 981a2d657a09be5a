package calc

import "slices"

// payLeaders adds the lines of those leaders who are earners, up to the last generation that any of them is paid.
func (x *generations) payLeaders(earns func(seat int) bool, last int) error {
	if err := x.payOwnGroups(earns); err != nil {
		return err
	}
	x.depart()
	for generation := 1; generation <= last && len(x.moving) > 0; generation++ {
		for from := 0; from < len(x.moving); {
			to := x.sum(from)
			if err := x.paySums(earns, generation, from, to); err != nil {
				return err
			}
			from = to
		}
		x.moveOn()
	}
	return nil
}

// payOwnGroups adds the lines of own groups without own sales.
func (x *generations) payOwnGroups(earns func(seat int) bool) error {
	if x.rule.OwnGroupRate == 0 {
		return nil
	}
	table := x.s.tariffs(x.bonus, 1, 1, 0)
	for _, seat := range x.seats {
		volume := x.group[seat] - x.own[seat]
		if volume == 0 || !isPaid(x.who, int(seat)) || !earns(int(seat)) {
			continue
		}
		if err := x.add(seat, 0, 0, volume, table.at(x.w.variantAt(int(seat)), 0, 0, x.rule.OwnGroupRate)); err != nil {
			return err
		}
	}
	return nil
}

// add makes a line in the sink that keeps its level.
func (x *generations) add(seat int32, level, part int, base int64, t *tariff) error {
	return x.sinks[min(level, len(x.sinks)-1)].add(x.w.row[seat], level, part, base, t)
}

// depart brings every group that has volume to the first leader above its own, in the order of what is taken off rates on it.
func (x *generations) depart() {
	leaders := len(x.seats)
	x.lessOf = sized(x.lessOf, leaders)
	var next [noRow + 2]int32 // by index of what is taken off, where its stretch goes on
	for number, seat := range x.seats {
		x.lessOf[number] = x.lessAt(seat)
		if x.goes(number) {
			next[int(x.lessOf[number])+1]++
		}
	}
	for i := range len(next) - 1 {
		next[i+1] += next[i]
	}
	going := int(next[len(next)-1])
	x.sums, x.moving, x.at = sized(x.sums, leaders), sized(x.moving, going), sized(x.at, going)
	for number := range x.seats {
		if !x.goes(number) {
			continue
		}
		place := &next[x.lessOf[number]]
		x.moving[*place], x.at[*place] = int32(number), x.above[number]
		*place++
	}
}

func (x *generations) goes(number int) bool {
	return x.above[number] >= 0 && x.group[x.seats[number]] != 0
}

// sized gives a column of a length, the same one where it is large enough. It keeps what stood there.
func sized[T any](column []T, length int) []T {
	if cap(column) < length {
		return make([]T, length)
	}
	return column[:length]
}

// lessAt gives the index of the rate that is taken off on the group of a leader: what the leader is paid on generation 1.
func (x *generations) lessAt(leader int32) uint8 {
	if !x.rule.LessLeader {
		return 0
	}
	_, rate := x.rate(int(leader), 0)
	i, _ := slices.BinarySearch(x.less, rate)
	return uint8(i)
}

// sum adds up for everybody what has come of the groups from one place in moving on on which the same is taken off, and gives the place
// behind them.
func (x *generations) sum(from int) (to int) {
	less := x.lessOf[x.moving[from]]
	for to = from; to < len(x.moving) && x.lessOf[x.moving[to]] == less; to++ {
		x.sums[x.at[to]] += x.group[x.seats[x.moving[to]]]
	}
	return to
}

// paySums adds the lines of the sums of a stretch of moving, and leaves them at zero.
func (x *generations) paySums(earns func(seat int) bool, generation, from, to int) error {
	part := x.lessOf[x.moving[from]]
	clear(x.table.made) // A tariff stands for the row of the earner alone.
	for _, earner := range x.at[from:to] {
		volume, seat := x.sums[earner], x.seats[earner]
		if volume == 0 {
			continue
		}
		x.sums[earner] = 0
		if !earns(int(seat)) {
			continue
		}
		row, rate := x.rateOn(int(seat), generation, x.less[part])
		if rate == 0 {
			continue
		}
		if err := x.add(seat, generation, int(part), volume, x.table.at(x.w.variantAt(int(seat)), int(row), 0, rate)); err != nil {
			return err
		}
	}
	return nil
}

// rateOn gives the rate of a leader on a group of a generation whose own leader's rate is taken off; 0 where there is no entitlement.
func (x *generations) rateOn(seat, generation int, less int64) (row uint8, rate int64) {
	if row, rate = x.rate(seat, generation-1); rate != 0 {
		rate = max(rate-less, x.rule.LeastRate)
	}
	return row, rate
}

// moveOn brings every group to the next leader above, and drops those that have come to the top.
func (x *generations) moveOn() {
	kept := 0
	for i, number := range x.moving {
		if above := x.above[x.at[i]]; above >= 0 {
			x.moving[kept], x.at[kept] = number, above
			kept++
		}
	}
	x.moving, x.at = x.moving[:kept], x.at[:kept]
}
