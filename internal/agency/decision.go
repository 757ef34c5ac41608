package agency

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"vigie/internal/locale"
)

// DecisionsName is the folder of a campaign's decisions.
const DecisionsName = "decisions"

// The states of a decision.
const (
	DecisionOpen      = "open"
	DecisionClosed    = "closed"    // its outcome was looked at
	DecisionWithdrawn = "withdrawn" // it was not, or no longer, to be followed
)

// Decision is what people chose among options, and why: a Markdown file of the
// campaign whose front matter is read, and whose text is theirs.
type Decision struct {
	ID       string // D-2026-004, unique in the campaign
	Campaign *Campaign
	File     string // slash path inside the workspace
	Date     locale.Day
	// Applied is the first day on which what was decided acted; without one the
	// day after Date.
	Applied  locale.Day
	Authors  []string
	Findings []string // rule@scope#day
	// Touches are the ids of the channels that it changes; without any in the file
	// those of the findings it answers, all where a finding is about the whole.
	Touches  []string
	Options  []Choice // in the order of the file
	Choice   string   // id of the one chosen
	Expected Expected
	Approved string // who agreed, as people wrote it

	Status  string     // DecisionOpen, DecisionClosed or DecisionWithdrawn
	Closed  locale.Day // zero while it is open
	Outcome string     // what people say came of it, or why it was withdrawn
	Text    string     // below the front matter, Markdown

	doc *doc
}

// DoubtFinding is a warning at one of the findings that the file names.
func (d *Decision) DoubtFinding(i int, m locale.Text) Problem {
	w := doc{file: d.doc.file, lines: d.doc.lines, root: d.doc.root}
	w.warn(w.find("findings", i), m)
	return w.problems[0]
}

// Choice is one of the options that a decision lay between.
type Choice struct{ ID, Words string }

// Expected is the effect that a decision is to have on a KPI of the channels
// that it touches, in the KPI's unit.
type Expected struct {
	KPI      string
	From, To float64
	Check    locale.Day // when one looks at it; days before it count
}

// Change is the relative change expected: −0.1 is 10 % less.
func (e Expected) Change() float64 { return e.To/e.From - 1 }

// Chosen is the option that was chosen, in words.
func (d *Decision) Chosen() string {
	for _, o := range d.Options {
		if o.ID == d.Choice {
			return o.Words
		}
	}
	return d.Choice
}

// Reason is the first paragraph of the text on one line; titles and lists are
// none.
func (d *Decision) Reason() string {
	for para := range strings.SplitSeq(d.Text, "\n\n") {
		var lines []string
		for line := range strings.Lines(para) {
			if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") && !strings.HasPrefix(line, "<!--") {
				lines = append(lines, line)
			}
		}
		if len(lines) > 0 {
			return strings.Join(lines, " ")
		}
	}
	return ""
}

// Scope is the part of a finding's id that says what it is about: a channel,
// platform: and a platform, * for the whole.
func Scope(finding string) string {
	_, rest, _ := strings.Cut(finding, "@")
	scope, _, _ := strings.Cut(rest, "#")
	return scope
}

type decisionFile struct {
	ID       string       `yaml:"id" jsonschema:"required"`
	Date     day          `yaml:"date" jsonschema:"required"`
	Applied  day          `yaml:"applied"`
	Authors  []string     `yaml:"authors" jsonschema:"required"`
	Findings []string     `yaml:"findings"`
	Touches  []string     `yaml:"touches"`
	Options  choices      `yaml:"options" jsonschema:"required"`
	Choice   string       `yaml:"choice" jsonschema:"required"`
	Expected expectedFile `yaml:"expected" jsonschema:"required"`
	Approved string       `yaml:"approved_by"`
	Status   string       `yaml:"status"`
	Closed   day          `yaml:"closed"`
	Outcome  string       `yaml:"outcome"`
}

type expectedFile struct {
	KPI   string `yaml:"kpi" jsonschema:"required"`
	From  number `yaml:"from" jsonschema:"required"`
	To    number `yaml:"to" jsonschema:"required"`
	Check day    `yaml:"check" jsonschema:"required"`
}

// choices are options in the order in which they are written.
type choices []Choice

