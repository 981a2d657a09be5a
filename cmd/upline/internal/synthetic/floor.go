package synthetic

import "upline/calc"

// Floor is the bare loop that any computation of a period is measured against: written by hand for one plan, on one thread, without
// conditions, ranks, errors or explanations. It puts both trees in order, adds up what was sold in each, rolls groups and legs up,
// moves volume up seven levels, and multiplies out the amount of every line that the engine found, base and rate being given. It gives
// the sum of the amounts, so that nothing of it can be left out.
func Floor(in *calc.Input, lines *calc.Lines) int64 {
	sponsorRow, sponsor := bare(in.Network.Sponsor)
	placedRow, parent := bare(in.Network.Parent)
	n := len(sponsor)
	seat, placed := make([]int32, n), make([]int32, n)
	for i, row := range sponsorRow {
		seat[row] = int32(i)
	}
	legs := make([]uint8, n)
	for i, row := range placedRow {
		placed[row], legs[i] = int32(i), in.Network.Leg[row]
	}
	pv, cv, placedCV := make([]int64, n), make([]int64, n), make([]int64, n)
	v := &in.Volumes
	for i, seller := range v.Seller {
		pv[seat[seller]] += v.PV[i]
		cv[seat[seller]] += v.CV[i]
		placedCV[placed[seller]] += v.CV[i]
	}
	group := append([]int64(nil), pv...)
	for i := n - 1; i > 0; i-- {
		if p := sponsor[i]; p >= 0 {
			group[p] += group[i]
		}
	}
	left, right := make([]int64, n), make([]int64, n)
	for i := n - 1; i > 0; i-- {
		p := parent[i]
		if p < 0 {
			continue
		}
		sum := placedCV[i] + left[i] + right[i]
		if legs[i] == 1 {
			left[p] += sum
		} else {
			right[p] += sum
		}
	}
	matched := int64(0)
	for i := range left {
		matched += min(left[i], right[i])
	}
	from, to := cv, make([]int64, n)
	for range 7 {
		for i, p := range sponsor {
			if p >= 0 {
				to[p] += from[i]
			}
		}
		clear(from)
		from, to = to, from
	}
	total := matched + group[0] + from[0]
	amounts := make([]int64, lines.Len())
	for i, base := range lines.Base {
		amounts[i] = (base/100*lines.Rate[i] + calc.RateScale/2) / calc.RateScale
		total += amounts[i]
	}
	return total
}

// bare orders a tree by breadth: rows by seat, and the seat of each seat's parent.
func bare(parents []int32) (rows, parent []int32) {
	n := len(parents)
	start := make([]int32, n+1)
	for _, p := range parents {
		if p >= 0 {
			start[p+1]++
		}
	}
	for i := range n {
		start[i+1] += start[i]
	}
	next, children := append([]int32(nil), start...), make([]int32, n)
	rows, parent = make([]int32, 0, n), make([]int32, n)
	for row, p := range parents {
		if p < 0 {
			parent[len(rows)] = -1
			rows = append(rows, int32(row))
			continue
		}
		children[next[p]] = int32(row)
		next[p]++
	}
	for i := 0; i < len(rows); i++ {
		for _, child := range children[start[rows[i]]:start[rows[i]+1]] {
			parent[len(rows)] = int32(i)
			rows = append(rows, child)
		}
	}
	return rows, parent
}
