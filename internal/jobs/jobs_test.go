package jobs

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"vigie/ingest"
	"vigie/internal/agency"
	"vigie/internal/locale"
	"vigie/internal/warehouse"
	"vigie/metrics/insight"
	"vigie/reports/chart"
)

// play starts a demo agency at a time and runs a script.
func play(t *testing.T, now string, script ...string) *scenario {
	t.Helper()
	sc := newScenario(t, &txtar.Archive{})
	sc.play(append([]string{"at " + now, "start"}, script...)...)
	return sc
}

func (sc *scenario) play(script ...string) {
	sc.t.Helper()
	for _, line := range script {
		if err := sc.do(strings.Fields(line)); err != nil {
			sc.t.Fatalf("%s: %v", line, err)
		}
	}
}

// google keeps the campaign to its Google channels, so that one export is all
// that it needs.
func (sc *scenario) google() *agency.Campaign {
	c, err := sc.agency.Clients[0].Campaign("essais-rentree-2026")
	if err != nil {
		sc.t.Fatal(err)
	}
	c.Channels = c.Channels[:2]
	return c
}

// row is the only row of the ledger.
func (sc *scenario) row() Slot {
	sc.t.Helper()
	list, err := Ledger(context.Background(), sc.wh.DB(), "", "", 10)
	if err != nil || len(list) != 1 {
		sc.t.Fatalf("%d rows, %v\n%s", len(list), err, sc.log.String())
	}
	return list[0]
}

const googleDrop = "drop bloc-d-ardoise googleads 2026-09-14 2026-09-20"

// TestPanic: a report that panics has failed an attempt; what comes after it
// runs, and so does its next attempt.
func TestPanic(t *testing.T) {
	sc := play(t, "2026-09-21 07:00", googleDrop)
	sc.google()
	sc.engine = func() (*chart.Engine, error) { panic("on purpose") }
	sc.play("run 2026-09-21 08:00 every 30m")
	x := sc.row()
	if x.State != Retry || x.Attempts != 1 || x.Error != "panic: on purpose" || !x.NextTry.Equal(x.Started.Add(time.Minute)) {
		t.Fatalf("after the panic: %+v", x)
	}
	sc.engine = sharedEngine
	sc.play("run 2026-09-21 08:02 every 1m")
	if x := sc.row(); x.State != Done || x.Attempts != 2 || x.Error != "" || x.Why != (locale.Text{}) {
		t.Fatalf("after the next attempt: %+v", x)
	}
}

// TestRunDrains: Run looks again and again, also after a look that panicked,
// and when it is told to stop it lets the report under way be finished.
func TestRunDrains(t *testing.T) {
	sc := play(t, "2026-09-21 07:00", googleDrop, "run 2026-09-21 07:30 every 10m")
	sc.google()
	sc.play("at 2026-09-21 08:00")
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	sc.engine = func() (*chart.Engine, error) {
		cancel() // asked to stop in the middle of the report
		time.Sleep(50 * time.Millisecond)
		return sharedEngine()
	}
	workspace := sc.s.Agency
	var asked atomic.Int32
	sc.s.Agency = func() (*agency.Agency, error) {
		if asked.Add(1) <= 2 { // by the first look at each of the two
			panic("on purpose")
		}
		return workspace()
	}
	sc.s.poll = time.Second
	ended := make(chan error, 1)
	go func() { ended <- sc.s.Run(ctx) }()
	select {
	case err := <-ended:
		if err != nil {
			t.Fatal(err)
		}
	case <-time.After(time.Minute):
		t.Fatal("Run does not end")
	}
	if x := sc.row(); x.State != Done || x.Attempts != 1 {
		t.Errorf("Run ended with the report %s: %s", x.State, x.Error)
	}
	// Nothing is started once it has been told to stop.
	sc.play("at 2026-09-28 08:00")
	sc.s.Tick(ctx, sc.now)
	sc.row()
}