func (c *choices) read(d *doc, n ast.Node) {
	m, ok := n.(*ast.MappingNode)
	if !ok {
		d.fail(n, say("want the options by a short name, as {nothing: \"change nothing\", search: \"move 600 to Search\"}", "il faut les solutions par un nom court, comme {rien: \"ne rien changer\", search: \"déplacer 600 vers Search\"}"))
		return
	}
	d.entries(m, func(key string, x *ast.MappingValueNode) {
		words, ok := "", true
		if x.Value != nil && x.Value.Type() != ast.NullType {
			words, ok = d.text(x.Value)
		}
		switch {
		case !ok:
		case !idShape.MatchString(key):
			d.fail(x.Key, say("option %s: want lower-case letters, digits and hyphens, as budget-search", "solution %s\u00a0: il faut des minuscules sans accent, des chiffres et des traits d’union, comme budget-search", q(key)))
		case words == "":
			d.fail(x.Key, say("option %s says nothing: want it in words", "la solution %s ne dit rien\u00a0: il faut des mots", q(key)))
		default:
			*c = append(*c, Choice{key, words})
		}
	})
}

var (
	decisionID   = regexp.MustCompile(`^D-(\d{4})-(\d{3})$`)
	decisionName = regexp.MustCompile(`^(\d{4}-\d{2}-\d{2})-[a-z0-9]+(-[a-z0-9]+)*\.md$`)
	findingShape = regexp.MustCompile(`^([a-z0-9]+(?:-[a-z0-9]+)*)@(\*|platform:[a-z0-9]+|[a-z0-9]+(?:-[a-z0-9]+)*)#(\d{4}-\d{2}-\d{2})$`)
)

// Folder is the slash path of a campaign's folder inside the workspace.
func (c *Campaign) Folder() string { return path.Dir(c.File) }

// decisions reads the decisions of a campaign; those with errors are left out.
func (a *Agency) decisions(root *os.Root, c *Campaign, known Known) {
	dir := path.Join(c.Folder(), DecisionsName)
	entries, err := fs.ReadDir(root.FS(), dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		a.problem(dir, say("cannot be read: %v", "illisible\u00a0: %v", err))
		return
	}
	first := map[string]string{} // the file of each id
	for _, e := range entries {
		name := e.Name()
		if strings.HasPrefix(name, ".") || path.Ext(name) != ".md" {
			continue
		}
		x, d := readDecision(root, c, path.Join(dir, name), known)
		if x != nil {
			if other, twice := first[x.ID]; twice {
				d.fail(d.find("id"), say("the id %s is that of %s already: give this one the next number", "l’identifiant %s est déjà celui de %s\u00a0: donnez le numéro suivant à celle-ci", q(x.ID), path.Base(other)))
				x = nil
			} else {
				first[x.ID] = x.File
			}
		}
		a.Problems = append(a.Problems, d.problems...)
		if x != nil {
			c.Decisions = append(c.Decisions, x)
		}
	}
	slices.SortFunc(c.Decisions, func(a, b *Decision) int {
		return cmp.Or(cmp.Compare(a.Date, b.Date), strings.Compare(a.ID, b.ID))
	})
}

// readDecision reads a decision; it is nil where the doc has errors.
func readDecision(root *os.Root, c *Campaign, file string, known Known) (*Decision, *doc) {
	d := &doc{file: file}
	b, wrong := load(root, file, maxFile)
	if wrong != nil {
		d.whole(*wrong)
		return nil, d
	}
	return d.decision(b, c, known), d
}

