package simulate

import (
	"fmt"
	"slices"
	"strings"

	"vigie/internal/locale"
)

// influence is what the plants do to one entity on one day: factors in
// millionths, one being nothing.
type influence struct {
	plan     int64 // of the day's plan: returns do not change with it
	demand   int64
	auction  int64 // of the cost of impressions
	ctr, cvr int64
	reach    int64
	recorded int64 // of conversions: what a tag still records
	value    int64
	cap      int64 // of an average day's plan, beyond which nothing is spent; 0: none
	copies   int   // more times that each conversion is counted
	whale    int64 // an order more, this many times the usual value
	slow     bool
}

// untouched is a day to which nothing happens.
var untouched = influence{plan: million, demand: million, auction: million, ctr: million, cvr: million, reach: million, recorded: million, value: million}

// plant is something that happens to some entities from one day to another.
type plant struct {
	kind        *kind
	entities    []int // positions, in order
	first, last locale.Day
	ramp        int   // days until it has its full strength; 0: at once
	size        int64 // its magnitude, in millionths: a factor, or a share
	severity    string

	effect influence // at full strength
	rest   []int     // entities that get what the others lose, as in a shift of budget
	gain   influence // theirs

	// What happens to the exports only: amounts are multiplied from the first day
	// on, days are copies of those so many days before, or are left out.
	unit     int64
	copied   locale.Day
	withheld bool
	fee      *terms
}

// terms are what an agency earns and what it costs.
type terms struct {
	percent      int64 // of spend, in thousandths
	hours, price int64 // whole euros an hour
}

// factor is how much of an effect has come in by a day.
func (p plant) factor(full int64, d locale.Day) int64 {
	if n := int64(d-p.first) + 1; p.ramp > 0 && n < int64(p.ramp) {
		return million + (full-million)*n/int64(p.ramp)
	}
	return full
}

// influence is what all plants do to an entity on a day.
func (s *scenario) influence(i int, d locale.Day) influence {
	return s.influenceWithout(i, d, -1)
}

// influenceWithout leaves one plant out.
func (s *scenario) influenceWithout(i int, d locale.Day, skip int) influence {
	in := untouched
	for n, p := range s.plants {
		if n == skip || d < p.first || d > p.last {
			continue
		}
		effect := p.effect
		if _, ok := slices.BinarySearch(p.entities, i); !ok {
			if _, ok := slices.BinarySearch(p.rest, i); !ok {
				continue
			}
			effect = p.gain
		}
		if p.kind != nil && p.kind.weekend && d.Weekday() < 5 {
			continue
		}
		for _, f := range []struct {
			to *int64
			by int64
		}{
			{&in.plan, effect.plan}, {&in.demand, effect.demand}, {&in.auction, effect.auction}, {&in.ctr, effect.ctr}, {&in.cvr, effect.cvr},
			{&in.reach, effect.reach}, {&in.recorded, effect.recorded}, {&in.value, effect.value},
		} {
			if f.by != million {
				*f.to = part(*f.to, p.factor(f.by, d))
			}
		}
		if effect.cap > 0 {
			in.cap = effect.cap
		}
		in.copies += effect.copies
		in.whale += effect.whale
		in.slow = in.slow || effect.slow
	}
	return in
}

// with is what is untouched but for what set changes.
func with(set func(*influence)) influence {
	in := untouched
	set(&in)
	return in
}

// kind is a kind of truth that can be planted.
type kind struct {
	id    string
	title locale.Text
	// distractor: nothing is to be found.
	distractor bool
	weekend    bool // on Saturdays and Sundays only
	where      scopeKind
	// days is how long it lasts at least and at most; 0: to the end of the data.
	shortest, longest int64
	whole             bool // from the first day of the flight on
	visible           int  // days after its start before it can be seen at all
	least             int  // the smallest size that it needs: 0 is S
	sizes             [3][2]int64
	set               func(p *plant, size int64, x *exercise, src *source)
	expect, accept    []string
	action            locale.Text
}

