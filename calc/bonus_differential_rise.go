package calc

// rise moves volume up past the rates below a step, after it did so for the step before, which is called between. What comes to
// whoever has a higher rate than that, and did not come before, is due.
func (x *differential) rise(between, step uint16) {
	x.depart(step)
	t := x.w.tree
	t.upward(x.s.threads, func(_, from, to int) {
		for seat := to - 1; seat >= from; seat-- {
			sum := int64(0)
			for _, volume := range x.up[t.first[seat]:t.first[seat+1]] {
				sum += volume
			}
			x.due[seat] = 0
			if x.step[seat] > between {
				x.due[seat] = sum - x.came[seat]
			}
			x.came[seat] = sum
			if x.lets(seat, step) {
				x.up[seat] += sum
			}
		}
	})
}

// depart puts in up what every seat adds to what its parent is paid on: the own sales, or, when nearer levels are not paid, those from so
// far below that the parent is the first of whom they count.
func (x *differential) depart(step uint16) {
	share(x.s.threads, 0, len(x.up), func(_, from, to int) {
		for seat := from; seat < to; seat++ {
			// Steps go up: where nothing goes on past this one, nothing did past those before, and there stands zero.
			if x.letsOwn(seat, step) {
				x.up[seat] = x.own[seat]
			}
		}
	})
	t := x.w.tree
	for level := int32(1); level < x.rule.FromLevel; level++ {
		// Parents take what their children had before these take from theirs, so one column is enough.
		t.downward(x.s.threads, func(_, from, to int) {
			for seat := from; seat < to; seat++ {
				sum := int64(0)
				if x.lets(seat, step) {
					for _, volume := range x.up[t.first[seat]:t.first[seat+1]] {
						sum += volume
					}
				}
				x.up[seat] = sum
			}
		})
	}
}

// riseEqual moves volume up on which a step is the highest between and just one has it, after rise did for that step. What comes to
// whoever has the same rate is due, and ends there.
func (x *differential) riseEqual(step uint16) {
	t := x.w.tree
	t.upward(x.s.threads, func(_, from, to int) {
		for seat := to - 1; seat >= from; seat-- {
			sum := int64(0)
			for _, volume := range x.up[t.first[seat]:t.first[seat+1]] {
				sum += volume
			}
			x.due[seat], x.up[seat] = 0, 0
			if x.step[seat] == step {
				// From here on this one is who has it: of what came to the seat, and of the own sales if the seller stands between.
				x.due[seat], sum = sum, x.came[seat]
				if x.rule.LessSeller {
					sum += x.own[seat]
				}
			}
			if x.step[seat] <= step && !x.breaksAt(seat) {
				x.up[seat] = sum
			}
		}
	})
}

// payDue adds the lines of what is due, on which a step is the highest between: of the differences to it, or of equality with it.
func (x *differential) payDue(between uint16, equal bool) error {
	sink := &x.s.sinks[x.bonus]
	clear(x.table.made) // A tariff stands for the earner's step, and the rate of that is another one now.
	for seat, volume := range x.due {
		if volume == 0 {
			continue
		}
		step := x.step[seat]
		rate := x.ladder[step] - x.ladder[between]
		if equal {
			rate = x.rule.EqualRate
		}
		if err := sink.add(x.w.row[seat], 0, 1+int(between), volume, x.table.at(x.w.variantAt(seat), int(step), 0, rate)); err != nil {
			return err
		}
	}
	return nil
}

// payOwn adds the lines of own sales.
func (x *differential) payOwn() error {
	sink := &x.s.sinks[x.bonus]
	for seat, volume := range x.own {
		step := x.step[seat]
		if volume == 0 || step == 0 {
			continue
		}
		if err := sink.add(x.w.row[seat], 0, 0, volume, x.table.at(x.w.variantAt(seat), int(step), 0, x.ladder[step])); err != nil {
			return err
		}
	}
	return nil
}
