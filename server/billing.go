package server

import (
	uplinev1 "upline/api/upline/v1"
	"upline/calc"
)

// readBilling reads how a product is paid for. The numbers of the cycles are those of calc.
func readBilling(r *reading, b *uplinev1.Billing) calc.Billing {
	if b.GetLapseWhenOverdue() && b.GetGraceDays() == 0 {
		r.wrong(uplinev1.ErrorReason_ERROR_REASON_INVALID_FIELD, "billing.grace_days", "is 0, and a service would lapse the moment that it is due",
			"Give at least one day.")
	}
	out := calc.Billing{
		Cycle: calc.BillingCycle(b.GetCycle()), GraceDays: b.GetGraceDays(), FailuresMax: b.GetLapseAfterFailedPayments(),
		LapseOverdue: b.GetLapseWhenOverdue(), PaymentReinstates: b.GetPaymentReinstates(),
	}
	if b.GetDue() == uplinev1.BillingDue_BILLING_DUE_IN_ARREARS {
		out.Due = calc.DueInArrears
	}
	return out
}

// billingOf is nil for a product that says nothing of it.
func billingOf(b calc.Billing) *uplinev1.Billing {
	if b == (calc.Billing{}) {
		return nil
	}
	due := uplinev1.BillingDue_BILLING_DUE_IN_ADVANCE
	if b.Due == calc.DueInArrears {
		due = uplinev1.BillingDue_BILLING_DUE_IN_ARREARS
	}
	return &uplinev1.Billing{
		Cycle: uplinev1.BillingCycle(b.Cycle), Due: due, GraceDays: b.GraceDays, LapseAfterFailedPayments: b.FailuresMax,
		LapseWhenOverdue: b.LapseOverdue, PaymentReinstates: b.PaymentReinstates,
	}
}
