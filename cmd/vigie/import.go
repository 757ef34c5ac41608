package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"vigie/ingest"
	"vigie/internal/agency"
	"vigie/internal/jobs"
	"vigie/internal/locale"
	"vigie/internal/warehouse"
)

// importFlags are what a person may say of the files.
type importFlags struct {
	client, platform, account, currency, asOf, decimal, dates string
	complete, accept, strict, dryRun                          bool
}

func (a *app) importCmd() *cobra.Command {
	var f importFlags
	cmd := &cobra.Command{
		Use:   "import FILE…",
		Short: "Take exports in",
		Long: `Take exports of advertising platforms in, as downloaded: CSV, TSV or XLSX. The
platform, the language, the number and date formats are recognised; each file is
one batch, stored whole or not at all. A file imported twice changes nothing; a
newer file replaces the days and campaigns that it holds.

With --dry-run nothing is written: the answer says how the file would be read.
"-" reads standard input.

Exit code: 0 every file was taken in (or already there); 1 some were; 3 none
was; 4 a check withholds a file, or asks for --accept.`,
		Example: "  vigie import --client durand Rapport.csv Campagnes.xlsx\n  vigie import --dry-run --json export.csv",
		Args:    cobra.MinimumNArgs(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return a.importFiles(cmd.Context(), f, args) },
	}
	fs := cmd.Flags()
	fs.StringVar(&f.client, "client", "", "whose exports these are (default: the inbox folder, the folder one stands in, or the only client)")
	fs.StringVar(&f.platform, "platform", "", "platform id, where it is not recognised")
	fs.StringVar(&f.account, "account", "", "account, where the file names none")
	fs.StringVar(&f.currency, "currency", "", "ISO currency, where the file says none or an ambiguous sign")
	fs.StringVar(&f.asOf, "as-of", "", "day on which the file was made (YYYY-MM-DD)")
	fs.StringVar(&f.decimal, "decimal", "", "decimal sign of the file's numbers, , or .")
	fs.StringVar(&f.dates, "dates", "", "order of the file's dates, dmy or mdy")
	fs.BoolVar(&f.complete, "complete", false, "the file holds every campaign of its account: a day without rows had no delivery")
	fs.BoolVar(&f.accept, "accept", false, "accept a file that a check withholds or stops")
	fs.BoolVar(&f.strict, "strict", false, "refuse a file that a check would withhold")
	fs.BoolVar(&f.dryRun, "dry-run", false, "say how the files would be read, write nothing")
	return cmd
}

// options turns the flags into what the reader needs.
func (f importFlags) options(now time.Time) (ingest.Options, error) {
	o := ingest.Options{Platform: f.platform, Account: f.account, Currency: strings.ToUpper(f.currency), Decimal: f.decimal, Dates: f.dates, Complete: f.complete, Now: now}
	if f.platform != "" && ingest.LookupPlatform(f.platform) == nil {
		var ids []string
		for _, p := range ingest.Platforms() {
			ids = append(ids, p.ID)
		}
		return o, fail(exitUsage, "--platform %q: want one of %s", "--platform %q\u00a0: l’un de %s attendu", f.platform, strings.Join(ids, ", "))
	}
	if f.asOf != "" {
		d, err := locale.ParseDay(f.asOf)
		if err != nil {
			return o, fail(exitUsage, "--as-of %q: want YYYY-MM-DD", "--as-of %q\u00a0: AAAA-MM-JJ attendu", f.asOf)
		}
		o.AsOf = d
	}
	if f.decimal != "" && f.decimal != "," && f.decimal != "." {
		return o, fail(exitUsage, "--decimal %q: want , or .", "--decimal %q\u00a0: , ou . attendu", f.decimal)
	}
	if f.dates != "" && f.dates != "dmy" && f.dates != "mdy" {
		return o, fail(exitUsage, "--dates %q: want dmy or mdy", "--dates %q\u00a0: dmy ou mdy attendu", f.dates)
	}
	return o, nil
}

