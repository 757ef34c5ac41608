package warehouse

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/marcboeker/go-duckdb"

	"vigie/ingest"
	"vigie/internal/locale"
)

// Import is a file to take in for a client.
type Import struct {
	Client string
	// Accounts are the accounts that the client is known to have, by platform:
	// the only one of a platform is taken where the file names none.
	Accounts map[string][]string
	Name     string // as its owner named it
	ModTime  time.Time
	File     *Archived
	Options  ingest.Options
	Accept   bool // a replacement may lower settled sums
	Strict   bool // a critical problem refuses the file
	DryRun   bool // say what would become of the file, change nothing
	// Flights are the briefs that take a campaign of a platform, by its account
	// and its own name and id; nil where no brief is known.
	Flights func(platform, account, accountID, campaign, id string) []Flight
}

// Status is what became of a file.
type Status string

// The outcomes of an import.
const (
	StatusImported  Status = "imported"
	StatusDuplicate Status = "duplicate"
	StatusRejected  Status = "rejected"
	StatusDryRun    Status = "dry-run"
)

// Imported is what became of one file: an entry of `vigie import --json`.
type Imported struct {
	File   string `json:"file"`
	SHA256 string `json:"sha256"`
	Status Status `json:"status"`
	Batch  int    `json:"batch,omitempty"`
	// Error says why the file was rejected and what to do.
	Error locale.Text `json:"error,omitzero"`
	// Gate: the file was stopped, or its figures are withheld, by a check that
	// people can overrule.
	Gate bool `json:"gate,omitempty"`
	// Released: the batch was withheld and counts from now on. Redated: its
	// owner said when the file was made. Only where the file was there already.
	Released bool `json:"released,omitempty"`
	Redated  bool `json:"redated,omitempty"`
	// Check is the check that stopped the file, where one did.
	Check string `json:"check,omitempty"`
	*ingest.Report
	Replaces    []Replaced  `json:"replaces,omitempty"`
	OutrankedBy []Outranked `json:"outranked_by,omitempty"`
}

// Replaced is an older batch of which the file took over some days.
type Replaced struct {
	Batch    int         `json:"batch"`
	FirstDay locale.Day  `json:"first_day"`
	LastDay  locale.Day  `json:"last_day"`
	Old      ingest.Sums `json:"old,omitempty"` // on settled days
	New      ingest.Sums `json:"new,omitempty"`
}

// settledAfter is how many days before the newer file's knowledge a day is
// taken to be settled: lowering its delivery by more than lowersBy asks for
// --accept.
const (
	settledAfter = 3
	lowersBy     = 0.20
)

// maxSplits is how many breakdowns a stream may have to answer for a campaign:
// see served.
const maxSplits = 9

// Preview reads a file without keeping anything: a dry run.
func Preview(ctx context.Context, f ingest.File, o ingest.Options) (*ingest.Report, error) {
	r, err := ingest.Open(f, o)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	for {
		rows := r.Read(ingest.NewKeys(1))
		for rows.Next() {
			if ctx.Err() != nil {
				rows.Close()
				return nil, ctx.Err()
			}
		}
		err := rows.Err()
		if err == nil {
			return r.Report(), nil
		}
		if !r.Restart(err) {
			return nil, err
		}
	}
}

// DryRun is Preview as Import would answer: a file that cannot be read is no
// error, the result says so.
func DryRun(ctx context.Context, f ingest.File, sha256 string, o ingest.Options) (*Imported, error) {
	out := &Imported{File: f.Name, SHA256: sha256, Status: StatusDryRun}
	var err error
	out.Report, err = Preview(ctx, f, o)
	var refusal *ingest.Refusal
	if errors.As(err, &refusal) {
		out.Status, out.Error = StatusRejected, refusal.Message
		return out, nil
	}
	return out, err
}

