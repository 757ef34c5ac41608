package agency

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"vigie/internal/locale"
)

var update = flag.Bool("update", false, "rewrite the golden parts of the cases")

const cases = "../../testdata/agency"

// known is a small vocabulary; the real lists belong to other packages.
var known = Known{
	Platforms: []string{"googleads", "metaads", "linkedinads"},
	Means: func(as string) bool {
		return slices.Contains([]string{"day", "week", "campaign", "spend", "unused", "drop"}, as)
	},
	KPIs:         []string{"agency_margin", "conversions", "cpa", "ctr", "frequency", "roas", "spend"},
	Confidential: []string{"agency_margin"},
	Sums:         []string{"clicks", "conversions", "messages", "spend", "viewable_impressions"},
	NoSums:       []string{"reach"},
	Measures: map[string][]string{
		"googleads": {"conversions", "all_conversions"},
		"":          {"conversions", "leads", "purchases"},
	},
	Rules: []string{"budget-pace", "cpa-change", "tracking-outage"},
}

func TestCases(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(cases, "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			var kept []txtar.File
			want := map[string]string{}
			for _, f := range a.Files {
				if strings.HasSuffix(f.Name, ".golden") {
					want[f.Name] = string(f.Data)
					continue
				}
				kept = append(kept, f)
				write(t, dir, f.Name, f.Data)
			}
			got := load3(t, dir)
			if *update {
				a.Files = kept
				for _, name := range slices.Sorted(maps.Keys(got)) {
					if got[name] != "" {
						a.Files = append(a.Files, txtar.File{Name: name, Data: []byte(got[name])})
					}
				}
				if err := os.WriteFile(file, txtar.Format(a), 0o666); err != nil {
					t.Fatal(err)
				}
				return
			}
			for name, g := range got {
				if g != want[name] {
					t.Errorf("%s:\n%s\nwant:\n%s", name, g, want[name])
				}
			}
		})
	}
}

// load3 opens a workspace and tells what came of it: the summary of what was
// read, and the problems in both languages.
func load3(t *testing.T, dir string) map[string]string {
	t.Helper()
	a, err := Open(dir, known)
	var ps Problems
	switch {
	case errors.As(err, &ps):
	case err != nil:
		t.Fatal(err)
	default:
		ps = a.Problems
	}
	out := map[string]string{"loaded.golden": summary(dir, a), "problems.en.golden": "", "problems.fr.golden": ""}
	if len(ps) > 0 {
		out["problems.en.golden"] = ps.In(locale.EN) + "\n"
		out["problems.fr.golden"] = ps.In(locale.FR) + "\n"
	}
	return out
}

