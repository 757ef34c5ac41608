package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
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
	"vigie/metrics/insight"
	"vigie/reports"
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
	// outFile takes what goes to standard output, where the command line names a
	// file for it.
	outFile *outFile
	// fileArgs are the files that the command line names, in order.
	fileArgs []string
	// stand is where the command stands inside the workspace, slash-separated;
	// cwd where it stands on the disk, empty where that is not known.
	stand, cwd string
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

// fail makes a failure with the same verbs in both languages; arguments that
// are Texts are put in the language of the side.
func fail(code int, en, fr string, args ...any) *failure {
	t := locale.Text{EN: en, FR: fr}
	return &failure{code: code, text: locale.Text{EN: t.F(locale.EN, args...), FR: t.F(locale.FR, args...)}}
}

// quoted is what a person wrote, between the quotation marks of each language.
func quoted(s string) locale.Text {
	s = locale.OneLine(s)
	return locale.Text{EN: locale.EN.Quote(s), FR: locale.FR.Quote(s)}
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
		code, ferr := a.forward(ctx, forward.Holder)
		if ferr == nil {
			return a.keepOut(code)
		}
		err = ferr
	}
	a.closeWarehouse()
	return a.keepOut(a.report(ctx, err))
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
	a.openAgency() // its language, also where the command failed before it was opened
	if ctx.Err() != nil {
		fmt.Fprintln(a.err, a.say("interrupted: nothing was left half done", "interrompu\u00a0: rien n’est resté à moitié fait"))
		return exitInterrupted
	}
	var f *failure
	var busy *warehouse.ErrBusy
	var problems agency.Problems
	var question *metrics.ErrQuestion
	var currencies *metrics.ErrCurrencies
	var nothing *reports.ErrNothing
	var query *warehouse.ErrSQL
	var noDecision *agency.ErrNoDecision
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
	case errors.As(err, &query):
		fmt.Fprintln(a.err, "vigie: "+query.In(a.language()))
		return exitUsage
	case errors.As(err, &noDecision):
		there := a.say("there is none yet", "il n’y en a pas encore")
		if len(noDecision.Known) > 0 {
			there = a.say("there is ", "il y a ") + strings.Join(noDecision.Known, ", ")
		}
		fmt.Fprintln(a.err, "vigie: "+a.say("no decision "+quoted(noDecision.ID).EN+"; ", "pas de décision "+quoted(noDecision.ID).FR+"\u00a0; ")+there)
		return exitUsage
	case errors.As(err, &nothing):
		fmt.Fprintln(a.err, "vigie: "+nothing.In(a.language()))
		return exitInvalid
	case errors.As(err, &currencies):
		fmt.Fprintln(a.err, "vigie: "+currencies.In(a.language()))
		return exitInvalid
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

// language is that of the flag or its variable, else the workspace's, else
// French.
func (a *app) language() locale.Lang {
	for _, s := range []string{a.lang, a.env["VIGIE_LANG"]} {
		if l, err := locale.ParseLang(s); err == nil {
			return l
		}
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
		Short: both("Tracking reports from the exports of advertising platforms", "Des rapports de suivi à partir des exports des plateformes publicitaires"),
		Long: both("Vigie turns the exports that advertising platforms let people download into\n"+
			"tracking reports that can be defended in front of a client and a jury.\n\n"+
			"Start with “vigie demo”: it makes a complete agency with data and a report.",
			"Vigie transforme les exports que les plateformes publicitaires laissent télécharger\n"+
				"en rapports de suivi qui se défendent devant un client et devant un jury.\n\n"+
				"Pour commencer, «\u00a0vigie demo\u00a0» crée une agence complète, avec des données et un rapport."),
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          a.arguments(0, 0),
		RunE:          func(cmd *cobra.Command, args []string) error { return cmd.Help() },
		PersistentPreRunE: func(cmd *cobra.Command, args []string) error {
			if err := a.environment(cmd.Flags()); err != nil {
				return err
			}
			a.speak(cmd.Root())
			if a.lang != "" {
				if _, err := locale.ParseLang(a.lang); err != nil {
					return fail(exitUsage, "--lang %s: want fr or en", "--lang %s\u00a0: fr ou en attendu", quoted(a.lang))
				}
			}
			return nil
		},
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return flagFailure(cmd.CommandPath()+" --help", err)
	})
	f := root.PersistentFlags()
	f.StringVarP(&a.dir, "dir", "C", a.dir, both("the workspace; without it the nearest folder upwards that holds vigie.yaml", "l’espace de travail\u00a0; sans elle, le dossier le plus proche vers le haut qui contient vigie.yaml"))
	f.Lookup("dir").DefValue = "" // in a server it is the server's own
	f.StringVar(&a.lang, "lang", "", both("fr or en; without it the workspace's language", "fr ou en\u00a0; sans elle, la langue de l’espace de travail"))
	f.BoolVar(&a.json, "json", false, both("print data as JSON", "donner les données en JSON"))
	f.DurationVar(&a.wait, "wait", 30*time.Second, both("how long to wait for another command to leave the workspace", "combien de temps attendre qu’une autre commande quitte l’espace de travail"))
	f.BoolP("help", "h", false, both("the manual of the command", "le manuel de la commande"))
	root.AddCommand(a.demoCmd(), a.initCmd(), a.validateCmd(), a.importCmd(), a.syncCmd(), a.batchesCmd(), a.kpiCmd(), a.sqlCmd(), a.findingsCmd(), a.decisionCmd(), a.reportCmd(), a.scenarioCmd(), a.evidenceCmd(), a.serveCmd(), a.simulateCmd(), a.benchCmd(), a.versionCmd())
	root.AddCommand(a.completionCmd(root))
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetHelpCommand(a.helpCmd(root))
	root.SetHelpFunc(a.manual)
	return root
}

