// Package metrics defines the KPIs and the questions one can ask of them.
//
// It decides what a KPI is: two sums of measures whose quotient is taken once,
// at the level shown, with the volume and the interval that say how sure it
// is. To add a KPI, copy an entry of KPIs and give it a case in testdata/kpi.
package metrics

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"vigie/internal/agency"
	"vigie/internal/locale"
)

// Unit says how a KPI's value is written.
type Unit string

// The units.
const (
	Count Unit = "count"
	Money Unit = "money"
	Price Unit = "price" // money with three decimals, for what costs cents
	Rate  Unit = "rate"  // a ratio, written as a percentage
	Times Unit = "times" // a multiple
	Ratio Unit = "ratio" // a plain quotient with one decimal
	Hours Unit = "hours"
)

// Interval names the method that gives a KPI its 90 % interval; each is a
// function of metrics/stats.
type Interval string

// The methods. Sums read from the platform are exact and have none.
const (
	None     Interval = ""
	Wilson   Interval = "wilson"    // a rate of counts: numerator out of denominator
	CostPer  Interval = "cost-per"  // money for each count: the count is a quasi-Poisson
	LogDelta Interval = "log-delta" // a ratio of two daily sums, on the log scale
)

// KPI is one entry of the table that the glossary, the README and every report
// are printed from. Its value is Scale × Σ Num ÷ Σ Den at the level shown, and
// is absent, never 0, where Σ Den is 0 or a measure is not known.
type KPI struct {
	ID      string
	Label   locale.Text
	Doc     locale.Text
	Formula locale.Text
	Num     string  // a measure, or a sum as "sessions - engaged_sessions" or "conversions + 0.5 messages"
	Den     string  // the same; empty where Num is the value
	Scale   float64 // 1, or 1000 for a cost per mille
	Unit    Unit
	Better  int // which way is good: +1 up, -1 down, 0 neither
	// Additive KPIs may be summed over days and objects; a ratio of additive
	// sums may be recomputed over them; the others keep the window and the
	// level at which they were printed, and a wrong sum is refused with the reason.
	Additive bool
	Interval Interval
	// Volume is the measure whose sum says on how much data the value rests;
	// below MinVolume it is not judged, below LowVolume it is said to be low.
	Volume    string
	MinVolume float64
	LowVolume float64
	// Named: a question has to ask for it by name, since it rests on more than
	// what exports hold.
	Named bool
	// Confidential: it tells the agency's terms. No question answers it unless it
	// names it, no campaign may have a target on it, no edition holds it.
	Confidential bool
	Trap         locale.Text
}

// KPIs is the table, in the order in which it is printed.
var KPIs = slices.Concat(mainKPIs, leadKPIs, visibilityKPIs, videoKPIs, siteKPIs, auctionKPIs, mailKPIs, marginKPIs, pressureKPIs, steeringKPIs)

