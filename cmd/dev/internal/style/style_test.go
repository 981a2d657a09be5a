package style_test

import (
	"os/exec"
	"strings"
	"testing"

	"upline/cmd/dev/internal/style"
)

func TestRepository_KeepsTheHouseStyle(t *testing.T) {
	root, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		t.Fatalf("find the repository: %v", err)
	}
	tree, err := style.Load(strings.TrimSpace(string(root)))
	if err != nil {
		t.Fatal(err)
	}
	if len(tree.Files) == 0 {
		t.Fatal("no file was read, so every rule would pass")
	}
	for _, rule := range style.Rules() {
		t.Run(strings.ReplaceAll(rule.Name, " ", "_"), func(t *testing.T) {
			for _, problem := range rule.Check(tree) {
				t.Error(problem)
			}
		})
	}
}
