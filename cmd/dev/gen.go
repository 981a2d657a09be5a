package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"upline/cmd/dev/internal/reference"
)

const genHelp = `Generate Go and TypeScript code, and the reference of plans, from the protobuf files.

Usage:

  go run ./cmd/dev gen
  go run ./cmd/dev gen --protovalidate v1.2.2

Writes the Go code below api/upline/ and the TypeScript code below api/ts/src/gen/, as buf.gen.yaml says, and
calc/REFERENCE.md from the comments and the rules of fields; deletes
generated files that nothing generates any more. Files that would not change are left alone. Generated code is committed;
` + "`go run ./cmd/dev lint`" + ` fails if it is not current.
`

const (
	protovalidateModule = "github.com/bufbuild/protovalidate"
	protovalidateSource = "proto/protovalidate/buf/validate/validate.proto"
	protovalidateTarget = "api/third_party/protovalidate/buf/validate/validate.proto"
)

func runGen(ctx context.Context, repository repository, arguments []string) error {
	flags := newFlags("gen", genHelp)
	protovalidate := flags.String("protovalidate", "",
		"first copy buf/validate/validate.proto from this `version` of its Go module")
	if err := parse(flags, arguments); err != nil {
		return err
	}
	if err := noArguments(flags); err != nil {
		return err
	}
	if err := install(ctx, repository, os.Stdout, nodeProgram, npmProgram); err != nil {
		return err
	}
	if err := installNodePackages(ctx, repository, os.Stdout); err != nil {
		return err
	}
	if *protovalidate != "" {
		if err := copyProtovalidate(ctx, repository, *protovalidate); err != nil {
			return err
		}
	}
	changes, err := generate(ctx, repository, os.Stdout)
	if err != nil {
		return err
	}
	for _, c := range changes {
		if err := c.apply(repository); err != nil {
			return err
		}
		fmt.Println(c)
	}
	fmt.Printf("%d generated files changed\n", len(changes))
	return nil
}

// checkGenerated fails if generating again would change a file.
func checkGenerated(ctx context.Context, repository repository, out io.Writer) error {
	changes, err := generate(ctx, repository, out)
	if err != nil {
		return err
	}
	for _, c := range changes {
		fmt.Fprintln(out, c)
	}
	if len(changes) > 0 {
		return fmt.Errorf("%d generated files are not current: run `go run ./cmd/dev gen` and commit the result", len(changes))
	}
	return nil
}

// generate runs the generators into a temporary folder and says what differs from the checkout, which it leaves alone.
func generate(ctx context.Context, repository repository, out io.Writer) ([]change, error) {
	fresh, err := os.MkdirTemp("", "upline-generated-")
	if err != nil {
		return nil, fmt.Errorf("folder for generated code: %w", err)
	}
	defer os.RemoveAll(fresh) // A leftover temporary folder harms nobody.

	// buf's own limit of two minutes is short for a cold cache, in which the plugins are compiled first.
	if err := buf(ctx, repository, out, "generate", "--timeout", "10m", "--output", fresh); err != nil {
		return nil, err
	}
	if err := writeReference(ctx, repository, out, fresh); err != nil {
		return nil, err
	}
	return compareGenerated(string(repository), fresh)
}

// writeReference writes the reference of the plan language into a folder.
func writeReference(ctx context.Context, repository repository, out io.Writer, fresh string) error {
	descriptors := filepath.Join(fresh, "descriptors.binpb")
	if err := buf(ctx, repository, out, "build", "--as-file-descriptor-set", "--output", descriptors); err != nil {
		return err
	}
	set, err := os.ReadFile(descriptors)
	if err != nil {
		return err
	}
	page, err := reference.Write(set)
	if err != nil {
		return err
	}
	target := filepath.Join(fresh, filepath.FromSlash(generatedReference))
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return err
	}
	return os.WriteFile(target, page, 0o644)
}

// copyProtovalidate brings the foreign protobuf file from the Go module cache, where Go has checked it against the public
// checksums. The Go module holds no Go package, so go.mod cannot name it: the file is committed instead.
func copyProtovalidate(ctx context.Context, repository repository, version string) error {
	answer, err := repository.output(ctx, "go", "mod", "download", "-json", protovalidateModule+"@"+version)
	if err != nil {
		return err
	}
	var module struct{ Dir string }
	if err := json.Unmarshal([]byte(answer), &module); err != nil {
		return fmt.Errorf("answer of go mod download: %w", err)
	}
	content, err := os.ReadFile(filepath.Join(module.Dir, filepath.FromSlash(protovalidateSource)))
	if err != nil {
		return fmt.Errorf("protobuf file of %s@%s: %w", protovalidateModule, version, err)
	}
	return os.WriteFile(repository.path(protovalidateTarget), content, 0o644)
}
