package main

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "rewrite the golden parts of the cases")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"vigie": main,
	})
}

// TestScripts runs the sessions of testdata/scripts, which are written as one
// would explain them. "exits N COMMAND…" runs a command and wants its exit code.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           "../../testdata/scripts",
		UpdateScripts: *update,
		Setup: func(e *testscript.Env) error {
			// A socket's path must be short, and the runtime folder is the user's.
			dir, err := os.MkdirTemp("", "vg")
			if err != nil {
				return err
			}
			e.Defer(func() { os.RemoveAll(dir) })
			e.Setenv("XDG_RUNTIME_DIR", dir)
			return nil
		},
		Cmds: withServers(map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits": func(ts *testscript.TestScript, neg bool, args []string) {
				if neg || len(args) < 2 {
					ts.Fatalf("usage: exits N COMMAND…")
				}
				want, err := strconv.Atoi(args[0])
				ts.Check(err)
				got := 0
				if err := ts.Exec(args[1], args[2:]...); err != nil {
					code, ok := err.(interface{ ExitCode() int })
					if !ok {
						ts.Fatalf("%v", err)
					}
					got = code.ExitCode()
				}
				if got != want {
					ts.Fatalf("%v ended with %d, want %d", args[1:], got, want)
				}
			},
			// nowhere TEXT DIR: no file of the folder holds it.
			"nowhere": func(ts *testscript.TestScript, neg bool, args []string) {
				ts.Check(filepath.WalkDir(ts.MkAbs(args[1]), func(path string, d fs.DirEntry, err error) error {
					if err != nil || d.IsDir() {
						return err
					}
					b, err := os.ReadFile(path)
					if err == nil && bytes.Contains(b, []byte(args[0])) {
						err = fmt.Errorf("%s holds %q", path, args[0])
					}
					return err
				}))
			},
			// zip OUT FILE…: an archive of the files, under their own names.
			"zip": func(ts *testscript.TestScript, neg bool, args []string) {
				var b bytes.Buffer
				z := zip.NewWriter(&b)
				for _, name := range args[1:] {
					w, err := z.Create(filepath.Base(name))
					ts.Check(err)
					_, err = w.Write([]byte(ts.ReadFile(name)))
					ts.Check(err)
				}
				ts.Check(z.Close())
				ts.Check(os.WriteFile(ts.MkAbs(args[0]), b.Bytes(), 0o666))
			},
			// gzip FILE: FILE.gz beside it.
			"gzip": func(ts *testscript.TestScript, neg bool, args []string) {
				var b bytes.Buffer
				z := gzip.NewWriter(&b)
				_, err := z.Write([]byte(ts.ReadFile(args[0])))
				ts.Check(err)
				ts.Check(z.Close())
				ts.Check(os.WriteFile(ts.MkAbs(args[0]+".gz"), b.Bytes(), 0o666))
			},
			// await FILE: until a program in the background has written it.
			"await": func(ts *testscript.TestScript, neg bool, args []string) {
				ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
				defer cancel()
				for {
					if b, err := os.ReadFile(ts.MkAbs(args[0])); err == nil && len(b) > 0 {
						return
					}
					select {
					case <-ctx.Done():
						ts.Fatalf("%s did not come", args[0])
					case <-time.After(20 * time.Millisecond):
					}
				}
			},
		}),
	})
}
