package simulate

import (
	"strings"
	"unicode/utf8"
)

// Text lists the columns for a terminal of a width; what a file must have is marked with a star.
func (f *Format) Text(columnsMax int) string {
	widest := 0
	for _, c := range f.Columns {
		widest = max(widest, len(c.Name))
	}
	var text strings.Builder
	for _, line := range wrapped(f.File+": "+f.About, columnsMax) {
		text.WriteString(line + "\n")
	}
	for _, c := range f.Columns {
		mark := "  "
		if c.Needed {
			mark = "* "
		}
		head := "  " + mark + c.Name + strings.Repeat(" ", widest-len(c.Name)) + "  "
		for i, line := range wrapped(c.Meaning, columnsMax-len(head)) {
			if i > 0 {
				head = strings.Repeat(" ", len(head))
			}
			text.WriteString(head + line + "\n")
		}
	}
	return text.String()
}

// Markdown lists the columns in a table.
func (f *Format) Markdown(isInput bool) string {
	var text strings.Builder
	head := "| column | |\n|---|---|\n"
	if isInput {
		head = "| column | needed | |\n|---|---|---|\n"
	}
	text.WriteString("`" + f.File + "`: " + f.About + ".\n\n" + head)
	for _, c := range f.Columns {
		text.WriteString("| `" + c.Name + "` | ")
		if isInput {
			text.WriteString(map[bool]string{true: "yes", false: ""}[c.Needed] + " | ")
		}
		text.WriteString(strings.ReplaceAll(c.Meaning, "|", "\\|") + " |\n")
	}
	return text.String()
}

// wrapped breaks a text into lines at its spaces.
func wrapped(text string, columnsMax int) []string {
	var lines []string
	line, width := "", 0
	for word := range strings.FieldsSeq(text) {
		size := utf8.RuneCountInString(word)
		if width > 0 && width+1+size > columnsMax {
			lines = append(lines, line)
			line, width = "", 0
		}
		if width > 0 {
			line, width = line+" ", width+1
		}
		line, width = line+word, width+size
	}
	return append(lines, line)
}
