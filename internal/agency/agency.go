// Package agency reads the folder that people write in: the agency, its
// clients, their campaigns with flight, budget, channels, targets and reports,
// and the sources that exports are fetched from.
//
// It decides what such a file may say. Reading is strict: an unknown or double
// key, a wrong type, a date that does not exist is an error with file, line,
// column, the line and a caret, in both languages. What a broken file would
// have held is left out, the other files are used. Amounts are int64 in
// millionths of the currency's unit, read exactly; days are locale.Day.
//
// It stands on the ground: KPI and measure ids come from the caller as lists.
// schedule.go reads when something is due, channel.go which platform campaign a
// channel takes, plan.go what a day of the flight was to cost, rates.go what a
// currency was worth.
package agency

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/mail"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // zones are checked alike on machines without a zone table

	"vigie/internal/locale"
)

// configName is the file that makes a folder a workspace.
const configName = "vigie.yaml"

// Agency is the workspace.
type Agency struct {
	Dir      string // absolute
	Name     string
	Language locale.Lang
	Zone     *time.Location
	Currency string     // ISO code
	Today    locale.Day // fixed day of a demo or an exercise; zero: the clock's
	// Arbitration is how the options of a recommendation are compared.
	Arbitration Arbitration
	Data        string     // where the data folder lies, as written; empty: .vigie
	Clients     []*Client  // by id
	Sources     []*Source  // by id
	Mappings    []*Mapping // of the same folder
	KPIs        []*KPI     // its own, by id
	grid        *Grid      // that of the school; nil where it wrote none
	// Problems are what is wrong in the files below vigie.yaml, by file and
	// line, warnings included. Clients, campaigns and sources with errors are
	// left out of Clients, Campaigns and Sources.
	Problems Problems
}

// Client is whom the agency works for.
type Client struct {
	ID       string // name of its folder
	Agency   *Agency
	File     string // slash path of its file inside the workspace
	Name     string
	Language locale.Lang
	Currency string              // ISO code
	Contacts map[string]Contact  // by the name that reports use
	Accounts map[string][]string // ids or names of its accounts, by platform
	// Brand are the names that its brand campaigns go by, beside "marque" and
	// "brand": its own name where the file says nothing.
	Brand []string
	Fees  Fees
	Work  Work
	// Campaigns are the briefs without errors, by id.
	Campaigns []*Campaign

	accountsAt []accountAt // of Accounts
}

// accountAt is where an account of a client stands.
type accountAt struct {
	platform, account string
	at                Problem
}

// Contact is a person at the client's.
type Contact struct{ Name, Role, Email string }

// Fees are the agency's terms. They are confidential: no client edition and no
// page of a client shows them.
type Fees struct {
	PercentOfSpend float64 // 0.12 is 12 % of media spend
	Fixed          int64   // for the campaign, in millionths
	PerConversion  int64   // in millionths
	BuysMedia      bool    // the agency pays the media out of what it is paid
}

// Work is what the agency's work costs it. Confidential, as the fees are.
type Work struct {
	Hour  int64              // cost of an hour, in millionths
	Hours map[string]float64 // for a campaign, by channel id
}

// Known are the words that other rooms own. A nil list is not checked.
type Known struct {
	KPIs []string
	// Confidential are the KPIs that no client may see; Sums the measures that a
	// KPI may add up, NoSums those that it may not.
	Confidential, Sums, NoSums []string

	Platforms []string             // whose exports are read
	Means     func(as string) bool // what a column of a table can mean
	// Measures are the measures that can be a conversion, by platform id; ""
	// holds for every platform not listed.
	Measures map[string][]string
	Rules    []string // of findings
}

// ErrNoWorkspace is what Find returns where no folder holds a vigie.yaml.
var ErrNoWorkspace = errors.New("no vigie.yaml here or in a folder above: stand in a workspace, name one with -C, or make one with vigie init")

