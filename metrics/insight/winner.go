package insight

import (
	"math"

	"vigie/internal/locale"
	"vigie/metrics"
	"vigie/metrics/insight/words"
	"vigie/metrics/stats"
)

// The ad of an ad group that converts best, over the last eight weeks.
//
// Ads with 25 effective conversions (conversions ÷ dispersion) and 7 days are
// compared by their conversions for each click, drawn toward each other from
// four ads on (empirical Bayes). One wins where it is the best with nine
// chances in ten and would cost less than 1 % of its own rate on average if it
// is not; it is told where it also converts 10 % better than the rest, the
// interval above 0. Where conversions are too few for two ads, click rates
// stand for them, which is said, and it is one to watch. An ad that has
// nine tenths of the spend already is not told.
var _ = register(Rule{
	ID:    winnerID,
	Title: locale.Text{EN: "One ad does better than the others of its group", FR: "Une annonce fait mieux que les autres de son groupe"},
	Why: locale.Text{
		EN: "Among ads of one ad group the raw best is often the luckiest. Each rate is read with its noise, and an ad is named only where being wrong would cost little. Platforms do not spread delivery at random: they send people to the ad they presume best, so that audiences differ. Only a split test settles it.",
		FR: "Parmi les annonces d’un groupe, la première à l’œil est souvent la plus chanceuse. Chaque taux est lu avec son bruit, et une annonce n’est nommée que si se tromper coûterait peu. Les plateformes ne diffusent pas au hasard\u00a0: elles envoient les gens vers l’annonce qu’elles présument la meilleure, les audiences diffèrent donc. Seul un test réparti au hasard tranche.",
	},
	Check: checkWinner,
})

const (
	winnerID    = "winner"
	winnerDays  = 56
	winnerGain  = 0.10
	winnerShare = 0.90
)

// contender is an ad among those of its group.
type contender struct {
	metrics.Object
	arm
	x, n, phi float64 // events and what they are counted over
}

// contest compares ads by one rate.
type contest struct {
	kpi   string
	name  locale.Text // of the rate, inside a sentence
	least float64     // effective events of an ad
	of    func(a arm) (x, n float64)
	week  func(o metrics.Object, a arm) stats.Week
	count func(l locale.Lang, n float64) string
	over  func(l locale.Lang, n float64) string
}

var contests = []contest{
	{"cvr", locale.Text{EN: "a conversion rate", FR: "un taux de transformation"}, stats.MinArmEvents, func(a arm) (x, n float64) { return a.conversions, a.clicks },
		func(_ metrics.Object, a arm) stats.Week { return a.perClick }, words.Conversions, words.Clicks},
	{"ctr", locale.Text{EN: "a click rate", FR: "un taux de clic"}, stats.MinArmClicks, func(a arm) (x, n float64) { return a.clicks, a.impressions },
		func(o metrics.Object, a arm) (w stats.Week) {
			use := map[locale.Day]bool{}
			for _, d := range a.days {
				use[d] = true
			}
			for _, d := range o.Days {
				if use[d.Day] {
					w.Add(d.Day.Weekday(), float64(d.Clicks), float64(d.Impressions))
				}
			}
			return w
		}, words.Clicks, words.Impressions},
}

// field are the ads of a group that can be compared, and the others.
func (k contest) field(ads []objectArm) (in, out []contender) {
	weeks := make([]stats.Week, len(ads))
	for i, o := range ads {
		weeks[i] = k.week(o.Object, o.arm)
	}
	for i, phi := range phis(weeks) {
		c := contender{Object: ads[i].Object, arm: ads[i].arm, phi: phi}
		if c.x, c.n = k.of(c.arm); len(c.days) >= stats.MinArmDays && c.x >= k.least*phi && c.x <= c.n {
			in = append(in, c)
		} else {
			out = append(out, c)
		}
	}
	return in, out
}