func summary(dir string, a *Agency) string {
	if a == nil {
		return "nothing\n"
	}
	var b bytes.Buffer
	p := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	data, _ := filepath.Rel(dir, a.DataDir(""))
	p("agency %q %s %s %s today=%s data=%s", a.Name, a.Language, a.Zone, a.Currency, a.Today, filepath.ToSlash(data))
	if a.Arbitration != (Arbitration{usualHour, usualRisk}) {
		p("arbitration %+v", a.Arbitration)
	}
	for _, k := range a.KPIs {
		p("kpi %s %q %q: %v ÷ %v × %g, %s, better %d, from %g", k.ID, k.Label, k.Definition, k.Num, k.Den, k.Scale, k.Unit, k.Better, k.Minimum)
	}
	for _, c := range a.Clients {
		p("client %s %q %s %s", c.ID, c.Name, c.Language, c.Currency)
		for _, k := range slices.Sorted(maps.Keys(c.Contacts)) {
			p("  contact %s %+v", k, c.Contacts[k])
		}
		for _, k := range slices.Sorted(maps.Keys(c.Accounts)) {
			p("  account %s %q", k, c.Accounts[k])
		}
		if c.Fees != (Fees{}) {
			p("  fees %+v", c.Fees)
			p("  work %+v brand %q", c.Work, c.Brand)
		}
		for _, k := range c.Campaigns {
			p("  campaign %s %q %s..%s %s %s", k.ID, k.Name, k.Flight.Start, k.Flight.End, k.Zone, k.Currency)
			if k.Objective != "" {
				p("    objective %s", k.Objective)
			}
			tax := ""
			if k.Budget.TaxRate != 0 {
				tax = fmt.Sprintf(" after tax of %g", k.Budget.TaxRate)
			}
			p("    budget %s %s%s: weeks%s", units(k.Budget.Total), k.Budget.Pace, tax, weekly(k, ""))
			for _, ch := range k.Channels {
				conv, value := k.ConversionMeasure(ch.ID, ch.Platform)
				p("    channel %s %q %s %q account=%q %s..%s budget %s: weeks%s; counts %s %s", ch.ID, ch.Name, ch.Platform, ch.Match, ch.Account, ch.Flight.Start, ch.Flight.End, units(ch.Budget), weekly(k, ch.ID), conv, value)
			}
			if k.GrossMargin != 0 {
				p("    gross margin %g", k.GrossMargin)
			}
			if k.Audience != (Audience{}) {
				p("    audience %+v", k.Audience)
			}
			if k.Market != (Market{}) {
				p("    market %+v", k.Market)
			}
			for _, x := range k.Targets {
				p("    target %s %s %g ±%g", x.KPI, x.Bound, x.Value, x.Tolerance)
			}
			for _, x := range k.Decisions {
				p("    decision %s %s of %s, acts %s on %q, answers %q", x.ID, path.Base(x.File), x.Date, x.Applied, x.Touches, x.Findings)
				p("      %q chose %s (%s) of %v, agreed by %q", x.Authors, x.Choice, x.Chosen(), x.Options, x.Approved)
				p("      %s %g to %g by %s; %s %s %q; reason %q", x.Expected.KPI, x.Expected.From, x.Expected.To, x.Expected.Check, x.Status, x.Closed, x.Outcome, x.Reason())
			}
			for _, r := range k.Reports {
				p("    report %s %q = %s to %q after %s", r.Kind, r.When.Words, r.When.Cron, r.To, r.Review)
			}
		}
	}
	if a.grid != nil {
		p("grid %q", a.grid.Title)
		for _, x := range a.grid.Competencies {
			p("  %+v", x)
		}
	}
	for _, m := range a.Mappings {
		p("mapping %s of %q, decimal %q, dates %q, %s", m.ID, m.Platform, m.Decimal, m.Dates, m.Currency)
		for _, h := range sortedKeys(m.Columns) {
			p("  %s = %s", h, m.Columns[h])
		}
	}
	for _, x := range a.Sources {
		p("source %s %s of %s, %q = %s", x.ID, x.Kind, x.Client.ID, x.When.Words, x.When.Cron)
		if x.Kind == HTTPS {
			p("  link %q, hosts %q, secret %s", x.URL, x.Hosts, x.Variable("URL"))
		} else {
			p("  %s@%s:%d folder %q pattern %q senders %q", x.User, x.Host, x.Port, x.Folder, x.Pattern, x.Senders)
		}
		if options := []string{x.Platform, x.Account, x.Currency, x.Decimal, x.Dates}; strings.Join(options, "") != "" {
			p("  options %q", options)
		}
	}
	return b.String()
}

// weekly is the plan of each flight week.
func weekly(k *Campaign, channel string) string {
	s := ""
	for d := k.Flight.Start; d <= k.Flight.End; d += 7 {
		s += " " + units(k.Planned(channel, d, d+6))
	}
	return s
}

func write(t testing.TB, dir, name string, b []byte) {
	t.Helper()
	name = filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, b, 0o666); err != nil {
		t.Fatal(err)
	}
}

const (
	plainAgency = "name: E\ntime_zone: Europe/Paris\ncurrency: EUR\n"
	plainBrief  = "name: x\nflight: {start: 2026-09-01, end: 2026-10-15}\nbudget: {total: 6000}\nchannels: [{id: a, platform: googleads}]\n"
)

