package postgres

import "syscall"

// childAttributes gives the server a process group of its own, so that Ctrl-C in a terminal reaches only the caller, who
// then stops it in order. If the caller is killed outright, the kernel sends the server its "fast" shutdown.
func childAttributes(a account) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Credential: a.credential, Setpgid: true, Pdeathsig: syscall.SIGINT}
}
