package server

import (
	"slices"
	"strings"

	connectv1 "upline/api/upline/v1/uplinev1connect"
	"upline/store"
)

// Role says what a caller may do.
type Role string

// The roles.
const (
	// RoleStaff is the company itself: every call.
	RoleStaff Role = "staff"
	// RoleBackend is the e-commerce backend: it records what happens to sales, enrols, and reads what it needs for that.
	RoleBackend Role = "backend"
	// RoleVendor is a partner vendor: it activates and cancels sales of its own products, and sees nothing else.
	RoleVendor Role = "vendor"
	// RoleDistributor is one distributor: the own earnings, sales and downline.
	RoleDistributor Role = "distributor"
	// RoleAuditor reads everything and changes nothing.
	RoleAuditor Role = "auditor"
)

var roles = []Role{RoleStaff, RoleBackend, RoleVendor, RoleDistributor, RoleAuditor}

func (r Role) known() bool { return slices.Contains(roles, r) }

// needsSubject tells whether the role covers the data of one vendor or distributor only.
func (r Role) needsSubject() bool { return r == RoleVendor || r == RoleDistributor }

func roleNames() string {
	names := make([]string, len(roles))
	for i, r := range roles {
		names[i] = string(r)
	}
	return strings.Join(names, ", ")
}

// allowed is the table of role and call. Staff stands for itself: a new call is nobody else's until somebody says so here. Auditors
// have every call without side effects; a test holds them and the table against the contract.
var allowed = map[string][]Role{
	connectv1.CommissionServiceRecordSaleProcedure:    {RoleStaff, RoleBackend},
	connectv1.CommissionServiceRecordSalesProcedure:   {RoleStaff, RoleBackend},
	connectv1.CommissionServiceActivateProcedure:      {RoleStaff, RoleBackend, RoleVendor},
	connectv1.CommissionServiceRecordPaymentProcedure: {RoleStaff, RoleBackend},
	connectv1.CommissionServiceCancelProcedure:        {RoleStaff, RoleBackend, RoleVendor},
	connectv1.CommissionServiceChangeSaleProcedure:    {RoleStaff, RoleBackend},
	connectv1.CommissionServiceCorrectSellerProcedure: {RoleStaff},
	connectv1.CommissionServiceMoveVendorProcedure:    {RoleStaff, RoleBackend},
	connectv1.CommissionServiceGetSaleProcedure:       {RoleStaff, RoleBackend, RoleVendor, RoleDistributor, RoleAuditor},
	connectv1.CommissionServiceListSalesProcedure:     {RoleStaff, RoleBackend, RoleVendor, RoleDistributor, RoleAuditor},
	connectv1.CommissionServiceGetEarningsProcedure:   {RoleStaff, RoleDistributor, RoleAuditor},
	connectv1.CommissionServiceRunPeriodProcedure:     {RoleStaff},
	connectv1.CommissionServiceGetRunProcedure:        {RoleStaff, RoleAuditor},
	connectv1.CommissionServiceWatchRunProcedure:      {RoleStaff, RoleAuditor},
	connectv1.CommissionServiceCancelRunProcedure:     {RoleStaff},

	connectv1.CommissionServicePreviewCorrectionProcedure: {RoleStaff, RoleAuditor},

	connectv1.NetworkServiceEnrollProcedure:             {RoleStaff, RoleBackend},
	connectv1.NetworkServiceEnrollBatchProcedure:        {RoleStaff, RoleBackend},
	connectv1.NetworkServiceChangeSponsorProcedure:      {RoleStaff},
	connectv1.NetworkServiceMovePlacementProcedure:      {RoleStaff},
	connectv1.NetworkServiceTerminateProcedure:          {RoleStaff},
	connectv1.NetworkServiceReinstateProcedure:          {RoleStaff},
	connectv1.NetworkServiceChangeRegistrationProcedure: {RoleStaff, RoleBackend},
	// A history names sponsors and reasons, which are not all the distributor's to read.
	connectv1.NetworkServiceListNetworkEventsProcedure: {RoleStaff, RoleAuditor},
	connectv1.NetworkServiceGetDistributorProcedure:    {RoleStaff, RoleBackend, RoleDistributor, RoleAuditor},
	// The line above a distributor is other people's data, so it is not the distributor's to read.
	connectv1.NetworkServiceGetUplineProcedure:   {RoleStaff, RoleAuditor},
	connectv1.NetworkServiceGetDownlineProcedure: {RoleStaff, RoleDistributor, RoleAuditor},

	connectv1.CatalogServicePutMarketProcedure:    {RoleStaff},
	connectv1.CatalogServiceListMarketsProcedure:  {RoleStaff, RoleBackend, RoleAuditor},
	connectv1.CatalogServicePutVendorProcedure:    {RoleStaff},
	connectv1.CatalogServiceListVendorsProcedure:  {RoleStaff, RoleBackend, RoleAuditor},
	connectv1.CatalogServicePutProductProcedure:   {RoleStaff},
	connectv1.CatalogServiceMoveProductProcedure:  {RoleStaff},
	connectv1.CatalogServiceGetProductProcedure:   {RoleStaff, RoleBackend, RoleAuditor},
	connectv1.CatalogServiceListProductsProcedure: {RoleStaff, RoleBackend, RoleAuditor},
	connectv1.CatalogServiceListPeriodsProcedure:  {RoleStaff, RoleBackend, RoleDistributor, RoleAuditor},

	connectv1.PlanServiceValidatePlanProcedure: {RoleStaff},
	connectv1.PlanServicePublishPlanProcedure:  {RoleStaff},
	connectv1.PlanServiceGetPlanProcedure:      {RoleStaff, RoleAuditor},
	connectv1.PlanServiceListPlansProcedure:    {RoleStaff, RoleAuditor},

	connectv1.AdjustmentServiceRecordAdjustmentProcedure: {RoleStaff},
	connectv1.AdjustmentServiceListAdjustmentsProcedure:  {RoleStaff, RoleAuditor},

	connectv1.OpeningServiceImportOpeningProcedure: {RoleStaff},

	connectv1.ReportServiceGetPeriodTotalsProcedure: {RoleStaff, RoleAuditor},
	connectv1.ReportServiceExportPeriodProcedure:    {RoleStaff, RoleAuditor},
}

func (r Role) may(procedure string) bool { return slices.Contains(allowed[procedure], r) }

// scope is the part of the sales that the caller sees.
func (c Caller) scope() store.Scope {
	switch c.Role {
	case RoleVendor:
		return store.Scope{VendorID: c.Subject}
	case RoleDistributor:
		return store.Scope{DistributorID: c.Subject}
	}
	return store.Scope{}
}

// seesLine tells whether a commission line may be shown to the caller. What distributors earn is no business of a vendor, and what
// others earn from a sale is none of its seller.
func (c Caller) seesLine(earnerID string) bool {
	switch c.Role {
	case RoleVendor:
		return false
	case RoleDistributor:
		return earnerID == c.Subject
	}
	return true
}

// mustBeOwn refuses a distributor who asks for another, in the words for one who does not exist. It does not ask whether the other
// exists, so not even the time that the answer takes can tell.
func (c Caller) mustBeOwn(distributorID string) error {
	if c.Role != RoleDistributor || distributorID == c.Subject {
		return nil
	}
	return &store.Refusal{
		Kind:   store.ErrUnknownDistributor,
		Fields: []store.FieldProblem{{Field: "distributor_id", Problem: "no such distributor"}},
		IDs:    []string{"distributor_id", distributorID},
	}
}
