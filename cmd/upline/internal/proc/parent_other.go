//go:build !linux

package proc

import "syscall"

// dieWithParent has no counterpart outside Linux; there the test's cleanup is what ends the process.
func dieWithParent() *syscall.SysProcAttr { return nil }
