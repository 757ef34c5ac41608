package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"vigie/ingest"
	"vigie/internal/agency"
	"vigie/internal/jobs"
	"vigie/internal/locale"
	"vigie/internal/warehouse"
	"vigie/metrics"
)

// app is one run of the program: what it talks to, and the workspace it stands
// in. The clock, the files and the streams come from outside, so that a
// command runs the same in a terminal, in the server and in a test.
type app struct {
	clock func() time.Time
	in    io.Reader
	out   io.Writer
	err   io.Writer
	files fileSource
	env   map[string]string // the VIGIE_… variables

	// Global flags.
	dir  string
	lang string
	json bool
	wait time.Duration

	agency *agency.Agency
	wh     *warehouse.Warehouse // open for the length of the command
	shared bool                 // wh belongs to the server
	// scheduler is the server's; nil in a command that runs by itself.
	scheduler *jobs.Scheduler
	args      []string // as given, to be sent to the server
	// fileArgs are the files that the command line names, in order.
	fileArgs []string
	// stand is where the command stands inside the workspace, slash-separated.
	stand string
}

// Exit codes, as the README promises them.
const (
	exitDone        = 0
	exitPartial     = 1
	exitUsage       = 2
	exitInvalid     = 3
	exitGate        = 4
	exitBusy        = 5
	exitInterrupted = 130
)

// failure is an error with its exit code and the text that people read.
type failure struct {
	code int
	text locale.Text
	err  error
}

func (f *failure) Error() string {
	if f.err != nil {
		return f.err.Error()
	}
	return f.text.EN
}

func (f *failure) Unwrap() error { return f.err }

// fail makes a failure with the same verbs in both languages.
func fail(code int, en, fr string, args ...any) *failure {
	return &failure{code: code, text: locale.Text{EN: fmt.Sprintf(en, args...), FR: fmt.Sprintf(fr, args...)}}
}

// run executes a command line and returns its exit code.
func (a *app) run(ctx context.Context, args []string) int {
	a.args = args
	root := a.root()
	root.SetArgs(args)
	root.SetOut(a.out)
	root.SetErr(a.err)
	err := root.ExecuteContext(ctx)
	var forward *forwardError
	if errors.As(err, &forward) {
		code, ferr := a.forward(ctx, forward.socket)
		if ferr == nil {
			return code
		}
		err = ferr
	}
	a.closeWarehouse()
	return a.report(ctx, err)
}

// report prints what went wrong and gives the exit code.
func (a *app) report(ctx context.Context, err error) int {
	if err == nil {
		return exitDone
	}
	var quiet *quietError
	if errors.As(err, &quiet) {
		return quiet.code
	}
	if ctx.Err() != nil {
		fmt.Fprintln(a.err, a.say("interrupted: nothing was left half done", "interrompu\u00a0: rien n’est resté à moitié fait"))
		return exitInterrupted
	}
	var f *failure
	var busy *warehouse.ErrBusy
	var problems agency.Problems
	var question *metrics.ErrQuestion
	var currencies *metrics.ErrCurrencies
	switch {
	case errors.As(err, &f):
		if text := f.text.In(a.language()); text != "" {
			fmt.Fprintln(a.err, "vigie: "+text)
		} else {
			fmt.Fprintln(a.err, "vigie: "+f.Error())
		}
		return f.code
	case errors.As(err, &problems):
		fmt.Fprintln(a.err, problems.In(a.language()))
		return exitInvalid
	case errors.As(err, &busy):
		fmt.Fprintln(a.err, "vigie: "+a.say(
			fmt.Sprintf("the workspace is in use by %s (process %d)", busy.Command, busy.PID),
			fmt.Sprintf("l’espace de travail est utilisé par %s (processus %d)", busy.Command, busy.PID)))
		return exitBusy
	case errors.As(err, &question):
		fmt.Fprintln(a.err, "vigie: "+question.In(a.language()))
		return exitUsage
	case errors.As(err, &currencies):
		fmt.Fprintln(a.err, "vigie: "+currencies.In(a.language()))
		return exitInvalid
	case strings.HasPrefix(err.Error(), "unknown command"): // cobra gives it no type
		fmt.Fprintln(a.err, "vigie: "+a.say(err.Error()+"; see vigie --help",
			strings.Replace(err.Error(), "unknown command", "commande inconnue", 1)+"\u00a0; voir vigie --help"))
		return exitUsage
	case errors.Is(err, agency.ErrNoWorkspace):
		fmt.Fprintln(a.err, "vigie: "+a.say(err.Error(),
			"pas de vigie.yaml ici ni dans un dossier au-dessus\u00a0: placez-vous dans un espace de travail, nommez-en un avec -C, ou créez-en un avec vigie init"))
		return exitUsage
	}
	fmt.Fprintln(a.err, "vigie:", err)
	return exitInvalid
}

