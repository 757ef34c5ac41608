// Package simulate makes advertising campaigns that never ran: seeded, with
// planted truths that analyses can be held against, and written in the
// platforms' own export shapes.
//
// It decides how a day of an ad comes about: spend follows the plan, the weekday
// and the demand; impressions and clicks follow spend; conversions follow clicks,
// fall off as a day's spend grows beyond its plan, and arrive late. Everything is
// computed in whole numbers (cents, parts per million), never in floating point,
// whose last digits differ between processors: the same seed gives the same bytes
// everywhere.
//
// Each purpose draws from a stream of its own, so that planting something changes
// nothing else. draw.go has the streams and the laws. demo.go is the demo agency,
// exercise.go any number of others: both are scenarios of the one model here.
// plants.go says what can be planted, key.go writes down what was, and score.go
// holds findings against it. googleads.go, metaads.go and linkedinads.go write the
// exports.
package simulate

import (
	"vigie/internal/locale"
)

// million is one, in parts per million.
const million = 1_000_000

// entity is a platform campaign, an ad set or an ad, as it would behave if nothing
// happened to it.
type entity struct {
	channel  string
	platform string
	campaign string
	adSet    string // where the platform's export goes that deep
	ad       string // and where it goes deeper
	daily    int64  // planned spend a day, in cents
	share    int64  // of the plan that it manages to spend, in millionths
	cpc      int64  // cost of a click, in millionths of a euro
	ctr      int64  // clicks an impression, in millionths
	cvr      int64  // conversions a click, in millionths
	week     [7]int64
	value    int64 // of a conversion, in millionths of a euro; 0: its platform shows none
	// elastic is what a percent more spend than a day's plan adds to its
	// conversions, in millionths of a percent; 0 for one: returns do not diminish.
	elastic int64
}

// nature is how much chance there is, and of which kind. Spreads are in
// millionths; phi is variance over mean, in millionths, one being chance alone.
type nature struct {
	// Spread of a day around its mean: of spend, of impressions (0: that of counts
	// with impressionPhi), of the click rate and of the conversion rate.
	spend, impressions, ctr, cvr int64
	impressionPhi                int64
	clickPhi, conversionPhi      int64

	// Demand moves spend: what all accounts share, of which each day carries on a
	// part of the day before, and what is each campaign's own; spend follows
	// demand to the power follows.
	carry, shared, own, follows int64

	// A conversion comes on the day of its click with probability sameDay; later
	// ones are spread geometrically, each day taking all but carryOver of those
	// still to come.
	sameDay, carryOver int64

	// willing is how ready people are to convert on a weekday, Monday first.
	willing [7]int64

	// valueSpread is the spread of the logarithm of an order's value; one order in
	// a million ÷ whales is whaleSize times as large, and refunds come later.
	valueSpread, whales, whaleSize, refunds int64
}

// The weekdays of spending, Monday first, in millionths of the average.
var (
	leisure = [7]int64{950_000, 1_000_000, 1_050_000, 1_000_000, 950_000, 1_000_000, 1_050_000}
	office  = [7]int64{1_260_000, 1_260_000, 1_260_000, 1_260_000, 1_260_000, 350_000, 350_000}
)

// demoNature is that of the demo: no more than chance and a little unrest.
var demoNature = nature{
	spend: 60_000, impressions: 40_000, ctr: 50_000, cvr: 100_000,
	clickPhi: million, conversionPhi: million,
	sameDay: 700_000, carryOver: 600_000,
	willing: [7]int64{1_000_000, 1_000_000, 1_050_000, 1_000_000, 900_000, 950_000, 1_100_000},
}

// maxDelay is the last day, after that of the click, on which a conversion comes.
const maxDelay = 30

// scenario is a set of entities over a span of days, with what happens to them.
type scenario struct {
	seed     string
	nature   nature
	entities []entity
	first    locale.Day
	last     locale.Day // of what is played
	plants   []plant
	demands  map[string][]int64 // logarithm of demand by campaign, in millionths, from first on
}

