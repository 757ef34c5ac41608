package metrics

import (
	"fmt"
	"math"
	"slices"
	"time"

	"vigie/internal/agency"
	"vigie/internal/locale"
	"vigie/metrics/stats"
)

// deriving works out, for the groups of one question, the measures that no
// export holds.
type deriving struct {
	a        *asking
	by       []string
	from, to locale.Day
	// loaded are the daily series of the whole and of the channels, from the
	// start of the flight, or of the question, to its last day.
	loaded   bool
	whole    Series
	channels []Series
}

// settle says which sums of the groups mean nothing, because they mix rules or
// bounds, and works out the derived measures.
func (a *asking) settle(groups map[string]*group, by []string, from, to locale.Day) error {
	needs := a.needs()
	d := &deriving{a: a, by: by, from: from, to: to}
	for _, g := range groups {
		for _, i := range needs {
			m := measures[i]
			switch {
			case m.derived:
			case m.kinds != nil:
				if why := m.mixed(g.kinds[i]); why != nil {
					g.refuse(m.id, *why)
				}
			case m.brief && a.q.Scope.brief == nil:
				g.refuse(m.id, locale.Text{
					EN: "is told of a campaign whose channels say which sessions are its own: ask with --campaign",
					FR: "ne se dit que d’une campagne dont les leviers disent quelles sessions sont les siennes\u00a0: demandez avec --campaign",
				})
			}
		}
		if v, known := g.sum("bounded_impressions"); known && v > 0 {
			for _, id := range []string{"eligible_impressions", "budget_eligible", "rank_eligible"} {
				g.refuse(id, locale.Text{
					EN: fmt.Sprintf("is a bound (“< 10%%”, “> 90%%”) in rows of %s impressions, not a figure: ask by day or platform_campaign for the others", locale.EN.Count(v)),
					FR: fmt.Sprintf("est une borne («\u00a0< 10\u00a0%%\u00a0», «\u00a0> 90\u00a0%%\u00a0») dans des lignes de %s impressions, pas un chiffre\u00a0: demandez par day ou platform_campaign pour les autres", locale.FR.Count(v)),
				})
			}
		}
		for _, i := range needs {
			if m := measures[i]; m.derived {
				v, why, err := d.derive(m.id, g)
				if err != nil {
					return err
				}
				if why != nil {
					g.refuse(m.id, *why)
					continue
				}
				g.known[i], g.sums[i] = true, int64(math.Round(v*m.scale))
			}
		}
	}
	return nil
}

// refuse takes a sum away and keeps why.
func (g *group) refuse(id string, why locale.Text) {
	i := measureAt(id)
	g.known[i], g.sums[i] = false, 0
	if g.whys == nil {
		g.whys = map[string]locale.Text{}
	}
	g.whys[id] = why
}

// need gives the value of a measure that a derived one is made of, or why there
// is none.
func need(g *group, id string) (float64, *locale.Text) {
	v, ok := g.sum(id)
	if !ok {
		return 0, why(id, g)
	}
	return v, nil
}

// derive is the value of a derived measure in units, or why it has none.
func (d *deriving) derive(id string, g *group) (v float64, why *locale.Text, err error) {
	brief := d.a.q.Scope.brief
	switch id {
	case "fees":
		v, why = d.fees(g)
	case "client_cost":
		if v, why = d.fees(g); why == nil {
			spend, none := need(g, "spend")
			v, why = v+spend, none
		}
	case "gross_margin", "net_margin":
		if brief == nil || brief.GrossMargin == 0 {
			return 0, lacks("campaign.yaml", "gross_margin: 45%"), nil
		}
		if v, why = need(g, "conversion_value"); why != nil {
			return 0, why, nil
		}
		v *= brief.GrossMargin
		if id == "net_margin" {
			spend, none := need(g, "valued_spend")
			v, why = v-spend, none
		}
	case "grps", "target_reach", "population":
		v, why = d.audience(id, g)
	case "market_spend":
		v, why = d.market()
	case "test_effect", "counterfactual", "incremental_value":
		why = &locale.Text{
			EN: "needs a test with a control group that saw no ads (areas or people drawn at random before it), and no file of the workspace declares one: a before/after is not lift",
			FR: "demande un test avec un groupe témoin sans publicité (zones ou personnes tirées au sort avant le test), et aucun fichier de l’espace de travail n’en déclare\u00a0: un avant/après n’est pas un effet incrémental",
		}
	default:
		return d.daily(id, g)
	}
	return v, why, nil
}

// lacks says which key a file of the workspace would need.
func lacks(file, key string) *locale.Text {
	return &locale.Text{
		EN: fmt.Sprintf("%s does not say it: write %s", file, key),
		FR: fmt.Sprintf("%s ne le dit pas\u00a0: écrivez %s", file, key),
	}
}

// split reports a dimension that parts a day: anything but time.
func split(by []string) bool {
	return slices.ContainsFunc(by, func(x string) bool { return x != "day" && x != "week" && x != "month" })
}

