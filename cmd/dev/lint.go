package main

import (
	"context"
	"fmt"
	"io"
	"os"
)

const lintHelp = `Vet and lint Go and protobuf, and check that generated code is current.

Usage:

  go run ./cmd/dev lint
  go run ./cmd/dev lint --fix
  go run ./cmd/dev lint --against v1.0.0

Runs go vet, golangci-lint (.golangci.yml), buf lint (buf.yaml), buf breaking against the branch main, and generates the
code again to compare it with what is there. The house style (imports, file length, names, forbidden calls) is a Go test:

  go test ./cmd/dev/internal/style
`

// golangciLint is run from its source, at a fixed version, so that it is the same everywhere and never in go.mod.
const golangciLint = "github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0"

const againstDefault = "main"

func runLint(ctx context.Context, repository repository, arguments []string) error {
	flags := newFlags("lint", lintHelp)
	fix := flags.Bool("fix", false, "let golangci-lint repair what it can, formatting included")
	against := flags.String("against", againstDefault, "`commit` whose protobuf files must stay compatible")
	if err := parse(flags, arguments); err != nil {
		return err
	}
	if err := noArguments(flags); err != nil {
		return err
	}
	if err := install(ctx, repository, os.Stdout, gitProgram, nodeProgram, npmProgram); err != nil {
		return err
	}
	if err := installNodePackages(ctx, repository, os.Stdout); err != nil {
		return err
	}
	r := newReport()
	r.runTogether(ctx, lintGo(repository, *fix), lintProtobuf(repository, *against))
	return r.summary(ctx)
}

func lintGo(repository repository, fix bool) []step {
	golangci := []string{"go", "run", golangciLint, "run"}
	if fix {
		golangci = append(golangci, "--fix")
	}
	return []step{
		{"go vet", func(ctx context.Context, out io.Writer) error {
			return repository.run(ctx, out, "go", "vet", "./...")
		}},
		{"golangci-lint", func(ctx context.Context, out io.Writer) error {
			return repository.run(ctx, out, append(golangci, "./...")...)
		}},
	}
}

func lintProtobuf(repository repository, against string) []step {
	return []step{
		{"buf lint", func(ctx context.Context, out io.Writer) error {
			return buf(ctx, repository, out, "lint")
		}},
		{"buf breaking", func(ctx context.Context, out io.Writer) error {
			return checkBreaking(ctx, repository, out, against)
		}},
		{"generated code", func(ctx context.Context, out io.Writer) error {
			return checkGenerated(ctx, repository, out)
		}},
	}
}

// checkBreaking compares the contract with that of a commit. In a linked work tree the repository's folder is elsewhere, so
// git says where.
func checkBreaking(ctx context.Context, repository repository, out io.Writer, against string) error {
	if !holdsContract(ctx, repository, against) {
		fmt.Fprintf(out, "%s has no protobuf files to compare with\n", against)
		return nil
	}
	gitFolder, err := repository.output(ctx, "git", "rev-parse", "--path-format=absolute", "--git-common-dir")
	if err != nil {
		return err
	}
	commit, err := repository.output(ctx, "git", "rev-parse", "--verify", against+"^{commit}")
	if err != nil {
		return err
	}
	return buf(ctx, repository, out, "breaking", "--against", trimLine(gitFolder)+"#format=git,ref="+trimLine(commit))
}
