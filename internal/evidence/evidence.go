package evidence

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"vigie/internal/agency"
	"vigie/internal/jobs"
	"vigie/internal/locale"
	"vigie/metrics"
	"vigie/metrics/insight/words"
	"vigie/reports"
)

// Work is what was recorded of a campaign, by competency.
type Work struct {
	Client       string        `json:"client"`
	Campaign     string        `json:"campaign"`
	Flight       reports.Days  `json:"flight"`
	Today        locale.Day    `json:"today"`
	Grid         string        `json:"grid"`
	GridFile     string        `json:"grid_file,omitempty"` // empty: the one that Vigie brings
	Competencies []Competency  `json:"competencies"`
	Notice       locale.Text   `json:"notice"`
	Contributors []Contributor `json:"contributors"`
}

// Competency is a row of the grid with what shows it.
type Competency struct {
	ID         string   `json:"id"`
	Name       string   `json:"name"`
	Criterion  string   `json:"criterion,omitempty"`
	Indicators []string `json:"indicators"`
	Weight     float64  `json:"weight"`
	Levels     []string `json:"levels"`
	Evidence   []Item   `json:"evidence"` // by kind in the order of the grid, then by time
}

// Item is something that was recorded.
type Item struct {
	Kind string `json:"kind"` // of agency.EvidenceKinds
	// At is when it was recorded, From what says so: Written, Ledger or Changed.
	At      time.Time     `json:"at,omitzero"`
	From    string        `json:"at_from,omitempty"`
	By      []string      `json:"by,omitempty"`
	Ref     string        `json:"ref,omitempty"` // id, or slash path inside the workspace
	Text    locale.Text   `json:"text"`
	Details []locale.Text `json:"details,omitempty"`
}

// What a time of an item comes from.
const (
	Written = "written" // people wrote the day down
	Ledger  = "ledger"  // Vigie wrote it down
	Changed = "changed" // the file's last change, as the file system has it
)

// Contributor is somebody who signed decisions.
type Contributor struct {
	Name      string   `json:"name"`
	Decisions []string `json:"decisions"`
}

var notice = locale.Text{
	EN: "What was recorded, by whom and when. Nothing here is a mark: the teacher awards the levels. The day of a file’s last change may be that of a copy.",
	FR: "Ce qui a été enregistré, par qui et quand. Rien ici n’est une note\u00a0: c’est l’enseignant qui attribue les niveaux. La date de modification d’un fichier peut être celle d’une copie.",
}

// collector gathers the evidence of a campaign.
type collector struct {
	ctx      context.Context
	src      reports.Source
	c        *agency.Campaign
	editions []reports.Edition // oldest first
	chain    []Link
	decided  []reports.Decision
}

// Collect gathers what was recorded of a campaign for each competency of a grid.
// Findings are those that are kept: see jobs.Examine.
func Collect(ctx context.Context, src reports.Source, g *agency.Grid) (*Work, error) {
	c := src.Campaign
	x := collector{ctx: ctx, src: src, c: c}
	var err error
	if x.editions, err = reports.Editions(c); err != nil {
		return nil, err
	}
	slices.Reverse(x.editions)
	if x.chain, err = Chain(ctx, src, time.Time{}, true); err != nil {
		return nil, err
	}
	if x.decided, err = reports.Decisions(ctx, src); err != nil {
		return nil, err
	}
	w := &Work{
		Client: c.Client.ID, Campaign: c.ID, Flight: reports.Days{From: c.Flight.Start, To: c.Flight.End},
		Today: c.Client.Agency.Day(src.Now, c.Zone), Grid: g.Title, GridFile: g.File, Notice: notice, Competencies: []Competency{}, Contributors: []Contributor{},
	}
	gather := map[string]func() ([]Item, error){
		"targets": x.targets, "exports": x.exports, "editions": x.reports, "findings": x.findings,
		"notes": x.notes, "decisions": x.decisions, "outcomes": x.outcomes,
	}
	known := map[string][]Item{}
	for _, row := range g.Competencies {
		y := Competency{
			ID: row.ID, Name: row.Name, Criterion: row.Criterion, Weight: row.Weight,
			Indicators: append([]string{}, row.Indicators...), Levels: append([]string{}, row.Levels...), Evidence: []Item{},
		}
		for _, kind := range row.Evidence {
			if _, ok := known[kind]; !ok {
				if known[kind], err = gather[kind](); err != nil {
					return nil, err
				}
			}
			y.Evidence = append(y.Evidence, known[kind]...)
		}
		w.Competencies = append(w.Competencies, y)
	}
	for _, d := range x.decided {
		for _, name := range d.Authors {
			i := slices.IndexFunc(w.Contributors, func(p Contributor) bool { return p.Name == name })
			if i < 0 {
				i = len(w.Contributors)
				w.Contributors = append(w.Contributors, Contributor{Name: name})
			}
			w.Contributors[i].Decisions = append(w.Contributors[i].Decisions, d.ID)
		}
	}
	return w, nil
}

