package warehouse

import (
	"os"

	"golang.org/x/sys/unix"
)

// setDirect says whether writes to a file go past the system's cache.
func setDirect(f *os.File, on bool) error {
	c, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = c.Control(func(fd uintptr) {
		flags, err := unix.FcntlInt(fd, unix.F_GETFL, 0)
		if err == nil && on != (flags&unix.O_DIRECT != 0) {
			_, err = unix.FcntlInt(fd, unix.F_SETFL, flags^unix.O_DIRECT)
		}
		failed = err
	})
	if err != nil {
		return err
	}
	return failed
}
