package simulate

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"vigie/internal/agency"
	"vigie/internal/locale"
)

// Size is how large a data set is.
type Size string

// The sizes: S has one channel and three campaigns over 28 days, M three channels
// of four over 56, L five of twelve over 120.
const (
	SizeS Size = "S"
	SizeM Size = "M"
	SizeL Size = "L"
)

var (
	sizes = []Size{SizeS, SizeM, SizeL}
	// sizeDays are the days of data, and sizeAfter those of the flight after them.
	sizeDays  = []int64{28, 56, 120}
	sizeAfter = []int64{7, 14, 30}
	// sizeCampaigns is how many campaigns a channel has.
	sizeCampaigns = []int{3, 4, 12}
	// sizePlants are how many truths and how many distractors are planted.
	sizePlants = [][2]int{{2, 1}, {6, 2}, {12, 3}}
	// sizeBudgets are the budgets of the channels for a day, in whole euros.
	sizeBudgets = [][]int64{{260}, {430, 210, 150}, {1160, 500, 500, 170, 125}}
)

func (s Size) rank() int { return slices.Index(sizes, s) }

// ParseSize reads S, M or L.
func ParseSize(s string) (Size, bool) {
	size := Size(strings.ToUpper(s))
	return size, size.rank() >= 0
}

// lever is a channel of an exercise. What is published of it is from the source
// named; amounts are those of the source in US dollars, taken one for one as euros.
type lever struct {
	id, name, platform string
	match              string
	names              []string
	cpc, ctr, cvr      int64 // in millionths
	week               [7]int64
	value              int64  // of a conversion, in millionths of a euro; 0: not shown
	measure            string // that counts its conversions
}

