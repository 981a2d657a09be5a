package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"upline/migrations"
)

func TestMigrate_DryRunChangesNothing(t *testing.T) {
	file := filepath.Join(t.TempDir(), "upline.db")
	got := runCommand(t, nil, "", "migrate", "--dry-run", "--database", "sqlite:"+file)
	if got.code != exitOK || strings.Count(got.out, "would apply step") != migrations.Newest() {
		t.Errorf("exit code %d\n%s%s", got.code, got.out, got.err)
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("the file was made")
	}
}

func TestMigrate_AppliesEveryStepOnce(t *testing.T) {
	database := "sqlite:" + filepath.Join(t.TempDir(), "upline.db")
	for _, before := range []int{0, migrations.Newest()} {
		got := runCommand(t, nil, "", "migrate", "--database", database)
		want := fmt.Sprintf("the schema is at step %d; it was at step %d\n", migrations.Newest(), before)
		if got.code != exitOK || got.out != want {
			t.Errorf("exit code %d, %q, %s; want %q", got.code, got.out, got.err, want)
		}
	}
}

func TestMigrate_PrintsTheTopology(t *testing.T) {
	got := runCommand(t, map[string]string{"UPLINE_DATABASE": "postgres://root:hunter2@crdb.internal:26257/upline"}, "",
		"migrate", "--regions", "us-east1,europe-west1,asia-south1", "--primary", "us-east1", "--survive", "region", "--dry-run")
	if got.code != exitOK {
		t.Fatalf("exit code %d: %s", got.code, got.err)
	}
	golden(t, "migrate_regions.txt", got.out)
}

func TestMigrate_RegionsOfAnotherEngineChangeNothing(t *testing.T) {
	file := filepath.Join(t.TempDir(), "upline.db")
	got := runCommand(t, nil, "", "migrate", "--regions", "a", "--primary", "a", "--database", "sqlite:"+file)
	if got.code != exitUsage || !strings.Contains(got.err, "--regions is for CockroachDB") {
		t.Errorf("exit code %d: %s", got.code, got.err)
	}
	if got := runCommand(t, nil, "", "migrate", "--dry-run", "--database", "sqlite:"+file); !strings.Contains(got.out, "at step 0 of") {
		t.Errorf("the schema was migrated: %s", got.out)
	}
}
