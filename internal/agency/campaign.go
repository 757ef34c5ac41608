package agency

import (
	"cmp"
	"fmt"
	"math/big"
	"os"
	"path"
	"regexp"
	"slices"
	"time"

	"golang.org/x/text/currency"

	"vigie/internal/locale"
)

// Campaign is one brief: what is to be reached, when, with which budget, on
// which channels, and who hears of it.
type Campaign struct {
	ID        string // name of its folder
	Client    *Client
	File      string // slash path of its file inside the workspace
	Name      string
	Flight    Flight
	Objective string
	Zone      *time.Location
	Currency  string // ISO code
	Budget    Budget
	Channels  []Channel
	// Conversions is the measure that counts as a conversion, by channel id or
	// platform id, or under "default". ConversionMeasure reads it.
	Conversions map[string]string
	// GrossMargin is the part of the conversion value that is left to the client
	// after what the goods cost; 0.45 is 45 %, 0 where nobody said.
	GrossMargin float64
	Audience    Audience
	Market      Market
	Targets     []Target
	Reports     []Report
	// Decisions are those without errors, by date.
	Decisions []*Decision
}

// Audience is whom the campaign is for.
type Audience struct {
	Population int64   // people; 0 where nobody said
	InTarget   float64 // part of the impressions, and of the people reached, that belong to it; 0 where nobody said
	Source     string  // where the figures come from
}

// Market is what all advertisers of the client's market spent in a period.
type Market struct {
	Spend    int64 // in millionths; 0 where nobody said
	From, To locale.Day
	Source   string
}

// Target is what a KPI is to reach.
type Target struct {
	KPI string
	// Bound is "value" (to be reached), "min" (not below) or "max" (not above).
	Bound     string
	Value     float64 // in the KPI's unit: units of money, counts, 0.03 for 3 %
	Tolerance float64 // share of Value that a miss may have and still pass; 0.1 is 10 %
}

// Report is a report that comes due by itself.
type Report struct {
	Kind   string // "tracking" or "review"
	When   Schedule
	To     []string // contact names in client.yaml
	Review string   // who approves it before a client sees it: "teacher"
}

// maxFlight bounds a flight, in days: three years.
const maxFlight = 1096

var idShape = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// readCampaign reads clients/<client>/<id>/campaign.yaml. The campaign is nil
// where the doc has errors.
func readCampaign(root *os.Root, c *Client, id string, known Known) (*Campaign, *doc) {
	var f campaignFile
	d := readFile(root, path.Join("clients", c.ID, id, "campaign.yaml"), &f)
	if d.failed() {
		return nil, d
	}
	k := &Campaign{
		ID: id, Client: c, File: d.file, Name: f.Name, Objective: f.Objective,
		Flight:      d.flight(f.Flight, "flight"),
		Zone:        d.zone(f.TimeZone, c.Agency.Zone, "time_zone"),
		Currency:    d.currency(f.Currency, c.Currency, "currency"),
		Conversions: f.Conversions,
	}
	if n := k.Flight.Days(); n > maxFlight {
		d.fail(d.find("flight"), say("a flight of %d days: want at most %d", "une campagne de %d jours\u00a0: il en faut au plus %d", n, maxFlight))
	}
	if d.failed() {
		return nil, d // what follows counts the days
	}
	d.budget(k, f)
	d.channels(k, f)
	d.conversions(k, known)
	d.terrain(k, f)
	d.targets(k, f, known)
	d.reports(k, f)
	if d.failed() {
		return nil, d
	}
	return k, d
}

// flight checks that a flight ends on or after its first day.
func (d *doc) flight(f flightFile, path ...any) Flight {
	out := Flight{locale.Day(f.Start), locale.Day(f.End)}
	if out.End < out.Start {
		d.fail(d.find(append(path, "end")...), say("the flight ends on %s, before its start on %s", "la campagne finit le %s, avant son début le %s", out.End, out.Start))
	}
	return out
}

// zone is the named time zone, or the one inherited where none is named.
func (d *doc) zone(name string, inherited *time.Location, path ...any) *time.Location {
	if name == "" && inherited != nil {
		return inherited
	}
	z, ok := zone(name)
	if !ok {
		d.fail(d.find(path...), say("time zone %s is not known: want a name as Europe/Paris", "fuseau horaire %s inconnu\u00a0: il faut un nom comme Europe/Paris", q(name)))
		return time.UTC
	}
	return z
}

