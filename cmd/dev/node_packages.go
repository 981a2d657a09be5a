package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
)

const (
	typeScriptFolder = "api/ts"

	// nodePackagesMark holds the digest of the lock file that node_modules was installed from.
	nodePackagesMark = typeScriptFolder + "/node_modules/.upline-lock"
)

// installNodePackages runs `npm ci` unless node_modules already holds what the lock file says.
func installNodePackages(ctx context.Context, repository repository, out io.Writer) error {
	lock, err := os.ReadFile(repository.path(typeScriptFolder + "/package-lock.json"))
	if err != nil {
		return fmt.Errorf("lock file of the Node packages: %w", err)
	}
	sum := sha256.Sum256(lock)
	digest := hex.EncodeToString(sum[:])
	if mark, err := os.ReadFile(repository.path(nodePackagesMark)); err == nil && string(mark) == digest {
		return nil
	}
	if err := repository.run(ctx, out, "npm", "--prefix", typeScriptFolder, "ci", "--no-progress", "--loglevel=error"); err != nil {
		return err
	}
	return os.WriteFile(repository.path(nodePackagesMark), []byte(digest), 0o644)
}
