// Command vigie turns the exports of advertising platforms into tracking
// reports. This package is wiring only: one file a subcommand.
package main

import (
	"context"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

// version is set by the build.
var version = "dev"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	a := &app{
		clock: time.Now,
		in:    os.Stdin,
		out:   os.Stdout,
		err:   os.Stderr,
		files: localFiles{},
		env:   map[string]string{},
	}
	a.cwd, _ = os.Getwd()
	for _, v := range os.Environ() {
		if name, value, ok := strings.Cut(v, "="); ok && strings.HasPrefix(name, "VIGIE_") {
			a.env[name] = value
		}
	}
	code := a.run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}
