package metrics

import (
	"math"
	"slices"
	"strconv"

	"vigie/internal/agency"
	"vigie/internal/locale"
)

// Aim is what the brief asks of a KPI over the days of a row: its plan (budget
// and pace) or a target. Only days that the exports know completely are held
// against it.
type Aim struct {
	// Bound is "value" (to be reached), "min" (not below) or "max" (not above).
	Bound string `json:"bound"`
	// Aim is the value over the compared days; nil where the brief gives none for
	// such a row, and Why says why.
	Aim *float64 `json:"aim"`
	// Flight is the value for the whole flight, where that is another one.
	Flight *float64   `json:"flight,omitempty"`
	From   locale.Day `json:"from"`
	To     locale.Day `json:"to"`
	// Value is the KPI over these days, Distance its relative distance to Aim:
	// 0.1 is 10 % above.
	Value    *float64 `json:"value"`
	Distance *float64 `json:"distance,omitempty"`
	// Holds: the 90 % interval of the value holds the aim, so that the two cannot
	// be told apart; nil where the value has no interval.
	Holds     *bool   `json:"holds,omitempty"`
	Tolerance float64 `json:"tolerance,omitempty"`
	// State is Reached, Tolerated, Missed, InNoise or TooFew.
	State string       `json:"state,omitempty"`
	Why   *locale.Text `json:"why,omitempty"`
}

// The states of an aim. One that is tolerated falls short of it by no more than
// its tolerance: it is held, and not better. One in the noise is missed, but its
// interval holds the aim.
const (
	Reached   = "reached"
	Tolerated = "tolerated"
	Missed    = "missed"
	InNoise   = "noise"
	TooFew    = "too-few"
)

// MinTolerance is how near its plan a sum must be of which neither way is good.
const MinTolerance = 0.02

// Judge says where a value stands against an aim. A value whose interval holds
// the aim cannot be told from it; a sum of which neither way is good, such as
// spend, is on target within its tolerance, 2 % without one.
func Judge(k KPI, bound string, aim, tolerance float64, v Value) string {
	better := float64(k.Better)
	if bound == "max" {
		better = -1
	}
	if bound == "min" {
		better = +1
	}
	switch {
	case v.Value == nil || v.Volume == VolumeNone || aim == 0:
		return TooFew
	case better == 0:
		if math.Abs(*v.Value/aim-1) <= max(tolerance, MinTolerance) {
			return Reached
		}
		return Missed
	}
	switch short := (aim - *v.Value) * better; {
	case short <= 0:
		return Reached
	case short <= aim*tolerance:
		return Tolerated
	}
	if v.Low != nil && v.High != nil && *v.Low <= aim && aim <= *v.High {
		return InNoise
	}
	return Missed
}

// aims refuses a comparison with a plan or targets that there are not.
func (a *asking) aims() error {
	q := a.q
	what := locale.Text{EN: "plan", FR: "le plan"}
	switch {
	case q.Compare != ComparePlan && q.Compare != CompareTarget:
		return nil
	case q.Compare == CompareTarget:
		what = locale.Text{EN: "targets", FR: "les objectifs"}
	}
	switch {
	case q.Brief == nil:
		t := locale.Text{EN: "the %s are those of a campaign, and none is asked for", FR: "%s sont ceux d’une campagne, et aucune n’est demandée"}
		if q.Compare == ComparePlan {
			t = locale.Text{EN: "the %s is that of a campaign, and none is asked for", FR: "%s est celui d’une campagne, et aucune n’est demandée"}
		}
		return &ErrQuestion{locale.Text{EN: t.F(locale.EN, what), FR: t.F(locale.FR, what)}}
	case q.Compare == CompareTarget && len(q.Brief.Targets) == 0:
		return &ErrQuestion{locale.Text{
			EN: "campaign.yaml has no targets: add targets: [{kpi: cpa, value: 32}]",
			FR: "campaign.yaml n’a pas d’objectifs\u00a0: ajoutez targets: [{kpi: cpa, value: 32}]",
		}}
	}
	return nil
}

// compareRow puts into a row what it is compared with.
func (a *asking) compareRow(row *Row, by []string, x comparison, prior map[string]float64) {
	switch a.q.Compare {
	case ComparePrevious, CompareYear:
		row.Previous = a.changes(x, prior)
	case ComparePlan, CompareTarget:
		if x.now == nil {
			return
		}
		row.Aims = map[string][]Aim{}
		for _, k := range a.kpis() {
			if list := a.aimsOf(*k, by, x, a.value(k, x.now, prior[k.ID])); len(list) > 0 {
				row.Aims[k.ID] = list
			}
		}
	}
}

