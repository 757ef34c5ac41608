package agency

import (
	"cmp"
	"errors"
	"io/fs"
	"net/netip"
	"net/url"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/invopop/jsonschema"

	"vigie/internal/locale"
)

// The folder of sources, and the ids that are taken there.
const (
	sourcesName = "sources"
	inboxSource = "inbox" // how vigie sync calls the inbox
)

// The kinds of source.
const (
	HTTPS   = "https"
	SFTP    = "sftp"
	Mailbox = "mailbox"
)

// Source is a connector, sources/<id>.yaml: from where exports of a client are
// fetched, and when. Passwords are no part of it.
type Source struct {
	ID     string // name of its file
	File   string // slash path of its file inside the workspace
	Kind   string // HTTPS, SFTP or Mailbox
	Client *Client
	When   Schedule // in the agency's zone

	// Of HTTPS. URL is empty where the link is a secret.
	URL   string
	Hosts []string // the link, and what it leads on to, may be there: names, or *.name

	// Of SFTP and Mailbox.
	Host    string
	Port    int
	User    string
	Folder  string
	Pattern []string // of file names, as Channel.Match; none: all
	Senders []string // of Mailbox: addresses in lower case

	// What the files may not say of themselves; empty: they do.
	Platform, Account, Currency, Decimal, Dates string
}

type sourceFile struct {
	Kind     string `yaml:"kind" jsonschema:"required"`
	Client   string `yaml:"client" jsonschema:"required"`
	When     string `yaml:"when"`
	Cron     string `yaml:"cron"`
	Platform string `yaml:"platform"`
	Account  string `yaml:"account"`
	Currency string `yaml:"currency"`
	Decimal  string `yaml:"decimal"`
	Dates    string `yaml:"dates"`
}

type httpsFile struct {
	sourceFile
	URL   string   `yaml:"url"`
	Hosts []string `yaml:"hosts"`
}

type sftpFile struct {
	sourceFile
	Host    string   `yaml:"host" jsonschema:"required"`
	Port    port     `yaml:"port"`
	User    string   `yaml:"user" jsonschema:"required"`
	Folder  string   `yaml:"folder"`
	Pattern patterns `yaml:"pattern"`
}

type mailboxFile struct {
	sourceFile
	Host    string   `yaml:"host" jsonschema:"required"`
	Port    port     `yaml:"port"`
	User    string   `yaml:"user" jsonschema:"required"`
	Folder  string   `yaml:"folder"`
	Senders []string `yaml:"senders" jsonschema:"required"`
	Pattern patterns `yaml:"pattern"`
}

// port is a TCP port; 0: the usual one.
type port int

func (p *port) read(d *doc, n ast.Node) {
	s, ok := d.text(n)
	if !ok {
		return
	}
	v, err := strconv.Atoi(s)
	if err != nil || v < 1 || v > 65535 {
		d.fail(n, say("port %s: want a number from 1 to 65535", "port %s\u00a0: il faut un nombre de 1 à 65535", q(s)))
		return
	}
	*p = port(v)
}

// JSONSchema is the port in schemas/*.json.
func (port) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "integer", Minimum: "1", Maximum: "65535"}
}

// Variable is the name of a secret of the source, in the environment or in
// secrets.env: VIGIE_SOURCE_META_SFTP_PASSWORD.
func (s *Source) Variable(what string) string { return variable(s.ID, what) }

func variable(id, what string) string {
	return "VIGIE_SOURCE_" + strings.ToUpper(strings.ReplaceAll(id, "-", "_")) + "_" + what
}

// Takes reports whether the source wants a file of that name.
func (s *Source) Takes(name string) bool { return takes(s.Pattern, name, "") }

// sources reads sources/*.yaml. A file of comments alone, as init writes it, is
// none yet; other files are left alone.
func (a *Agency) sources(root *os.Root, known Known) {
	entries, err := fs.ReadDir(root.FS(), sourcesName)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			a.problem(sourcesName, say("cannot be read: %v", "illisible\u00a0: %v", err))
		}
		return
	}
	for _, e := range entries {
		name := path.Join(sourcesName, e.Name())
		id, isYAML := strings.CutSuffix(e.Name(), ".yaml")
		switch {
		case strings.HasPrefix(e.Name(), "."):
		case strings.HasSuffix(e.Name(), ".yml"):
			a.problem(name, say("is not read: its name must end in .yaml", "n’est pas lu\u00a0: son nom doit finir par .yaml"))
		case !isYAML:
		case !idShape.MatchString(id):
			a.problem(name, say("file name: want lower-case letters, digits and hyphens, as meta-reports.yaml", "nom de fichier\u00a0: il faut des minuscules sans accent, des chiffres et des traits d’union, comme rapports-meta.yaml"))
		case id == inboxSource:
			a.problem(name, say("file name: this word means the inbox folder", "nom de fichier\u00a0: ce mot désigne la boîte de dépôt"))
		default:
			a.source(root, id, known)
		}
	}
}

