package dashboards

import (
	"fmt"
	"html/template"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"vigie/internal/agency"
	"vigie/internal/jobs"
	"vigie/internal/locale"
	"vigie/metrics"
	"vigie/metrics/insight"
	"vigie/reports"
)

// homeView is the agency: one line a campaign, and above them the one that
// needs attention most.
type homeView struct {
	Day   string
	Lead  string
	Title string
	Rows  []homeRow
	// The first findings of the running campaigns, and the last reports issued.
	Findings, Reports           []homeItem
	FindingsTitle, ReportsTitle string
	// More are the campaigns whose findings are not all listed, Refused the
	// clients with files that were not taken in.
	More, Refused []option
	Hidden        int      // findings that are not listed
	Problems      []string // in the workspace's files
	Notices       []string // of the inbox and the schedule
	Help          string   // how to start, where there is no campaign
}

// homeItem is a line of the lists below the campaigns.
type homeItem struct {
	URL, Text, Campaign, When string
	Mark                      template.HTML

	issued time.Time
}

// homeItems is the length of these lists.
const homeItems = 5

// homeRow is a campaign in one line.
type homeRow struct {
	URL, Name, Client, When string
	Error                   string // why the campaign cannot be shown
	Realised, Aim           string
	Ratio, Tone             string
	Fill                    float64 // px of the bar
	CPA, CPAAim             string
	Pace, PaceTone          string
	Data, Behind            string
	Findings                string
	ByLevel                 string
	FindingsURL             string
	Report, ReportURL       string
	Low                     bool // too little to be judged

	phase   phase
	state   string // of the target for conversions, as reports has it; empty without one
	ratio   float64
	late    int
	empty   bool // started, and without data
	suspect string

	findings, reports []homeItem
}

type phase int

const (
	running phase = iota
	ended
	upcoming
)

// The bar of a line: 100 % of the target to date stands at barTick of
// barWidth px, so that what is above it shows.
const (
	barWidth = 110
	barTick  = 88
)

func home(v *visit) error {
	b := &homeView{Help: v.at(nil, helpRoot[v.lang], topics[0].Name.In(v.lang))}
	today := v.agency.Day(v.now, v.agency.Zone)
	b.Day = v.lang.WeekdayName(today.Weekday()) + " " + v.lang.DayLong(today)
	if v.agency.Today != 0 {
		b.Day += " · " + v.say("date fixed", "date fixée")
	}
	if v.Status != nil {
		st, err := v.Status(v.r.Context())
		if err != nil {
			return err
		}
		for _, n := range st.Notices {
			b.Notices = append(b.Notices, n.In(v.lang))
		}
	}
	for _, client := range v.agency.Clients {
		refused, err := jobs.Refused(v.agency, client.ID)
		if err != nil {
			return err
		}
		if n := len(refused); n > 0 && len(client.Campaigns) > 0 {
			b.Refused = append(b.Refused, option{
				Value: v.at(nil, "c", client.ID, client.Campaigns[0].ID, "data") + "#refused",
				Label: fmt.Sprintf(v.lang.Plural(float64(n), v.say("%d file of %s was not taken in", "%d fichier de %s n’a pas été importé"), v.say("%d files of %s were not taken in", "%d fichiers de %s n’ont pas été importés")), n, client.Name),
			})
		}
	}
	for _, p := range v.agency.Problems {
		b.Problems = append(b.Problems, p.In(v.lang))
	}
	var campaigns []*agency.Campaign
	for _, client := range v.agency.Clients {
		campaigns = append(campaigns, client.Campaigns...)
	}
	// Each takes some tenths of a second the first time after an import.
	lines := make([]homeRow, len(campaigns))
	var wg sync.WaitGroup
	for i, c := range campaigns {
		wg.Go(func() { lines[i] = v.homeRow(c) })
	}
	wg.Wait()
	var phases [3][]homeRow
	for _, row := range lines {
		phases[row.phase] = append(phases[row.phase], row)
	}
	for _, rows := range phases {
		b.Rows = append(b.Rows, rows...)
		for _, r := range rows {
			if r.phase == running {
				b.Findings = append(b.Findings, r.findings...)
			}
			b.Reports = append(b.Reports, r.reports...)
		}
	}
	slices.SortStableFunc(b.Reports, func(x, y homeItem) int { return y.issued.Compare(x.issued) })
	b.FindingsTitle = fmt.Sprintf(v.lang.Plural(float64(len(b.Findings)), v.say("%d established finding calls for a look", "%d constat établi mérite un regard"),
		v.say("%d established findings call for a look", "%d constats établis méritent un regard")), len(b.Findings))
	b.ReportsTitle = fmt.Sprintf(v.lang.Plural(float64(len(b.Reports)), v.say("%d report issued", "%d rapport émis"), v.say("%d reports issued", "%d rapports émis")), len(b.Reports))
	for _, x := range b.Findings[min(len(b.Findings), homeItems):] {
		url, _, _ := strings.Cut(x.URL, "#")
		if n := len(b.More); n == 0 || b.More[n-1].Value != url {
			b.More = append(b.More, option{Value: url, Label: x.Campaign})
		}
	}
	b.Hidden = max(0, len(b.Findings)-homeItems)
	b.Findings, b.Reports = b.Findings[:min(len(b.Findings), homeItems)], b.Reports[:min(len(b.Reports), homeItems)]
	b.Lead, b.Title = v.homeLead(phases), v.homeTitle(phases)
	v.write("home", &frame{Title: v.agency.Name, Current: "campaigns", Body: b})
	return nil
}

