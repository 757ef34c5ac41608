package insight

import (
	"vigie/internal/locale"
	"vigie/metrics"
	"vigie/metrics/insight/words"
	"vigie/metrics/stats"
)

// Ads that people click less and less, beside the others of their ad group.
//
// The click rate of each ad that still runs is followed over its days, at most
// the last eight weeks: a straight line in its logarithm, weekdays allowed
// for. It fires where the rate fell by 20 % or more, the interval leaves out a
// fall of 10 %, and a fall of as much remains beside the younger ads of the ad
// group: what all of them share is the audience or the season. Without younger
// ones it is held against the others of the ad group, then of the channel. An
// ad needs 14 days and 300 clicks. Ad groups stand for ads where the exports
// stop there.
var _ = register(Rule{
	ID:    fatigueID,
	Title: locale.Text{EN: "An ad is clicked less and less", FR: "Une annonce est de moins en moins cliquée"},
	Why: locale.Text{
		EN: "People who have seen an ad many times click it less. A rate that falls can also come from the audience, the season or the competition: those touch the other ads too, which is why each is held against its siblings. Exports rarely say how often the same person saw an ad, so that age stands for it. A fall of the click rate is no loss of money until conversions say so.",
		FR: "Qui a vu souvent une annonce la clique moins. Un taux qui baisse peut aussi venir de l’audience, de la saison ou de la concurrence\u00a0: elles touchent aussi les autres annonces, c’est pourquoi chacune est comparée à ses voisines. Les exports disent rarement combien de fois une même personne l’a vue\u00a0: l’âge en tient lieu. Une baisse du taux de clic n’est pas une perte d’argent tant que les conversions ne le disent pas.",
	},
	Check: checkFatigue,
})

const (
	fatigueID     = "fatigue"
	fatigueDays   = 56   // days looked at, at most
	fatigueLately = 7    // an ad that showed nothing for that long has stopped
	fatigueFall   = 0.20 // as stats.Fatigue has it
	fatigueApart  = 7    // days by which a sibling is younger
	fatigueNeed   = 14   // days, and
	fatigueClicks = 300
)

// follow is an object with the days of its click rate.
type follow struct {
	metrics.Object
	days  []metrics.Day // finished, with impressions
	spend float64       // of the last 28 of them
	fit   stats.Tiring
}

// follows are the objects of a level that still run, with how their click rate
// went. Ad groups are there of channels without ads only.
func (x *Exam) follows(level string) (out []follow) {
	hasAds := map[string]bool{}
	for _, o := range x.Objects {
		hasAds[o.Channel] = hasAds[o.Channel] || o.Level == metrics.AdLevel
	}
	for _, o := range x.Objects {
		if o.Level != level || level == metrics.AdGroupLevel && hasAds[o.Channel] {
			continue
		}
		all := last(finished(o.Days), fatigueDays)
		f := follow{Object: o}
		for _, d := range all {
			if d.Impressions > 0 {
				f.days = append(f.days, d)
			}
		}
		if len(f.days) == 0 || f.days[len(f.days)-1].Day <= all[len(all)-1].Day-fatigueLately {
			continue
		}
		first := f.days[0].Day
		points := make([]stats.Point, f.days[len(f.days)-1].Day-first+1)
		for i := range points {
			points[i].Weekday = (first + locale.Day(i)).Weekday()
		}
		for _, d := range f.days {
			p := &points[d.Day-first]
			p.Y, p.N, p.Use = float64(d.Clicks), float64(d.Impressions), true
		}
		f.fit = stats.Fatigue(points, nil, stats.Confidence)
		for _, d := range last(f.days, 28) {
			f.spend += units(d.Spend)
		}
		out = append(out, f)
	}
	return out
}

// The siblings that an ad is held against.
var (
	youngerAds = locale.Text{EN: "the younger ones of its ad group", FR: "celles plus récentes de son groupe"}
	groupAds   = locale.Text{EN: "the others of its ad group", FR: "les autres de son groupe"}
	channelAds = locale.Text{EN: "the others of its channel", FR: "les autres de son levier"}
	// Ad groups are masculine in French.
	campaignGroups = locale.Text{EN: "the others of its platform campaign", FR: "les autres de sa campagne plateforme"}
)

