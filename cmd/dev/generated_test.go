package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// writeFiles lays files out in a new folder.
func writeFiles(t *testing.T, files map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	for name, content := range files {
		if err := (change{name, []byte(content)}).apply(repository(folder)); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func TestCompareGenerated_NamesWhatIsMissingStaleAndDifferent(t *testing.T) {
	t.Parallel()
	checkout := writeFiles(t, map[string]string{
		"api/upline/v1/sale.proto":                           "hand-written",
		"api/upline/v1/same.pb.go":                           "same",
		"api/upline/v1/different.pb.go":                      "old",
		"api/upline/v1/uplinev1connect/stale.connect.go":     "stale",
		"api/ts/src/client.ts":                               "hand-written",
		"api/ts/src/gen/upline/v1/stale_pb.ts":               "stale",
		"api/third_party/protovalidate/buf/validate/x.pb.go": "not looked at",
	})
	fresh := writeFiles(t, map[string]string{
		"api/upline/v1/same.pb.go":           "same",
		"api/upline/v1/different.pb.go":      "new",
		"api/upline/v1/missing_grpc.pb.go":   "",
		"api/ts/src/gen/upline/v1/new_pb.ts": "new",
	})
	changes, err := compareGenerated(checkout, fresh)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range changes {
		got = append(got, c.String())
	}
	want := []string{
		"write  api/ts/src/gen/upline/v1/new_pb.ts",
		"delete api/ts/src/gen/upline/v1/stale_pb.ts",
		"write  api/upline/v1/different.pb.go",
		"write  api/upline/v1/missing_grpc.pb.go",
		"delete api/upline/v1/uplinev1connect/stale.connect.go",
	}
	if !slices.Equal(got, want) {
		t.Fatalf("got  %q\nwant %q", got, want)
	}

	for _, c := range changes {
		if err := c.apply(repository(checkout)); err != nil {
			t.Fatal(err)
		}
	}
	if again, err := compareGenerated(checkout, fresh); err != nil || len(again) != 0 {
		t.Errorf("after applying the changes: %v, %v", again, err)
	}
	for _, name := range []string{"api/upline/v1/sale.proto", "api/ts/src/client.ts"} {
		if _, err := os.Stat(filepath.Join(checkout, name)); err != nil {
			t.Errorf("hand-written file: %v", err)
		}
	}
}

func TestCompareGenerated_GeneratorsThatWroteNothingDeleteNothing(t *testing.T) {
	t.Parallel()
	checkout := writeFiles(t, map[string]string{"api/upline/v1/sale.pb.go": "generated"})
	if changes, err := compareGenerated(checkout, t.TempDir()); err == nil {
		t.Errorf("got %v, want an error", changes)
	}
}