// scopeKind is what a kind happens to.
type scopeKind int

const (
	aPlatform scopeKind = iota // all campaigns of it
	aChannel
	aCampaign
	anAd
	everything
	aSmallCampaign
	abroad // the platform where people are met at their work
)

// pct is a percentage in millionths.
func pct(n int64) int64 { return n * million / 100 }

// severities are how strongly something is planted.
var severities = []string{"mild", "medium", "strong"}

// kinds are what can be planted: the nineteen of the catalogue in its order, and
// three more from what teachers bait classes with. sizes are the lowest and the
// highest magnitude of each severity, in millionths.
//
// expect are the rules that ought to find it, accept those whose finding is right
// too. Rules are named by their ids, whether they exist yet or not; what an import
// says has the id of its check after "check:".
var kinds = []kind{
	{
		id: "tracking-outage", title: locale.Text{EN: "The tag of a platform records almost nothing", FR: "La balise d’une plateforme n’enregistre presque plus rien"},
		where: aPlatform, shortest: 2, longest: 7, visible: 2, sizes: [3][2]int64{{pct(12), pct(15)}, {pct(5), pct(11)}, {0, pct(4)}},
		set:    func(p *plant, f int64, _ *exercise, _ *source) { p.effect.recorded = f },
		expect: []string{"tracking-outage"}, accept: []string{"cvr-change", "cpa-change", "roas-change", "level-shift"},
		action: locale.Text{EN: "Repair the tag, leave these days out of every comparison, change no budget because of them.", FR: "Réparer la balise, écarter ces jours de toute comparaison, ne changer aucun budget à cause d’eux."},
	},
	{
		id: "creative-fatigue", title: locale.Text{EN: "An ad wears out", FR: "Une publicité s’use"},
		where: anAd, visible: 14, sizes: [3][2]int64{{pct(70), pct(75)}, {pct(60), pct(69)}, {pct(50), pct(59)}},
		set: func(p *plant, f int64, _ *exercise, src *source) {
			p.ramp = int(src.between(21, 28))
			p.effect.ctr = f
			p.effect.reach = (million + f) / 2 // the same people see it again
		},
		expect: []string{"fatigue"}, accept: []string{"cpc-change", "trend", "level-shift", "cpa-change"},
		action: locale.Text{EN: "Replace the ad.", FR: "Remplacer la publicité."},
	},
	{
		id: "cpc-inflation", title: locale.Text{EN: "Auctions become dearer", FR: "Les enchères renchérissent"},
		where: aChannel, visible: 7, sizes: [3][2]int64{{pct(115), pct(122)}, {pct(123), pct(135)}, {pct(136), pct(150)}},
		set:    func(p *plant, f int64, _ *exercise, _ *source) { p.ramp, p.effect.auction = 14, f },
		expect: []string{"cpc-change"}, accept: []string{"trend", "cpa-change", "roas-change", "level-shift", "competitor"},
		action: locale.Text{EN: "Review bids and targeting; count on fewer clicks for the same budget.", FR: "Revoir enchères et ciblage\u00a0; compter sur moins de clics à budget égal."},
	},
	{
		id: "competitor", title: locale.Text{EN: "A competitor enters", FR: "Un concurrent arrive"},
		where: aChannel, visible: 7, sizes: [3][2]int64{{pct(115), pct(118)}, {pct(119), pct(122)}, {pct(123), pct(128)}},
		set: func(p *plant, f int64, _ *exercise, _ *source) {
			p.effect.auction, p.effect.ctr = f, million-(f-million)*6/10
		},
		expect: []string{"competitor", "cpc-change"}, accept: []string{"level-shift", "cpa-change", "roas-change", "trend"},
		action: locale.Text{EN: "Look at the auction insights; improve the offer in the ad before raising bids.", FR: "Consulter les statistiques d’enchères\u00a0; améliorer l’offre de l’annonce avant de monter les enchères."},
	},
	{
		id: "budget-cap", title: locale.Text{EN: "A daily cap keeps a campaign from spending", FR: "Un plafond quotidien empêche une campagne de dépenser"},
		where: aCampaign, visible: 7, sizes: [3][2]int64{{pct(75), pct(80)}, {pct(67), pct(74)}, {pct(60), pct(66)}},
		set:    func(p *plant, f int64, _ *exercise, _ *source) { p.effect.cap = f },
		expect: []string{"budget-cap"}, accept: []string{"budget-pace", "level-shift", "mix-shift"},
		action: locale.Text{EN: "Raise the cap, or give the money to a channel that can spend it.", FR: "Relever le plafond, ou donner l’argent à un levier qui peut le dépenser."},
	},
	{
		id: "winner", title: locale.Text{EN: "An ad converts better than its siblings and is shown little", FR: "Une publicité convertit mieux que ses sœurs et diffuse peu"},
		where: anAd, whole: true, visible: 14, sizes: [3][2]int64{{pct(130), pct(139)}, {pct(140), pct(149)}, {pct(150), pct(160)}},
		set: func(p *plant, f int64, x *exercise, _ *source) {
			p.effect.cvr = f
			own := x.entities[p.entities[0]].campaign
			x.handOver(p, pct(60), func(e entity) bool { return e.campaign == own })
		},
		expect: []string{"winner"},
		action: locale.Text{EN: "Give it more of the ad group’s budget, step by step.", FR: "Lui donner, par étapes, plus du budget du groupe."},
	},
	{
		id: "dead-audience", title: locale.Text{EN: "An audience that never converts", FR: "Une audience qui ne convertit pas"},
		where: aCampaign, whole: true, visible: 14, sizes: [3][2]int64{{pct(13), pct(15)}, {pct(9), pct(12)}, {pct(5), pct(8)}},
		set:    func(p *plant, f int64, _ *exercise, _ *source) { p.effect.cvr = f },
		expect: []string{"dead-audience"},
		action: locale.Text{EN: "Stop it and move its budget.", FR: "L’arrêter et déplacer son budget."},
	},
	{
		id: "lag-shift", title: locale.Text{EN: "Conversions come in later than before", FR: "Les conversions arrivent plus tard qu’avant"},
		where: aPlatform, visible: 14, sizes: [3][2]int64{{pct(200), pct(200)}, {pct(200), pct(200)}, {pct(200), pct(200)}},
		set:    func(p *plant, _ int64, _ *exercise, _ *source) { p.effect.slow = true },
		expect: []string{"immature"}, accept: []string{"cpa-change", "cvr-change", "roas-change"},
		action: locale.Text{EN: "Wait longer before judging recent days; change nothing because of them.", FR: "Attendre plus longtemps avant de juger les derniers jours\u00a0; ne rien changer à cause d’eux."},
	},
	{
		id: "weekday-pattern", title: locale.Text{EN: "Weekends convert half as well", FR: "Le week-end convertit deux fois moins"}, weekend: true,
		where: abroad, whole: true, visible: 28, least: 1, sizes: [3][2]int64{{pct(58), pct(65)}, {pct(48), pct(57)}, {pct(38), pct(47)}},
		set:    func(p *plant, f int64, _ *exercise, _ *source) { p.effect.cvr = f },
		expect: []string{"weekday-pattern"},
		action: locale.Text{EN: "Spend less at weekends.", FR: "Dépenser moins le week-end."},
	},
	{
		id: "unit-change", title: locale.Text{EN: "The amounts of an account change their unit", FR: "Les montants d’un compte changent d’unité"},
		where: aPlatform, visible: 3, sizes: [3][2]int64{{pct(92), pct(92)}, {pct(108), pct(108)}, {pct(10_000), pct(10_000)}},
		set:    func(p *plant, f int64, _ *exercise, _ *source) { p.unit = f },
		expect: []string{"unit-change", "check:unit-step", "check:amounts-scale"}, accept: []string{"cpc-change", "cpa-change", "roas-change", "level-shift"},
		action: locale.Text{EN: "Export the account again in one currency; trust no cost until then.", FR: "Réexporter le compte dans une seule devise\u00a0; ne croire aucun coût d’ici là."},
	},
	{
		id: "repeated-days", title: locale.Text{EN: "Days that are copies of others", FR: "Des jours copiés sur d’autres"},
		where: aPlatform, shortest: 2, longest: 3, visible: 1, sizes: [3][2]int64{{million, million}, {million, million}, {million, million}},
		set:    func(p *plant, _ int64, _ *exercise, _ *source) { p.copied = p.last - p.first + 1 },
		expect: []string{"repeated-days", "check:day-twice"},
		action: locale.Text{EN: "Export these days again.", FR: "Réexporter ces jours."},
	},
	{
		id: "missing-days", title: locale.Text{EN: "Days missing from the exports of a platform", FR: "Des jours absents des exports d’une plateforme"},
		where: aPlatform, shortest: 3, longest: 5, visible: 1, sizes: [3][2]int64{{million, million}, {million, million}, {million, million}},
		set:    func(p *plant, _ int64, _ *exercise, _ *source) { p.withheld = true },
		expect: []string{"missing-days", "check:days-missing"},
		action: locale.Text{EN: "Export the whole range again; missing is not zero.", FR: "Réexporter toute la période\u00a0; absent n’est pas zéro."},
	},
	{
		id: "landing-page", title: locale.Text{EN: "A landing page breaks", FR: "Une page de destination casse"},
		where: aChannel, visible: 7, sizes: [3][2]int64{{pct(72), pct(78)}, {pct(62), pct(71)}, {pct(50), pct(61)}},
		set:    func(p *plant, f int64, _ *exercise, _ *source) { p.effect.cvr = f },
		expect: []string{"cvr-change", "level-shift"}, accept: []string{"cpa-change", "roas-change", "tracking-outage", "trend"},
		action: locale.Text{EN: "Test the page and the form; go back to the version before.", FR: "Tester la page et le formulaire\u00a0; revenir à la version précédente."},
	},
	{
		id: "mix-shift", title: locale.Text{EN: "Budget moves to a channel that converts less", FR: "Le budget glisse vers un levier qui convertit moins"},
		where: aChannel, visible: 7, least: 1, sizes: [3][2]int64{{pct(65), pct(70)}, {pct(50), pct(64)}, {pct(35), pct(49)}},
		set:    shiftMix,
		expect: []string{"mix-shift"}, accept: []string{"cpa-change", "budget-pace", "level-shift", "roas-change"},
		action: locale.Text{EN: "Compare channel by channel; move the budget back.", FR: "Comparer levier par levier\u00a0; remettre le budget où il était."},
	},
	{
		id: "holiday-bump", title: locale.Text{EN: "A few days of high demand around the national holiday", FR: "Quelques jours de forte demande autour du 14\u00a0juillet"}, distractor: true,
		where: everything, shortest: 3, longest: 5, visible: 1, sizes: [3][2]int64{{pct(140), pct(160)}, {pct(161), pct(190)}, {pct(191), pct(220)}},
		set:    func(p *plant, f int64, _ *exercise, _ *source) { p.effect.demand = f },
		action: locale.Text{EN: "None: look at the calendar.", FR: "Aucune\u00a0: regarder le calendrier."},
	},
	{
		id: "lucky-campaign", title: locale.Text{EN: "A tiny campaign that was lucky", FR: "Une toute petite campagne qui a eu de la chance"}, distractor: true,
		where: aSmallCampaign, whole: true, visible: 14, sizes: [3][2]int64{{pct(300), pct(300)}, {pct(300), pct(300)}, {pct(300), pct(300)}},
		set: func(p *plant, f int64, x *exercise, _ *source) {
			// Its luck is what its conversions show: of three times as many as its
			// rate would give. Spend is that of 35 clicks over the days of the data.
			p.effect.cvr = f
			own := x.entities[p.entities[0]].channel
			x.handOver(p, x.clicksOnly(p.entities, 35), func(e entity) bool { return e.channel == own })
		},
		action: locale.Text{EN: "None: too few clicks to say anything.", FR: "Aucune\u00a0: trop peu de clics pour en dire quoi que ce soit."},
	},
	{
		id: "adjustment-works", title: locale.Text{EN: "An adjustment that works", FR: "Un ajustement qui marche"},
		where: aChannel, visible: 14, sizes: [3][2]int64{{pct(118), pct(124)}, {pct(125), pct(134)}, {pct(135), pct(150)}},
		set:    func(p *plant, f int64, _ *exercise, _ *source) { p.effect.cvr = f },
		expect: []string{"cvr-change", "cpa-change"}, accept: []string{"level-shift", "roas-change", "trend"},
		action: locale.Text{EN: "Keep it.", FR: "Le garder."},
	},
	{
		id: "adjustment-idle", title: locale.Text{EN: "An adjustment after a bad week, without any effect", FR: "Un ajustement après une mauvaise semaine, sans aucun effet"}, distractor: true,
		where: aChannel, shortest: 7, longest: 7, visible: 7, sizes: [3][2]int64{{pct(76), pct(80)}, {pct(70), pct(75)}, {pct(65), pct(69)}},
		set:    func(p *plant, f int64, _ *exercise, _ *source) { p.effect.cvr = f },
		accept: []string{"cvr-change", "cpa-change", "roas-change"},
		action: locale.Text{EN: "None: the week after a bad one is better by itself.", FR: "Aucune\u00a0: après une mauvaise semaine, la suivante est meilleure d’elle-même."},
	},
	{
		id: "bot-clicks", title: locale.Text{EN: "Clicks that are no people", FR: "Des clics qui ne sont pas des personnes"},
		where: aCampaign, shortest: 7, longest: 14, visible: 3, sizes: [3][2]int64{{pct(160), pct(170)}, {pct(171), pct(185)}, {pct(186), pct(220)}},
		set: func(p *plant, f int64, _ *exercise, _ *source) {
			p.effect.ctr, p.effect.cvr = f, mulDiv(million, million, f)
		},
		expect: []string{"bot-clicks"}, accept: []string{"cvr-change", "cpc-change", "level-shift"},
		action: locale.Text{EN: "Exclude placements and networks that bring them; ask the platform for a refund.", FR: "Exclure les emplacements et réseaux qui les apportent\u00a0; demander un remboursement à la plateforme."},
	},
	{
		id: "margin-trap", title: locale.Text{EN: "The client’s best cost per acquisition, and the agency loses money", FR: "Le meilleur coût par acquisition du client, et l’agence perd de l’argent"},
		where: everything, whole: true, visible: 14, sizes: [3][2]int64{{pct(140), pct(160)}, {pct(161), pct(200)}, {pct(201), pct(260)}},
		set:    trapMargin,
		expect: []string{"margin-trap"},
		action: locale.Text{EN: "Renegotiate the fee, or spend fewer hours.", FR: "Renégocier les honoraires, ou y passer moins d’heures."},
	},
	{
		id: "double-tagging", title: locale.Text{EN: "Each conversion is counted twice", FR: "Chaque conversion est comptée deux fois"},
		where: aPlatform, visible: 3, sizes: [3][2]int64{{pct(200), pct(200)}, {pct(200), pct(200)}, {pct(200), pct(200)}},
		set:    func(p *plant, _ int64, _ *exercise, _ *source) { p.effect.copies = 1 },
		expect: []string{"double-tagging"}, accept: []string{"cvr-change", "cpa-change", "roas-change", "level-shift"},
		action: locale.Text{EN: "Take out the second tag; halve the conversions since.", FR: "Retirer la seconde balise\u00a0; diviser par deux les conversions depuis."},
	},
	{
		id: "whale-order", title: locale.Text{EN: "One big order makes the return on ad spend", FR: "Une grosse commande fait le ROAS"},
		where: anAd, shortest: 1, longest: 1, visible: 1, sizes: [3][2]int64{{pct(2_000), pct(2_500)}, {pct(2_600), pct(4_000)}, {pct(4_100), pct(6_000)}},
		set:    func(p *plant, f int64, _ *exercise, _ *source) { p.effect.whale = f },
		expect: []string{"whale-order"}, accept: []string{"roas-change"},
		action: locale.Text{EN: "Report the return with and without it.", FR: "Donner le ROAS avec et sans elle."},
	},
	{
		id: "brand-hides-generic", title: locale.Text{EN: "Brand search hides that generic search converts less", FR: "La marque cache que la recherche générique convertit moins"},
		where: aPlatform, visible: 14, sizes: [3][2]int64{{pct(72), pct(78)}, {pct(62), pct(71)}, {pct(50), pct(61)}},
		set:    hideGeneric,
		expect: []string{"brand-hides-generic"}, accept: []string{"cvr-change", "cpa-change", "level-shift", "roas-change"},
		action: locale.Text{EN: "Judge brand and generic apart.", FR: "Juger la marque et le générique séparément."},
	},
}

