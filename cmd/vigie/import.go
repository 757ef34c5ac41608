package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/text/currency"

	"vigie/ingest"
	"vigie/internal/agency"
	"vigie/internal/jobs"
	"vigie/internal/locale"
	"vigie/internal/warehouse"
)

// importFlags are what a person may say of the files.
type importFlags struct {
	client, platform, account, currency, asOf, decimal, dates string
	drop                                                      []string
	complete, accept, strict, dryRun, propose                 bool
}

func (a *app) importCmd() *cobra.Command {
	var f importFlags
	cmd := &cobra.Command{
		Use:   both("import FILE…", "import FICHIER…"),
		Short: both("Take exports in", "Importer des exports"),
		Long: both("Take exports of advertising platforms in, as downloaded: CSV, TSV, XLSX or ODS,\n"+
			"packed with gzip or not, and the Parquet, Arrow and JSON that programs write. The\n"+
			"platform, the language, the number and date formats are recognised; each file is\n"+
			"one batch, stored whole or not at all. A file imported twice changes nothing; a\n"+
			"newer file replaces the days and campaigns that it holds.\n\n"+
			"A zip of exports is taken apart: each file in it is a batch, and has an entry of\n"+
			"its own in the answer, exports.zip/Campaigns.csv. So is each table of a Google\n"+
			"Analytics file with several of them.\n\n"+
			"A table that no platform wrote and that Vigie does not know is refused. With --map\n"+
			"it is shown how it would be read; --map --accept keeps that in sources/ (where it\n"+
			"can be corrected) and takes the table in. In a zip, and in a file with several\n"+
			"tables one under the other, each that is unknown is shown.\n\n"+
			"With --dry-run nothing is written: the answer says how the file would be read, what\n"+
			"it would replace and whether a check would withhold it. “-” reads standard input.\n\n"+
			"Which of two files is the newer one is told by the file itself, its name, or its\n"+
			"time on disk; --as-of states it where they do not, also for a file that is there\n"+
			"already.\n\n"+
			"Exit code: 0 every file was taken in (or already there); 1 some were; 3 none was; 4 a\n"+
			"check withholds a file, or asks for --accept. A dry run ends as the import would,\n"+
			"where it is known whose the file is.",
			"Importe les exports des plateformes publicitaires tels que téléchargés\u00a0: CSV, TSV,\n"+
				"XLSX ou ODS, compressés par gzip ou non, et les fichiers Parquet, Arrow et JSON que\n"+
				"produisent les programmes. La plateforme, la langue, le format des nombres et des dates\n"+
				"sont reconnus\u00a0; chaque fichier est un lot, gardé en entier ou pas du tout. Importer deux\n"+
				"fois un fichier ne change rien\u00a0; un fichier plus récent remplace les jours et les\n"+
				"campagnes qu’il contient.\n\n"+
				"Un zip d’exports est ouvert\u00a0: chacun de ses fichiers est un lot et a sa propre entrée\n"+
				"dans la réponse, exports.zip/Campagnes.csv. De même pour chaque tableau d’un fichier\n"+
				"Google Analytics qui en contient plusieurs.\n\n"+
				"Un tableau qu’aucune plateforme n’a écrit et que Vigie ne connaît pas est refusé. Avec\n"+
				"--map, Vigie montre comment il le lirait\u00a0; --map --accept garde cette lecture dans\n"+
				"sources/ (où elle se corrige) et importe le tableau. Dans un zip, ou un fichier à\n"+
				"plusieurs tableaux l’un sous l’autre, chaque tableau inconnu est montré.\n\n"+
				"Avec --dry-run, rien n’est écrit\u00a0: la réponse dit comment le fichier serait lu, ce qu’il\n"+
				"remplacerait et si un contrôle l’écarterait. «\u00a0-\u00a0» lit l’entrée standard.\n\n"+
				"Lequel de deux fichiers est le plus récent, c’est le fichier qui le dit, son nom, ou sa\n"+
				"date sur le disque\u00a0; --as-of l’indique quand ils ne le disent pas, même pour un fichier\n"+
				"déjà importé.\n\n"+
				"Code de sortie\u00a0: 0 tous les fichiers sont importés (ou l’étaient déjà)\u00a0; 1 certains\u00a0; 3\n"+
				"aucun\u00a0; 4 un contrôle écarte un fichier, ou demande --accept. Un essai à blanc finit\n"+
				"comme l’import, quand on sait à qui est le fichier."),
		Example: "  vigie import --client durand Rapport.csv Campagnes.xlsx\n  vigie import --dry-run --json export.csv",
		Args:    a.arguments(1, -1),
		RunE:    func(cmd *cobra.Command, args []string) error { return a.importFiles(cmd.Context(), f, args) },
	}
	fs := cmd.Flags()
	fs.StringVar(&f.client, "client", "", both("whose exports these are; without it the inbox folder, the folder one stands in, or the only client", "à qui sont ces exports\u00a0; sans elle, le dossier de dépôt, le dossier où l’on est, ou le seul client"))
	fs.StringVar(&f.platform, "platform", "", both("platform id, where it is not recognised", "identifiant de la plateforme, si elle n’est pas reconnue"))
	fs.StringVar(&f.account, "account", "", both("account, where the file names none", "compte, si le fichier n’en nomme pas"))
	fs.StringVar(&f.currency, "currency", "", both("ISO currency, where the file says none or an ambiguous sign", "devise ISO, si le fichier n’en dit pas ou montre un signe ambigu"))
	fs.StringVar(&f.asOf, "as-of", "", both("day on which the file was made, YYYY-MM-DD", "jour où le fichier a été fait, AAAA-MM-JJ"))
	fs.StringVar(&f.decimal, "decimal", "", both("decimal sign of the file’s numbers: , or .", "signe décimal des nombres du fichier\u00a0: , ou ."))
	fs.StringVar(&f.dates, "dates", "", both("order of the file’s dates: dmy or mdy", "ordre des dates du fichier\u00a0: dmy (jour d’abord) ou mdy"))
	fs.BoolVar(&f.complete, "complete", false, both("the file holds every campaign of its account: a day without rows had no delivery", "le fichier contient toutes les campagnes de son compte\u00a0: un jour sans ligne n’a rien diffusé"))
	fs.BoolVar(&f.accept, "accept", false, both("accept a file that a check withholds or stops", "accepter un fichier qu’un contrôle écarte ou arrête"))
	fs.BoolVar(&f.strict, "strict", false, both("refuse a file that a check would withhold", "refuser un fichier qu’un contrôle écarterait"))
	fs.StringSliceVar(&f.drop, "drop", nil, both("header of a column of data about people: it is not read, and the file is not kept", "en-tête d’une colonne de données personnelles\u00a0: elle n’est pas lue, et le fichier n’est pas gardé"))
	fs.BoolVar(&f.propose, "map", false, both("show how an unknown table would be read; with --accept keep that in sources/ and import", "montrer comment un tableau inconnu serait lu\u00a0; avec --accept, garder cette lecture dans sources/ et importer"))
	fs.BoolVar(&f.dryRun, "dry-run", false, both("say what the import would do, write nothing", "dire ce que ferait l’import, ne rien écrire"))
	return cmd
}