// Find is the nearest folder upwards from start that holds a vigie.yaml.
func Find(start string) (dir string, err error) {
	dir, err = filepath.Abs(start)
	if err != nil {
		return "", fmt.Errorf("find the workspace: %w", err)
	}
	for {
		if info, err := os.Stat(filepath.Join(dir, configName)); err == nil && info.Mode().IsRegular() {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", fmt.Errorf("%s: %w", start, ErrNoWorkspace)
		}
		dir = up
	}
}

// Arbitration weighs work and risk against gain.
type Arbitration struct {
	Hour int64   // cost of an hour of work, in millionths
	Risk float64 // weight of what may be lost beside what is expected
}

// The weights of an agency that says nothing.
const (
	usualHour = 40 * micro
	usualRisk = 0.5
)

// Open reads a workspace. The error is Problems where vigie.yaml itself is
// wrong; what is wrong in the other files is in Agency.Problems and does not
// hide the files that are right.
func Open(dir string, known Known) (*Agency, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("open workspace: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open workspace: %w", err)
	}
	defer root.Close()
	if _, err := root.Stat(configName); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("open workspace %s: %w", dir, ErrNoWorkspace)
	}

	var f agencyFile
	d := readFile(root, configName, &f)
	a := &Agency{Dir: dir, Name: f.Name, Today: locale.Day(f.Today), Data: f.Data}
	if !d.failed() {
		a.Language = d.language(f.Language, locale.FR)
		a.Zone = d.zone(f.TimeZone, nil, "time_zone")
		a.Currency = d.currency(f.Currency, "", "currency")
		a.Arbitration = Arbitration{usualHour, usualRisk}
		if d.find("arbitration", "hour") != nil {
			a.Arbitration.Hour = int64(f.Arbitration.Hour)
		}
		if f.Arbitration.Risk.set {
			a.Arbitration.Risk = f.Arbitration.Risk.v
		}
		if strings.HasPrefix(f.Data, "~") {
			d.fail(d.find("data"), say("~ is not understood here: write the whole path", "~ n’est pas compris ici\u00a0: écrivez le chemin entier"))
		}
	}
	if err := d.problems.err(); err != nil {
		return nil, err
	}
	a.Problems = d.problems
	a.kpis(root, known)
	for _, k := range a.KPIs {
		known.KPIs = append(slices.Clip(known.KPIs), k.ID)
	}
	for _, id := range a.folders(root, "clients") {
		a.client(root, id, known)
	}
	a.claims()
	a.sources(root, known)
	a.readGrid(root)
	a.Problems.sort()
	return a, nil
}

// folders are the names of the folders in a folder of the workspace, in order.
// Hidden ones and plain files are left alone; a link that leaves the workspace
// is a problem.
func (a *Agency) folders(root *os.Root, dir string) []string {
	entries, err := fs.ReadDir(root.FS(), dir)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			a.problem(dir, say("cannot be read: %v", "illisible\u00a0: %v", err))
		}
		return nil
	}
	var ids []string
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		info, err := root.Stat(name)
		switch {
		case strings.HasPrefix(e.Name(), "."):
		case err != nil:
			a.problem(name, say("cannot be read: %v", "illisible\u00a0: %v", err))
		case !info.IsDir():
		case !idShape.MatchString(e.Name()):
			a.problem(name, say("folder name: want lower-case letters, digits and hyphens, as spring-2027", "nom de dossier\u00a0: il faut des minuscules sans accent, des chiffres et des traits d’union, comme printemps-2027"))
		default:
			ids = append(ids, e.Name())
		}
	}
	return ids
}

func (a *Agency) problem(file string, m locale.Text) {
	a.Problems = append(a.Problems, Problem{File: file, Message: m})
}

