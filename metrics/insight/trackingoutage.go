package insight

import (
	"cmp"
	"math"
	"slices"

	"vigie/internal/locale"
	"vigie/metrics"
	"vigie/metrics/insight/words"
	"vigie/metrics/stats"
)

// Conversions that stopped while clicks did not.
//
// Each channel, each platform with several channels, and the whole are scanned
// for runs of days on which conversions fell by 60 % or more of what the
// clicks of those weekdays lead one to expect, while the clicks themselves
// stayed within 25 % of theirs. What most channels of a platform or of the
// whole share is told once, for all of them. Days that are not mature are not
// looked at: their conversions are still coming in. With under 15 days, or
// where no week is expected to bring 5 conversions, the rule stays silent.
var _ = register(Rule{
	ID:    outageID,
	Title: locale.Text{EN: "Conversions stopped while clicks did not", FR: "Les conversions se sont arrêtées, pas les clics"},
	Why: locale.Text{
		EN: "When clicks go on and conversions stop from one day to the next, a broken tag, a consent banner or an export problem is a more frequent reason than a change of demand. The days around tell what was expected, weekday by weekday. Until it is cleared up, those days are kept out of every other conclusion.",
		FR: "Quand les clics continuent et que les conversions s’arrêtent d’un jour à l’autre, une balise cassée, un bandeau de consentement ou un problème d’export est plus fréquent qu’un changement de la demande. Les jours voisins disent ce qui était attendu, jour de semaine par jour de semaine. Tant que ce n’est pas éclairci, ces jours restent hors de toutes les autres conclusions.",
	},
	Check: checkOutages,
})

const (
	outageID = "tracking-outage"

	outageDrop   = 0.60
	outageClicks = 0.25
	// outageShared is the share of channels that must be down for a drop to be
	// told of their platform or of the whole.
	outageShared = 0.60
)

// outage is a run of days whose conversions cannot be trusted.
type outage struct {
	Doubt
	observed, expected float64
	low, high          float64 // of what was expected
	clicks, usual      float64 // clicks, and what those weekdays have outside it
	p, q               float64 // p is corrected for the windows looked at
	tested             int
	spend, phi         float64
	last               locale.Day // last day looked at
}

// scanned is a scope's days, ready to be scanned.
type scanned struct {
	scope    string
	label    locale.Text
	channels []string
	platform string // of a channel
	first    locale.Day
	points   []stats.Point
	spend    []float64
	scan     stats.Scan
}

// scopes are all that is scanned: channels first, then platforms that hold
// several, then the whole.
func scopes(c Case) []scanned {
	var out []scanned
	byPlatform := map[string][]metrics.Series{}
	var platforms []string
	for _, s := range c.Channels {
		out = append(out, c.scanned(s.ID, locale.Same(s.Label), []metrics.Series{s}, nil))
		if byPlatform[s.Platform] == nil {
			platforms = append(platforms, s.Platform)
		}
		byPlatform[s.Platform] = append(byPlatform[s.Platform], s)
	}
	for _, p := range platforms {
		if p != "" && len(byPlatform[p]) > 1 && len(byPlatform[p]) < len(c.Channels) {
			out = append(out, c.scanned("platform:"+p, locale.Same(cmp.Or(c.Platforms[p], p)), byPlatform[p], nil))
		}
	}
	if len(c.Channels) > 1 {
		out = append(out, c.scanned("", wholeLabel, c.Channels, c.Whole.Days))
	}
	return out
}