// quietError ends a command whose parts have already said what went wrong.
type quietError struct{ code int }

func (e *quietError) Error() string { return fmt.Sprintf("exit %d", e.code) }

// language is that of the flag, else the workspace's, else French.
func (a *app) language() locale.Lang {
	if l, err := locale.ParseLang(a.lang); err == nil {
		return l
	}
	if a.agency != nil {
		return a.agency.Language
	}
	return locale.FR
}

func (a *app) say(en, fr string) string { return locale.Text{EN: en, FR: fr}.In(a.language()) }

// root is the command tree.
func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "vigie",
		Short: "Tracking reports from the exports of advertising platforms",
		Long: `Vigie turns the exports that advertising platforms let people download into
tracking reports that can be defended in front of a client and a jury.

Start with "vigie demo": it makes a complete agency with data and a report.`,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, args []string) error { return cmd.Help() },
		PersistentPreRunE: func(cmd *cobra.Command, args []string) error {
			if err := a.environment(cmd.Flags()); err != nil {
				return err
			}
			if a.lang != "" {
				if _, err := locale.ParseLang(a.lang); err != nil {
					return fail(exitUsage, "--lang %q: want fr or en", "--lang %q\u00a0: fr ou en attendu", a.lang)
				}
			}
			return nil
		},
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return &failure{code: exitUsage, err: err, text: locale.Same(err.Error() + "; see " + cmd.CommandPath() + " --help")}
	})
	f := root.PersistentFlags()
	f.StringVarP(&a.dir, "dir", "C", a.dir, "the workspace (default: the nearest folder upwards that holds vigie.yaml)")
	f.StringVar(&a.lang, "lang", "", "fr or en (default: the workspace's)")
	f.BoolVar(&a.json, "json", false, "print data as JSON")
	f.DurationVar(&a.wait, "wait", 30*time.Second, "how long to wait for another command to leave the workspace")
	root.AddCommand(a.demoCmd(), a.initCmd(), a.importCmd(), a.syncCmd(), a.batchesCmd(), a.kpiCmd(), a.reportCmd(), a.serveCmd(), a.versionCmd())
	root.SetHelpCommand(a.helpCmd(root))
	for _, c := range root.Commands() {
		noArgs(c)
	}
	return root
}

// noArgs turns cobra's argument errors into usage errors.
func noArgs(c *cobra.Command) {
	if check := c.Args; check != nil {
		c.Args = func(cmd *cobra.Command, args []string) error {
			if err := check(cmd, args); err != nil {
				return &failure{code: exitUsage, err: err, text: locale.Same(err.Error() + "; see " + cmd.CommandPath() + " --help")}
			}
			return nil
		}
	}
	for _, sub := range c.Commands() {
		noArgs(sub)
	}
}

// environment gives each flag that was not set the value of its VIGIE_…
// variable.
func (a *app) environment(flags *pflag.FlagSet) error {
	var err error
	flags.VisitAll(func(f *pflag.Flag) {
		name := "VIGIE_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		if v, ok := a.env[name]; ok && !f.Changed && err == nil {
			if serr := flags.Set(f.Name, v); serr != nil {
				err = fail(exitUsage, "%s=%q: %v", "%s=%q\u00a0: %v", name, v, serr)
			}
		}
	})
	return err
}

// openAgency reads the workspace.
func (a *app) openAgency() error {
	if a.agency != nil {
		return nil
	}
	start := a.dir
	if start == "" {
		start = "."
	}
	abs, err := filepath.Abs(start)
	if err != nil {
		return err
	}
	dir, err := agency.Find(abs)
	if err != nil {
		return err
	}
	if a.stand == "" {
		if rel, err := filepath.Rel(dir, abs); err == nil {
			a.stand = filepath.ToSlash(rel)
		}
	}
	a.agency, err = agency.Open(dir, known())
	return err
}

// known are the words that a workspace's files may use.
func known() agency.Known {
	k := agency.Known{Platforms: []string{}, Means: ingest.Means, Measures: map[string][]string{"": metrics.ConversionMeasures()}}
	for _, x := range metrics.KPIs {
		k.KPIs = append(k.KPIs, x.ID)
	}
	for _, p := range ingest.Platforms() {
		k.Platforms = append(k.Platforms, p.ID)
		var list []string
		for _, m := range metrics.ConversionMeasures() {
			in := slices.ContainsFunc(slices.Concat(p.Columns, p.API), func(h ingest.Header) bool { return h.As == m })
			for _, as := range p.Results {
				in = in || as == m
			}
			if in {
				list = append(list, m)
			}
		}
		k.Measures[p.ID] = list
	}
	return k
}