// levers are the channels, in the order in which larger sizes take them.
//
//	lever          CTR      CPC    CVR     source
//	search         6.66 %   5.26   7.52 %  WordStream and LocaliQ, Search 2025, 16 446 US campaigns
//	meta-leads     2.59 %   1.92   6.9 %   WordStream and LocaliQ, Meta leads, April 2024 to June 2025, n = 726; CVR = 1.92 ÷ 27.66
//	linkedin       0.55 %   7.40   5 %     LinkedIn sponsored content 2026, as agencies publish it (0.44–0.65 %, 5.5–9.25); CVR is an assumption
//	meta-traffic   1.71 %   0.70   2 %     WordStream and LocaliQ, Meta traffic, April 2024 to June 2025; CVR is an assumption: none is published
//	display        0.46 %   0.58   0.77 %  WordStream, Google Display 2023
//
// Assumptions without a source, too: the value of a conversion (three times its
// published cost), and all of exerciseNature.
var levers = []lever{
	{id: "search", name: "Search", platform: "googleads", match: "SEA_*", cpc: 5_260_000, ctr: 66_600, cvr: 75_200, week: leisure, value: 210_000_000, measure: "conversions",
		names: []string{"SEA_MARQUE | Ateliers Lumen", "SEA_GEN | Cours de céramique", "SEA_GEN | Stages d’été", "SEA_GEN | Cadeau original", "SEA_GEN | Tournage débutant", "SEA_GEN | Poterie enfants",
			"SEA_GEN | Émaillage", "SEA_GEN | Raku", "SEA_GEN | Atelier en famille", "SEA_GEN | Cours du soir", "SEA_GEN | Cours du samedi", "SEA_CONC | Autres ateliers"}},
	{id: "meta-leads", name: "Meta, prospects", platform: "metaads", match: "*PROSPECTS*", cpc: 1_920_000, ctr: 25_900, cvr: 69_400, week: leisure, measure: "leads",
		names: []string{"FB_PROSPECTS | Parents", "FB_PROSPECTS | 25-34 ans", "FB_PROSPECTS | Loisirs créatifs", "FB_PROSPECTS | Audience similaire", "FB_PROSPECTS | Retraités", "FB_PROSPECTS | Étudiants",
			"FB_PROSPECTS | Décoration", "FB_PROSPECTS | Visiteurs 30 j", "FB_PROSPECTS | Abonnés", "FB_PROSPECTS | Nouveaux habitants", "FB_PROSPECTS | Cadeaux", "FB_PROSPECTS | Vidéo vue à moitié"}},
	{id: "linkedin", name: "LinkedIn, entreprises", platform: "linkedinads", match: "LK_*", cpc: 7_400_000, ctr: 5_500, cvr: 50_000, week: office, measure: "leads",
		names: []string{"LK_RH | Responsables RH", "LK_CSE | Élus de CSE", "LK_DIR | Dirigeants de PME", "LK_OFF | Office managers", "LK_RH | Qualité de vie", "LK_CSE | Trésoriers",
			"LK_DIR | Artisans", "LK_OFF | Assistants", "LK_RH | Formation", "LK_CSE | Grandes entreprises", "LK_DIR | Commerces", "LK_OFF | Événementiel"}},
	{id: "meta-trafic", name: "Meta, trafic", platform: "metaads", match: "*TRAFIC*", cpc: 700_000, ctr: 17_100, cvr: 20_000, week: leisure, value: 105_000_000, measure: "purchases",
		names: []string{"FB_TRAFIC | Boutique", "FB_TRAFIC | Bons cadeaux", "FB_TRAFIC | Vaisselle", "FB_TRAFIC | Vases", "FB_TRAFIC | Nouveautés", "FB_TRAFIC | Kits d’argile",
			"FB_TRAFIC | Outils", "FB_TRAFIC | Livres", "FB_TRAFIC | Soldes", "FB_TRAFIC | Reels", "FB_TRAFIC | Stories", "FB_TRAFIC | Panier abandonné"}},
	{id: "display", name: "Display", platform: "googleads", match: "DIS_*", cpc: 580_000, ctr: 4_600, cvr: 7_700, week: leisure, value: 225_000_000, measure: "conversions",
		names: []string{"DIS_RMK | Visiteurs", "DIS_AFF | Fait main", "DIS_AFF | Décoration", "DIS_AFF | Sorties en famille", "DIS_INT | Cours de loisirs", "DIS_INT | Cadeaux",
			"DIS_RMK | Panier", "DIS_CTX | Blogs déco", "DIS_CTX | Presse locale", "DIS_AFF | Bricolage", "DIS_INT | Vacances", "DIS_CTX | Recettes"}},
}

// exerciseNature is that of the exercises. None of it has a published source: the
// dispersions, the demand, the weekdays, the delays but for the first (58 % of a
// click's conversions within the day) are assumptions, of the size that daily data
// of small accounts show.
var exerciseNature = nature{
	spend: 80_000, impressionPhi: 20 * million,
	clickPhi: 1_500_000, conversionPhi: 1_800_000,
	carry: 400_000, shared: 60_000, own: 50_000, follows: 500_000,
	sameDay: 580_000, carryOver: 860_000,
	willing:     [7]int64{million, million, million, million, million, million, million},
	valueSpread: 703_000, // a coefficient of variation of 0.8
	whales:      10_000, whaleSize: 8, refunds: 30_000,
}

// Spreads between campaigns and ads: logarithm of the cost of impressions, log odds
// of the click rate and of the conversion rate, elasticity and its bounds.
const (
	priceSpread   = 200_000
	ctrSpread     = 300_000
	cvrSpread     = 350_000
	elasticMean   = 700_000
	elasticSpread = 120_000
	elasticLow    = 400_000
	elasticHigh   = 950_000
)

// The ads of a campaign, with the share of its spend in thousandths.
var adShares = []int64{460, 320, 220}

// Exercise ids and days.
const (
	exerciseClient   = "ateliers-lumen"
	exerciseCampaign = "inscriptions-ete-2026"
	exerciseName     = "Ateliers Lumen"
)