// scanned adds up series day by day. A day counts where all the series that
// know it hold it as complete and mature, and, where whole is given, it does
// too.
func (c Case) scanned(scope string, label locale.Text, series []metrics.Series, whole []metrics.Day) scanned {
	s := scanned{scope: scope, label: label, first: c.Flight.From}
	last := c.Flight.From - 1
	for _, one := range series {
		s.channels = append(s.channels, one.ID)
		s.platform = one.Platform
		if n := len(one.Days); n > 0 {
			last = max(last, one.Days[n-1].Day)
		}
	}
	n := max(0, int(last-s.first)+1)
	s.points, s.spend = make([]stats.Point, n), make([]float64, n)
	young := make([]bool, n)
	for i := range s.points {
		s.points[i].Weekday = (s.first + locale.Day(i)).Weekday()
	}
	each := func(ds []metrics.Day, use func(i int, d metrics.Day)) {
		for _, d := range ds {
			if i := int(d.Day - s.first); i >= 0 && i < n {
				use(i, d)
			}
		}
	}
	for _, one := range series {
		each(one.Days, func(i int, d metrics.Day) {
			if !d.Known {
				return
			}
			p := &s.points[i]
			p.Use = true
			p.Y += units(d.Conversions)
			p.N += float64(d.Clicks)
			s.spend[i] += units(d.Spend)
			young[i] = young[i] || !d.Complete || !d.Mature
		})
	}
	each(whole, func(i int, d metrics.Day) { young[i] = young[i] || !d.Known || !d.Complete || !d.Mature })
	for i := range s.points {
		s.points[i].Use = s.points[i].Use && !young[i]
	}
	return s
}

// overlaps reports whether two runs of days share one.
func overlaps(a, b stats.Drop) bool { return a.From <= b.To && b.From <= a.To }

// clicksHeld reports that clicks stayed near what those weekdays have.
func clicksHeld(d stats.Drop) bool {
	return math.Abs(d.Exposure-d.ExposureExpected) <= outageClicks*d.ExposureExpected
}

// findOutages looks for outages; a note says where a scope could not be told.
func (c Case) findOutages() (outages []outage, notes []Note) {
	all := scopes(c)
	var phis []float64
	for i := range all {
		all[i].scan = stats.ScanDrops(all[i].points, outageDrop, stats.PriorPhi, stats.Confidence)
	}
	tested := 0
	for _, s := range all {
		if s.scan.Warning.None() {
			tested++
		}
	}
	// taken are runs told of a wider scope, by channel.
	taken := map[string][]stats.Drop{}
	type told struct {
		stats.Drop
		channels []string
	}
	keep := make([][]told, len(all))
	for i := len(all) - 1; i >= 0; i-- { // from the whole down to the channels
		s := all[i]
	drops:
		for _, d := range s.scan.Drops {
			for _, ch := range s.channels {
				for _, t := range taken[ch] {
					if overlaps(d, t) {
						continue drops
					}
				}
			}
			touched, ok := s.channels, true
			if len(s.channels) > 1 {
				touched, ok = s.touched(all, d)
			}
			if !ok {
				continue
			}
			keep[i] = append(keep[i], told{d, touched})
			for _, ch := range touched {
				taken[ch] = append(taken[ch], d)
			}
		}
	}
	for i, s := range all {
		if w := s.scan.Warning; !w.None() {
			if n, ok := outageNote(s, w); ok && len(s.channels) == 1 {
				notes = append(notes, n)
			}
		}
		for _, d := range keep[i] {
			span := Span{s.first + locale.Day(d.From), s.first + locale.Day(d.To)}
			if !clicksHeld(d.Drop) {
				notes = append(notes, Note{Rule: outageID, Scope: s.scope, Text: words.Both(func(l locale.Lang) string {
					return words.Pick(l, "%s: conversions fell %s (%s for %s expected), but clicks moved too (%s): this rule cannot tell.",
						"%s : les conversions sont tombées %s (%s pour %s attendues), mais les clics ont bougé aussi (%s) : cette règle ne peut pas trancher.",
						s.label, l.FromTo(span.From, span.To), l.Count(d.Observed), l.Number(d.Expected, 0), words.Change(l, d.Exposure/d.ExposureExpected-1))
				})})
				continue
			}
			o := outage{
				Doubt:    Doubt{Rule: outageID, Scope: s.scope, Label: s.label, Channels: d.channels, Span: span},
				observed: d.Observed, expected: d.Expected, low: d.Low, high: d.High,
				clicks: d.Exposure, usual: d.ExposureExpected,
				p: min(1, d.P*float64(s.scan.Windows)), tested: tested, phi: d.Phi,
			}
			for j := d.From; j <= d.To; j++ {
				o.spend += s.spend[j]
			}
			for j, p := range s.points {
				if p.Use {
					o.last = s.first + locale.Day(j)
				}
			}
			o.Ongoing = o.To == o.last
			outages = append(outages, o)
			phis = append(phis, o.p)
		}
	}
	// The scopes without a drop are tests too: their p is at most 1.
	for len(phis) < tested {
		phis = append(phis, 1)
	}
	for i, q := range stats.BH(phis)[:len(outages)] {
		outages[i].q = q
	}
	return outages, notes
}

