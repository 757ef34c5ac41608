package insight

import (
	"math"
	"slices"
	"strings"
	"unicode"

	"vigie/internal/locale"
	"vigie/metrics"
	"vigie/metrics/insight/words"
	"vigie/metrics/stats"
)

// Campaigns on the client's own name that make the whole look cheap: the CPA
// of a platform is within the target, and without them it is not.
//
// On each platform the platform campaigns whose names say brand (see branded)
// are taken apart from the others, over the last four weeks whose conversions
// have come in; where the exports do not name them, channels are. It fires
// where the CPA of both together is at or below the target, that of the others
// is above it with its whole interval, and brand converts at least a third
// cheaper, the interval included. The others need 25 effective conversions.
var _ = register(Rule{
	ID:    brandID,
	Title: locale.Text{EN: "Brand campaigns hide what the others cost", FR: "La marque masque ce que coûte le reste"},
	Why: locale.Text{
		EN: "Those who type the client’s name were on their way: their conversions cost little and say little about the campaign. Added to the others they bring the mean under the target. The two are judged apart. Which campaigns are brand is read from their names, and may be wrong.",
		FR: "Qui tape le nom du client était déjà en chemin\u00a0: ses conversions coûtent peu et disent peu de la campagne. Ajoutées aux autres, elles ramènent la moyenne sous la cible. Les deux se jugent à part. Quelles campagnes sont de marque se lit dans leur nom, ce qui peut se tromper.",
	},
	Check: checkBrand,
})

const (
	brandID      = "brand-hides-generic"
	brandDays    = 28
	brandCheaper = 1.0 / 3
)

// brandWords name brand campaigns in any workspace.
var brandWords = []string{"marque", "brand", "brd", "branded", "marques"}

// notBrand, before or after such a word, turns it round: "hors marque",
// "non-brand".
var notBrand = []string{"hors", "non", "no", "sans", "not", "nb", "generic", "generique", "générique"}

// branded reports that a name is that of a brand campaign: one of its words is
// "marque", "brand" or "brd", or the words of the case's Brand follow each other
// in it, and none says the contrary. This is the one place that decides it.
func (c Case) branded(name string) bool {
	split := func(s string) []string {
		return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	}
	said := split(name)
	if slices.ContainsFunc(said, func(w string) bool { return slices.Contains(notBrand, w) }) {
		return false
	}
	if slices.ContainsFunc(said, func(w string) bool { return slices.Contains(brandWords, w) }) {
		return true
	}
	for _, b := range c.Brand {
		w := split(b)
		for i := 0; len(w) > 0 && i+len(w) <= len(said); i++ {
			if slices.Equal(said[i:i+len(w)], w) {
				return true
			}
		}
	}
	return false
}

// side is the brand campaigns of a platform, or the others.
type side struct {
	arm
	names []string
	phi   float64
}

func (s *side) add(name string, a arm) {
	s.names = append(s.names, name)
	s.spend, s.conversions = s.spend+a.spend, s.conversions+a.conversions
	for j := range a.perSpend {
		w, v := &s.perSpend[j], a.perSpend[j]
		w.Days, w.Y, w.N, w.YY = w.Days+v.Days, w.Y+v.Y, w.N+v.N, w.YY+v.YY
	}
	if len(a.days) > len(s.days) {
		s.days = a.days
	}
}

func checkBrand(x *Exam) (findings []Finding, notes []Note) {
	target := x.Targets["cpa"]
	if target <= 0 {
		return nil, nil
	}
	span := Span{x.Period.To - brandDays + 1, x.Period.To}
	var platforms []string
	for _, s := range x.Channels {
		if !slices.Contains(platforms, s.Platform) {
			platforms = append(platforms, s.Platform)
		}
	}
	var trials []trial
	for _, platform := range platforms {
		var brand, generic side
		phi := stats.PriorPhi
		for i, s := range x.Channels {
			if s.Platform != platform {
				continue
			}
			phi = max(phi, x.pairs[i+1].noise.conversions)
			list := x.arms(s.ID, metrics.CampaignLevel, span)
			if len(list) == 0 {
				days, _ := usable(s.Days, s.ID, span, x.doubts)
				if a := sum(s.Days, days); a.spend > 0 {
					list = append(list, objectArm{Object: metrics.Object{Name: s.Label}, arm: a})
				}
			}
			for _, o := range list {
				to := &generic
				if x.branded(o.Name) || x.branded(s.Label) {
					to = &brand
				}
				to.add(o.Name, o.arm)
			}
		}
		if brand.conversions < stats.MinEvents*phi || generic.spend == 0 || len(generic.days) < ratioMinDays || generic.conversions < cpaMinEffective*phi {
			continue
		}
		generic.phi, _ = stats.Phi(phi, generic.perSpend)
		brand.phi, _ = stats.Phi(phi, brand.perSpend)
		cost := stats.CostPer(generic.spend, generic.conversions, generic.phi, stats.Confidence)
		// brand ÷ generic, as conversions for each unit of spend.
		t := stats.RateRatio(generic.conversions, generic.spend, brand.conversions, brand.spend, max(brand.phi, generic.phi), stats.Confidence)
		total := (brand.spend + generic.spend) / (brand.conversions + generic.conversions)
		p := ofNormal(math.Log(cost.Value/target) / math.Sqrt(generic.phi/generic.conversions))
		change := 0.0
		if total <= target && cost.Low > target && t.High < 1-brandCheaper {
			change = cost.Value/target - 1
		}
		trials = append(trials, trial{x.again(p), change, func(q float64, level Level, tested int) Finding {
			return brandFinding(x, platform, brand, generic, cost, total, target, p, q, level, tested)
		}})
	}
	return weekly(trials, 0.01, words.Platforms), nil
}