// A link that leads out of the workspace, a device, an oversized file and text
// in another encoding are told; a link inside the workspace is followed.
func TestOpenFiles(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	write(t, dir, "vigie.yaml", []byte("\ufeff"+strings.ReplaceAll(plainAgency, "\n", "\r\n")))
	write(t, dir, "clients/a/client.yaml", []byte("name: A\n"))
	write(t, dir, "clients/a/latin/campaign.yaml", []byte("name: x\nobjective: Rentr\xe9e\n"))
	write(t, dir, "clients/a/large/campaign.yaml", bytes.Repeat([]byte("# \n"), 1<<19))
	write(t, dir, "clients/a/crlf/campaign.yaml", []byte(strings.ReplaceAll(plainBrief, "\n", "\r\n")))
	write(t, dir, "clients/a/many/campaign.yaml", []byte(strings.Repeat("- 1\n", maxTokens)))
	write(t, outside, "campaign.yaml", []byte(plainBrief))
	for _, l := range [][2]string{{outside, "clients/a/linked"}, {filepath.Join(outside, "campaign.yaml"), "clients/a/file/campaign.yaml"}, {"crlf", "clients/a/inside"}} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, l[1])), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(l[0], filepath.Join(dir, l[1])); err != nil {
			t.Skip(err)
		}
	}
	if err := os.MkdirAll(filepath.Join(dir, "clients/a/folder/campaign.yaml"), 0o777); err != nil {
		t.Fatal(err)
	}
	a, err := Open(dir, known)
	if err != nil {
		t.Fatal(err)
	}
	want := `clients/a/file/campaign.yaml: cannot be read: path escapes from parent
clients/a/folder/campaign.yaml: is not a file
clients/a/inside/campaign.yaml:4:30: warning: channel "a" takes platform campaigns that channel "a" of crlf takes too (clients/a/crlf/campaign.yaml:4), on the same days, 2026-09-01 to 2026-10-15: they would count in both briefs. Narrow one of the two with match
    4 | channels: [{id: a, platform: googleads}]
      |                              ^
clients/a/large/campaign.yaml: is larger than 1 MiB: a file of the workspace is a page of text
clients/a/latin/campaign.yaml:2:17: this character cannot be read: save the file as UTF-8 text
    2 | objective: Rentr` + "\ufffd" + `e
      |                 ^
clients/a/linked: cannot be read: statat clients/a/linked: path escapes from parent
clients/a/many/campaign.yaml: is too long: more than 20000 words and signs`
	if got := a.Problems.Error(); got != want {
		t.Errorf("problems:\n%s\nwant:\n%s", got, want)
	}
	var read []string
	for _, k := range a.Clients[0].Campaigns {
		read = append(read, k.ID)
	}
	if got := strings.Join(read, " "); got != "crlf inside" {
		t.Errorf("campaigns read: %s", got)
	}
	if a.Err() == nil {
		t.Error("Err is nil")
	}
}

func TestFind(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "vigie.yaml", nil)
	write(t, dir, "clients/a/b/vigie.yaml/x", nil) // a folder of that name is none
	got, err := Find(filepath.Join(dir, "clients", "a", "b"))
	if err != nil || got != dir {
		t.Errorf("Find = %s, %v", got, err)
	}
	if _, err := Find(t.TempDir()); !errors.Is(err, ErrNoWorkspace) {
		t.Errorf("outside: %v", err)
	}
	if _, err := Open(t.TempDir(), known); !errors.Is(err, ErrNoWorkspace) {
		t.Errorf("open outside: %v", err)
	}
}

func TestDay(t *testing.T) {
	paris, _ := zone("Europe/Paris")
	night := time.Date(2026, 9, 1, 23, 30, 0, 0, time.UTC)
	a := &Agency{}
	if d := a.Day(night, paris); d.String() != "2026-09-02" {
		t.Errorf("day in Paris: %s", d)
	}
	a.Today = locale.Date(2026, 10, 5)
	if d := a.Day(night, paris); d != a.Today {
		t.Errorf("fixed day: %s", d)
	}
}

func TestDataDir(t *testing.T) {
	abs := filepath.Join(t.TempDir(), "elsewhere")
	for _, c := range []struct{ data, override, want string }{
		{"", "", "/w/.vigie"},
		{"../data", "", "/data"},
		{abs, "", abs},
		{abs, "mine", "/w/mine"},
	} {
		a := &Agency{Dir: filepath.FromSlash("/w"), Data: c.data}
		if got := a.DataDir(c.override); got != filepath.FromSlash(c.want) {
			t.Errorf("data %q, override %q: %s, want %s", c.data, c.override, got, c.want)
		}
	}
}