func checkWinner(x *Exam) (findings []Finding, notes []Note) {
	span := Span{x.Period.To - winnerDays + 1, x.Period.To}
	var families [2][]trial
	judged := false
	var closest Note
	for _, channel := range x.Channels {
		groups := map[string][]objectArm{}
		var order []string
		for _, o := range x.arms(channel.ID, metrics.AdLevel, span) {
			if groups[o.Parent] == nil {
				order = append(order, o.Parent)
			}
			groups[o.Parent] = append(groups[o.Parent], o)
		}
		for _, id := range order {
			ads := groups[id]
			if len(ads) < 2 {
				continue
			}
			for i, k := range contests {
				in, out := k.field(ads)
				if len(in) < 2 {
					if i == len(contests)-1 {
						if n := shortNote(id, append(in, out...)); closest.Need == 0 || n.Has > closest.Has {
							closest = n
						}
					}
					continue
				}
				judged = true
				families[i] = append(families[i], k.trial(x, channel, id, in, out))
				break // one rate a group: conversions where they can tell
			}
		}
	}
	for _, trials := range families {
		findings = append(findings, weekly(trials, winnerGain, words.Groups)...)
	}
	if !judged && closest.Need > 0 {
		notes = append(notes, closest)
	}
	return findings, notes
}

// shortNote says what the ads of a group lack to be compared.
func shortNote(scope string, ads []contender) Note {
	second := 0.0 // clicks of the second: two are needed
	best := 0.0
	for _, a := range ads {
		if a.clicks > best {
			best, second = a.clicks, best
		} else {
			second = max(second, a.clicks)
		}
	}
	need := math.Ceil(stats.MinArmClicks * ads[0].phi)
	return Note{Rule: winnerID, Scope: scope, Measure: "clicks", Need: need, Has: second, Text: words.Both(func(l locale.Lang) string {
		return words.Pick(l, "Which ad is the best needs %s and %s of two of an ad group; nowhere is that so yet. In the one that is furthest, the second has %s.",
			"Savoir quelle annonce est la meilleure demande %s et %s de deux d’un même groupe\u00a0; aucun n’en est là. Dans le plus avancé, la deuxième a %s.",
			words.Clicks(l, need), words.Days(l, stats.MinArmDays), words.Clicks(l, second))
	})}
}

func (k contest) trial(x *Exam, channel metrics.Series, group string, in, out []contender) trial {
	unitsOf := make([]stats.Unit, len(in))
	for i, c := range in {
		unitsOf[i] = stats.Unit{X: c.x, N: c.n, Phi: c.phi}
	}
	choice := stats.Choose(stats.Shrink(unitsOf, false).Beliefs)
	nothing := trial{p: 1, find: func(float64, Level, int) Finding { return Finding{} }}
	if choice.Lead < 0 {
		return nothing
	}
	lead, rest := in[choice.Lead], contender{}
	all := lead.spend
	phi := lead.phi
	for i, c := range in {
		if i != choice.Lead {
			rest.x, rest.n, rest.spend = rest.x+c.x, rest.n+c.n, rest.spend+c.spend
			phi = max(phi, c.phi)
			all += c.spend
		}
	}
	for _, c := range out {
		all += c.spend
	}
	t := stats.RateRatio(lead.x, lead.n, rest.x, rest.n, phi, stats.Confidence)
	if !t.Warning.None() {
		return nothing
	}
	p := min(1, t.P*float64(len(in))) // the best of several was looked for
	change := 0.0
	if choice.Decided && t.Low > 1 && lead.spend < winnerShare*all {
		change = t.Ratio - 1
	}
	return trial{x.again(p), change, func(q float64, level Level, tested int) Finding {
		return k.finding(x, channel, lead, rest, in, out, all, choice, t, p, q, level, tested)
	}}
}

