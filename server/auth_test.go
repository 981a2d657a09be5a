package server

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"connectrpc.com/connect"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"

	uplinev1 "upline/api/upline/v1"
)

const (
	unauthenticated = uplinev1.ErrorReason_ERROR_REASON_UNAUTHENTICATED
	forbidden       = uplinev1.ErrorReason_ERROR_REASON_FORBIDDEN
)

// keyOf is the key of a role in tests.
func keyOf(r Role) string { return "test-key-of-" + string(r) + "-0123456789" }

// keysFile writes a file with a key for every role: vendor "acme" and distributor "anna".
func keysFile(t testing.TB) string {
	t.Helper()
	var b strings.Builder
	for _, r := range roles {
		sum := sha256.Sum256([]byte(keyOf(r)))
		fmt.Fprintf(&b, "- name: %s of the test\n  role: %s\n  key_sha256: %s\n", r, r, hex.EncodeToString(sum[:]))
		if subject := map[Role]string{RoleVendor: "acme", RoleDistributor: "anna"}[r]; subject != "" {
			fmt.Fprintf(&b, "  subject: %s\n", subject)
		}
	}
	return writeFile(t, b.String())
}

func writeFile(t testing.TB, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "keys.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func withKeys(t testing.TB) func(*Options) {
	t.Helper()
	keys, err := LoadKeys(keysFile(t))
	if err != nil {
		t.Fatal(err)
	}
	return func(o *Options) { o.Keys = keys }
}

// methodsOfTheContract calls f for every call of every service in the package upline.v1, also of a service that the server forgot.
func methodsOfTheContract(f func(procedure string, m protoreflect.MethodDescriptor)) {
	protoregistry.GlobalFiles.RangeFilesByPackage("upline.v1", func(file protoreflect.FileDescriptor) bool {
		for i := range file.Services().Len() {
			service := file.Services().Get(i)
			for j := range service.Methods().Len() {
				m := service.Methods().Get(j)
				f("/"+string(service.FullName())+"/"+string(m.Name()), m)
			}
		}
		return true
	})
}

func TestRoles_EveryCallStandsInTheTable(t *testing.T) {
	served, known := procedures(), map[string]bool{}
	methodsOfTheContract(func(procedure string, m protoreflect.MethodDescriptor) {
		known[procedure] = true
		who, listed := allowed[procedure]
		if !listed || !slices.Contains(who, RoleStaff) {
			t.Errorf("%s: say in roles.go who may call it; staff always may", procedure)
		}
		if !served[procedure] {
			t.Errorf("%s: its service is not in health.go's list of services", procedure)
		}
		options, _ := m.Options().(*descriptorpb.MethodOptions)
		reads := options.GetIdempotencyLevel() == descriptorpb.MethodOptions_NO_SIDE_EFFECTS
		if slices.Contains(who, RoleAuditor) != reads {
			t.Errorf("%s: an auditor may call what has no side effects, and nothing else", procedure)
		}
	})
	for procedure := range allowed {
		if !known[procedure] {
			t.Errorf("%s stands in the table and is no call", procedure)
		}
	}
	if len(known) < 28 {
		t.Errorf("only %d calls were found", len(known))
	}
}

// Every role against every call, over the wire: what the table forbids is refused before the message is looked at, and what it
// allows gets as far as the message, which is empty.
func TestRoles_TableHoldsOverTheWire(t *testing.T) {
	w := newWorldWith(t, withKeys(t), nil)
	conn := w.grpc()
	methodsOfTheContract(func(procedure string, m protoreflect.MethodDescriptor) {
		for _, role := range roles {
			ctx := metadata.AppendToOutgoingContext(t.Context(), "authorization", "Bearer "+keyOf(role))
			err := conn.Invoke(ctx, procedure, dynamicpb.NewMessage(m.Input()), dynamicpb.NewMessage(m.Output()), grpc.WaitForReady(true))
			got := connect.Code(0)
			if err != nil {
				got = refusedGRPC(t, err).code
			}
			if denied := got == connect.CodePermissionDenied; denied == slices.Contains(allowed[procedure], role) {
				t.Errorf("%s as %s: %v", procedure, role, err)
			}
			if got == connect.CodeInternal || got == connect.CodeUnimplemented {
				t.Errorf("%s as %s: %v", procedure, role, err)
			}
		}
	})
}