// A name that is not there is told together with those that are; a broken one
// is told by its own mistakes.
func TestLookups(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "vigie.yaml", []byte(plainAgency))
	write(t, dir, "clients/a/client.yaml", []byte("name: A\n"))
	write(t, dir, "clients/b/client.yaml", []byte("nam: B\n"))
	write(t, dir, "clients/a/one/campaign.yaml", []byte(plainBrief))
	write(t, dir, "clients/a/two/campaign.yaml", []byte("name: [\n"))
	a, err := Open(dir, known)
	if err != nil {
		t.Fatal(err)
	}
	c, err := a.Client("a")
	if err != nil {
		t.Fatal(err)
	}
	check := func(err error, want string) {
		t.Helper()
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	_, err = a.Client("c")
	check(err, `no client "c": there is a`)
	_, err = a.Client("b")
	check(err, `clients/b/client.yaml:1:1: key "nam" is not known`)
	if k, err := c.Campaign("one"); err != nil || k.Name != "x" {
		t.Errorf("campaign one: %v, %v", k, err)
	}
	_, err = c.Campaign("three")
	check(err, `no campaign "three" of client a: there is one`)
	_, err = c.Campaign("two")
	check(err, "clients/a/two/campaign.yaml:1:7: ")
	check(a.ClientErr(), `clients/b/client.yaml:1:1: key "nam" is not known`)
	check(c.CampaignErr(), "clients/a/two/campaign.yaml:1:7: ")

	// A folder that cannot be a client's or a campaign's is named by its own
	// mistake too; one without a brief is none until it is asked for.
	write(t, dir, "clients/Café du Port/client.yaml", []byte("name: C\n"))
	write(t, dir, "clients/a/two/campaign.yaml", []byte(plainBrief))
	write(t, dir, "clients/a/Été 2026/campaign.yaml", []byte(plainBrief))
	write(t, dir, "clients/a/logos/logo.svg", nil)
	if a, err = Open(dir, known); err != nil {
		t.Fatal(err)
	}
	if c, err = a.Client("a"); err != nil {
		t.Fatal(err)
	}
	_, err = a.Client("Café du Port")
	check(err, "clients/Café du Port: folder name: ")
	check(a.ClientErr(), "clients/Café du Port: folder name: ")
	_, err = c.Campaign("Été 2026")
	check(err, "clients/a/Été 2026: folder name: ")
	check(c.CampaignErr(), "clients/a/Été 2026: folder name: ")
	_, err = c.Campaign("logos")
	check(err, "clients/a/logos: no campaign.yaml in this folder")
	if err := os.Rename(filepath.Join(dir, "clients/a/Été 2026"), filepath.Join(dir, "clients/a/ete-2026")); err != nil {
		t.Fatal(err)
	}
	if a, err = Open(dir, known); err != nil {
		t.Fatal(err)
	}
	if err := a.Clients[0].CampaignErr(); err != nil {
		t.Errorf("folders without a brief are no mistake: %v", err)
	}
}

// A bomb of aliases is refused before anything unfolds it, and whatever a file
// holds, reading it ends without a panic and with a campaign or an error.
func FuzzOpen(f *testing.F) {
	var bomb strings.Builder
	bomb.WriteString("a: &a [x,x,x,x,x,x,x,x,x]\n")
	for c := 'b'; c <= 'i'; c++ {
		fmt.Fprintf(&bomb, "%c: &%c [*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c]\n", c, c, c-1, c-1, c-1, c-1, c-1, c-1, c-1, c-1, c-1)
	}
	f.Add([]byte(bomb.String()))
	f.Add([]byte(plainBrief))
	files, _ := filepath.Glob(filepath.Join(cases, "*.txtar"))
	for _, file := range files {
		a, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, x := range a.Files {
			if strings.HasSuffix(x.Name, "campaign.yaml") {
				f.Add(x.Data)
			}
		}
	}
	dir := f.TempDir()
	write(f, dir, "vigie.yaml", []byte(plainAgency))
	write(f, dir, "clients/a/client.yaml", []byte("name: A\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		write(t, dir, "clients/a/x/campaign.yaml", b)
		a, err := Open(dir, known)
		if err != nil {
			t.Fatal(err)
		}
		if read := len(a.Clients[0].Campaigns) == 1; read == (a.Err() != nil) {
			t.Fatalf("read %v, error %v", read, a.Err())
		}
		if bytes.Contains(b, []byte("*a,*a")) && a.Err() == nil {
			t.Fatal("aliases were followed")
		}
		for _, c := range a.Clients[0].Campaigns {
			if c.Flight.Days() < 1 || c.Flight.Days() > maxFlight || c.Budget.Total <= 0 {
				t.Fatalf("out of range: %+v", c)
			}
			if got := c.Planned("", c.Flight.Start, c.Flight.End); got != c.Budget.Total {
				t.Fatalf("planned %d of %d", got, c.Budget.Total)
			}
		}
	})
}