// fees is what the agency is paid beside the media. A fixed fee is one of the
// whole campaign: it is spread evenly over the days of the flight, and belongs
// to no channel.
func (d *deriving) fees(g *group) (float64, *locale.Text) {
	s := d.a.q.Scope
	f := s.fees
	if f == (agency.Fees{}) {
		return 0, lacks("client.yaml", "fees: {percent_of_spend: 10%}")
	}
	spend, why := need(g, "spend")
	if why != nil {
		return 0, why
	}
	v := f.PercentOfSpend * spend
	if f.PerConversion > 0 {
		n, why := need(g, "conversions")
		if why != nil {
			return 0, why
		}
		v += float64(f.PerConversion) / Micro * n
	}
	if f.Fixed == 0 {
		return v, nil
	}
	switch {
	case s.brief == nil:
		return 0, &locale.Text{
			EN: "holds a fixed fee, which is one of a campaign: ask with --campaign",
			FR: "comprend des honoraires fixes, qui sont ceux d’une campagne\u00a0: demandez avec --campaign",
		}
	case s.wider != nil || split(d.by):
		return 0, &locale.Text{
			EN: "holds a fixed fee, which belongs to no part of the campaign: ask for the total, or by day, week or month",
			FR: "comprend des honoraires fixes, qui ne reviennent à aucune partie de la campagne\u00a0: demandez le total, ou par jour, semaine ou mois",
		}
	}
	p := d.period(g)
	days := stretch{max(p.from, s.From), min(p.to, s.To)}.days()
	return v + float64(f.Fixed)/Micro*float64(days)/float64(s.brief.Flight.Days()), nil
}

// period is the stretch of the question that a group covers.
func (d *deriving) period(g *group) stretch {
	if len(d.by) == 0 {
		return stretch{d.from, d.to}
	}
	p := d.a.period(g)
	return stretch{max(p.from, d.from), min(p.to, d.to)}
}

// audience works out what rests on the target audience of the brief.
func (d *deriving) audience(id string, g *group) (float64, *locale.Text) {
	var x agency.Audience
	if b := d.a.q.Scope.brief; b != nil {
		x = b.Audience
	}
	switch {
	case x.Population == 0:
		return 0, lacks("campaign.yaml", "audience: {population: 120000, in_target: 70%}")
	case id == "population":
		return float64(x.Population), nil
	case x.InTarget == 0:
		return 0, lacks("campaign.yaml", "in_target: 70% (audience)")
	case id == "grps":
		v, why := need(g, "impressions")
		return v * x.InTarget / float64(x.Population) * 100, why
	}
	v, why := need(g, "reach")
	return v * x.InTarget, why
}

// market is what all advertisers of the market spent, as the brief declares it
// for one period: it says nothing of another one, nor of a part of the market.
func (d *deriving) market() (float64, *locale.Text) {
	s := d.a.q.Scope
	if s.brief == nil || s.brief.Market.Spend == 0 {
		return 0, lacks("campaign.yaml", "market: {spend: 250000, from: 2026-09-01, to: 2026-09-30, source: …}")
	}
	m := s.brief.Market
	if len(d.by) > 0 || s.wider != nil || d.from != m.From || d.to != m.To {
		return 0, &locale.Text{
			EN: fmt.Sprintf("was declared for the whole market %s and does not split or add up: ask for the total of that very period", locale.EN.FromTo(m.From, m.To)),
			FR: fmt.Sprintf("a été déclaré pour tout le marché %s et ne se découpe ni ne s’additionne\u00a0: demandez le total de cette période exacte", locale.FR.FromTo(m.From, m.To)),
		}
	}
	return float64(m.Spend) / Micro, nil
}

// load reads the daily series that pace, projection, freshness and completeness
// rest on.
func (d *deriving) load() error {
	if d.loaded {
		return nil
	}
	d.loaded = true
	s := d.a.q.Scope
	from := d.from
	if s.brief != nil {
		from = min(from, s.From)
	}
	var err error
	d.whole, d.channels, err = Daily(d.a.ctx, d.a.db, s, from, d.to, d.a.q.AsOf)
	d.a.conversion = JoinConversions(d.a.conversion, d.whole.Conversion)
	return err
}

// series is the daily history of a group and the days of it; channel is its
// channel, empty for the whole. It has none below channels.
func (d *deriving) series(g *group) (x Series, channel string, p stretch, why *locale.Text) {
	x, p = d.whole, d.period(g)
	for i, by := range d.by {
		switch by {
		case "day", "week", "month":
		case "channel":
			for j := range d.channels {
				if g.keys[i] == fmt.Sprint(j) {
					x, channel = d.channels[j], d.channels[j].ID
				}
			}
		default:
			return x, "", p, &locale.Text{
				EN: "is known of the whole and of channels: ask by channel, day, week or month, or for the total",
				FR: "n’est connu que de l’ensemble et des leviers\u00a0: demandez par levier (channel), jour, semaine ou mois, ou le total",
			}
		}
	}
	return x, channel, p, nil
}

