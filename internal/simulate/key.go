package simulate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"vigie/internal/locale"
)

// Key is the answer key of a data set: what was planted, and what is true of it.
// Figures are of the model, before chance has its say; money is in units of the
// currency.
type Key struct {
	Seed     int64        `json:"seed"`
	Size     Size         `json:"size"`
	Null     bool         `json:"null"` // nothing was planted
	Client   string       `json:"client"`
	Campaign string       `json:"campaign"`
	Currency string       `json:"currency"`
	First    locale.Day   `json:"first_day"`
	Last     locale.Day   `json:"last_day"` // of the data
	End      locale.Day   `json:"flight_end"`
	Exports  []locale.Day `json:"exports"` // mornings on which they were made
	Plants   []Plant      `json:"plants"`
	// Always are rules whose findings are right of any such data: conversions of the
	// last days are always still coming in, and ads with few of them still learning.
	Always []string `json:"always_true"`
	// Quiet are the platform campaigns and weeks in which nothing was planted.
	Quiet []Quiet `json:"nulls"`
	// Truth is what each platform campaign brings, with what was planted.
	Truth []CampaignTruth `json:"truth"`
	// Optimum is the best use of the same budget from the last day on.
	Optimum Optimum `json:"optimum"`
	// Spend is what the flight may end with.
	Spend SpendTruth `json:"spend_at_end"`
	// Split is what the change of conversions between the two halves of the data is
	// made of.
	Split []SplitTruth `json:"split"`
}

// Plant is something that was planted.
type Plant struct {
	ID         string      `json:"id"`
	Kind       string      `json:"kind"`
	Title      locale.Text `json:"title"`
	Distractor bool        `json:"distractor"` // nothing is to be found
	Severity   string      `json:"severity"`

	Platform  string     `json:"platform,omitempty"` // where all of it is touched
	Channels  []string   `json:"channels"`           // touched, in part or as a whole
	Campaigns []string   `json:"platform_campaigns"`
	Ads       []string   `json:"ads"`
	Start     locale.Day `json:"start"`
	End       locale.Day `json:"end"` // in the data or, where it goes on, of the flight
	// Magnitude is a factor; 1 where there is none.
	Magnitude float64    `json:"magnitude"`
	Ramp      int        `json:"ramp_days"`
	Visible   locale.Day `json:"visible_from"`

	Expect []string    `json:"expected_rules"` // any of them
	Accept []string    `json:"accepted_rules"`
	Action locale.Text `json:"expected_action"`
	Effect EffectTruth `json:"true_effect"`
	// Note says in words what the figures do not.
	Note locale.Text `json:"note"`
}

// EffectTruth is what a plant changed over the days of the data, against the same
// days without it.
type EffectTruth struct {
	Conversions float64 `json:"conversions"`
	Spend       float64 `json:"spend"`
	Value       float64 `json:"conversion_value"`
}

// Quiet is a platform campaign and the weeks, by their Monday, in which nothing was
// planted in it.
type Quiet struct {
	Campaign string       `json:"platform_campaign"`
	Weeks    []locale.Day `json:"weeks"`
}

// CampaignTruth is what a platform campaign brings over the days of the data.
type CampaignTruth struct {
	Channel     string  `json:"channel"`
	Campaign    string  `json:"platform_campaign"`
	Spend       float64 `json:"spend"`
	Conversions float64 `json:"conversions"`
	CPA         float64 `json:"cpa"`
	// Beta is the elasticity: a percent more spend brings so many percent more
	// conversions. Marginal is what the next conversion costs.
	Beta     float64 `json:"beta"`
	Marginal float64 `json:"marginal_cpa"`
}

// Optimum moves each channel's spend a day within a fifth up and down, at the same
// sum.
type Optimum struct {
	Channels []Share `json:"channels"`
	// Now and Best are the conversions of the days left, as planned and at best.
	Now  float64 `json:"conversions_as_planned"`
	Best float64 `json:"conversions_at_best"`
}

// Share is a channel's spend a day.
type Share struct {
	Channel string  `json:"channel"`
	Planned float64 `json:"planned"`
	Best    float64 `json:"best"`
}

// SpendTruth is the spend of the whole flight over paths on which its rest may go.
type SpendTruth struct {
	Budget float64 `json:"budget"`
	Paths  int     `json:"paths"`
	Low    float64 `json:"p10"`
	Median float64 `json:"p50"`
	High   float64 `json:"p90"`
}