// TestStatus: what pages show of the schedule.
func TestStatus(t *testing.T) {
	sc := play(t, "2026-09-23 11:00", "run 2026-09-23 11:00 every 1m")
	c := sc.agency.Clients[0].Campaigns[0]
	c.Reports = append(c.Reports, agency.Report{Kind: "review", When: agency.Schedule{Words: "lundi 09:00", Cron: "0 9 * * 1"}})
	status := func() *Status {
		t.Helper()
		st, err := sc.s.Status(context.Background())
		if err != nil || len(st.Reports) != 2 {
			t.Fatal(st, err)
		}
		return st
	}
	st := status()
	r := st.Reports[0]
	if st.Why != (locale.Text{}) || !st.Looked.Equal(time.Date(2026, 9, 23, 9, 0, 0, 0, time.UTC)) {
		t.Errorf("status %+v", st)
	}
	if !r.Next.Equal(time.Date(2026, 9, 28, 6, 0, 0, 0, time.UTC)) || r.Period.From.String() != "2026-09-21" || r.Period.To.String() != "2026-09-27" ||
		r.When != "lundi 08:00" || r.Zone != "Europe/Paris" || r.Why != (locale.Text{}) {
		t.Errorf("next %+v", r)
	}
	if r.Last == nil || r.Last.State != Waiting || r.Last.Slot != "report/bloc-d-ardoise/essais-rentree-2026/tracking-week@2026-09-21T08:00 Europe/Paris" {
		t.Errorf("last %+v", r.Last)
	}
	if r := st.Reports[1]; r.Kind != "review" || !r.Next.IsZero() || r.Why != noReview {
		t.Errorf("review %+v", r)
	}
	sc.now = time.Date(2026, 10, 26, 12, 0, 0, 0, time.UTC)
	if r := status().Reports[0]; !r.Next.IsZero() || r.Why != flightOver {
		t.Errorf("after the flight: %+v", r)
	}
}

// TestFixedDay: a workspace whose day is fixed takes exports in, and builds
// nothing by schedule, whatever its clock says.
func TestFixedDay(t *testing.T) {
	sc := play(t, "2026-10-19 07:00")
	sc.agency.Today = locale.Date(2026, time.October, 19)
	sc.play("drop bloc-d-ardoise googleads 2026-09-14 2026-10-18", "run 2026-10-27 09:00 every 1h")
	list, err := Ledger(context.Background(), sc.wh.DB(), "", "", 10)
	if err != nil || len(list) != 0 {
		t.Errorf("%d rows, %v", len(list), err)
	}
	if !strings.Contains(sc.log.String(), "status=imported") {
		t.Errorf("the inbox was not taken in:\n%s", sc.log.String())
	}
	if found, err := Findings(context.Background(), sc.wh.DB(), "bloc-d-ardoise", "essais-rentree-2026"); err != nil || len(found) == 0 {
		t.Errorf("%d findings, %v", len(found), err)
	}
	st, err := sc.s.Status(context.Background())
	if err != nil || !strings.Contains(st.Why.FR, "octobre 2026") || len(st.Reports) != 1 || !st.Reports[0].Next.IsZero() {
		t.Errorf("status %+v, %v", st, err)
	}
}

