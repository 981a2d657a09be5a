package server

import (
	"context"
	"encoding/base64"
	"fmt"
	"testing"

	"connectrpc.com/connect"

	uplinev1 "upline/api/upline/v1"
)

const badToken = uplinev1.ErrorReason_ERROR_REASON_INVALID_PAGE_TOKEN

func TestPageToken_WalksAListOnce(t *testing.T) {
	w := newWorld(t)
	c := w.catalog()
	for i := range 7 {
		vendor := &uplinev1.Vendor{VendorId: fmt.Sprintf("v%d", i), Name: "V"}
		if _, err := c.PutVendor(t.Context(), &uplinev1.PutVendorRequest{Vendor: vendor}); err != nil {
			t.Fatal(err)
		}
	}
	var seen []string
	request := &uplinev1.ListVendorsRequest{PageSize: 3}
	for page := 1; ; page++ {
		r, err := c.ListVendors(t.Context(), request)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range r.GetVendors() {
			seen = append(seen, v.GetVendorId())
		}
		if r.GetNextPageToken() == "" {
			if page != 3 {
				t.Errorf("%d pages", page)
			}
			break
		}
		request.PageToken = r.GetNextPageToken()
		request.PageSize = 2 + int32(page) // The size may change from page to page.
	}
	if got := fmt.Sprint(seen); got != "[v0 v1 v2 v3 v4 v5 v6]" {
		t.Errorf("saw %s", got)
	}
}

func TestPageToken_ForgedOrForAnotherListIsRefused(t *testing.T) {
	w := newWorld(t)
	c := w.catalog()
	for _, id := range []string{"a", "b", "c"} {
		if _, err := c.PutVendor(t.Context(), &uplinev1.PutVendorRequest{Vendor: &uplinev1.Vendor{VendorId: id, Name: "V"}}); err != nil {
			t.Fatal(err)
		}
	}
	r, err := c.ListVendors(t.Context(), &uplinev1.ListVendorsRequest{PageSize: 1})
	if err != nil || r.GetNextPageToken() == "" {
		t.Fatalf("%v, %v", r, err)
	}
	good := r.GetNextPageToken()
	raw, err := base64.RawURLEncoding.DecodeString(good)
	if err != nil {
		t.Fatal(err)
	}
	flip := func(i int) string {
		b := append([]byte(nil), raw...)
		b[i] ^= 1
		return base64.RawURLEncoding.EncodeToString(b)
	}
	for name, token := range map[string]string{
		"text": "page2", "not base64": "!!", "flipped cursor": flip(len(raw) - 1), "flipped MAC": flip(0), "cut": good[:len(good)-2],
		"longer": base64.RawURLEncoding.EncodeToString(append(raw, 'x')), "padded": good + "=", "cursor alone": base64.RawURLEncoding.EncodeToString([]byte("a")),
		"MAC alone": base64.RawURLEncoding.EncodeToString(raw[:pageTokenMAC]),
	} {
		_, err := c.ListVendors(t.Context(), &uplinev1.ListVendorsRequest{PageToken: token})
		t.Run(name, func(t *testing.T) { refused(t, err).is(t, connect.CodeInvalidArgument, badToken, "page_token") })
	}
	_, err = c.ListProducts(t.Context(), &uplinev1.ListProductsRequest{PageToken: good})
	refused(t, err).is(t, connect.CodeInvalidArgument, badToken, "page_token")
	if _, err = c.ListVendors(t.Context(), &uplinev1.ListVendorsRequest{PageToken: good}); err != nil {
		t.Errorf("the good one: %v", err)
	}
}

// A token is bound to each filter and to what the caller sees, and to the key.
func TestPageToken_IsBoundToFiltersCallerAndKey(t *testing.T) {
	key := make([]byte, 32)
	p := newPager(func(context.Context) ([]byte, error) { return key, nil })
	request := func() *uplinev1.ListSalesRequest {
		return &uplinev1.ListSalesRequest{Market: "DE", DistributorId: "d", State: uplinev1.SaleState_SALE_STATE_ACTIVE, OrderId: "o"}
	}
	as := func(c Caller) context.Context { return context.WithValue(t.Context(), callKey{}, &call{caller: c}) }
	staff := as(Caller{Role: RoleStaff})
	token, err := p.token(staff, request(), "cursor")
	if err != nil {
		t.Fatal(err)
	}
	try := func(ctx context.Context, p *pager, change func(*uplinev1.ListSalesRequest)) error {
		r := request()
		r.PageToken = token
		change(r)
		got, err := p.cursor(ctx, r)
		if err == nil && got != "cursor" {
			t.Errorf("the cursor became %q", got)
		}
		return err
	}
	if err := try(staff, p, func(r *uplinev1.ListSalesRequest) { r.PageSize = 7 }); err != nil {
		t.Errorf("the size of the page is no filter: %v", err)
	}
	for name, change := range map[string]func(*uplinev1.ListSalesRequest){
		"market": func(r *uplinev1.ListSalesRequest) { r.Market = "AT" },
		"seller": func(r *uplinev1.ListSalesRequest) { r.DistributorId = "" },
		"state":  func(r *uplinev1.ListSalesRequest) { r.State = 0 },
		"moved":  func(r *uplinev1.ListSalesRequest) { r.DistributorId, r.OrderId = "o", "d" },
	} {
		if try(staff, p, change) == nil {
			t.Errorf("another %s is taken", name)
		}
	}
	for _, other := range []Caller{{Role: RoleVendor, Subject: "v"}, {Role: RoleDistributor, Subject: "v"}} {
		if try(as(other), p, func(*uplinev1.ListSalesRequest) {}) == nil {
			t.Errorf("%v takes the token of staff", other)
		}
	}
	foreign := newPager(func(context.Context) ([]byte, error) { return append(make([]byte, 31), 1), nil })
	if try(staff, foreign, func(*uplinev1.ListSalesRequest) {}) == nil {
		t.Error("a token signed with another key is taken")
	}
}