// currency is the code written, or the one inherited where none is.
func (d *doc) currency(code, inherited string, path ...any) string {
	if code == "" && inherited != "" {
		return inherited
	}
	if unit, err := currency.ParseISO(code); err != nil || unit.String() != code {
		d.fail(d.find(path...), say("currency %s is not known: want its three capital letters, as EUR", "devise %s inconnue\u00a0: il faut ses trois capitales, comme EUR", q(code)))
	}
	return code
}

// budget checks the budget and takes the tax off it.
func (d *doc) budget(k *Campaign, f campaignFile) {
	b := f.Budget
	if len(b.Weights.days)+len(b.Weights.weeks) > 0 {
		b.Pace = cmp.Or(b.Pace, PaceWeights)
	}
	b.Pace = cmp.Or(b.Pace, PaceLinear)
	k.Budget = Budget{Pace: b.Pace, Weekdays: b.Weights.days, Weeks: b.Weights.weeks}
	paces := []string{PaceLinear, PaceByChannel, PaceWeights}
	at := d.find("budget", "weights")
	switch {
	case !slices.Contains(paces, b.Pace):
		d.fail(d.find("budget", "pace"), unknown(say("pace", "rythme"), b.Pace, paces))
	case b.Pace != PaceWeights && at != nil:
		d.fail(at, say("weights go with pace: weights", "les poids vont avec pace: weights"))
	case b.Pace == PaceWeights && at == nil:
		d.fail(d.find("budget", "pace"), say("pace: weights needs the weights, as weights: {sat: 0.5}", "pace: weights demande les poids, comme weights: {sam: 0.5}"))
	case b.Pace == PaceWeights && b.Weights.days == nil && len(b.Weights.weeks) != (k.Flight.Days()+6)/7:
		d.fail(at, say("%d weights for a flight of %d weeks: want one number for each", "%d poids pour une campagne de %d semaines\u00a0: il en faut un pour chacune", len(b.Weights.weeks), (k.Flight.Days()+6)/7))
	case b.Pace == PaceWeights && !slices.ContainsFunc(slices.Collect(days(k.Flight)), func(day locale.Day) bool { return k.weight(day) > 0 }):
		d.fail(at, say("every day of the flight has weight 0", "tous les jours de la campagne ont un poids nul"))
	}
	switch b.Tax {
	case "", "excluded":
		if b.TaxRate != 0 {
			d.fail(d.find("budget", "tax_rate"), say("tax_rate goes with tax: included", "tax_rate va avec tax: included"))
		}
	case "included":
		if b.TaxRate == 0 {
			d.fail(d.find("budget", "tax"), say("tax: included needs tax_rate, as 20%%: platforms report without tax", "tax: included demande tax_rate, comme 20%%\u00a0: les plateformes comptent hors taxes"))
		}
		k.Budget.TaxRate = b.TaxRate.share()
	default:
		d.fail(d.find("budget", "tax"), unknown(say("tax", "taxe"), b.Tax, []string{"excluded", "included"}))
	}
	k.Budget.Total = net(b.Total, b.TaxRate)
	if b.Total == 0 {
		d.fail(d.find("budget", "total"), say("a budget of 0: want the amount to spend", "un budget de 0\u00a0: il faut la somme à dépenser"))
	}
}

// days are the days of a flight, in order.
func days(f Flight) func(func(locale.Day) bool) {
	return func(yield func(locale.Day) bool) {
		for d := f.Start; d <= f.End; d++ {
			if !yield(d) {
				return
			}
		}
	}
}

// net is an amount without the tax it includes, to the nearest millionth.
func net(amount money, rate percent) int64 {
	if rate == 0 {
		return int64(amount)
	}
	all := big.NewInt(100*micro + int64(rate))
	n := new(big.Int).Mul(big.NewInt(int64(amount)), big.NewInt(100*micro))
	n.Add(n, new(big.Int).Rsh(all, 1))
	return n.Quo(n, all).Int64()
}

