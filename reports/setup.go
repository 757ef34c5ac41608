package reports

import (
	"math"
	"strings"

	"vigie/internal/locale"
	"vigie/metrics"
	"vigie/reports/chart"
)

// Objectives and set-up: what was agreed, and which of it is held.
var _ = register(Section{
	Name:  "setup",
	Order: 20,
	Title: func(p *Page) string {
		held, tolerated, judged := 0, 0, 0
		for _, t := range p.Targets {
			if t.State != TooFew {
				judged++
			}
			if t.Held() {
				held++
			}
			if t.State == Tolerated {
				tolerated++
			}
		}
		n := len(p.Targets)
		title := p.T("%d of %d targets %s held", "", held, n, p.Lang.Plural(float64(held), "is", "are"))
		if p.Lang == locale.FR {
			title = p.T("", "%d %s sur %d %s", held, p.Lang.Plural(float64(held), "cible", "cibles"), n, p.Lang.Plural(float64(held), "est tenue", "sont tenues"))
		}
		switch {
		case n == 0:
			return p.T("The brief sets no target", "La campagne ne fixe aucune cible")
		case judged == 0:
			return p.T("None of the %d targets can be judged yet", "Aucune des %d cibles ne peut encore être jugée", n)
		case held == 0:
			return p.T("None of the %d targets is held", "Aucune des %d cibles n’est tenue", n)
		case held == n && n > 1:
			title = p.T("All %d targets are held", "Les %d cibles sont tenues", n)
		}
		switch {
		case tolerated == 0:
			return title
		case tolerated < held:
			return title + p.T(", %d of them within tolerance", ", dont %d dans sa tolérance", tolerated)
		case held == 1:
			return title + p.T(", within its tolerance", ", dans sa tolérance")
		}
		return title + p.T(", within their tolerance", ", dans leur tolérance")
	},
	Data: func(p *Page) (any, error) {
		type line struct {
			Label, Platform, Budget, Share, Conversions string
		}
		var lines []line
		for _, c := range p.Channels {
			x := line{Label: c.Label, Platform: platformName(c.Platform), Budget: locale.Dash, Share: locale.Dash, Conversions: p.measure(c.Conversions)}
			if c.Budget > 0 {
				x.Budget = p.money(units(c.Budget), 0)
				if p.Budget > 0 {
					x.Share = p.Lang.Percent(float64(c.Budget)/float64(p.Budget), 0)
				}
			}
			lines = append(lines, x)
		}
		data := map[string]any{"Page": p, "Channels": lines, "Period": p.Lang.Period(p.Flight.From, p.Last)}
		if len(p.Targets) > 0 {
			f, err := p.figure(true, func(m chart.Medium) chart.Chart { return chart.Bullets(p.bulletsData(), p.Lang, m) })
			if err != nil {
				return nil, err
			}
			data["Figure"] = f
		}
		return data, nil
	},
})

// bulletsData are the targets as bullets.
func (p *Page) bulletsData() chart.BulletsData {
	d := chart.BulletsData{ID: "targets", Message: p.T("Targets: what was realised against what should have been by now", "Cibles\u00a0: le réalisé face à ce qui était visé à ce jour")}
	for _, t := range p.Targets {
		k, _ := p.ToDate.KPI(t.KPI)
		// The name without its abbreviation finds room beside its bar.
		name, _, _ := strings.Cut(k.Label.In(p.Lang), " (")
		b := chart.Bullet{Name: name, Realised: p.value(t.KPI, t.Value), Ratio: math.NaN(), Reading: p.reading(k, t)}
		aim := t.ToDate
		b.Aim = k.Format(aim, p.Lang, p.Currency)
		if k.Unit == metrics.Count {
			b.Aim = p.Lang.Number(aim, 0)
		} else if k.Additive && k.Unit == metrics.Money {
			b.Aim = p.money(aim, 0)
			if t.Value.Value != nil {
				b.Realised = p.money(*t.Value.Value, 0)
			}
		}
		switch {
		case k.Additive:
			b.Aim += p.T(" to date", " à date")
		case t.Bound == "max":
			b.Aim += p.T(" at most", " au plus")
		case t.Bound == "min":
			b.Aim += p.T(" at least", " au moins")
		}
		if t.Value.Value != nil && aim != 0 {
			b.Ratio = *t.Value.Value / aim
		}
		switch t.State {
		case Reached:
			b.Tone = chart.Good
		case Missed:
			b.Tone = chart.Bad
		case InNoise, Tolerated:
			b.Tone = chart.Noise
		default:
			b.Tone, b.Ratio = chart.TooFew, math.NaN()
		}
		d.Rows = append(d.Rows, b)
	}
	return d
}

// reading says how a target stands.
func (p *Page) reading(k metrics.KPI, t Target) string {
	switch {
	case t.State == TooFew:
		return p.T("too little data", "trop peu de données")
	case t.State == InNoise:
		return p.T("within the noise", "dans le bruit")
	case t.State == Tolerated:
		return p.T("within tolerance (±\u00a0%s)", "dans la tolérance (±\u00a0%s)", p.Lang.Percent(t.Tolerance, 0))
	case k.Better == 0 && t.Bound == "" && t.State == Reached:
		return p.T("on plan (±\u00a0%s)", "conforme au plan (±\u00a0%s)", p.Lang.Percent(max(t.Tolerance, metrics.MinTolerance), 0))
	case k.Better == 0 && t.Bound == "" && *t.Value.Value < t.ToDate:
		return p.T("below plan", "sous le plan")
	case k.Better == 0 && t.Bound == "":
		return p.T("above plan", "au-dessus du plan")
	case t.State == Missed:
		return p.T("worse than the aim", "moins bien que visé")
	case *t.Value.Value == t.ToDate:
		return p.T("on the aim", "comme visé")
	}
	return p.T("better than the aim", "mieux que visé")
}

// measure names a measure that counts as a conversion.
func (p *Page) measure(id string) string {
	if t, ok := measureNames[id]; ok {
		return t.In(p.Lang)
	}
	return id
}

var measureNames = map[string]locale.Text{
	"conversions":        {EN: "conversions", FR: "conversions"},
	"all_conversions":    {EN: "all conversions", FR: "toutes les conversions"},
	"view_conversions":   {EN: "view-through conversions", FR: "conversions après affichage"},
	"leads":              {EN: "leads", FR: "prospects"},
	"purchases":          {EN: "purchases", FR: "achats"},
	"add_to_cart":        {EN: "adds to cart", FR: "ajouts au panier"},
	"checkouts":          {EN: "checkouts", FR: "paiements initiés"},
	"registrations":      {EN: "registrations", FR: "inscriptions"},
	"messages":           {EN: "messaging conversations", FR: "conversations par messages"},
	"landing_page_views": {EN: "landing page views", FR: "vues de la page de destination"},
	"orders":             {EN: "orders", FR: "commandes"},
	"thruplays":          {EN: "ThruPlays", FR: "ThruPlays"},
}