// Import takes one file in, in one transaction: whatever ends it early leaves
// the warehouse as it was, and so does a dry run. A file that cannot be read, or that a gate stops,
// is no error: the result says so.
func (w *Warehouse) Import(ctx context.Context, in Import) (*Imported, error) {
	w.facts.Lock()
	defer w.facts.Unlock()
	out := &Imported{File: in.Name, SHA256: in.File.SHA256, Status: StatusRejected}
	if known, err := w.known(ctx, in, out); known || err != nil {
		return out, err
	}
	if err := w.take(ctx, in, out); err != nil {
		return nil, err
	}
	if err := in.File.Arrive(); err != nil {
		return nil, err
	}
	out.SHA256 = in.File.SHA256
	return out, nil
}

// known tells a file that the client has already; what its owner says of it now
// counts.
func (w *Warehouse) known(ctx context.Context, in Import, out *Imported) (bool, error) {
	var withheld bool
	err := w.db.QueryRowContext(ctx,
		"select batch, withheld from batch where client = ? and sha256 = ? and undone_at is null",
		in.Client, in.File.SHA256).Scan(&out.Batch, &withheld)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return false, nil
	case err != nil:
		return false, err
	}
	return true, w.again(ctx, in, out, withheld)
}

// take reads a file and stores it.
func (w *Warehouse) take(ctx context.Context, in Import, out *Imported) error {
	in.Options.ByDay, in.Options.TempDir = true, w.temp()
	if w.dir != "" {
		if err := os.MkdirAll(w.temp(), 0o700); err != nil {
			return fmt.Errorf("make %s: %w", w.temp(), err)
		}
	}
	f, err := in.File.Open()
	if err != nil {
		return err
	}
	defer f.Close()
	var refusal *ingest.Refusal
	r, err := ingest.Open(ingest.File{Name: in.Name, Size: in.File.Size, ModTime: in.ModTime, R: f}, in.Options)
	if errors.As(err, &refusal) {
		out.Error = refusal.Message
		return nil
	}
	if err != nil {
		return err
	}
	defer r.Close()

	if list := in.Accounts[r.Platform().ID]; len(list) == 1 && in.Options.Account == "" {
		// Only now is the platform known, and with it the account to assume.
		r.Assume(list[0])
	}

	conn, err := w.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	for {
		t := &transfer{w: w, conn: conn, in: in, r: r, out: out}
		err := t.run(ctx)
		var gate *gateError
		switch {
		case err == nil:
			return nil
		case errors.Is(err, errKnown):
			_, err := w.known(ctx, in, out)
			return err
		case t.readErr != nil && r.Restart(t.readErr):
			continue
		case errors.As(t.readErr, &refusal):
			out.Error = refusal.Message
			return nil
		case errors.As(err, &gate):
			out.Report, out.Error, out.Gate, out.Check = r.Report(), gate.text, gate.overrule, gate.check
			return nil
		}
		return fmt.Errorf("import %s: %w", in.Name, err)
	}
}

// leanMeasures are the measures of fact_lean.
var leanMeasures = []string{"impressions", "clicks", "interactions", "spend", "conversions", "conversion_value"}

// errKnown: the client has this very file already.
var errKnown = errors.New("the file was taken in before")

// gateError stops an import for a reason that its owner should decide upon.
type gateError struct {
	check    string // "" where it is no check of its own
	text     locale.Text
	overrule bool
}

func (e *gateError) Error() string { return e.text.EN }

// transfer is one attempt at storing a file.
type transfer struct {
	w       *Warehouse
	conn    *sql.Conn
	in      Import
	r       *ingest.Reader
	out     *Imported
	readErr error // what ended the reading

	keys     *ingest.Keys
	seen     *cells
	batch    int
	report   *ingest.Report
	withheld bool // it answers nothing
}