// Kind is something that can be planted.
type Kind struct {
	ID         string
	Title      locale.Text
	Distractor bool // nothing is to be found
	// Expect are the rules that ought to find it, Accept those that are right too.
	Expect, Accept []string
}

// Kinds are what can be planted, in the order of the catalogue.
func Kinds() (list []Kind) {
	for _, k := range kinds {
		list = append(list, Kind{k.id, k.title, k.distractor, k.expect, k.accept})
	}
	return list
}

// PlantError says why something cannot be planted.
type PlantError struct{ Text locale.Text }

func (e *PlantError) Error() string { return e.Text.EN }

func cannot(en, fr string, args ...any) error {
	return &PlantError{locale.Text{EN: fmt.Sprintf(en, args...), FR: fmt.Sprintf(fr, args...)}}
}

func lookupKind(id string) *kind {
	for i := range kinds {
		if kinds[i].id == id {
			return &kinds[i]
		}
	}
	return nil
}

// needs says that a kind needs a larger size than the one given.
func (k *kind) needs(size Size) bool { return size.rank() < k.least }

// shiftMix takes budget from a channel and gives it to the one whose conversions
// cost most.
func shiftMix(p *plant, f int64, x *exercise, _ *source) {
	worst := x.dearest(x.entities[p.entities[0]].channel)
	x.handOver(p, f, func(e entity) bool { return e.channel == worst })
}

