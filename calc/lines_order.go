package calc

import "cmp"

// drop takes lines out of a sink, block by block.
func (s *lineSink) drop(which func(l *Lines, j int) bool) {
	s.count = 0
	for i := range s.blocks {
		b := &s.blocks[i]
		to := 0
		for j := range b.Earner {
			if which(b, j) {
				continue
			}
			if to != j {
				b.move(to, j)
			}
			to++
		}
		b.truncate(to)
		s.count += to
	}
}

// move writes a line over another one.
func (l *Lines) move(to, from int) {
	l.Earner[to], l.Bonus[to], l.Level[to], l.Part[to] = l.Earner[from], l.Bonus[from], l.Level[from], l.Part[from]
	l.Kind[to], l.Base[to], l.Rate[to] = l.Kind[from], l.Base[from], l.Rate[from]
	l.Factor[to], l.AmountMinor[to] = l.Factor[from], l.AmountMinor[from]
}

func (l *Lines) swap(i, j int) {
	l.Earner[i], l.Earner[j] = l.Earner[j], l.Earner[i]
	l.Bonus[i], l.Bonus[j] = l.Bonus[j], l.Bonus[i]
	l.Level[i], l.Level[j] = l.Level[j], l.Level[i]
	l.Part[i], l.Part[j] = l.Part[j], l.Part[i]
	l.Kind[i], l.Kind[j] = l.Kind[j], l.Kind[i]
	l.Base[i], l.Base[j] = l.Base[j], l.Base[i]
	l.Rate[i], l.Rate[j] = l.Rate[j], l.Rate[i]
	l.Factor[i], l.Factor[j] = l.Factor[j], l.Factor[i]
	l.AmountMinor[i], l.AmountMinor[j] = l.AmountMinor[j], l.AmountMinor[i]
}

func (l *Lines) truncate(n int) {
	l.Earner, l.Bonus, l.Level, l.Part, l.Kind = l.Earner[:n], l.Bonus[:n], l.Level[:n], l.Part[:n], l.Kind[:n]
	l.Base, l.Rate, l.Factor, l.AmountMinor = l.Base[:n], l.Rate[:n], l.Factor[:n], l.AmountMinor[:n]
}

// sort puts the lines of one earner, which are nearly in order, in order.
func (l *Lines) sort(from, to int) {
	for i := from + 1; i < to; i++ {
		for at := i; at > from && l.isBefore(at, at-1); at-- {
			l.swap(at, at-1)
		}
	}
}

func (l *Lines) isBefore(i, j int) bool {
	return cmp.Or(cmp.Compare(l.Bonus[i], l.Bonus[j]), cmp.Compare(l.Level[i], l.Level[j]), cmp.Compare(l.Part[i], l.Part[j]),
		cmp.Compare(l.Kind[i], l.Kind[j])) < 0
}

// snapshot gives the factors so far. Factors are only added, so it may be read while others add more.
func (t *factorTable) snapshot() []Factor {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	return t.all
}