func say(en, fr string, args ...any) locale.Text {
	t := locale.Text{EN: en, FR: fr}
	return locale.Text{EN: t.F(locale.EN, args...), FR: t.F(locale.FR, args...)}
}

// each writes an argument in each language.
func each(write func(l locale.Lang) string) locale.Text { return words.Both(write) }

func (x *collector) day(t time.Time) locale.Text {
	return each(func(l locale.Lang) string { return l.DayLong(locale.DayOf(t.In(x.c.Zone))) })
}

// targets are the targets of the brief and since when they can be seen to be
// there: the file's last change, or the first report that holds them; then the
// other ones that reports held.
func (x *collector) targets() ([]Item, error) {
	written, err := x.c.Client.Agency.Written(x.c.File)
	if err != nil {
		return nil, err
	}
	var list, old []Item
	seen := map[string]time.Time{} // by KPI, bound and aim
	key := func(kpi, bound string, aim, tolerance float64) string {
		return fmt.Sprintf("%s %s %g %g", kpi, bound, aim, tolerance)
	}
	now := map[string]bool{}
	for _, t := range x.c.Targets {
		now[key(t.KPI, t.Bound, t.Value, t.Tolerance)] = true
	}
	for i := range x.editions {
		e := &x.editions[i]
		s, err := e.Snapshot()
		if err != nil {
			return nil, err
		}
		for _, t := range s.Targets {
			k := key(t.KPI, t.Bound, t.Aim, t.Tolerance)
			if _, ok := seen[k]; ok {
				continue
			}
			seen[k] = e.Issued
			if !now[k] {
				old = append(old, Item{Kind: "targets", At: e.Issued, From: Ledger, Ref: x.edition(e),
					Text: say("earlier target: %s, in report %s", "cible antérieure\u00a0: %s, dans le rapport %s", x.aim(t.KPI, t.Bound, t.Aim, t.Tolerance), e.ID)})
			}
		}
	}
	for _, t := range x.c.Targets {
		it := Item{Kind: "targets", At: written, From: Changed, Ref: x.c.File}
		if first, ok := seen[key(t.KPI, t.Bound, t.Value, t.Tolerance)]; ok && first.Before(written) {
			it.At, it.From = first, Ledger
		}
		it.Text = say("target: %s", "cible\u00a0: %s", x.aim(t.KPI, t.Bound, t.Value, t.Tolerance))
		if locale.DayOf(it.At.In(x.c.Zone)) < x.c.Flight.Start {
			it.Details = append(it.Details, say("there before the campaign began", "là avant le début de la campagne"))
		} else {
			it.Details = append(it.Details, say("nothing shows that it was there when the campaign began, on %s", "rien ne montre qu’elle était là au début de la campagne, le %s", each(func(l locale.Lang) string { return l.DayLong(x.c.Flight.Start) })))
		}
		list = append(list, it)
	}
	return append(list, old...), nil
}

