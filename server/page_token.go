package server

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"sync/atomic"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/timestamppb"

	uplinev1 "upline/api/upline/v1"
)

const (
	pageSizeDefault = 100
	pageTokenMAC    = 16 // bytes of the HMAC that a token keeps
	fieldPageSize   = "page_size"
	fieldPageToken  = "page_token"
)

// pager issues and reads page tokens. A token is the store's cursor with a MAC over the call, its filters, what the caller may see
// and the cursor, so that a cursor cannot be made up, nor be taken to another list. The key is the database's: every server of it
// reads every other's tokens.
type pager struct {
	load func(context.Context) ([]byte, error)
	key  atomic.Pointer[[]byte]
}

func newPager(load func(context.Context) ([]byte, error)) *pager { return &pager{load: load} }

// pageRequest is what the requests of all lists have in common.
type pageRequest interface {
	proto.Message
	GetPageSize() int32
	GetPageToken() string
}

func pageSize(request pageRequest) int {
	if n := request.GetPageSize(); n > 0 {
		return int(n)
	}
	return pageSizeDefault
}

// cursor returns what the request's page token stands for, "" for the first page.
func (p *pager) cursor(ctx context.Context, request pageRequest) (string, error) {
	token := request.GetPageToken()
	if token == "" {
		return "", nil
	}
	invalid := invalidField(uplinev1.ErrorReason_ERROR_REASON_INVALID_PAGE_TOKEN, fieldPageToken,
		"was not issued for this list", "Send the `next_page_token` of the page before with the same other fields, or none.")
	b, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(b) <= pageTokenMAC {
		return "", invalid
	}
	cursor := string(b[pageTokenMAC:])
	mac, err := p.mac(ctx, request, cursor)
	if err != nil {
		return "", err
	}
	if !hmac.Equal(mac, b[:pageTokenMAC]) {
		return "", invalid
	}
	return cursor, nil
}

// token returns the token of the page that begins at the cursor, "" when there is none.
func (p *pager) token(ctx context.Context, request pageRequest, cursor string) (string, error) {
	if cursor == "" {
		return "", nil
	}
	mac, err := p.mac(ctx, request, cursor)
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(append(mac, cursor...)), nil
}

func (p *pager) mac(ctx context.Context, request pageRequest, cursor string) ([]byte, error) {
	key, err := p.secret(ctx)
	if err != nil {
		return nil, err
	}
	scope := callFrom(ctx).caller.scope()
	h := hmac.New(sha256.New, key)
	part := func(text string) {
		_, _ = h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(text))))
		_, _ = h.Write([]byte(text))
	}
	// The request's type stands for the call: each list has its own.
	part(string(request.ProtoReflect().Descriptor().FullName()))
	part(scope.VendorID)
	part(scope.DistributorID)
	fields := request.ProtoReflect().Descriptor().Fields()
	for i := range fields.Len() {
		if f := fields.Get(i); f.Name() != fieldPageSize && f.Name() != fieldPageToken {
			part(filterText(request.ProtoReflect(), f))
		}
	}
	part(cursor)
	return h.Sum(nil)[:pageTokenMAC], nil
}

// filterText is the value of a filter. Filters are texts, numbers, enums and times; protobuf's own encoding is not used, because it may
// differ between versions of a server that stand side by side during an upgrade.
func filterText(request protoreflect.Message, f protoreflect.FieldDescriptor) string {
	if t, ok := request.Get(f).Interface().(protoreflect.Message); ok {
		if at, ok := t.Interface().(*timestamppb.Timestamp); ok {
			return fmt.Sprintf("%d=%d.%d", f.Number(), at.GetSeconds(), at.GetNanos())
		}
	}
	return fmt.Sprintf("%d=%v", f.Number(), request.Get(f).Interface())
}

func (p *pager) secret(ctx context.Context) ([]byte, error) {
	if key := p.key.Load(); key != nil {
		return *key, nil
	}
	key, err := p.load(ctx)
	if err != nil {
		return nil, fmt.Errorf("the key of page tokens: %w", err)
	}
	p.key.Store(&key)
	return key, nil
}