// handOver leaves the entities of a plant a part of their budget, and gives the rest,
// euro for euro, to others.
func (x *exercise) handOver(p *plant, f int64, to func(entity) bool) {
	var lost, base int64
	for i, e := range x.entities {
		if slices.Contains(p.entities, i) {
			lost += part(e.daily, million-f)
		} else if to(e) {
			base += e.daily
			p.rest = append(p.rest, i)
		}
	}
	p.effect.plan = f
	if base > 0 {
		p.gain = with(func(in *influence) { in.plan = mulDiv(base+lost, million, base) })
	}
}

// hideGeneric makes brand campaigns convert more by as much as the others convert
// less, so that the platform as a whole stays where it was.
func hideGeneric(p *plant, f int64, x *exercise, _ *source) {
	var generic []int
	var fall, brand int64 // expected conversions a day, in millionths
	for _, i := range p.entities {
		e := x.entities[i]
		a := mulDiv(part(e.daily, e.cvr)*10_000, million, e.cpc)
		if strings.Contains(e.campaign, "MARQUE") {
			p.rest, brand = append(p.rest, i), brand+a
		} else {
			generic, fall = append(generic, i), fall+part(a, million-f)
		}
	}
	p.entities, p.effect.cvr = generic, f
	p.gain = with(func(in *influence) { in.cvr = mulDiv(brand+fall, million, max(brand, 1)) })
}

