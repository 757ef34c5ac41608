package reports

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"vigie/internal/locale"
	"vigie/metrics"
)

// Restated is what has become of the figures of an issued edition: platforms
// restate days, and files come late or are taken back out. The edition itself
// does not change.
type Restated struct {
	Edition  string    `json:"edition"`
	Revision int       `json:"revision"`
	Issued   time.Time `json:"issued"`
	Period   Days      `json:"period"`
	// Moved are the sums of the edition's period that are not what it printed, by
	// channel in the order of the plan; the whole comes last, as the channel "".
	Moved []Moved `json:"moved"`
	// Came are the exports that the edition did not know, Gone those that it
	// rests on and that no longer count.
	Came []Came `json:"came"`
	Gone []Came `json:"gone"`
	// Brief: the channels or the flight of the brief have changed since, which
	// moves figures without any export.
	Brief bool `json:"brief,omitempty"`
}

// Moved is a sum that moved, in units; nil where it is not known.
type Moved struct {
	Channel string   `json:"channel"`
	Label   string   `json:"label"`
	KPI     string   `json:"kpi"`
	Then    *float64 `json:"then"`
	Now     *float64 `json:"now"`
}

// Change is the relative change; ok is false where there is none to tell.
func (m Moved) Change() (float64, bool) {
	if m.Then == nil || m.Now == nil || *m.Then == 0 {
		return 0, false
	}
	return *m.Now / *m.Then - 1, true
}

// Came is an export, by what people know it.
type Came struct {
	Batch     int        `json:"batch"`
	File      string     `json:"file"`
	Platform  string     `json:"platform"`
	FirstDay  locale.Day `json:"first_day,omitzero"`
	LastDay   locale.Day `json:"last_day,omitzero"`
	KnownAsOf time.Time  `json:"known_as_of"`
	Withheld  bool       `json:"withheld,omitempty"`
}

// restatedKPIs are the sums that are held against those of an edition: ratios
// move with them.
var restatedKPIs = []string{"conversions", "conversion_value", "spend", "clicks", "impressions"}

// ErrAltered: the frozen figures of an edition are no longer those that were
// issued, so that there is no telling what it said.
var ErrAltered = errors.New("the figures of the edition were changed after it was issued")

// Restate holds what is known now of an edition's period against the edition.
func Restate(ctx context.Context, src Source, e *Edition) (*Restated, error) {
	altered, err := Altered(e.Dir)
	if err != nil {
		return nil, err
	}
	then := issued(e.Dir, altered)
	if then == nil {
		return nil, fmt.Errorf("edition %s, revision %d: %w", e.ID, e.Revision, ErrAltered)
	}
	c := src.Campaign
	scope, err := metrics.LoadScope(ctx, src.DB, c.Client, c)
	if err != nil {
		return nil, fmt.Errorf("%s/%s: %w", c.Client.ID, c.ID, err)
	}
	r := &Restated{Edition: e.ID, Revision: e.Revision, Issued: e.Issued, Period: e.Period, Moved: []Moved{}, Came: []Came{}, Gone: []Came{}}
	flight := Days{c.Flight.Start, c.Flight.End}
	from, to := max(e.Period.From, flight.From), min(e.Period.To, flight.To)
	now, err := metrics.Ask(ctx, src.DB, metrics.Question{Scope: scope, KPIs: restatedKPIs, From: from, To: max(from, to), By: []string{"channel"}})
	if err != nil {
		return nil, err
	}
	if now.Currency == then.Frame.Currency || then.Frame.Currency == "" || now.Currency == "" {
		r.compare(then, now)
	} else {
		r.Brief = true // figures in another currency are not compared
	}
	old := func(ch Channel) string { return ch.ID + " " + ch.Platform + " " + ch.Conversions }
	var plan, before []string
	for _, ch := range scope.Channels {
		plan = append(plan, old(Channel{Channel: ch}))
	}
	for _, ch := range then.Channels {
		before = append(before, old(ch))
	}
	r.Brief = r.Brief || then.Flight != flight || !slices.Equal(plan, before)
	sources, err := metrics.Sources(ctx, src.DB, scope, flight.From, flight.To)
	if err != nil {
		return nil, err
	}
	r.files(then.Sources, sources)
	return r, nil
}

// compare lists the sums that moved.
func (r *Restated) compare(then *Snapshot, now *metrics.Frame) {
	values := func(f *metrics.Frame) (order []string, labels map[string]string, of map[string]map[string]metrics.Value) {
		labels, of = map[string]string{}, map[string]map[string]metrics.Value{"": f.Total.KPIs}
		for _, row := range f.Rows {
			order = append(order, row.Keys[0])
			labels[row.Keys[0]], of[row.Keys[0]] = row.Labels[0], row.KPIs
		}
		return order, labels, of
	}
	order, labels, nows := values(now)
	were, oldLabels, thens := values(then.Frame)
	for _, id := range were {
		if !slices.Contains(order, id) {
			order = append(order, id)
			labels[id] = oldLabels[id]
		}
	}
	for _, id := range append(order, "") {
		for _, kpi := range restatedKPIs {
			m := Moved{Channel: id, Label: labels[id], KPI: kpi, Then: thens[id][kpi].Value, Now: nows[id][kpi].Value}
			if (m.Then == nil) != (m.Now == nil) || m.Then != nil && math.Abs(*m.Then-*m.Now) > 1e-6 {
				r.Moved = append(r.Moved, m)
			}
		}
	}
}