// options turns the flags into what the reader needs; today bounds what may be
// known.
func (f importFlags) options(today locale.Day, now time.Time) (ingest.Options, error) {
	o := ingest.Options{Platform: f.platform, Account: f.account, Currency: strings.ToUpper(f.currency), Decimal: f.decimal, Dates: f.dates, Complete: f.complete, Drop: f.drop, Now: now}
	if f.platform != "" && ingest.LookupPlatform(f.platform) == nil {
		var ids []string
		for _, p := range ingest.Platforms() {
			ids = append(ids, p.ID)
		}
		return o, fail(exitUsage, "--platform %s: want one of %s", "--platform %s\u00a0: l’un de %s attendu", quoted(f.platform), strings.Join(ids, ", "))
	}
	if f.asOf != "" {
		var err error
		if o.AsOf, err = parseAsOf(f.asOf, today); err != nil {
			return o, err
		}
	}
	if f.currency != "" {
		if _, err := currency.ParseISO(f.currency); err != nil {
			return o, fail(exitUsage, "--currency %s: want an ISO code of three letters, as EUR", "--currency %s\u00a0: un code ISO de trois lettres attendu, comme EUR", quoted(f.currency))
		}
	}
	if f.decimal != "" && f.decimal != "," && f.decimal != "." {
		return o, fail(exitUsage, "--decimal %s: want , or .", "--decimal %s\u00a0: , ou . attendu", quoted(f.decimal))
	}
	if f.dates != "" && f.dates != "dmy" && f.dates != "mdy" {
		return o, fail(exitUsage, "--dates %s: want dmy or mdy", "--dates %s\u00a0: dmy ou mdy attendu", quoted(f.dates))
	}
	return o, nil
}

