package server

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	uplinev1 "upline/api/upline/v1"
)

// The codecs differ from the library's in two ways. JSON with a field that the message does not have is refused, because a
// misspelled field in a money API must be an error; the library drops it silently. And what cannot be decoded is refused with an
// ErrorDetail that names each field.
//
// The library answers an error of a codec itself, as plain text, before any interceptor runs. So a codec reports none: it leaves
// the refusal in the message's unknown fields, where the interceptor refuseUndecoded finds it. The alternative, decoding in a
// middleware, would decode twice.
func codecs() connect.HandlerOption {
	return connect.WithHandlerOptions(
		connect.WithCodec(strictJSON{"json"}),
		connect.WithCodec(strictJSON{"json; charset=utf-8"}),
		connect.WithCodec(binaryCodec{}),
	)
}

var errNotAMessage = errors.New("server: not a protobuf message")

// strictJSON is the codec of protobuf's JSON that knows no unknown fields.
type strictJSON struct{ name string }

func (c strictJSON) Name() string { return c.name }

func (c strictJSON) Marshal(message any) ([]byte, error) { return c.MarshalAppend(nil, message) }

// MarshalAppend spares the library a copy.
func (strictJSON) MarshalAppend(b []byte, message any) ([]byte, error) {
	m, ok := message.(proto.Message)
	if !ok {
		return nil, fmt.Errorf("%w: %T", errNotAMessage, message)
	}
	return protojson.MarshalOptions{}.MarshalAppend(b, m)
}

func (strictJSON) Unmarshal(data []byte, message any) error {
	m, ok := message.(proto.Message)
	if !ok {
		return fmt.Errorf("%w: %T", errNotAMessage, message)
	}
	if err := (protojson.UnmarshalOptions{}).Unmarshal(data, m); err != nil {
		leaveRefusal(m, explainJSON(data, m.ProtoReflect().Descriptor()))
	}
	return nil
}

// binaryCodec is the codec of protobuf's binary form. Unknown fields in it come from clients of a newer contract and are ignored,
// as everywhere in protobuf: a binary client cannot misspell a field.
type binaryCodec struct{}

func (binaryCodec) Name() string { return "proto" }

func (c binaryCodec) Marshal(message any) ([]byte, error) { return c.MarshalAppend(nil, message) }

// MarshalAppend spares the library a copy.
func (binaryCodec) MarshalAppend(b []byte, message any) ([]byte, error) {
	m, ok := message.(proto.Message)
	if !ok {
		return nil, fmt.Errorf("%w: %T", errNotAMessage, message)
	}
	return proto.MarshalOptions{}.MarshalAppend(b, m)
}

func (binaryCodec) Unmarshal(data []byte, message any) error {
	m, ok := message.(proto.Message)
	if !ok {
		return fmt.Errorf("%w: %T", errNotAMessage, message)
	}
	if err := proto.Unmarshal(data, m); err != nil {
		leaveRefusal(m, &uplinev1.ErrorDetail{
			Reason: uplinev1.ErrorReason_ERROR_REASON_INVALID_FIELD,
			Fields: []*uplinev1.FieldProblem{{
				Problem: fmt.Sprintf("the body is not a %s in protobuf's binary form", m.ProtoReflect().Descriptor().FullName()),
				Remedy:  "Check that client and server were generated from the same contract, and the Content-Type.",
			}},
		})
	}
	return nil
}

// refusalMark begins the unknown field that carries a refusal. It is drawn anew by every process, so that no client can send one.
var refusalMark = protowire.AppendString(
	protowire.AppendTag(nil, protowire.MaxValidNumber, protowire.BytesType), rand.Text())

// leaveRefusal empties the message and leaves in it why it could not be decoded.
func leaveRefusal(m proto.Message, detail *uplinev1.ErrorDetail) {
	proto.Reset(m)
	b, err := proto.Marshal(detail)
	if err != nil {
		// Only text that is not UTF-8 cannot be marshalled, and it is not quoted. The reason must arrive all the same.
		b, _ = proto.Marshal(&uplinev1.ErrorDetail{Reason: detail.Reason})
	}
	unknown := protowire.AppendTag(bytes.Clone(refusalMark), protowire.MaxValidNumber, protowire.BytesType)
	m.ProtoReflect().SetUnknown(protowire.AppendBytes(unknown, b))
}

// refusalIn returns what leaveRefusal left.
func refusalIn(m proto.Message) (*uplinev1.ErrorDetail, bool) {
	unknown := m.ProtoReflect().GetUnknown()
	if len(unknown) == 0 || !bytes.HasPrefix(unknown, refusalMark) {
		return nil, false
	}
	_, _, n := protowire.ConsumeTag(unknown[len(refusalMark):])
	b, _ := protowire.ConsumeBytes(unknown[len(refusalMark)+n:])
	detail := &uplinev1.ErrorDetail{}
	if err := proto.Unmarshal(b, detail); err != nil {
		detail.Reason = uplinev1.ErrorReason_ERROR_REASON_INVALID_FIELD
	}
	return detail, true
}

// refuseUndecoded is the interceptor that answers what a codec could not decode.
func refuseUndecoded(next connect.UnaryFunc) connect.UnaryFunc {
	return func(ctx context.Context, request connect.AnyRequest) (connect.AnyResponse, error) {
		if m, ok := request.Any().(proto.Message); ok {
			if err := undecoded(m); err != nil {
				return nil, err
			}
		}
		return next(ctx, request)
	}
}

// undecoded returns why a codec could not decode a message; nil when it could.
func undecoded(m proto.Message) error {
	detail, refused := refusalIn(m)
	if !refused {
		return nil
	}
	return &fault{
		code: connect.CodeInvalidArgument, reason: detail.Reason, message: sentence(detail.Fields), fields: detail.Fields, remedy: detail.Remedy,
	}
}