// siblings are what an object is held against: those with enough data.
func (f follow) siblings(all []follow) (fits []stats.Tiring, who locale.Text) {
	choose := func(is func(o follow) bool) bool {
		fits = nil
		for _, o := range all {
			if o.ID != f.ID && o.Channel == f.Channel && o.fit.Warning.None() && is(o) {
				fits = append(fits, o.fit)
			}
		}
		return len(fits) > 0
	}
	near := groupAds
	if f.Level == metrics.AdGroupLevel {
		near = campaignGroups
	}
	switch {
	case f.Level == metrics.AdLevel && choose(func(o follow) bool { return o.Parent == f.Parent && o.days[0].Day >= f.days[0].Day+fatigueApart }):
		return fits, youngerAds
	case choose(func(o follow) bool { return o.Parent == f.Parent }):
		return fits, near
	case choose(func(o follow) bool { return true }):
		return fits, channelAds
	}
	return nil, locale.Text{}
}

func checkFatigue(x *Exam) (findings []Finding, notes []Note) {
	looked := 0
	var nearest follow // to being judged
	for _, level := range []string{metrics.AdLevel, metrics.AdGroupLevel} {
		var trials []trial
		all := x.follows(level)
		for _, f := range all {
			if !f.fit.Warning.None() {
				if nearest.ID == "" || f.fit.Clicks > nearest.fit.Clicks {
					nearest = f
				}
				continue
			}
			looked++
			fits, who := f.siblings(all)
			apart := f.fit.Apart(fits, stats.Confidence)
			if !apart.Warning.None() {
				if f.fit.Fell && fits == nil {
					notes = append(notes, aloneNote(f))
				}
				continue
			}
			p, change := max(ofNormal(f.fit.Z), ofNormal(apart.Z)), 0.0
			if f.fit.Fell && apart.Value <= -fatigueFall && apart.High < 0 {
				change = f.fit.Value
			}
			trials = append(trials, trial{x.again(p), change, func(q float64, level Level, tested int) Finding {
				return fatigueFinding(x, f, apart, len(fits), who, p, q, level, tested)
			}})
		}
		findings = append(findings, weekly(trials, fatigueFall, func(l locale.Lang, n int) string { return words.Objects(l, level, n) })...)
	}
	if looked == 0 && nearest.ID != "" {
		n := Note{Rule: fatigueID, Measure: "clicks", Need: fatigueClicks, Has: nearest.fit.Clicks}
		if nearest.fit.Clicks >= fatigueClicks {
			n.Measure, n.Need, n.Has = "days", fatigueNeed, float64(nearest.fit.Days)
		}
		n.Text = words.Both(func(l locale.Lang) string {
			return words.Pick(l, "Whether ads tire needs %s and %s of one of them; %s, the furthest, has %s and %s.",
				"Voir si les annonces s’usent demande %s et %s de l’une d’elles\u00a0; %s, la plus avancée, en a %s et %s.",
				words.Days(l, fatigueNeed), words.Clicks(l, fatigueClicks), l.Quote(nearest.Name), words.Days(l, nearest.fit.Days), words.Clicks(l, nearest.fit.Clicks))
		})
		notes = append(notes, n)
	}
	return findings, notes
}

// aloneNote says that nothing tells the tiredness of an ad from that of its
// audience.
func aloneNote(f follow) Note {
	return Note{Rule: fatigueID, Scope: f.ID, Measure: "ads", Need: 2, Has: 1, Text: words.Both(func(l locale.Lang) string {
		return words.Pick(l, "The click rate of %s is lower than at its start (%s, 90%%). Whether it tires or its audience changed cannot be told: no other ad of its channel has %s and %s.",
			"Le taux de clic de %s est plus bas qu’à ses débuts (%s, à 90\u00a0%%). Rien ne dit si c’est l’usure ou un changement d’audience\u00a0: aucune autre annonce de son levier n’a %s et %s.",
			l.Quote(f.Name), words.FromTo(l, words.Change(l, f.fit.Low), words.Change(l, f.fit.High)), words.Days(l, fatigueNeed), words.Clicks(l, fatigueClicks))
	})}
}

// clickRate is the click rate of some days, and their clicks.
func clickRate(days []metrics.Day) (rate, clicks float64) {
	var impressions int64
	for _, d := range days {
		clicks += float64(d.Clicks)
		impressions += d.Impressions
	}
	if impressions == 0 {
		return 0, clicks
	}
	return clicks / float64(impressions), clicks
}

