package postgres

import (
	"fmt"
	"os"
	"os/user"
	"strconv"
	"syscall"
)

// accountName is the system account that Debian's package creates, and that runs the server when the caller is root.
const accountName = "postgres"

// account says who runs the server's processes. The zero value is the caller.
type account struct {
	credential *syscall.Credential
}

// serverAccount returns the account that may run PostgreSQL: the caller, or the system's postgres account for root.
func serverAccount() (account, error) {
	if os.Geteuid() != 0 {
		return account{}, nil
	}
	found, err := user.Lookup(accountName)
	if err != nil {
		return account{}, fmt.Errorf("root cannot run PostgreSQL, and the account that could is missing: %w", err)
	}
	uid, err := strconv.ParseUint(found.Uid, 10, 32)
	if err != nil {
		return account{}, fmt.Errorf("user id of account %s: %w", accountName, err)
	}
	gid, err := strconv.ParseUint(found.Gid, 10, 32)
	if err != nil {
		return account{}, fmt.Errorf("group id of account %s: %w", accountName, err)
	}
	return account{credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, nil
}

// give makes the account the owner of a file or folder that the caller created.
func (a account) give(path string) error {
	if a.credential == nil {
		return nil
	}
	return os.Chown(path, int(a.credential.Uid), int(a.credential.Gid))
}
