package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// fileSource opens the files that a command was given. Only the process that
// a person started opens paths; the server reads what it is sent.
type fileSource interface {
	open(path string) (*givenFile, error)
}

// givenFile is a file to take in.
type givenFile struct {
	io.Reader
	Path    string // absolute where it is known, to tell the client's inbox
	Name    string
	Size    int64 // -1 where it is not known
	ModTime time.Time
	close   func() error
}

func (g *givenFile) Close() error {
	if g.close == nil {
		return nil
	}
	return g.close()
}

// localFiles opens files on disk; "-" is standard input.
type localFiles struct{}

func (localFiles) open(path string) (*givenFile, error) {
	if path == "-" {
		return &givenFile{Reader: os.Stdin, Name: "stdin", Size: -1}, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, err
	}
	if info.IsDir() {
		f.Close()
		return nil, fmt.Errorf("%s is a folder", path)
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		abs = path
	}
	return &givenFile{Reader: f, Path: abs, Name: filepath.Base(path), Size: info.Size(), ModTime: info.ModTime(), close: f.Close}, nil
}
