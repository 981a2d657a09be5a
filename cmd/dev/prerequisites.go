package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"

	"upline/cmd/dev/internal/postgres"
)

// prerequisite is a program that tasks need and that Go does not bring.
type prerequisite struct {
	name      string
	installed func() bool
	packages  []string // Debian's names.
}

var (
	gitProgram      = prerequisite{"git", onPath("git"), []string{"git"}}
	cCompiler       = prerequisite{"a C compiler (for go test -race)", onPath("gcc", "clang"), []string{"gcc", "libc6-dev"}}
	curlProgram     = prerequisite{"curl", onPath("curl"), []string{"curl"}}
	nodeProgram     = prerequisite{"Node", onPath("node"), []string{"nodejs"}}
	npmProgram      = prerequisite{"npm", onPath("npm"), []string{"npm"}}
	chromiumProgram = prerequisite{"Chromium", onPath("chromium", "chromium-browser", "google-chrome"), []string{"chromium"}}
	postgresServer  = prerequisite{"PostgreSQL", func() bool { _, err := postgres.Binaries(); return err == nil }, []string{"postgresql"}}
)

// onPath is satisfied by any one of the programs.
func onPath(programs ...string) func() bool {
	return func() bool {
		for _, program := range programs {
			if _, err := exec.LookPath(program); err == nil {
				return true
			}
		}
		return false
	}
}

// lockTimeMax is how long apt-get waits for another package installation to end.
const lockTimeMax = "DPkg::Lock::Timeout=300"

// printedMax bounds how many bytes of a failed installation's output its error carries.
const printedMax = 4000

// install makes sure that the programs are there. On a Debian machine, as root, it installs what is missing; anyone else
// is told which packages to install, because a test run should not ask for a password.
func install(ctx context.Context, repository repository, out io.Writer, wanted ...prerequisite) error {
	missing := lacking(wanted)
	if len(missing) == 0 {
		return nil
	}
	var names, packages []string
	for _, p := range missing {
		names = append(names, p.name)
		packages = append(packages, p.packages...)
	}
	if _, err := exec.LookPath("apt-get"); err != nil || os.Geteuid() != 0 {
		return fmt.Errorf("missing: %s; on Debian: apt-get install %s", strings.Join(names, ", "), strings.Join(packages, " "))
	}
	fmt.Fprintf(out, "installing %s\n", strings.Join(packages, " "))
	// Of the hundreds of lines that apt-get prints, the end matters, and only if it fails.
	aptGet := func(arguments ...string) error {
		var printed strings.Builder
		err := child{
			arguments:   append([]string{"apt-get", "-q", "-o", lockTimeMax}, arguments...),
			folder:      string(repository),
			environment: []string{"DEBIAN_FRONTEND=noninteractive"},
			stdout:      &printed,
			stderr:      &printed,
		}.run(ctx)
		if err != nil {
			return fmt.Errorf("%w\n%s", err, printed.String()[max(0, printed.Len()-printedMax):])
		}
		return nil
	}
	// A failed update may still leave lists that are good enough: installing tells.
	updateErr := aptGet("update")
	if err := aptGet(append([]string{"install", "-y", "--no-install-recommends"}, packages...)...); err != nil {
		return errors.Join(err, updateErr)
	}
	if still := lacking(missing); len(still) > 0 {
		return fmt.Errorf("%s is still missing after installing %s", still[0].name, strings.Join(still[0].packages, " "))
	}
	return nil
}

func lacking(wanted []prerequisite) []prerequisite {
	var missing []prerequisite
	for _, p := range wanted {
		if !p.installed() {
			missing = append(missing, p)
		}
	}
	return missing
}