// SplitTruth is what a factor accounts for, in conversions (LMDI): the split adds
// up.
type SplitTruth struct {
	Factor string  `json:"factor"` // spend, clicks_per_spend, cvr
	Share  float64 `json:"conversions"`
}

// always are the rules that any such data make speak rightly.
var always = []string{"immature", "learning"}

// outcome is what is expected to come of spending: sums in millionths of a unit.
type outcome struct{ spend, impressions, clicks, conversions, value int64 }

func (m outcome) plus(o outcome) outcome {
	return outcome{m.spend + o.spend, m.impressions + o.impressions, m.clicks + o.clicks, m.conversions + o.conversions, m.value + o.value}
}

// expected is what an entity is expected to do on a day with one plant left out
// (−1: none): demand as it went, chance left aside. extra is a factor of its spend,
// in millionths.
func (s *scenario) expected(i int, d locale.Day, skip int, extra int64) (m outcome) {
	e, in := s.entities[i], s.influenceWithout(i, d, skip)
	a := s.means(e, d, in)
	cents := part(a.spend, extra)
	if a.limit > 0 {
		cents = min(cents, a.limit)
	}
	m.spend = cents * 10_000
	m.impressions = mulDiv(mulDiv(m.spend, million, a.cpc), million, a.base)
	m.clicks = part(m.impressions, a.ctr)
	m.conversions = part(part(m.clicks, e.saturated(a.cvr, cents, a.plan)), in.recorded) * int64(1+in.copies)
	n := s.nature
	usual := million + n.whales*max(n.whaleSize-1, 0) // large orders
	m.value = part(part(part(part(m.conversions, e.value), usual), million-n.refunds), in.value)
	if in.whale > 0 {
		m.conversions += million
		m.value += part(e.value, in.whale)
	}
	return m
}

// shown is what is expected to be seen of a day in the exports.
func (x *exercise) shown(i int, d locale.Day, skip int) outcome {
	m := x.expected(i, d, skip, million)
	for n, p := range x.plants {
		if n == skip || d < p.first || d > p.last {
			continue
		}
		if _, ok := slices.BinarySearch(p.entities, i); !ok {
			continue
		}
		switch {
		case p.withheld:
			return outcome{}
		case p.copied > 0:
			m = x.expected(i, d-p.copied, skip, million)
		case p.unit != million:
			m.spend = part(m.spend, p.unit)
		}
	}
	return m
}

// scaled is a × b ÷ c, of any sign, rounded to the nearest.
func scaled(a, b, c int64) int64 {
	v := mulDiv(max(a, -a), max(b, -b), max(c, -c))
	if (a < 0) != (b < 0) != (c < 0) {
		return -v
	}
	return v
}

func unit(v int64) float64 { return float64(v) / million }

// cent is a sum in units, to the hundredth.
func cent(v int64) float64 {
	if v < 0 {
		return -cent(-v)
	}
	return float64((v+5_000)/10_000) / 100
}

// key writes down what was planted, and what is true of it.
func (x *exercise) key() *Key {
	k := &Key{
		Seed: x.Seed, Size: x.Size, Null: x.Null, Client: exerciseClient, Campaign: exerciseCampaign, Currency: "EUR",
		First: x.first, Last: x.last, End: x.last + x.after, Exports: x.vintages,
		Plants: []Plant{}, Always: always, Quiet: x.quiet(), Truth: x.truth(), Optimum: x.optimum(), Spend: x.spendPaths(), Split: x.split(),
	}
	for n, p := range x.plants {
		k.Plants = append(k.Plants, x.describe(n, p))
	}
	return k
}

