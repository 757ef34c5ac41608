// Package reports turns a frozen snapshot of a campaign into reports.
//
// It decides what a report says and in which order. A snapshot holds every
// number; a section is one file here with one template in templates, and reads
// nothing else, so that the same snapshot gives the same bytes. To add a
// section, copy pacing.go and templates/pacing.gohtml.
package reports

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"vigie/internal/agency"
	"vigie/internal/locale"
	"vigie/metrics"
	"vigie/metrics/advise"
	"vigie/metrics/insight"
	"vigie/metrics/stats"
)

// Source is where a snapshot is taken from.
type Source struct {
	DB       *sql.DB
	Campaign *agency.Campaign
	Now      time.Time
	Version  string // of vigie
}

// Request says which snapshot: a period of a campaign, and for the live page
// the channels to show in what belongs to the period (none: all).
type Request struct {
	Kind     string // KindTracking
	From, To locale.Day
	Channels []string
}

// KindTracking is the report of a week or a month while the campaign runs.
const KindTracking = "tracking"

// Snapshot is the frozen data of an edition: all its numbers, and nothing of
// the agency's fees.
type Snapshot struct {
	Version string    `json:"version"`
	Kind    string    `json:"kind"`
	Issued  time.Time `json:"issued"`

	Agency    string     `json:"agency"`
	Client    Named      `json:"client"`
	Campaign  Named      `json:"campaign"`
	Objective string     `json:"objective,omitempty"`
	Flight    Days       `json:"flight"`
	Zone      string     `json:"time_zone"`
	Currency  string     `json:"currency"`
	Today     locale.Day `json:"today"`
	Fixed     bool       `json:"fixed_today,omitempty"` // the workspace fixes the day
	Budget    int64      `json:"budget"`                // millionths, without tax
	Channels  []Channel  `json:"channels"`

	Period   Days `json:"period"`
	Previous Days `json:"previous"`
	// Last is the last day that every account knows completely; zero where
	// there is no data.
	Last locale.Day `json:"last_day,omitzero"`

	Frame   *metrics.Frame   `json:"frame"`   // the period by channel, against the previous one
	ToDate  *metrics.Frame   `json:"to_date"` // from the start of the flight by channel
	Objects *metrics.Frame   `json:"objects"` // the period by platform campaign
	Whole   metrics.Series   `json:"whole"`
	Series  []metrics.Series `json:"series"`
	Plan    []int64          `json:"plan"` // millionths for each day of the flight
	Targets []Target         `json:"targets"`

	// Compared are the two windows that findings compare: the period's mature
	// days, or the last mature days before it.
	Compared Windows        `json:"compared"`
	Insight  insight.Report `json:"insight"`
	Advice   Advice         `json:"advice"`
	// Decisions are those that were made, running, checked or closed in the period.
	Decisions []Decision       `json:"decisions,omitempty"`
	Sources   []metrics.Source `json:"sources"`
	// Conversion is how amounts of several currencies came into Currency, for
	// all figures of the snapshot; nil where they were in it.
	Conversion *metrics.Conversion `json:"conversion,omitempty"`
	// Restated is what had become of the figures of the edition before when this
	// one was issued; nil for the first, and where nothing was issued.
	Restated *Restated                  `json:"restated,omitempty"`
	Outside  []metrics.PlatformCampaign `json:"outside,omitempty"`
}

// Advice is what is proposed from the last day with data on, and what keeps more
// from being proposed.
type Advice struct {
	Recommendations []advise.Recommendation `json:"recommendations"`
	Notes           []insight.Note          `json:"notes"`
}

// Named is something with an id and a name.
type Named struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Days is a range of days, both ends included.
type Days struct {
	From locale.Day `json:"from"`
	To   locale.Day `json:"to"`
}

// Windows are two ranges of days of equal length, one before the other.
type Windows struct {
	Now    Days `json:"now"`
	Before Days `json:"before"`
	// Moved: the period itself has too few mature days to be compared.
	Moved bool `json:"moved,omitempty"`
}

// Channel is a channel of the plan.
type Channel struct {
	metrics.Channel
	Budget  int64 `json:"budget,omitempty"`
	Planned int64 `json:"planned"` // to date
}

// Target is what a KPI is to reach, and where it stands.
type Target struct {
	KPI       string  `json:"kpi"`
	Bound     string  `json:"bound"`
	Aim       float64 `json:"aim"`     // at the end of the flight
	ToDate    float64 `json:"to_date"` // by the last day
	Tolerance float64 `json:"tolerance,omitempty"`
	metrics.Value
	// State is reached, tolerated, missed, noise (cannot be told from the aim)
	// or too-few.
	State string `json:"state"`
}

// The states of a target.
const (
	Reached   = metrics.Reached
	Tolerated = metrics.Tolerated
	Missed    = metrics.Missed
	InNoise   = metrics.InNoise
	TooFew    = metrics.TooFew
)

