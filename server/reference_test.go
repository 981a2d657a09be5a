package server

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	uplinev1 "upline/api/upline/v1"
)

// The API reference says the truth about reasons, codes and roles.

func referenceRows(t *testing.T, header string) [][]string {
	t.Helper()
	b, err := os.ReadFile("../api/README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, found := strings.Cut(string(b), "\n"+header+"\n")
	if !found {
		t.Fatalf("no table %q", header)
	}
	var rows [][]string
	for line := range strings.SplitSeq(table, "\n") {
		if !strings.HasPrefix(line, "|") {
			break
		}
		if strings.HasPrefix(line, "|---") {
			continue
		}
		var row []string
		for cell := range strings.SplitSeq(strings.Trim(line, "|"), "|") {
			row = append(row, strings.Trim(cell, " `"))
		}
		rows = append(rows, row)
	}
	return rows
}

func TestReference_HasEveryReasonWithItsCode(t *testing.T) {
	written := map[string]string{}
	for _, row := range referenceRows(t, "| reason | code | means |") {
		written[row[0]] = row[1]
	}
	for number, name := range uplinev1.ErrorReason_name {
		if number == 0 {
			continue
		}
		reason := strings.TrimPrefix(name, "ERROR_REASON_")
		codes, ok := written[reason]
		if !ok {
			t.Errorf("%s is not in api/README.md", reason)
			continue
		}
		for _, o := range outcomes {
			if o.reason == uplinev1.ErrorReason(number) && !strings.Contains(codes, strings.ToUpper(o.code.String())) {
				t.Errorf("%s: api/README.md says %s, and the server answers %v", reason, codes, o.code)
			}
		}
		delete(written, reason)
	}
	for reason := range written {
		t.Errorf("%s stands in api/README.md and is no reason", reason)
	}
}

func TestReference_HasTheReasonsOfTheContractsComments(t *testing.T) {
	b, err := os.ReadFile("../api/upline/v1/errors.proto")
	if err != nil {
		t.Fatal(err)
	}
	written := map[string]string{}
	for _, row := range referenceRows(t, "| reason | code | means |") {
		written[row[0]] = row[1]
	}
	found := 0
	comment := ""
	for line := range strings.SplitSeq(string(b), "\n") {
		line = strings.TrimSpace(line)
		if text, ok := strings.CutPrefix(line, "// "); ok {
			comment += text + " "
			continue
		}
		if name, ok := strings.CutPrefix(line, "ERROR_REASON_"); ok {
			reason, _, _ := strings.Cut(name, " ")
			codes, _, hasCodes := strings.Cut(comment, ":")
			if hasCodes {
				found++
				want := regexp.MustCompile(`[A-Z_]{3,}`).FindAllString(codes, -1)
				got := regexp.MustCompile(`[A-Z_]{3,}`).FindAllString(written[reason], -1)
				if !slices.Equal(got, want) {
					t.Errorf("%s: errors.proto says %v, api/README.md %v", reason, want, got)
				}
			}
		}
		comment = ""
	}
	if found < 30 {
		t.Errorf("only %d reasons were read", found)
	}
}

func TestReference_HasTheTableOfRoles(t *testing.T) {
	rows := referenceRows(t, "| call | staff | backend | vendor | distributor | auditor |")
	for _, row := range rows {
		procedure := "/upline.v1." + strings.Replace(row[0], ".", "/", 1)
		for i, role := range roles {
			if written := row[i+1] == "yes"; written != role.may(procedure) {
				t.Errorf("%s as %s: api/README.md says %v", row[0], role, written)
			}
		}
	}
	if len(rows) != len(allowed) {
		t.Errorf("api/README.md has %d calls of %d", len(rows), len(allowed))
	}
}