// mainKPIs are those of any campaign; the others are in kpitopics.go.
var mainKPIs = []KPI{
	{
		ID:       "impressions",
		Label:    locale.Text{EN: "Impressions", FR: "Impressions"},
		Doc:      locale.Text{EN: "How many times an ad was served.", FR: "Nombre de fois où une annonce a été diffusée."},
		Formula:  locale.Text{EN: "sum of impressions", FR: "somme des impressions"},
		Num:      "impressions",
		Scale:    1,
		Unit:     Count,
		Better:   +1,
		Additive: true,
		Trap: locale.Text{
			EN: "Platforms do not count alike: served, rendered or seen, with invalid traffic removed or not.",
			FR: "Les plateformes ne comptent pas de la même façon : servie, affichée ou vue, trafic invalide retiré ou non.",
		},
	},
	{
		ID:       "clicks",
		Label:    locale.Text{EN: "Clicks", FR: "Clics"},
		Doc:      locale.Text{EN: "Clicks that lead to the site.", FR: "Clics qui mènent au site."},
		Formula:  locale.Text{EN: "sum of clicks to the site", FR: "somme des clics vers le site"},
		Num:      "clicks",
		Scale:    1,
		Unit:     Count,
		Better:   +1,
		Additive: true,
		Trap: locale.Text{
			EN: "Meta’s “Clicks (all)” also hold likes and comments; a click is not yet a visit.",
			FR: "Les « Clics (tous) » de Meta comptent aussi les mentions J’aime et les commentaires ; un clic n’est pas encore une visite.",
		},
	},
	{
		ID:        "ctr",
		Label:     locale.Text{EN: "Click-through rate", FR: "Taux de clic"},
		Doc:       locale.Text{EN: "Share of impressions that were clicked.", FR: "Part des impressions qui ont reçu un clic."},
		Formula:   locale.Text{EN: "clicks ÷ impressions", FR: "clics ÷ impressions"},
		Num:       "clicks",
		Den:       "impressions",
		Scale:     1,
		Unit:      Rate,
		Better:    +1,
		Interval:  Wilson,
		Volume:    "clicks",
		MinVolume: 5,
		LowVolume: 100,
		Trap: locale.Text{
			EN: "This is the gross rate; the net rate divides by people. A mean of daily rates is wrong.",
			FR: "C’est le taux brut ; le taux net divise par le nombre de personnes. La moyenne des taux quotidiens est fausse.",
		},
	},
	{
		ID:       "spend",
		Label:    locale.Text{EN: "Media spend", FR: "Dépenses média"},
		Doc:      locale.Text{EN: "What the platforms charged for delivery, before tax and fees.", FR: "Ce que les plateformes ont facturé pour la diffusion, hors taxes et hors honoraires."},
		Formula:  locale.Text{EN: "sum of spend", FR: "somme des dépenses"},
		Num:      "spend",
		Scale:    1,
		Unit:     Money,
		Additive: true,
		Trap: locale.Text{
			EN: "Only sums of one currency make sense; the invoice may differ when a platform credits invalid clicks.",
			FR: "Seules les sommes d’une même devise ont un sens ; la facture peut différer si la plateforme rembourse des clics invalides.",
		},
	},
	{
		ID:        "cpc",
		Label:     locale.Text{EN: "Cost per click", FR: "Coût par clic"},
		Doc:       locale.Text{EN: "What one click cost.", FR: "Ce qu’a coûté un clic."},
		Formula:   locale.Text{EN: "spend ÷ clicks", FR: "dépenses ÷ clics"},
		Num:       "spend",
		Den:       "clicks",
		Scale:     1,
		Unit:      Money,
		Better:    -1,
		Interval:  CostPer,
		Volume:    "clicks",
		MinVolume: 5,
		LowVolume: 100,
		Trap: locale.Text{
			EN: "The average paid, not the maximum bid.",
			FR: "C’est la moyenne payée, pas l’enchère maximale.",
		},
	},
	{
		ID:        "cpm",
		Label:     locale.Text{EN: "Cost per mille", FR: "Coût pour mille"},
		Doc:       locale.Text{EN: "What a thousand impressions cost.", FR: "Ce qu’ont coûté mille impressions."},
		Formula:   locale.Text{EN: "spend ÷ impressions × 1,000", FR: "dépenses ÷ impressions × 1 000"},
		Num:       "spend",
		Den:       "impressions",
		Scale:     1000,
		Unit:      Money,
		Better:    -1,
		Interval:  LogDelta,
		Volume:    "impressions",
		MinVolume: 100,
		LowVolume: 1000,
		Trap: locale.Text{
			EN: "Per thousand impressions served, not seen.",
			FR: "Pour mille impressions servies, pas vues.",
		},
	},
	{
		ID:       "conversions",
		Label:    locale.Text{EN: "Conversions", FR: "Conversions"},
		Doc:      locale.Text{EN: "Actions that the brief counts as its result, as the platforms attribute them.", FR: "Actions que la campagne compte comme son résultat, telles que les plateformes les attribuent."},
		Formula:  locale.Text{EN: "sum of the conversions of each channel’s definition", FR: "somme des conversions, selon la définition de chaque levier"},
		Num:      "conversions",
		Scale:    1,
		Unit:     Count,
		Better:   +1,
		Additive: true,
		Trap: locale.Text{
			EN: "Booked on the day of the click and still growing for up to 30 days; two platforms may both claim the same one.",
			FR: "Comptées au jour du clic, elles augmentent encore jusqu’à 30 jours ; deux plateformes peuvent revendiquer la même.",
		},
	},
	{
		ID:        "cvr",
		Label:     locale.Text{EN: "Conversion rate", FR: "Taux de transformation"},
		Doc:       locale.Text{EN: "Conversions for each click.", FR: "Conversions rapportées aux clics."},
		Formula:   locale.Text{EN: "conversions ÷ clicks", FR: "conversions ÷ clics"},
		Num:       "conversions",
		Den:       "clicks",
		Scale:     1,
		Unit:      Rate,
		Better:    +1,
		Interval:  Wilson,
		Volume:    "conversions",
		MinVolume: 5,
		LowVolume: 25,
		Trap: locale.Text{
			EN: "May pass 100%: one click can give several conversions. Other tools divide by sessions or by users.",
			FR: "Peut dépasser 100 % : un clic peut donner plusieurs conversions. D’autres outils divisent par les sessions ou par les utilisateurs.",
		},
	},
	{
		ID:        "cpa",
		Label:     locale.Text{EN: "Cost per acquisition", FR: "Coût par acquisition (CPA)"},
		Doc:       locale.Text{EN: "What one conversion cost.", FR: "Ce qu’a coûté une conversion."},
		Formula:   locale.Text{EN: "spend ÷ conversions", FR: "dépenses ÷ conversions"},
		Num:       "spend",
		Den:       "conversions",
		Scale:     1,
		Unit:      Money,
		Better:    -1,
		Interval:  CostPer,
		Volume:    "conversions",
		MinVolume: 5,
		LowVolume: 25,
		Trap: locale.Text{
			EN: "Absent, not 0, without a conversion; too high on the last days, whose conversions are still coming in.",
			FR: "Absent, et non nul, sans conversion ; trop haut sur les derniers jours, dont des conversions restent à venir.",
		},
	},
	{
		ID:       "conversion_value",
		Label:    locale.Text{EN: "Conversion value", FR: "Valeur de conversion"},
		Doc:      locale.Text{EN: "Value that the platforms attribute to the conversions.", FR: "Valeur que les plateformes attribuent aux conversions (chiffre d’affaires attribué)."},
		Formula:  locale.Text{EN: "sum of conversion value", FR: "somme des valeurs de conversion"},
		Num:      "conversion_value",
		Scale:    1,
		Unit:     Money,
		Better:   +1,
		Additive: true,
		Trap: locale.Text{
			EN: "With or without tax, shipping and returns, as the client’s tag sends it.",
			FR: "Avec ou sans taxes, frais de port et retours, selon ce qu’envoie la balise du client.",
		},
	},
	{
		ID:        "roas",
		Label:     locale.Text{EN: "Return on ad spend (ROAS)", FR: "Retour sur dépenses publicitaires (ROAS)"},
		Doc:       locale.Text{EN: "Conversion value for each unit of spend.", FR: "Valeur de conversion pour chaque euro dépensé."},
		Formula:   locale.Text{EN: "conversion value ÷ spend", FR: "valeur de conversion ÷ dépenses"},
		Num:       "conversion_value",
		Den:       "valued_spend",
		Scale:     1,
		Unit:      Times,
		Better:    +1,
		Interval:  LogDelta,
		Volume:    "valued_conversions",
		MinVolume: 5,
		LowVolume: 10,
		Trap: locale.Text{
			EN: "Not a profit; one large order can carry it. Spend on channels whose exports have no value is left out.",
			FR: "Ce n’est pas un bénéfice ; une seule grosse commande peut le porter. Les dépenses des leviers dont les exports n’ont pas de valeur ne sont pas comptées.",
		},
	},
	{
		ID:        "aov",
		Label:     locale.Text{EN: "Average order value", FR: "Panier moyen"},
		Doc:       locale.Text{EN: "Value of one conversion.", FR: "Valeur d’une conversion."},
		Formula:   locale.Text{EN: "conversion value ÷ conversions", FR: "valeur de conversion ÷ conversions"},
		Num:       "conversion_value",
		Den:       "valued_conversions",
		Scale:     1,
		Unit:      Money,
		Better:    +1,
		Interval:  LogDelta,
		Volume:    "valued_conversions",
		MinVolume: 5,
		LowVolume: 10,
		Trap: locale.Text{
			EN: "A single large order moves it.",
			FR: "Une seule grosse commande le déplace.",
		},
	},
	{
		ID:      "reach",
		Label:   locale.Text{EN: "Reach", FR: "Couverture"},
		Doc:     locale.Text{EN: "People who saw an ad at least once, in the window and at the level where the platform counted them.", FR: "Personnes qui ont vu une annonce au moins une fois, dans la fenêtre et au niveau où la plateforme les a comptées."},
		Formula: locale.Text{EN: "as printed by the platform", FR: "telle que la plateforme l’imprime"},
		Num:     "reach",
		Scale:   1,
		Unit:    Count,
		Better:  +1,
		Trap: locale.Text{
			EN: "Never adds up: the same person is counted on each day, in each ad set and on each platform.",
			FR: "Ne s’additionne jamais : la même personne est comptée chaque jour, dans chaque ensemble et sur chaque plateforme.",
		},
	},
	{
		ID:      "frequency",
		Label:   locale.Text{EN: "Average frequency", FR: "Répétition moyenne"},
		Doc:     locale.Text{EN: "How often a person reached saw an ad, in the same window and at the same level.", FR: "Nombre moyen de fois où une personne touchée a vu une annonce, dans la même fenêtre et au même niveau."},
		Formula: locale.Text{EN: "impressions ÷ reach", FR: "impressions ÷ couverture"},
		Num:     "impressions",
		Den:     "reach",
		Scale:   1,
		Unit:    Ratio,
		Better:  0,
		Trap: locale.Text{
			EN: "Cannot be averaged or recomputed over several days, since reach does not add up.",
			FR: "Ne se moyenne ni ne se recalcule sur plusieurs jours, puisque la couverture ne s’additionne pas.",
		},
	},
}