// touched lists the channels that a drop of a platform or of the whole is told
// of: those that fell and those too small to tell. ok is false where it is
// rather the drop of one channel, or of one platform, which is told there.
func (s scanned) touched(all []scanned, d stats.Drop) (touched []string, ok bool) {
	told, down, own := 0, 0, false
	platforms, fallen := map[string]bool{}, map[string]bool{}
	for _, one := range all {
		if len(one.channels) != 1 || !slices.Contains(s.channels, one.scope) {
			continue
		}
		platforms[one.platform] = true
		for _, mine := range one.scan.Drops {
			own = own || overlaps(mine, d)
		}
		normal := false
		if to := min(d.To, len(one.points)-1); to >= d.From {
			if w, warn := stats.Around(one.points, d.From, to, stats.PriorPhi, stats.Confidence); warn.None() {
				told++
				if normal = w.Observed > (1-outageDrop)*w.Expected; !normal {
					down++
					fallen[one.platform] = true
				}
			}
		}
		if !normal {
			touched = append(touched, one.scope)
		}
	}
	switch {
	case down < 2:
		return touched, !own // one channel carries it: tell it there, if it shows there
	case len(fallen) == 1 && len(platforms) > 1:
		return touched, false
	}
	return touched, float64(down) >= outageShared*float64(told)
}

func outageNote(s scanned, w stats.Warning) (Note, bool) {
	n := Note{Rule: outageID, Scope: s.scope, Need: w.Need, Has: w.Has}
	switch w.Code {
	case stats.FewDays:
		n.Measure = "days"
		n.Text = words.Both(func(l locale.Lang) string {
			return words.Pick(l, "%s: telling an outage needs %s with clicks whose conversions have come in, has %d.",
				"%s : reconnaître une panne de mesure demande %s avec des clics, dont les conversions sont arrivées\u00a0; il y en a %d.",
				s.label, words.Days(l, int(w.Need)), int(w.Has))
		})
		return n, true
	case stats.FewEvents:
		n.Measure = "conversions"
		n.Text = words.Both(func(l locale.Lang) string {
			return words.Pick(l, "%s: telling an outage needs %s expected in a week, has %s.",
				"%s : reconnaître une panne de mesure demande %s attendues en une semaine, il y en a %s.",
				s.label, words.Conversions(l, w.Need), l.Number(w.Has, 1))
		})
		return n, true
	}
	return n, false
}

func checkOutages(x *Exam) (findings []Finding, notes []Note) {
	for _, o := range x.outages {
		level := Likely
		if o.q <= FalseShare {
			level = Established
		}
		f := Finding{
			ID: findingID(outageID, o.Scope, o.From), Rule: outageID, Scope: o.Scope, Label: o.Label,
			From: o.From, To: o.To, KPI: "conversions", Value: o.observed, Against: o.expected,
			// What was expected has an interval, so the change has one too. The
			// count lies far below it, so that its low end is at least 1.
			Effect: Effect{o.observed/o.expected - 1, o.observed/o.high - 1, o.observed/o.low - 1, stats.Confidence},
			Good:   -1, Volume: Volume{"clicks", o.clicks, o.usual},
			Level: level, P: o.p, Q: o.q, Tested: o.tested, Mature: true, Critical: true,
			Stake: micros(o.spend),
		}
		f.Title = words.Both(func(l locale.Lang) string {
			name := ""
			if o.Scope != "" {
				name = o.Label.In(l) + l.Colon() + " "
			}
			s := words.Pick(l, "%s recorded %s, %s expected", "%s "+l.Plural(o.observed, "enregistrée", "enregistrées")+" %s, %s attendues",
				words.Conversions(l, o.observed), l.FromTo(o.From, o.To), l.Number(o.expected, 0))
			return name + s
		})
		f.Text = words.Both(func(l locale.Lang) string { return outageText(x.Case, o, f, l) })
		f.WouldChange = words.Both(func(l locale.Lang) string {
			low := l.Number(math.Ceil(o.low), 0)
			return words.Pick(l, "A newer export that brings those days to %s or more; or the site’s own orders and forms, if they too show fewer than %s.",
				"Un export plus récent qui porterait ces jours à %s conversions ou plus ; ou les commandes et formulaires du site, s’ils en montrent eux aussi moins de %s.",
				low, low)
		})
		f.Evidence = outageEvidence(o, f)
		findings = append(findings, f)
	}
	return findings, x.outageNotes
}