// aimsOf are the plan or the targets of a KPI for a row.
func (a *asking) aimsOf(k KPI, by []string, x comparison, v Value) []Aim {
	brief := a.q.Brief
	var list []Aim
	add := func(bound string, aim, flight float64, ok bool, why *locale.Text, tolerance float64) {
		m := Aim{Bound: bound, From: x.days.from, To: x.days.to, Value: v.Value, Tolerance: tolerance, Why: why}
		if ok {
			m.Aim = ptr(aim)
			if flight != aim {
				m.Flight = ptr(flight)
			}
			if v.Value != nil && aim != 0 {
				m.Distance = ptr(*v.Value/aim - 1)
			}
			if v.Low != nil && v.High != nil {
				holds := *v.Low <= aim && aim <= *v.High
				m.Holds = &holds
			}
			m.State = Judge(k, bound, aim, tolerance, v)
		}
		list = append(list, m)
	}
	planned, whole, why := a.planned(by, x)
	if a.q.Compare == ComparePlan && k.ID == "spend" {
		add("value", float64(planned)/Micro, float64(whole)/Micro, why == nil, why, 0)
	}
	for _, t := range brief.Targets {
		if t.KPI != k.ID {
			continue
		}
		switch {
		case !k.Additive:
			if a.q.Compare == CompareTarget {
				add(t.Bound, t.Value, t.Value, true, nil, t.Tolerance)
			}
		case a.q.Compare == ComparePlan && (t.Bound == "max" || k.ID == "spend"):
			// A ceiling is no plan, and the budget is that of spend.
		default:
			// The plan foresees a share of the whole by then.
			share, ok := a.share(x.days)
			var no *locale.Text
			if !ok || a.objects(by) {
				ok = false
				no = &locale.Text{
					EN: "the target is the whole campaign’s: the brief does not share it out",
					FR: "l’objectif est celui de toute la campagne\u00a0: le brief ne le répartit pas",
				}
			}
			add(t.Bound, t.Value*share, t.Value, ok, no, t.Tolerance)
		}
	}
	return list
}

// objects reports dimensions besides time.
func (a *asking) objects(by []string) bool {
	return slices.ContainsFunc(by, func(d string) bool { return !IsTime(d) }) || a.q.Scope.wider != nil
}

// share is the part of what is aimed at over the flight that the plan foresees
// for some days: by its budget and pace.
func (a *asking) share(s stretch) (float64, bool) {
	b := a.q.Brief
	all := b.Planned("", b.Flight.Start, b.Flight.End)
	if all == 0 {
		return 0, false
	}
	return float64(b.Planned("", s.from, s.to)) / float64(all), true
}

// planned is the spend that the plan foresees for a row, over the compared days
// and over the flight, in millionths; why says why there is none.
func (a *asking) planned(by []string, x comparison) (days, flight int64, why *locale.Text) {
	b := a.q.Brief
	sum := func(ids ...string) {
		for _, id := range ids {
			days += b.Planned(id, x.days.from, x.days.to)
			flight += b.Planned(id, b.Flight.Start, b.Flight.End)
		}
	}
	if !a.objects(by) {
		sum("")
		return days, flight, nil
	}
	// The channels that the row is all of.
	in := make([]bool, len(a.q.Scope.Channels))
	for i := range in {
		in[i] = true
	}
	for i, d := range by {
		switch {
		case IsTime(d):
		case d == "channel" || d == "platform":
			for j, c := range a.q.Scope.Channels {
				key := c.Platform
				if d == "channel" {
					key = strconv.Itoa(j)
				}
				in[j] = in[j] && key == x.now.keys[i]
			}
		default:
			return 0, 0, &locale.Text{
				EN: "the plan is by channel and day, not by " + d,
				FR: "le plan est par levier et par jour, pas par " + d,
			}
		}
	}
	for i, c := range a.q.Scope.Channels {
		if !in[i] {
			continue
		}
		at := slices.IndexFunc(b.Channels, func(x agency.Channel) bool { return x.ID == c.ID })
		if at < 0 || b.Channels[at].Budget == 0 {
			return 0, 0, &locale.Text{
				EN: "campaign.yaml gives channel " + c.ID + " no budget of its own",
				FR: "campaign.yaml ne donne pas de budget propre au levier " + c.ID,
			}
		}
		sum(c.ID)
	}
	return days, flight, nil
}

// noteAims says what the plan or the targets leave to be known.
func (a *asking) noteAims(f *Frame) {
	if a.q.Compare != ComparePlan && a.q.Compare != CompareTarget {
		return
	}
	if len(f.Total.Aims) == 0 {
		if f.Total.Days > 0 {
			if a.q.Compare == ComparePlan {
				a.note("the plan is of spend, and of the targets that add up: ask for those KPIs", "le plan porte sur les dépenses et sur les objectifs qui s’additionnent\u00a0: demandez ces indicateurs")
			} else {
				var ids []string
				for _, t := range a.q.Brief.Targets {
					ids = append(ids, t.KPI)
				}
				a.note("none of these KPIs has a target; campaign.yaml has targets of %s", "aucun de ces indicateurs n’a d’objectif\u00a0; campaign.yaml en a pour %s", join(slices.Compact(slices.Sorted(slices.Values(ids)))))
			}
		}
		return
	}
	total := f.Total.Aims["spend"]
	if a.q.Compare != ComparePlan || len(f.Rows) == 0 || len(total) == 0 || total[0].Aim == nil {
		return
	}
	// What is planned of channels or days that have no row.
	var sum float64
	for _, r := range f.Rows {
		list := r.Aims["spend"]
		if len(list) == 0 || list[0].Aim == nil {
			return
		}
		sum += *list[0].Aim
	}
	if rest := *total[0].Aim - sum; math.Abs(rest) >= 0.005 {
		a.note("%s of the plan is in none of these rows: of channels or days without data, or of no channel", "%s du plan ne sont dans aucune de ces lignes\u00a0: leviers ou jours sans données, ou part d’aucun levier",
			locale.Text{EN: locale.EN.Money(rest, f.Currency, 2), FR: locale.FR.Money(rest, f.Currency, 2)})
	}
}