// files lists the exports that came and went.
func (r *Restated) files(then, now []metrics.Source) {
	came := func(s metrics.Source) Came {
		return Came{s.Batch, s.File, s.Platform, s.FirstDay, s.LastDay, s.KnownAsOf, s.Withheld}
	}
	// By its content: one that was taken out and in again is the same.
	find := func(list []metrics.Source, sha256 string) (metrics.Source, bool) {
		i := slices.IndexFunc(list, func(s metrics.Source) bool { return s.SHA256 == sha256 })
		if i < 0 {
			return metrics.Source{}, false
		}
		return list[i], true
	}
	for _, s := range now {
		// One that was withheld and has been accepted since counts as one that came.
		if old, ok := find(then, s.SHA256); !ok || old.Withheld && !s.Withheld {
			r.Came = append(r.Came, came(s))
		}
	}
	for _, s := range then {
		if _, ok := find(now, s.SHA256); !ok && !s.Withheld {
			r.Gone = append(r.Gone, came(s))
		}
	}
}

// before is the edition that a report follows on: of those whose period ends
// before its own, the last one; nil where there is none.
func before(src Source, req Request) (*Edition, error) {
	list, err := Editions(src.Campaign) // newest first
	if err != nil {
		return nil, err
	}
	var found *Edition
	for i, e := range list {
		if e.Kind == req.Kind && e.Period.To < req.To && (found == nil || e.Period.To > found.Period.To) {
			found = &list[i]
		}
	}
	return found, nil
}

// RestatedView is what has become of an edition's figures, as a page shows it.
type RestatedView struct {
	Title, Issued string
	Rows          []RestatedRow
	Files         []string
	Brief         string
}

// RestatedRow is a sum that moved.
type RestatedRow struct{ Channel, KPI, Then, Now, Change string }

// RestatedView prepares what has become of an edition; nil where there is none.
func (p *Page) RestatedView(r *Restated) *RestatedView {
	if r == nil {
		return nil
	}
	l := p.Lang
	zone, err := time.LoadLocation(p.Zone)
	if err != nil {
		zone = time.UTC
	}
	days := l.Period(r.Period.From, r.Period.To)
	v := &RestatedView{Issued: p.T("issued on %s, revision %d", "émis le %s, révision %d", l.Instant(r.Issued.In(zone)), r.Revision)}
	switch n := len(r.Moved); n {
	case 0:
		v.Title = p.T("The figures of the report for %s have not moved since", "Les chiffres du rapport pour la période %s n’ont pas bougé depuis", days)
	case 1:
		v.Title = p.T("1 figure of the report for %s has moved since", "1 chiffre du rapport pour la période %s a bougé depuis", days)
	default:
		v.Title = p.T("%d figures of the report for %s have moved since", "%d chiffres du rapport pour la période %s ont bougé depuis", n, days)
	}
	for _, m := range r.Moved {
		k, ok := metrics.LookupKPI(m.KPI)
		if !ok {
			continue
		}
		write := func(x *float64) string {
			if x == nil {
				return locale.Dash
			}
			return k.Format(*x, l, p.Currency)
		}
		row := RestatedRow{Channel: m.Label, KPI: k.Label.In(l), Then: write(m.Then), Now: write(m.Now), Change: locale.Dash}
		if m.Channel == "" {
			row.Channel = p.T("Total", "Total")
		}
		if x, ok := m.Change(); ok {
			row.Change = locale.Signed(l.Percent(x, 1))
		}
		v.Rows = append(v.Rows, row)
	}
	list := func(files []Came, one, many string) {
		if len(files) == 0 {
			return
		}
		var names []string
		for _, f := range files {
			s := f.File
			if f.FirstDay != 0 {
				s += " (" + platformName(f.Platform) + ", " + l.Period(f.FirstDay, f.LastDay) + ")"
			}
			if f.Withheld {
				s += p.T(", withheld", ", écarté")
			}
			names = append(names, s)
		}
		v.Files = append(v.Files, l.Plural(float64(len(files)), one, many)+l.Colon()+" "+strings.Join(names, "\u00a0; "))
	}
	list(r.Came, p.T("Export that came since", "Export arrivé depuis"), p.T("Exports that came since", "Exports arrivés depuis"))
	list(r.Gone, p.T("Export taken back out since", "Export retiré depuis"), p.T("Exports taken back out since", "Exports retirés depuis"))
	if r.Brief {
		v.Brief = p.T("The brief has changed since (channels, conversions, dates or currency): that moves figures too.", "Le brief a changé depuis (leviers, conversions, dates ou devise)\u00a0: cela déplace aussi des chiffres.")
	}
	return v
}