// Day is one day of one platform campaign, ad set or ad, as its platform reports
// it.
type Day struct {
	Channel     string
	Platform    string
	Campaign    string
	AdSet       string // empty where the export stops at campaigns
	Ad          string // empty where it stops at ad sets
	Day         locale.Day
	Impressions int64
	Reach       int64 // people reached that day; days do not add up
	Clicks      int64 // to the site
	ClicksAll   int64 // of any kind
	Spend       int64 // millionths of a euro, whole cents
	Conversions int64 // known when the export was made
	Value       int64 // of these conversions, millionths of a euro, whole cents
	Valued      bool  // they have one: purchases, or bookings at what they bring
}

// plus adds up the figures of two days.
func (d Day) plus(o Day) Day {
	d.Impressions += o.Impressions
	d.Reach += o.Reach
	d.Clicks += o.Clicks
	d.ClicksAll += o.ClicksAll
	d.Spend += o.Spend
	d.Conversions += o.Conversions
	d.Value += o.Value
	return d
}

// happened is a day of an entity with all that ever comes of it.
type happened struct {
	Day    // without conversions
	orders []order
}

// order is a conversion: when it comes in, and when it is given back, in days
// after that of its click (0: never).
type order struct {
	after, back int
	value       int64
}

// asOf is the day as a platform reports it when the last day that it knows has
// ended.
func (h happened) asOf(last locale.Day) Day {
	d := h.Day
	for _, o := range h.orders {
		if d.Day+locale.Day(o.after) > last {
			continue
		}
		d.Conversions++
		if o.back == 0 || d.Day+locale.Day(o.back) > last {
			d.Value += o.value
		}
	}
	return d
}

// run plays the scenario, day after day and entity after entity.
func (s *scenario) run() []happened {
	var out []happened
	s.demand()
	for d := s.first; d <= s.last; d++ {
		today := len(out)
		for i := range s.entities {
			out = append(out, s.day(i, d))
		}
		bill(out[today:])
	}
	return out
}

// bill takes the spend of ads without a click away where clicks are billed: other
// ads of their campaign spend it, if any has a click.
func bill(day []happened) {
	for i := 0; i < len(day); {
		n := i
		var free, spent int64
		for ; n < len(day) && day[n].Campaign == day[i].Campaign && day[n].Platform == "googleads"; n++ {
			if day[n].Clicks == 0 {
				free, day[n].Spend = free+day[n].Spend, 0
			}
			spent += day[n].Spend
		}
		for left, ad := free, i; ad < n && spent > 0; ad++ {
			if day[ad].Clicks == 0 {
				continue
			}
			// What is left goes in proportion, to the cent.
			more := mulDiv(left/10_000, day[ad].Spend, spent) * 10_000
			left, spent = left-more, spent-day[ad].Spend
			day[ad].Spend += more
		}
		i = max(n, i+1)
	}
}

// demand draws how demand goes, once: in all accounts together, and in each
// campaign.
func (s *scenario) demand() {
	if s.demands != nil {
		return
	}
	s.demands = map[string][]int64{}
	if s.nature.follows == 0 {
		return
	}
	all, level := stream(s.seed, "demand"), int64(0)
	for d := s.first; d <= s.last; d++ {
		level = level*s.nature.carry/million + all.normal(s.nature.shared)
		for _, e := range s.entities {
			if n := int(d - s.first); len(s.demands[e.campaign]) == n {
				own := stream(s.seed, e.platform, e.campaign, d.String(), "demand")
				s.demands[e.campaign] = append(s.demands[e.campaign], level+own.normal(s.nature.own))
			}
		}
	}
}

// demanded is the factor of demand on a day, holidays included.
func (s *scenario) demanded(e entity, d locale.Day, in influence) int64 {
	log := int64(0)
	if days := s.demands[e.campaign]; int(d-s.first) < len(days) {
		log = days[d-s.first]
	}
	if log == 0 && in.demand == million {
		return million
	}
	return part(exp(log), in.demand)
}

// meant is what an entity is about to do on a day, before chance has its say.
type meant struct {
	plan  int64 // cents, with the weekday
	spend int64 // cents, with demand
	limit int64 // cents; 0: none
	cpc   int64
	ctr   int64 // of clicks
	base  int64 // click rate that impressions are bought at
	cvr   int64
}