func (a *app) importFiles(ctx context.Context, f importFlags, args []string) error {
	a.fileArgs = args
	err := a.openAgency()
	look := f.dryRun || f.propose && !f.accept
	switch {
	case look && f.client == "" && errors.Is(err, agency.ErrNoWorkspace):
		// A dry run needs neither a workspace nor a client.
	case err != nil:
		return err
	case f.propose && !f.accept, f.dryRun && !warehouse.Exists(a.agency.DataDir(a.env["VIGIE_DATA"])):
		// Nor a database, where it asks none or there is none yet.
	default:
		if err := a.openWarehouse(ctx, "vigie import"); err != nil {
			return err
		}
	}
	o, err := f.options(a.today(), a.clock())
	if err != nil {
		return err
	}
	if f.propose {
		if done, err := a.propose(ctx, f, o, args); done || err != nil {
			return err
		}
	}
	var results []*warehouse.Imported
	for _, arg := range args {
		list, err := a.importFile(ctx, f, o, arg)
		results = append(results, list...)
		if !a.json {
			for _, r := range list {
				a.printImported(f, r)
			}
		}
		if err != nil {
			return err
		}
	}
	if a.json {
		if err := a.printJSON(a.importedJSON(results)); err != nil {
			return err
		}
	}
	return importExit(results)
}

// importExit is the exit code of what became of the files.
func importExit(results []*warehouse.Imported) error {
	var rejected, gated int
	for _, r := range results {
		if r.Status == warehouse.StatusRejected && !r.Gate {
			rejected++
		}
		if r.Gate {
			gated++
		}
	}
	switch {
	case gated > 0:
		return &quietError{exitGate}
	case rejected == len(results):
		return &quietError{exitInvalid}
	case rejected > 0:
		return &quietError{exitPartial}
	}
	return nil
}

// importFile takes one file in, or says how it would be read. An archive of
// exports gives an entry for each of them.
func (a *app) importFile(ctx context.Context, f importFlags, o ingest.Options, arg string) ([]*warehouse.Imported, error) {
	file, err := a.files.open(ctx, arg)
	if err != nil {
		why := because(err)
		return []*warehouse.Imported{{File: arg, Status: warehouse.StatusRejected, Error: locale.Text{
			EN: "cannot be opened: " + why.EN, FR: "ne peut pas être ouvert\u00a0: " + why.FR}}}, nil
	}
	defer file.Close()
	done := a.progress(file, &o)
	defer done()
	var client *agency.Client
	if a.agency != nil {
		client, err = a.client(f.client, file.Path)
		if err != nil && (!f.dryRun || f.client != "") {
			return nil, err
		}
	}
	var list []*warehouse.Imported
	switch {
	case !f.dryRun:
		list, err = jobs.TakeIn(ctx, a.wh, client, o, f.accept, f.strict, file.Name, file.ModTime, file.Reader)
	case client == nil:
		list, err = a.preview(ctx, o, file)
	default:
		list, err = a.rehearse(ctx, f, o, client, file)
	}
	if err != nil {
		return list, err
	}
	for _, r := range list {
		if r.Status != warehouse.StatusDuplicate {
			continue
		}
		b, err := a.wh.Batch(ctx, r.Batch)
		if err != nil {
			return list, err
		}
		r.Report = b.Report
	}
	return list, nil
}

