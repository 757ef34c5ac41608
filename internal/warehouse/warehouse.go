// Package warehouse keeps the facts of a workspace in one DuckDB file.
//
// It decides what a batch is, which of several files answers for a day, and
// who may write: one process holds the file, one writer at a time holds the
// facts. It is the only importer of go-duckdb. What is asked of the facts is
// the business of metrics, which gets a *sql.DB from here.
package warehouse

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"embed"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"github.com/marcboeker/go-duckdb"
)

//go:embed migrations/*.sql
var migrations embed.FS

//go:embed queries/*.sql
var queries embed.FS

// query is the text of queries/<name>.sql.
func query(name string) string {
	b, err := queries.ReadFile("queries/" + name + ".sql")
	if err != nil {
		panic(err) // a name that does not exist is a mistake of this package
	}
	return string(b)
}

// Warehouse is an open workspace database. It is safe for concurrent use:
// readers share a pool, writers of facts wait for each other.
type Warehouse struct {
	dir   string
	spill string // temporary folder of a database in memory
	db    *sql.DB
	lock  *Lock
	facts sync.Mutex // facts, dimensions, roll-up
	small sync.Mutex // ledger and other small tables
	// asking is held by the one query of a person that may run.
	asking sync.Mutex
}

// Open opens the database in dir (the workspace's .vigie folder), makes it if
// need be and brings its tables up to date. The process holds the folder's
// lock until Close; ErrBusy names the process that has it.
func Open(ctx context.Context, dir string) (*Warehouse, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make %s: %w", dir, err)
	}
	lock, err := TakeLock(dir)
	if err != nil {
		return nil, err
	}
	w := &Warehouse{dir: dir, lock: lock}
	left, _ := filepath.Glob(filepath.Join(dir, "archive", incomingName)) // by a process that was killed
	for _, name := range left {
		os.Remove(name)
	}
	if err := w.open(ctx, filepath.Join(dir, fileName)); err != nil {
		lock.Release()
		return nil, err
	}
	return w, nil
}

// Exists reports whether a folder holds a database.
func Exists(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, fileName))
	return err == nil
}

const fileName = "warehouse.duckdb"

// OpenMemory opens an empty database in memory: for a dry run where nothing is
// known yet, and for tests of other rooms.
func OpenMemory(ctx context.Context) (*Warehouse, error) {
	spill, err := os.MkdirTemp("", "vigie-*")
	if err != nil {
		return nil, err
	}
	w := &Warehouse{spill: spill}
	if err := w.open(ctx, ""); err != nil {
		os.RemoveAll(spill)
		return nil, err
	}
	return w, nil
}

// memoryLimit bounds what DuckDB keeps in memory before it spills to the
// temporary folder: a student's laptop has 8 GB. It keeps what it has written as
// long as it may, so this much an import of any size takes in the end; it asks
// for 125 MB a thread.
func memoryLimit() string { return fmt.Sprintf("%dMB", min(max(256, 128*runtime.NumCPU()), 1024)) }

func (w *Warehouse) open(ctx context.Context, path string) error {
	// No extension is ever downloaded and no SQL reaches another file: all
	// that comes in goes through Arrow.
	options := url.Values{
		"autoinstall_known_extensions": {"false"},
		"autoload_known_extensions":    {"false"},
		"allow_community_extensions":   {"false"},
		"enable_external_access":       {"false"},
		"memory_limit":                 {memoryLimit()},
		"threads":                      {fmt.Sprint(runtime.NumCPU())},
	}
	options.Set("temp_directory", w.temp())
	var lockdown sync.Once
	connector, err := duckdb.NewConnector(path+"?"+options.Encode(), func(c driver.ExecerContext) error {
		var err error
		lockdown.Do(func() { _, err = c.ExecContext(context.Background(), "set lock_configuration = true", nil) })
		return err
	})
	if err != nil {
		return fmt.Errorf("open %s: %w", path, err)
	}
	w.db = sql.OpenDB(connector)
	w.db.SetMaxOpenConns(8)
	w.db.SetMaxIdleConns(8)
	err = w.migrate(ctx)
	if err == nil {
		err = w.platforms(ctx)
	}
	if err == nil {
		err = w.readable(ctx)
	}
	if err != nil {
		w.db.Close()
		return fmt.Errorf("open %s: %w", path, err)
	}
	return nil
}

// DB is the pool that questions are asked through.
func (w *Warehouse) DB() *sql.DB { return w.db }

// Dir is the folder of the database; empty for one in memory.
func (w *Warehouse) Dir() string { return w.dir }

// Lock is the lock that the process holds; nil for a database in memory.
func (w *Warehouse) Lock() *Lock { return w.lock }

// temp is the folder for temporary files.
func (w *Warehouse) temp() string {
	if w.dir == "" {
		return w.spill
	}
	return filepath.Join(w.dir, "tmp")
}

// Close writes what is pending, closes the database and gives the lock back.
func (w *Warehouse) Close() error {
	w.facts.Lock()
	defer w.facts.Unlock()
	if w.dir != "" {
		// Leaves no write-ahead log behind; a busy reader makes it a no-op.
		w.db.Exec("checkpoint")
	}
	err := w.db.Close()
	if w.lock != nil {
		w.lock.Release()
	}
	if w.spill != "" {
		os.RemoveAll(w.spill)
	}
	return err
}

// migrate runs the migrations that the file has not seen, in order, each in a
// transaction that records its name.
func (w *Warehouse) migrate(ctx context.Context) error {
	if _, err := w.db.ExecContext(ctx, "create table if not exists migration (name varchar not null)"); err != nil {
		return err
	}
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return err
	}
	for _, name := range names {
		var done int
		if err := w.db.QueryRowContext(ctx, "select count(*) from migration where name = ?", name).Scan(&done); err != nil {
			return err
		}
		if done > 0 {
			continue
		}
		text, err := migrations.ReadFile(name)
		if err != nil {
			return err
		}
		err = w.tx(ctx, func(tx *sql.Tx) error {
			if _, err := tx.ExecContext(ctx, string(text)); err != nil {
				return err
			}
			_, err := tx.ExecContext(ctx, "insert into migration values (?)", name)
			return err
		})
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func (w *Warehouse) tx(ctx context.Context, f func(*sql.Tx) error) error {
	tx, err := w.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := f(tx); err != nil {
		tx.Rollback()
		return err
	}
	return tx.Commit()
}

// Small runs a transaction over small tables (the ledger of jobs, findings):
// such writers wait for each other but not for an import.
func (w *Warehouse) Small(ctx context.Context, f func(*sql.Tx) error) error {
	w.small.Lock()
	defer w.small.Unlock()
	return w.tx(ctx, f)
}
