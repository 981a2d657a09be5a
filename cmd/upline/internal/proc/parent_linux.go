package proc

import "syscall"

// dieWithParent makes the kernel kill the process when the test process dies, whatever ends that.
func dieWithParent() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