// rehearse does all that an import for a client would do, and takes it back.
func (a *app) rehearse(ctx context.Context, f importFlags, o ingest.Options, client *agency.Client, file *givenFile) ([]*warehouse.Imported, error) {
	wh := a.wh
	if wh == nil { // nothing was ever taken in
		var err error
		if wh, err = warehouse.OpenMemory(ctx); err != nil {
			return nil, err
		}
		defer wh.Close()
	}
	return jobs.Rehearse(ctx, wh, client, o, f.accept, f.strict, file.Name, file.ModTime, file)
}

// preview reads a file that is no client's yet into nothing. What an import
// would do with it is not known, so that no gate is its.
func (a *app) preview(ctx context.Context, o ingest.Options, file *givenFile) ([]*warehouse.Imported, error) {
	if a.agency != nil {
		o.Zone = a.agency.Zone
		if o.Currency == "" {
			o.Currency = a.agency.Currency
		}
		o.Mappings = jobs.Mappings(a.agency)
	}
	return jobs.Preview(ctx, o, file.Name, file.ModTime, file)
}

// progress prints where a long reading is, on standard error.
func (a *app) progress(file *givenFile, o *ingest.Options) (done func()) {
	const after = 16 << 20
	if file.Size >= 0 && file.Size < after {
		return func() {}
	}
	started, last, shown := a.clock(), a.clock(), false
	o.Progress = func(name string, rows int64, share float64) {
		now := a.clock()
		if now.Sub(last) < 2*time.Second {
			return
		}
		last, shown = now, true
		fmt.Fprintf(a.err, "%s%s %s, %s\n", name, a.language().Colon(), a.language().Int(rows)+" "+a.say("rows", "lignes"), a.language().Percent(share, 0))
	}
	return func() {
		if shown {
			fmt.Fprintf(a.err, "%s%s %s\n", file.Name, a.language().Colon(), a.say("done in ", "fini en ")+a.clock().Sub(started).Round(100*time.Millisecond).String())
		}
	}
}

// importedJSON is the answer for machines, with texts in the language asked
// for.
func (a *app) importedJSON(results []*warehouse.Imported) any {
	list, _ := plain(results).([]any)
	for _, f := range list {
		file, ok := f.(map[string]any)
		if !ok {
			continue
		}
		if file["streams"] == nil {
			file["streams"] = []any{} // always there
		}
		if file["gate"] == true && file["replaces"] != nil {
			file["would_replace"] = file["replaces"] // nothing was replaced
			delete(file, "replaces")
		}
		if columns, ok := file["columns"].([]any); ok {
			for _, c := range columns {
				if c, ok := c.(map[string]any); ok && c["measure"] == nil {
					c["measure"] = nil // said, not left out: the column fills no measure
				}
			}
		}
		flattenScopes(file["control"])
		if streams, ok := file["streams"].([]any); ok {
			for _, s := range streams {
				if s, ok := s.(map[string]any); ok {
					flattenScopes(s["control"])
				}
			}
		}
	}
	return map[string]any{"files": inOneLanguage(list, a.language())}
}

// flattenScopes puts the sums of a printed total beside its label.
func flattenScopes(control any) {
	c, ok := control.(map[string]any)
	if !ok {
		return
	}
	scopes, _ := c["scopes"].([]any)
	for _, s := range scopes {
		s, ok := s.(map[string]any)
		if !ok {
			continue
		}
		sums, _ := s["sums"].(map[string]any)
		for id, v := range sums {
			s[id] = v
		}
		delete(s, "sums")
	}
}

// plain is a value as its JSON is read back, numbers as they are written.
func plain(v any) (out any) {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // our own types
	}
	dec := json.NewDecoder(strings.NewReader(string(b)))
	dec.UseNumber()
	if err := dec.Decode(&out); err != nil {
		panic(err)
	}
	return out
}