// TestBriefChanges: another hour continues the same report, so that a period
// is not told twice; a report that is taken out of the brief leaves no slot
// open.
func TestBriefChanges(t *testing.T) {
	sc := play(t, "2026-09-21 07:00", googleDrop)
	c := sc.google()
	sc.play("run 2026-09-21 08:00 every 30m")
	if x := sc.row(); x.State != Done {
		t.Fatalf("%+v", x)
	}
	c.Reports[0].When = agency.Schedule{Words: "lundi 07:45", Cron: "45 7 * * 1"}
	sc.play("run 2026-09-21 12:00 every 1h")
	sc.row() // no second one
	sc.play("run 2026-09-28 08:00 every 4h")
	list, err := Ledger(context.Background(), sc.wh.DB(), "bloc-d-ardoise", "", 10)
	if err != nil || len(list) != 2 || list[0].State != Waiting || !strings.HasSuffix(list[0].Slot, "2026-09-28T07:45 Europe/Paris") {
		t.Fatalf("%v, %v", list, err)
	}
	c.Reports = nil
	sc.play("run 2026-09-28 09:00 every 1h")
	if list, err = Ledger(context.Background(), sc.wh.DB(), "", "", 1); err != nil || list[0].State != Skipped || list[0].Why != noLonger {
		t.Errorf("%v, %v", list, err)
	}
}

// TestBrokenWorkspace: while vigie.yaml cannot be read nothing runs, people see
// why, and it is said once.
func TestBrokenWorkspace(t *testing.T) {
	sc := play(t, "2026-09-21 07:00")
	workspace := sc.s.Agency
	sc.s.Agency = func() (*agency.Agency, error) { return nil, errors.New("vigie.yaml:3: a tab") }
	sc.play("run 2026-09-21 07:10 every 1m")
	if n := strings.Count(sc.log.String(), "vigie.yaml:3: a tab"); n != 1 {
		t.Errorf("said %d times:\n%s", n, sc.log.String())
	}
	sc.s.mu.Lock()
	notices := len(sc.s.notices)
	sc.s.mu.Unlock()
	if notices != 1 {
		t.Errorf("%d notices", notices)
	}
	sc.s.Agency = workspace
	sc.play("run 2026-09-21 07:11 every 1m")
	if st, err := sc.s.Status(context.Background()); err != nil || len(st.Notices) != 0 {
		t.Errorf("%v, %v", st, err)
	}
}