// decision reads and checks the bytes of a decision.
func (d *doc) decision(b []byte, c *Campaign, known Known) *Decision {
	front, text, ok := cutFront(string(b))
	if !ok {
		d.at(1, 1, say("a decision begins with a line ---, its facts, and another line ---; vigie decision new writes one", "une décision commence par une ligne ---, ses données, puis une autre ligne ---\u00a0; vigie decision new en écrit une"))
		return nil
	}
	var f decisionFile
	d.parse([]byte("\n" + front)) // the line --- keeps its number
	d.into(&f)
	if d.failed() {
		return nil
	}
	x := &Decision{
		ID: f.ID, Campaign: c, File: d.file, Date: locale.Day(f.Date), Applied: locale.Day(f.Applied), Authors: f.Authors, Findings: f.Findings,
		Touches: f.Touches, Options: f.Options, Choice: f.Choice, Approved: f.Approved,
		Expected: Expected{f.Expected.KPI, f.Expected.From.v, f.Expected.To.v, locale.Day(f.Expected.Check)},
		Status:   cmp.Or(f.Status, DecisionOpen), Closed: locale.Day(f.Closed), Outcome: f.Outcome, Text: strings.TrimSpace(text),
		doc: d,
	}
	if i := strings.IndexFunc(strings.ReplaceAll(text, "\r\n", " \n"), unreadable); i >= 0 {
		d.at(strings.Count(string(b[:len(b)-len(text)+i]), "\n")+1, 1, say("this line cannot be read: save the file as UTF-8 text", "cette ligne est illisible\u00a0: enregistrez le fichier en texte UTF-8"))
	}
	if m := decisionID.FindStringSubmatch(x.ID); m == nil {
		d.fail(d.find("id"), say("id %s: want D-, a year and three digits, as D-2026-004", "identifiant %s\u00a0: il faut D-, une année et trois chiffres, comme D-2026-004", q(x.ID)))
	}
	if m := decisionName.FindStringSubmatch(path.Base(d.file)); m == nil || m[1] != x.Date.String() {
		d.warn(d.find("date"), say("the file would be found by its day as %s-….md", "le fichier se retrouverait par sa date sous le nom %s-….md", x.Date))
	}
	if x.Applied == 0 {
		x.Applied = x.Date + 1
	} else if x.Applied < x.Date {
		d.fail(d.find("applied"), say("applied on %s, before it was decided on %s", "appliquée le %s, avant d’être décidée le %s", x.Applied, x.Date))
	}
	if len(x.Authors) == 0 {
		d.fail(d.keyAt("authors"), say("no author: a decision is somebody's", "aucun auteur\u00a0: une décision est toujours celle de quelqu’un"))
	}
	for i, name := range x.Authors {
		if name == "" {
			d.fail(d.find("authors", i), say("an empty name", "un nom vide"))
		}
	}
	d.choice(x)
	d.expected(x, known)
	d.touches(x, known)
	d.ending(x)
	if d.failed() {
		return nil
	}
	if x.Reason() == "" {
		d.whole(say("says no reason below its facts: that is what one is asked about first", "ne dit pas pourquoi, sous ses données\u00a0: c’est ce qu’on vous demandera d’abord"))
		d.problems[len(d.problems)-1].Warning = true
	}
	return x
}

// choice checks that one of at least two options was chosen.
func (d *doc) choice(x *Decision) {
	if len(x.Options) < 2 {
		d.fail(d.keyAt("options"), say("%d option: a choice has at least two; to change nothing is one", "%d solution\u00a0: un choix en a au moins deux\u00a0; ne rien changer en est une", len(x.Options)))
		return
	}
	var ids []string
	for _, o := range x.Options {
		ids = append(ids, o.ID)
	}
	if !slices.Contains(ids, x.Choice) {
		d.fail(d.find("choice"), unknown(say("option", "solution"), x.Choice, ids))
	}
}

// expected checks the effect that is expected.
func (d *doc) expected(x *Decision, known Known) {
	e := x.Expected
	if known.KPIs != nil && !slices.Contains(known.KPIs, e.KPI) {
		choices := slices.DeleteFunc(slices.Clone(known.KPIs), func(id string) bool { return slices.Contains(known.Confidential, id) })
		d.fail(d.find("expected", "kpi"), unknown(say("KPI", "indicateur"), e.KPI, choices))
	}
	if slices.Contains(known.Confidential, e.KPI) {
		d.fail(d.find("expected", "kpi"), say("%s is confidential: reports show decisions to the client", "%s est confidentiel\u00a0: les rapports montrent les décisions au client", q(e.KPI)))
	}
	switch {
	case e.From <= 0:
		d.fail(d.find("expected", "from"), say("from 0: the effect is told against where one starts from", "from 0\u00a0: l’effet se juge par rapport à un point de départ"))
	case e.From == e.To:
		d.fail(d.find("expected", "to"), say("from and to are the same: nothing is expected", "from et to sont égaux\u00a0: aucun effet n’est attendu"))
	}
	if e.Check <= x.Applied {
		d.fail(d.find("expected", "check"), say("the check on %s is not after the %s on which the decision acts", "la vérification du %s n’est pas après le %s où la décision s’applique", e.Check, x.Applied))
	}
}