// homeRow asks one campaign. What goes wrong with it is shown in its line.
func (v *visit) homeRow(c *agency.Campaign) homeRow {
	today := v.agency.Day(v.now, c.Zone)
	row := homeRow{URL: v.at(nil, "c", c.Client.ID, c.ID), Name: c.Name, Client: c.Client.Name}
	switch {
	case today < c.Flight.Start:
		row.phase, row.When = upcoming, v.say("starts on %s", "commence le %s", v.lang.DayText(c.Flight.Start))
	case today > c.Flight.End:
		row.phase, row.When = ended, v.say("ended on %s", "terminée le %s", v.lang.DayText(c.Flight.End))
	default:
		row.When = v.day(c.Flight, today)
	}
	s, err := v.about(c)
	if err == nil {
		var snap *reports.Snapshot
		if snap, err = s.snapshot(v.defaultFilter(c, s.last)); err == nil {
			s.fill(&row, reports.NewPage(snap, v.lang, v.Engine))
			return row
		}
	}
	row.Error, _ = v.explain(err)
	if row.Error == "" {
		row.Error = err.Error()
	}
	return row
}

// day counts a day from the start of a flight.
func (v *visit) day(f agency.Flight, d locale.Day) string {
	return v.say("day %d of %d", "jour %d sur %d", int(d-f.Start)+1, f.Days())
}

// defaultFilter is the choice of an address that makes none.
func (v *visit) defaultFilter(c *agency.Campaign, last locale.Day) filter {
	f := filter{Period: periodWeek}
	f.From, f.To = reports.LastWeek(last, c.Flight)
	return f
}

