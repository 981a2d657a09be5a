package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"upline/calc"
	"upline/migrations"
)

func versionCommand(t terminal) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version of the program, the engine and the schema",
		Long: `Prints the program's version; the Go version and platform that it was built with and for; the version of the engine, which
changes with every change that can change a result; and the step of the database schema that this program brings a database
up to.`,
		Example: `  upline version`,
		Args:    noArguments,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(t.out, "upline  %s\ngo      %s %s/%s\nengine  %s\nschema  %d\n",
				programVersion(), runtime.Version(), runtime.GOOS, runtime.GOARCH, calc.EngineVersion, migrations.Newest())
			return err
		},
	}
}

// programVersion is the module's version when it was installed by one, else the commit that it was built from, as far as the build
// knew them.
func programVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	if info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	version, changed := "devel", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			version = "devel-" + s.Value[:min(12, len(s.Value))]
		case s.Key == "vcs.modified" && s.Value == "true":
			changed = "+changes"
		}
	}
	return version + changed
}