// daily works out what rests on the days of a series.
func (d *deriving) daily(id string, g *group) (v float64, why *locale.Text, err error) {
	if err := d.load(); err != nil {
		return 0, nil, err
	}
	s := d.a.q.Scope
	x, channel, p, why := d.series(g)
	if why != nil {
		return 0, why, nil
	}
	var last locale.Day // complete
	known := 0
	for _, day := range x.Days {
		if day.Known && day.Complete {
			last = max(last, day.Day)
		}
		if day.Known && day.Day >= p.from && day.Day <= p.to {
			known++
		}
	}
	if id == "age_hours" {
		return d.age(last)
	}
	if id == "known_days" || id == "expected_days" {
		if s.brief != nil {
			p = stretch{max(p.from, s.From), min(p.to, s.To)}
		}
		if id == "known_days" {
			return float64(known), nil, nil
		}
		if now := d.a.q.Now; !now.IsZero() { // days to come are not expected yet
			p.to = min(p.to, locale.DayOf(now.In(s.Zone))-1)
		}
		return float64(p.days()), nil, nil
	}
	if s.brief == nil {
		return 0, &locale.Text{EN: "needs the budget of a campaign: ask with --campaign", FR: "demande le budget d’une campagne\u00a0: demandez avec --campaign"}, nil
	}
	if s.wider != nil && channel == "" {
		return 0, &locale.Text{EN: "needs the budget of the whole: ask by channel", FR: "demande le budget de l’ensemble\u00a0: demandez par levier (channel)"}, nil
	}
	budget := s.brief.Planned(channel, s.From, s.To)
	switch {
	case budget == 0:
		return 0, lacks("campaign.yaml", "budget: 1200 (channels)"), nil
	case last == 0:
		return 0, &locale.Text{EN: "no day of the flight is complete yet", FR: "aucun jour de la campagne n’est encore complet"}, nil
	}
	if id == "projected_spend" {
		return d.projected(g, x, channel)
	}
	p = stretch{max(p.from, s.From), min(p.to, s.To, last)}
	if id == "planned_spend" {
		return float64(s.brief.Planned(channel, p.from, p.to)) / Micro, nil, nil
	}
	var spent int64
	for _, day := range x.Days {
		if day.Day >= p.from && day.Day <= p.to {
			spent += day.Spend
		}
	}
	return float64(spent) / Micro, nil, nil
}

// age is how many hours ago the last complete day ended.
func (d *deriving) age(last locale.Day) (float64, *locale.Text, error) {
	switch now := d.a.q.Now; {
	case now.IsZero():
		return 0, &locale.Text{EN: "nobody said what time it is", FR: "personne n’a dit quelle heure il est"}, nil
	case last == 0:
		return 0, &locale.Text{EN: "no day of the period is complete", FR: "aucun jour de la période n’est complet"}, nil
	default:
		return max(0, now.Sub((last + 1).Start(d.a.q.Scope.Zone)).Round(time.Hour).Hours()), nil, nil
	}
}

// projected is the spend at the end of the flight at the pace of its days, with
// the seed of the tracking report, so that both say the same.
func (d *deriving) projected(g *group, x Series, channel string) (float64, *locale.Text, error) {
	s := d.a.q.Scope
	if d.a.time != "" && len(d.by) > 0 {
		return 0, &locale.Text{EN: "is told of the end of the flight: ask for the total or by channel", FR: "se dit de la fin de la campagne\u00a0: demandez le total ou par levier (channel)"}, nil
	}
	last, end := s.From-1, s.From
	for day := s.From; day <= s.To; day++ {
		if s.brief.Planned(channel, day, day) > 0 {
			end = day
		}
	}
	for _, day := range d.whole.Days {
		if day.Known && day.Complete && day.Day <= s.To {
			last = max(last, day.Day)
		}
	}
	spend := make([]float64, last-s.From+1) // a day without a row of this channel spent nothing
	missing := 0
	for i, day := range d.whole.Days {
		at := int(day.Day - s.From)
		if at < 0 || at >= len(spend) {
			continue
		}
		if !day.Known || !day.Complete {
			missing++
		}
		if own := x.Days[i]; own.Known {
			spend[at] = float64(own.Spend) / Micro
		}
	}
	if missing > 0 {
		return 0, &locale.Text{
			EN: fmt.Sprintf("needs the spend of every day so far: %d of them are not known", missing),
			FR: fmt.Sprintf("demande la dépense de chaque jour jusqu’ici\u00a0: il en manque %d", missing),
		}, nil
	}
	spent := 0.0
	for _, v := range spend {
		spent += v
	}
	left := max(0, int(end-last))
	o := stats.Ahead(spend, s.From.Weekday(), left, stats.Rand(fmt.Sprintf("%s/%s tracking %s", s.Client, s.Campaign, last), channel, "budget-pace"))
	if left == 0 || !o.Warning.None() {
		return spent + o.Linear, nil, nil
	}
	e := o.Total(stats.Confidence)
	g.ranges = map[string][2]float64{"projected_spend": {spent + e.Low, spent + e.High}}
	return spent + o.Mid[left-1], nil, nil
}