// trapMargin pays the agency a fee that does not pay for its hours, for a campaign
// whose cost per acquisition is better than its client hoped for. Nothing in the
// exports shows it.
func trapMargin(p *plant, f int64, x *exercise, _ *source) {
	t := &terms{percent: 60, price: 35}
	fee := x.budget() * t.percent / 1000 // whole euros
	t.hours = mulDiv(fee, f, million*t.price)
	p.fee = t
}

// place chooses what is planted: what is wanted, or as much as belongs to the size.
// Every choice has its own stream; a plant that would hide another one is moved, and
// where there is no room another kind takes its place.
func (x *exercise) place(wanted []string) error {
	for _, id := range wanted {
		switch k := lookupKind(id); {
		case k == nil:
			return cannot("%q cannot be planted; what can is listed by vigie simulate --help", "«\u00a0%s\u00a0» ne peut pas être planté\u00a0; ce qui peut l’être est dans vigie simulate --help", id)
		case slices.Contains(x.planted(), id):
			return cannot("%s is named twice", "%s est nommé deux fois", id)
		case k.needs(x.Size):
			return cannot("%s needs a data set of size %s or larger", "%s demande un jeu de données de taille %s ou plus", id, sizes[k.least])
		case !x.add(k):
			return cannot("there is no room for %s beside what is planted (%s): plant fewer, or choose a larger size or another seed",
				"il n’y a pas de place pour %s à côté de ce qui est planté (%s)\u00a0: plantez moins, ou choisissez une taille plus grande ou une autre graine", id, strings.Join(x.planted(), ", "))
		}
	}
	if len(wanted) == 0 {
		n := sizePlants[x.Size.rank()]
		truths, distractors := x.shuffled()
		// Distractors first: they have the fewest places.
		for _, part := range []struct {
			list []*kind
			most int
		}{{distractors, n[1]}, {truths, n[0] + n[1]}} {
			for _, k := range part.list {
				if len(x.plants) < part.most {
					x.add(k)
				}
			}
		}
	}
	slices.SortStableFunc(x.plants, func(a, b plant) int {
		if a.first != b.first {
			return int(a.first - b.first)
		}
		return strings.Compare(a.kind.id, b.kind.id)
	})
	return nil
}

