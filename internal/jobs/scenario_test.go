package jobs

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"vigie/ingest/source"
	"vigie/internal/agency"
	"vigie/internal/locale"
	"vigie/internal/simulate"
	"vigie/internal/warehouse"
	"vigie/metrics"
	"vigie/reports"
	"vigie/reports/chart"
)

// A scenario is a workspace, a clock, and a script of what happens to them:
//
//	at 2026-09-28 07:55            the machine sleeps until then: no look
//	run 2026-09-28 08:10 every 1m  a look at each step until then
//	drop CLIENT PLATFORM[,…] FIRST LAST
//	                               somebody drops exports of these days
//	put CLIENT NAME                somebody drops a file of the case
//	zip CLIENT NAME FILE, FILE…    somebody drops an archive of files of the case
//	start                          the server is stopped and started again
//	kill report                    at the next report, the process dies when it
//	                               has begun to write, and is started again
//	kill issued                    … when the edition is there and the ledger does
//	                               not know
//	empty CLIENT NAME              a browser makes room for a download
//	block CLIENT/CAMPAIGN          no edition can be written there
//	unblock CLIENT/CAMPAIGN
//	offer HOST NAME                a file of the case lies at the sources of a host
//	break HOST final|away|WAIT TEXT
//	                               they fail: for good, for now, or for a while
//	mend HOST
//
// Times are those of Paris, or UTC with a Z. A process that dies is what its
// files are at that moment: the workspace is copied, write-ahead log and all,
// and the story goes on in the copy.
type scenario struct {
	t       *testing.T
	a       *txtar.Archive
	now     time.Time
	dir     string
	wh      *warehouse.Warehouse
	agency  *agency.Agency
	s       *Scheduler
	engine  func() (*chart.Engine, error)
	kill    string // what is to happen at the next report
	revived string // the copy in which the story goes on
	log     bytes.Buffer
	logging sync.Mutex // sources have a goroutine of their own
	ticks   int
	offers  map[string][]string      // names of files, by host
	broken  map[string]*source.Error // by host
	asked   int                      // how often sources were asked
}

var paris = sync.OnceValue(func() *time.Location {
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		panic(err)
	}
	return zone
})

// sharedEngine is one for all tests: it takes a second to start.
var sharedEngine = sync.OnceValues(chart.NewEngine)

// TestScenarios plays testdata/jobs/scenarios.
func TestScenarios(t *testing.T) {
	cases(t, "../../testdata/jobs/scenarios/*.txtar", func(t *testing.T, path string, a *txtar.Archive) {
		sc := newScenario(t, a)
		for n, line := range strings.Split(part(t, a, "script"), "\n") {
			if line, _, _ = strings.Cut(line, "#"); strings.TrimSpace(line) == "" {
				continue
			}
			if err := sc.do(strings.Fields(line)); err != nil {
				t.Fatalf("script:%d: %v", n+1, err)
			}
		}
		golden(t, a, "log.golden", sc.log.String())
		golden(t, a, "ledger.golden", sc.ledger())
		golden(t, a, "files.golden", sc.tree())
		sc.once()
		sc.kept()
		t.Logf("%d looks", sc.ticks)
	})
}