// channels checks the media plan against itself and against the budget.
func (d *doc) channels(k *Campaign, f campaignFile) {
	if len(f.Channels) == 0 {
		d.fail(d.keyAt("channels"), say("no channel: a campaign has at least one", "aucun levier\u00a0: une campagne en a au moins un"))
	}
	var gross, sum int64
	bare := false // some channel has no budget of its own
	for i, c := range f.Channels {
		ch := Channel{
			ID: c.ID, Name: cmp.Or(c.Name, c.ID), Platform: c.Platform, Match: c.Match, Account: c.Account,
			Budget: net(c.Budget, f.Budget.TaxRate), Flight: k.Flight,
		}
		ch.at = d.place(d.find("channels", i, "platform"))
		if match := d.find("channels", i, "match"); match != nil {
			ch.at = d.place(match)
		}
		at := d.find("channels", i, "id")
		switch {
		case !idShape.MatchString(c.ID):
			d.fail(at, say("channel id %s: want lower-case letters, digits and hyphens, as search-brand", "identifiant de levier %s\u00a0: il faut des minuscules sans accent, des chiffres et des traits d’union, comme search-marque", q(c.ID)))
		case c.ID == "default" || slices.Contains(Platforms, c.ID):
			d.fail(at, say("channel id %s: this word is taken by a platform or by conversions", "identifiant de levier %s\u00a0: ce mot est pris par une plateforme ou par conversions", q(c.ID)))
		case slices.ContainsFunc(k.Channels, func(x Channel) bool { return x.ID == c.ID }):
			d.fail(at, say("channel id %s is there twice", "l’identifiant de levier %s est écrit deux fois", q(c.ID)))
		}
		if !slices.Contains(Platforms, c.Platform) {
			d.fail(d.find("channels", i, "platform"), unknown(say("platform", "plateforme"), c.Platform, Platforms))
		}
		if flight := d.find("channels", i, "flight"); flight != nil {
			ch.Flight = d.flight(c.Flight, "channels", i, "flight")
			if k.Budget.Pace != PaceByChannel {
				d.fail(flight, say("a channel has days of its own with pace: by_channel only", "un levier n’a ses propres jours qu’avec pace: by_channel"))
			} else if !k.Flight.Has(ch.Flight.Start) || !k.Flight.Has(ch.Flight.End) {
				d.fail(flight, say("the channel's days leave the flight, %s to %s", "les jours du levier sortent de la campagne, du %s au %s", k.Flight.Start, k.Flight.End))
			}
		}
		gross += int64(c.Budget)
		sum += ch.Budget
		bare = bare || c.Budget == 0
		k.Channels = append(k.Channels, ch)
	}
	total := d.find("budget", "total")
	differ := say("the channels' budgets add up to %s, the total is %s", "les budgets des leviers font %s, le total est %s", units(gross), units(int64(f.Budget.Total)))
	switch {
	case gross == int64(f.Budget.Total):
		k.Budget.Total = sum // the same but for the tax's rounding
	case k.Budget.Pace == PaceByChannel:
		d.fail(total, say("%s: with pace: by_channel they must be equal", "%s\u00a0: avec pace: by_channel ils doivent être égaux", differ))
	case gross > int64(f.Budget.Total) || !bare:
		d.warn(total, differ)
	}
}

// units writes an amount for a message: 6000 or 6000.50.
func units(v int64) string {
	if v%micro == 0 {
		return fmt.Sprint(v / micro)
	}
	return big.NewRat(v, micro).FloatString(2)
}

// conversions checks that each choice names something of this brief and a
// measure that its platforms have.
func (d *doc) conversions(k *Campaign, known Known) {
	keys := []string{"default"}
	platforms := map[string]string{} // of each key that means one
	for _, ch := range k.Channels {
		keys = append(keys, ch.ID)
		platforms[ch.ID], platforms[ch.Platform] = ch.Platform, ch.Platform
	}
	for key, m := range k.Conversions {
		switch {
		case slices.Contains(Platforms, key), slices.Contains(keys, key):
		default:
			d.fail(d.keyAt("conversions", key), unknown(say("platform or channel", "plateforme ou levier"), key, append(keys, Platforms...)))
			continue
		}
		if key != "default" {
			d.measure(m, cmp.Or(platforms[key], key), known, "conversions", key)
		}
	}
	// The default must hold for each channel that has no choice of its own.
	def, ok := k.Conversions["default"]
	for _, ch := range k.Channels {
		_, byChannel := k.Conversions[ch.ID]
		_, byPlatform := k.Conversions[ch.Platform]
		if ok && !byChannel && !byPlatform && !d.measure(def, ch.Platform, known, "conversions", "default") {
			break
		}
	}
}