func (t *transfer) exec(ctx context.Context, sql string, args ...any) (int64, error) {
	res, err := t.conn.ExecContext(ctx, sql, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func (t *transfer) run(ctx context.Context) error {
	if _, err := t.exec(ctx, "begin"); err != nil {
		return err
	}
	committed := false
	defer func() {
		if t.seen != nil {
			t.seen.release()
		}
		if !committed { // also when something panics
			// The context may be what ended it: the rollback must still happen.
			t.conn.ExecContext(context.WithoutCancel(ctx), "rollback")
		}
	}()
	if err := t.loadKeys(ctx); err != nil {
		return err
	}
	if err := t.conn.QueryRowContext(ctx, "select coalesce(max(batch), 0) + 1 from batch").Scan(&t.batch); err != nil {
		return err
	}
	if err := t.facts(ctx); err != nil {
		return err
	}
	if err := t.arrive(ctx); err != nil {
		return err
	}
	t.report = t.r.Report()
	if err := t.checkAccounts(ctx); err != nil {
		return err
	}
	for _, step := range []func(context.Context) error{
		t.dimensions, t.namings, t.cells, t.examine, t.replaced, t.outranked, t.gates, t.record,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	if t.in.DryRun {
		t.out.Status, t.out.Report = StatusDryRun, t.report
		return nil
	}
	if err := t.rollUp(ctx); err != nil {
		return err
	}
	if err := settleNames(ctx, t.conn, t.batch); err != nil {
		return err
	}
	if _, err := t.exec(ctx, "commit"); err != nil {
		return err
	}
	committed = true
	t.out.Status, t.out.Batch, t.out.Report = StatusImported, t.batch, t.report
	return nil
}

// loadKeys fills the keys with what the client has on the platform.
func (t *transfer) loadKeys(ctx context.Context) error {
	platform := t.r.Platform().ID
	var next int32
	err := t.conn.QueryRowContext(ctx, `select 1 + greatest(
		(select coalesce(max(entity), 0) from entity),
		(select coalesce(max(entity), 0) from naming), -- those that were forgotten
		(select coalesce(max(stream), 0) from stream),
		(select coalesce(max(breakdown), 0) from breakdown))::integer`).Scan(&next)
	if err != nil {
		return err
	}
	t.keys = ingest.NewKeys(next)
	rows, err := t.conn.QueryContext(ctx, `select entity, account, parent, level, ext_id, name
		from entity where client = ? and platform = ? order by entity`, t.in.Client, platform)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var e ingest.Entity
		if err := rows.Scan(&e.Key, &e.Account, &e.Parent, &e.Level, &e.ExtID, &e.Name); err != nil {
			return err
		}
		t.keys.Load(e)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	rows, err = t.conn.QueryContext(ctx, `select stream, account, level, breakdown, grain, currency
		from stream where client = ? and platform = ?`, t.in.Client, platform)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var s ingest.Stream
		if err := rows.Scan(&s.Key, &s.Account, &s.Level, &s.Breakdown, &s.Grain, &s.Currency); err != nil {
			return err
		}
		t.keys.LoadStream(s)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	rows, err = t.conn.QueryContext(ctx, `select breakdown, string_agg(name || '=' || value, chr(31) order by name)
		from breakdown group by breakdown`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var key int32
		var values string
		if err := rows.Scan(&key, &values); err != nil {
			return err
		}
		t.keys.LoadBreakdown(key, values)
	}
	return rows.Err()
}

// through inserts what an Arrow reader gives: insert selects from the view of
// that name. The view holds raw pointers and must not outlive the transaction:
// it is registered after BEGIN and dropped before COMMIT on the same
// connection, and the reader forgets each batch, since the driver never gives
// them back.
func (t *transfer) through(ctx context.Context, rows array.RecordReader, view, insert string) (n int64, err error) {
	var release func()
	err = t.conn.Raw(func(dc any) error {
		a, err := duckdb.NewArrowFromConn(dc.(driver.Conn))
		if err != nil {
			return err
		}
		release, err = a.RegisterView(rows, view)
		return err
	})
	if err != nil {
		return 0, err
	}
	defer release()
	if n, err = t.exec(ctx, insert); err != nil {
		return 0, err
	}
	_, err = t.exec(ctx, "drop view "+view)
	return n, err
}

// facts reads the file into the fact table.
func (t *transfer) facts(ctx context.Context) error {
	rows := t.r.Read(t.keys)
	defer rows.Close()
	var columns []string
	table := "fact_lean"
	for _, f := range rows.Schema().Fields() {
		columns = append(columns, f.Name)
		if _, measure := ingest.LookupMeasure(f.Name); measure && !slices.Contains(leanMeasures, f.Name) {
			table = "fact_full"
		}
	}
	t.seen = newCells(rows.Schema())
	list := strings.Join(columns, ", ")
	in := &arrival{rows, t.seen}
	defer func() { in.cells = nil }() // the driver keeps in for ever
	n, err := t.through(ctx, in, "arrow_in", fmt.Sprintf("insert into %s (batch, %s) select %d, %s from arrow_in", table, list, t.batch, list))
	if t.readErr = rows.Err(); t.readErr != nil {
		return t.readErr
	}
	if err != nil {
		return err
	}
	t.seen.finish()
	if report := t.r.Report(); n != report.Rows {
		return fmt.Errorf("stored %d rows of %d", n, report.Rows)
	}
	return nil
}

// arrive waits until the file is safe in the archive. If it was not known
// before, as a large one is not, this is when it may turn out to be there
// already.
func (t *transfer) arrive(ctx context.Context) error {
	if err := t.in.File.Arrive(); err != nil {
		return err
	}
	var known bool
	err := t.conn.QueryRowContext(ctx, "select exists (select 1 from batch where client = ? and sha256 = ? and undone_at is null)",
		t.in.Client, t.in.File.SHA256).Scan(&known)
	if known {
		return errKnown
	}
	return err
}

// checkAccounts refuses rows that no account or currency can be given.
func (t *transfer) checkAccounts(ctx context.Context) error {
	named := map[string]bool{}
	fresh := map[int32]bool{}
	entities, _, _ := t.keys.New()
	for _, e := range entities {
		fresh[e.Key] = e.Level == ingest.LevelAccount
	}
	rows, err := t.conn.QueryContext(ctx, `select entity, name, ext_id from entity
		where client = ? and platform = ? and level = 'account'`, t.in.Client, t.r.Platform().ID)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var key int32
		var name, id string
		if err := rows.Scan(&key, &name, &id); err != nil {
			return err
		}
		if name != "" || id != "" {
			named[strings.TrimSpace(name+" "+id)] = true
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	label := t.r.Platform().Label
	for _, s := range t.report.Streams {
		if s.Account == "" && s.AccountID == "" && len(named) > 0 {
			var names []string
			for n := range named {
				names = append(names, n)
			}
			slices.Sort(names)
			return &gateError{text: locale.Text{
				EN: fmt.Sprintf("the file names no %s account, and this client already has: %s; say which one with --account", label, locale.EN.Join(names)),
				FR: fmt.Sprintf("le fichier ne nomme aucun compte %s, et ce client en a déjà\u00a0: %s\u00a0; précisez lequel avec --account", label, locale.FR.Join(names)),
			}}
		}
		if _, money := s.Totals["spend"]; money && s.Currency == "" {
			return &gateError{check: "currency-missing", text: locale.Text{
				EN: "the file does not say in which currency its amounts are; say it with --currency EUR, or in client.yaml",
				FR: "le fichier ne dit pas dans quelle devise sont ses montants\u00a0; précisez-la avec --currency EUR, ou dans client.yaml",
			}}
		}
	}
	return nil
}

// dimensions stores what the file added to the objects, streams and breakdowns.
func (t *transfer) dimensions(ctx context.Context) error {
	platform := t.r.Platform().ID
	entities, streams, breakdowns := t.keys.New()
	var rows [][]driver.Value
	for _, e := range entities {
		var first driver.Value
		if e.FirstDay != 0 {
			first = e.FirstDay.Time()
		}
		rows = append(rows, []driver.Value{e.Key, t.in.Client, platform, e.Account, string(e.Level), e.Parent, e.ExtID, e.Name, first})
	}
	if err := t.append("entity", rows); err != nil {
		return err
	}
	for _, s := range streams {
		splits := 0
		if s.Breakdown != "" {
			splits = 1 + strings.Count(s.Breakdown, ",")
		}
		if err := t.insert(ctx, "stream", 10, []any{s.Key, t.in.Client, platform, s.Account, string(s.Level), depth(s.Level), s.Breakdown, splits, s.Grain, s.Currency}); err != nil {
			return err
		}
	}
	rows = nil
	for _, values := range breakdowns {
		for pair := range strings.SplitSeq(values, "\x1f") {
			name, value, _ := strings.Cut(pair, "=")
			rows = append(rows, []driver.Value{t.keys.BreakdownKey(values), name, value})
		}
	}
	return t.append("breakdown", rows)
}

// append adds rows to a table in bulk, inside the transaction: a large file
// brings thousands of ads, and inserting them as values takes seconds.
func (t *transfer) append(table string, rows [][]driver.Value) error {
	if len(rows) == 0 {
		return nil
	}
	return t.conn.Raw(func(dc any) error {
		a, err := duckdb.NewAppenderFromConn(dc.(driver.Conn), "", table)
		if err != nil {
			return err
		}
		for _, r := range rows {
			if err := a.AppendRow(r...); err != nil {
				a.Close()
				return err
			}
		}
		return a.Close()
	})
}

func (t *transfer) insert(ctx context.Context, table string, width int, args []any) error {
	row := "(" + strings.TrimSuffix(strings.Repeat("?, ", width), ", ") + ")"
	_, err := t.exec(ctx, "insert into "+table+" values "+row+strings.Repeat(", "+row, len(args)/width-1), args...)
	return err
}

// depth orders the levels that add up to campaigns, nil for the others.
func depth(l ingest.Level) any {
	switch l {
	case ingest.LevelAccount:
		return 0
	case ingest.LevelCampaign:
		return 1
	case ingest.LevelAdGroup:
		return 2
	case ingest.LevelAd:
		return 3
	}
	return nil
}

// age is the SQL of the batch's place among those that hold the same cell.
func (t *transfer) age() string {
	return fmt.Sprintf("age_of(%s, %d)", timestamp(t.report.KnownAsOf), t.batch)
}

// accounts are the keys of the accounts that the file has rows of.
func (t *transfer) accounts() []int32 {
	var keys []int32
	for _, s := range t.report.Streams {
		keys = append(keys, t.streamAccount(s.Key))
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

func (t *transfer) streamAccount(stream int32) int32 {
	s, _ := t.keys.KnownStream(stream)
	return s.Account
}

// replaced finds what the batch takes over, and stops where it would lower
// the delivery of settled days.
func (t *transfer) replaced(ctx context.Context) error {
	t.out.Replaces = nil
	if t.report.FirstDay == 0 {
		return nil
	}
	list := joinKeys(t.streams())
	var others bool
	err := t.conn.QueryRowContext(ctx, fmt.Sprintf("select exists (select 1 from cell where stream in (%s) and batch <> %d)", list, t.batch)).Scan(&others)
	if err != nil || !others {
		return err
	}
	from, to := date(min(t.report.FirstDay, cmpDay(t.report.DeclaredFirst, t.report.FirstDay))), date(max(t.report.LastDay, t.report.DeclaredLast))
	parts, err := inParts(ctx, t.conn, fmt.Sprintf("select day, count(*) from cell where day between %s and %s and stream in (%s) group by day order by day", from, to, list))
	if err != nil {
		return err
	}
	for _, p := range parts {
		if err := t.replacedIn(ctx, p, list); err != nil {
			return err
		}
	}
	slices.SortFunc(t.out.Replaces, func(a, b Replaced) int { return a.Batch - b.Batch })
	old, cur := ingest.Sums{}, ingest.Sums{}
	for _, p := range t.out.Replaces {
		for m := range p.Old {
			old[m] += p.Old[m]
			cur[m] += p.New[m]
		}
	}
	if t.in.Accept || t.withheld { // what is withheld lowers nothing yet
		return nil
	}
	for _, id := range []string{"spend", "impressions", "clicks"} {
		if float64(cur[id]) >= float64(old[id])*(1-lowersBy) {
			continue
		}
		m, _ := ingest.LookupMeasure(id)
		write := func(l locale.Lang, v int64) string {
			if m.Unit == ingest.Money {
				return l.Money(float64(v)/float64(m.Unit.Scale()), t.report.Currency, 2)
			}
			return l.Int(v)
		}
		return &gateError{check: "settled-lowered", overrule: true, text: locale.Text{
			EN: fmt.Sprintf("the file would lower days that were settled: %s from %s to %s; import it again with --accept if that is right", m.Label.EN, write(locale.EN, old[id]), write(locale.EN, cur[id])),
			FR: fmt.Sprintf("le fichier ferait baisser des jours déjà consolidés\u00a0: %s de %s à %s\u00a0; réimportez-le avec --accept si c’est juste", m.Label.FR, write(locale.FR, old[id]), write(locale.FR, cur[id])),
		}}
	}
	return nil
}

// replacedIn adds what the batch takes over on some days.
func (t *transfer) replacedIn(ctx context.Context, days part, streams string) error {
	settled := locale.DayOf(t.report.KnownAsOf.UTC()) - settledAfter
	rows, err := t.conn.QueryContext(ctx, fill(query("replaced"),
		"batch", strconv.Itoa(t.batch), "age", t.age(), "from", date(days.first), "to", date(days.last), "settled", date(settled), "streams", streams))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var batch int
		var first, last time.Time
		var v [6]sql.NullInt64
		if err := rows.Scan(&batch, &first, &last, &v[0], &v[1], &v[2], &v[3], &v[4], &v[5]); err != nil {
			return err
		}
		at := slices.IndexFunc(t.out.Replaces, func(p Replaced) bool { return p.Batch == batch })
		if at < 0 {
			at = len(t.out.Replaces)
			t.out.Replaces = append(t.out.Replaces, Replaced{Batch: batch, FirstDay: locale.DayOf(first), Old: ingest.Sums{}, New: ingest.Sums{}})
		}
		p := &t.out.Replaces[at]
		p.LastDay = locale.DayOf(last) // parts come in order
		for i, m := range []string{"spend", "impressions", "clicks"} {
			if v[i].Valid {
				p.Old[m] += v[i].Int64
				p.New[m] += v[i+3].Int64
			}
		}
	}
	return rows.Err()
}

// cmpDay is a unless it is no day.
func cmpDay(a, b locale.Day) locale.Day {
	if a == 0 {
		return b
	}
	return a
}

// gates refuses a file with a critical problem where its owner asked for that.
func (t *transfer) gates(ctx context.Context) error {
	if t.in.Strict && t.report.Critical() {
		return &gateError{overrule: true, text: locale.Text{
			EN: "a critical problem, and --strict was asked for: nothing was written",
			FR: "un problème critique, et --strict est demandé\u00a0: rien n’a été écrit",
		}}
	}
	return nil
}

// record writes the batch itself.
func (t *transfer) record(ctx context.Context) error {
	rep := t.report
	body, err := json.Marshal(rep)
	if err != nil {
		return err
	}
	null := func(d locale.Day) any {
		if d == 0 {
			return nil
		}
		return d.Time()
	}
	t.out.Gate = t.withheld
	return t.insert(ctx, "batch", 20, []any{
		t.batch, t.in.Client, t.in.File.SHA256, t.in.Name, t.r.Platform().ID, string(rep.Level),
		null(rep.FirstDay), null(rep.LastDay), null(rep.DeclaredFirst), null(rep.DeclaredLast), rep.Complete,
		rep.Rows, rep.SkippedRows, rep.KnownAsOf.UTC(), rep.KnownFrom, t.in.Options.Now.UTC(), nil,
		string(rep.Control.Status), t.out.Gate, string(body),
	})
}

// settle rebuilds the roll-up of the accounts and days that a batch touches.
func settle(ctx context.Context, conn *sql.Conn, batch int) error {
	var first, last sql.NullTime
	var accounts sql.NullString
	err := conn.QueryRowContext(ctx, `select min(c.day), max(c.day), string_agg(distinct s.account::varchar, ',')
		from cell c join stream s on s.stream = c.stream where c.batch = ?`, batch).Scan(&first, &last, &accounts)
	if err != nil || !first.Valid {
		return err
	}
	from, to := date(locale.DayOf(first.Time)), date(locale.DayOf(last.Time))
	_, err = conn.ExecContext(ctx, fmt.Sprintf("delete from rollup where day between %s and %s and account in (%s)", from, to, accounts.String))
	if err != nil {
		return err
	}
	held, err := measuresHeld(ctx, conn, from, to, accounts.String)
	if err != nil {
		return err
	}
	names, sums := sumsOf(held)
	parts, err := inParts(ctx, conn, fmt.Sprintf(`select day, count(*) from cell
		where day between %s and %s and stream in (select stream from stream where account in (%s)) group by day order by day`, from, to, accounts.String))
	if err != nil {
		return err
	}
	for _, p := range parts {
		_, err = conn.ExecContext(ctx, fill(query("settle"), "names", names, "sums", sums, "from", date(p.first), "to", date(p.last), "accounts", accounts.String))
		if err != nil {
			return err
		}
	}
	return nil
}

// atOnce is how many cells a query joins and adds up: what it holds in memory
// must not grow with the file. A test has fewer.
var atOnce int64 = 250_000

// part is some days, both ends included.
type part struct{ first, last locale.Day }

// inParts cuts days into parts that a query can deal with. counts is a query
// for the days, in order, and how much there is of each.
func inParts(ctx context.Context, conn *sql.Conn, counts string) ([]part, error) {
	rows, err := conn.QueryContext(ctx, counts)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var parts []part
	sum := atOnce
	for rows.Next() {
		var at time.Time
		var n int64
		if err := rows.Scan(&at, &n); err != nil {
			return nil, err
		}
		day := locale.DayOf(at)
		if sum += n; sum > atOnce {
			parts = append(parts, part{day, day})
			sum = n
		}
		parts[len(parts)-1].last = day
	}
	return parts, rows.Err()
}

// measuresHeld are the measures that the accounts' facts have at all between
// two days. The others need no sum: forty of them over a million cells would
// not fit in memory.
func measuresHeld(ctx context.Context, conn *sql.Conn, from, to, accounts string) ([]ingest.Measure, error) {
	var exprs []string
	held := make([]bool, len(ingest.Measures))
	dest := make([]any, len(held))
	for i, m := range ingest.Measures {
		exprs = append(exprs, "count("+m.ID+") > 0")
		dest[i] = &held[i]
	}
	err := conn.QueryRowContext(ctx, fmt.Sprintf("select %s from fact where first_day between %s and %s and stream in (select stream from stream where account in (%s))",
		strings.Join(exprs, ", "), from, to, accounts)).Scan(dest...)
	var list []ingest.Measure
	for i, m := range ingest.Measures {
		if held[i] {
			list = append(list, m)
		}
	}
	return list, err
}

// sumsOf are the names and the sums of some measures. What does not add up is
// kept only where one row stands for the whole cell.
func sumsOf(measures []ingest.Measure) (names, sums string) {
	for _, m := range measures {
		names += ", " + m.ID
		if m.Additive {
			sums += fmt.Sprintf(", sum(f.%s)::bigint", m.ID)
		} else {
			sums += fmt.Sprintf(", case when count(*) = 1 then max(f.%s) end", m.ID)
		}
	}
	return names, sums
}

// fill puts numbers, dates and generated lists into a query's text; what
// people wrote never goes this way.
func fill(text string, pairs ...string) string {
	for i := 0; i < len(pairs); i += 2 {
		text = strings.ReplaceAll(text, "{{"+pairs[i]+"}}", pairs[i+1])
	}
	return text
}

func date(d locale.Day) string { return "date '" + d.String() + "'" }

func timestamp(t time.Time) string {
	return "timestamp '" + t.UTC().Format("2006-01-02 15:04:05.999999") + "'"
}

func joinKeys(keys []int32) string {
	var s []string
	for _, k := range keys {
		s = append(s, strconv.Itoa(int(k)))
	}
	return strings.Join(s, ",")
}
