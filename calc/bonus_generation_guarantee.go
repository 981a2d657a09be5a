package calc

// guarantee moves money from leaders whose own group brings the next leader above less than is guaranteed, and puts the lines of the
// bonus together.
//
// Leaders are taken from the bottom up, so that a leader who gives has got from the legs below first. What a group brings is its own
// part of the line of generation 1, rounded by itself. A leader who is not paid on generation 1 is guaranteed nothing.
func (x *generations) guarantee() error {
	if x.rule.GuaranteeMinor == 0 {
		return nil
	}
	holds, err := x.balances()
	if err != nil {
		return err
	}
	gives, gets := make([]int64, len(x.seats)), make([]int64, len(x.seats))
	table := x.s.tariffs(x.bonus, len(x.rates.Rows), len(x.less), 0)
	for number := len(x.seats) - 1; number >= 0; number-- {
		above := x.above[number]
		if above < 0 || holds[number] <= 0 {
			continue
		}
		lacking, err := x.lacking(number, table)
		if err != nil {
			return err
		}
		moved := min(lacking, holds[number])
		holds[number] -= moved
		holds[above] += moved
		gives[number] = moved
		gets[above] += moved
	}
	to := x.sinks[0]
	given := lineSink{plan: to.plan, bonus: to.bonus, blockSize: to.blockSize}
	got := given
	for number, seat := range x.seats {
		row := x.w.row[seat]
		if moved := gives[number]; moved != 0 {
			given.put(line{earner: row, kind: LineAdjustment, base: moved, rate: -RateScale, amountMinor: -moved})
		}
		if moved := gets[number]; moved != 0 {
			got.put(line{earner: row, level: 1, part: len(x.less), kind: LineAdjustment, base: moved, rate: RateScale, amountMinor: moved})
		}
	}
	for _, sink := range []*lineSink{&given, x.sinks[1], &got, x.sinks[2]} {
		to.blocks = append(to.blocks, sink.blocks...)
		to.count += sink.count
	}
	return nil
}

// balances gives what the lines so far pay leaders, by number. All amounts together stay in the range of int64, so whatever is moved
// does, too.
func (x *generations) balances() ([]int64, error) {
	balances := make([]int64, len(x.seats))
	seat := x.s.sponsor.seat()
	if x.rule.Placement {
		seat = x.s.placement.seat()
	}
	for _, sink := range x.sinks {
		for i := range sink.blocks {
			for j, earner := range sink.blocks[i].Earner {
				number := x.near[seat[earner]] // of the earner, as all earners are leaders
				sum, ok := added(balances[number], sink.blocks[i].AmountMinor[j])
				if !ok {
					return nil, sink.failed(earner, ErrOverflow)
				}
				balances[number] = sum
			}
		}
	}
	if !sumFits(balances) {
		return nil, x.sinks[0].failed(0, ErrOverflow)
	}
	return balances, nil
}

// lacking is what the group of a leader does not bring the next leader above of what is guaranteed.
func (x *generations) lacking(number int, table *tariffs) (int64, error) {
	earner := x.seats[x.above[number]]
	less := int(x.lessOf[number])
	row, rate := x.rateOn(int(earner), 1, x.less[less])
	if _, entitled := x.rate(int(earner), 0); entitled == 0 {
		return 0, nil
	}
	brings, err := table.at(x.w.variantAt(int(earner)), int(row), less, rate).amountMinor(x.group[x.seats[number]])
	lacking, ok := subtracted(x.rule.GuaranteeMinor, brings)
	if err != nil || !ok {
		return 0, x.sinks[0].failed(x.w.row[earner], ErrOverflow)
	}
	return max(0, lacking), nil
}