func (x *exercise) describe(n int, p plant) Plant {
	out := Plant{
		ID: fmt.Sprintf("%02d-%s", n+1, p.kind.id), Kind: p.kind.id, Title: p.kind.title, Distractor: p.kind.distractor, Severity: p.severity,
		Start: p.first, End: p.last, Magnitude: unit(p.size), Ramp: p.ramp,
		Visible: p.first + locale.Day(p.kind.visible), Expect: list(p.kind.expect), Accept: list(p.kind.accept), Action: p.kind.action,
	}
	platforms := map[string]bool{}
	for _, i := range p.entities {
		e := x.entities[i]
		platforms[e.platform] = true
		add := func(to *[]string, v string) {
			if !slices.Contains(*to, v) {
				*to = append(*to, v)
			}
		}
		add(&out.Channels, e.channel)
		add(&out.Campaigns, e.campaign)
		add(&out.Ads, e.ad)
	}
	if p.kind.where == aPlatform {
		out.Platform = x.entities[p.entities[0]].platform
	}
	var with, without outcome
	for d := max(x.first, p.first); d <= min(x.last, p.last); d++ {
		for _, i := range append(slices.Clone(p.entities), p.rest...) {
			with, without = with.plus(x.shown(i, d, -1)), without.plus(x.shown(i, d, n))
		}
	}
	out.Effect = EffectTruth{cent(with.conversions - without.conversions), cent(with.spend - without.spend), cent(with.value - without.value)}
	out.Note = x.remark(p)
	return out
}

// remark says of a plant what its figures do not.
func (x *exercise) remark(p plant) locale.Text {
	percent := func(f int64) string {
		n := f/10_000 - 100
		if n < 0 {
			return fmt.Sprintf("−%d", -n)
		}
		return fmt.Sprintf("+%d", n)
	}
	say := func(en, fr string, args ...any) locale.Text {
		return locale.Text{EN: fmt.Sprintf(en, args...), FR: fmt.Sprintf(fr, args...)}
	}
	switch p.kind.id {
	case "lag-shift":
		return say("Late conversions take twice as long; their number does not change.", "Les conversions tardives mettent deux fois plus de temps\u00a0; leur nombre ne change pas.")
	case "lucky-campaign":
		return say("Its true conversion rate is that of any other campaign; about 35 clicks show three times as much.", "Son vrai taux de transformation est celui de n’importe quelle campagne\u00a0; environ 35 clics en montrent le triple.")
	case "adjustment-idle":
		return say("The bad week (%s%% conversions for a click) was chance; the adjustment of %s changes nothing.", "La mauvaise semaine (%s\u00a0%% de conversions par clic) était un hasard\u00a0; l’ajustement du %s ne change rien.", percent(p.size), p.last+1)
	case "unit-change":
		return say("Amounts in the exports are multiplied by %s from this day on.", "Les montants des exports sont multipliés par %s à partir de ce jour.", ratio(p.size, million, 2))
	case "repeated-days":
		return say("These days show the figures of the days just before.", "Ces jours montrent les chiffres des jours juste avant.")
	case "mix-shift":
		return say("The budget goes to %s; the rates of each channel stay what they are.", "Le budget va vers %s\u00a0; les taux de chaque levier restent ce qu’ils sont.", x.entities[p.rest[0]].channel)
	case "brand-hides-generic":
		return say("Brand campaigns gain what the others lose: the channel as a whole hardly moves.", "La marque gagne ce que perd le reste\u00a0: le levier, dans l’ensemble, ne bouge guère.")
	case "margin-trap":
		fee, cost := x.budget()*p.fee.percent/1000, p.fee.hours*p.fee.price
		return say("Fee: %d € (%s%% of spend). Cost: %d hours at %d €, %d €. Margin: %d €.", "Honoraires\u00a0: %d € (%s\u00a0%% des dépenses). Coût\u00a0: %d heures à %d €, soit %d €. Marge\u00a0: %d €.",
			fee, ratio(p.fee.percent, 10, 0), p.fee.hours, p.fee.price, cost, fee-cost)
	}
	return locale.Text{}
}