// add plants a kind, if there is room for it.
func (x *exercise) add(k *kind) bool {
	p, ok := x.find(k)
	if ok {
		x.plants = append(x.plants, p)
	}
	return ok
}

func (x *exercise) planted() (ids []string) {
	for _, p := range x.plants {
		ids = append(ids, p.kind.id)
	}
	return ids
}

// shuffled are the kinds that the size has room for, in an order drawn from the
// seed: those that hold a truth, and those that distract.
func (x *exercise) shuffled() (truths, distractors []*kind) {
	src := stream(x.seed, "kinds")
	for i := range kinds {
		switch k := &kinds[i]; {
		case k.needs(x.Size):
		case k.distractor:
			distractors = append(distractors, k)
		default:
			truths = append(truths, k)
		}
	}
	for _, list := range [][]*kind{truths, distractors} {
		for i := range list { // Fisher and Yates
			j := src.between(int64(i), int64(len(list)-1))
			list[i], list[j] = list[j], list[i]
		}
	}
	return truths, distractors
}

// find draws where and when a kind is planted, until it hides no other plant.
func (x *exercise) find(k *kind) (plant, bool) {
	src := stream(x.seed, "plant", k.id)
	for range 60 {
		at := int(src.below(3))
		size := src.between(k.sizes[at][0], k.sizes[at][1])
		p := plant{kind: k, size: size, severity: severities[at], effect: untouched, gain: untouched, unit: million}
		if !x.target(&p, src) {
			continue
		}
		x.when(&p, src)
		if k.set(&p, size, x, src); len(p.entities) > 0 && !x.hides(p) {
			return p, true
		}
	}
	return plant{}, false
}