// exerciseToday is the fixed day of every exercise, a Monday; the last exports were
// made that morning.
var exerciseToday = locale.Date(2026, time.July, 27)

// Spec says which data set to make.
type Spec struct {
	Seed  int64
	Size  Size
	Kinds []string // what to plant, each once; none: drawn from the seed
	// Null plants nothing: the twin that is the same in everything else.
	Null bool
}

// exercise is a data set while it is made: a scenario, and what is around it. Its
// data end before its flight does.
type exercise struct {
	Spec
	scenario
	after    locale.Day // days of the flight after the last of the data
	levers   []lever
	daily    []int64 // budgets of the levers for a day, in whole euros
	vintages []locale.Day
	history  []happened
}

// newExercise draws a data set. An error is about what is wanted to be planted.
func newExercise(spec Spec) (*exercise, error) {
	r := spec.Size.rank()
	x := &exercise{Spec: spec, after: locale.Day(sizeAfter[r]), daily: sizeBudgets[r], levers: levers[:len(sizeBudgets[r])]}
	x.seed = fmt.Sprintf("exercise %d %s", spec.Seed, spec.Size)
	x.nature = exerciseNature
	x.last = exerciseToday - 1
	x.first = exerciseToday - locale.Day(sizeDays[r])
	for i, l := range x.levers {
		x.populate(l, x.daily[i], sizeCampaigns[r])
	}
	if err := x.place(spec.Kinds); err != nil {
		return nil, err
	}
	if spec.Null {
		x.plants = nil
	}
	for d := x.first + 1; d <= exerciseToday; d++ {
		if d.Weekday() == 0 && d-x.first >= 7 {
			x.vintages = append(x.vintages, d)
		}
	}
	x.history = x.run()
	return x, nil
}

// populate draws the campaigns and ads of a lever.
func (x *exercise) populate(l lever, daily int64, campaigns int) {
	weights, sum := make([]int64, campaigns), int64(0)
	for i := range weights {
		weights[i] = stream(x.seed, l.id, l.names[i], "weight").between(600, 1400)
		sum += weights[i]
	}
	// The cost of impressions is what a click costs times how often it is made.
	cpm := part(l.cpc, l.ctr)
	for i, w := range weights {
		nature := stream(x.seed, l.id, l.names[i], "nature")
		price, rate := nature.normal(priceSpread), nature.normal(cvrSpread)
		elastic := min(max(elasticMean+nature.normal(elasticSpread), elasticLow), elasticHigh)
		for j, share := range adShares {
			ad := stream(x.seed, l.id, l.names[i], fmt.Sprint(j), "nature")
			e := entity{
				channel: l.id, platform: l.platform, campaign: l.names[i],
				adSet: groupName(l.platform, i), ad: adName(l.platform, i, j),
				daily: daily * 100 * w * share / (sum * 1000), share: 980_000,
				week: l.week, value: l.value, elastic: elastic,
			}
			e.ctr = squashed(l.ctr, ad.normal(ctrSpread))
			e.cpc = mulDiv(part(cpm, exp(price)), million, e.ctr)
			// Two thirds of the variance between ads are between campaigns.
			e.cvr = squashed(l.cvr, rate*816/1000+ad.normal(cvrSpread)*577/1000)
			x.entities = append(x.entities, e)
		}
	}
}

// groupName is the only ad group, or ad set, of a campaign.
func groupName(platform string, campaign int) string {
	if platform == "googleads" {
		return fmt.Sprintf("Groupe %d", campaign+1)
	}
	return fmt.Sprintf("Ensemble %d", campaign+1)
}

// adName is the name of an ad; each has its own.
func adName(platform string, campaign, ad int) string {
	titles := map[string][]string{
		"googleads":   {"Les mains dans la terre", "Premier cours offert", "Places limitées"},
		"metaads":     {"Vidéo atelier", "Carrousel créations", "Photo équipe"},
		"linkedinads": {"Image cohésion", "Témoignage client", "Document programme"},
	}
	return fmt.Sprintf("%s %c%d", titles[platform][ad], 'A'+ad, campaign+1)
}