// client reads one client's folder.
func (a *Agency) client(root *os.Root, id string, known Known) {
	var f clientFile
	d := readFile(root, path.Join("clients", id, "client.yaml"), &f)
	c := &Client{ID: id, Agency: a, File: d.file, Name: f.Name, Contacts: map[string]Contact{}, Accounts: f.Accounts}
	if !d.failed() {
		c.Language = d.language(f.Language, a.Language)
		c.Currency = d.currency(f.Currency, a.Currency, "currency")
		for name, x := range f.Contacts {
			c.Contacts[name] = Contact(x)
			if !address(x.Email) {
				d.fail(d.find("contacts", name, "email"), say("address %s: want name@domain", "adresse %s\u00a0: il faut nom@domaine", q(x.Email)))
			}
		}
		for _, platform := range slices.Sorted(maps.Keys(f.Accounts)) {
			accounts := f.Accounts[platform]
			if !slices.Contains(Platforms, platform) {
				d.fail(d.keyAt("accounts", platform), unknown(say("platform", "plateforme"), platform, Platforms))
			}
			for i, name := range accounts {
				if name == "" {
					d.fail(d.find("accounts", platform, i), say("an empty account", "un compte vide"))
				}
				c.accountsAt = append(c.accountsAt, accountAt{platform, name, d.place(d.find("accounts", platform, i))})
			}
		}
		c.terms(d, f)
	}
	a.Problems = append(a.Problems, d.problems...)
	if d.failed() {
		return
	}
	a.Clients = append(a.Clients, c)
	for _, campaign := range a.folders(root, path.Join("clients", id)) {
		file := path.Join("clients", id, campaign, "campaign.yaml")
		if _, err := root.Lstat(file); errors.Is(err, fs.ErrNotExist) {
			a.Problems = append(a.Problems, Problem{File: path.Dir(file), Warning: true, Message: say("no campaign.yaml in this folder", "pas de campaign.yaml dans ce dossier")})
			continue
		}
		k, d := readCampaign(root, c, campaign, known)
		a.Problems = append(a.Problems, d.problems...)
		if k != nil {
			c.Campaigns = append(c.Campaigns, k)
			a.decisions(root, k, known)
		}
	}
	before := len(d.problems)
	for _, channel := range slices.Sorted(maps.Keys(f.Work.Hours)) {
		if !slices.ContainsFunc(c.Campaigns, func(k *Campaign) bool {
			return slices.ContainsFunc(k.Channels, func(ch Channel) bool { return ch.ID == channel })
		}) {
			d.warn(d.find("work", "hours", channel), say("hours of %s, which is no channel of a campaign here", "heures de %s, qui n’est un levier d’aucune campagne ici", q(channel)))
		}
	}
	a.Problems = append(a.Problems, d.problems[before:]...)
}

// terms reads what the agency is paid, what its work costs and how the client's
// brand campaigns are named.
func (c *Client) terms(d *doc, f clientFile) {
	c.Fees = Fees{PercentOfSpend: f.Fees.PercentOfSpend.share(), Fixed: int64(f.Fees.Fixed), PerConversion: int64(f.Fees.PerConversion)}
	switch f.Fees.Media {
	case "", "client":
	case "agency":
		c.Fees.BuysMedia = true
	default:
		d.fail(d.find("fees", "media"), unknown(say("media", "média"), f.Fees.Media, []string{"client", "agency"}))
	}
	c.Work = Work{Hour: int64(f.Work.Hour), Hours: map[string]float64{}}
	for channel, n := range f.Work.Hours {
		c.Work.Hours[channel] = n.v
	}
	for i, b := range f.Brand {
		if strings.TrimSpace(b) == "" {
			d.fail(d.find("brand", i), say("an empty name", "un nom vide"))
		}
	}
	if c.Brand = f.Brand; len(c.Brand) == 0 {
		c.Brand = []string{c.Name}
	}
}

// language is the language written, or the one inherited where none is.
func (d *doc) language(s string, inherited locale.Lang) locale.Lang {
	if s == "" {
		return inherited
	}
	if !slices.Contains(locale.Langs, locale.Lang(s)) {
		d.fail(d.find("language"), unknown(say("language", "langue"), s, []string{"fr", "en"}))
	}
	return locale.Lang(s)
}

// address reports whether a text is a bare e-mail address.
func address(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s && !strings.ContainsAny(s, "\r\n")
}

