package calc

import "fmt"

// units are those whose earnings a cap bounds one by one: distributors, or owners of positions. A unit is known by the row of the
// distributor, or of the position that stands for the owner.
type units struct {
	*capping
	owner      []int32 // by row; nil: everybody is a unit
	totalMinor []int64 // by row of the unit
	protected  []int64 // those of bonuses that are served first; nil when there are none
	limitMinor []int64 // by row of an owner; nil for distributors
	before     []int64 // by row of the unit; nil for nothing
}

func (u *units) of(row int32) int32 {
	if u.owner == nil {
		return row
	}
	return u.owner[row]
}

// boundUnits bounds the sums of distributors, or of owners.
func (k *capping) boundUnits() error {
	u := &units{capping: k, totalMinor: make([]int64, k.n)}
	if len(k.cap.Protect) > 0 {
		u.protected = make([]int64, k.n)
	}
	if k.cap.Per == CapPerOwner {
		u.owner = k.in.Network.Owner
	}
	for i := range k.blocks {
		b := &k.blocks[i]
		for j, row := range b.Earner {
			value, _ := k.value(b, j)
			u.totalMinor[u.of(row)] += value
			if b.protected {
				u.protected[u.of(row)] += value
			}
		}
	}
	over, err := u.over()
	if err != nil || len(over) == 0 {
		return err
	}
	starts, places := u.linesOf(over)
	for i, unit := range over {
		set := &lineSet{list: places[starts[i]:starts[i+1]]}
		sum := capSum{totalMinor: u.totalMinor[unit.row]}
		if u.protected != nil {
			sum.protectedMinor = u.protected[unit.row]
		}
		if err := k.cut(set, sum, unit.limitMinor); err != nil {
			return err
		}
	}
	return nil
}

// unitLimit is what is left of a unit's limit.
type unitLimit struct {
	row        int32
	limitMinor int64
}

// over lists the units that earn more than what is left of their limits, by row.
func (u *units) over() ([]unitLimit, error) {
	limitOf, err := u.limitsOf()
	if err != nil {
		return nil, err
	}
	if err := u.gatherOwners(limitOf); err != nil {
		return nil, err
	}
	var over []unitLimit
	for row, total := range u.totalMinor {
		if total <= 0 {
			continue
		}
		var limitMinor int64
		if u.owner != nil {
			limitMinor = u.limitMinor[row]
		} else if limitMinor, err = limitOf(int32(row)); err != nil {
			return nil, u.failed(int32(row), err)
		}
		if u.before != nil {
			if limitMinor, err = leftOf(limitMinor, u.before[row]); err != nil {
				return nil, u.failed(int32(row), err)
			}
		}
		if total > limitMinor {
			over = append(over, unitLimit{int32(row), limitMinor})
		}
	}
	return over, nil
}

func (u *units) failed(row int32, err error) error {
	return fmt.Errorf("the limit of distributor %d: %w", row, err)
}

// gatherOwners brings together what belongs to the positions of each owner: the highest limit, and what was paid before.
func (u *units) gatherOwners(limitOf func(row int32) (int64, error)) error {
	paid := u.paidBefore(u.cap)
	if u.owner == nil {
		u.before = paid
		return nil
	}
	u.limitMinor = make([]int64, u.n)
	if paid != nil {
		u.before = make([]int64, u.n)
	}
	for row, owner := range u.owner {
		limitMinor, err := limitOf(int32(row))
		if err != nil {
			return u.failed(int32(row), err)
		}
		u.limitMinor[owner] = max(u.limitMinor[owner], limitMinor)
		if paid == nil {
			continue
		}
		sum, ok := added(u.before[owner], paid[row])
		if !ok {
			return u.failed(owner, ErrOverflow)
		}
		u.before[owner] = sum
	}
	return nil
}

// linesOf lists the places of the lines of some units: those of unit i are from starts[i] to starts[i+1], by position, bonus, level, part
// and kind.
func (u *units) linesOf(over []unitLimit) (starts, places []int32) {
	const none = -1
	number := make([]int32, u.n) // by row of the unit
	for i := range number {
		number[i] = none
	}
	for i, unit := range over {
		number[unit.row] = int32(i)
	}
	if u.owner == nil {
		return u.byEarner(0, len(u.blocks), len(over), func(row int32) int32 { return number[row] }, &lineClass{})
	}
	// Positions get slots of their own, those of one owner side by side.
	first := make([]int32, len(over)+1)
	for _, owner := range u.owner {
		if i := number[owner]; i >= 0 {
			first[i+1]++
		}
	}
	for i := range over {
		first[i+1] += first[i]
	}
	slots, next := make([]int32, u.n), make([]int32, len(over))
	copy(next, first)
	for row, owner := range u.owner {
		slots[row] = none
		if i := number[owner]; i >= 0 {
			slots[row] = next[i]
			next[i]++
		}
	}
	bySlot, places := u.byEarner(0, len(u.blocks), int(first[len(over)]), func(row int32) int32 { return slots[row] }, &lineClass{})
	for i := range first {
		first[i] = bySlot[first[i]]
	}
	return first, places
}