func brandFinding(x *Exam, platform string, brand, generic side, cost stats.Estimate, total, target, p, q float64, level Level, tested int) Finding {
	label := platform
	if n := x.Platforms[platform]; n != "" {
		label = n
	}
	scope := "platform:" + platform
	f := Finding{
		ID: findingID(brandID, scope, generic.days[0]), Rule: brandID, Scope: scope, Label: locale.Same(label),
		From: generic.days[0], To: generic.days[len(generic.days)-1],
		KPI: "cpa", Value: cost.Value, Against: target,
		Effect: Effect{cost.Value/target - 1, cost.Low/target - 1, cost.High/target - 1, stats.Confidence}, Good: -1,
		Volume: Volume{"conversions", generic.conversions, brand.conversions},
		Level:  level, P: p, Q: q, Tested: tested, Mature: true,
		Stake: micros(generic.spend - target*generic.conversions),
	}
	f.Title = words.Both(func(l locale.Lang) string {
		return words.Pick(l, "%s: a conversion costs %s for %s aimed at, and %s without brand, above the target", "%s\u00a0: une conversion coûte %s pour %s visés, et %s hors marque, au-dessus de la cible",
			label, x.cost(l, total), x.cost(l, target), x.cost(l, cost.Value))
	})
	f.Text = words.Both(func(l locale.Lang) string {
		return words.Pick(l, "%s, brand brings %s for %s and the rest %s for %s. Without brand a conversion costs %s (%s, 90%%), that is %s against the target; together they cost %s.",
			"%s, la marque apporte %s pour %s et le reste %s pour %s. Hors marque, une conversion coûte %s (%s, à 90\u00a0%%), soit %s par rapport à la cible\u00a0; ensemble, elles coûtent %s.",
			words.Upper(l.FromTo(f.From, f.To)), words.Conversions(l, brand.conversions), words.Money(l, brand.spend, x.Currency), words.Conversions(l, generic.conversions), words.Money(l, generic.spend, x.Currency),
			x.cost(l, cost.Value), words.FromTo(l, x.cost(l, cost.Low), x.cost(l, cost.High)), words.Change(l, f.Effect.Value), x.cost(l, total))
	})
	f.WouldChange = words.Both(func(l locale.Lang) string {
		return words.Pick(l, "A cost without brand at or below %s over the next four weeks; or campaigns that are taken for brand by their name and are not.",
			"Un coût hors marque de %s ou moins sur les quatre semaines suivantes\u00a0; ou des campagnes prises pour de la marque d’après leur nom, à tort.", x.cost(l, target))
	})
	part := func(id string, label locale.Text, s side) Evidence {
		return Evidence{ID: id, Label: label, KPI: "cpa", Value: s.spend / s.conversions, Against: target, Text: words.Both(func(l locale.Lang) string {
			return words.Pick(l, "%s · %s for %s: %s", "%s · %s pour %s\u00a0: %s", x.cost(l, s.spend/s.conversions), words.Conversions(l, s.conversions), l.Money(s.spend, x.Currency, 2), listed(l, s.names))
		})}
	}
	f.Evidence = []Evidence{
		part("brand", locale.Text{EN: "Brand", FR: "Marque"}, brand),
		part("rest", locale.Text{EN: "Without brand", FR: "Hors marque"}, generic),
		x.askedEvidence(f),
	}
	return f
}

// listed names some objects, the first four of them.
func listed(l locale.Lang, names []string) string {
	quoted := make([]string, 0, 5)
	for _, n := range names[:min(4, len(names))] {
		quoted = append(quoted, l.Quote(n))
	}
	if more := len(names) - 4; more > 0 {
		quoted = append(quoted, words.Pick(l, "%d more", "%d de plus", more))
	}
	return l.Join(quoted)
}
