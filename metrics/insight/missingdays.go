package insight

import (
	"slices"

	"vigie/internal/locale"
	"vigie/metrics"
	"vigie/metrics/insight/words"
)

// Days that no export covers, and campaigns that are absent from one.
//
// Over the period and the four weeks up to its end, a channel lacks a day if no
// export covers it although another channel has it, or although the channel has
// days before and after it; days before its first are none of it. Channels of a
// platform that lack the same days are told of together. A platform campaign, or
// a channel, is absent where an export covers the day and shows nothing of it,
// although it delivered on nine in ten of its other days: that may be a pause,
// so it is one to watch. It needs 14 days of delivery.
var _ = register(Rule{
	ID:    missingID,
	Title: locale.Text{EN: "Days are missing", FR: "Il manque des jours"},
	Why: locale.Text{
		EN: "A day without an export is not a day without spend: sums that go over it are too low, and what is compared rests on fewer days. A paused campaign that leaves the export also looks as if it had never spent. Both are mended by downloading one more file, before anything is concluded.",
		FR: "Un jour sans export n’est pas un jour sans dépense\u00a0: les sommes qui l’enjambent sont trop basses, et ce qui est comparé repose sur moins de jours. Une campagne mise en pause qui sort de l’export semble aussi n’avoir jamais dépensé. Les deux se réparent en téléchargeant un fichier de plus, avant toute conclusion.",
	},
	Check: checkMissing,
})

const (
	missingID   = "missing-days"
	missingBack = 28
	absentDays  = 14  // of delivery
	absentShare = 0.1 // of the days, at most
)

// missing are days without data, and what days with data have.
type missing struct {
	line
	at    []int // positions, in order
	spend float64
}

func checkMissing(x *Exam) (findings []Finding, notes []Note) {
	from := max(x.Flight.From, min(x.Period.From, x.Period.To-missingBack+1))
	var uncovered []missing
	channels := x.channelLines()
	for i, n := range channels {
		m := missing{line: n}
		for j, d := range n.days {
			covered := func(other line) bool {
				return j < len(other.days) && other.days[j].Day == d.Day && other.days[j].Known
			}
			before, after := slices.ContainsFunc(n.days[:j], known), slices.ContainsFunc(n.days[j:], known)
			others := slices.ContainsFunc(slices.Delete(slices.Clone(channels), i, i+1), covered)
			if !d.Known && d.Day >= from && before && (after || others) {
				m.at = append(m.at, j)
			}
		}
		if len(m.at) > 0 {
			m.spend = usual(n.days, known)
			uncovered = append(uncovered, m)
		}
	}
	tested := len(channels)
	for len(uncovered) > 0 {
		group := []missing{uncovered[0]}
		var rest []missing
		for _, m := range uncovered[1:] {
			if m.platform == group[0].platform && slices.Equal(m.at, group[0].at) {
				group = append(group, m)
			} else {
				rest = append(rest, m)
			}
		}
		uncovered = rest
		findings = append(findings, x.uncoveredFinding(group, tested))
	}
	gone := map[string][]int{} // by channel
	campaigns := x.campaignLines()
	for _, n := range append(channels, campaigns...) {
		m, ok := n.absent(from)
		if !ok {
			continue
		}
		if n.object && slices.Equal(gone[n.channel], m.at) {
			continue
		}
		if !n.object {
			gone[n.channel] = m.at
		}
		findings = append(findings, x.absentFinding(m, tested+len(campaigns)))
	}
	return findings, notes
}

func known(d metrics.Day) bool     { return d.Known }
func delivered(d metrics.Day) bool { return d.Known && d.Impressions+d.Clicks+d.Spend > 0 }

// usual is the spend of an average day among some.
func usual(days []metrics.Day, among func(d metrics.Day) bool) float64 {
	total, n := int64(0), 0
	for _, d := range days {
		if among(d) {
			total += d.Spend
			n++
		}
	}
	if n == 0 {
		return 0
	}
	return units(total) / float64(n)
}

// absent is the last run of days without delivery between days with.
func (n line) absent(from locale.Day) (m missing, ok bool) {
	m.line = n
	first, last, count := -1, -1, 0
	for i, d := range n.days {
		if delivered(d) {
			if count++; first < 0 {
				first = i
			}
			last = i
		}
	}
	if count < absentDays {
		return m, false
	}
	none := 0
	for i := first; i <= last; i++ {
		d := n.days[i]
		if !d.Known || delivered(d) {
			continue
		}
		none++
		if k := len(m.at); k > 0 && m.at[k-1] != i-1 {
			m.at = nil
		}
		m.at = append(m.at, i)
	}
	m.spend = usual(n.days, delivered)
	return m, none > 0 && float64(none) <= absentShare*float64(none+count) && n.days[m.at[len(m.at)-1]].Day >= from
}

// span is from the first to the last of the days.
func (m missing) span() Span { return Span{m.days[m.at[0]].Day, m.days[m.at[len(m.at)-1]].Day} }

// when lists the runs of days.
func (m missing) when(l locale.Lang) string {
	var out []string
	for i := 0; i < len(m.at); {
		j := i
		for j+1 < len(m.at) && m.at[j+1] == m.at[j]+1 {
			j++
		}
		out = append(out, l.FromTo(m.days[m.at[i]].Day, m.days[m.at[j]].Day))
		i = j + 1
	}
	if more := len(out) - 3; more > 0 {
		out = append(out[:3], words.Pick(l, "%d more times", "%d autres fois", more))
	}
	return l.Join(out)
}