// LookupKPI finds a KPI by id.
func LookupKPI(id string) (KPI, bool) {
	for _, k := range KPIs {
		if k.ID == id {
			return k, true
		}
	}
	return KPI{}, false
}

// Table are the KPIs that can be asked of a scope: Vigie's, then the agency's own.
func (s *Scope) Table() []KPI { return slices.Concat(KPIs, s.own) }

// KPI finds one of them by id.
func (s *Scope) KPI(id string) (KPI, bool) {
	if k, ok := s.ownKPI(id); ok {
		return k, true
	}
	return LookupKPI(id)
}

func (s *Scope) ownKPI(id string) (KPI, bool) {
	for _, k := range s.own {
		if k.ID == id {
			return k, true
		}
	}
	return KPI{}, false
}

// OwnKPIs are the agency's own KPIs, as its workspace defines them.
func OwnKPIs(a *agency.Agency) []KPI {
	if a == nil {
		return nil
	}
	var list []KPI
	for _, own := range a.KPIs {
		k := KPI{
			ID: own.ID, Label: own.Label, Doc: own.Definition, Num: sumOf(own.Num), Den: sumOf(own.Den),
			Scale: own.Scale, Unit: Unit(own.Unit), Better: own.Better, Additive: len(own.Den) == 0,
		}
		k.Formula = locale.Text{EN: formula(own, locale.EN), FR: formula(own, locale.FR)}
		if k.Den != "" {
			k.Interval, k.Volume, k.MinVolume, k.LowVolume = LogDelta, k.Den, own.Minimum, own.Minimum
		}
		list = append(list, k)
	}
	return list
}