// An own KPI is read with sums that mean something, or refused.
func FuzzKPI(f *testing.F) {
	a, err := txtar.ParseFile(filepath.Join(cases, "kpis.txtar"))
	if err != nil {
		f.Fatal(err)
	}
	for _, x := range a.Files {
		if strings.HasPrefix(x.Name, "kpis/") {
			f.Add(x.Data)
		}
	}
	dir := f.TempDir()
	for name, text := range map[string]string{"vigie.yaml": "{name: A, time_zone: UTC, currency: EUR}"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			f.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "kpis"), 0o777); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if err := os.WriteFile(filepath.Join(dir, "kpis", "mine.yaml"), b, 0o666); err != nil {
			t.Fatal(err)
		}
		a, err := Open(dir, known)
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range a.KPIs {
			if len(k.Num) == 0 || !(k.Scale > 0) || k.Minimum < 0 || k.Label.EN == "" || k.Label.FR == "" || k.Definition.FR == "" || !slices.Contains(KPIUnits, k.Unit) {
				t.Fatalf("read as %+v", k)
			}
			for _, x := range slices.Concat(k.Num, k.Den) {
				if x.Times == 0 || !slices.Contains(known.Sums, x.Measure) {
					t.Fatalf("read as %+v", k)
				}
			}
		}
	})
}

// What init writes validates, in both languages, and is never written over.
func TestInit(t *testing.T) {
	for _, l := range locale.Langs {
		dir := t.TempDir()
		write(t, dir, ".gitignore", []byte("mine\n"))
		written, err := Init(dir, l, locale.Date(2026, 9, 2))
		if err != nil {
			t.Fatal(err)
		}
		if len(written) != 12 || slices.Contains(written, ".gitignore") {
			t.Errorf("%s: written %v", l, written)
		}
		a, err := Open(dir, Known{})
		if err != nil {
			t.Fatal(err)
		}
		if len(a.Problems) > 0 {
			t.Errorf("%s: %s", l, a.Problems.In(l))
		}
		if a.Language != l || len(a.Clients) != 1 || len(a.Clients[0].Campaigns) != 1 {
			t.Fatalf("%s: %s", l, summary(dir, a))
		}
		if k := a.Clients[0].Campaigns[0]; k.Flight.Start.String() != "2026-09-07" || k.Flight.Days() != 42 {
			t.Errorf("%s: flight %v", l, k.Flight)
		}
		if _, err := os.Stat(filepath.Join(dir, "inbox", a.Clients[0].ID)); err != nil {
			t.Error(err)
		}
		// Each file names its schema by a path that exists.
		for _, name := range written {
			b, _ := os.ReadFile(filepath.Join(dir, name))
			first, _, _ := strings.Cut(string(b), "\n")
			if schema, ok := strings.CutPrefix(first, "# yaml-language-server: $schema="); ok {
				if _, err := os.Stat(filepath.Join(dir, filepath.Dir(name), schema)); err != nil {
					t.Error(err)
				}
			} else if strings.HasSuffix(name, ".yaml") {
				t.Errorf("%s names no schema", name)
			}
		}
		if written, err = Init(dir, l, locale.Date(2026, 9, 2)); err != nil || len(written) != 0 {
			t.Errorf("%s again: %v, %v", l, written, err)
		}
		if b, _ := os.ReadFile(filepath.Join(dir, ".gitignore")); string(b) != "mine\n" {
			t.Errorf("%s: .gitignore was written over: %s", l, b)
		}
	}
}

// The scaffolds of both languages are the same files.
func TestScaffolds(t *testing.T) {
	names := func(l locale.Lang) (s []string) {
		entries, err := fs.ReadDir(scaffolds, "scaffold/"+string(l))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			s = append(s, e.Name())
		}
		return s
	}
	if en, fr := names(locale.EN), names(locale.FR); !slices.Equal(en, fr) {
		t.Errorf("English has %v, French has %v", en, fr)
	}
}

// A mark of direction in a name would turn round what is written after it.
func TestDirectionMarks(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "vigie.yaml", []byte(plainAgency))
	write(t, dir, "clients/a/client.yaml", []byte("name: \"A \u202eb\"\n"))
	write(t, dir, "clients/a/x/campaign.yaml", []byte("name: \u2066Rentrée\nflight: {start: 2026-09-01, end: 2026-10-15}\nbudget: {total: 6000}\nchannels: [{id: a, name: \"Meta \u202eAds\", platform: googleads}]\n"))
	a, err := Open(dir, Known{})
	if err != nil {
		t.Fatal(err)
	}
	c := a.Clients[0].Campaigns[0]
	if got := []string{c.Client.Name, c.Name, c.Channels[0].Name}; !slices.Equal(got, []string{"A b", "Rentrée", "Meta Ads"}) {
		t.Errorf("%q", got)
	}
}