// fill writes a line from its snapshot.
func (s *subject) fill(row *homeRow, p *reports.Page) {
	l := s.lang
	row.Realised, row.Ratio, row.CPA, row.Pace, row.Data = locale.Dash, locale.Dash, locale.Dash, locale.Dash, locale.Dash
	total := p.ToDate.Total.KPIs
	if x := total["conversions"].Value; x != nil {
		row.Realised = l.Count(*x)
	}
	if x := total["cpa"]; x.Value != nil && x.Volume != metrics.VolumeNone {
		row.CPA = l.Money(*x.Value, p.Currency, 2)
	}
	for _, t := range p.Targets {
		switch t.KPI {
		case "conversions":
			row.Aim, row.state = l.Number(t.Aim, 0), t.State
			if t.Value.Value != nil && t.ToDate > 0 && t.State != reports.TooFew {
				row.ratio = *t.Value.Value / t.ToDate
				row.Ratio = l.Percent(row.ratio, 0)
				row.Fill = min(row.ratio*barTick, barWidth)
			}
			row.Tone = map[string]string{reports.Reached: "good", reports.Missed: "bad"}[t.State]
		case "cpa":
			row.CPAAim = l.Money(t.Aim, p.Currency, 2)
		}
	}
	if n := total["conversions"].Value; n == nil || *n < 5 {
		row.Low, row.Tone, row.state = true, "noise", reports.TooFew
		row.Ratio = s.say("too early", "trop tôt")
	}
	for _, x := range p.Insight.Paces {
		if x.Scope == "" {
			row.Pace, row.PaceTone = l.Percent(x.Index, 0), reports.PaceTone(x)
		}
	}
	if p.Last != 0 {
		if row.phase == running {
			row.When = s.day(s.c.Flight, p.Last)
		}
		row.Data = l.DayShort(p.Last)
		if p.Last == p.Today-1 {
			row.Data = s.say("yesterday, ", "hier, ") + row.Data
		}
		if row.late = delay(p); row.late > 0 {
			row.Behind = s.daysLate(row.late)
		}
	} else if row.phase != upcoming {
		row.empty, row.Behind = true, s.say("no data", "aucune donnée")
	}
	counts := map[insight.Level]int{}
	for _, f := range p.Insight.Findings {
		counts[f.Level]++
		if f.Critical && row.suspect == "" {
			row.suspect = f.Title.In(l)
		}
		if f.Level == insight.Established && f.Good <= 0 {
			row.findings = append(row.findings, homeItem{URL: s.at(nil, "c", s.c.Client.ID, s.c.ID, "findings") + "#" + anchor(f), Text: f.Title.In(l),
				Campaign: s.c.Name, When: l.PeriodShort(f.From, f.To), Mark: p.Evidence(f.Level)})
		}
	}
	row.Findings = s.say("none", "aucun")
	if n := len(p.Insight.Findings); n > 0 {
		row.Findings = fmt.Sprint(n)
		row.FindingsURL = s.at(nil, "c", s.c.Client.ID, s.c.ID, "findings")
	}
	var by []string
	for _, x := range []struct {
		level        insight.Level
		en, one, few string
	}{{insight.Established, "established", "établi", "établis"}, {insight.Likely, "likely", "probable", "probables"}, {insight.Watch, "to watch", "à surveiller", "à surveiller"}} {
		if n := counts[x.level]; n > 0 {
			by = append(by, fmt.Sprintf("%d %s", n, s.say(x.en, l.Plural(float64(n), x.one, x.few))))
		}
	}
	row.ByLevel = strings.Join(by, ", ")
	editions, _ := reports.Editions(s.c) // its own page says what is wrong with them
	for i, e := range editions {
		url := s.reportURL(e)
		if i == 0 {
			row.Report, row.ReportURL = l.PeriodShort(e.Period.From, e.Period.To), url
		}
		row.reports = append(row.reports, homeItem{URL: url, Text: p.KindLabel() + ", " + l.Period(e.Period.From, e.Period.To),
			Campaign: s.c.Name, When: l.DayShort(locale.DayOf(e.Issued.In(s.c.Zone))), issued: e.Issued})
	}
}

// reportURL is the address of an issued report, in the page's language where it
// was written in it; that of the list where it has no such file.
func (s *subject) reportURL(e reports.Edition) string {
	parts := []string{"c", s.c.Client.ID, s.c.ID, "reports"}
	name := ""
	for _, f := range e.Files {
		if path.Ext(f) == ".html" && (name == "" || f == reports.FileName(s.lang)) {
			name = f
		}
	}
	if name == "" {
		return s.at(nil, parts...)
	}
	return s.at(nil, append(parts, e.ID, strconv.Itoa(e.Revision), name)...)
}