// sumOf writes a sum as Num and Den hold it.
func sumOf(list []agency.Term) string {
	var b strings.Builder
	for i, t := range list {
		times := t.Times
		switch {
		case times < 0 && i == 0:
			b.WriteString("- ")
		case times < 0:
			b.WriteString(" - ")
		case i > 0:
			b.WriteString(" + ")
		}
		if times = max(times, -times); times != 1 {
			b.WriteString(strconv.FormatFloat(times, 'f', -1, 64) + " ")
		}
		b.WriteString(t.Measure)
	}
	return b.String()
}

// formula writes what an own KPI is made of as people read it.
func formula(k *agency.KPI, l locale.Lang) string {
	sum := func(list []agency.Term) string {
		var b strings.Builder
		for i, t := range list {
			times := t.Times
			switch {
			case times < 0 && i == 0:
				b.WriteString("− ")
			case times < 0:
				b.WriteString(" − ")
			case i > 0:
				b.WriteString(" + ")
			}
			if times = max(times, -times); times != 1 {
				b.WriteString(number(l, times) + " × ")
			}
			b.WriteString(t.Measure)
		}
		if len(list) > 1 && len(k.Den) > 0 {
			return "(" + b.String() + ")"
		}
		return b.String()
	}
	s := sum(k.Num)
	if len(k.Den) > 0 {
		s += " ÷ " + sum(k.Den)
	}
	if k.Scale != 1 {
		s += " × " + number(l, k.Scale)
	}
	return s
}

// number writes a coefficient with the decimals that it has.
func number(l locale.Lang, v float64) string {
	_, decimals, _ := strings.Cut(strconv.FormatFloat(v, 'f', -1, 64), ".")
	return l.Number(v, len(decimals))
}

// Format writes a value of the KPI as people read it; a value that is absent
// is a dash. Currency is an ISO code.
func (k KPI) Format(v float64, l locale.Lang, currency string) string {
	switch k.Unit {
	case Count:
		return l.Count(v)
	case Money:
		return l.Money(v, currency, 2)
	case Price:
		return l.Money(v, currency, 3)
	case Hours:
		return l.Number(v, 0) + locale.NBSP + "h"
	case Rate:
		return l.Percent(v, 2)
	case Times:
		return l.Times(v, 2)
	case Ratio:
		return l.Number(v, 1)
	}
	panic(fmt.Sprintf("metrics: KPI %s has no unit", k.ID))
}
