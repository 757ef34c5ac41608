package dashboards

import (
	"fmt"
	"strings"
	"time"

	"vigie/internal/agency"
	"vigie/internal/jobs"
	"vigie/internal/locale"
	"vigie/metrics"
	"vigie/reports"
)

// dataView is where the figures come from: the exports, the days they cover
// and what is wrong with them.
type dataView struct {
	head
	Title    string
	Known    string // how many days have data
	Sources  []reports.SourceView
	Channels []channelDays
	// ChannelsTitle says whether they have all their days.
	ChannelsTitle string
	Conversion    []string // at which rates amounts came into one currency
	Outside       []string // platform campaigns that no channel takes
	Inbox         string
	// The sources that exports are fetched from; none where nothing is fetched.
	Fetched      []fetchedRow
	FetchedTitle string
	// Refused are the files of the inbox that were not taken in, with a title.
	Refused      []refusedView
	RefusedTitle string
}

// fetchedRow is a source, what came of it the last time, and when it is asked
// next.
type fetchedRow struct{ Name, Kind, Asked, What, Next string }

// refusedView is a file that was put aside, and why.
type refusedView struct{ File, When, Why string }

// channelDays are the days of a channel that have data.
type channelDays struct {
	Label, Platform, Days, Missing string
	Moves                          string // for how long its platform changes conversions
	whole                          bool
}

func dataPage(v *visit) error {
	s, err := v.subject()
	if err != nil {
		return err
	}
	snap, err := s.snapshot(v.defaultFilter(s.c, s.last))
	if err != nil {
		return err
	}
	p := reports.NewPage(snap, v.lang, v.Engine)
	b := &dataView{head: s.head("data", p), Title: dataTitle(v, p), Known: p.KnownDays(), Sources: p.SourceViews(), Inbox: "inbox/" + s.c.Client.ID + "/"}
	b.Conversion = p.ConversionNotes()
	refused, err := jobs.Refused(v.agency, s.c.Client.ID)
	if err != nil {
		return err
	}
	for _, x := range refused {
		b.Refused = append(b.Refused, refusedView{locale.Straight(x.File), v.lang.Instant(x.At.In(s.c.Zone)), locale.Straight(x.Why.In(v.lang))})
	}
	b.RefusedTitle = fmt.Sprintf(v.lang.Plural(float64(len(refused)), v.say("%d file was not taken in", "%d fichier n’a pas été importé"), v.say("%d files were not taken in", "%d fichiers n’ont pas été importés")), len(refused))
	whole := 0
	for _, x := range p.Series {
		y := v.channelDays(x, p)
		if y.whole {
			whole++
		}
		b.Channels = append(b.Channels, y)
	}
	b.ChannelsTitle = v.say("%d of %d channels have data for every day", "%d leviers sur %d ont des données chaque jour", whole, len(b.Channels))
	for _, x := range p.Outside {
		b.Outside = append(b.Outside, reports.PlatformName(x.Platform)+" · "+x.Name)
	}
	if err := v.fetched(b, s.c.Client.ID); err != nil {
		return err
	}
	v.write("data", &frame{Title: v.say("Data", "Données") + " · " + s.c.Name, Current: "campaigns", Body: b})
	return nil
}

// sourceKinds are the kinds of source in words.
var sourceKinds = map[string]locale.Text{
	agency.HTTPS:   {EN: "link", FR: "lien"},
	agency.SFTP:    {EN: "server folder", FR: "dossier sur un serveur"},
	agency.Mailbox: {EN: "mailbox", FR: "boîte aux lettres"},
}

// fetched adds the client's sources.
func (v *visit) fetched(b *dataView, client string) error {
	if v.Status == nil {
		return nil
	}
	st, err := v.Status(v.r.Context())
	if err != nil {
		return err
	}
	instant := func(at time.Time) string {
		if at.IsZero() {
			return locale.Dash
		}
		return v.lang.Instant(at.In(v.agency.Zone))
	}
	failed := 0
	for _, x := range st.Sources {
		if x.Client != client {
			continue
		}
		if x.Failed {
			failed++
		}
		b.Fetched = append(b.Fetched, fetchedRow{x.ID, sourceKinds[x.Kind].In(v.lang), instant(x.Asked), x.Why.In(v.lang), instant(x.Next)})
	}
	n := len(b.Fetched)
	b.FetchedTitle = fmt.Sprintf(v.lang.Plural(float64(n), v.say("%d source is asked for exports", "%d source est interrogée"), v.say("%d sources are asked for exports", "%d sources sont interrogées")), n)
	if failed > 0 {
		b.FetchedTitle += fmt.Sprintf(v.lang.Plural(float64(failed), v.say(", %d could not be fetched from", ", dont %d en échec"), v.say(", %d could not be fetched from", ", dont %d en échec")), failed)
	}
	return nil
}

// dataTitle says what one has to know of the data.
func dataTitle(v *visit, p *reports.Page) string {
	l := v.lang
	count := func(n int, one, many string) string { return fmt.Sprintf(l.Plural(float64(n), one, many), n) }
	n, withheld, problems := len(p.Sources), 0, 0
	for _, x := range p.Sources {
		problems += x.Wrong()
		if x.Withheld {
			withheld++
		}
	}
	title := count(n, v.say("%d export", "%d export"), v.say("%d exports", "%d exports"))
	switch {
	case n == 0:
		return v.say("No export has been imported for this campaign", "Aucun export importé pour cette campagne")
	case withheld > 0:
		return title + v.say(", %d withheld: no figure uses it", ", dont %d écarté\u00a0: aucun chiffre ne l’utilise", withheld)
	case problems > 0:
		return title + count(problems, v.say(", %d remark to read", ", %d remarque à lire"), v.say(", %d remarks to read", ", %d remarques à lire"))
	}
	return title + v.say(", no problem found", ", aucun problème relevé")
}

// channelDays counts a channel's days and lists those that are missing between
// its first and the last day known.
func (v *visit) channelDays(x metrics.Series, p *reports.Page) channelDays {
	known, all := 0, 0
	var runs []string
	var from locale.Day
	end := func(to locale.Day) {
		if from != 0 {
			runs = append(runs, v.lang.PeriodShort(from, to))
			from = 0
		}
	}
	for _, d := range x.Days {
		if d.Day > p.Last {
			break
		}
		all++
		if d.Known {
			known++
			end(d.Day - 1)
		} else if from == 0 {
			from = d.Day
		}
	}
	end(p.Last)
	missing := strings.Join(runs, ", ")
	if missing == "" {
		missing = v.say("none", "aucun")
	}
	moves := locale.Dash
	for _, c := range p.Channels {
		if c.ID == x.ID && c.Maturity > 0 {
			moves = p.Days(c.Maturity)
		}
	}
	return channelDays{x.Label, reports.PlatformName(x.Platform), v.say("%d of %d", "%d sur %d", known, all), missing, moves, known == all && all > 0}
}
