package plan

import (
	"encoding/hex"
	"fmt"
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	uplinev1 "upline/api/upline/v1"
)

func TestCanonical_ListsPopulatedScalarsInFieldOrder(t *testing.T) {
	structMessage, err := structpb.NewStruct(map[string]any{"b": true, "a": []any{1.5, "x"}, "": nil})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		message proto.Message
		want    []Field
	}{
		{&uplinev1.Plan{}, nil},
		{&uplinev1.Money{Amount: "1.00", CurrencyCode: "USD"}, []Field{{"currency_code", "USD"}, {"amount", "1.00"}}},
		{
			&uplinev1.Plan{
				PlanId:    "p",
				Cadence:   uplinev1.Cadence_CADENCE_MONTHLY,
				Rounding:  &uplinev1.Rounding{},
				Placement: &uplinev1.PlacementTree{Width: 2},
				Bonuses: []*uplinev1.Bonus{
					{Name: "one", Kind: &uplinev1.Bonus_Unilevel{Unilevel: &uplinev1.UnilevelBonus{
						Rates: []*uplinev1.LevelRates{{Levels: []string{"2%", ""}}, {}},
					}}},
					{Kind: &uplinev1.Bonus_Direct{Direct: &uplinev1.DirectBonus{}}, Cadence: 77},
				},
			},
			[]Field{
				{"plan_id", "p"},
				{"cadence", "CADENCE_MONTHLY"},
				{"rounding", "{}"},
				{"placement.width", "2"},
				{"bonuses[0].name", "one"},
				{"bonuses[0].unilevel.rates[0].levels[0]", "2%"},
				{"bonuses[0].unilevel.rates[0].levels[1]", ""},
				{"bonuses[0].unilevel.rates[1]", "{}"},
				{"bonuses[1].cadence", "77"},
				{"bonuses[1].direct", "{}"},
			},
		},
		{
			structMessage,
			[]Field{
				{`fields[""].null_value`, "NULL_VALUE"},
				{`fields["a"].list_value.values[0].number_value`, "1.5"},
				{`fields["a"].list_value.values[1].string_value`, "x"},
				{`fields["b"].bool_value`, "true"},
			},
		},
		{
			&uplinev1.EventReceipt{EffectiveAt: timestamppb.New(time.Date(2026, 10, 5, 1, 2, 3, 4_005_999, time.UTC))},
			[]Field{{"effective_at", "2026-10-05T01:02:03.004005Z"}},
		},
		{
			&uplinev1.EventReceipt{EffectiveAt: &timestamppb.Timestamp{}},
			[]Field{{"effective_at", "1970-01-01T00:00:00.000000Z"}},
		},
		{&durationpb.Duration{Seconds: -3, Nanos: -500}, []Field{{"", "-3.000000500s"}}},
		{&durationpb.Duration{Seconds: 315_576_000_000}, []Field{{"", "315576000000.000000000s"}}},
	} {
		if got := Canonical(c.message); !slices.Equal(got, c.want) {
			t.Errorf("%v:\n got %q\nwant %q", c.message, got, c.want)
		}
	}
}

func TestCanonical_BytesAreBase64(t *testing.T) {
	// No message of the contract has bytes; a descriptor's unknown option does.
	option := dynamicBytes(t, []byte{0xff, 0x00, 'a'})
	if got, want := Canonical(option), []Field{{"string_value", "/wBh"}}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestCanonical_DoesNotDependOnTheEncoding(t *testing.T) {
	plan := examplePlan()
	want := Digest(Canonical(plan))
	json, err := protojson.Marshal(plan)
	if err != nil {
		t.Fatal(err)
	}
	fromJSON := &uplinev1.Plan{}
	if err := protojson.Unmarshal(json, fromJSON); err != nil {
		t.Fatal(err)
	}
	binary, err := proto.Marshal(plan)
	if err != nil {
		t.Fatal(err)
	}
	fromBinary := &uplinev1.Plan{}
	if err := proto.Unmarshal(binary, fromBinary); err != nil {
		t.Fatal(err)
	}
	for name, m := range map[string]proto.Message{"json": fromJSON, "binary": fromBinary} {
		if got := Digest(Canonical(m)); got != want {
			t.Errorf("%s: got %x, want %x", name, got, want)
		}
	}
}

// Every scalar of a message matters: changing any one of them changes the digest.
func TestDigest_EveryFieldMatters(t *testing.T) {
	fields := Canonical(examplePlan())
	seen := map[[32]byte]string{Digest(fields): "unchanged"}
	for i := range fields {
		for name, change := range map[string]func(f *Field){
			"path":  func(f *Field) { f.Path += "x" },
			"value": func(f *Field) { f.Value += "x" },
			"moved": func(f *Field) { f.Path, f.Value = f.Path+f.Value, "" },
		} {
			changed := slices.Clone(fields)
			change(&changed[i])
			digest, what := Digest(changed), fmt.Sprintf("%s of %s", name, fields[i].Path)
			if other, ok := seen[digest]; ok {
				t.Errorf("%s has the digest of %s", what, other)
			}
			seen[digest] = what
		}
	}
}

// The digest is stored with every request and every plan: another way to form it would make each stored one look changed.
func TestDigest_IsTheDocumentedSHA256(t *testing.T) {
	for _, c := range []struct {
		fields []Field
		want   string
	}{
		{nil, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		// printf '\0\0\0\0\0\0\0\001a\0\0\0\0\0\0\0\002bc' | sha256sum
		{[]Field{{"a", "bc"}}, "3fafa1cf2f19a7c1129beb20cf0983f73a489a221fc0dd2f16d1be292d089205"},
	} {
		digest := Digest(c.fields)
		if got := hex.EncodeToString(digest[:]); got != c.want {
			t.Errorf("%q: got %s, want %s", c.fields, got, c.want)
		}
	}
}

func examplePlan() *uplinev1.Plan {
	return &uplinev1.Plan{
		PlanId: "p", Name: "Plan", Currency: "USD", TimeZone: "UTC", ValidFrom: "2026-01-01",
		Cadence:  uplinev1.Cadence_CADENCE_MONTHLY,
		Rounding: &uplinev1.Rounding{Mode: uplinev1.RoundingMode_ROUNDING_MODE_HALF_EVEN, Step: "0.05"},
		Ranks:    []*uplinev1.Rank{{Name: "silver", When: "pv >= 100"}},
		Bonuses: []*uplinev1.Bonus{{
			Name: "team",
			Kind: &uplinev1.Bonus_Unilevel{Unilevel: &uplinev1.UnilevelBonus{
				Rates: []*uplinev1.LevelRates{{Levels: []string{"5%", "3%"}}, {Rank: "silver", Levels: []string{"6%"}}},
			}},
		}},
	}
}

// dynamicBytes is a message with a populated field of bytes.
func dynamicBytes(t *testing.T, value []byte) proto.Message {
	t.Helper()
	m := (&descriptorpb.UninterpretedOption{}).ProtoReflect()
	m.Set(m.Descriptor().Fields().ByName("string_value"), protoreflect.ValueOfBytes(value))
	return m.Interface()
}