// Held reports that a target is reached, within its tolerance if need be.
func (t Target) Held() bool { return t.State == Reached || t.State == Tolerated }

// frameKPIs are the KPIs that a snapshot freezes; those that the brief has a
// target on are frozen beside them, from the start of the flight.
var frameKPIs = []string{
	"conversions", "cpa", "cvr", "spend", "cpc", "ctr", "impressions", "clicks", "cpm", "conversion_value", "roas", "aov", "reach", "frequency",
}

// begin reads what every figure of a campaign rests on: its days, its plan and its
// channels.
func begin(ctx context.Context, src Source, req Request) (*Snapshot, *metrics.Scope, error) {
	c := src.Campaign
	a := c.Client.Agency
	s := &Snapshot{
		Version:   src.Version,
		Kind:      req.Kind,
		Issued:    src.Now.UTC().Truncate(time.Second),
		Agency:    a.Name,
		Client:    Named{c.Client.ID, c.Client.Name},
		Campaign:  Named{c.ID, c.Name},
		Objective: c.Objective,
		Flight:    Days{c.Flight.Start, c.Flight.End},
		Zone:      c.Zone.String(),
		Currency:  c.Currency,
		Today:     a.Day(src.Now, c.Zone),
		Fixed:     a.Today != 0,
		Budget:    c.Budget.Total,
		Period:    Days{req.From, req.To},
	}
	s.Previous.From, s.Previous.To = metrics.Previous(req.From, req.To)
	scope, err := metrics.LoadScope(ctx, src.DB, c.Client, c)
	if err != nil {
		return nil, nil, fmt.Errorf("%s/%s: %w", c.Client.ID, c.ID, err)
	}
	s.Outside = scope.Outside
	last := min(s.Today, s.Flight.To)
	s.Whole, s.Series, err = metrics.Daily(ctx, src.DB, scope, s.Flight.From, max(last, s.Flight.From), time.Time{})
	if err != nil {
		return nil, nil, err
	}
	s.Last = metrics.LastComplete(s.Whole)
	for d := s.Flight.From; d <= s.Flight.To; d++ {
		s.Plan = append(s.Plan, c.Planned("", d, d))
	}
	for _, ch := range c.Channels {
		for _, m := range scope.Channels {
			if m.ID == ch.ID {
				s.Channels = append(s.Channels, Channel{m, ch.Budget, c.Planned(ch.ID, s.Flight.From, s.Last)})
			}
		}
	}
	return s, scope, nil
}

// Freeze takes a snapshot. It never holds a confidential finding: whatever is
// made of a snapshot, in memory or on disk, can be shown to a client.
func Freeze(ctx context.Context, src Source, req Request) (*Snapshot, error) {
	f, err := freeze(ctx, src, req)
	return f.Snapshot, err
}

// frozen is a snapshot with what it was made of and what must not be in it.
type frozen struct {
	*Snapshot
	confidential []insight.Finding
	examined     insight.Case // as of the last day with data
	found        insight.Report
}

// Try works out changes of daily spend from the last day with data on, with the
// numbers that a recommendation would have. An error that is for people is
// *advise.ErrScenario.
func Try(ctx context.Context, src Source, changes []advise.Change) (*advise.Scenario, error) {
	flight := src.Campaign.Flight
	f, err := freeze(ctx, src, Request{Kind: KindTracking, From: flight.Start, To: flight.End})
	if err != nil {
		return nil, err
	}
	return advise.Try(f.examined, f.found, changes)
}

// Confidential are the findings that are for the agency alone, as the margin of
// its channels. They have no place in a report nor on a page of a client.
func Confidential(ctx context.Context, src Source, req Request) ([]insight.Finding, error) {
	f, err := freeze(ctx, src, req)
	return f.confidential, err
}