// touches checks the findings that are answered and settles which channels are
// changed.
func (d *doc) touches(x *Decision, known Known) {
	var ids, scoped []string
	whole := len(x.Findings) == 0
	for _, ch := range x.Campaign.Channels {
		ids = append(ids, ch.ID)
	}
	for i, f := range x.Findings {
		at := d.find("findings", i)
		m := findingShape.FindStringSubmatch(f)
		if m != nil {
			if _, err := locale.ParseDay(m[3]); err != nil {
				m = nil
			}
		}
		if m == nil {
			d.fail(at, say("finding %s: want an id as cpa-change@search#2026-09-07; vigie findings lists them", "constat %s\u00a0: il faut un identifiant comme cpa-change@search#2026-09-07\u00a0; vigie findings les donne", q(f)))
			continue
		}
		if known.Rules != nil && !slices.Contains(known.Rules, m[1]) {
			d.warn(at, unknown(say("rule", "règle"), m[1], known.Rules))
		}
		platform, isPlatform := strings.CutPrefix(m[2], "platform:")
		found := false
		for _, ch := range x.Campaign.Channels {
			if m[2] == ch.ID || isPlatform && platform == ch.Platform {
				scoped = append(scoped, ch.ID)
				found = true
			}
		}
		switch {
		case m[2] == "*":
			whole = true
		case !found:
			d.warn(at, say("%s is no channel of the campaign any more", "%s n’est plus un levier de la campagne", q(m[2])))
		}
	}
	for i, id := range x.Touches {
		if !slices.Contains(ids, id) {
			d.fail(d.find("touches", i), unknown(say("channel", "levier"), id, ids))
		}
	}
	if len(x.Touches) > 0 {
		scoped = x.Touches
	} else if whole || len(scoped) == 0 {
		scoped = ids
	}
	// In the order of the plan, each once.
	x.Touches = slices.DeleteFunc(ids, func(id string) bool { return !slices.Contains(scoped, id) })
}

// ending checks what closing adds.
func (d *doc) ending(x *Decision) {
	if states := []string{DecisionOpen, DecisionClosed, DecisionWithdrawn}; !slices.Contains(states, x.Status) {
		d.fail(d.find("status"), unknown(say("status", "état"), x.Status, states))
		return
	}
	switch {
	case x.Status == DecisionOpen && (x.Closed != 0 || x.Outcome != ""):
		d.fail(cmp.Or(d.keyAt("closed"), d.keyAt("outcome")), say("closed and outcome go with status: closed or withdrawn", "closed et outcome vont avec status: closed ou withdrawn"))
	case x.Status == DecisionOpen:
	case x.Closed == 0:
		d.fail(d.find("status"), say("status: %s needs the day, as closed: 2026-09-30", "status: %s demande le jour, comme closed: 2026-09-30", x.Status))
	case x.Closed < x.Date:
		d.fail(d.find("closed"), say("closed on %s, before it was decided on %s", "close le %s, avant d’être décidée le %s", x.Closed, x.Date))
	case x.Outcome == "":
		d.fail(d.find("status"), say("status: %s needs what came of it, as outcome: \"…\"", "status: %s demande ce qu’il en est advenu, comme outcome: \"…\"", x.Status))
	}
}

// cutFront parts the front matter of a Markdown file, which stands between two
// lines ---, from the text below it.
func cutFront(s string) (front, text string, ok bool) {
	first, rest, ok := strings.Cut(strings.TrimPrefix(s, "\ufeff"), "\n")
	if !ok || strings.TrimRight(first, " \r") != "---" {
		return "", "", false
	}
	at := 0
	for line := range strings.Lines(rest) {
		if strings.TrimRight(line, " \r\n") == "---" {
			return rest[:at], rest[at+len(line):], true
		}
		at += len(line)
	}
	return "", "", false
}

// Decision is a decision of the campaign by id. Where a file with errors may
// hold it, they are the error.
func (c *Campaign) Decision(id string) (*Decision, error) {
	var ids []string
	for _, x := range c.Decisions {
		if x.ID == id {
			return x, nil
		}
		ids = append(ids, x.ID)
	}
	if err := c.DecisionErr(); err != nil {
		return nil, err
	}
	return nil, &ErrNoDecision{ID: id, Known: ids}
}

// DecisionErr is why files of decisions are not among Decisions; nil where all
// are.
func (c *Campaign) DecisionErr() error {
	return c.Client.Agency.errorsIn(func(file string) bool {
		return strings.HasPrefix(file, path.Join(c.Folder(), DecisionsName))
	})
}

// ErrNoDecision: a campaign has no decision of that id.
type ErrNoDecision struct {
	ID    string
	Known []string
}

func (e *ErrNoDecision) Error() string { return "no decision " + e.ID + ": there is " + list(e.Known) }
