package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"vigie/dashboards"
	"vigie/internal/agency"
	"vigie/internal/jobs"
	"vigie/internal/warehouse"
	"vigie/reports/chart"
)

// serveCommand is how the server calls itself in the lock.
const serveCommand = "vigie serve"

func (a *app) serveCmd() *cobra.Command {
	var listen string
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "The dashboards, the inbox and the schedule",
		Long: `Serve the dashboards on this machine, take in what is dropped in the inbox, fetch
from the sources and build the reports that the campaigns ask for when they are due. The first line
printed is the link that opens the dashboards; whoever has it sees everything, and
it changes at each start. Every other command keeps working: it is run by the
server. Interrupting it lets the work under way finish.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := dashboards.CheckListen(listen); err != nil {
				return &failure{code: exitUsage, err: err}
			}
			return a.serve(cmd.Context(), listen)
		},
	}
	cmd.Flags().StringVar(&listen, "listen", "127.0.0.1:8080", "address, of this machine only")
	return cmd
}

// serve owns the workspace until ctx ends.
func (a *app) serve(ctx context.Context, listen string) error {
	if err := a.openWarehouse(ctx, serveCommand); err != nil {
		return err
	}
	if why := shakyFolder(a.wh.Dir()); why != "" {
		fmt.Fprintln(a.err, a.say(
			"warning: the data lie in a folder that is "+why+"; two machines writing there can ruin them. Put them elsewhere with data: in vigie.yaml.",
			"attention\u00a0: les données sont dans un dossier "+why+"\u00a0; deux machines qui y écrivent peuvent les abîmer. Mettez-les ailleurs avec data: dans vigie.yaml."))
	}
	engine, err := chart.NewEngine()
	if err != nil {
		return err
	}
	defer engine.Close()
	handler := slog.Handler(slog.NewJSONHandler(a.err, nil))
	if f, ok := a.err.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			handler = slog.NewTextHandler(a.err, nil)
		}
	}
	log := slog.New(handler)
	workspace := func() (*agency.Agency, error) { return agency.Open(a.agency.Dir, known()) }
	token := rand.Text()
	scheduler := jobs.New(jobs.Config{
		Agency: workspace, Warehouse: a.wh, Clock: a.clock,
		Engine: func() (*chart.Engine, error) { return engine, nil }, Version: version, Log: log,
	})
	a.scheduler = scheduler
	pages, err := dashboards.New(dashboards.Config{
		Agency: workspace, DB: a.wh.DB(), Engine: engine, Clock: a.clock, Version: version, Token: token, Status: scheduler.Status,
	})
	if err != nil {
		return err
	}
	web, err := net.Listen("tcp", listen)
	if err != nil {
		return fail(exitBusy, "cannot listen on %s (%v): is another program there? try --listen 127.0.0.1:0",
			"impossible d’écouter sur %s (%v)\u00a0: un autre programme y est-il\u00a0? essayez --listen 127.0.0.1:0", listen, err)
	}
	defer web.Close()
	commands, path, err := commandSocket(a.agency.Dir)
	if err != nil {
		return err
	}
	defer commands.Close()
	defer os.Remove(path)
	if err := a.wh.Lock().Announce(serveCommand, path, a.clock()); err != nil {
		return err
	}

	// The first of the three to fail ends the others; ctx ends all.
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var running sync.WaitGroup
	servers := []*http.Server{
		{Handler: pages, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute},
		{Handler: a.serveCommands()},
	}
	for i, l := range []net.Listener{web, commands} {
		running.Go(func() {
			if err := servers[i].Serve(l); !errors.Is(err, http.ErrServerClosed) {
				stop(err)
			}
		})
	}
	running.Go(func() {
		if err := scheduler.Run(ctx); err != nil && ctx.Err() == nil {
			stop(err)
		}
	})
	fmt.Fprintf(a.out, "http://%s/?token=%s\n", web.Addr(), token)

	<-ctx.Done()
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	for _, s := range servers {
		s.Shutdown(drain)
	}
	running.Wait()
	if err := context.Cause(ctx); !errors.Is(err, context.Canceled) {
		return err
	}
	// Asked to end and ended in order: that is no interruption.
	return &quietError{exitDone}
}

// commandSocket listens where other commands of the workspace look for its
// server. The lock is held, so a socket that is there already is a dead one.
func commandSocket(workspace string) (net.Listener, string, error) {
	path, err := warehouse.SocketPath(workspace)
	if err != nil {
		return nil, "", err
	}
	if info, err := os.Lstat(path); err == nil {
		if info.Mode()&os.ModeSocket == 0 {
			return nil, "", fmt.Errorf("%s is in the way: it is no socket", path)
		}
		if err := os.Remove(path); err != nil {
			return nil, "", err
		}
	}
	old := syscall.Umask(0o177)
	l, err := net.Listen("unix", path)
	syscall.Umask(old)
	if err != nil {
		return nil, "", fmt.Errorf("listen on %s: %w", path, err)
	}
	return l, path, nil
}

// shakyFolder says why a folder is no safe place for a database: on a network,
// or kept in step with others by a service; empty where nothing speaks against
// it.
func shakyFolder(dir string) string {
	for _, part := range strings.Split(filepath.ToSlash(dir), "/") {
		for _, name := range []string{"Dropbox", "OneDrive", "Google Drive", "GoogleDrive", "iCloud", "Nextcloud", "kDrive"} {
			if strings.HasPrefix(strings.ToLower(part), strings.ToLower(name)) {
				return name
			}
		}
	}
	var fs syscall.Statfs_t
	if syscall.Statfs(dir, &fs) == nil {
		switch uint32(fs.Type) {
		case 0x6969:
			return "NFS"
		case 0xff534d42, 0xfe534d42, 0x517b:
			return "SMB"
		}
	}
	return ""
}
