package dashboards

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io/fs"
	"net/url"
	"os"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"

	"vigie/internal/agency"
	"vigie/internal/jobs"
	"vigie/internal/locale"
	"vigie/reports"
)

// reportsView lists what was issued, newest first.
type reportsView struct {
	head
	Title    string
	Editions []editionView
	Due      []dueView // what the campaign asks for
	// Restated is what has become of the figures of the last report; nil before
	// the first.
	Restated *reports.RestatedView
	Error    string
}

// dueView is a report that the campaign asks for: when it comes, and what became
// of the last times it was due.
type dueView struct {
	When, Next string
	Slots      []slotView
}

// slotView is one time that a report was due.
type slotView struct {
	Due, Days, State, Why string
	Bad                   bool
}

// slotStates are the words for what became of a slot.
var slotStates = map[jobs.State]locale.Text{
	jobs.Waiting: {EN: "waits", FR: "en attente"},
	jobs.Running: {EN: "being built", FR: "en construction"},
	jobs.Retry:   {EN: "to be tried again", FR: "à réessayer"},
	jobs.Done:    {EN: "issued", FR: "émis"},
	jobs.Failed:  {EN: "failed", FR: "échec"},
	jobs.Skipped: {EN: "skipped", FR: "sauté"},
}

// slotsShown is how many of the last slots of a campaign are listed.
const slotsShown = 6

// due lists the reports that a campaign asks for, each with its last slots.
func (v *visit) due(s *subject) ([]dueView, error) {
	if v.Status == nil {
		return nil, nil
	}
	st, err := v.Status(v.r.Context())
	if err != nil {
		return nil, err
	}
	slots, err := jobs.Ledger(v.r.Context(), v.DB, s.c.Client.ID, s.c.ID, slotsShown)
	if err != nil {
		return nil, err
	}
	var list []dueView
	for _, r := range st.Reports {
		if r.Client != s.c.Client.ID || r.Campaign != s.c.ID {
			continue
		}
		x := dueView{When: r.When, Next: r.Why.In(v.lang)}
		for _, asked := range s.c.Reports {
			if asked.When.Words == r.When {
				x.When = v.schedule(asked.When)
			}
		}
		if !r.Next.IsZero() {
			x.Next = v.say("next: %s, for %s", "prochain\u00a0: %s, pour la période %s",
				v.lang.Instant(r.Next.In(s.c.Zone)), v.lang.Period(r.Period.From, r.Period.To))
		}
		for _, slot := range slots {
			if slot.Job == r.Job {
				x.Slots = append(x.Slots, slotView{
					Due: v.lang.Instant(slot.Due.In(s.c.Zone)), Days: v.lang.Period(slot.Period.From, slot.Period.To),
					State: slotStates[slot.State].In(v.lang), Why: slot.Why.In(v.lang), Bad: slot.State == jobs.Failed || slot.State == jobs.Retry,
				})
			}
		}
		list = append(list, x)
	}
	return list, nil
}

// schedule says when a report is due, in the page's language; cron fields are
// shown as they are.
func (v *visit) schedule(s agency.Schedule) string {
	at := v.lang.Clock(time.Date(2026, 1, 1, s.Hour, s.Minute, 0, 0, time.UTC))
	switch s.Every {
	case agency.Daily:
		return v.say("every day at %s", "tous les jours à %s", at)
	case agency.Weekly:
		return v.say("%s at %s", "%s à %s", v.lang.WeekdayName(s.Weekday), at)
	case agency.Monthly:
		day := strconv.Itoa(s.MonthDay)
		if s.MonthDay == 1 {
			day = v.say("1", "1er")
		}
		return v.say("day %s of the month at %s", "le %s du mois à %s", day, at)
	}
	return s.Words
}

// editionView is an issued report: what it covers, when it was issued and its
// files.
type editionView struct {
	Label, Days, Issued string
	Revision            int
	Old                 bool // a later revision took its place
	Files               []option
	Live                string // the same days on the live page
}