func (s *scenario) means(e entity, d locale.Day, in influence) meant {
	wd := d.Weekday()
	m := meant{plan: part(part(part(e.daily, e.share), in.plan), e.week[wd])}
	demand := s.demanded(e, d, in)
	if demand != million {
		demand = power(demand, s.nature.follows)
	}
	m.spend = part(m.plan, demand)
	if in.cap > 0 {
		m.limit = part(part(e.daily, e.share), in.cap)
	}
	m.cpc = part(e.cpc, in.auction)
	m.base = e.ctr
	m.ctr = min(part(e.ctr, in.ctr), million)
	m.cvr = min(part(part(e.cvr, s.nature.willing[wd]), in.cvr), million)
	return m
}

// saturated is a conversion rate on a day that spends more, or less, than planned.
func (e entity) saturated(cvr, spend, plan int64) int64 {
	if e.elastic == 0 || spend <= 0 || plan <= 0 {
		return cvr
	}
	return min(part(cvr, power(mulDiv(spend, million, plan), e.elastic-million)), million)
}

// day plays one day of one entity. Each purpose draws from its own stream, so
// that planting something changes nothing else.
func (s *scenario) day(i int, d locale.Day) happened {
	e, in := s.entities[i], s.influence(i, d)
	draw := func(purpose string) *source { return e.stream(s.seed, d, purpose) }
	m, n := s.means(e, d, in), s.nature

	cents := part(m.spend, draw("spend").around(n.spend))
	if m.limit > 0 {
		cents = min(cents, m.limit)
	}
	spend := cents * 10_000
	imps := mulDiv(mulDiv(spend, million, m.cpc), 1, m.base)
	spread := n.impressions
	if n.impressionPhi > 0 {
		spread = root(mulDiv(n.impressionPhi, million, max(imps, 1)))
	}
	imps = part(imps, draw("impressions").around(spread))
	out := happened{Day: Day{
		Channel: e.channel, Platform: e.platform, Campaign: e.campaign, AdSet: e.adSet, Ad: e.ad, Day: d, Valued: e.value > 0,
		Impressions: imps, Spend: spend,
		Clicks: draw("clicks").count(imps, part(m.ctr, draw("ctr").around(n.ctr)), n.clickPhi),
	}}
	out.ClicksAll = out.Clicks + draw("other clicks").count(imps, otherClicks, n.clickPhi)
	out.Reach = part(part(imps, reachShare), in.reach)

	cvr := part(e.saturated(m.cvr, cents, m.plan), draw("cvr").around(n.cvr))
	came := draw("conversions").count(out.Clicks, min(cvr, million), n.conversionPhi)
	if in.recorded < million {
		came = draw("outage").binomial(came, in.recorded)
	}
	out.orders = s.orders(e, in, came, draw)
	return out
}

// orders draws when the conversions of a day come in, and what they are worth.
func (s *scenario) orders(e entity, in influence, came int64, draw func(string) *source) []order {
	n, delay, value, back := s.nature, draw("delay"), draw("value"), draw("refund")
	list := make([]order, 0, came)
	carryOver := n.carryOver
	if in.slow {
		carryOver = million - (million-carryOver)/2 // what is left takes twice as long
	}
	for range came {
		o := order{after: delay.delay(n.sameDay, carryOver), value: e.value}
		if e.value > 0 && n.valueSpread > 0 {
			// The mean of such a value is e^(spread² ÷ 2) times its median.
			log := value.normal(n.valueSpread) - n.valueSpread*n.valueSpread/(2*million)
			o.value = part(e.value, exp(log))
			if value.below(million) < n.whales {
				o.value *= n.whaleSize
			}
			o.value = part(o.value, in.value) / 10_000 * 10_000
			if back.below(million) < n.refunds {
				o.back = o.after + int(back.between(7, 14))
			}
		}
		list = append(list, o)
		for range in.copies {
			list = append(list, o)
		}
	}
	if in.whale > 0 && e.value > 0 {
		list = append(list, order{value: part(e.value, in.whale) / 10_000 * 10_000})
	}
	return list
}

// What Meta shows besides: clicks that do not leave it, in millionths of
// impressions, and people reached, in millionths of a day's impressions.
const (
	otherClicks = 4_000
	reachShare  = 780_000
)

// stream is the independent stream of one purpose of the entity on one day.
func (e entity) stream(seed string, d locale.Day, purpose string) *source {
	object := e.adSet
	if e.ad != "" {
		object += "/" + e.ad
	}
	return stream(seed, e.platform, e.campaign, object, d.String(), purpose)
}