// recipient says why a name cannot receive a report. Addresses live in
// client.yaml only, so that nobody is written to by a typing mistake.
func (d *doc) recipient(name string, c *Client, path ...any) {
	if strings.Contains(name, "@") {
		d.fail(d.find(path...), say("an address does not belong here: want the name of a contact in %s", "une adresse n’a pas sa place ici\u00a0: il faut le nom d’un contact de %s", c.File))
		return
	}
	d.fail(d.find(path...), unknown(say("contact", "contact"), name, slices.Sorted(maps.Keys(c.Contacts))))
}

// Err is what is wrong in the workspace as an error, nil where there are
// warnings at most.
func (a *Agency) Err() error { return a.Problems.err() }

// Client is a client by id. Where its file or its folder's name has errors, they
// are the error.
func (a *Agency) Client(id string) (*Client, error) {
	var ids []string
	for _, c := range a.Clients {
		if c.ID == id {
			return c, nil
		}
		ids = append(ids, c.ID)
	}
	if err := a.missing(path.Join("clients", id), "client.yaml"); err != nil {
		return nil, err
	}
	return nil, fmt.Errorf("no client %q: there is %s", id, list(ids))
}

// ClientErr is why folders of clients are not among Clients; nil where all are.
func (a *Agency) ClientErr() error {
	return a.errorsIn(func(file string) bool {
		dir, name := path.Split(file)
		return file == "clients" || dir == "clients/" || name == "client.yaml"
	})
}

// Campaign is a brief of the client by id. Where its file or its folder's name
// has errors, they are the error.
func (c *Client) Campaign(id string) (*Campaign, error) {
	var ids []string
	for _, k := range c.Campaigns {
		if k.ID == id {
			return k, nil
		}
		ids = append(ids, k.ID)
	}
	if err := c.Agency.missing(path.Join("clients", c.ID, id), "campaign.yaml"); err != nil {
		return nil, err
	}
	return nil, fmt.Errorf("no campaign %q of client %s: there is %s", id, c.ID, list(ids))
}

// CampaignErr is why folders of the client's campaigns are not among Campaigns;
// nil where all that hold a brief are.
func (c *Client) CampaignErr() error {
	return c.Agency.errorsIn(func(file string) bool {
		dir := path.Dir(c.File)
		return file != c.File && (path.Dir(file) == dir || path.Base(file) == "campaign.yaml" && path.Dir(path.Dir(file)) == dir)
	})
}

func (a *Agency) problemsOf(file string) error {
	return a.errorsIn(func(f string) bool { return f == file })
}

// errorsIn are the errors of some files.
func (a *Agency) errorsIn(take func(file string) bool) error {
	return slices.DeleteFunc(slices.Clone(a.Problems), func(p Problem) bool { return !take(p.File) }).err()
}

// missing is why what a folder should hold was not read: its file, or the
// folder itself, is wrong. That a folder holds no brief is a warning until
// somebody asks for it.
func (a *Agency) missing(dir, name string) error {
	var ps Problems
	for _, p := range a.Problems {
		if p.File == dir || p.File == path.Join(dir, name) && !p.Warning {
			p.Warning = false
			ps = append(ps, p)
		}
	}
	return ps.err()
}

func list(ids []string) string {
	if len(ids) == 0 {
		return "none"
	}
	return strings.Join(ids, ", ")
}

// Day is today in a zone: the day of now, or the one that vigie.yaml fixes.
func (a *Agency) Day(now time.Time, zone *time.Location) locale.Day {
	if !a.Today.IsZero() {
		return a.Today
	}
	return locale.DayOf(now.In(zone))
}

// DataDir is the folder of the warehouse, the lock and the archive: override
// where it is not empty, else what data: in vigie.yaml says, else .vigie. A
// relative path starts at the workspace.
func (a *Agency) DataDir(override string) string {
	for _, dir := range []string{override, a.Data} {
		switch {
		case dir == "":
		case filepath.IsAbs(dir):
			return filepath.Clean(dir)
		default:
			return filepath.Join(a.Dir, dir)
		}
	}
	return filepath.Join(a.Dir, ".vigie")
}