// measure checks a conversion measure against those a platform's exports have.
func (d *doc) measure(m, platform string, known Known, path ...any) bool {
	list, ok := known.Measures[platform]
	if !ok {
		list = known.Measures[""]
	}
	if len(list) > 0 && !slices.Contains(list, m) {
		d.fail(d.find(path...), unknown(say("conversion measure of %s", "mesure de conversion de %s", platform), m, list))
		return false
	}
	return true
}

// terrain reads what the KPIs take from the brief: the client's margin, the
// audience, the market.
func (d *doc) terrain(k *Campaign, f campaignFile) {
	k.GrossMargin = f.GrossMargin.share()
	k.Audience = Audience{int64(f.Audience.Population), f.Audience.InTarget.share(), f.Audience.Source}
	k.Market = Market{int64(f.Market.Spend), locale.Day(f.Market.From), locale.Day(f.Market.To), f.Market.Source}
	if k.Market.To < k.Market.From {
		d.fail(d.find("market", "to"), say("the period ends on %s, before its start on %s", "la période finit le %s, avant son début le %s", k.Market.To, k.Market.From))
	}
	if d.find("market") != nil && k.Market.Spend == 0 {
		d.fail(d.find("market", "spend"), say("a market of 0: want what all advertisers spent", "un marché de 0\u00a0: il faut ce qu’ont dépensé tous les annonceurs"))
	}
}

// targets checks that each target has one bound and names a KPI that a client
// may see: reports show targets.
func (d *doc) targets(k *Campaign, f campaignFile, known Known) {
	for i, t := range f.Targets {
		at := d.find("targets", i)
		own := path.Join(kpisName, t.KPI+".yaml")
		switch {
		case known.KPIs == nil || slices.Contains(known.KPIs, t.KPI):
		case k.Client.Agency.problemsOf(own) != nil:
			d.fail(d.find("targets", i, "kpi"), say("the file %s has errors", "le fichier %s a des erreurs", own))
		default:
			t := unknown(say("KPI", "indicateur"), t.KPI, known.KPIs)
			if len(known.KPIs) > maxChoices {
				t = say("%s (vigie kpi --list shows them)", "%s (vigie kpi --list les montre)", t)
			}
			d.fail(d.find("targets", i, "kpi"), t)
		}
		if slices.Contains(known.Confidential, t.KPI) {
			d.fail(d.find("targets", i, "kpi"), say("%s is confidential: reports show targets to the client", "%s est confidentiel\u00a0: les rapports montrent les objectifs au client", q(t.KPI)))
		}
		out := Target{KPI: t.KPI, Tolerance: t.Tolerance.share()}
		n := 0
		for _, b := range []struct {
			name string
			v    number
		}{{"value", t.Value}, {"min", t.Min}, {"max", t.Max}} {
			if b.v.set {
				out.Bound, out.Value = b.name, b.v.v
				n++
			}
		}
		if n != 1 {
			d.fail(at, say("a target has one of value, min and max; this one has %d", "un objectif a l’un de value, min et max\u00a0; celui-ci en a %d", n))
		}
		if slices.ContainsFunc(k.Targets, func(x Target) bool { return x.KPI == out.KPI && x.Bound == out.Bound }) {
			d.fail(at, say("two targets for %s", "deux objectifs pour %s", q(t.KPI)))
		}
		k.Targets = append(k.Targets, out)
	}
}

// reports checks kinds, schedules and recipients.
func (d *doc) reports(k *Campaign, f campaignFile) {
	for i, r := range f.Reports {
		at := d.find("reports", i)
		out := Report{Kind: r.Kind, To: r.To, Review: cmp.Or(r.Review, "teacher")}
		if kinds := []string{"tracking", "review"}; !slices.Contains(kinds, r.Kind) {
			d.fail(d.find("reports", i, "kind"), unknown(say("kind of report", "sorte de rapport"), r.Kind, kinds))
		}
		if out.Review != "teacher" {
			d.fail(d.find("reports", i, "review"), unknown(say("review", "relecture"), r.Review, []string{"teacher"}))
		}
		out.When = d.schedule(r.When, r.Cron, "reports", i)
		if r.When == "" && r.Cron == "" {
			d.fail(at, say("the report has no time: %s", "le rapport n’a pas d’horaire\u00a0: %s", whenHelp))
		}
		for j, name := range r.To {
			if _, ok := k.Client.Contacts[name]; !ok {
				d.recipient(name, k.Client, "reports", i, "to", j)
			}
		}
		k.Reports = append(k.Reports, out)
	}
}