// homeTitle names the running campaign that needs attention most: the one that
// cannot be shown, has no data, is furthest below its target, waits for data,
// or has days that cannot be trusted.
func (v *visit) homeTitle(phases [3][]homeRow) string {
	rows := phases[running]
	var broken, empty, below, late, suspect *homeRow
	missed, held := 0, 0
	for i := range rows {
		r := &rows[i]
		switch {
		case r.Error != "":
			broken = r
		case r.empty:
			empty = r
		}
		if r.state == reports.Missed {
			missed++
			if below == nil || r.ratio < below.ratio {
				below = r
			}
		}
		if r.state == reports.Reached || r.state == reports.Tolerated {
			held++
		}
		if r.late > 0 && (late == nil || r.late > late.late) {
			late = r
		}
		if r.suspect != "" && suspect == nil {
			suspect = r
		}
	}
	old := func(r *homeRow) string {
		if r.late == 0 {
			return ""
		}
		return v.say(", data %s", ", données avec %s", v.daysLate(r.late))
	}
	switch {
	case len(rows) == 0 && len(phases[ended])+len(phases[upcoming]) == 0:
		return v.say("No campaign yet", "Pas encore de campagne")
	case len(rows) == 0:
		return v.say("No campaign is running: %d ended, %d to come", "Aucune campagne en cours\u00a0: %d terminées, %d à venir", len(phases[ended]), len(phases[upcoming]))
	case broken != nil:
		return v.say("%s cannot be followed before something is mended", "%s ne peut pas être suivie avant une correction", broken.Name)
	case empty != nil:
		return v.say("%s has no data yet", "%s n’a pas encore de données", empty.Name)
	case missed == 1 && len(rows) > 1:
		return v.say("%s is the only campaign behind: %s of the target to date%s", "%s est la seule campagne en retard\u00a0: %s de la cible à date%s", below.Name, below.Ratio, old(below))
	case missed > 0:
		return v.say("%s is at %s of its target to date%s", "%s est à %s de sa cible à date%s", below.Name, below.Ratio, old(below))
	case late != nil:
		return v.say("%s waits for data: %s", "%s attend des données\u00a0: %s", late.Name, v.daysLate(late.late))
	case suspect != nil:
		return suspect.Name + v.lang.Colon() + " " + suspect.suspect
	case held == len(rows) && held == 1:
		return v.say("%s holds its target to date: %s", "%s tient sa cible à date\u00a0: %s", rows[0].Name, rows[0].Ratio)
	case held == len(rows):
		return v.say("The %d running campaigns hold their targets to date", "Les %d campagnes en cours tiennent leur cible à date", held)
	}
	return v.say("Nothing calls for attention in %d running campaigns", "Rien ne demande d’attention parmi %d campagnes en cours", len(rows))
}

// homeLead counts the running campaigns by how they stand.
func (v *visit) homeLead(phases [3][]homeRow) string {
	n := map[string]int{}
	for _, r := range phases[running] {
		if r.state == reports.Tolerated {
			r.state = reports.Reached // held, and the line says how near
		}
		n[r.state]++
	}
	total := len(phases[running])
	if total == 0 {
		return ""
	}
	l := v.lang
	count := func(k int, one, many string) string { return fmt.Sprintf(l.Plural(float64(k), one, many), k) }
	var parts []string
	add := func(k int, en1, en, fr1, fr string) {
		if k > 0 {
			parts = append(parts, count(k, v.say(en1, fr1), v.say(en, fr)))
		}
	}
	add(n[reports.Reached], "%d holds its target to date", "%d hold their targets to date", "%d tient sa cible à date", "%d tiennent leur cible à date")
	add(n[reports.Missed], "%d is below its own", "%d are below theirs", "%d est en dessous de la sienne", "%d sont en dessous de la leur")
	if n[reports.Reached] == 0 && n[reports.Missed] > 0 {
		parts = nil
		add(n[reports.Missed], "%d is below its target to date", "%d are below their targets to date", "%d est sous sa cible à date", "%d sont sous leur cible à date")
	}
	add(n[reports.TooFew]+n[reports.InNoise], "%d cannot be judged yet", "%d cannot be judged yet", "%d ne peut pas encore être jugée", "%d ne peuvent pas encore être jugées")
	add(n[""], "%d has no target for conversions", "%d have no target for conversions", "%d n’a pas de cible de conversions", "%d n’ont pas de cible de conversions")
	if total == 1 && len(parts) == 1 {
		parts[0] = strings.TrimPrefix(parts[0], "1 ")
		return v.say("One campaign is running: it %s.", "Une campagne en cours\u00a0: elle %s.", parts[0])
	}
	return count(total, v.say("%d running campaign", "%d campagne en cours"), v.say("%d running campaigns", "%d campagnes en cours")) + l.Colon() + " " + l.Join(parts) + "."
}
