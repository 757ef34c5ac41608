package reports

import (
	"slices"

	"vigie/internal/locale"
	"vigie/metrics"
	"vigie/metrics/advise"
	"vigie/metrics/insight"
)

// suspect reports an export that is withheld, and for which no later one of its
// platform stands in: figures of its days are missing or old.
func (s *Snapshot) suspect(x metrics.Source) bool {
	return x.Withheld && !slices.ContainsFunc(s.Sources, func(o metrics.Source) bool {
		return !o.Withheld && o.Batch > x.Batch && o.Platform == x.Platform && o.FirstDay <= x.FirstDay && o.LastDay >= x.LastDay
	})
}

// withhold takes out what is proposed on the figures of a platform that has a
// suspect export of the days it rests on, and says so.
func (s *Snapshot) withhold() {
	from := min(s.Compared.Before.From, s.Period.From)
	platform := map[string]string{} // by channel
	for _, c := range s.Channels {
		platform[c.ID] = c.Platform
	}
	keep := []advise.Recommendation{}
	for _, r := range s.Advice.Recommendations {
		rests := map[string]bool{}
		for _, o := range r.Options {
			rests[platform[o.GoBackOn]] = true
			for _, m := range o.Moves {
				rests[platform[m.From]], rests[platform[m.To]] = true, true
			}
		}
		i := slices.IndexFunc(s.Sources, func(x metrics.Source) bool {
			return rests[x.Platform] && s.suspect(x) && x.LastDay >= from && x.FirstDay <= s.Today
		})
		if i < 0 {
			keep = append(keep, r)
			continue
		}
		x := s.Sources[i]
		days := func(l locale.Lang) string { return l.Period(x.FirstDay, x.LastDay) }
		s.Advice.Notes = append(s.Advice.Notes, insight.Note{Rule: r.Kind, Text: locale.Text{
			EN: locale.Text{EN: "Recommendation withheld: it rests on %s, of which %s (%s) is withheld by a critical problem. First the file, then the move."}.F(locale.EN,
				platformName(x.Platform), locale.EN.Quote(x.File), days(locale.EN)),
			FR: locale.Text{FR: "Préconisation suspendue\u00a0: elle s’appuie sur %s, dont %s (%s) est écarté par un problème critique. D’abord le fichier, ensuite le déplacement."}.F(locale.FR,
				platformName(x.Platform), locale.FR.Quote(x.File), days(locale.FR)),
		}})
	}
	s.Advice.Recommendations = keep
}