func list(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

// campaigns are the names of the platform campaigns, in order.
func (x *exercise) campaigns() (names []string) {
	for _, e := range x.entities {
		if !slices.Contains(names, e.campaign) {
			names = append(names, e.campaign)
		}
	}
	return names
}

func (x *exercise) quiet() []Quiet {
	out := []Quiet{}
	for _, name := range x.campaigns() {
		q := Quiet{Campaign: name, Weeks: []locale.Day{}}
		for w := x.first + locale.Day((7-x.first.Weekday())%7); w+6 <= x.last; w += 7 {
			calm := true
			for i, e := range x.entities {
				for _, p := range x.plants {
					calm = calm && (e.campaign != name || p.fee != nil || p.first > w+6 || p.last < w || !meet([]int{i}, append(slices.Clone(p.entities), p.rest...)))
				}
			}
			if calm {
				q.Weeks = append(q.Weeks, w)
			}
		}
		out = append(out, q)
	}
	return out
}

func (x *exercise) truth() []CampaignTruth {
	out := []CampaignTruth{}
	for _, name := range x.campaigns() {
		var sum outcome
		var e entity
		for i, o := range x.entities {
			if o.campaign != name {
				continue
			}
			e = o
			for d := x.first; d <= x.last; d++ {
				sum = sum.plus(x.expected(i, d, -1, million))
			}
		}
		t := CampaignTruth{Channel: e.channel, Campaign: name, Spend: cent(sum.spend), Conversions: cent(sum.conversions), Beta: unit(e.elastic)}
		if sum.conversions > 0 {
			cpa := mulDiv(sum.spend, million, sum.conversions)
			t.CPA, t.Marginal = cent(cpa), cent(mulDiv(cpa, million, e.elastic))
		}
		out = append(out, t)
	}
	return out
}

// ahead is what a channel brings over the days left when it spends a factor of its
// plan. Budgets are what is planned: where a cap holds, more plan brings nothing.
func (x *exercise) ahead(channel string, from locale.Day, extra int64) (sum outcome) {
	for i, e := range x.entities {
		if e.channel == channel {
			for d := from; d <= x.last+x.after; d++ {
				sum = sum.plus(x.expected(i, d, -1, extra))
			}
		}
	}
	return sum
}

// optimum moves a percent of the budget at a time, as long as that brings more.
func (x *exercise) optimum() Optimum {
	const step, most = 10_000, 200_000
	n := len(x.levers)
	extra := make([]int64, n) // millionths of each channel's plan
	for i := range extra {
		extra[i] = million
	}
	from := x.last + 1
	plan := make([]int64, n) // micros over the days left
	type bet struct {
		lever int
		extra int64
	}
	known := map[bet]int64{} // conversions
	at := func(i int, f int64) int64 {
		v, ok := known[bet{i, f}]
		if !ok {
			v = x.ahead(x.levers[i].id, from, f).conversions
			known[bet{i, f}] = v
		}
		return v
	}
	var o Optimum
	var now, best int64
	brings := make([]int64, n)
	for i, l := range x.levers {
		plan[i] = x.ahead(l.id, from, million).spend
		brings[i] = at(i, million)
		now += brings[i]
	}
	for range 200 {
		gain, give, take := int64(0), -1, -1
		var after [2]int64
		var factors [2]int64
		for i := range n {
			if extra[i]-step < million-most {
				continue
			}
			less := extra[i] - step
			for j := range n {
				if i == j || plan[j] == 0 {
					continue
				}
				more := extra[j] + mulDiv(plan[i], step, plan[j])
				if more > million+most {
					continue
				}
				a, b := at(i, less), at(j, more)
				if g := a + b - brings[i] - brings[j]; g > gain {
					gain, give, take = g, i, j
					after, factors = [2]int64{a, b}, [2]int64{less, more}
				}
			}
		}
		if give < 0 {
			break
		}
		extra[give], extra[take] = factors[0], factors[1]
		brings[give], brings[take] = after[0], after[1]
	}
	days := int64(x.after)
	for i, l := range x.levers {
		best += brings[i]
		o.Channels = append(o.Channels, Share{l.id, cent(plan[i] / days), cent(part(plan[i], extra[i]) / days)})
	}
	o.Now, o.Best = cent(now), cent(best)
	return o
}

// paths is how many continuations of a flight are played.
const paths = 2000

// spendPaths plays the rest of the flight many times, demand and noise of spending
// drawn anew.
func (x *exercise) spendPaths() SpendTruth {
	var spent int64
	for _, h := range x.history {
		spent += h.Spend
	}
	// Plans of the campaigns on each day left, with what was planted.
	type planned struct{ spend, limit int64 }
	names := x.campaigns()
	ahead := make([][]planned, x.after)
	for d := range ahead {
		ahead[d] = make([]planned, len(names))
		for i, e := range x.entities {
			day := x.last + 1 + locale.Day(d)
			m := x.means(e, day, x.influence(i, day))
			c := &ahead[d][slices.Index(names, e.campaign)]
			c.spend += m.spend
			c.limit += m.limit
		}
	}
	own := x.nature.own * x.nature.follows / million
	noise := root(own*own + x.nature.spend*x.nature.spend)
	totals := make([]int64, 0, paths)
	for n := range paths {
		src, level, total := stream(x.seed, "continuation", fmt.Sprint(n)), int64(0), spent
		for _, day := range ahead {
			level = level*x.nature.carry/million + src.normal(x.nature.shared)
			for _, c := range day {
				// Demand and noise are small: their factors are about one plus each.
				cents := part(c.spend, max(million+level*x.nature.follows/million+src.normal(noise), 0))
				if c.limit > 0 {
					cents = min(cents, c.limit)
				}
				total += cents * 10_000
			}
		}
		totals = append(totals, total)
	}
	slices.Sort(totals)
	return SpendTruth{float64(x.budget()), paths, cent(totals[paths/10]), cent(totals[paths/2]), cent(totals[paths*9/10])}
}

// split takes the change of expected conversions from the first half of the data to
// the second apart, channel by channel: conversions are spend times clicks for it
// times conversions for a click, and each factor's share is the logarithmic mean of
// the two halves times the logarithm of its ratio.
func (x *exercise) split() []SplitTruth {
	half := locale.Day(int64(x.last-x.first+1) / 2)
	sums := [3]int64{}
	for _, l := range x.levers {
		var v [2]outcome
		for i, e := range x.entities {
			if e.channel != l.id {
				continue
			}
			for n := range 2 {
				from := x.first + locale.Day(n)*half
				for d := from; d < from+half; d++ {
					v[n] = v[n].plus(x.expected(i, d, -1, million))
				}
			}
		}
		a, b := v[0], v[1]
		if a.conversions == 0 || b.conversions == 0 {
			continue
		}
		// ln(b ÷ a), in millionths.
		log := func(a, b int64) int64 { return ln(b) - ln(a) }
		change, whole := b.conversions-a.conversions, log(a.conversions, b.conversions)
		parts := [3]int64{log(a.spend, b.spend), log(a.clicks, b.clicks) - log(a.spend, b.spend), 0}
		for n := range 2 {
			if whole != 0 {
				parts[n] = scaled(parts[n], change, whole)
			} else {
				parts[n] = scaled(parts[n], a.conversions, million)
			}
		}
		parts[2] = change - parts[0] - parts[1]
		for n, p := range parts {
			sums[n] += p
		}
	}
	var out []SplitTruth
	for n, f := range []string{"spend", "clicks_per_spend", "cvr"} {
		out = append(out, SplitTruth{f, cent(sums[n])})
	}
	return out
}

// Encode writes the key as JSON.
func (k *Key) Encode() []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(k); err != nil {
		panic("simulate: " + err.Error()) // texts, numbers and days
	}
	return b.Bytes()
}