func outageText(c Case, o outage, f Finding, l locale.Lang) string {
	n := o.Days()
	s := words.Pick(l, "%s: %s recorded where %s were expected for those weekdays (%s, 90%%), that is %s, while clicks were at %s of their usual level (%s).",
		"%s : %s pour %s attendues ces jours de semaine (%s, à 90 %%), soit %s, alors que les clics étaient à %s de leur niveau habituel (%s).",
		words.Upper(l.FromTo(o.From, o.To)), words.Conversions(l, o.observed), l.Number(o.expected, 0),
		words.FromTo(l, l.Number(o.low, 0), l.Number(o.high, 0)), words.Change(l, f.Effect.Value), l.Percent(o.clicks/o.usual, 0), l.Number(o.clicks, 0))
	s += c.touching(l, o.Channels)
	s += words.Pick(l, " This is compatible with a measurement outage rather than with a fall in demand, without proving it: tag, consent and export are to be checked.",
		" C’est compatible avec une panne de mesure plutôt qu’avec une baisse de la demande, sans le prouver : balise, consentement et export sont à vérifier.")
	if o.Ongoing {
		s += words.Pick(l, " It was still going on on the last day that can be judged.", " Elle durait encore le dernier jour que l’on peut juger.")
	}
	return s + words.Pick(l, " The other conclusions leave out %s.", " Les autres conclusions écartent %s.", l.Plural(float64(n), words.Pick(l, "this day", "ce jour"), words.Pick(l, "these %s", "ces %s", words.Days(l, n))))
}

func outageEvidence(o outage, f Finding) []Evidence {
	return []Evidence{
		{ID: "observed", Label: locale.Text{EN: "Recorded", FR: "Enregistrées"}, KPI: "conversions", Value: o.observed, Against: o.expected,
			Text: words.Both(func(l locale.Lang) string {
				return words.Pick(l, "%s in %s", "%s en %s", words.Conversions(l, o.observed), words.Days(l, o.Days()))
			})},
		{ID: "expected", Label: locale.Text{EN: "Expected", FR: "Attendues"}, KPI: "conversions", Value: o.expected,
			Text: words.Both(func(l locale.Lang) string {
				return words.Pick(l, "%s %s, 90%%", "%s %s, à\u00a090\u00a0%%", l.Number(o.expected, 0), l.Interval(l.Number(o.low, 0), l.Number(o.high, 0)))
			})},
		{ID: "clicks", Label: locale.Text{EN: "Clicks", FR: "Clics"}, KPI: "clicks", Value: o.clicks, Against: o.usual,
			Text: words.Both(func(l locale.Lang) string {
				return words.Pick(l, "%s, usually %s", "%s, d’habitude %s", l.Number(o.clicks, 0), l.Number(o.usual, 0))
			})},
		{ID: "test", Label: chanceLabel, Text: words.Both(func(l locale.Lang) string {
			return words.Pick(l, "so deep a drop would come %s (%s, all windows counted; %s; dispersion %s)",
				"un tel creux arriverait %s (%s, toutes fenêtres comptées\u00a0; %s\u00a0; dispersion %s)",
				words.ByChance(l, f.P), words.Probability(l, "p", f.P), words.Probability(l, "q", f.Q), l.Number(o.phi, 1))
		})},
		{ID: "tested", Label: lookedAtLabel, Text: words.Both(func(l locale.Lang) string {
			return words.Pick(l, "%d series (each channel, each platform with several, the whole), up to %s", "%d séries (chaque levier, chaque plateforme qui en a plusieurs, l’ensemble), jusqu’au %s", o.tested, l.DayText(o.last))
		})},
		leftOutEvidence(o.Doubt),
	}
}