func reportsPage(v *visit) error {
	s, err := v.subject()
	if err != nil {
		return err
	}
	snap, err := s.snapshot(v.defaultFilter(s.c, s.last))
	if err != nil {
		return err
	}
	b := &reportsView{head: s.head("reports", reports.NewPage(snap, v.lang, v.Engine))}
	editions, err := reports.Editions(s.c)
	if err != nil {
		b.Error = err.Error()
	}
	if b.Due, err = v.due(s); err != nil {
		b.Error = err.Error()
	}
	if len(editions) > 0 {
		r, err := reports.Restate(v.r.Context(), reports.Source{DB: v.DB, Campaign: s.c, Now: v.now, Version: v.Version}, &editions[0])
		if err != nil && !errors.Is(err, reports.ErrAltered) { // the list says that it was altered
			b.Error = err.Error()
		}
		b.Restated = reports.NewPage(snap, v.lang, v.Engine).RestatedView(r)
	}
	seen := map[string]bool{}
	l := v.lang
	for _, e := range editions {
		x := editionView{Label: e.ID, Days: l.Period(e.Period.From, e.Period.To), Issued: l.Instant(e.Issued.In(s.c.Zone)), Revision: e.Revision, Old: seen[e.ID]}
		if _, week, ok := strings.Cut(e.ID, "-W"); ok {
			x.Label = v.say("Week %s", "Semaine %s", week)
		} else if e.Period.From == e.Period.From.MonthStart() && e.Period.To == e.Period.From.MonthEnd() {
			x.Label = l.Month(e.Period.From)
		} else {
			x.Label = x.Days
		}
		seen[e.ID] = true
		for _, f := range e.Files {
			x.Files = append(x.Files, option{Value: v.at(nil, "c", s.c.Client.ID, s.c.ID, "reports", e.ID, strconv.Itoa(e.Revision), f), Label: fileLabel(v, f)})
		}
		live := filter{Period: periodDates, From: e.Period.From, To: e.Period.To}
		x.Live = v.at(live.query(), "c", s.c.Client.ID, s.c.ID)
		b.Editions = append(b.Editions, x)
	}
	switch n := len(b.Editions); n {
	case 0:
		b.Title = v.say("No report issued yet", "Aucun rapport émis")
	default:
		b.Title = fmt.Sprintf(l.Plural(float64(n), v.say("%d report issued", "%d rapport émis"), v.say("%d reports issued", "%d rapports émis")), n) +
			v.say(", the last for %s", ", le dernier pour la période %s", b.Editions[0].Days)
	}
	v.write("reports", &frame{Title: v.say("Reports", "Rapports") + " · " + s.c.Name, Current: "campaigns", Body: b})
	return nil
}

// fileLabel names a file of an edition.
func fileLabel(v *visit, name string) string {
	for _, l := range locale.Langs {
		if name == reports.FileName(l) {
			return map[locale.Lang]string{locale.FR: v.say("Report in French", "Rapport en français"), locale.EN: v.say("Report in English", "Rapport en anglais")}[l]
		}
	}
	if name == "snapshot.json" {
		return v.say("Frozen figures (JSON)", "Chiffres figés (JSON)")
	}
	return name
}

// metaPolicy finds the policy that a report carries in itself.
var metaPolicy = regexp.MustCompile(`<meta http-equiv="?Content-Security-Policy"? content="([^"]*)">`)

// issuedFile sends a file of an edition as it was issued: only a file that the
// manifest names and whose content is what it says, under the policy that the
// file carries and a sandbox.
func issuedFile(v *visit) error {
	client, err := v.agency.Client(v.r.PathValue("client"))
	if err != nil {
		return notFound(err)
	}
	c, err := client.Campaign(v.r.PathValue("campaign"))
	if err != nil {
		return notFound(err)
	}
	edition, revision, name := v.r.PathValue("edition"), v.r.PathValue("revision"), v.r.PathValue("file")
	root, err := os.OpenRoot(reports.Folder(c))
	if errors.Is(err, fs.ErrNotExist) {
		return errNotFound
	}
	if err != nil {
		return fmt.Errorf("editions: %w", err)
	}
	defer root.Close()
	dir := path.Join(edition, revision)
	raw, err := root.ReadFile(path.Join(dir, "manifest.json"))
	if err != nil {
		return errNotFound
	}
	var m reports.Manifest
	if err := json.Unmarshal(raw, &m); err != nil {
		return fmt.Errorf("%s: %w", path.Join(dir, "manifest.json"), err)
	}
	want, ok := m.SHA256[name]
	if !ok || m.Edition != edition || strconv.Itoa(m.Revision) != revision || strings.ContainsAny(name, `/\`) {
		return errNotFound
	}
	body, err := root.ReadFile(path.Join(dir, name))
	if err != nil {
		return errNotFound
	}
	if sum := sha256.Sum256(body); hex.EncodeToString(sum[:]) != want {
		v.status = 409
		v.write("message", &frame{Title: v.say("This file is no longer the one that was issued", "Ce fichier n’est plus celui qui a été émis"), Body: message{
			Text: v.say("Its content differs from what the manifest of the edition says: it was changed afterwards. Issue the report again, or restore the file.",
				"Son contenu diffère de ce que dit le manifeste de l’édition\u00a0: il a été modifié après coup. Émettez à nouveau le rapport, ou restaurez le fichier."),
		}})
		return nil
	}
	h := v.w.Header()
	own := "default-src 'none'"
	switch path.Ext(name) {
	case ".html":
		h.Set("Content-Type", "text/html; charset=utf-8")
		if x := metaPolicy.FindSubmatch(body); x != nil {
			own = html.UnescapeString(string(x[1]))
		}
	case ".json":
		h.Set("Content-Type", "application/json")
	default:
		h.Set("Content-Type", "application/octet-stream")
		h.Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(name))
	}
	h.Set("Content-Security-Policy", own+"; frame-ancestors 'none'; sandbox allow-scripts")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	v.w.Write(body)
	return nil
}
