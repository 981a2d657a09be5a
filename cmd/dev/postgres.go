package main

import (
	"context"
	"fmt"
	"os"

	"upline/cmd/dev/internal/postgres"
)

const postgresHelp = `Start a private PostgreSQL server and keep it until Ctrl-C.

Usage:

  go run ./cmd/dev postgres

Prints the address for the tests and for the server, then waits. The data is gone when it ends. In another terminal:

  UPLINE_TEST_POSTGRES_URL='…' go test ./store/...
`

// postgresURLVariable tells tests where they may create databases, and postgresRequiredVariable that none may skip.
const (
	postgresURLVariable      = "UPLINE_TEST_POSTGRES_URL"
	postgresRequiredVariable = "UPLINE_TEST_REQUIRE_POSTGRES"
)

func runPostgres(ctx context.Context, repository repository, arguments []string) error {
	flags := newFlags("postgres", postgresHelp)
	if err := parse(flags, arguments); err != nil {
		return err
	}
	if err := noArguments(flags); err != nil {
		return err
	}
	if err := install(ctx, repository, os.Stdout, postgresServer); err != nil {
		return err
	}
	cluster, err := postgres.Start(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("export %s='%s'\n", postgresURLVariable, cluster.URL)
	fmt.Println("# Ctrl-C ends the server and deletes its data.")
	<-ctx.Done()
	return cluster.Stop()
}
