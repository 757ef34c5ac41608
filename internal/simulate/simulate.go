// Package simulate makes advertising campaigns that never ran: seeded, with
// planted truths that analyses can be held against, and written in the
// platforms' own export shapes.
//
// It decides how a day of an ad comes about: spend follows the plan and the
// weekday, impressions and clicks follow spend, conversions follow clicks and
// arrive late. Everything is computed in whole numbers (cents, parts per
// million), never in floating point, whose last digits differ between
// processors: the same seed gives the same bytes everywhere.
//
// demo.go is the demo agency; googleads.go, metaads.go and linkedinads.go write
// the exports.
package simulate

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/bits"
	"math/rand/v2"

	"vigie/internal/locale"
)

// million is one, in parts per million.
const million = 1_000_000

// entity is a platform campaign, or an ad set of one, as it would behave if
// nothing happened to it.
type entity struct {
	channel  string
	platform string
	campaign string
	adSet    string // where the platform's export goes that deep
	daily    int64  // planned spend a day, in cents
	share    int64  // of the plan that it manages to spend, in millionths
	cpc      int64  // cost of a click, in millionths of a euro
	ctr      int64  // clicks an impression, in millionths
	cvr      int64  // conversions a click, in millionths
	week     [7]int64
}

// The weekdays of spending, Monday first, in millionths of the average.
var (
	leisure = [7]int64{950_000, 1_000_000, 1_050_000, 1_000_000, 950_000, 1_000_000, 1_050_000}
	office  = [7]int64{1_260_000, 1_260_000, 1_260_000, 1_260_000, 1_260_000, 350_000, 350_000}
)

// willing is how ready people are to convert on a weekday, in millionths.
var willing = [7]int64{1_000_000, 1_000_000, 1_050_000, 1_000_000, 900_000, 950_000, 1_100_000}

// Spread of a day around its mean, in millionths: of spend, of impressions, of
// the click rate and of the conversion rate.
const (
	spendNoise = 60_000
	impNoise   = 40_000
	ctrNoise   = 50_000
	cvrNoise   = 100_000
)

// A conversion comes on the day of its click with probability sameDay; later
// ones are spread geometrically, each day taking all but carryOver of those
// still to come. Both in millionths.
const (
	sameDay   = 700_000
	carryOver = 600_000
	maxDelay  = 30
)

// scenario is a set of entities over a span of days, with what happens to them.
type scenario struct {
	seed     string
	entities []entity
	first    locale.Day
	last     locale.Day // of the data; conversions that come later are not in yet
	outage   Outage
	rise     Rise
}

// lostTag is the share of conversions still recorded during an outage, in
// millionths.
const lostTag = 50_000

// Day is one day of one platform campaign or ad set, as its platform reports
// it.
type Day struct {
	Channel     string
	Platform    string
	Campaign    string
	AdSet       string // empty where the export stops at campaigns
	Day         locale.Day
	Impressions int64
	Reach       int64 // people reached that day; days do not add up
	Clicks      int64 // to the site
	ClicksAll   int64 // of any kind
	Spend       int64 // millionths of a euro, whole cents
	Conversions int64 // known when the export was made
}

// Outage is a time when the tag of a platform recorded almost no conversions,
// while clicks went on.
type Outage struct {
	Platform    string
	Channels    []string
	First, Last locale.Day
}

// Rise is a rise of the cost per click of a channel, from one day on.
type Rise struct {
	Channel string
	From    locale.Day
	Percent int64 // of the cost before
}

// Factor is the cost after over the cost before.
func (r Rise) Factor() float64 { return float64(100+r.Percent) / 100 }

// run plays the scenario, day after day and entity after entity.
func (s scenario) run() []Day {
	var out []Day
	for d := s.first; d <= s.last; d++ {
		for _, e := range s.entities {
			out = append(out, s.day(e, d))
		}
	}
	return out
}

// day plays one day of one entity. Each purpose draws from its own stream, so
// that planting something changes nothing else.
func (s scenario) day(e entity, d locale.Day) Day {
	draw := func(purpose string) *source { return stream(s.seed, e, d, purpose) }
	wd := d.Weekday()

	cents := part(part(part(e.daily, e.share), e.week[wd]), draw("spend").around(spendNoise))
	spend := cents * 10_000
	cpc := e.cpc
	if s.rise.Channel == e.channel && d >= s.rise.From {
		cpc = mulDiv(cpc, 100+s.rise.Percent, 100)
	}
	imps := mulDiv(mulDiv(spend, million, cpc), 1, e.ctr)
	imps = part(imps, draw("impressions").around(impNoise))
	out := Day{
		Channel: e.channel, Platform: e.platform, Campaign: e.campaign, AdSet: e.adSet, Day: d,
		Impressions: imps, Spend: spend,
		Clicks: draw("clicks").binomial(imps, part(e.ctr, draw("ctr").around(ctrNoise))),
	}
	if out.Clicks == 0 && e.platform == "googleads" {
		out.Spend = 0 // where clicks are billed, a day without one is free
	}
	out.ClicksAll = out.Clicks + draw("other clicks").binomial(imps, otherClicks)
	out.Reach = part(imps, reachShare)

	cvr := part(part(e.cvr, willing[wd]), draw("cvr").around(cvrNoise))
	came := draw("conversions").binomial(out.Clicks, cvr)
	if s.outage.Platform == e.platform && d >= s.outage.First && d <= s.outage.Last {
		came = draw("outage").binomial(came, lostTag)
	}
	delay := draw("delay")
	for range came {
		if d+locale.Day(delay.delay()) <= s.last {
			out.Conversions++
		}
	}
	return out
}

// What Meta shows besides: clicks that do not leave it, in millionths of
// impressions, and people reached, in millionths of a day's impressions.
const (
	otherClicks = 4_000
	reachShare  = 780_000
)

// source is a stream of random whole numbers.
type source struct{ pcg *rand.PCG }

// stream is the independent stream of one purpose of one entity on one day.
func stream(seed string, e entity, d locale.Day, purpose string) *source {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%s\x00%s\x00%s\x00%s", seed, e.platform, e.campaign, e.adSet, d, purpose))
	return &source{rand.NewPCG(binary.BigEndian.Uint64(sum[:]), binary.BigEndian.Uint64(sum[8:]))}
}

// below is a whole number from 0 to n−1.
func (s *source) below(n uint64) int64 {
	hi, _ := bits.Mul64(s.pcg.Uint64(), n)
	return int64(hi)
}

// around is a factor near one, in millionths: normal with the given spread
// (the sum of twelve uniform numbers), kept positive.
func (s *source) around(spread int64) int64 {
	z := int64(-6 * million)
	for range 12 {
		z += s.below(million)
	}
	return max(million+z*spread/million, million/10)
}

// binomial counts the successes of n trials of probability p, in millionths.
func (s *source) binomial(n, p int64) (hits int64) {
	for range n {
		if s.below(million) < p {
			hits++
		}
	}
	return hits
}

// delay is the days between a click and its conversion.
func (s *source) delay() int {
	if s.below(million) < sameDay {
		return 0
	}
	d := 1
	for d < maxDelay && s.below(million) < carryOver {
		d++
	}
	return d
}

// part is a share of a whole, in millionths, rounded to the nearest.
func part(whole, share int64) int64 { return mulDiv(whole, share, million) }

// mulDiv is a × b ÷ c for numbers that are not negative, rounded to the
// nearest.
func mulDiv(a, b, c int64) int64 {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	lo, carry := bits.Add64(lo, uint64(c)/2, 0)
	q, _ := bits.Div64(hi+carry, lo, uint64(c))
	return int64(q)
}