func fatigueFinding(x *Exam, o follow, apart stats.Tiring, siblings int, who locale.Text, p, q float64, level Level, tested int) Finding {
	first, final := o.days[:min(7, len(o.days))], last(o.days, 7)
	before, clicksBefore := clickRate(first)
	now, clicksNow := clickRate(final)
	f := Finding{
		ID: findingID(fatigueID, o.ID, o.days[0].Day), Rule: fatigueID, Scope: o.ID, Label: locale.Same(o.Name),
		From: o.days[0].Day, To: o.days[len(o.days)-1].Day,
		KPI: "ctr", Value: now, Against: before,
		Effect: Effect{o.fit.Value, o.fit.Low, o.fit.High, stats.Confidence}, Good: -1,
		Volume: Volume{"clicks", clicksNow, clicksBefore},
		Level:  level, P: p, Q: q, Tested: tested, Mature: true, // clicks do not mature
		Stake: micros(o.spend),
	}
	span := int(f.To-f.From) + 1
	f.Title = words.Both(func(l locale.Lang) string {
		return words.Pick(l, "%s: the click rate fell by %s in %s, by %s beside %s", "%s\u00a0: le taux de clic a baissé de %s en %s, de %s à côté de %s",
			l.Quote(o.Name), words.Size(l, o.fit.Value), words.Days(l, span), words.Size(l, apart.Value), who)
	})
	f.Text = words.Both(func(l locale.Lang) string {
		return words.Pick(l, "%s, the click rate of %s went down by %s (%s, 90%%), weekdays allowed for. The part that %s (%d) do not share is %s (%s): consistent with an ad that tires. What it costs in conversions is not measured here.",
			"%s, le taux de clic de %s a perdu %s (%s, à 90\u00a0%%), jours de semaine pris en compte. La part que ne partagent pas %s (%d) est de %s (%s)\u00a0: compatible avec une annonce qui s’use. Ce qu’elle coûte en conversions n’est pas mesuré ici.",
			words.Upper(l.FromTo(f.From, f.To)), l.Quote(o.Name), words.Size(l, o.fit.Value), words.FromTo(l, words.Change(l, o.fit.Low), words.Change(l, o.fit.High)),
			who, siblings, words.Change(l, apart.Value), words.FromTo(l, words.Change(l, apart.Low), words.Change(l, apart.High)))
	})
	f.WouldChange = words.Both(func(l locale.Lang) string {
		return words.Pick(l, "A click rate of %s or more, that of its first days, over the next %s; or the same fall in the other ads.",
			"Un taux de clic de %s ou plus, celui de ses premiers jours, sur les %s suivants\u00a0; ou la même baisse dans les autres annonces.",
			l.Percent(before, 2), words.Days(l, 7))
	})
	rate := func(id string, label locale.Text, v, clicks float64, days []metrics.Day) Evidence {
		return Evidence{ID: id, Label: label, KPI: "ctr", Value: v, Text: words.Both(func(l locale.Lang) string {
			return words.Pick(l, "%s · %s, %s", "%s · %s, %s", l.Percent(v, 2), words.Clicks(l, clicks), l.PeriodShort(days[0].Day, days[len(days)-1].Day))
		})}
	}
	f.Evidence = []Evidence{
		rate("before", locale.Text{EN: "Its first days", FR: "Ses premiers jours"}, before, clicksBefore, first),
		rate("after", locale.Text{EN: "Its last days", FR: "Ses derniers jours"}, now, clicksNow, final),
		proof("siblings", locale.Text{EN: "Beside siblings", FR: "À côté des voisines"}, func(l locale.Lang) string {
			return words.Pick(l, "%s %s, 90%%, beside %s (%d)", "%s %s, à\u00a090\u00a0%%, à côté de %s (%d)", words.Change(l, apart.Value),
				l.Interval(words.Change(l, apart.Low), words.Change(l, apart.High)), who, siblings)
		}),
		proof("volume", locale.Text{EN: "Rests on", FR: "Repose sur"}, func(l locale.Lang) string {
			return words.Pick(l, "%s in %s (dispersion %s)", "%s en %s (dispersion %s)", words.Clicks(l, o.fit.Clicks), words.Days(l, o.fit.Days), l.Number(o.fit.Phi, 1))
		}),
		x.askedEvidence(f),
	}
	return f
}
