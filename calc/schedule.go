package calc

import (
	"fmt"
	"slices"
	"strings"
	"sync"
)

// task is a bonus or a cap in the order of computing.
type task struct {
	bonus int // index of a bonus, or -1
	limit int // index of a cap, where bonus is -1
	after []int
}

// tasks lists what a period of a cadence computes: bonuses, then caps, each with the places in the list of what must come before it.
func (p *Plan) tasks(cadence Cadence) []task {
	var list []task
	place := make([]int, len(p.Bonuses))
	for i := range p.Bonuses {
		place[i] = -1
		if b := &p.Bonuses[i]; b.Pays == PaysPeriod && b.Cadence == cadence {
			place[i] = len(list)
			list = append(list, task{bonus: i})
		}
	}
	bonuses := len(list)
	for i := range p.Caps {
		if p.Caps[i].Cadence != cadence {
			continue
		}
		t := task{bonus: -1, limit: i}
		for _, b := range p.Caps[i].Bonuses {
			if place[b] >= 0 {
				t.after = append(t.after, place[b])
			}
		}
		// Caps on the same lines are applied in the order of the plan.
		for j := bonuses; j < len(list); j++ {
			if shares(p.Caps[list[j].limit].Bonuses, p.Caps[i].Bonuses) {
				t.after = append(t.after, j)
			}
		}
		list = append(list, t)
	}
	for i := range bonuses {
		b := &p.Bonuses[list[i].bonus]
		sources, afterCaps := b.kind().earnings()
		sources = append(slices.Clone(sources), p.Facts.EarnedOf(b.reads())...)
		for _, source := range sources {
			if place[source] < 0 {
				continue
			}
			list[i].after = append(list[i].after, place[source])
			for j := bonuses; j < len(list); j++ {
				switch {
				case !slices.Contains(p.Caps[list[j].limit].Bonuses, source):
				case afterCaps:
					list[i].after = append(list[i].after, j)
				default:
					// What is asked for is what the source pays before the cap changes its lines.
					list[j].after = append(list[j].after, i)
				}
			}
		}
	}
	return list
}

// eventTasks lists the bonuses that are paid at events, those that are matched before those that match them. There must be no circle.
func (p *Plan) eventTasks() []task {
	list := p.eventOrder()
	ordered := make([]task, 0, len(list))
	done := make([]bool, len(list))
	for len(ordered) < len(list) {
		before := len(ordered)
		for i, t := range list {
			if !done[i] && !slices.ContainsFunc(t.after, func(k int) bool { return !done[k] }) {
				ordered, done[i] = append(ordered, t), true
			}
		}
		if len(ordered) == before {
			break // a circle, which checkOrder refuses
		}
	}
	return ordered
}

// eventOrder lists the bonuses that are paid at events, each with the places in the list of what must come before it.
func (p *Plan) eventOrder() []task {
	var list []task
	place := make([]int, len(p.Bonuses))
	for i := range p.Bonuses {
		place[i] = -1
		if p.Bonuses[i].Pays == PaysEvent {
			place[i] = len(list)
			list = append(list, task{bonus: i})
		}
	}
	for i := range list {
		sources, _ := p.Bonuses[list[i].bonus].kind().earnings()
		for _, source := range sources {
			if place[source] >= 0 {
				list[i].after = append(list[i].after, place[source])
			}
		}
	}
	return list
}

func shares(a, b []int) bool {
	return slices.ContainsFunc(a, func(x int) bool { return slices.Contains(b, x) })
}

// Circle finds bonuses and caps that wait for each other in the periods of a cadence, or bonuses that do at events where the cadence is 0, and
// names them in the order in which each needs the next, the first again at the end; nil when there are none.
func (p *Plan) Circle(cadence Cadence) []string {
	list := p.eventOrder()
	if cadence != 0 {
		list = p.tasks(cadence)
	}
	name := func(i int) string {
		if list[i].bonus >= 0 {
			return p.Bonuses[list[i].bonus].Name
		}
		return p.Caps[list[i].limit].Name
	}
	// state: 0 not seen, 1 on the way, 2 done. The list is at most as long as a plan has bonuses and caps, so a stack of its own is
	// not worth the words.
	state := make([]uint8, len(list))
	var way []int
	var visit func(i int) []string
	visit = func(i int) []string {
		state[i] = 1
		way = append(way, i)
		for _, before := range list[i].after {
			switch state[before] {
			case 1:
				var circle []string
				for _, k := range way[slices.Index(way, before):] {
					circle = append(circle, name(k))
				}
				return append(circle, name(before))
			case 0:
				if circle := visit(before); circle != nil {
					return circle
				}
			}
		}
		way = way[:len(way)-1]
		state[i] = 2
		return nil
	}
	for i := range list {
		if state[i] == 0 {
			if circle := visit(i); circle != nil {
				return circle
			}
		}
	}
	return nil
}

func (p *Plan) checkOrder() error {
	for cadence := Cadence(0); cadence <= CadenceMax; cadence++ { // 0 is what is paid at the event
		if circle := p.Circle(cadence); circle != nil {
			return fmt.Errorf("%w: these wait for each other: %s", ErrPlan, strings.Join(circle, ", "))
		}
	}
	return nil
}

// payAll computes the bonuses and caps of the period, each as soon as what it needs is there, side by side where there are threads.
// Each writes lines and state of its own, so the order among those that do not need each other changes nothing.
func (s *stage) payAll() error {
	list := s.plan.tasks(s.in.Cadence)
	waiting, next := make([]int, len(list)), make([][]int, len(list))
	ready := make(chan int, len(list)) // never blocks: each task is sent once
	for i, t := range list {
		slices.Sort(t.after)
		for _, before := range slices.Compact(t.after) {
			waiting[i]++
			next[before] = append(next[before], i)
		}
		if waiting[i] == 0 {
			ready <- i
		}
	}
	var mutex sync.Mutex
	left, errs := len(list), make([]error, len(list))
	if left == 0 {
		return nil
	}
	var workers sync.WaitGroup
	for range max(1, min(s.threads, left)) {
		workers.Go(func() {
			for i := range ready {
				err := s.do(list[i])
				mutex.Lock()
				errs[i] = err
				left--
				for _, k := range next[i] {
					if waiting[k]--; waiting[k] == 0 {
						ready <- k
					}
				}
				if left == 0 {
					close(ready)
				}
				mutex.Unlock()
			}
		})
	}
	workers.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	if err := s.keepCapped(); err != nil {
		return err
	}
	return s.roundSums()
}

func (s *stage) do(t task) error {
	if t.bonus < 0 {
		return s.applyCap(t.limit)
	}
	b := &s.plan.Bonuses[t.bonus]
	if err := s.facts.fill(afterBonuses, b.reads()); err != nil {
		return fmt.Errorf("bonus %s: %w", b.Name, err)
	}
	return b.kind().pay(s, t.bonus)
}
