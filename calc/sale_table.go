package calc

import "slices"

// When is a condition of a row of the table.
type When uint8

// The conditions. Rows of a state and an event are tried in order, and the last holds always.
const (
	Otherwise When = iota
	ActivationNeeded
	NeverActive
	CycleUnpaid
	CyclePaid
	PaymentRevives
	LastFailure
	CycleSettled
)

// Effect is what an event does to a sale.
type Effect uint8

// The effects.
const (
	// Begin makes the sale active for the first time: bonuses that pay at the event are posted, the volume begins to count.
	Begin Effect = iota + 1
	// BeginOpening is a sale that was live before its events were kept.
	BeginOpening
	// Reinstate makes it active again: what was taken back is given back, and nothing is paid twice.
	Reinstate
	// EndPending ends what never began, and End what was active: the schedule of each bonus takes back, the volume by policy.
	EndPending
	End
	// Earn pays a cycle, and GiveBack takes the payment back, whole or in part.
	Earn
	GiveBack
	// Fail counts a payment that failed.
	Fail
	// ChangeTerms takes the product and price of a change, and prorates the cycle of a live service.
	ChangeTerms
	// Rebook makes the sale another seller's, as if it had been recorded so.
	Rebook
)

// Transition is one row of the life of a sale: what an event does in a state.
type Transition struct {
	State   SaleStatus
	Event   EventKind
	When    When
	To      SaleStatus
	Effects []Effect
	// Happens says for people what happens, and Posts what is posted.
	Happens, Posts string
}

// Lifecycle is the life of a sale as one table: every state × every event, in the order of states, events and conditions. It is what
// FoldSale goes by.
func Lifecycle() []Transition { return slices.Clone(lifecycle) }

// rowsOf is the first row of a state and an event.
func rowsOf(s SaleStatus, e EventKind) int {
	for i := range lifecycle {
		if lifecycle[i].State == s && lifecycle[i].Event == e {
			return i
		}
	}
	return len(lifecycle)
}

const (
	nothing  = "nothing"
	kept     = "the event is kept and changes nothing"
	rebooked = "the sale has been the other seller's from its beginning"
	handed   = "the sale is the new vendor's"
	overTo   = "what the old upline was paid is taken back, and the new one is paid it; the volume, where each part of it counts"
	rightNow = "bonuses paid at the event; the volume counts, or that of the cycles paid so far"
	back     = "each bonus's clawback; the volume by `cancelled_volume`"
	restored = "what was taken back is given back; the volume by `cancelled_volume`"
	prorated = "bonuses paid at the event, on what is charged less what is credited; what is left of an advance, at the new price; the volume alike"
	given    = "its volume, in proportion, where volume follows payments"
	unearned = "more of an advance is taken back, where its clawback goes by months paid; its volume as well, where volume follows payments"
)

