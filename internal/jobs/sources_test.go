package jobs

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"vigie/ingest/source"
	"vigie/internal/agency"
	"vigie/internal/locale"
	"vigie/internal/warehouse"
)

const (
	nightWeek = "Campaign report\n\"August 3, 2026 - August 3, 2026\"\nDay,Campaign,Currency code,Impr.,Clicks,Cost,Conversions\n2026-08-03,Night 1,EUR,1000,40,20.00,2.00\n"
	aRecipe   = "Dish;Time\nSoup;20\n"
)

// sources starts an agency with a source and the files that it may give.
func sources(t *testing.T) *scenario {
	t.Helper()
	sc := newScenario(t, &txtar.Archive{Files: []txtar.File{
		{Name: "workspace/clients/nuit/client.yaml", Data: []byte("name: La Nuit\n")},
		{Name: "workspace/sources/tool.yaml", Data: []byte("kind: sftp\nclient: nuit\nhost: sftp.example.com\nuser: agency\n")},
		{Name: "week.csv", Data: []byte(nightWeek)}, {Name: "recipe.csv", Data: []byte(aRecipe)},
	}})
	sc.play("at 2026-08-10 09:00", "start")
	return sc
}

func (sc *scenario) sync(o SyncOptions, ids ...string) (list []Fetched) {
	sc.t.Helper()
	err := sc.s.Sync(context.Background(), ids, o, func(string) {}, func(f Fetched) { list = append(list, f) })
	if err != nil {
		sc.t.Fatal(err)
	}
	return list
}

// outcome is what became of one source, in words.
func outcome(f Fetched) string {
	var list []string
	for _, r := range f.Files {
		list = append(list, r.File+"="+string(r.Status))
	}
	return strings.Join(append(list, f.Why.EN), " ")
}

// TestFetchInterrupted: a fetch that the server's end interrupts is due again,
// and counts as no attempt; what had come whole is kept.
func TestFetchInterrupted(t *testing.T) {
	sc := sources(t)
	ctx, cancel := context.WithCancel(context.Background())
	whole := sc.s.get
	sc.play("offer sftp.example.com week.csv")
	sc.s.get = func(ctx context.Context, spec source.Source, d source.Desk) (source.Got, error) {
		got, _ := whole(ctx, spec, d)
		cancel()
		return got, ctx.Err()
	}
	sc.s.Fetch(ctx, sc.now)
	if x := sc.row(); x.State != Waiting || x.Attempts != 0 || !strings.Contains(sc.log.String(), "status=imported") {
		t.Fatalf("%+v\n%s", x, sc.log.String())
	}
	sc.s.get = whole
	sc.s.Fetch(context.Background(), sc.now)
	if x := sc.row(); x.State != Done || x.Attempts != 1 || x.Why.EN != "nothing new" {
		t.Fatalf("%+v", x)
	}
}

// TestFetchDied: a fetch whose process died counts as an attempt, so that one
// that brings the process down does not do so for ever; what it left half
// fetched is cleared away.
func TestFetchDied(t *testing.T) {
	sc := sources(t)
	sc.s.Fetch(context.Background(), sc.now)
	x := sc.row()
	x.State, x.Finished = Running, time.Time{}
	half := filepath.Join(sc.wh.Dir(), incomingName, "fetched-1")
	if err := errors.Join(save(context.Background(), sc.wh, x), os.MkdirAll(filepath.Dir(half), 0o700), os.WriteFile(half, []byte("half"), 0o600)); err != nil {
		t.Fatal(err)
	}
	sc.play("start", "at 2026-08-10 10:00", "run 2026-08-10 10:00 every 1m")
	if x := sc.row(); x.State != Done || x.Attempts != 2 || !strings.Contains(sc.log.String(), "error=interrupted") {
		t.Fatalf("%+v\n%s", x, sc.log.String())
	}
	if _, err := os.Stat(half); !errors.Is(err, os.ErrNotExist) {
		t.Error("what was half fetched is still there")
	}
}