func (k contest) finding(x *Exam, channel metrics.Series, lead, rest contender, in, out []contender, all float64, choice stats.Choice, t stats.Comparison, p, q float64, level Level, tested int) Finding {
	kpi, _ := metrics.LookupKPI(k.kpi)
	clicks := k.kpi == "ctr"
	if clicks {
		level = Watch // who clicks most need not convert most
	}
	best, loss, share := choice.Best[choice.Lead], choice.Loss[choice.Lead]/(lead.x/lead.n), lead.spend/all
	f := Finding{
		ID: findingID(winnerID, lead.ID, lead.days[0]), Rule: winnerID, Scope: lead.ID, Label: locale.Same(lead.Name),
		From: lead.days[0], To: lead.days[len(lead.days)-1],
		KPI: k.kpi, Value: lead.x / lead.n, Against: rest.x / rest.n,
		Effect: Effect{t.Ratio - 1, t.Low - 1, t.High - 1, stats.Confidence}, Good: +1,
		Volume: Volume{map[bool]string{true: "clicks", false: "conversions"}[clicks], lead.x, rest.x},
		Level:  level, P: p, Q: q, Tested: tested, Mature: true,
		Stake: micros(rest.spend * (1 - 1/t.Ratio)),
	}
	write := func(l locale.Lang, v float64) string { return kpi.Format(v, l, x.Currency) }
	f.Title = words.Both(func(l locale.Lang) string {
		if clicks {
			return words.Pick(l, "%s is clicked %s more often than the other ads of its group, and has %s of the spend", "%s est cliquée %s plus souvent que les autres annonces de son groupe, et a %s des dépenses",
				l.Quote(lead.Name), words.Size(l, f.Effect.Value), l.Percent(share, 0))
		}
		return words.Pick(l, "%s converts %s more often than the other ads of its group, and has %s of the spend", "%s transforme %s plus souvent que les autres annonces de son groupe, et a %s des dépenses",
			l.Quote(lead.Name), words.Size(l, f.Effect.Value), l.Percent(share, 0))
	})
	f.Text = words.Both(func(l locale.Lang) string {
		s := words.Pick(l, "%s, %s (%s): %s of %s, against %s of the others, %s (%s, 90%%). It is the best with a probability of %s; choosing it now would lose %s of its rate on average. Delivery was not randomised.",
			"%s, %s (%s)\u00a0: %s de %s, contre %s pour les autres, %s (%s, à 90\u00a0%%). C’est la meilleure avec une probabilité de %s\u00a0; la choisir maintenant ferait perdre en moyenne %s de son taux. La diffusion n’était pas tirée au sort.",
			words.Upper(l.FromTo(f.From, f.To)), l.Quote(lead.Name), channel.Label, k.name.In(l), write(l, f.Value), write(l, f.Against),
			words.Change(l, f.Effect.Value), words.FromTo(l, words.Change(l, f.Effect.Low), words.Change(l, f.Effect.High)),
			words.Chance(l, best), under(l, loss))
		if clicks {
			s += words.Pick(l, " Conversions are too few to compare; who clicks most need not convert most.", " Les conversions sont trop peu nombreuses pour être comparées\u00a0; qui est le plus cliqué ne transforme pas forcément le plus.")
		}
		return s
	})
	f.WouldChange = words.Both(func(l locale.Lang) string {
		return words.Pick(l, "A test that spreads people at random and does not find it; or a rate of %s or less over the next %s.",
			"Un test qui répartit les gens au hasard et ne le retrouve pas\u00a0; ou un taux de %s ou moins sur les %s suivants.",
			write(l, f.Against), words.Days(l, 14))
	})
	side := func(id string, label locale.Text, c contender) Evidence {
		return Evidence{ID: id, Label: label, KPI: k.kpi, Value: c.x / c.n, Text: words.Both(func(l locale.Lang) string {
			return words.Pick(l, "%s · %s for %s", "%s · %s pour %s", write(l, c.x/c.n), k.count(l, c.x), k.over(l, c.n))
		})}
	}
	f.Evidence = []Evidence{
		side("itself", locale.Text{EN: "Itself", FR: "Elle-même"}, lead),
		side("rest", locale.Text{EN: "The others", FR: "Les autres"}, rest),
		proof("best", locale.Text{EN: "Best of them", FR: "La meilleure"}, func(l locale.Lang) string {
			s := words.Pick(l, "%s among %s compared", "%s parmi %s comparées", words.Chance(l, best), words.Objects(l, metrics.AdLevel, len(in)))
			if len(out) > 0 {
				s += words.Pick(l, "; too little data on %d more", "\u00a0; trop peu de données sur %d de plus", len(out))
			}
			return s
		}),
		proof("share", locale.Text{EN: "Share of spend", FR: "Part des dépenses"}, func(l locale.Lang) string {
			return words.Pick(l, "%s, %s of %s", "%s, %s sur %s", l.Percent(share, 0), words.Money(l, lead.spend, x.Currency), words.Money(l, all, x.Currency))
		}),
		x.askedEvidence(f),
	}
	return f
}

// under writes a small share, never 0 %.
func under(l locale.Lang, v float64) string {
	if v < 0.0005 {
		return words.Pick(l, "under ", "moins de ") + l.Percent(0.001, 1)
	}
	return l.Percent(v, 1)
}
