package dashboards

import (
	"net/url"
	"slices"
	"time"

	"vigie/internal/agency"
	"vigie/internal/locale"
	"vigie/reports"
)

// The periods that have a name in an address; a month is its year and number,
// as 2026-09.
const (
	periodWeek      = "week"      // the last complete week with data, the default
	periodFortnight = "fortnight" // the last fourteen days with data
	periodStart     = "start"     // since the start
	periodDates     = "dates"     // from and to
)

// filter is the choice of days and channels that an address makes.
type filter struct {
	Period   string
	From, To locale.Day
	// Channels are the ids of the channels chosen, in the order of the plan;
	// none: all.
	Channels []string
}

// read makes the choice that a query asks for. What it asks for wrongly is a
// note, and the default takes its place.
func (v *visit) filter(c *agency.Campaign, last locale.Day) filter {
	q := v.r.URL.Query()
	f := filter{Period: periodWeek}
	// The days that have data, or could have.
	first, end := c.Flight.Start, last
	if end == 0 {
		end = c.Flight.End
	}
	name := q.Get("period")
	// The form sends the days that it showed. Others were typed: they are meant,
	// whatever period is still chosen beside them.
	shown := q.Get("shown")
	if typed := q.Get("from") + ".." + q.Get("to"); shown != "" && typed != shown && typed != ".." {
		name = periodDates
	}
	if shown != "" && len(c.Channels) > 1 && len(q["channel"]) == 0 {
		v.note(locale.Text{EN: "No channel was ticked: all of them are shown.", FR: "Aucun levier n’était coché\u00a0: tous sont montrés."})
	}
	switch name {
	case periodFortnight:
		f = filter{Period: name, From: max(end-13, first), To: end}
	case periodStart:
		f = filter{Period: name, From: first, To: end}
	case periodDates:
		f = v.dates(q, first, end)
	case "", periodWeek:
	default:
		month, err := time.Parse("2006-01", name)
		if d := locale.DayOf(month); err == nil && d <= end && d.MonthEnd() >= first {
			f = filter{Period: name, From: max(d, first), To: min(d.MonthEnd(), end)}
			break
		}
		v.note(locale.Text{
			EN: "Period %s is not known, or the campaign has no data in it; here is the last week.",
			FR: "Période %s inconnue, ou sans données de la campagne\u00a0; voici la dernière semaine.",
		}, v.lang.Quote(name))
	}
	if f.Period == periodWeek {
		f.From, f.To = reports.LastWeek(last, c.Flight)
	}
	for _, id := range q["channel"] {
		if id != "" && !slices.ContainsFunc(c.Channels, func(ch agency.Channel) bool { return ch.ID == id }) {
			v.note(locale.Text{EN: "The campaign has no channel %s: it is left out.", FR: "La campagne n’a pas de levier %s\u00a0: il est ignoré."}, v.lang.Quote(id))
		}
	}
	for _, ch := range c.Channels {
		if slices.Contains(q["channel"], ch.ID) {
			f.Channels = append(f.Channels, ch.ID)
		}
	}
	if len(f.Channels) == len(c.Channels) {
		f.Channels = nil
	}
	return f
}