// inOneLanguage replaces each {"en": …, "fr": …} by its text.
func inOneLanguage(v any, l locale.Lang) any {
	switch v := v.(type) {
	case map[string]any:
		if len(v) == 2 {
			en, ok1 := v["en"].(string)
			fr, ok2 := v["fr"].(string)
			if ok1 && ok2 {
				return locale.Text{EN: en, FR: fr}.In(l)
			}
		}
		for k := range v {
			v[k] = inOneLanguage(v[k], l)
		}
	case []any:
		for i := range v {
			v[i] = inOneLanguage(v[i], l)
		}
	}
	return v
}

// printImported says what became of a file.
func (a *app) printImported(f importFlags, r *warehouse.Imported) {
	l := a.language()
	p := func(format string, args ...any) { fmt.Fprintf(a.out, format+"\n", args...) }
	name := locale.OneLine(r.File)
	switch r.Status {
	case warehouse.StatusRejected:
		p("%s%s %s", name, l.Colon(), a.say("refused: ", "refusé\u00a0: ")+locale.OneLine(r.Error.In(l)))
		if c, ok := ingest.LookupCheck(r.Check); ok {
			p("  %s", c.Do.In(l))
		}
		for _, x := range r.Replaces {
			p("  %s", a.replaced(x, true))
		}
		return
	case warehouse.StatusDuplicate:
		a.printDuplicate(f, r)
		return
	}
	head := a.say("read", "lu")
	if r.Status == warehouse.StatusImported {
		head = a.say(fmt.Sprintf("imported as batch %d", r.Batch), fmt.Sprintf("importé, lot %d", r.Batch))
	}
	p("%s%s %s", name, l.Colon(), head)
	p("  %s", locale.OneLine(r.Recognised.In(l)))
	rows := l.Int(r.Rows) + " " + l.Plural(float64(r.Rows), a.say("row", "ligne"), a.say("rows", "lignes"))
	if r.SkippedRows > 0 {
		rows += ", " + l.Int(r.SkippedRows) + " " + l.Plural(float64(r.SkippedRows), a.say("left out", "écartée"), a.say("left out", "écartées"))
	}
	if r.FirstDay != 0 {
		rows = l.Period(r.FirstDay, r.LastDay) + ", " + rows
	}
	p("  %s", rows)
	var sums []string
	for _, id := range []string{"impressions", "clicks", "spend", "conversions", "leads", "purchases",
		"sessions", "orders", "revenue", "sends", "opens"} {
		if v, ok := r.Totals[id]; ok {
			m, _ := ingest.LookupMeasure(id)
			text := l.Count(float64(v) / float64(m.Unit.Scale()))
			if m.Unit == ingest.Money {
				text = l.Money(float64(v)/float64(m.Unit.Scale()), r.Currency, 2)
			}
			sums = append(sums, m.Label.In(l)+" "+text)
		}
	}
	if len(sums) > 0 {
		p("  %s", strings.Join(sums, ", "))
	}
	p("  %s", a.control(r.Control))
	for _, c := range r.Columns {
		if c.Measure != "" && c.Note.In(l) != "" {
			m, _ := ingest.LookupMeasure(c.Measure)
			p("  %s%s %s", m.Label.In(l), l.Colon(), c.Note.In(l))
		}
	}
	// A file that is withheld replaces nothing, unless it is accepted.
	wouldBe := r.Gate || r.Status == warehouse.StatusDryRun
	for _, x := range r.Replaces {
		p("  %s", a.replaced(x, wouldBe))
	}
	a.printRank(f, r)
	a.printProblems(name, r.Problems, 10, r.MoreProblem)
	switch {
	case r.Status == warehouse.StatusDryRun && (r.Gate || r.Critical() && !f.accept):
		p("  %s", a.say("WOULD BE WITHHELD: no figure would use this file until it is imported with --accept", "SERAIT ÉCARTÉ\u00a0: aucun chiffre n’utiliserait ce fichier tant qu’il n’est pas importé avec --accept"))
	case r.Gate:
		p("  %s", a.say("WITHHELD: no figure uses this file until it is imported again with --accept", "ÉCARTÉ\u00a0: aucun chiffre n’utilise ce fichier tant qu’il n’est pas réimporté avec --accept"))
	}
}

