package reports

import (
	"strings"

	"vigie/internal/locale"
	"vigie/metrics"
	"vigie/metrics/insight"
	"vigie/metrics/stats"
)

// What of a period can be compared with the one before: sums of days that are
// all there, and conversions only where they have come in and were measured.

// doubt counts the days of a range whose figures are not what they will be or
// should have been.
func (p *Page) doubt(days Days) insight.Left {
	known := map[locale.Day]metrics.Day{}
	for _, d := range p.Whole.Days {
		known[d.Day] = d
	}
	var out insight.Left
	for at := days.From; at <= days.To; at++ {
		doubt, doubtful := insight.Doubted(p.Insight.Doubts, "", at)
		switch d := known[at]; {
		case !d.Known:
			out.Unknown++
		case !d.Complete:
			out.Incomplete++
		case doubtful && doubt.Outage():
			out.Outage++
		case doubtful:
			out.Doubtful++
		case !d.Mature:
			out.Immature++
		}
	}
	return out
}

// pending says what kind of doubt it is, of one figure and of several: what will
// still grow is provisional, what may be wrong is to be confirmed.
func (p *Page) pending(l insight.Left) (one, many string) {
	if l.Days() == l.Immature {
		return p.T("provisional", "provisoire"), p.T("provisional", "provisoires")
	}
	return p.T("to be confirmed", "à confirmer"), p.T("to be confirmed", "à confirmer")
}

// counts reports that a KPI rests on conversions or their value.
func counts(k metrics.KPI) bool {
	for _, m := range []string{k.Num, k.Den} {
		switch m {
		case "conversions", "conversion_value", "valued_conversions":
			return true
		}
	}
	return false
}

// compared reports whether a KPI of the period may be held against that of the
// period before, and why not.
func (p *Page) compared(k metrics.KPI, now, before metrics.Value) (why string, ok bool) {
	a, b := p.doubt(p.Period), p.doubt(p.Previous)
	switch {
	case counts(k) && a.Days()+b.Days() > 0, k.Den == "" && a.Unknown+a.Incomplete+b.Unknown+b.Incomplete > 0:
		return p.T("not compared", "non comparé"), false
	case k.Den == "" && k.Unit == metrics.Count && min(*now.Value, *before.Value) < stats.MinEvents:
		return p.T("too little to compare", "trop peu pour comparer"), false
	}
	return "", true
}

// before reports whether the campaign was running in the period before.
func (p *Page) before() bool { return p.Previous.To >= p.Flight.From }

// PeriodNotes are what one should know before using the period's figures: which
// of its days are not what they will be, which lack conversions that may not
// have been recorded, what is therefore not compared, and what the totals leave
// out.
func (p *Page) PeriodNotes() []string {
	var out []string
	now, before := p.doubt(p.Period), p.doubt(p.Previous)
	cpa := p.Frame.Total.KPIs["cpa"]
	judged := cpa.Value != nil && cpa.Volume != metrics.VolumeNone
	if n := now.Immature; n > 0 {
		s := p.T("Conversions of %d %s of this period are still coming in", "Des conversions de %d\u00a0%s de cette période restent à venir",
			n, p.Lang.Plural(float64(n), p.T("day", "jour"), p.T("days", "jours")))
		if judged {
			s += p.T(": its cost per acquisition should fall; by how much is not estimated here", "\u00a0: son coût par acquisition devrait baisser, de combien n’est pas estimé ici")
		}
		out = append(out, s)
	}
	for _, o := range p.Insight.Doubts {
		for _, x := range []struct {
			days Days
			name string
			cost bool
		}{
			{p.Period, p.T("This period", "Cette période"), judged},
			{p.Previous, p.T("The period before", "La période précédente"), p.Frame.Total.Previous["cpa"].Value.Value != nil},
		} {
			if n := min(o.To, x.days.To) - max(o.From, x.days.From) + 1; n > 0 {
				if !o.Outage() {
					out = append(out, p.T("%s holds %d %s whose figures cannot be trusted (%s: %s)", "%s contient %d\u00a0%s dont les chiffres ne sont pas fiables (%s\u00a0: %s)",
						x.name, n, p.Lang.Plural(float64(n), p.T("day", "jour"), p.T("days", "jours")), o.Label, o.Kind()))
					continue
				}
				s := p.T("%s holds %d %s of possible measurement outage (%s)", "%s contient %d\u00a0%s de panne de mesure possible (%s)",
					x.name, n, p.Lang.Plural(float64(n), p.T("day", "jour"), p.T("days", "jours")), o.Label)
				if x.cost {
					s += p.T(": if there was one, its cost per acquisition looks higher than it was", "\u00a0: s’il y a eu panne, son coût par acquisition paraît plus haut qu’il n’a été")
				}
				out = append(out, s)
			}
		}
	}
	if p.before() && now.Days()+before.Days() > 0 {
		s := p.T("Conversions and what they cost are therefore not compared between the two periods", "Les conversions et leur coût ne sont donc pas comparés entre les deux périodes")
		if c := p.costs(""); c.Enough {
			s += p.T("; the days that can be trusted are, below: %s against %s", "\u00a0; les jours fiables le sont plus bas\u00a0: %s face à %s",
				p.Lang.PeriodShort(p.Compared.Now.From, p.Compared.Now.To), p.Lang.PeriodShort(p.Compared.Before.From, p.Compared.Before.To))
		}
		out = append(out, s)
	}
	out = append(out, p.ConversionNotes()...)
	for _, n := range p.Frame.Notes {
		out = append(out, n.In(p.Lang))
	}
	for i := range out {
		out[i] = strings.TrimSuffix(out[i], ".") + "." // a date may end with one
	}
	return out
}

// costs is the change of CPA of a channel, or of the whole for "".
func (p *Page) costs(scope string) insight.Cost {
	for _, c := range p.Insight.Costs {
		if c.Scope == scope {
			return c
		}
	}
	return insight.Cost{}
}