// dearest is the channel whose conversions cost most by nature, among those that
// cost more than the given one by a half; none is "".
func (x *exercise) dearest(than string) string {
	worst, most := "", int64(0)
	base := x.natural(than)
	for _, l := range x.levers {
		if c := x.natural(l.id); l.id != than && c > most && c > base*3/2 {
			worst, most = l.id, c
		}
	}
	return worst
}

// natural is what a conversion of a channel costs by nature, in millionths.
func (x *exercise) natural(channel string) int64 {
	var spend, conversions int64 // cents, and millionths of conversions
	for _, e := range x.entities {
		if e.channel == channel {
			spend += e.daily
			conversions += mulDiv(part(e.daily, e.cvr)*10_000, million, e.cpc)
		}
	}
	return mulDiv(spend*10_000, million, conversions)
}

// shareOf is a campaign's share of what its channel plans to spend, in millionths:
// of all spend, where that has few campaigns.
func (x *exercise) shareOf(campaign string) int64 {
	var mine, all int64
	channel := ""
	for _, e := range x.entities {
		if e.campaign == campaign {
			mine, channel = mine+e.daily, e.channel
		}
	}
	for _, e := range x.entities {
		if e.channel == channel || len(x.levers) < len(levers) {
			all += e.daily
		}
	}
	return mulDiv(mine, million, all)
}

// smallest is the campaign that plans to spend least.
func (x *exercise) smallest() string {
	least, name := int64(0), ""
	daily := map[string]int64{}
	for _, e := range x.entities {
		daily[e.campaign] += e.daily
	}
	for _, e := range x.entities {
		if name == "" || daily[e.campaign] < least {
			least, name = daily[e.campaign], e.campaign
		}
	}
	return name
}

// clicksOnly is the part of their plan with which entities get so many clicks over
// the days of the data.
func (x *exercise) clicksOnly(entities []int, clicks int64) int64 {
	var planned int64 // clicks of a day, in millionths
	for _, i := range entities {
		e := x.entities[i]
		planned += mulDiv(e.daily*10_000, million, e.cpc)
	}
	return max(1, mulDiv(clicks*million, million, planned*int64(x.last-x.first+1)))
}

// budget is the budget of the whole flight, in whole euros.
func (x *exercise) budget() (total int64) {
	for _, d := range x.daily {
		total += d * int64(x.last+x.after-x.first+1)
	}
	return total
}

// made is when the exports of a morning were made.
func made(day locale.Day) time.Time { return day.Time().Add(5*time.Hour + 42*time.Minute) }

// rolling is how many days an export holds: enough to tell again of conversions
// that come late.
const rolling = 35

// exports are the files of one morning, by the names they are kept under.
func (x *exercise) exports(day locale.Day) map[string][]byte {
	first, last := max(x.first, day-rolling), day-1
	of, left := map[string][]Day{}, map[string]Day{}
	for d := first; d <= last; d++ {
		for i := range x.entities {
			if row, ok := x.reported(i, d, last); ok {
				of[row.Platform] = append(of[row.Platform], row)
			} else {
				left[row.Platform] = left[row.Platform].plus(row)
			}
		}
	}
	files := map[string][]byte{}
	for _, l := range x.levers {
		days := of[l.platform]
		prefix := day.String() + " "
		switch l.platform {
		case "googleads":
			files[prefix+"Rapport sur les annonces.csv"] = googleReport(googleAds, days, left[l.platform], first, last)
		case "metaads":
			files[prefix+"Ateliers-Lumen-Publicités.xlsx"] = metaReport(metaAds, days, first, last)
		case "linkedinads":
			files[prefix+"account_512903347_ad_performance_report.csv"] = linkedinReport(linkedinAds, exerciseName, days, first, last, made(day))
		}
	}
	return files
}

