// Command vigie turns the exports of advertising platforms into tracking
// reports. This package is wiring only: one file a subcommand.
package main

import (
	"context"
	"os"
	"os/signal"
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
	}
	code := a.run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}