var lifecycle = []Transition{
	{SaleUnknown, Recorded, ActivationNeeded, SalePending, nil, "the sale waits for its activation", nothing},
	{SaleUnknown, Recorded, Otherwise, SaleActive, []Effect{Begin}, "the sale is live at once", rightNow},
	{SaleUnknown, Opening, Otherwise, SaleActive, []Effect{BeginOpening}, "the sale was live before, with some cycles paid", "the advance and its payment before Upline, which sum to zero; no volume"},

	{SalePending, Activated, Otherwise, SaleActive, []Effect{Begin}, "the service is live", rightNow},
	{SalePending, Paid, CycleUnpaid, SalePending, []Effect{Earn}, "the cycle is paid, and counts once the service is live", nothing},
	{SalePending, Paid, Otherwise, SalePending, nil, "the cycle is paid already: " + kept, nothing},
	{SalePending, Cancelled, Otherwise, SaleCancelled, []Effect{EndPending}, "the sale comes to nothing", nothing},
	{SalePending, PaymentFailed, Otherwise, SalePending, nil, kept + ": only a live service can lapse", nothing},
	{SalePending, PaymentRefunded, CyclePaid, SalePending, []Effect{GiveBack}, "the cycle is not paid any more, or in part", nothing},
	{SalePending, PaymentRefunded, Otherwise, SalePending, nil, "the cycle is not paid: " + kept, nothing},
	{SalePending, PaymentChargedBack, CyclePaid, SalePending, []Effect{GiveBack}, "the cycle is not paid any more", nothing},
	{SalePending, PaymentChargedBack, Otherwise, SalePending, nil, "the cycle is not paid: " + kept, nothing},
	{SalePending, Lapsed, Otherwise, SalePending, nil, kept + ": only a live service can lapse", nothing},
	{SalePending, Changed, Otherwise, SalePending, []Effect{ChangeTerms}, "the service that waits is another: it goes live by the new product and price", nothing},
	{SalePending, SellerCorrected, Otherwise, SalePending, []Effect{Rebook}, rebooked, nothing},
	{SalePending, VendorMoved, Otherwise, SalePending, nil, handed, nothing},

	{SaleActive, Activated, Otherwise, SaleActive, nil, kept, nothing},
	{SaleActive, Paid, CycleUnpaid, SaleActive, []Effect{Earn}, "the cycle is paid: it earns its part of an advance, and failures are forgotten", "its volume, where volume follows payments"},
	{SaleActive, Paid, Otherwise, SaleActive, nil, "the cycle is paid already: " + kept, nothing},
	{SaleActive, Cancelled, Otherwise, SaleCancelled, []Effect{End}, "the service ends", back},
	{SaleActive, PaymentFailed, CyclePaid, SaleActive, nil, "the cycle is paid already: " + kept, nothing},
	{SaleActive, PaymentFailed, LastFailure, SaleLapsed, []Effect{Fail, End}, "as many payments in a row have failed as the product allows: the service lapses", back},
	{SaleActive, PaymentFailed, Otherwise, SaleActive, []Effect{Fail}, "the failure is counted", nothing},
	{SaleActive, PaymentRefunded, CyclePaid, SaleActive, []Effect{GiveBack}, "the cycle earns less, or nothing any more", given},
	{SaleActive, PaymentRefunded, Otherwise, SaleActive, nil, "the cycle is not paid: " + kept, nothing},
	{SaleActive, PaymentChargedBack, CycleUnpaid, SaleActive, nil, "the cycle is not paid: " + kept, nothing},
	{SaleActive, PaymentChargedBack, LastFailure, SaleLapsed, []Effect{GiveBack, Fail, End}, "the cycle earns nothing any more, and that was the last failure that the product allows: the service lapses", back + "; " + given},
	{SaleActive, PaymentChargedBack, Otherwise, SaleActive, []Effect{GiveBack, Fail}, "the cycle earns nothing any more and is due again; the failure is counted", given},
	{SaleActive, Lapsed, CycleSettled, SaleActive, nil, "the cycle was paid in time, though that came to be known later: " + kept, nothing},
	{SaleActive, Lapsed, Otherwise, SaleLapsed, []Effect{End}, "the cycle is overdue: the service lapses", back},
	{SaleActive, Changed, Otherwise, SaleActive, []Effect{ChangeTerms}, "the service is upgraded or downgraded: the cycle is prorated, and those that follow are of the new product and price", prorated},
	{SaleActive, SellerCorrected, Otherwise, SaleActive, []Effect{Rebook}, rebooked, overTo},
	{SaleActive, VendorMoved, Otherwise, SaleActive, nil, handed, nothing},

	{SaleCancelled, Activated, NeverActive, SaleActive, []Effect{Begin}, "the service is live after all", rightNow},
	{SaleCancelled, Activated, Otherwise, SaleActive, []Effect{Reinstate}, "the service is reinstated", restored},
	{SaleCancelled, Paid, Otherwise, SaleCancelled, nil, kept, nothing},
	{SaleCancelled, Cancelled, Otherwise, SaleCancelled, nil, kept, nothing},
	{SaleCancelled, PaymentFailed, Otherwise, SaleCancelled, nil, kept, nothing},
	{SaleCancelled, PaymentRefunded, CyclePaid, SaleCancelled, []Effect{GiveBack}, "the cycle earns less, or nothing any more", unearned},
	{SaleCancelled, PaymentRefunded, Otherwise, SaleCancelled, nil, "the cycle is not paid: " + kept, nothing},
	{SaleCancelled, PaymentChargedBack, CyclePaid, SaleCancelled, []Effect{GiveBack}, "the cycle earns nothing any more", unearned},
	{SaleCancelled, PaymentChargedBack, Otherwise, SaleCancelled, nil, "the cycle is not paid: " + kept, nothing},
	{SaleCancelled, Lapsed, Otherwise, SaleCancelled, nil, kept, nothing},
	{SaleCancelled, Changed, Otherwise, SaleCancelled, nil, kept + ": only a service that waits or is live can change", nothing},
	{SaleCancelled, SellerCorrected, Otherwise, SaleCancelled, []Effect{Rebook}, rebooked, overTo},
	{SaleCancelled, VendorMoved, Otherwise, SaleCancelled, nil, handed, nothing},

	{SaleLapsed, Activated, Otherwise, SaleActive, []Effect{Reinstate}, "the service is reinstated", restored},
	{SaleLapsed, Paid, PaymentRevives, SaleActive, []Effect{Reinstate, Earn}, "the product lets a payment reinstate the service, and the cycle is paid", restored + "; the cycle's volume, where volume follows payments"},
	{SaleLapsed, Paid, Otherwise, SaleLapsed, nil, kept, nothing},
	{SaleLapsed, Cancelled, Otherwise, SaleCancelled, nil, "the sale is cancelled, and ended when it lapsed", nothing},
	{SaleLapsed, PaymentFailed, Otherwise, SaleLapsed, nil, kept, nothing},
	{SaleLapsed, PaymentRefunded, CyclePaid, SaleLapsed, []Effect{GiveBack}, "the cycle earns less, or nothing any more", unearned},
	{SaleLapsed, PaymentRefunded, Otherwise, SaleLapsed, nil, "the cycle is not paid: " + kept, nothing},
	{SaleLapsed, PaymentChargedBack, CyclePaid, SaleLapsed, []Effect{GiveBack}, "the cycle earns nothing any more", unearned},
	{SaleLapsed, PaymentChargedBack, Otherwise, SaleLapsed, nil, "the cycle is not paid: " + kept, nothing},
	{SaleLapsed, Lapsed, Otherwise, SaleLapsed, nil, kept, nothing},
	{SaleLapsed, Changed, Otherwise, SaleLapsed, nil, kept + ": only a service that waits or is live can change", nothing},
	{SaleLapsed, SellerCorrected, Otherwise, SaleLapsed, []Effect{Rebook}, rebooked, overTo},
	{SaleLapsed, VendorMoved, Otherwise, SaleLapsed, nil, handed, nothing},
}
