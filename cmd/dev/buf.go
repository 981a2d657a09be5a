package main

import (
	"context"
	"io"
	"strings"
)

const (
	bufProgram = typeScriptFolder + "/node_modules/.bin/buf"

	// protoFolder holds the contract's own files; the rest of api/ is generated or foreign.
	protoFolder = "api/upline"
)

// buf runs the protobuf compiler and linter that the Node packages bring. It needs no network.
func buf(ctx context.Context, repository repository, out io.Writer, arguments ...string) error {
	return repository.run(ctx, out, append([]string{bufProgram}, arguments...)...)
}

// holdsContract says whether a commit has protobuf files to compare with. A new repository's does not, and neither does a
// clone that was not given that branch.
func holdsContract(ctx context.Context, repository repository, commit string) bool {
	files, err := repository.output(ctx, "git", "ls-tree", "-r", "--name-only", commit, "--", "buf.yaml", protoFolder)
	return err == nil && strings.HasPrefix(files, protoFolder) && strings.Contains(files, ".proto\n") &&
		strings.HasSuffix(files, "buf.yaml\n")
}