func TestAuth_WithoutAKnownKeyNothingIsServed(t *testing.T) {
	w := newWorldWith(t, withKeys(t), nil)
	for _, header := range []string{
		"", "Bearer", "Bearer ", "Bearer wrong", "Basic " + keyOf(RoleStaff), keyOf(RoleStaff), "Bearer " + keyOf(RoleStaff) + "x",
		"Bearer " + strings.ToUpper(keyOf(RoleStaff)),
	} {
		for _, method := range []string{"CatalogService/ListMarkets", "CatalogService/PutVendor"} {
			r := w.post(method, `{"unknown":1}`, "Authorization", header)
			if r.status != http.StatusUnauthorized {
				t.Errorf("%q: status %d", header, r.status)
			}
			refusedJSON(t, r).is(t, connect.CodeUnauthenticated, unauthenticated, "")
		}
		if r := w.do(http.MethodGet, "/metrics", "", "Authorization", header); r.status != http.StatusUnauthorized {
			t.Errorf("%q: metrics: %d", header, r.status)
		}
	}
	for _, good := range []string{"Bearer ", "bearer ", "Bearer  "} {
		if r := w.post("CatalogService/ListMarkets", "{}", "Authorization", good+keyOf(RoleStaff)); r.status != http.StatusOK {
			t.Errorf("%q and the key: %d %s", good, r.status, r.body)
		}
	}
	for _, open := range []string{"/healthz", "/readyz"} {
		if r := w.do(http.MethodGet, open, ""); r.status != http.StatusOK {
			t.Errorf("%s: %d", open, r.status)
		}
	}
	for role, want := range map[Role]int{RoleStaff: 200, RoleAuditor: 200, RoleBackend: 403, RoleVendor: 403, RoleDistributor: 403} {
		if r := w.do(http.MethodGet, "/metrics", "", "Authorization", "Bearer "+keyOf(role)); r.status != want {
			t.Errorf("metrics as %s: %d", role, r.status)
		}
	}
	if strings.Contains(w.log.String(), "test-key") {
		t.Error("a key is in the log")
	}
}

// A refusal for a key is made before the message is read: a stranger cannot have five megabytes decoded.
func TestAuth_ComesBeforeTheMessage(t *testing.T) {
	w := newWorldWith(t, withKeys(t), nil)
	for name, options := range protocols {
		client := connect.NewClient[uplinev1.ValidatePlanRequest, uplinev1.ValidatePlanResponse](
			w.http2(), w.url+"/upline.v1.PlanService/ValidatePlan", options...)
		_, err := client.CallUnary(t.Context(), connect.NewRequest(&uplinev1.ValidatePlanRequest{Source: strings.Repeat("x", 64<<10)}))
		t.Run(name, func(t *testing.T) { refused(t, err).is(t, connect.CodeUnauthenticated, unauthenticated, "") })
	}
}

func TestAuth_WithoutKeysOnlyThisMachinesNamesAreServed(t *testing.T) {
	w := newWorld(t)
	for host, served := range map[string]bool{
		"localhost": true, "LOCALHOST:8080": true, "127.0.0.1:1": true, "127.8.9.1": true, "[::1]:8080": true, "localhost.": true,
		"evil.example.com": false, "evil.example.com:8080": false, "localhost.evil.example.com": false, "127.0.0.1.nip.io": false, "10.0.0.1": false,
		"[::ffff:10.0.0.1]:80": false,
	} {
		r := w.post("CatalogService/ListMarkets", "{}", "Host", host)
		if (r.status == http.StatusOK) != served {
			t.Errorf("host %q: %d %s", host, r.status, r.body)
		}
		if !served {
			refusedJSON(t, r).is(t, connect.CodePermissionDenied, forbidden, "")
		}
	}
	// With keys, any name that leads here will do.
	keyed := newWorldWith(t, withKeys(t), nil)
	r := keyed.post("CatalogService/ListMarkets", "{}", "Host", "api.example.com", "Authorization", "Bearer "+keyOf(RoleStaff))
	if r.status != http.StatusOK {
		t.Errorf("with keys: %d %s", r.status, r.body)
	}
}

// A distributor who asks for another gets the answer for one who does not exist.
func TestDistributor_OthersDoNotExist(t *testing.T) {
	w := newWorldWith(t, withKeys(t), nil)
	for _, method := range []string{"NetworkService/GetDistributor", "NetworkService/GetDownline", "CommissionService/GetEarnings"} {
		answers := map[string]bool{}
		for _, id := range []string{"bert", "nobody"} {
			r := refusedJSON(t, w.post(method, `{"distributorId":"`+id+`"}`, "Authorization", "Bearer "+keyOf(RoleDistributor)))
			r.is(t, connect.CodeNotFound, uplinev1.ErrorReason_ERROR_REASON_UNKNOWN_DISTRIBUTOR, "distributor_id")
			detail, ok := proto.Clone(r.detail).(*uplinev1.ErrorDetail)
			if !ok {
				t.Fatal("no detail")
			}
			detail.RequestId = ""
			answers[strings.ReplaceAll(r.message+detail.String(), id, "ID")] = true
		}
		if len(answers) != 1 {
			t.Errorf("%s: the answers differ: %v", method, answers)
		}
	}
}