// TestInboxLinks: links are neither followed nor moved, be they files, a
// client's folder, or the folder where files are put away.
func TestInboxLinks(t *testing.T) {
	sc := play(t, "2026-09-21 07:00", googleDrop)
	outside := t.TempDir()
	secret := filepath.Join(outside, "secret.csv")
	if err := os.WriteFile(secret, []byte("Day,Campaign\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	inbox := filepath.Join(sc.dir, "inbox")
	for link, to := range map[string]string{
		filepath.Join(inbox, "bloc-d-ardoise", "link.csv"):  secret,
		filepath.Join(inbox, "bloc-d-ardoise", "inner.csv"): "../../vigie.yaml",
		filepath.Join(inbox, "bloc-d-ardoise", "importes"):  outside,
		filepath.Join(inbox, "elsewhere"):                   outside,
	} {
		if err := os.Symlink(to, link); err != nil {
			t.Fatal(err)
		}
	}
	sc.play("run 2026-09-21 07:10 every 1m")
	log := sc.log.String()
	if n := strings.Count(log, "export taken in"); n != 1 {
		t.Errorf("%d files were taken in:\n%s", n, log)
	}
	if !strings.Contains(log, "importes is not a folder") {
		t.Errorf("nobody is told of the link:\n%s", log)
	}
	left, err := os.ReadDir(outside)
	if err != nil || len(left) != 1 {
		t.Errorf("outside the inbox: %v, %v", left, err)
	}
	if _, err := os.Stat(filepath.Join(inbox, "bloc-d-ardoise", "Campaign report 2026-09-14 to 2026-09-20.csv")); err != nil {
		t.Errorf("the file that could not be put away: %v", err)
	}
	// An inbox that is a link is no inbox.
	moved := filepath.Join(sc.dir, "moved")
	if err := errors.Join(os.Rename(inbox, moved), os.Symlink(moved, inbox)); err != nil {
		t.Fatal(err)
	}
	sc.play("run 2026-09-21 07:12 every 1m")
	if !strings.Contains(sc.log.String(), "inbox is not a folder") {
		t.Errorf("nobody is told:\n%s", sc.log.String())
	}
}

// TestInboxTrouble: what does not come from the file is tried again, later and
// later, and then told beside it.
func TestInboxTrouble(t *testing.T) {
	sc := play(t, "2026-09-21 07:00", googleDrop)
	archive := filepath.Join(sc.wh.Dir(), "archive")
	if err := os.WriteFile(archive, nil, 0o666); err != nil { // a file where the folder should be
		t.Fatal(err)
	}
	sc.play("run 2026-09-21 07:40 every 1m")
	name := filepath.Join(sc.dir, "inbox", "bloc-d-ardoise", "refuses", "Campaign report 2026-09-14 to 2026-09-20.csv")
	note, err := os.ReadFile(name + ".txt")
	if err != nil || !strings.Contains(string(note), "un problème qui ne vient pas du fichier") || !strings.Contains(string(note), "that does not come from the file") {
		t.Errorf("%s, %v\n%s", note, err, sc.log.String())
	}
	// Said once when it begins, at 07:01, and after the tries of 07:02, 07:07 and
	// 07:37.
	if log := sc.log.String(); strings.Count(log, "not a directory") != 2 || !strings.Contains(log, "07:37  export given up") {
		t.Errorf("log:\n%s", log)
	}
}

// TestTakeIn: what the file leaves open comes from the client's file.
func TestTakeIn(t *testing.T) {
	ctx := context.Background()
	wh, err := warehouse.Open(ctx, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer wh.Close()
	client := &agency.Client{ID: "c", Currency: "CAD", Agency: &agency.Agency{Zone: paris()}, Accounts: map[string][]string{"googleads": {"123-456-7890"}}}
	text := "Campaign report\n\"August 3, 2026 - August 3, 2026\"\nDay,Campaign,Impr.,Clicks,Cost,Conversions\n2026-08-03,Night 1,1000,40,20.00,2.00\n"
	now := time.Date(2026, 8, 10, 9, 0, 0, 0, time.UTC)
	take := func(o ingest.Options, body string) *warehouse.Imported {
		t.Helper()
		o.Now = now
		list, err := TakeIn(ctx, wh, client, o, false, false, "week.csv", now, strings.NewReader(body))
		if err != nil || len(list) != 1 {
			t.Fatal(list, err)
		}
		return list[0]
	}
	r := take(ingest.Options{}, text)
	if r.Status != warehouse.StatusImported || r.Currency != "CAD" || r.Account != "123-456-7890" {
		t.Errorf("%s %v: currency %s, account %s", r.Status, r.Error, r.Currency, r.Account)
	}
	if r = take(ingest.Options{Currency: "USD", Account: "other"}, text+"\n"); r.Currency != "USD" || r.Account != "other" {
		t.Errorf("what the caller says counts for less: %s %v", r.Currency, r.Error)
	}
	if r = take(ingest.Options{}, "Dish,Time\nSoup,20\n"); r.Status != warehouse.StatusRejected {
		t.Errorf("a recipe was taken in: %+v", r)
	}
	archived := func(want int) {
		t.Helper()
		kept, err := os.ReadDir(filepath.Join(wh.Dir(), "archive"))
		if err != nil || len(kept) != want {
			t.Errorf("%d files in the archive, want the %d that were taken in", len(kept), want)
		}
	}
	archived(2)

	// Of an archive of exports, those that were taken in are kept, and it is not.
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, body := range map[string]string{
		"new.csv": strings.NewReplacer("August 3", "August 4", "08-03", "08-04").Replace(text), "known.csv": text, "recipe.csv": "Dish,Time\nSoup,20\n",
	} {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(body)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	list, err := TakeIn(ctx, wh, client, ingest.Options{Now: now, Account: "123-456-7890"}, false, false, "week.zip", now, &b)
	if err != nil || len(list) != 3 {
		t.Fatal(list, err)
	}
	got := map[string]warehouse.Status{}
	for _, r := range list {
		got[r.File] = r.Status
	}
	want := map[string]warehouse.Status{"week.zip/new.csv": warehouse.StatusImported, "week.zip/known.csv": warehouse.StatusDuplicate, "week.zip/recipe.csv": warehouse.StatusRejected}
	if !maps.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	archived(3)
}

// TestTakeInLarge: files that are read before all of them has come, whatever
// they come in.
func TestTakeInLarge(t *testing.T) {
	const large = 17 << 20
	ctx := context.Background()
	wh, err := warehouse.Open(ctx, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer wh.Close()
	client := &agency.Client{ID: "c", Currency: "EUR", Agency: &agency.Agency{Zone: paris()}, Accounts: map[string][]string{"googleads": {"123-456-7890"}}}
	now := time.Date(2026, 8, 10, 9, 0, 0, 0, time.UTC)
	take := func(name string, body []byte) (list []*warehouse.Imported) {
		t.Helper()
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, body, 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		list, err = TakeIn(ctx, wh, client, ingest.Options{Now: now}, false, false, name, now, f)
		if err != nil {
			t.Fatal(name, err)
		}
		return list
	}
	report := func(day string) []byte {
		text := "Campaign report\n\"August 3, 2026 - August 9, 2026\"\nDay,Campaign,Impr.,Clicks,Cost,Conversions\n2026-08-" + day + ",Night 1,1000,40,20.00,2.00\n"
		// Cells are trimmed: most of the file is a name's spaces.
		row := "2026-08-" + day + ",Night 2" + strings.Repeat(" ", 8000) + ",10,4,2.00,1.00\n"
		return []byte(text + strings.Repeat(row, large/len(row)+1))
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range []string{"a.csv", "b.csv"} {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		if err == nil && name == "a.csv" {
			_, err = w.Write(report("03"))
		} else if err == nil {
			_, err = w.Write([]byte("Dish,Time\nSoup,20\n"))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	list := take("week.zip", b.Bytes())
	if len(list) != 2 || list[0].Status != warehouse.StatusImported || list[1].Status != warehouse.StatusRejected {
		t.Errorf("an archive: %+v", list)
	}
	list = take("cut.zip", b.Bytes()[:large])
	if len(list) != 1 || list[0].Status != warehouse.StatusRejected || len(list[0].SHA256) != 64 {
		t.Errorf("an archive that was cut off: %+v", list[0])
	}
	b.Reset()
	g, _ := gzip.NewWriterLevel(&b, gzip.NoCompression)
	g.Write(report("04"))
	if err := g.Close(); err != nil {
		t.Fatal(err)
	}
	for _, want := range []warehouse.Status{warehouse.StatusImported, warehouse.StatusDuplicate} {
		if list = take("week.csv.gz", b.Bytes()); len(list) != 1 || list[0].Status != want || len(list[0].SHA256) != 64 {
			t.Errorf("a compressed file: %s %v, want %s", list[0].Status, list[0].Error, want)
		}
	}
	kept, err := os.ReadDir(filepath.Join(wh.Dir(), "archive"))
	if err != nil || len(kept) != 2 {
		t.Errorf("%d files in the archive, want the 2 that were taken in", len(kept))
	}
	left, err := os.ReadDir(filepath.Join(wh.Dir(), "tmp"))
	if err != nil || len(left) > 0 {
		t.Errorf("left over: %v %v", left, err)
	}
}

// TestFindings follows findings from run to run.
func TestFindings(t *testing.T) {
	cases(t, "../../testdata/jobs/findings/*.txtar", func(t *testing.T, path string, a *txtar.Archive) {
		ctx := context.Background()
		wh, err := warehouse.OpenMemory(ctx)
		if err != nil {
			t.Fatal(err)
		}
		defer wh.Close()
		c := &agency.Campaign{ID: "campaign", Client: &agency.Client{ID: "client"}}
		day := func(s string) locale.Day {
			d, err := locale.ParseDay(s)
			if err != nil {
				t.Fatal(err)
			}
			return d
		}
		var b strings.Builder
		before := time.Time{}
		for line := range strings.Lines(part(t, a, "runs.txt")) {
			words := strings.Fields(line)
			at := day(strings.TrimSuffix(words[0], ":")).Time()
			var found []insight.Finding
			for i := 1; i+1 < len(words); i += 2 {
				rule, rest, _ := strings.Cut(words[i], "@")
				scope, _, _ := strings.Cut(rest, "#")
				from, to, _ := strings.Cut(words[i+1], "..")
				found = append(found, insight.Finding{ID: words[i], Rule: rule, Scope: scope, From: day(from), To: day(to)})
			}
			if err := wh.Small(ctx, func(tx *sql.Tx) error { return keep(ctx, tx, c, found, "data", at) }); err != nil {
				t.Fatal(err)
			}
			list, err := Findings(ctx, wh.DB(), "client", "campaign")
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintln(&b, at.Format(time.DateOnly))
			for _, f := range list {
				if state := f.State(before); state != "" {
					fmt.Fprintf(&b, "  %-5s %s  %s..%s  first seen %s, last %s\n", state, f.ID, f.From, f.To, f.FirstSeen.Format(time.DateOnly), f.LastSeen.Format(time.DateOnly))
				}
			}
			before = at
		}
		golden(t, a, "history.golden", b.String())
	})
}

// TestTexts: every text is there in both languages, with the spaces of French.
func TestTexts(t *testing.T) {
	platforms := lack{late: []lag{{"A", 0}, {"B", locale.Date(2026, 10, 1)}}}
	for _, x := range []locale.Text{
		importedName, refusedName, missed, overtaken, tooLate, noLonger, cutShort, noReview, flightOver,
		missedFetches, overtakenFetch, fetchCutShort, sourceGone,
		fixedDay(&agency.Agency{Today: 20000}), platforms.awaited(), platforms.without(), ended(tooLate, missed),
	} {
		if x.EN == "" || x.FR == "" || x.EN == x.FR {
			t.Errorf("%+v", x)
		}
		for _, sign := range []string{" :", " ;", " !", " ?", "'"} {
			if strings.Contains(x.FR, sign) {
				t.Errorf("%q in %q", sign, x.FR)
			}
		}
	}
}

// TestRatesChange: findings of amounts in several currencies rest on the rates
// too, and are worked out again when only these change.
func TestRatesChange(t *testing.T) {
	sc := play(t, "2026-09-21 07:00", googleDrop)
	examinedAt := func() (at time.Time) {
		t.Helper()
		if err := sc.wh.DB().QueryRow("select at from examined").Scan(&at); err != nil {
			t.Fatal(err)
		}
		return at
	}
	sc.play("run 2026-09-21 09:00 every 30m")
	first := examinedAt()
	sc.play("run 2026-09-21 11:00 every 30m")
	if !examinedAt().Equal(first) {
		t.Error("findings were worked out again, and nothing had changed")
	}
	if err := os.Mkdir(filepath.Join(sc.agency.Dir, agency.RatesFolder), 0o777); err != nil {
		t.Fatal(err)
	}
	rates := filepath.Join(sc.agency.Dir, agency.RatesFolder, "eurofxref.csv")
	for i, line := range []string{"2026-09-14,1.25\n", "2026-09-14,1.25\n2026-09-15,1.26\n"} {
		if err := os.WriteFile(rates, []byte("Date,USD\n"+line), 0o666); err != nil {
			t.Fatal(err)
		}
		before := examinedAt()
		sc.play(fmt.Sprintf("run 2026-09-21 %d:00 every 30m", 12+i))
		if !examinedAt().After(before) {
			t.Errorf("rates %q changed nothing", line)
		}
	}
}
