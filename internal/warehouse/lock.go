package warehouse

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// Lock is held by the one process that has the workspace's database open. The
// kernel gives it back when the process ends, however it ends.
type Lock struct {
	f *os.File
	Holder
}

// Holder says who holds a lock: it is the content of the lock file.
type Holder struct {
	PID     int       `json:"pid"`
	Command string    `json:"command"`
	Started time.Time `json:"started"`
	Socket  string    `json:"socket,omitempty"` // where it answers commands; empty if it does not
}

// ErrBusy is the error of Open while another process has the database.
type ErrBusy struct{ Holder }

func (e *ErrBusy) Error() string {
	if e.PID == 0 {
		return "the workspace is in use by another vigie"
	}
	return fmt.Sprintf("the workspace is in use by %s (process %d)", e.Command, e.PID)
}

// TakeLock takes the lock of a .vigie folder, without waiting; *ErrBusy where
// another process has it.
func TakeLock(dir string) (*Lock, error) {
	path := filepath.Join(dir, "lock")
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		defer f.Close()
		if !errors.Is(err, unix.EWOULDBLOCK) {
			return nil, fmt.Errorf("lock %s: %w", path, err)
		}
		busy := &ErrBusy{}
		if b, err := os.ReadFile(path); err == nil {
			// The holder may be writing it this moment: then it has no name yet.
			json.Unmarshal(b, &busy.Holder)
		}
		return nil, busy
	}
	l := &Lock{f: f, Holder: Holder{PID: os.Getpid(), Command: filepath.Base(os.Args[0])}}
	return l, l.write()
}

// Announce writes into the lock file which command holds the lock, since when,
// and the socket at which it answers other commands.
func (l *Lock) Announce(command, socket string, started time.Time) error {
	l.Command, l.Socket, l.Started = command, socket, started
	return l.write()
}

func (l *Lock) write() error {
	b, err := json.Marshal(l.Holder)
	if err != nil {
		return err
	}
	if err := l.f.Truncate(0); err != nil {
		return fmt.Errorf("write lock: %w", err)
	}
	if _, err := l.f.WriteAt(b, 0); err != nil {
		return fmt.Errorf("write lock: %w", err)
	}
	return nil
}

// Release gives the lock back. The file stays: removing it would let two
// processes hold two different files of the same name.
func (l *Lock) Release() {
	l.f.Truncate(0)
	l.f.Close()
}

// SocketPath is where the process that holds a workspace answers: in the
// runtime or temporary folder, since a path over 107 bytes cannot be a socket.
func SocketPath(workspace string) (string, error) {
	real, err := filepath.EvalSymlinks(workspace)
	if err != nil {
		return "", fmt.Errorf("socket: %w", err)
	}
	if real, err = filepath.Abs(real); err != nil {
		return "", fmt.Errorf("socket: %w", err)
	}
	sum := sha256.Sum256([]byte(real))
	dir := os.Getenv("XDG_RUNTIME_DIR")
	if dir == "" {
		dir = os.TempDir()
	}
	return filepath.Join(dir, "vigie-"+hex.EncodeToString(sum[:8])+".sock"), nil
}
