package store

import "fmt"

// slot is a place in the placement tree.
type slot struct {
	parent string
	leg    int32
}

// slotHolder is who has a place, or had it last. The zero value is a place that nobody ever had.
type slotHolder struct {
	id string
	// leftAtUS is when the holder moved away, 0 while they are there. Until freeAtUS there are periods that still see them in the
	// place, and would see whoever is enrolled into it, too.
	leftAtUS, freeAtUS int64
}

const sqlSlot = `SELECT distributor_id, left_at_us, free_at_us FROM slots WHERE parent_id = $1 AND leg = $2`

var (
	slotColumns   = []string{"parent_id", "leg", "distributor_id", "left_at_us", "free_at_us"}
	sqlInsertSlot = insertText("slots", slotColumns)
)

func scanSlot(r Row) slotHolder { return slotHolder{r.Text(0), r.Int(1), r.Int(2)} }

func readSlot(c Conn, s slot) (h slotHolder, err error) {
	err = c.Query(sqlSlot, []any{s.parent, int64(s.leg)}, func(r Row) error {
		h = scanSlot(r)
		return nil
	})
	return h, err
}

// hinders says what keeps somebody from taking the place at a time, and what to do about it; nothing when the place is free. Who is
// enrolled counts at once, so that a place must be free in every period; who moves in counts from a later period on, as the one who
// moved out does.
func (h slotHolder) hinders(atUS int64, atOnce bool) (problem, remedy string) {
	switch {
	case h.id == "":
		return "", ""
	case h.leftAtUS == 0:
		return fmt.Sprintf("is taken by %q", h.id), "choose a free place"
	case atUS < h.leftAtUS:
		return fmt.Sprintf("was held by %q until %s", h.id, formatUS(h.leftAtUS)), "choose another place, or a later time"
	case atOnce && atUS < h.freeAtUS:
		return fmt.Sprintf("counts as held by %q, who has moved away, until %s", h.id, formatUS(h.freeAtUS)), "choose another place, or a later time"
	}
	return "", ""
}

// take gives the place to a distributor.
func (h slotHolder) take(b *Batch, s slot, distributorID string) {
	if h.id == "" {
		b.Exec(sqlInsertSlot, s.parent, int64(s.leg), distributorID, int64(0), int64(0))
		return
	}
	b.Exec(`UPDATE slots SET distributor_id = $1, left_at_us = 0, free_at_us = 0 WHERE parent_id = $2 AND leg = $3`, distributorID, s.parent, int64(s.leg))
}
