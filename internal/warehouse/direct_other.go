//go:build !linux

package warehouse

import (
	"errors"
	"os"
)

// setDirect says whether writes to a file go past the system's cache.
func setDirect(*os.File, bool) error { return errors.ErrUnsupported }