func freeze(ctx context.Context, src Source, req Request) (f frozen, err error) {
	c := src.Campaign
	s, scope, err := begin(ctx, src, req)
	if err != nil {
		return f, err
	}
	// Findings look below the channels; what they say is kept, the days are not.
	objects, err := metrics.Objects(ctx, src.DB, scope, s.Series, s.Flight.From, s.Whole.Days[len(s.Whole.Days)-1].Day, time.Time{})
	if err != nil {
		return f, err
	}
	// How conversions come in is learnt from the last weeks.
	triangles, err := metrics.Triangles(ctx, src.DB, scope, "conversions", max(s.Flight.From, s.Last-learntDays+1), s.Last)
	if err != nil {
		return f, err
	}
	shown := scope
	if len(req.Channels) > 0 {
		shown = scope.Only(req.Channels...)
	}
	aimed := slices.Clone(frameKPIs)
	for _, t := range c.Targets {
		if k, ok := scope.KPI(t.KPI); ok && !k.Confidential && !slices.Contains(aimed, t.KPI) {
			aimed = append(aimed, t.KPI)
		}
	}
	ask := func(sc *metrics.Scope, kpis []string, from, to locale.Day, by string, compare metrics.Comparison) (*metrics.Frame, error) {
		// Facts count from the start of the flight to its end.
		from, to = max(from, s.Flight.From), min(to, s.Flight.To)
		if to < from {
			to = from
		}
		return metrics.Ask(ctx, src.DB, metrics.Question{Scope: sc, KPIs: kpis, From: from, To: to, By: []string{by}, Compare: compare, Now: src.Now})
	}
	if s.Frame, err = ask(shown, frameKPIs, req.From, req.To, "channel", metrics.ComparePrevious); err != nil {
		return f, err
	}
	if s.Objects, err = ask(shown, frameKPIs, req.From, req.To, "platform_campaign", ""); err != nil {
		return f, err
	}
	if s.ToDate, err = ask(scope, aimed, s.Flight.From, max(s.Last, s.Flight.From), "channel", ""); err != nil {
		return f, err
	}
	// What was converted is said once, of all figures.
	s.Conversion, s.Whole.Conversion = s.Whole.Conversion, nil
	for _, f := range []*metrics.Frame{s.Frame, s.Objects, s.ToDate} {
		s.Conversion = metrics.JoinConversions(s.Conversion, f.Conversion)
		f.Notes, f.Conversion = f.Notes[len(f.Conversion.Notes()):], nil
	}
	s.targets(c)
	s.Compared = compared(s.Whole, s.Period)
	examined := s.insightCase(c, objects, triangles, s.Compared)
	s.Insight = insight.Examine(examined)
	f.confidential, s.Insight.Confidential = s.Insight.Confidential, nil
	// What to do from now on does not hang on the period that one looks back at.
	found := s.Insight
	from, to := LastWeek(s.Last, c.Flight)
	if w := compared(s.Whole, Days{from, to}); w != s.Compared {
		examined = s.insightCase(c, objects, triangles, w)
		found = insight.Examine(examined)
		found.Confidential = nil // nothing is proposed to a client on what they must not see
	}
	f.examined, f.found = examined, found
	s.Advice.Recommendations, s.Advice.Notes = advise.Propose(examined, found, advise.Weights{Hour: float64(c.Client.Agency.Arbitration.Hour) / metrics.Micro, Risk: c.Client.Agency.Arbitration.Risk})
	s.Decisions = slices.DeleteFunc(s.decided(examined, found.Doubts, c), func(d Decision) bool { return !d.touches(s.Period) })
	if s.Sources, err = metrics.Sources(ctx, src.DB, scope, s.Flight.From, s.Flight.To); err != nil {
		return f, err
	}
	s.withhold()
	f.Snapshot = s
	return f, nil
}

// learntDays are the days whose successive exports tell how late conversions
// come in: eight weeks, and the days that are still young.
const learntDays = 63

// minCompared is the number of mature days that a period must have to be
// compared itself, maxCompared that of the windows used instead.
const (
	minCompared = 7
	maxCompared = 14
)

// compared chooses the days that findings compare. Conversions of the last
// days are still coming in, so a week that has just ended cannot be judged:
// then the last fourteen mature days are compared with the fourteen before. So
// are they where the days before the period lie before the flight.
func compared(whole metrics.Series, period Days) Windows {
	var mature, inside int
	last := locale.Day(0)
	for _, d := range whole.Days {
		if d.Day > period.To || !d.Known || !d.Complete || !d.Mature {
			continue
		}
		mature++
		last = d.Day
		if d.Day >= period.From {
			inside++
		}
	}
	if inside >= minCompared {
		w := Windows{Now: Days{period.From, last}}
		w.Before.From, w.Before.To = metrics.Previous(w.Now.From, w.Now.To)
		if w.Before.From >= whole.Days[0].Day {
			return w
		}
	}
	n := locale.Day(min(maxCompared, mature/2))
	if n < minCompared {
		w := Windows{Now: period}
		w.Before.From, w.Before.To = metrics.Previous(period.From, period.To)
		return w
	}
	w := Windows{Now: Days{last - n + 1, last}, Moved: true}
	w.Before.From, w.Before.To = metrics.Previous(w.Now.From, w.Now.To)
	return w
}

