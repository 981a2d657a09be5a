package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"upline/cmd/upline/internal/proc"
)

// readmeServer is where the session in the README finds its server.
const readmeServer = "http://127.0.0.1:8080"

// sessionBlock is a block of commands of the README's session, and the answer that the README prints after it, if any.
type sessionBlock struct {
	line             int // of the first command
	commands, answer string
}

// readSession returns the blocks marked sh, each with the block marked json that follows it.
func readSession(t *testing.T, readme string) []sessionBlock {
	t.Helper()
	var blocks []sessionBlock
	language, number := "", 0
	for line := range strings.Lines(readme) {
		number++
		mark, isMark := strings.CutPrefix(strings.TrimRight(line, "\n"), "```")
		switch {
		case isMark && language == "":
			if language = mark; mark == "" {
				language = "text"
			}
			if mark == "sh" {
				blocks = append(blocks, sessionBlock{line: number + 1})
			}
		case isMark:
			language = ""
		case language == "sh":
			blocks[len(blocks)-1].commands += line
		case language == "json":
			blocks[len(blocks)-1].answer += line
		}
	}
	return blocks
}

// TestReadme_SessionWorksAsPrinted runs the README's commands, in one shell and in order, with curl against a fresh server, and
// holds the answers against the printed ones. The README leaves out fields; what it prints has to be there.
func TestReadme_SessionWorksAsPrinted(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := exec.LookPath("curl"); err != nil {
		t.Fatal("the README's session needs curl; on Debian: apt-get install curl")
	}
	blocks := readSession(t, string(readme))
	if len(blocks) < 5 {
		t.Fatalf("the README has %d blocks of commands", len(blocks))
	}
	folder := t.TempDir()
	server := proc.Serve(t, proc.Build(t), proc.Options{Args: []string{"--database", "sqlite:" + filepath.Join(folder, "upline.db")}})

	const boundary = "--- end of block ---"
	script := "set -e\n"
	for _, b := range blocks {
		script += b.commands + fmt.Sprintf("echo; echo '%s'\n", boundary)
	}
	if !strings.Contains(script, readmeServer) {
		t.Fatalf("the session does not call %s", readmeServer)
	}
	shell := exec.CommandContext(t.Context(), "sh")
	shell.Dir = folder
	shell.Stdin = strings.NewReader(strings.ReplaceAll(script, readmeServer, server.URL))
	printed, err := shell.Output()
	if err != nil {
		t.Fatalf("the session ended with %v, having printed:\n%s", err, printed)
	}
	for i, answers := range strings.Split(strings.TrimSuffix(string(printed), boundary+"\n"), boundary) {
		checkBlock(t, blocks[i], answers)
	}
}

func checkBlock(t *testing.T, b sessionBlock, answers string) {
	t.Helper()
	documents, err := readDocuments(answers)
	if err != nil || len(documents) != strings.Count(b.commands, "curl $api.") {
		t.Errorf("README.md:%d: %d answers, error %v:\n%s", b.line, len(documents), err, answers)
		return
	}
	if len(documents) == 0 {
		return
	}
	last := len(documents) - 1
	if b.answer != "" {
		var want any
		if err := json.Unmarshal([]byte(b.answer), &want); err != nil {
			t.Errorf("README.md:%d: the answer is not JSON: %v", b.line, err)
			return
		}
		if difference := missing("answer", want, documents[last]); difference != "" {
			t.Errorf("README.md:%d: %s\nprinted:\n%sanswered:\n%s", b.line, difference, b.answer, answers)
		}
		documents = documents[:last]
	}
	for _, d := range documents {
		if fields, ok := d.(map[string]any); ok && fields["code"] != nil {
			t.Errorf("README.md:%d: a call was refused: %s", b.line, answers)
		}
	}
}

func readDocuments(text string) (documents []any, err error) {
	decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
	for {
		var d any
		switch err := decoder.Decode(&d); {
		case errors.Is(err, io.EOF):
			return documents, nil
		case err != nil:
			return documents, err
		}
		documents = append(documents, d)
	}
}

// missing says what of want is not in got, or nothing. A list has to be there whole; of an object, fields may be left out.
func missing(path string, want, got any) string {
	switch want := want.(type) {
	case map[string]any:
		fields, _ := got.(map[string]any)
		for name, value := range want {
			if difference := missing(path+"."+name, value, fields[name]); difference != "" {
				return difference
			}
		}
		return ""
	case []any:
		elements, _ := got.([]any)
		if len(elements) != len(want) {
			return fmt.Sprintf("%s has %d elements, not %d", path, len(elements), len(want))
		}
		for i := range want {
			if difference := missing(fmt.Sprintf("%s[%d]", path, i), want[i], elements[i]); difference != "" {
				return difference
			}
		}
		return ""
	}
	if want != got {
		return fmt.Sprintf("%s is %v, not %v", path, got, want)
	}
	return ""
}

func TestReadme_NamesWhatThereIs(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range ownCommands(t) {
		if name := strings.Join(path, " "); len(path) > 0 && name != "plan" && name != "key" && name != "bench" && name != "period" && !strings.Contains(string(readme), "`"+name+"`") {
			t.Errorf("the README does not name `%s`", name)
		}
	}
	for line := range strings.Lines(string(readme)) {
		cells := strings.Split(line, "|")
		if len(cells) != 4 || !strings.HasPrefix(cells[1], " `") {
			continue
		}
		folder := strings.Trim(cells[1], " `")
		if _, err := os.Stat(filepath.Join("..", "..", folder)); err != nil {
			t.Errorf("the README speaks of a folder that is not there: %v", err)
		}
	}
}