// reported is a day of an entity as an export of the day after last shows it, with
// what was planted in the exports; ok is false where it has no row.
func (x *exercise) reported(i int, d, last locale.Day) (row Day, ok bool) {
	from, unit, ok := d, int64(million), true
	for _, p := range x.plants {
		if _, mine := slices.BinarySearch(p.entities, i); !mine || d < p.first || d > p.last {
			continue
		}
		ok = ok && !p.withheld
		if p.copied > 0 {
			from = d - p.copied
		}
		unit = part(unit, p.unit)
	}
	row = x.history[int(from-x.first)*len(x.entities)+i].asOf(last)
	row.Day = d
	if unit != million {
		row.Spend = part(row.Spend, unit) / 10_000 * 10_000
	}
	return row, ok
}

// files is the workspace by slash path, without exports.
func (x *exercise) files() map[string][]byte {
	files := agency.Schemas(locale.FR)
	campaign := "clients/" + exerciseClient + "/" + exerciseCampaign
	files["vigie.yaml"] = []byte("# yaml-language-server: $schema=schemas/vigie.json\n#\n# Un exercice\u00a0: l’agence, le commanditaire et les chiffres sont inventés.\n\n" +
		"name: Agence école\nlanguage: fr\ntime_zone: Europe/Paris\ncurrency: EUR\n\n# La date est fixée\u00a0: c’est le matin des derniers exports.\ntoday: " + exerciseToday.String() + "\n")
	files[".gitignore"] = []byte("/inbox/\n/.vigie/\n")
	files["clients/"+exerciseClient+"/client.yaml"] = []byte(x.clientYAML())
	files[campaign+"/campaign.yaml"] = []byte(x.campaignYAML())
	for name, text := range x.notes() {
		files[campaign+"/notes/"+name] = []byte(text)
	}
	return files
}

func (x *exercise) clientYAML() string {
	var b strings.Builder
	b.WriteString("# yaml-language-server: $schema=../../schemas/client.json\n#\n# Des ateliers de céramique, qui n’existent pas.\n\n")
	b.WriteString("name: " + exerciseName + "\n\ncontacts:\n  gerant: {name: M. Ilan Caradec, role: gérant, email: ilan.caradec@example.com}\n\naccounts:\n")
	accounts := map[string]string{"googleads": "613-048-2257", "metaads": "2044918733650182", "linkedinads": exerciseName}
	seen := map[string]bool{}
	for _, l := range x.levers {
		if !seen[l.platform] {
			seen[l.platform] = true
			fmt.Fprintf(&b, "  %s: [%q]\n", l.platform, accounts[l.platform])
		}
	}
	percent := int64(100)
	for _, p := range x.plants {
		if p.fee != nil {
			percent = p.fee.percent
		}
	}
	fmt.Fprintf(&b, "\n# Confidentiel\u00a0: jamais dans un document du client.\nfees: {percent_of_spend: %s%%}\n", ratio(percent, 10, 0))
	return b.String()
}

func (x *exercise) campaignYAML() string {
	days := int64(x.last + x.after - x.first + 1)
	conversions, spend := x.aim()
	var b strings.Builder
	b.WriteString("# yaml-language-server: $schema=../../../schemas/campaign.json\n\nname: Inscriptions, été 2026\n")
	fmt.Fprintf(&b, "flight: {start: %s, end: %s}\n", x.first, x.last+x.after)
	cpa := ratio(spend, conversions, 0)
	fmt.Fprintf(&b, "objective: \"%d inscriptions et demandes à moins de %s € l’une\"\n\nbudget:\n  total: %d\n  pace: linear\n\nchannels:\n", conversions, cpa, x.budget())
	for i, l := range x.levers {
		fmt.Fprintf(&b, "  - {id: %s, name: %q, platform: %s, match: %q, budget: %d}\n", l.id, l.name, l.platform, l.match, x.daily[i]*days)
	}
	b.WriteString("\nconversions: {default: conversions")
	for _, l := range x.levers {
		if l.measure != "conversions" {
			fmt.Fprintf(&b, ", %s: %s", l.id, l.measure)
		}
	}
	fmt.Fprintf(&b, "}\n\ntargets:\n  - {kpi: conversions, value: %d}\n  - {kpi: cpa, value: %s, tolerance: 10%%}\n  - {kpi: spend, value: %d, tolerance: 3%%}\n", conversions, cpa, x.budget())
	return b.String()
}