// insightCase is the campaign as the rules see it, with two windows to compare.
// The last day with data seeds its draws: the same data lead to the same end of
// the campaign, whatever the period.
func (s *Snapshot) insightCase(c *agency.Campaign, objects []metrics.Object, triangles []metrics.Triangle, w Windows) insight.Case {
	k := insight.Case{
		Triangles: triangles,
		Report:    fmt.Sprintf("%s/%s %s %s", s.Client.ID, s.Campaign.ID, s.Kind, s.Last),
		Client:    s.Client.ID,
		Campaign:  s.Campaign.ID,
		Currency:  s.Currency,
		Flight:    insight.Span(s.Flight),
		Today:     s.Today,
		Period:    insight.Span(w.Now),
		Previous:  insight.Span(w.Before),
		Plans:     map[string]insight.Plan{"": {Budget: s.Budget, Days: s.Plan}},
		Targets:   map[string]float64{},
		Platforms: map[string]string{},
		Whole:     upTo(s.Whole, s.Last),
	}
	for _, x := range s.Series {
		k.Channels = append(k.Channels, upTo(x, s.Last))
		k.Platforms[x.Platform] = platformName(x.Platform)
	}
	for _, o := range objects {
		o.Days = o.Days[:len(k.Whole.Days)]
		k.Objects = append(k.Objects, o)
	}
	for _, ch := range s.Channels {
		if ch.Budget > 0 {
			p := insight.Plan{Budget: ch.Budget}
			for d := s.Flight.From; d <= s.Flight.To; d++ {
				p.Days = append(p.Days, c.Planned(ch.ID, d, d))
			}
			k.Plans[ch.ID] = p
		}
	}
	for _, t := range s.Targets {
		k.Targets[t.KPI] = t.Aim
	}
	k.Brand, k.Terms = c.Client.Brand, s.terms(c)
	return k
}

// terms are what the agency is paid for each channel and what its work costs,
// where the client's file says so. A fixed fee is shared out by the budgets of
// the channels, equally where they have none.
func (s *Snapshot) terms(c *agency.Campaign) map[string]insight.Terms {
	fees, work := c.Client.Fees, c.Client.Work
	if fees == (agency.Fees{}) {
		return nil
	}
	budgets := int64(0)
	for _, ch := range s.Channels {
		budgets += ch.Budget
	}
	out := map[string]insight.Terms{}
	for _, ch := range s.Channels {
		part := 1 / float64(len(s.Channels))
		if budgets > 0 {
			part = float64(ch.Budget) / float64(budgets)
		}
		out[ch.ID] = insight.Terms{
			Fees: stats.Fees{
				Share: fees.PercentOfSpend, Fixed: part * float64(fees.Fixed) / metrics.Micro,
				PerEvent: float64(fees.PerConversion) / metrics.Micro, BuysMedia: fees.BuysMedia,
			},
			Costs: stats.Costs{Hours: work.Hours[ch.ID], Hour: float64(work.Hour) / metrics.Micro},
		}
	}
	return out
}

// upTo is a series without the days after the last complete one.
func upTo(x metrics.Series, last locale.Day) metrics.Series {
	n := 0
	for n < len(x.Days) && x.Days[n].Day <= last {
		n++
	}
	x.Days = x.Days[:n]
	return x
}

// targets works out where each target stands. What adds up is held against
// the share of it that the plan foresees by now, a rate against the aim
// itself.
func (s *Snapshot) targets(c *agency.Campaign) {
	var planned, budget int64
	for i, p := range s.Plan {
		budget += p
		if s.Flight.From+locale.Day(i) <= s.Last {
			planned += p
		}
	}
	share := 0.0
	if s.Last != 0 {
		if budget > 0 {
			share = float64(planned) / float64(budget)
		} else {
			share = float64(s.Last-s.Flight.From+1) / float64(s.Flight.To-s.Flight.From+1)
		}
	}
	for _, t := range c.Targets {
		k, ok := s.ToDate.KPI(t.KPI)
		if !ok || k.Confidential {
			continue
		}
		x := Target{KPI: t.KPI, Bound: t.Bound, Aim: t.Value, ToDate: t.Value, Tolerance: t.Tolerance, Value: s.ToDate.Total.KPIs[t.KPI]}
		if k.Additive {
			x.ToDate = t.Value * share
		}
		x.State = metrics.Judge(k, x.Bound, x.ToDate, x.Tolerance, x.Value)
		s.Targets = append(s.Targets, x)
	}
}

// Encode writes a snapshot; the same snapshot gives the same bytes.
func (s *Snapshot) Encode() ([]byte, error) {
	b, err := json.MarshalIndent(s, "", " ")
	if err != nil {
		return nil, fmt.Errorf("snapshot: %w", err)
	}
	return append(b, '\n'), nil
}

// Decode reads what Encode wrote.
func Decode(b []byte) (*Snapshot, error) {
	s := &Snapshot{}
	if err := json.Unmarshal(b, s); err != nil {
		return nil, fmt.Errorf("snapshot: %w", err)
	}
	return s, nil
}

// channel is a channel of the plan by id.
func (s *Snapshot) channel(id string) (Channel, bool) {
	for _, c := range s.Channels {
		if c.ID == id {
			return c, true
		}
	}
	return Channel{}, false
}
