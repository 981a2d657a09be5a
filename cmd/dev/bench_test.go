package main

import (
	"slices"
	"strings"
	"testing"
)

func TestPackagesWithBenchmarks_FindsThemInBothKindsOfTestPackages(t *testing.T) {
	t.Parallel()
	folder := writeFiles(t, map[string]string{
		"go.mod":             "module sample\n\ngo 1.26\n",
		"inner/x_test.go":    "package inner\n\nimport \"testing\"\n\nfunc BenchmarkClose(b *testing.B) {}\n",
		"outer/x.go":         "package outer\n",
		"outer/x_test.go":    "package outer_test\n\nimport \"testing\"\n\nfunc BenchmarkRun_1000(b *testing.B) {}\n",
		"none/x_test.go":     "package none\n\n// func BenchmarkOld(b *testing.B) {}\nfunc Benchmarking() {}\n",
		"without/without.go": "package without\n",
	})
	got, err := packagesWithBenchmarks(t.Context(), repository(folder), []string{"./..."})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"sample/inner", "sample/outer"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	_, err = packagesWithBenchmarks(t.Context(), repository(folder), []string{"./none"})
	if err == nil || !strings.Contains(err.Error(), "no benchmark in ./none") {
		t.Errorf("got %v, want an error that names the packages", err)
	}
}
