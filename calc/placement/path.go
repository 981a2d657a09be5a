package placement

// The tree is cut into paths that go from somebody straight down. Each path is a binary search tree by depth, a splay tree, whose
// root hangs from whom the path's first person stands under. This is the link-cut tree of Sleator and Tarjan ("A data structure for
// dynamic trees", 1983, and "Self-adjusting binary search trees", 1985). access makes the way from the top down to somebody one path
// that ends there; it takes O(log n) rotations and changes of path, amortised over the calls since the tree was empty, whatever the
// shape of the tree, so a leg of a million people in one line costs no more than a bushy one. Looking downward through the splay
// trees, from a path into what hangs off it, costs as many steps as access of whoever is found, which every search ends with.

// knot is a distributor as part of a path.
type knot struct {
	sum summary // of the stretch of the path that the splay tree below this knot is, with all that hangs off
	own summary // of the stretch that is this knot alone
	// up is the knot above in the splay tree; of a root, the distributor that its path hangs from, or Nobody.
	up int32
	// upper and lower are the splay trees of those further up and further down on the path.
	upper, lower int32
	// through is the leg in which the path goes on beneath; 0 at its end.
	through uint8
	// hangs is, of a root, the leg in which its path hangs.
	hangs uint8
}

// isRoot tells the root of a splay tree from the others.
func (t *Tree) isRoot(x int32) bool {
	up := t.knots[x].up
	return up == Nobody || t.knots[up].upper != x && t.knots[up].lower != x
}

// access makes the way from the top to somebody one path that ends with them, whose splay tree they are the root of. So their own
// summary is that of everybody beneath them and themselves, and their sum that of the whole tree.
//
// It returns whoever is the lowest both on the way to them and on the way accessed before; in another tree, somebody else.
func (t *Tree) access(row int32) (meeting int32) {
	lower := Nobody
	for x := row; x != Nobody; x = t.knots[x].up {
		t.splay(x)
		k := &t.knots[x]
		if k.lower != Nobody {
			t.below[t.slot(x, k.through)] = k.lower
			t.knots[k.lower].hangs = k.through
		}
		k.lower, k.through = lower, 0
		if lower != Nobody {
			k.through = t.knots[lower].hangs
			t.below[t.slot(x, k.through)] = Nobody
		}
		t.settle(x)
		t.join(x)
		lower = x
	}
	t.splay(row)
	return lower
}

// splay makes somebody the root of the splay tree of their path.
func (t *Tree) splay(x int32) {
	for !t.isRoot(x) {
		y := t.knots[x].up
		if !t.isRoot(y) {
			z := t.knots[y].up
			if (t.knots[y].upper == x) == (t.knots[z].upper == y) {
				t.rotate(y)
			} else {
				t.rotate(x)
			}
		}
		t.rotate(x)
	}
}

// rotate puts a knot in the place of the one above it.
func (t *Tree) rotate(x int32) {
	t.steps++
	y := t.knots[x].up
	kx, ky := &t.knots[x], &t.knots[y]
	z, root := ky.up, t.isRoot(y)
	var between int32
	if ky.upper == x {
		between = kx.lower
		ky.upper, kx.lower = between, y
	} else {
		between = kx.upper
		ky.lower, kx.upper = between, y
	}
	if between != Nobody {
		t.knots[between].up = y
	}
	kx.up, ky.up = z, x
	switch {
	case !root && t.knots[z].upper == y:
		t.knots[z].upper = x
	case !root:
		t.knots[z].lower = x
	default:
		kx.hangs = ky.hangs // Whom the path hangs from is told by access, which goes there next.
	}
	kx.sum = ky.sum // The stretch is the same.
	t.join(y)
}

// join sums a knot up with the splay trees below it.
func (t *Tree) join(x int32) {
	k := &t.knots[x]
	sum := k.own
	if k.upper != Nobody {
		sum = t.knots[k.upper].sum.then(&sum)
	}
	if k.lower != Nobody {
		sum = sum.then(&t.knots[k.lower].sum)
	}
	k.sum = sum
}

// settle sums up a knot with what hangs off it.
func (t *Tree) settle(x int32) {
	k := &t.knots[x]
	own := summary{volume: t.volume[x], people: 1, left: never, mid: never, right: never, turning: noTurning}
	if t.vacancies[x] > 0 {
		own.mid = t.depth[x]
	}
	from, to := t.legs(x)
	for i, root := range t.below[from:to] {
		leg := uint8(i + 1)
		if leg == k.through {
			continue
		}
		volume := int64(0)
		if root != Nobody {
			s := &t.knots[root].sum
			volume = s.volume
			own.volume += s.volume
			own.people += s.people
			if least := s.least(); k.through == 0 || leg < k.through {
				own.left = min(own.left, least)
			} else {
				own.right = min(own.right, least)
			}
		}
		// Of two legs with the same volume the lower one is taken.
		if k.through != 0 {
			if leg > k.through {
				volume++
			}
			own.turning = min(own.turning, volume)
		}
	}
	t.steps += int64(to - from)
	k.own = own
}

// isBeneath tells whether somebody stands beneath another or is the same.
func (t *Tree) isBeneath(row, above int32) bool {
	t.access(above)
	return t.access(row) == above
}