// aim writes a target.
func (x *collector) aim(kpi, bound string, aim, tolerance float64) locale.Text {
	return each(func(l locale.Lang) string {
		k, ok := metrics.LookupKPI(kpi)
		s, value := kpi, l.Number(aim, 2)
		if ok {
			s, value = k.Label.In(l), k.Format(aim, l, x.c.Currency)
		}
		s += l.Colon() + " "
		switch bound {
		case "min":
			s += words.Pick(l, "at least ", "au moins ")
		case "max":
			s += words.Pick(l, "at most ", "au plus ")
		}
		s += value
		if tolerance > 0 {
			s += " ± " + l.Percent(tolerance, 0)
		}
		return s
	})
}

// exports are the files that were taken in, and what the checks said of them;
// and those that were taken back out.
func (x *collector) exports() ([]Item, error) {
	scope, err := metrics.LoadScope(x.ctx, x.src.DB, x.c.Client, x.c)
	if err != nil {
		return nil, err
	}
	sources, err := metrics.Sources(x.ctx, x.src.DB, scope, x.c.Flight.Start, x.c.Flight.End)
	if err != nil {
		return nil, err
	}
	var list []Item
	for _, s := range sources {
		name := locale.Straight(locale.OneLine(s.File))
		it := Item{Kind: "exports", At: s.ImportedAt, From: Ledger, Ref: fmt.Sprint(s.Batch)}
		n := s.Wrong()
		verdict := say("no check spoke", "aucun contrôle n’a parlé")
		if n > 0 {
			verdict = each(func(l locale.Lang) string {
				return fmt.Sprint(n) + " " + l.Plural(float64(n), words.Pick(l, "problem seen", "problème vu"), words.Pick(l, "problems seen", "problèmes vus"))
			})
		}
		it.Text = say("export %s (%s): %s", "export %s (%s)\u00a0: %s", name, reports.PlatformName(s.Platform), verdict)
		if s.Withheld {
			it.Details = append(it.Details, say("withheld: no figure uses it", "écarté\u00a0: aucun chiffre ne l’utilise"))
		}
		for _, p := range s.Problems {
			if p.Severity != "note" {
				it.Details = append(it.Details, p.Message)
			}
		}
		list = append(list, it)
	}
	rows, err := x.src.DB.QueryContext(x.ctx, "select batch, file, undone_at from batch where client = ? and undone_at is not null order by undone_at", x.c.Client.ID)
	if err != nil {
		return nil, fmt.Errorf("exports: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var batch int
		var file string
		var at time.Time
		if err := rows.Scan(&batch, &file, &at); err != nil {
			return nil, fmt.Errorf("exports: %w", err)
		}
		list = append(list, Item{Kind: "exports", At: at, From: Ledger, Ref: fmt.Sprint(batch),
			Text: say("export %s taken back out", "export %s retiré", locale.Straight(locale.OneLine(file)))})
	}
	return list, rows.Err()
}

// edition is where an edition lies inside the workspace.
func (x *collector) edition(e *reports.Edition) string {
	if rel, err := filepath.Rel(x.c.Client.Agency.Dir, e.Dir); err == nil {
		return filepath.ToSlash(rel)
	}
	return filepath.ToSlash(e.Dir)
}

// reports are the reports that were issued, on time or not, and those that were
// due and were not.
func (x *collector) reports() ([]Item, error) {
	slots, err := jobs.Ledger(x.ctx, x.src.DB, x.c.Client.ID, x.c.ID, 10_000)
	if err != nil {
		return nil, err
	}
	var list []Item
	for i := range x.editions {
		e := &x.editions[i]
		it := Item{Kind: "editions", At: e.Issued, From: Ledger, Ref: x.edition(e)}
		it.Text = say("report %s, revision %d", "rapport %s, révision %d", e.ID, e.Revision)
		at := slices.IndexFunc(slots, func(s jobs.Slot) bool {
			return s.State == jobs.Done && strings.HasPrefix(s.Output, it.Ref+"/")
		})
		switch {
		case at < 0:
			it.Details = append(it.Details, say("built by a command, not when it was due", "construit par une commande, hors échéance"))
		case slots[at].Finished.Sub(slots[at].Due) <= onTime:
			it.Details = append(it.Details, say("on time: due on %s", "à l’heure\u00a0: dû le %s", x.day(slots[at].Due)))
		default:
			late := int(slots[at].Finished.Sub(slots[at].Due).Hours())
			it.Details = append(it.Details, say("due on %s, issued %s later", "dû le %s, publié %s plus tard", x.day(slots[at].Due), each(func(l locale.Lang) string {
				if late >= 48 {
					return words.Days(l, late/24)
				}
				return fmt.Sprint(late) + locale.NBSP + "h"
			})))
		}
		if e.Revision > 1 {
			it.Details = append(it.Details, say("corrects revision %d", "corrige la révision %d", e.Revision-1))
		}
		altered, err := reports.Altered(e.Dir)
		if err != nil {
			return nil, err
		}
		if len(altered) > 0 {
			it.Details = append(it.Details, say("changed by hand since it was issued: %s", "modifié à la main depuis sa publication\u00a0: %s", strings.Join(altered, ", ")))
		} else {
			it.Details = append(it.Details, say("its files are those that were issued", "ses fichiers sont ceux qui ont été publiés"))
		}
		list = append(list, it)
	}
	for _, s := range slices.Backward(slots) {
		if s.State == jobs.Skipped || s.State == jobs.Failed {
			list = append(list, Item{Kind: "editions", At: s.Due, From: Ledger, Ref: s.Slot, Text: say("a report due on %s was not issued", "un rapport dû le %s n’a pas été publié", x.day(s.Due)), Details: []locale.Text{s.Why}})
		}
	}
	slices.SortStableFunc(list, func(a, b Item) int { return a.At.Compare(b.At) })
	return list, nil
}

// onTime is how long after its due time a report still counts as on time.
const onTime = time.Hour

var stateWords = map[string]locale.Text{
	jobs.FindingNew:   {EN: "still there", FR: "toujours là"},
	jobs.FindingStill: {EN: "still there", FR: "toujours là"},
	jobs.FindingGone:  {EN: "gone", FR: "disparu"},
}

// findings are the findings with what they rest on, and who answered them.
func (x *collector) findings() ([]Item, error) {
	var list []Item
	for _, f := range x.chain {
		it := Item{Kind: "findings", At: f.FirstSeen, From: Ledger, Ref: f.ID, Text: f.Title}
		it.Details = append(it.Details, say("%s, %s; rests on %d facts", "%s, %s\u00a0; repose sur %d éléments", f.Level.Label(), stateWords[f.State], len(f.Evidence)))
		var ids []string
		for _, d := range f.Decisions {
			ids = append(ids, d.ID)
		}
		if len(ids) > 0 {
			it.Details = append(it.Details, say("answered by %s", "réponse\u00a0: %s", strings.Join(ids, ", ")))
		} else {
			it.Details = append(it.Details, say("no decision answers it", "aucune décision n’y répond"))
		}
		list = append(list, it)
	}
	slices.SortStableFunc(list, func(a, b Item) int { return a.At.Compare(b.At) })
	return list, nil
}

// notes are what people wrote down.
func (x *collector) notes() ([]Item, error) {
	notes, err := x.c.Notes()
	if err != nil {
		return nil, err
	}
	var list []Item
	for _, n := range notes {
		list = append(list, Item{Kind: "notes", At: n.Written, From: Changed, Ref: n.File,
			Text:    say("note: %s", "note\u00a0: %s", cmp.Or(locale.OneLine(n.Title), n.File)),
			Details: []locale.Text{say("%d words", "%d mots", n.Words)}})
	}
	return list, nil
}

// decisions are the decisions with their options.
func (x *collector) decisions() ([]Item, error) {
	var list []Item
	for i, d := range x.decided {
		it := Item{Kind: "decisions", At: d.Date.Start(x.c.Zone), From: Written, By: d.Authors, Ref: d.ID}
		it.Text = say("decision %s: %s", "décision %s\u00a0: %s", d.ID, locale.OneLine(x.c.Decisions[i].Chosen()))
		var options []string
		for _, o := range d.Options {
			options = append(options, locale.OneLine(o.Words))
		}
		it.Details = append(it.Details, say("%d options: %s", "%d solutions\u00a0: %s", len(options), strings.Join(options, " · ")))
		answers := 0
		for _, id := range d.Findings {
			if slices.ContainsFunc(x.chain, func(f Link) bool { return Same(f.Finding, id) }) {
				answers++
			}
		}
		switch {
		case len(d.Findings) == 0:
			it.Details = append(it.Details, say("answers no finding", "ne répond à aucun constat"))
		case answers < len(d.Findings):
			it.Details = append(it.Details, say("finding named: %s; never seen so far: %d of %d", "constat cité\u00a0: %s\u00a0; jamais vu à ce jour\u00a0: %d sur %d", strings.Join(d.Findings, ", "), len(d.Findings)-answers, len(d.Findings)))
		default:
			it.Details = append(it.Details, say("answers %s", "répond à %s", strings.Join(d.Findings, ", ")))
		}
		it.Details = append(it.Details, x.expected(d))
		if d.Reason == "" {
			it.Details = append(it.Details, say("no reason written", "aucune raison écrite"))
		} else {
			it.Details = append(it.Details, say("reason written, %d words in all", "raison écrite, %d mots en tout", len(strings.Fields(x.c.Decisions[i].Text))))
		}
		if d.Approved != "" {
			it.Details = append(it.Details, say("agreed by %s", "accord\u00a0: %s", locale.OneLine(d.Approved)))
		}
		list = append(list, it)
	}
	return list, nil
}

func (x *collector) expected(d reports.Decision) locale.Text {
	return each(func(l locale.Lang) string {
		k, ok := metrics.LookupKPI(d.KPI)
		if !ok {
			return d.KPI
		}
		return words.Pick(l, "expects %s from %s to %s by %s", "attend %s de %s à %s au %s", k.Label.In(l), k.Format(d.From, l, x.c.Currency), k.Format(d.To, l, x.c.Currency), l.DayLong(d.Check))
	})
}

// outcomes are what was measured of the decisions, and what people said of it.
func (x *collector) outcomes() ([]Item, error) {
	var list []Item
	for _, d := range x.decided {
		it := Item{Kind: "outcomes", At: d.Check.Start(x.c.Zone), From: Written, Ref: d.ID}
		it.Text = say("outcome of %s: %s", "résultat de %s\u00a0: %s", d.ID, d.Outcome.Label)
		it.Details = append(it.Details, d.Outcome.Text)
		switch {
		case d.Status == agency.DecisionOpen && x.c.Client.Agency.Day(x.src.Now, x.c.Zone) >= d.Check:
			it.Details = append(it.Details, say("the day to check has come; nobody has said what came of it", "la date de vérification est passée\u00a0; personne n’a dit ce qu’il en est advenu"))
		case d.Status == agency.DecisionOpen:
		case d.Closed > d.Check:
			it.Details = append(it.Details, say("looked at on %s, %d days after the day set: %s", "examiné le %s, %d jours après la date dite\u00a0: %s", each(func(l locale.Lang) string { return l.DayLong(d.Closed) }), int(d.Closed-d.Check), locale.OneLine(d.Note)))
		default:
			it.Details = append(it.Details, say("looked at on %s: %s", "examiné le %s\u00a0: %s", each(func(l locale.Lang) string { return l.DayLong(d.Closed) }), locale.OneLine(d.Note)))
		}
		list = append(list, it)
	}
	return list, nil
}
