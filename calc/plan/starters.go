package plan

import "embed"

//go:embed starters
var starterFiles embed.FS

// Starter gives a plan to begin with: the text of a complete plan file with a bonus of the kind, without findings, whose comments say
// what can be changed; false for a kind that there is not.
func Starter(kind string) (string, bool) {
	text, err := starterFiles.ReadFile("starters/" + kind + ".yaml")
	return string(text), err == nil
}

// StarterKinds lists the kinds of bonus in the order of the schema.
func StarterKinds() []string { return kindNames() }