// TestFetchPanics: a panic is a failed attempt, and the mutex is given back.
func TestFetchPanics(t *testing.T) {
	sc := sources(t)
	sc.s.get = func(context.Context, source.Source, source.Desk) (source.Got, error) { panic("on purpose") }
	sc.s.Fetch(context.Background(), sc.now)
	if x := sc.row(); x.State != Retry || x.Error != "panic: on purpose" || !x.NextTry.Equal(sc.now.Add(time.Minute)) {
		t.Fatalf("%+v", x)
	}
	sc.s.get = sc.get
	sc.play("run 2026-08-10 09:02 every 1m")
	if x := sc.row(); x.State != Done || x.Attempts != 2 {
		t.Fatalf("%+v", x)
	}
}

// TestFetchTrouble: a file that could not be taken in for no fault of its own is
// not remembered, and comes with the next attempt.
func TestFetchTrouble(t *testing.T) {
	sc := sources(t)
	sc.play("offer sftp.example.com week.csv")
	archive := filepath.Join(sc.wh.Dir(), "archive")
	if err := os.WriteFile(archive, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	sc.s.Fetch(context.Background(), sc.now)
	if x := sc.row(); x.State != Retry || !strings.Contains(x.Error, "week.csv: make ") {
		t.Fatalf("%+v", x)
	}
	if err := os.Remove(archive); err != nil {
		t.Fatal(err)
	}
	sc.play("run 2026-08-10 09:02 every 1m")
	if x := sc.row(); x.State != Done || x.Why.EN != "1 file taken in" {
		t.Fatalf("%+v", x)
	}
}

// TestSourceFiles: a source whose file has mistakes keeps its open slot, one
// whose file is gone does not; a workspace whose day is fixed asks nobody.
func TestSourceFiles(t *testing.T) {
	sc := sources(t)
	sc.play("break sftp.example.com away gone for lunch", "run 2026-08-10 09:00 every 1m")
	all := sc.agency.Sources
	sc.agency.Sources = nil
	sc.agency.Problems = agency.Problems{{File: "sources/tool.yaml", Line: 1, Column: 1}}
	sc.play("run 2026-08-10 09:10 every 5m")
	if x := sc.row(); x.State != Retry {
		t.Fatalf("with mistakes: %+v", x)
	}
	sc.agency.Problems = nil
	sc.play("run 2026-08-10 09:20 every 5m")
	if x := sc.row(); x.State != Skipped || x.Why != sourceGone {
		t.Fatalf("gone: %+v", x)
	}
	sc.agency.Sources, sc.agency.Today = all, locale.Date(2026, time.August, 10)
	before := sc.asked
	sc.play("run 2026-08-12 09:00 every 12h")
	if sc.row(); sc.asked != before {
		t.Error("asked on a fixed day")
	}
	if list := sc.sync(SyncOptions{}, "tool"); len(list) != 1 || sc.asked != before+1 {
		t.Errorf("by hand: %v", list)
	}
}

// TestSync: by hand sources and the inbox are asked at once; a dry run keeps
// nothing; what was fetched comes again when it is asked for, or when the file
// of the source changes; what came of it is what people see.
func TestSync(t *testing.T) {
	sc := sources(t)
	sc.play("offer sftp.example.com week.csv", "offer sftp.example.com recipe.csv")
	inbox := filepath.Join(sc.dir, "inbox", "nuit")
	if err := sc.dropFile("nuit", "dropped.csv", []byte(nightWeek+"\n")); err != nil {
		t.Fatal(err)
	}
	sc.s.Clock = func() time.Time { sc.now = sc.now.Add(time.Second); return sc.now }
	state := func() Source {
		t.Helper()
		st, err := sc.s.Status(context.Background())
		if err != nil || len(st.Sources) != 1 {
			t.Fatal(st, err)
		}
		return st.Sources[0]
	}
	list := sc.sync(SyncOptions{DryRun: true})
	if len(list) != 1 || outcome(list[0]) != "week.csv=dry-run recipe.csv=rejected " || list[0].Files[0].Rows != 1 {
		t.Errorf("dry run: %v", list)
	}
	if x := state(); !x.Asked.IsZero() || x.Next.IsZero() {
		t.Errorf("after a dry run: %+v", x)
	}
	if _, err := os.Stat(filepath.Join(inbox, "refuses")); !errors.Is(err, os.ErrNotExist) {
		t.Error("a dry run put a file aside")
	}
	list = sc.sync(SyncOptions{})
	if len(list) != 2 || outcome(list[0]) != "week.csv=imported recipe.csv=rejected " || outcome(list[1]) != "dropped.csv=imported " {
		t.Errorf("%s; %v", outcome(list[0]), list)
	}
	if x := state(); x.Failed || !x.Trouble || x.Why.FR != "1 fichier importé, 1 refusé (inbox/nuit/refuses dit pourquoi)" {
		t.Errorf("%+v", x)
	}
	for name, want := range map[string]string{"refuses/recipe.csv": aRecipe, "importes/dropped.csv": nightWeek + "\n"} {
		if b, err := os.ReadFile(filepath.Join(inbox, name)); err != nil || string(b) != want {
			t.Errorf("%s: %q, %v", name, b, err)
		}
	}
	if note, err := os.ReadFile(filepath.Join(inbox, "refuses", "recipe.csv.txt")); err != nil || !strings.Contains(string(note), "n’a pas été importé") {
		t.Errorf("%s, %v", note, err)
	}
	if list = sc.sync(SyncOptions{}, "tool"); outcome(list[0]) != "" {
		t.Errorf("again: %v", list)
	}
	if list = sc.sync(SyncOptions{Again: true}, "tool", "tool"); len(list) != 1 || outcome(list[0]) != "week.csv=duplicate recipe.csv=rejected " {
		t.Errorf("asked for again: %v", list)
	}
	sc.agency.Sources[0].Platform = "googleads"
	if list = sc.sync(SyncOptions{}, "tool", Inbox); len(list) != 2 || outcome(list[0]) != "week.csv=duplicate recipe.csv=rejected " || outcome(list[1]) != "" {
		t.Errorf("with another platform: %v", list)
	}
	sc.agency.Sources[0].When.Cron = "0 7 * * *"
	sc.play("break sftp.example.com final nobody home")
	if list = sc.sync(SyncOptions{}, "tool"); outcome(list[0]) != "nobody home" {
		t.Errorf("at another hour: %v", list)
	}
	sc.s.Tick(context.Background(), sc.now)
	st, err := sc.s.Status(context.Background())
	if err != nil || len(st.Notices) != 1 || st.Notices[0].EN != "sources/tool: nobody home (to try again at once: vigie sync tool)" {
		t.Errorf("%+v, %v", st.Notices, err)
	}
	err = sc.s.Sync(context.Background(), []string{"nobody"}, SyncOptions{}, func(string) {}, func(Fetched) {})
	if !errors.Is(err, agency.ErrNoSource) {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	sc.s.fetching.Lock()
	if err := sc.s.Sync(ctx, nil, SyncOptions{}, nil, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("while another fetches: %v", err)
	}
	sc.s.fetching.Unlock()
}

// TestOptions: what the file of a source says of its exports counts, and what it
// leaves open comes from the client's.
func TestOptions(t *testing.T) {
	sc := sources(t)
	sc.play("offer sftp.example.com plain.csv")
	sc.a.Files = append(sc.a.Files, txtar.File{Name: "plain.csv", Data: []byte(strings.ReplaceAll(strings.ReplaceAll(nightWeek, "Currency code,", ""), "EUR,", ""))})
	src := sc.agency.Sources[0]
	src.Account, src.Currency = "987-654-3210", "USD"
	list := sc.sync(SyncOptions{}, "tool")
	if len(list[0].Files) != 1 || list[0].Files[0].Account != "987-654-3210" || list[0].Files[0].Currency != "USD" {
		t.Errorf("%s", outcome(list[0]))
	}
}

// TestSetAside: a link where the folder of refused files should be is not
// followed.
func TestSetAside(t *testing.T) {
	sc := sources(t)
	sc.play("offer sftp.example.com recipe.csv")
	outside := t.TempDir()
	inbox := filepath.Join(sc.dir, "inbox", "nuit")
	if err := errors.Join(os.MkdirAll(inbox, 0o777), os.Symlink(outside, filepath.Join(inbox, "refuses"))); err != nil {
		t.Fatal(err)
	}
	list := sc.sync(SyncOptions{}, "tool")
	if !strings.Contains(list[0].Why.EN, "refuses is not a folder") {
		t.Errorf("%s", outcome(list[0]))
	}
	if left, err := os.ReadDir(outside); err != nil || len(left) != 0 {
		t.Errorf("outside: %v, %v", left, err)
	}
}

// TestSpec: secrets come from the environment or the file, keys from a file that
// is its owner's alone.
func TestSpec(t *testing.T) {
	sc := sources(t)
	client := sc.agency.Sources[0].Client
	fails := func(src *agency.Source, want string) {
		t.Helper()
		_, err := sc.s.spec(src)
		var e *source.Error
		if !errors.As(err, &e) || !e.Final || !strings.Contains(e.Text.EN, want) || e.Text.FR == e.Text.EN || e.Text.FR == "" {
			t.Errorf("%v, want %s", err, want)
		}
	}
	link := &agency.Source{ID: "link", File: "sources/link.yaml", Kind: agency.HTTPS, Client: client, Hosts: []string{"files.example.com"}}
	fails(link, "no link: write url in sources/link.yaml or, where it is a secret, VIGIE_SOURCE_LINK_URL=…")
	t.Setenv("VIGIE_SOURCE_LINK_URL", "https://files.example.com/x?token=hunter2")
	spec, err := sc.s.spec(link)
	if s, ok := spec.(source.HTTPS); err != nil || !ok || s.URL != "https://files.example.com/x?token=hunter2" || s.Hosts[0] != "files.example.com" {
		t.Errorf("%v", err)
	}
	tool := sc.agency.Sources[0]
	key := filepath.Join(sc.wh.Dir(), "tool.key")
	t.Setenv("VIGIE_SOURCE_TOOL_KEY", "tool.key")
	fails(tool, "the private key that VIGIE_SOURCE_TOOL_KEY names: stat")
	if err := os.WriteFile(key, []byte("PEM"), 0o644); err != nil {
		t.Fatal(err)
	}
	fails(tool, "others may read the private key: chmod 600 "+key)
	if err := os.Chmod(key, 0o600); err != nil {
		t.Fatal(err)
	}
	spec, err = sc.s.spec(tool)
	if s, ok := spec.(source.SFTP); err != nil || !ok || string(s.Key) != "PEM" || s.Password != "" || s.KnownHosts != filepath.Join(sc.dir, "sources", "known_hosts") {
		t.Errorf("%v", err)
	}
	t.Setenv("VIGIE_SOURCE_TOOL_KEY", sc.wh.Dir())
	fails(tool, "is no private key")
	// A file of secrets with a mistake stops the fetch, and says where.
	if err := os.WriteFile(filepath.Join(sc.wh.Dir(), "secrets.env"), []byte("nonsense hunter2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	list := sc.sync(SyncOptions{}, "tool")
	if !strings.HasPrefix(list[0].Why.FR, "secrets.env:1:1: il faut NOM=valeur") || strings.Contains(list[0].Why.FR, "hunter") || !list[0].final {
		t.Errorf("%+v", list[0].Why)
	}
}

// TestSummary: every sentence in both languages.
func TestSummary(t *testing.T) {
	f := Fetched{Source: "a", refused: "inbox/a/refuses"}
	for _, x := range []struct {
		status warehouse.Status
		gate   bool
	}{{warehouse.StatusImported, false}, {warehouse.StatusImported, false}, {warehouse.StatusDuplicate, false}, {warehouse.StatusRejected, false}, {warehouse.StatusImported, true}} {
		f.Files = append(f.Files, &warehouse.Imported{Status: x.status, Gate: x.gate})
	}
	f.Why = locale.Text{EN: "cut", FR: "coupé"}
	text, trouble := f.Summary()
	want := locale.Text{
		EN: "2 files taken in, 1 already there, 1 refused, 1 withheld by a check; then: cut (inbox/a/refuses says why)",
		FR: "2 fichiers importés, 1 déjà là, 1 refusé, 1 écarté par un contrôle\u00a0; puis\u00a0: coupé (inbox/a/refuses dit pourquoi)",
	}
	if text != want || !trouble {
		t.Errorf("%+v", text)
	}
}

// TestSyncArchive: an archive of exports that a source gives is taken apart as
// one in the inbox is; a dry run looks into it too.
func TestSyncArchive(t *testing.T) {
	sc := sources(t)
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range sc.a.Files[2:] {
		w, err := z.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(f.Data); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	sc.a.Files = append(sc.a.Files, txtar.File{Name: "both.zip", Data: b.Bytes()})
	sc.play("offer sftp.example.com both.zip")
	if list := sc.sync(SyncOptions{DryRun: true}, "tool"); outcome(list[0]) != "both.zip/week.csv=dry-run both.zip/recipe.csv=rejected " {
		t.Errorf("dry run: %s", outcome(list[0]))
	}
	if list := sc.sync(SyncOptions{}, "tool"); outcome(list[0]) != "both.zip/week.csv=imported both.zip/recipe.csv=rejected " {
		t.Error(outcome(list[0]))
	}
	aside := filepath.Join(sc.dir, "inbox", "nuit", "refuses", "both.zip")
	if kept, err := os.ReadFile(aside); err != nil || !bytes.Equal(kept, b.Bytes()) {
		t.Errorf("the archive was not put aside: %v", err)
	}
	if note, err := os.ReadFile(aside + ".txt"); err != nil || !strings.Contains(string(note), "fichiers gardés\u00a0: 1 sur 2") {
		t.Errorf("%s, %v", note, err)
	}
}

// TestForgotten: what a source lists is remembered for ever, what it lists no
// more for a while, so that what comes back soon is not fetched again.
func TestForgotten(t *testing.T) {
	sc := sources(t)
	sc.play("offer sftp.example.com week.csv", "offer sftp.example.com recipe.csv")
	items := func() (list string) {
		t.Helper()
		err := sc.wh.DB().QueryRow("select coalesce(string_agg(item, ' ' order by item), '') from fetched where source = 'tool'").Scan(&list)
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	day := func(n int) { sc.now = time.Date(2026, 8, 10+n, 9, 0, 0, 0, time.UTC) }
	sc.s.Clock = func() time.Time { return sc.now }
	day(0)
	sc.sync(SyncOptions{}, "tool")
	both := items()
	if !strings.Contains(both, "recipe.csv") || !strings.Contains(both, "week.csv") {
		t.Fatal(both)
	}
	day(50)
	sc.sync(SyncOptions{}, "tool")
	offers := sc.offers["sftp.example.com"]
	sc.offers["sftp.example.com"] = offers[:1] // week.csv alone
	day(100)
	sc.sync(SyncOptions{}, "tool")
	if items() != both {
		t.Errorf("50 days after it was last listed: %s", items())
	}
	sc.offers["sftp.example.com"] = offers
	if list := sc.sync(SyncOptions{}, "tool"); len(list[0].Files) != 0 {
		t.Errorf("fetched again: %s", outcome(list[0]))
	}
	sc.offers["sftp.example.com"] = offers[:1]
	day(150)
	sc.broken["sftp.example.com"] = &source.Error{Text: locale.Text{EN: "no answer", FR: "pas de réponse"}, Away: true}
	day(170)
	sc.sync(SyncOptions{}, "tool")
	if items() != both {
		t.Errorf("a fetch that failed forgot: %s", items())
	}
	delete(sc.broken, "sftp.example.com")
	sc.sync(SyncOptions{DryRun: true}, "tool")
	if items() != both {
		t.Errorf("a dry run forgot: %s", items())
	}
	sc.sync(SyncOptions{}, "tool")
	if got := items(); strings.Contains(got, "recipe.csv") || !strings.Contains(got, "week.csv") {
		t.Errorf("70 days after it was last listed: %s", got)
	}
	if list := sc.sync(SyncOptions{}, "tool"); len(list[0].Files) != 0 {
		t.Errorf("fetched again: %s", outcome(list[0]))
	}
}