// dates reads from and to; what lies outside the days with data is cut off.
func (v *visit) dates(q url.Values, first, end locale.Day) filter {
	from, err1 := locale.ParseDay(q.Get("from"))
	to, err2 := locale.ParseDay(q.Get("to"))
	week := filter{Period: periodWeek}
	switch {
	case q.Get("from") == "" || q.Get("to") == "":
		v.note(locale.Text{EN: "Other dates need a first and a last day; here is the last week.", FR: "D’autres dates demandent un premier et un dernier jour\u00a0; voici la dernière semaine."})
		return week
	case err1 != nil || err2 != nil:
		wrong := q.Get("from")
		if err1 == nil {
			wrong = q.Get("to")
		}
		v.note(locale.Text{EN: "Date %s: want a day as 2026-09-17; here is the last week.", FR: "Date %s\u00a0: il faut un jour comme 2026-09-17\u00a0; voici la dernière semaine."}, v.lang.Quote(wrong))
		return week
	case to < from:
		v.note(locale.Text{EN: "The period ends (%s) before it starts (%s); here is the last week.", FR: "La période finit (%s) avant de commencer (%s)\u00a0; voici la dernière semaine."}, v.lang.DayLong(to), v.lang.DayLong(from))
		return week
	case to < first || from > end:
		v.note(locale.Text{EN: "No data from %s to %s: the campaign has some from %s to %s; here is the last week.", FR: "Pas de données du %s au %s\u00a0: la campagne en a du %s au %s\u00a0; voici la dernière semaine."},
			v.lang.DayLong(from), v.lang.DayLong(to), v.lang.DayLong(first), v.lang.DayLong(end))
		return week
	case from < first || to > end:
		from, to = max(from, first), min(to, end)
		v.note(locale.Text{EN: "The campaign has data from %s to %s: the period is cut there.", FR: "La campagne a des données du %s au %s\u00a0: la période est coupée là."}, v.lang.DayLong(first), v.lang.DayLong(end))
	}
	return filter{Period: periodDates, From: from, To: to}
}

// query is the choice as an address has it.
func (f filter) query() url.Values {
	q := url.Values{}
	if f.Period != periodWeek {
		q.Set("period", f.Period)
	}
	if f.Period == periodDates {
		q.Set("from", f.From.String())
		q.Set("to", f.To.String())
	}
	if len(f.Channels) > 0 {
		q["channel"] = f.Channels
	}
	return q
}

// filterForm is the form that makes the choice.
type filterForm struct {
	Action   string
	Lang     string // kept in the address; empty for the agency's own
	Periods  []option
	From, To locale.Day
	First    locale.Day // the days one can choose from
	Last     locale.Day
	Channels []option
	Chosen   string // the channels in a few words
	Summary  string // the choice in words
}

type option struct {
	Value, Label string
	Chosen       bool
}

func (v *visit) filterForm(f filter, c *agency.Campaign, last locale.Day, action string) filterForm {
	l := v.lang
	form := filterForm{Action: action, From: f.From, To: f.To, First: c.Flight.Start, Last: last}
	if l != v.agency.Language {
		form.Lang = string(l)
	}
	weekFrom, weekTo := reports.LastWeek(last, c.Flight)
	add := func(value, label string) {
		form.Periods = append(form.Periods, option{value, label, value == f.Period})
	}
	days := func(from, to locale.Day) string { return " (" + l.PeriodShort(from, to) + ")" }
	add(periodWeek, v.say("Last week", "Dernière semaine")+days(weekFrom, weekTo))
	add(periodFortnight, v.say("Last 14 days", "14 derniers jours")+days(max(last-13, c.Flight.Start), last))
	add(periodStart, v.say("Since the start", "Depuis le début")+days(c.Flight.Start, last))
	for m := last.MonthStart(); m.MonthEnd() >= c.Flight.Start; m = (m - 1).MonthStart() {
		add(m.String()[:7], l.Month(m))
	}
	add(periodDates, v.say("Other dates", "Autres dates"))
	var names []string
	for _, ch := range c.Channels {
		chosen := len(f.Channels) == 0 || slices.Contains(f.Channels, ch.ID)
		form.Channels = append(form.Channels, option{ch.ID, ch.Name, chosen})
		if chosen {
			names = append(names, ch.Name)
		}
	}
	channels := v.say("all %d channels", "les %d leviers", len(c.Channels))
	form.Chosen = v.say("All (%d)", "Tous (%d)", len(c.Channels))
	switch {
	case len(names) == 1:
		channels, form.Chosen = names[0], names[0]
	case len(f.Channels) > 0:
		channels, form.Chosen = l.Join(names), v.say("%d of %d", "%d sur %d", len(names), len(c.Channels))
	}
	form.Summary = l.Period(f.From, f.To) + " · " + channels
	return form
}