// openWarehouse opens the workspace and its database. Where another process
// holds it and answers, the whole command goes there instead; where it does
// not answer (another short command), it is waited for.
func (a *app) openWarehouse(ctx context.Context, command string) error {
	if err := a.openAgency(); err != nil {
		return err
	}
	if a.wh != nil {
		return nil
	}
	dir := a.agency.DataDir(a.env["VIGIE_DATA"])
	for start := a.clock(); ; {
		wh, err := warehouse.Open(ctx, dir)
		if err == nil {
			a.wh = wh
			return wh.Lock().Announce(command, "", a.clock())
		}
		var busy *warehouse.ErrBusy
		if !errors.As(err, &busy) {
			return err
		}
		if busy.Socket != "" && command != serveCommand {
			return &forwardError{busy.Socket}
		}
		if command == serveCommand || a.clock().Sub(start) > a.wait {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func (a *app) closeWarehouse() {
	if a.wh != nil && !a.shared {
		a.wh.Close()
		a.wh = nil
	}
}

// client chooses the client of a command: the flag, else the folder that the
// command stands in or the file lies in, else the only one.
func (a *app) client(flag, file string) (*agency.Client, error) {
	id := flag
	if id == "" && file != "" {
		if rel, err := filepath.Rel(filepath.Join(a.agency.Dir, "inbox"), file); err == nil && !strings.HasPrefix(rel, "..") {
			if first, _, ok := strings.Cut(filepath.ToSlash(rel), "/"); ok {
				id = first
			}
		}
	}
	if id == "" {
		if parts := strings.Split(a.stand, "/"); len(parts) >= 2 && parts[0] == "clients" {
			id = parts[1]
		}
	}
	var ids []string
	for _, c := range a.agency.Clients {
		ids = append(ids, c.ID)
	}
	if id == "" && len(ids) == 1 {
		id = ids[0]
	}
	switch {
	case id != "":
		c, err := a.agency.Client(id)
		var problems agency.Problems
		if err != nil && !errors.As(err, &problems) {
			return nil, fail(exitUsage, "there is no client %q; there is %s", "il n’y a pas de client «\u00a0%s\u00a0»\u00a0; il y a %s", id, strings.Join(ids, ", "))
		}
		return c, err
	case len(ids) == 0:
		return nil, fail(exitUsage, "the workspace has no client yet: make a folder in clients/ with a client.yaml",
			"l’espace de travail n’a pas encore de client\u00a0: créez un dossier dans clients/ avec un client.yaml")
	}
	return nil, fail(exitUsage, "which client? say --client with one of: %s", "quel client\u00a0? précisez --client avec l’un de\u00a0: %s", strings.Join(ids, ", "))
}

// campaign chooses a brief from CLIENT/CAMPAIGN, CLIENT, CAMPAIGN or nothing.
func (a *app) campaign(name string) (*agency.Campaign, error) {
	clientID, campaignID, _ := strings.Cut(name, "/")
	if name != "" && campaignID == "" {
		// One word: a client, or a campaign of the only client.
		if _, err := a.agency.Client(clientID); err != nil && len(a.agency.Clients) == 1 {
			clientID, campaignID = a.agency.Clients[0].ID, clientID
		}
	}
	c, err := a.client(clientID, "")
	if err != nil {
		return nil, err
	}
	if campaignID == "" {
		if parts := strings.Split(a.stand, "/"); len(parts) >= 3 && parts[0] == "clients" && parts[1] == c.ID {
			campaignID = parts[2]
		}
	}
	if campaignID == "" && len(c.Campaigns) == 1 {
		return c.Campaigns[0], nil
	}
	if campaignID == "" {
		var ids []string
		for _, k := range c.Campaigns {
			ids = append(ids, c.ID+"/"+k.ID)
		}
		if len(ids) == 0 {
			if err := a.agency.Err(); err != nil {
				return nil, err
			}
			return nil, fail(exitUsage, "client %s has no campaign yet", "le client %s n’a pas encore de campagne", c.ID)
		}
		return nil, fail(exitUsage, "which campaign? one of: %s", "quelle campagne\u00a0? l’une de\u00a0: %s", strings.Join(ids, ", "))
	}
	k, err := c.Campaign(campaignID)
	var problems agency.Problems
	if err != nil && !errors.As(err, &problems) {
		var ids []string
		for _, k := range c.Campaigns {
			ids = append(ids, c.ID+"/"+k.ID)
		}
		return nil, fail(exitUsage, "there is no campaign %q; there is %s", "il n’y a pas de campagne «\u00a0%s\u00a0»\u00a0; il y a %s", c.ID+"/"+campaignID, strings.Join(ids, ", "))
	}
	return k, err
}

// printJSON writes data for machines.
func (a *app) printJSON(v any) error {
	enc := json.NewEncoder(a.out)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}