// target draws the entities of a plant.
func (x *exercise) target(p *plant, src *source) bool {
	e := x.entities[src.below(uint64(len(x.entities)))]
	in := func(other entity) bool { return true }
	switch p.kind.where {
	case aPlatform:
		in = func(o entity) bool { return o.platform == e.platform }
		if p.kind.id == "brand-hides-generic" {
			in = func(o entity) bool { return o.channel == "search" }
		}
	case aChannel:
		in = func(o entity) bool { return o.channel == e.channel }
		if p.kind.id == "mix-shift" && x.dearest(e.channel) == "" {
			return false
		}
	case aCampaign:
		in = func(o entity) bool { return o.campaign == e.campaign }
		if p.kind.id == "dead-audience" && x.shareOf(e.campaign) < minDeadShare {
			return false
		}
	case anAd:
		if p.kind.id == "whale-order" && e.value == 0 {
			return false
		}
		in = func(o entity) bool { return o.campaign == e.campaign && o.ad == e.ad }
	case aSmallCampaign:
		in = func(o entity) bool { return o.campaign == x.smallest() }
	case abroad:
		in = func(o entity) bool { return o.platform == "linkedinads" }
	}
	for i, o := range x.entities {
		if in(o) {
			p.entities = append(p.entities, i)
		}
	}
	return len(p.entities) > 0
}