// Markdown writes the key for a person.
func (k *Key) Markdown(l locale.Lang) []byte {
	var b strings.Builder
	say := func(en, fr string, args ...any) {
		fmt.Fprintf(&b, locale.Text{EN: en, FR: fr}.In(l), args...)
	}
	say("# Answer key: data set %d, size %s\n\n", "# Corrigé\u00a0: jeu de données %d, taille %s\n\n", k.Seed, k.Size)
	say("Data %s, exports every Monday, %d times.\n", "Données %s, exports chaque lundi, %d fois.\n", l.FromTo(k.First, k.Last), len(k.Exports))
	if len(k.Plants) == 0 {
		say("\nNothing was planted: every finding of a problem is a false alarm.\n", "\nRien n’a été planté\u00a0: tout constat d’un problème est une fausse alerte.\n")
	}
	for _, p := range k.Plants {
		fmt.Fprintf(&b, "\n## %s — %s\n\n", p.ID, p.Title.In(l))
		if p.Distractor {
			say("A distractor: there is nothing to find.\n\n", "Un leurre\u00a0: il n’y a rien à trouver.\n\n")
		}
		row := func(en, fr, v string) {
			if v != "" {
				fmt.Fprintf(&b, "- %s%s %s\n", locale.Text{EN: en, FR: fr}.In(l), l.Colon(), v)
			}
		}
		row("When", "Quand", l.FromTo(p.Start, p.End))
		where := strings.Join(p.Channels, ", ")
		if p.Platform == "" && len(p.Campaigns) == 1 {
			where += " / " + p.Campaigns[0]
			if len(p.Ads) == 1 {
				where += " / " + p.Ads[0]
			}
		}
		row("Where", "Où", where)
		row("Magnitude", "Ampleur", "× "+l.Number(p.Magnitude, 2))
		severities := map[string]locale.Text{"mild": {EN: "mild", FR: "faible"}, "medium": {EN: "medium", FR: "moyenne"}, "strong": {EN: "strong", FR: "forte"}}
		row("Severity", "Force", severities[p.Severity].In(l))
		if p.Ramp > 0 {
			row("Full strength after", "Pleine force après", fmt.Sprintf("%d %s", p.Ramp, locale.Text{EN: "days", FR: "jours"}.In(l)))
		}
		row("Cannot be seen before", "Ne peut pas se voir avant", l.DayText(p.Visible))
		row("True effect", "Effet vrai", locale.Text{
			EN: fmt.Sprintf("%s conversions, %s € of spend, %s € of value", l.Number(p.Effect.Conversions, 1), l.Number(p.Effect.Spend, 2), l.Number(p.Effect.Value, 2)),
			FR: fmt.Sprintf("%s conversions, %s € de dépenses, %s € de valeur", l.Number(p.Effect.Conversions, 1), l.Number(p.Effect.Spend, 2), l.Number(p.Effect.Value, 2)),
		}.In(l))
		row("Rules that ought to find it", "Règles qui doivent le trouver", strings.Join(p.Expect, ", "))
		row("Also right", "Justes aussi", strings.Join(p.Accept, ", "))
		row("What to do", "Que faire", p.Action.In(l))
		row("To know", "À savoir", p.Note.In(l))
	}
	say("\n## What is true of each campaign\n\n", "\n## Ce qui est vrai de chaque campagne\n\n")
	say("| channel | campaign | spend | conversions | CPA | elasticity | marginal CPA |\n|---|---|---|---|---|---|---|\n",
		"| levier | campagne | dépenses | conversions | CPA | élasticité | CPA marginal |\n|---|---|---|---|---|---|---|\n")
	for _, t := range k.Truth {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s |\n", t.Channel, strings.ReplaceAll(t.Campaign, "|", "\\|"), l.Number(t.Spend, 0), l.Number(t.Conversions, 1), l.Number(t.CPA, 2), l.Number(t.Beta, 2), l.Number(t.Marginal, 2))
	}
	say("\nThe best use of the same budget for the rest of the flight, each channel within 20%% of its plan: %s conversions instead of %s.\n",
		"\nLe meilleur emploi du même budget pour la suite, chaque levier à 20\u00a0%% près de son plan\u00a0: %s conversions au lieu de %s.\n", l.Number(k.Optimum.Best, 1), l.Number(k.Optimum.Now, 1))
	for _, s := range k.Optimum.Channels {
		say("- %s: %s € a day instead of %s €\n", "- %s\u00a0: %s € par jour au lieu de %s €\n", s.Channel, l.Number(s.Best, 2), l.Number(s.Planned, 2))
	}
	say("\nSpend at the end of the flight, of %d continuations: eight in ten between %s and %s €, half of them below %s €, for a budget of %s €.\n",
		"\nDépenses à la fin de la campagne, sur %d suites possibles\u00a0: huit sur dix entre %s et %s €, la moitié sous %s €, pour un budget de %s €.\n",
		k.Spend.Paths, l.Number(k.Spend.Low, 0), l.Number(k.Spend.High, 0), l.Number(k.Spend.Median, 0), l.Number(k.Spend.Budget, 0))
	say("\nFrom the first half of the data to the second, expected conversions change by:\n", "\nDe la première moitié des données à la seconde, les conversions attendues changent de\u00a0:\n")
	factors := map[string]locale.Text{"spend": {EN: "spend", FR: "dépenses"}, "clicks_per_spend": {EN: "clicks for each euro", FR: "clics par euro"}, "cvr": {EN: "conversion rate", FR: "taux de transformation"}}
	for _, s := range k.Split {
		fmt.Fprintf(&b, "- %s%s %s\n", factors[s.Factor].In(l), l.Colon(), l.Number(s.Share, 1))
	}
	return []byte(b.String())
}