// printDuplicate says of a file that is there already what that changes.
func (a *app) printDuplicate(f importFlags, r *warehouse.Imported) {
	head := a.say(fmt.Sprintf("already there (batch %d)", r.Batch), fmt.Sprintf("déjà importé (lot %d)", r.Batch))
	switch {
	case r.Gate:
		head = a.say(fmt.Sprintf("already there, withheld (batch %d); --accept uses it", r.Batch), fmt.Sprintf("déjà importé, écarté (lot %d)\u00a0; --accept l’utilise", r.Batch))
	case r.Released && f.dryRun:
		head += a.say(": it is withheld and would count from now on", "\u00a0: il est écarté et compterait désormais")
	case r.Released:
		head += a.say(": accepted, its figures count from now on", "\u00a0: accepté, ses chiffres comptent désormais")
	}
	fmt.Fprintf(a.out, "%s%s %s\n", locale.OneLine(r.File), a.language().Colon(), head)
	if r.Redated {
		at := f.asOf
		if d, err := locale.ParseDay(f.asOf); err == nil {
			at = a.language().DayLong(d)
		}
		said := a.say("it counts as a file of "+at+" from now on", "il compte désormais comme un fichier du "+at)
		if f.dryRun {
			said = a.say("it would count as a file of "+at, "il compterait comme un fichier du "+at)
		}
		fmt.Fprintf(a.out, "  %s\n", said)
	}
	for _, x := range r.Replaces {
		fmt.Fprintf(a.out, "  %s\n", a.replaced(x, f.dryRun))
	}
	a.printRank(f, r)
}

// printRank says which older batches go on answering because their files are
// known later, and when --as-of changes nothing.
func (a *app) printRank(f importFlags, r *warehouse.Imported) {
	p := func(text string) { fmt.Fprintf(a.out, "  %s\n", text) }
	for _, x := range r.OutrankedBy {
		days := locale.Text{EN: "days " + locale.EN.FromTo(x.FirstDay, x.LastDay), FR: "les jours " + locale.FR.FromTo(x.FirstDay, x.LastDay)}
		if x.FirstDay == x.LastDay {
			days = locale.Text{EN: locale.EN.DayText(x.FirstDay), FR: "le " + locale.FR.DayText(x.FirstDay)}
		}
		p(a.say(fmt.Sprintf("%s: batch %d goes on answering, known later (%s)", days.EN, x.Batch, a.known(x.KnownAsOf, x.KnownFrom)),
			fmt.Sprintf("%s\u00a0: le lot %d répond toujours, connu plus tard (%s)", days.FR, x.Batch, a.known(x.KnownAsOf, x.KnownFrom))))
	}
	if r.Report == nil {
		return
	}
	switch guessed := r.KnownFrom == "mtime" || r.KnownFrom == "import"; {
	case f.asOf != "" && !guessed && r.KnownFrom != "flag":
		p(a.say("--as-of changes nothing: the file says itself when it was made ("+a.known(r.KnownAsOf, r.KnownFrom)+")",
			"--as-of ne change rien\u00a0: le fichier dit lui-même quand il a été fait ("+a.known(r.KnownAsOf, r.KnownFrom)+")"))
	case len(r.OutrankedBy) > 0 && guessed:
		p(a.say(fmt.Sprintf("this file: %s; if it is the newer one, say its day: vigie import --as-of YYYY-MM-DD", a.known(r.KnownAsOf, r.KnownFrom)),
			fmt.Sprintf("ce fichier\u00a0: %s\u00a0; s’il est le plus récent, dites son jour\u00a0: vigie import --as-of AAAA-MM-JJ", a.known(r.KnownAsOf, r.KnownFrom))))
	}
}