func (a *app) importFiles(ctx context.Context, f importFlags, args []string) error {
	a.fileArgs = args
	if f.dryRun {
		// A dry run needs neither a workspace nor a client.
		if err := a.openAgency(); err != nil && !errors.Is(err, agency.ErrNoWorkspace) {
			return err
		}
	} else if err := a.openWarehouse(ctx, "vigie import"); err != nil {
		return err
	}
	o, err := f.options(a.clock())
	if err != nil {
		return err
	}
	var results []*warehouse.Imported
	for _, arg := range args {
		r, err := a.importFile(ctx, f, o, arg)
		if err != nil {
			return err
		}
		results = append(results, r)
		if !a.json {
			a.printImported(r)
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

// importFile takes one file in, or says how it would be read.
func (a *app) importFile(ctx context.Context, f importFlags, o ingest.Options, arg string) (*warehouse.Imported, error) {
	file, err := a.files.open(arg)
	if err != nil {
		return &warehouse.Imported{File: arg, Status: warehouse.StatusRejected, Error: locale.Text{
			EN: "cannot be opened: " + reason(err), FR: "ne peut pas être ouvert\u00a0: " + reason(err)}}, nil
	}
	defer file.Close()
	done := a.progress(file, &o)
	defer done()
	if f.dryRun {
		if a.agency != nil {
			o.Zone = a.agency.Zone
			if o.Currency == "" {
				o.Currency = a.agency.Currency
			}
		}
		return a.preview(ctx, o, file)
	}
	client, err := a.client(f.client, file.Path)
	if err != nil {
		return nil, err
	}
	return jobs.TakeIn(ctx, a.wh, client, o, f.accept, f.strict, file.Name, file.ModTime, file.Reader)
}

func reason(err error) string {
	var pathErr *os.PathError
	if errors.As(err, &pathErr) {
		return pathErr.Err.Error()
	}
	return err.Error()
}

// preview reads a file into nothing.
func (a *app) preview(ctx context.Context, o ingest.Options, file *givenFile) (*warehouse.Imported, error) {
	tmp, err := os.CreateTemp("", "vigie-preview-*")
	if err != nil {
		return nil, err
	}
	defer os.Remove(tmp.Name())
	defer tmp.Close()
	sum, size, err := warehouse.CopyHash(tmp, file)
	if err != nil {
		return nil, err
	}
	out := &warehouse.Imported{File: file.Name, SHA256: sum, Status: warehouse.StatusDryRun}
	out.Report, err = warehouse.Preview(ctx, ingest.File{Name: file.Name, Size: size, ModTime: file.ModTime, R: tmp}, o)
	var refusal *ingest.Refusal
	if errors.As(err, &refusal) {
		out.Status, out.Error = warehouse.StatusRejected, refusal.Message
		return out, nil
	}
	return out, err
}

// progress prints where a long reading is, on standard error.
func (a *app) progress(file *givenFile, o *ingest.Options) (done func()) {
	const after = 16 << 20
	if file.Size >= 0 && file.Size < after {
		return func() {}
	}
	started, last, shown := a.clock(), a.clock(), false
	o.Progress = func(rows, bytes int64) {
		now := a.clock()
		if now.Sub(last) < 2*time.Second {
			return
		}
		last, shown = now, true
		share := ""
		if file.Size > 0 {
			share = ", " + a.language().Percent(float64(bytes)/float64(file.Size), 0)
		}
		fmt.Fprintf(a.err, "%s: %s%s\n", file.Name, a.language().Int(rows)+" "+a.say("rows", "lignes"), share)
	}
	return func() {
		if shown {
			fmt.Fprintf(a.err, "%s: %s\n", file.Name, a.say("done in ", "fini en ")+a.clock().Sub(started).Round(100*time.Millisecond).String())
		}
	}
}

// importedJSON is the answer for machines, with texts in the language asked
// for.
func (a *app) importedJSON(results []*warehouse.Imported) any {
	b, err := json.Marshal(results)
	if err != nil {
		panic(err) // our own types
	}
	var list []any
	dec := json.NewDecoder(strings.NewReader(string(b)))
	dec.UseNumber()
	if err := dec.Decode(&list); err != nil {
		panic(err)
	}
	for _, f := range list {
		file, ok := f.(map[string]any)
		if !ok {
			continue
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
func (a *app) printImported(r *warehouse.Imported) {
	l := a.language()
	p := func(format string, args ...any) { fmt.Fprintf(a.out, format+"\n", args...) }
	switch r.Status {
	case warehouse.StatusRejected:
		p("%s: %s", r.File, a.say("refused: ", "refusé\u00a0: ")+r.Error.In(l))
		for _, x := range r.Replaces {
			p("  %s", a.replaced(x))
		}
		return
	case warehouse.StatusDuplicate:
		if r.Gate {
			p("%s: %s", r.File, a.say(fmt.Sprintf("already there, withheld (batch %d); --accept uses it", r.Batch), fmt.Sprintf("déjà importé, écarté (lot %d)\u00a0; --accept l’utilise", r.Batch)))
			return
		}
		p("%s: %s", r.File, a.say(fmt.Sprintf("already there (batch %d)", r.Batch), fmt.Sprintf("déjà importé (lot %d)", r.Batch)))
		return
	}
	head := a.say("read", "lu")
	if r.Status == warehouse.StatusImported {
		head = a.say(fmt.Sprintf("imported as batch %d", r.Batch), fmt.Sprintf("importé, lot %d", r.Batch))
	}
	p("%s: %s", r.File, head)
	p("  %s", r.Recognised.In(l))
	days := locale.Dash
	if r.FirstDay != 0 {
		days = l.Period(r.FirstDay, r.LastDay)
	}
	rows := l.Int(r.Rows) + " " + l.Plural(float64(r.Rows), a.say("row", "ligne"), a.say("rows", "lignes"))
	if r.SkippedRows > 0 {
		rows += a.say(fmt.Sprintf(", %d left out", r.SkippedRows), fmt.Sprintf(", %d écartées", r.SkippedRows))
	}
	p("  %s, %s", days, rows)
	var sums []string
	for _, id := range []string{"impressions", "clicks", "spend", "conversions", "leads", "purchases"} {
		if v, ok := r.Totals[id]; ok {
			m, _ := ingest.LookupMeasure(id)
			text := l.Count(float64(v) / float64(m.Unit.Scale()))
			if m.Unit == ingest.Money {
				text = l.Money(float64(v)/float64(m.Unit.Scale()), r.Currency, 2)
			}
			sums = append(sums, m.Label.In(l)+" "+text)
		}
	}
	p("  %s", strings.Join(sums, ", "))
	p("  %s", a.control(r.Control))
	for _, c := range r.Columns {
		if c.Measure != "" && c.Note.In(l) != "" {
			m, _ := ingest.LookupMeasure(c.Measure)
			p("  %s: %s", m.Label.In(l), c.Note.In(l))
		}
	}
	for _, x := range r.Replaces {
		p("  %s", a.replaced(x))
	}
	for i, x := range r.Problems {
		if i == 10 {
			p("  %s", a.say(fmt.Sprintf("… and %d more", int64(len(r.Problems)-10)+r.MoreProblem), fmt.Sprintf("… et %d autres", int64(len(r.Problems)-10)+r.MoreProblem)))
			break
		}
		p("  %s", a.problem(r.File, x))
	}
	if r.Gate {
		p("  %s", a.say("WITHHELD: no figure uses this file until it is imported again with --accept", "ÉCARTÉ\u00a0: aucun chiffre n’utilise ce fichier tant qu’il n’est pas réimporté avec --accept"))
	}
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

func (a *app) replaced(x warehouse.Replaced) string {
	l := a.language()
	return a.say(fmt.Sprintf("replaces days of batch %d: %s", x.Batch, l.Period(x.FirstDay, x.LastDay)),
		fmt.Sprintf("remplace des jours du lot %d\u00a0: %s", x.Batch, l.Period(x.FirstDay, x.LastDay)))
}

// problem is a line that an editor can jump to: file:line: column: what.
func (a *app) problem(file string, x ingest.Problem) string {
	place := file
	if x.Line > 0 {
		place += fmt.Sprintf(":%d", x.Line)
	}
	if x.Column != "" {
		place += ": " + x.Column
	}
	mark := ""
	if x.Severity == ingest.Critical {
		mark = a.say("CRITICAL: ", "CRITIQUE\u00a0: ")
	}
	return place + ": " + mark + x.Message.In(a.language())
}