// aim is what the brief aims for, in whole conversions and euros: what the campaign
// brings by nature, whatever is planted. Where the agency's margin is the trap, the
// client hoped for less.
func (x *exercise) aim() (conversions, spend int64) {
	for _, e := range x.entities {
		spend += e.daily * int64(x.last+x.after-x.first+1)
		conversions += mulDiv(part(e.daily, e.cvr)*10_000, million, e.cpc) * int64(x.last+x.after-x.first+1)
	}
	conversions = (conversions + million/2) / million
	for _, p := range x.plants {
		if p.fee != nil {
			conversions = conversions * 8 / 10
		}
	}
	return max(conversions/10*10, 10), spend / 100
}

// notes are what the team wrote down while it ran the campaign: the adjustments
// that it made, and its hours.
func (x *exercise) notes() map[string]string {
	out := map[string]string{}
	for _, p := range x.plants {
		switch {
		case p.kind.id == "adjustment-works":
			out[p.first.String()+"-ajustement.md"] = fmt.Sprintf("# Nouvelle page d’inscription\n\n%s\u00a0: nouvelle page d’inscription pour le levier %s, formulaire plus court.\n", locale.FR.DayLong(p.first), x.entities[p.entities[0]].channel)
		case p.kind.id == "adjustment-idle":
			day := p.last + 1
			out[day.String()+"-ajustement.md"] = fmt.Sprintf("# Nouvelles accroches\n\n%s\u00a0: après une semaine décevante, nouvelles accroches pour le levier %s.\n", locale.FR.DayLong(day), x.entities[p.entities[0]].channel)
		case p.fee != nil:
			out["heures.md"] = fmt.Sprintf("# Temps passé\n\n%d heures prévues sur toute la campagne, à %d € de coût l’heure.\n", p.fee.hours, p.fee.price)
		}
	}
	return out
}

// Exercise is a data set: a workspace, the exports of several mornings, and the
// answer key, which is no part of the workspace.
type Exercise struct {
	x *exercise
	// Key is what was planted.
	Key *Key
}

// NewExercise makes a data set. An error is about what is wanted to be planted.
func NewExercise(spec Spec) (*Exercise, error) {
	x, err := newExercise(spec)
	if err != nil {
		return nil, err
	}
	return &Exercise{x, x.key()}, nil
}

// Files are the files of the workspace by slash path, without exports.
func (e *Exercise) Files() map[string][]byte { return e.x.files() }

// Exports are the files that were exported on one of the mornings of the key, by
// name, and when that was.
func (e *Exercise) Exports(day locale.Day) (map[string][]byte, time.Time) {
	return e.x.exports(day), made(day)
}

// Write writes the workspace into a folder and the key into another; exports carry
// the time at which they were made. A file that exists with other contents is an
// error, and nothing is written.
func (e *Exercise) Write(dir, keyDir string) error {
	files := tree{}
	for name, b := range e.Files() {
		files.add(dir, name, b, time.Time{})
	}
	for _, day := range e.Key.Exports {
		exports, at := e.Exports(day)
		for name, b := range exports {
			files.add(dir, "inbox/"+exerciseClient+"/"+name, b, at)
		}
	}
	files.add(keyDir, "key.json", e.Key.Encode(), time.Time{})
	files.add(keyDir, "key.fr.md", e.Key.Markdown(locale.FR), time.Time{})
	files.add(keyDir, "key.en.md", e.Key.Markdown(locale.EN), time.Time{})
	return files.write()
}