// finding is what both kinds say alike.
func (x *Exam) missingFinding(m missing, scope string, label locale.Text, spend float64, level Level, tested int) Finding {
	s := m.span()
	f := Finding{
		ID: findingID(missingID, scope, s.From), Rule: missingID, Scope: scope, Label: label, From: s.From, To: s.To,
		KPI: "spend", Against: spend * float64(len(m.at)), Volume: Volume{"days", float64(len(m.at)), float64(len(m.days))},
		Level: level, Tested: tested, Mature: true, Stake: micros(spend * float64(len(m.at))),
	}
	f.Evidence = []Evidence{
		{ID: "missing", Label: locale.Text{EN: "Missing", FR: "Manquants"}, Text: words.Both(func(l locale.Lang) string {
			return words.Pick(l, "%s %s", "%s %s", words.Days(l, len(m.at)), m.when(l))
		})},
		{ID: "usual", Label: locale.Text{EN: "Usually", FR: "D’habitude"}, KPI: "spend", Value: spend, Text: words.Both(func(l locale.Lang) string {
			return words.Pick(l, "%s of spend a day", "%s de dépense par jour", l.Money(spend, x.Currency, 2))
		})},
		{ID: "tested", Label: lookedAtLabel, Text: words.Both(func(l locale.Lang) string {
			return words.Pick(l, "%d "+l.Plural(float64(tested), "series", "series")+", a fact and no estimate", "%d "+l.Plural(float64(tested), "série", "séries")+", un constat et non une estimation", tested)
		})},
	}
	return f
}

func (x *Exam) uncoveredFinding(group []missing, tested int) Finding {
	var lines []line
	spend := 0.0
	for _, m := range group {
		lines = append(lines, m.line)
		spend += m.spend
	}
	scope, label, channels := x.shared(lines)
	m := group[0]
	platform := x.platform(m.platform)
	f := x.missingFinding(m, scope, label, spend, Established, tested)
	f.Title = words.Both(func(l locale.Lang) string {
		return words.Pick(l, "%s: no export covers %s, %s", "%s\u00a0: aucun export ne couvre %s, %s", label, words.Days(l, len(m.at)), m.when(l))
	})
	f.Text = words.Both(func(l locale.Lang) string {
		return words.Pick(l, "No export of %s holds these days: %s. At its usual pace about %s would have been spent on them, which the sums leave out.",
			"Aucun export de %s ne contient ces jours\u00a0: %s. Au rythme habituel, environ %s y auraient été dépensés, absents des sommes.",
			platform, m.when(l), words.Money(l, units(f.Stake), x.Currency)) + x.touching(l, channels) +
			words.Pick(l, " To download: the daily report of %s, %s.", " À télécharger\u00a0: le rapport quotidien de %s, %s.", platform, l.FromTo(f.From, f.To))
	})
	f.WouldChange = words.Both(func(l locale.Lang) string {
		return words.Pick(l, "An export of %s that covers these days, be it with zeros.", "Un export de %s qui couvre ces jours, fût-ce avec des zéros.", platform)
	})
	return f
}

func (x *Exam) absentFinding(m missing, tested int) Finding {
	platform := x.platform(m.platform)
	f := x.missingFinding(m, m.scope, m.label, m.spend, Watch, tested)
	f.Title = words.Both(func(l locale.Lang) string {
		return words.Pick(l, "%s: absent from the export %s (%s), delivering before and since", "%s\u00a0: absent de l’export %s (%s), diffusé avant et depuis",
			m.name(l), m.when(l), words.Days(l, len(m.at)))
	})
	f.Text = words.Both(func(l locale.Lang) string {
		return words.Pick(l, "The export covers these days and shows nothing of it, where it spends %s on an average day. A pause or a budget used up looks like this; so does a filter that leaves paused campaigns out of the report.",
			"L’export couvre ces jours et n’en montre rien, alors qu’un jour moyen y dépense %s. Une pause ou un budget épuisé donne cela\u00a0; un filtre qui retire du rapport les campagnes en pause aussi.",
			l.Money(m.spend, x.Currency, 2)) + words.Pick(l, " To check: the change history, then the report of %s with all campaigns, %s.",
			" À vérifier\u00a0: l’historique des modifications, puis le rapport de %s avec toutes les campagnes, %s.", platform, l.FromTo(f.From, f.To))
	})
	f.WouldChange = words.Both(func(l locale.Lang) string {
		return words.Pick(l, "A pause of these days in the change history; or an export with all campaigns, paused ones too, that shows its spend.",
			"Une pause de ces jours dans l’historique des modifications\u00a0; ou un export de toutes les campagnes, en pause comprises, qui montre sa dépense.")
	})
	return f
}

// platform is the name of a platform, inside a sentence.
func (c Case) platform(id string) locale.Text {
	if name := c.Platforms[id]; name != "" {
		return locale.Same(name)
	}
	if id == "" {
		return locale.Text{EN: "the platform", FR: "la plateforme"}
	}
	return locale.Same(id)
}
