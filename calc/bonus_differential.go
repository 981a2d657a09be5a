package calc

// Differential pays the earner's own rate less the highest rate of anybody who has one and stands between. Whoever is not paid by the
// bonus has no rate. A stairstep is one that pays the own sales too, by brackets, and ends where a leg breaks away.
type Differential struct {
	plain
	Base      Base
	Placement bool
	Rates     RateTable // of one level
	Brackets  *Brackets // instead of Rates
	// OwnSales tells that own sales are paid at the full rate, LessSeller that the seller's own rate is taken off.
	OwnSales, LessSeller bool
	FromLevel            int32 // sellers nearer than this level are not paid on; 0 and 1: all are
	// Breakaway says whose leg pays nothing to those above; nil: nobody's.
	Breakaway *Condition
	// EqualRate is paid on the volume of a leg whose highest rate is the earner's own.
	EqualRate int64
}