// known says when a file was made, and what says so.
func (a *app) known(at time.Time, from string) string {
	l := a.language()
	if a.agency != nil {
		at = at.In(a.agency.Zone)
	}
	sources := map[string]locale.Text{
		"file":   {EN: "as it says itself", FR: "d’après le fichier"},
		"name":   {EN: "as its name says", FR: "d’après son nom"},
		"flag":   {EN: "stated with --as-of", FR: "indiqué par --as-of"},
		"mtime":  {EN: "by its time on disk", FR: "d’après sa date sur le disque"},
		"import": {EN: "the time of the import", FR: "heure de l’import"},
	}
	return l.Instant(at) + ", " + sources[from].In(l)
}

func (a *app) control(c ingest.Control) string {
	texts := map[ingest.ControlStatus]locale.Text{
		ingest.ControlMatch:    {EN: "the sums agree with the file’s own totals", FR: "les sommes concordent avec les totaux du fichier"},
		ingest.ControlWider:    {EN: "the file’s own totals cover more than its rows", FR: "les totaux du fichier couvrent plus que ses lignes"},
		ingest.ControlMismatch: {EN: "the sums DISAGREE with the file’s own totals", FR: "les sommes NE concordent PAS avec les totaux du fichier"},
		ingest.ControlAbsent:   {EN: "the file prints no total to check against", FR: "le fichier n’imprime aucun total à vérifier"},
	}
	return texts[c.Status].In(a.language())
}

// replaced says what a file takes over, or would take over.
func (a *app) replaced(x warehouse.Replaced, would bool) string {
	days := a.language().Period(x.FirstDay, x.LastDay)
	if would {
		return a.say(fmt.Sprintf("would replace days of batch %d: %s", x.Batch, days),
			fmt.Sprintf("remplacerait des jours du lot %d\u00a0: %s", x.Batch, days))
	}
	return a.say(fmt.Sprintf("replaces days of batch %d: %s", x.Batch, days),
		fmt.Sprintf("remplace des jours du lot %d\u00a0: %s", x.Batch, days))
}

// printProblems lists problems, at most so many of them: what each is, of what,
// and what to do, which is said once of those of one check. more is how many are
// not in the list.
func (a *app) printProblems(file string, list []ingest.Problem, most int, more int64) {
	l := a.language()
	said := map[string]bool{}
	// What withholds a file is never among those that are left out.
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(x, y ingest.Problem) int {
		rank := func(p ingest.Problem) int {
			return slices.Index([]ingest.Severity{ingest.Critical, ingest.Warning, ingest.Note}, p.Severity)
		}
		return rank(x) - rank(y)
	})
	for i, x := range list {
		if i == most {
			more += int64(len(list) - most)
			break
		}
		fmt.Fprintf(a.out, "  %s\n", a.problem(file, x))
		var of []string
		if len(x.Objects) > 0 {
			of = append(of, locale.OneLine(strings.Join(x.Objects, ", ")))
		}
		if x.FirstDay != 0 {
			of = append(of, l.Period(x.FirstDay, x.LastDay))
		}
		if !said[x.Check] && x.Do.In(l) != "" {
			of = append(of, x.Do.In(l))
		}
		said[x.Check] = true
		if len(of) > 0 {
			fmt.Fprintf(a.out, "    %s\n", strings.Join(of, " · "))
		}
	}
	if more > 0 {
		fmt.Fprintf(a.out, "  %s\n", a.say(fmt.Sprintf("… and %d more", more), fmt.Sprintf("… et %d autres", more)))
	}
}

// problem is a line that an editor can jump to: file:line: column value: what.
func (a *app) problem(file string, x ingest.Problem) string {
	place := file
	if x.Line > 0 {
		place += fmt.Sprintf(":%d", x.Line)
	}
	if x.Column != "" {
		place += ": " + locale.OneLine(x.Column)
	}
	message := x.Message.In(a.language())
	if x.Value != "" && !strings.Contains(message, x.Value) {
		sep := ": "
		if x.Column != "" {
			sep = " "
		}
		place += sep + quoted(x.Value).In(a.language())
	}
	mark := ""
	if x.Severity == ingest.Critical {
		mark = a.say("CRITICAL: ", "CRITIQUE\u00a0: ")
	}
	return place + ": " + mark + locale.OneLine(message)
}