// environment gives each flag that was not set the value of its VIGIE_…
// variable.
func (a *app) environment(flags *pflag.FlagSet) error {
	var err error
	flags.VisitAll(func(f *pflag.Flag) {
		name := "VIGIE_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		if v, ok := a.env[name]; ok && !f.Changed && err == nil {
			if serr := flags.Set(f.Name, v); serr != nil {
				f := flagFailure("vigie --help", serr)
				f.text = locale.Text{EN: name + ": " + f.text.EN, FR: name + "\u00a0: " + f.text.FR}
				err = f
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

// today is the last day that anything can be known of: the clock's, or the one
// that the workspace fixes where that is later.
func (a *app) today() locale.Day {
	now := a.clock()
	if a.agency == nil {
		return locale.DayOf(now)
	}
	now = now.In(a.agency.Zone)
	return max(locale.DayOf(now), a.agency.Day(now, a.agency.Zone))
}

// instant is the clock, on the day that the workspace fixes where it does.
func (a *app) instant(zone *time.Location) time.Time {
	now := a.clock()
	if a.agency.Today == 0 {
		return now
	}
	local := now.In(zone)
	return a.agency.Today.Start(zone).Add(local.Sub(locale.DayOf(local).Start(zone)))
}

// known are the words that a workspace's files may use.
func known() agency.Known {
	k := agency.Known{
		Platforms: []string{}, Means: ingest.Means, Measures: map[string][]string{"": metrics.ConversionMeasures()},
		Sums: metrics.SumMeasures(), NoSums: metrics.WindowMeasures(),
	}
	for _, x := range metrics.KPIs {
		k.KPIs = append(k.KPIs, x.ID)
		if x.Confidential {
			k.Confidential = append(k.Confidential, x.ID)
		}
	}
	for _, r := range insight.Rules() {
		k.Rules = append(k.Rules, r.ID)
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
			return a.noDatabase(ctx, dir, err)
		}
		if busy.Socket != "" && command != serveCommand {
			return &forwardError{busy.Holder}
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

// noDatabase says in words why the database cannot be opened, and what to do.
func (a *app) noDatabase(ctx context.Context, dir string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var path *fs.PathError
	f := fail(exitInvalid,
		"the database in %s cannot be opened; it may be damaged. Put a backup in its place, or move warehouse.duckdb out of the folder and import the exports again: those that were taken in are kept in archive/ (%s)",
		"la base de données de %s ne s’ouvre pas\u00a0; elle est peut-être abîmée. Remettez une sauvegarde à sa place, ou sortez warehouse.duckdb de ce dossier et réimportez les exports\u00a0: ceux qui l’ont été sont gardés dans archive/ (%s)",
		dir, because(err))
	if errors.As(err, &path) {
		f = fail(exitInvalid, "the data in %s cannot be used: %s", "les données de %s ne peuvent pas être utilisées\u00a0: %s", path.Path, because(err))
	}
	f.err = err
	return f
}

func (a *app) closeWarehouse() {
	if a.wh != nil && !a.shared {
		a.wh.Close()
		a.wh = nil
	}
}

// client chooses the client of a command: the flag, else the folder that the
// command stands in or the file lies in, else the only one. Where another
// client's folder cannot be read, there is no telling that it is the only one.
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
	if id != "" {
		c, err := a.agency.Client(id)
		var problems agency.Problems
		if err == nil || errors.As(err, &problems) {
			return c, err
		}
		if len(ids) > 0 {
			return nil, fail(exitUsage, "there is no client %s; there is %s", "il n’y a pas de client %s\u00a0; il y a %s", quoted(id), strings.Join(ids, ", "))
		}
	}
	if err := a.agency.ClientErr(); err != nil {
		return nil, err
	}
	switch len(ids) {
	case 0:
		return nil, fail(exitUsage, "the workspace has no client yet: make a folder in clients/ with a client.yaml",
			"l’espace de travail n’a pas encore de client\u00a0: créez un dossier dans clients/ avec un client.yaml")
	case 1:
		return a.agency.Clients[0], nil
	}
	return nil, fail(exitUsage, "which client? say --client with one of: %s", "quel client\u00a0? précisez --client avec l’un de\u00a0: %s", strings.Join(ids, ", "))
}

// campaign chooses a brief from CLIENT/CAMPAIGN, CLIENT, CAMPAIGN or nothing.
// A brief that cannot be read is never passed over: it is the error where it is
// asked for, or where it may be the one that is meant; beside another one that
// is asked for by name it is told.
func (a *app) campaign(name string) (*agency.Campaign, error) {
	clientID, campaignID, _ := strings.Cut(name, "/")
	if name != "" && campaignID == "" && len(a.agency.Clients) == 1 {
		// One word: a client, or a campaign of the only client.
		var problems agency.Problems
		if _, err := a.agency.Client(clientID); err != nil && !errors.As(err, &problems) {
			clientID, campaignID = a.agency.Clients[0].ID, clientID
		}
	}
	c, err := a.client(clientID, "")
	if err != nil {
		return nil, err
	}
	if campaignID == "" {
		campaignID = a.standing(c)
	}
	var ids []string
	for _, k := range c.Campaigns {
		ids = append(ids, c.ID+"/"+k.ID)
	}
	if campaignID == "" {
		if err := c.CampaignErr(); err != nil {
			return nil, err
		}
		switch len(ids) {
		case 0:
			return nil, fail(exitUsage, "client %s has no campaign yet", "le client %s n’a pas encore de campagne", c.ID)
		case 1:
			campaignID = c.Campaigns[0].ID
		default:
			return nil, fail(exitUsage, "which campaign? one of: %s", "quelle campagne\u00a0? l’une de\u00a0: %s", strings.Join(ids, ", "))
		}
	}
	k, err := c.Campaign(campaignID)
	var problems agency.Problems
	switch {
	case errors.As(err, &problems):
		return nil, err
	case err != nil && len(ids) == 0:
		return nil, fail(exitUsage, "client %s has no campaign yet", "le client %s n’a pas encore de campagne", c.ID)
	case err != nil:
		return nil, fail(exitUsage, "there is no campaign %s; there is %s", "il n’y a pas de campagne %s\u00a0; il y a %s", quoted(c.ID+"/"+campaignID), strings.Join(ids, ", "))
	}
	a.mention(c, k.File)
	return k, nil
}

// standing is the campaign of a client whose folder the command stands in, one
// that cannot be read included.
func (a *app) standing(c *agency.Client) string {
	parts := strings.Split(a.stand, "/")
	if len(parts) < 3 || parts[0] != "clients" || parts[1] != c.ID {
		return ""
	}
	dir := strings.Join(parts[:3], "/")
	for _, p := range a.agency.Problems {
		if !p.Warning && (p.File == dir || strings.HasPrefix(p.File, dir+"/")) {
			return parts[2]
		}
	}
	if _, err := c.Campaign(parts[2]); err != nil {
		return "" // a folder beside the campaigns: logos, notes
	}
	return parts[2]
}

// mention prints what is wrong in a client's files although the command goes
// on without them, and what is doubtful in the one that it uses.
func (a *app) mention(c *agency.Client, used string) {
	for _, p := range a.agency.Problems {
		if strings.HasPrefix(p.File, path.Dir(c.File)+"/") && (!p.Warning || p.File == used) {
			fmt.Fprintln(a.err, p.In(a.language()))
		}
	}
}

// printJSON writes data for machines.
func (a *app) printJSON(v any) error {
	enc := json.NewEncoder(a.out)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}