func newScenario(t *testing.T, a *txtar.Archive) *scenario {
	sc := &scenario{t: t, a: a, dir: t.TempDir(), engine: sharedEngine, offers: map[string][]string{}, broken: map[string]*source.Error{}}
	files := simulate.DemoFiles()
	for name := range files {
		if strings.HasPrefix(name, "inbox/") {
			delete(files, name)
		}
	}
	// Its day is fixed, as that of a demo; here the clock runs.
	fixed := regexp.MustCompile(`(?m)^today:.*\n`)
	if !fixed.Match(files["vigie.yaml"]) {
		t.Fatal("the demo has no fixed day")
	}
	files["vigie.yaml"] = fixed.ReplaceAll(files["vigie.yaml"], nil)
	for _, f := range a.Files {
		if name, ok := strings.CutPrefix(f.Name, "workspace/"); ok {
			files[name] = f.Data
		}
	}
	for name, body := range files {
		path := filepath.Join(sc.dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, body, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return sc
}

// open starts a server in the scenario's folder.
func (sc *scenario) open() error {
	a, err := agency.Open(sc.dir, agency.Known{})
	if err != nil {
		return err
	}
	if err := a.Err(); err != nil {
		return err
	}
	wh, err := warehouse.Open(context.Background(), a.DataDir(""))
	if err != nil {
		return err
	}
	sc.t.Cleanup(func() { wh.Close() })
	sc.agency, sc.wh = a, wh
	s := New(Config{
		Agency: func() (*agency.Agency, error) { return a, nil }, Warehouse: wh, Version: "test",
		Clock: func() time.Time { return sc.now },
		Log:   slog.New(&logLines{sc: sc, wh: wh}),
	})
	s.Engine = func() (*chart.Engine, error) {
		if sc.kill == "report" {
			return nil, sc.die(wh)
		}
		return sc.engine()
	}
	s.get = sc.get
	sc.s = s
	sc.note("— server started")
	return nil
}

// get stands for the servers of the scenario's sources.
func (sc *scenario) get(ctx context.Context, spec source.Source, d source.Desk) (got source.Got, err error) {
	sc.asked++
	host := ""
	switch spec := spec.(type) {
	case source.HTTPS:
		host = spec.Hosts[0]
	case source.SFTP:
		host = spec.Host
	case source.Mailbox:
		host = spec.Host
	}
	for _, name := range sc.offers[host] {
		body := part(sc.t, sc.a, name)
		tag := fmt.Sprint(len(body))
		if known, ok := d.Known(name); ok && known == tag {
			continue
		}
		path := filepath.Join(d.Dir, name)
		if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
			return got, err
		}
		got.Items = append(got.Items, source.Item{Key: name, Tag: tag, Files: []source.File{{Name: name, Path: path, Size: int64(len(body))}}})
	}
	if e := sc.broken[host]; e != nil {
		return got, e
	}
	return got, nil
}

func (sc *scenario) note(line string) {
	sc.logging.Lock()
	defer sc.logging.Unlock()
	fmt.Fprintf(&sc.log, "%s  %s\n", sc.now.In(paris()).Format("2006-01-02 15:04"), line)
}

// logLines writes what a server logs, while it is the one that lives.
type logLines struct {
	sc *scenario
	wh *warehouse.Warehouse
}

func (l *logLines) Enabled(context.Context, slog.Level) bool { return true }
func (l *logLines) WithAttrs([]slog.Attr) slog.Handler       { panic("not used") }
func (l *logLines) WithGroup(string) slog.Handler            { panic("not used") }
func (l *logLines) Handle(_ context.Context, r slog.Record) error {
	if l.sc.wh != l.wh || l.sc.revived != "" {
		return nil
	}
	line := r.Message
	r.Attrs(func(a slog.Attr) bool {
		if a.Key == "stack" {
			return true
		}
		v := a.Value.String()
		if at, ok := a.Value.Any().(time.Time); ok {
			v = at.In(paris()).Format("15:04")
		}
		line += fmt.Sprintf("  %s=%s", a.Key, v)
		return true
	})
	l.sc.note(strings.ReplaceAll(line, l.sc.dir, "DIR"))
	return nil
}

// die copies the workspace as it is on disk at this moment, with a report half
// written. What the dying process does from here on, nobody sees.
func (sc *scenario) die(wh *warehouse.Warehouse) error {
	sc.kill = ""
	sc.revived = sc.t.TempDir()
	if err := os.CopyFS(sc.revived, os.DirFS(sc.dir)); err != nil {
		sc.t.Fatal(err)
	}
	editions := filepath.Join(sc.revived, "clients", "bloc-d-ardoise", "essais-rentree-2026", "editions")
	half := filepath.Join(editions, "2026-W41", ".writing-42")
	if err := os.MkdirAll(half, 0o777); err != nil {
		sc.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(half, "snapshot.json"), []byte(`{"version": "te`), 0o666); err != nil {
		sc.t.Fatal(err)
	}
	return errors.New("killed")
}

// revive goes on in the copy.
func (sc *scenario) revive() error {
	sc.dir, sc.revived = sc.revived, ""
	sc.note("— the process was killed")
	return sc.open()
}

// tick looks once.
func (sc *scenario) tick() error {
	before := sc.done()
	sc.ticks++
	sc.s.Tick(context.Background(), sc.now)
	sc.s.Fetch(context.Background(), sc.now)
	if sc.revived != "" {
		return sc.revive()
	}
	if sc.kill == "issued" {
		for _, x := range sc.done() {
			if slices.ContainsFunc(before, func(y Slot) bool { return x.Slot == y.Slot }) {
				continue
			}
			// The files of a process that died before it wrote this row.
			x.State, x.Finished, x.Output = Running, time.Time{}, ""
			if err := save(context.Background(), sc.wh, x); err != nil {
				return err
			}
			sc.kill = ""
			sc.revived = sc.t.TempDir()
			if err := os.CopyFS(sc.revived, os.DirFS(sc.dir)); err != nil {
				return err
			}
			return sc.revive()
		}
	}
	return nil
}

func (sc *scenario) done() []Slot {
	if sc.kill != "issued" {
		return nil
	}
	list, err := slots(context.Background(), sc.wh.DB(), "where state = 'done'")
	if err != nil {
		sc.t.Fatal(err)
	}
	return list
}

func (sc *scenario) do(words []string) error {
	moment := func(words []string) (time.Time, []string, error) {
		if len(words) == 0 {
			return time.Time{}, nil, errors.New("no time")
		}
		if at, err := time.Parse("2006-01-02T15:04Z", words[0]); err == nil {
			return at, words[1:], nil
		}
		if len(words) < 2 {
			return time.Time{}, nil, errors.New("no time")
		}
		at, err := time.ParseInLocation("2006-01-02 15:04", words[0]+" "+words[1], paris())
		return at, words[2:], err
	}
	switch words[0] {
	case "at":
		at, _, err := moment(words[1:])
		if err != nil || at.Before(sc.now) {
			return fmt.Errorf("at %v: %v", words[1:], err)
		}
		sc.now = at
	case "run":
		at, rest, err := moment(words[1:])
		if err != nil || len(rest) != 2 {
			return fmt.Errorf("run %v: %v", words[1:], err)
		}
		step, err := time.ParseDuration(rest[1])
		if err != nil {
			return err
		}
		for ; !sc.now.After(at); sc.now = sc.now.Add(step) {
			if err := sc.tick(); err != nil {
				return err
			}
		}
		sc.now = at
	case "drop":
		from, err1 := locale.ParseDay(words[3])
		to, err2 := locale.ParseDay(words[4])
		if err := errors.Join(err1, err2); err != nil {
			return err
		}
		for platform := range strings.SplitSeq(words[2], ",") {
			rows := demoRows(platform, from, to)
			if words[1] != "bloc-d-ardoise" {
				rows = plainRows("Night", from, to)
			}
			name, body := export(platform, rows, from, to, sc.now)
			if err := sc.dropFile(words[1], name, body); err != nil {
				return err
			}
		}
		sc.note("— exports dropped: " + strings.Join(words[1:], " "))
	case "put":
		name := strings.Join(words[2:], " ")
		sc.note("— dropped: " + strings.Join(words[1:], " "))
		return sc.dropFile(words[1], name, []byte(part(sc.t, sc.a, name)))
	case "zip":
		sc.note("— dropped: " + strings.Join(words[1:], " "))
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		for name := range strings.SplitSeq(strings.Join(words[3:], " "), ", ") {
			w, err := z.Create(name)
			if err != nil {
				return err
			}
			if _, err := w.Write([]byte(part(sc.t, sc.a, name))); err != nil {
				return err
			}
		}
		if err := z.Close(); err != nil {
			return err
		}
		return sc.dropFile(words[1], words[2], b.Bytes())
	case "empty":
		sc.note("— empty file: " + strings.Join(words[1:], " "))
		return sc.dropFile(words[1], strings.Join(words[2:], " "), nil)
	case "start":
		if sc.wh != nil {
			if err := sc.wh.Close(); err != nil {
				return err
			}
		}
		return sc.open()
	case "kill":
		sc.kill = words[1]
	case "offer":
		sc.offers[words[1]] = append(sc.offers[words[1]], strings.Join(words[2:], " "))
		sc.note("— offered: " + strings.Join(words[1:], " "))
	case "break":
		text := strings.Join(words[3:], " ")
		e := &source.Error{Text: locale.Text{EN: text, FR: text + " (fr)"}, Final: words[2] == "final", Away: words[2] == "away"}
		if wait, err := time.ParseDuration(words[2]); err == nil {
			e.Wait = wait
		}
		sc.broken[words[1]] = e
		sc.note("— broken: " + strings.Join(words[1:], " "))
	case "mend":
		delete(sc.broken, words[1])
		sc.note("— mended: " + words[1])
	case "block", "unblock":
		client, campaign, _ := strings.Cut(words[1], "/")
		editions := filepath.Join(sc.dir, "clients", client, campaign, "editions")
		sc.note("— " + words[0] + "ed: " + words[1])
		if words[0] == "unblock" {
			return os.Remove(editions)
		}
		return os.WriteFile(editions, []byte("a file where the folder should be"), 0o666)
	default:
		return fmt.Errorf("what is %q?", words[0])
	}
	return nil
}

func (sc *scenario) dropFile(client, name string, body []byte) error {
	path := filepath.Join(sc.dir, "inbox", client, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	if err := os.WriteFile(path, body, 0o666); err != nil {
		return err
	}
	return os.Chtimes(path, sc.now, sc.now)
}

// ledger writes the rows, oldest first.
func (sc *scenario) ledger() string {
	list, err := slots(context.Background(), sc.wh.DB(), "order by due, slot")
	if err != nil {
		sc.t.Fatal(err)
	}
	clock := func(at time.Time) string {
		if at.IsZero() {
			return "-"
		}
		return at.In(paris()).Format("02 Jan 15:04")
	}
	var b strings.Builder
	for _, x := range list {
		fmt.Fprintf(&b, "%s\n    due %s, of %s to %s: %s, attempts %d, started %s, finished %s\n",
			x.Slot, x.Due.Format("2006-01-02 15:04 MST"), x.Period.From, x.Period.To, x.State, x.Attempts, clock(x.Started), clock(x.Finished))
		for _, line := range []string{x.Output, x.Why.EN, x.Why.FR, x.Error} {
			if line != "" {
				fmt.Fprintf(&b, "    %s\n", strings.ReplaceAll(line, sc.dir, "DIR"))
			}
		}
	}
	return b.String()
}

// tree lists the inbox, with the notes beside refused files, and the editions.
func (sc *scenario) tree() string {
	var list []string
	for _, top := range []string{"inbox", "clients"} {
		err := filepath.WalkDir(filepath.Join(sc.dir, top), func(path string, d fs.DirEntry, err error) error {
			rel, _ := filepath.Rel(sc.dir, path)
			rel = filepath.ToSlash(rel)
			if err == nil && !d.IsDir() && (top == "inbox" || strings.Contains(rel, "/editions/")) {
				list = append(list, rel)
				if note, rerr := os.ReadFile(path); rerr == nil && strings.HasPrefix(rel, "inbox/") && strings.HasSuffix(rel, ".txt") {
					for line := range strings.Lines(string(note)) {
						list = append(list, strings.TrimRight("    | "+line, " \n"))
					}
				}
			}
			return err
		})
		if err != nil {
			sc.t.Fatal(err)
		}
	}
	return strings.Join(list, "\n") + "\n"
}

// kept holds the findings in the table against what the data say now: they are
// the same, whatever they were called first, and the planted outage of the demo
// is among them once its days are known.
func (sc *scenario) kept() {
	t := sc.t
	for _, client := range sc.agency.Clients {
		for _, c := range client.Campaigns {
			list, err := Findings(context.Background(), sc.wh.DB(), client.ID, c.ID)
			if err != nil {
				t.Fatal(err)
			}
			there := map[string]int{}
			outage := false
			for _, f := range list {
				if f.LastSeen.Before(f.FirstSeen) || !f.Gone.IsZero() && f.Gone.Before(f.LastSeen) {
					t.Errorf("%s: seen %s to %s, gone %s", f.ID, f.FirstSeen, f.LastSeen, f.Gone)
				}
				if f.Gone.IsZero() {
					there[f.Rule+"@"+f.Scope]++
					outage = outage || f.Rule == "tracking-outage"
				}
			}
			scope, err := metrics.LoadScope(context.Background(), sc.wh.DB(), client, c)
			if err != nil {
				t.Fatal(err)
			}
			whole, _, err := metrics.Daily(context.Background(), sc.wh.DB(), scope, c.Flight.Start, c.Flight.End, time.Time{})
			if err != nil {
				t.Fatal(err)
			}
			last := metrics.LastComplete(whole)
			if last == 0 {
				if len(list) > 0 {
					t.Errorf("%s: findings without data", c.ID)
				}
				continue
			}
			if truth := simulate.DemoTruth(); c.ID == truth.Campaign && len(scope.Channels) == 5 && last > truth.Outage.Last+7 && !outage {
				t.Errorf("%s: the planted outage is not among the findings", c.ID)
			}
			from, to := reports.LastWeek(last, c.Flight)
			now, err := reports.Freeze(context.Background(), reports.Source{DB: sc.wh.DB(), Campaign: c, Now: sc.now},
				reports.Request{Kind: reports.KindTracking, From: from, To: to})
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range now.Insight.Findings {
				there[f.Rule+"@"+f.Scope]--
			}
			for name, n := range there {
				if n != 0 {
					t.Errorf("%s: %s: %+d in the table", c.ID, name, n)
				}
			}
		}
	}
}

// once holds what the scheduler promises against the files themselves: each
// slot of the schedule that came due has one row, each row that is done has an
// edition of its period, and no edition has a second revision.
func (sc *scenario) once() {
	t := sc.t
	list, err := slots(context.Background(), sc.wh.DB(), "")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]Slot{}
	for _, x := range list {
		if _, ok := rows[x.Slot]; ok {
			t.Errorf("%s has two rows", x.Slot)
		}
		rows[x.Slot] = x
	}
	b, err := readBook(context.Background(), sc.wh.DB())
	if err != nil {
		t.Fatal(err)
	}
	reported, wrong := reportJobs(sc.agency)
	fetched, wrong2 := sourceJobs(sc.agency)
	if len(wrong)+len(wrong2) > 0 {
		t.Error(wrong, wrong2)
	}
	for _, j := range append(reported, fetched...) {
		for _, m := range j.owed(b.firstSeen[j.name], time.Time{}, sc.now) {
			if _, ok := rows[j.slot(m)]; !ok {
				t.Errorf("%s came due and has no row", j.slot(m))
			}
			delete(rows, j.slot(m))
		}
	}
	for name := range maps.Keys(rows) {
		t.Errorf("%s has a row and was never due", name)
	}
	for _, client := range sc.agency.Clients {
		for _, c := range client.Campaigns {
			issued, err := reports.Editions(c)
			if err != nil {
				t.Fatal(err)
			}
			editions := map[string]int{}
			for _, e := range issued {
				editions[e.ID]++
				if e.Revision != 1 {
					t.Errorf("%s was built %d times", e.ID, e.Revision)
				}
			}
			for _, x := range list {
				if x.State != Done || x.Client != client.ID || x.Campaign != c.ID {
					continue
				}
				id := reports.EditionID(x.Period.From, x.Period.To)
				if editions[id] != 1 {
					t.Errorf("%s: %d editions %s", x.Slot, editions[id], id)
				}
				if _, err := os.Stat(filepath.Join(sc.dir, filepath.FromSlash(x.Output))); err != nil {
					t.Errorf("%s: %v", x.Slot, err)
				}
				delete(editions, id)
			}
			for id := range editions {
				t.Errorf("edition %s belongs to no slot", id)
			}
		}
	}
}
