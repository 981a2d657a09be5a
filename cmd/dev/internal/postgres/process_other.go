//go:build !linux

package postgres

import "syscall"

// childAttributes gives the server a process group of its own, so that Ctrl-C in a terminal reaches only the caller, who
// then stops it in order. These systems have no signal for the death of a parent.
func childAttributes(a account) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Credential: a.credential, Setpgid: true}
}