// source reads one file of the folder. What a file is follows from its keys: a
// connector has kind, a mapping has map.
func (a *Agency) source(root *os.Root, id string, known Known) {
	d := parseFile(root, path.Join(sourcesName, id+".yaml"))
	if d.empty {
		return
	}
	switch {
	case d.failed():
	case d.find("map") != nil:
		if m := d.mapping(id, known); m != nil {
			a.Mappings = append(a.Mappings, m)
		}
	default:
		if s := d.connector(a, id, known); s != nil {
			a.Sources = append(a.Sources, s)
		}
	}
	a.Problems = append(a.Problems, d.problems...)
}

// connector reads a connector, whose kind decides which keys it may have.
func (d *doc) connector(a *Agency, id string, known Known) *Source {
	d.secrets = variable(id, "PASSWORD")
	s := &Source{ID: id, File: d.file}
	kind := d.find("kind")
	if kind == nil {
		d.fail(d.root, say("the key %s is missing: want %s", "il manque la clé %s\u00a0: il faut %s", q("kind"), oneOf(sourceKinds)))
		return nil
	}
	var ok bool
	if s.Kind, ok = d.text(kind); !ok {
		return nil
	}
	var common sourceFile
	switch s.Kind {
	case HTTPS:
		d.secrets = variable(id, "URL")
		var f httpsFile
		d.into(&f)
		common, s.URL = f.sourceFile, f.URL
		if !d.failed() {
			d.link(s, f)
		}
	case SFTP:
		var f sftpFile
		d.into(&f)
		common = f.sourceFile
		s.Host, s.Port, s.User, s.Folder, s.Pattern = f.Host, int(f.Port), f.User, cmp.Or(f.Folder, "."), f.Pattern
		s.Port = cmp.Or(s.Port, 22)
	case Mailbox:
		var f mailboxFile
		d.into(&f)
		common = f.sourceFile
		s.Host, s.Port, s.User, s.Folder, s.Pattern = f.Host, int(f.Port), f.User, cmp.Or(f.Folder, "INBOX"), f.Pattern
		s.Port = cmp.Or(s.Port, 993)
		d.senders(s, f.Senders)
	default:
		d.fail(kind, unknown(say("kind of source", "sorte de source"), s.Kind, sourceKinds))
	}
	if d.failed() {
		return nil
	}
	if s.Kind != HTTPS {
		d.server(s)
	}
	d.common(s, common, a, known)
	if d.failed() {
		return nil
	}
	return s
}

var sourceKinds = []string{HTTPS, SFTP, Mailbox}

// defaultWhen is when a source is asked that does not say: after the
// platforms have closed the day before, and before people come to work.
var defaultWhen = locale.Text{EN: "daily 06:15", FR: "tous les jours 06:15"}

// common checks what all kinds have.
func (d *doc) common(s *Source, f sourceFile, a *Agency, known Known) {
	i := slices.IndexFunc(a.Clients, func(c *Client) bool { return c.ID == f.Client })
	switch {
	case i >= 0:
		s.Client = a.Clients[i]
		s.Currency = f.Currency
		if f.Currency != "" {
			d.currency(f.Currency, "", "currency")
		}
	case a.problemsOf(path.Join("clients", f.Client, "client.yaml")) != nil:
		d.fail(d.find("client"), say("the file of client %s has errors", "le fichier du commanditaire %s a des erreurs", q(f.Client)))
	default:
		var ids []string
		for _, c := range a.Clients {
			ids = append(ids, c.ID)
		}
		d.fail(d.find("client"), unknown(say("client", "commanditaire"), f.Client, ids))
	}
	s.When = d.schedule(f.When, f.Cron)
	if f.When == "" && f.Cron == "" {
		s.When = Schedule{Words: defaultWhen.In(a.Language), Cron: "15 6 * * *", Every: Daily, Hour: 6, Minute: 15}
	}
	// A night hour is a warning for a report, which somebody may want then; a
	// fetch has no reason to be at the one hour that is not or comes twice.
	for j, p := range d.problems {
		d.problems[j].Warning = p.Warning && p.Message != nightWarning
	}
	if platforms := known.Platforms; f.Platform != "" && platforms != nil && !slices.Contains(platforms, f.Platform) {
		d.fail(d.find("platform"), unknown(say("platform", "plateforme"), f.Platform, platforms))
	}
	d.grammar(f.Decimal, f.Dates)
	s.Platform, s.Account, s.Decimal, s.Dates = f.Platform, f.Account, f.Decimal, f.Dates
}

// grammar checks what a file says of the numbers and dates of its tables.
func (d *doc) grammar(decimal, dates string) {
	if decimal != "" && decimal != "," && decimal != "." {
		d.fail(d.find("decimal"), say(`decimal sign %s: want "," or "."`, "signe décimal %s\u00a0: il faut \",\" ou \".\"", q(decimal)))
	}
	if orders := []string{"dmy", "mdy"}; dates != "" && !slices.Contains(orders, dates) {
		d.fail(d.find("dates"), unknown(say("order of dates", "ordre des dates"), dates, orders))
	}
}