// minDeadShare is the share of all spend that a dead audience must waste to be
// worth a word, in millionths; of a channel's where there are many campaigns.
const minDeadShare = 80_000

// holiday is the day around which people are on holiday: 14 July 2026.
var holiday = locale.Date(2026, 7, 14)

// when draws the days of a plant. What lasts begins around the middle of the data,
// so that there is a before and an after.
func (x *exercise) when(p *plant, src *source) {
	n := int64(x.last-x.first) + 1
	k := p.kind
	switch {
	case k.whole:
		p.first, p.last = x.first, x.last+x.after
	case k.id == "holiday-bump":
		p.first = holiday - locale.Day(src.between(0, 2))
		p.last = p.first + locale.Day(src.between(k.shortest, k.longest)) - 1
	case k.longest > 0:
		length := src.between(k.shortest, k.longest)
		earliest := max(n/3, 10)
		p.first = x.first + locale.Day(src.between(earliest, max(earliest, n-length-8)))
		p.last = p.first + locale.Day(length) - 1
	default:
		p.first = x.first + locale.Day(src.between(n*3/10, n*6/10))
		p.last = x.last + x.after
	}
	if k.id == "adjustment-idle" { // a week from Monday to Sunday
		p.first -= locale.Day(p.first.Weekday())
		p.last = p.first + 6
	}
}

// hides reports that a plant cannot be told from one that is there: they share
// entities, and days. What lasts some days may happen within what lasts weeks, but
// not around its start; what is so from the first day on hides nothing that begins
// later.
func (x *exercise) hides(p plant) bool {
	const brief = 14
	margin := locale.Day(7)
	if x.Size == SizeS {
		margin = 3
	}
	for _, o := range x.plants {
		if p.fee != nil || o.fee != nil || !meet(p.touched(), o.touched()) {
			continue
		}
		switch pb, ob := p.last-p.first <= brief, o.last-o.first <= brief; {
		case p.kind.whole != o.kind.whole:
		case pb == ob && p.first <= o.last+margin && o.first <= p.last+margin,
			pb && !ob && p.last >= o.first-margin && p.first <= o.first+margin,
			ob && !pb && o.last >= p.first-margin && o.first <= p.first+margin:
			return true
		}
	}
	return false
}

// touched are the entities that a plant changes in the course of the data: what
// others have had from the first day on hides nothing.
func (p plant) touched() []int {
	if p.kind.whole {
		return p.entities
	}
	return append(slices.Clone(p.entities), p.rest...)
}

func meet(a, b []int) bool {
	for _, i := range a {
		if slices.Contains(b, i) {
			return true
		}
	}
	return false
}