var (
	hostShape = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$`)
	dotted    = regexp.MustCompile(`\.[a-z0-9-]*[a-z][a-z0-9-]*$`) // a name of the internet: its last part is no number
)

// hostName reports whether a text is the full name of a host on the internet.
func hostName(s string) bool {
	return len(s) <= 253 && hostShape.MatchString(s) && dotted.MatchString(s)
}

// link checks a link and the hosts it may lead to.
func (d *doc) link(s *Source, f httpsFile) {
	for i, h := range f.Hosts {
		bare, _ := strings.CutPrefix(strings.ToLower(h), "*.")
		if !hostName(bare) {
			d.fail(d.find("hosts", i), say("host %s: want a name, as docs.google.com, or all names below one, as *.googleusercontent.com", "hôte %s\u00a0: il faut un nom, comme docs.google.com, ou tous les noms sous un autre, comme *.googleusercontent.com", q(h)))
		}
		s.Hosts = append(s.Hosts, strings.ToLower(h))
	}
	at := d.find("url")
	if f.URL == "" {
		if len(f.Hosts) == 0 {
			d.fail(d.root, say("want url, the link; or, where the link is a secret, hosts here and %s in .vigie/secrets.env", "il faut url, le lien\u00a0; ou, si le lien est un secret, hosts ici et %s dans .vigie/secrets.env", variable(s.ID, "URL")))
		}
		return
	}
	u, err := url.Parse(f.URL)
	if err != nil {
		d.fail(at, say("this is no link: want an address that begins with https://", "ce n’est pas un lien\u00a0: il faut une adresse qui commence par https://"))
		return
	}
	secret := u.User != nil
	for key := range u.Query() {
		secret = secret || secretKey(key) || secretParameter[strings.ToLower(key)]
	}
	host := strings.ToLower(u.Hostname())
	switch {
	case secret:
		d.fail(at, say("the link holds a secret: take url out, write hosts: [%s] here and %s=… in .vigie/secrets.env", "le lien contient un secret\u00a0: ôtez url, écrivez hosts: [%s] ici et %s=… dans .vigie/secrets.env", host, variable(s.ID, "URL")))
		d.problems[len(d.problems)-1].Excerpt = ""
	case u.Scheme != "https":
		d.fail(at, say("link %s: want an address that begins with https://", "lien %s\u00a0: il faut une adresse qui commence par https://", q(f.URL)))
	case !hostName(host):
		d.fail(at, say("link to %s: want the name of a host on the internet", "lien vers %s\u00a0: il faut le nom d’un hôte sur internet", q(u.Hostname())))
	case host == "docs.google.com" && strings.Contains(u.Path, "/edit"):
		d.fail(at, say("this link opens the spreadsheet to edit it: in Google Sheets choose File, Share, Publish to web, a sheet and .csv, and copy that link", "ce lien ouvre la feuille pour la modifier\u00a0: dans Google Sheets choisissez Fichier, Partager, Publier sur le Web, une feuille et .csv, et copiez ce lien-là"))
	default:
		s.Hosts = append([]string{host}, s.Hosts...)
	}
}

// secretParameter are the names by which links carry a signature or a key.
var secretParameter = map[string]bool{
	"sig": true, "signature": true, "x-amz-signature": true, "x-goog-signature": true, "auth": true, "code": true, "session": true,
}

// server checks the host and the user of a server.
func (d *doc) server(s *Source) {
	s.Host = strings.ToLower(s.Host)
	if _, err := netip.ParseAddr(s.Host); err != nil && !(len(s.Host) <= 253 && hostShape.MatchString(s.Host)) {
		d.fail(d.find("host"), say("host %s: want a name, as sftp.example.com, without sftp:// before it nor a port after it", "hôte %s\u00a0: il faut un nom, comme sftp.example.com, sans sftp:// devant ni port derrière", q(s.Host)))
	}
	if strings.ContainsAny(s.User+s.Folder, "\n") {
		d.fail(d.find("user"), say("user and folder are one line each", "user et folder tiennent chacun sur une ligne"))
	}
}

// senders checks the addresses that a mailbox listens to.
func (d *doc) senders(s *Source, list []string) {
	if len(list) == 0 && !d.failed() {
		d.fail(d.keyAt("senders"), say("no sender: a mailbox is read for messages of certain senders only", "aucun expéditeur\u00a0: on ne lit dans une boîte que les messages de certains expéditeurs"))
	}
	for i, x := range list {
		if !address(x) || strings.Contains(x, "*") {
			d.fail(d.find("senders", i), say("sender %s: want a whole address, as reports@example.com", "expéditeur %s\u00a0: il faut une adresse entière, comme rapports@example.com", q(x)))
		}
		s.Senders = append(s.Senders, strings.ToLower(x))
	}
}

// Source is a source by id. Where its file has errors, they are the error.
func (a *Agency) Source(id string) (*Source, error) {
	for _, s := range a.Sources {
		if s.ID == id {
			return s, nil
		}
	}
	if err := a.problemsOf(path.Join(sourcesName, id+".yaml")); err != nil {
		return nil, err
	}
	return nil, ErrNoSource
}

// ErrNoSource is what Source returns for an id without a file.
var ErrNoSource = errors.New("no such source")
