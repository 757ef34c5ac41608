package insight_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"vigie/internal/locale"
	"vigie/metrics"
	"vigie/metrics/insight"
)

// quietRules are the rules whose false alarms are counted.
var quietRules = []string{
	"bot-clicks", "double-tagging", "immature", "level-shift", "missing-days", "mix-shift",
	"repeated-days", "trend", "unit-change", "whale-order",
}

// quiet is a campaign in which nothing happens: four channels over eight weeks,
// with the weekdays of a shop, spend that follows demand, counts with a
// dispersion of 1.2 to 2.5 and orders of unequal value.
func quiet(seed uint64) insight.Case {
	rng := rand.New(rand.NewPCG(seed, 11))
	count := func(mean, phi float64) float64 { // negative binomial
		if mean <= 0 {
			return 0
		}
		beta := 1 / (phi - 1)
		return distuv.Poisson{Lambda: max(1e-9, distuv.Gamma{Alpha: mean * beta, Beta: beta, Src: rng}.Rand()), Src: rng}.Rand()
	}
	const days = 56
	week := []float64{1.10, 1.12, 1.10, 1.05, .98, .80, .85}
	start := locale.Date(2026, 8, 31)
	c := insight.Case{
		Report: fmt.Sprint(seed), Currency: "EUR", Flight: insight.Span{From: start, To: start + 69},
		Plans: map[string]insight.Plan{}, Targets: map[string]float64{}, Platforms: map[string]string{},
	}
	for range days {
		c.Whole.Days = append(c.Whole.Days, metrics.Day{Day: start + locale.Day(len(c.Whole.Days)), Known: true, Complete: true})
	}
	blank := slices.Clone(c.Whole.Days)
	wander, demand := make([]float64, days), 0.0
	for i := range wander {
		demand = .4*demand + .06*rng.NormFloat64()
		wander[i] = math.Exp(demand)
	}
	for k := range 4 {
		s := metrics.Series{ID: fmt.Sprintf("ch%d", k), Label: fmt.Sprintf("Levier %d", k), Platform: []string{"googleads", "metaads"}[k%2], Days: slices.Clone(blank)}
		members := make([]metrics.Object, rng.IntN(2)*2)
		for j := range members {
			id := fmt.Sprintf("%s/C%d", s.ID, j)
			members[j] = metrics.Object{ID: id, Channel: s.ID, Level: metrics.CampaignLevel, Parent: s.ID, Name: fmt.Sprintf("C%d", j), Days: slices.Clone(blank)}
		}
		spend, cpm, ctr, cvr := 40+160*rng.Float64(), 5+20*rng.Float64(), .005+.03*rng.Float64(), .02+.08*rng.Float64()
		phi, basket := 1.2+1.3*rng.Float64(), 40+60*rng.Float64()
		parts := max(1, len(members))
		for i := range s.Days {
			for j := range parts {
				x := spend / float64(parts) * week[i%7] * math.Sqrt(wander[i]) * math.Exp(.08*rng.NormFloat64())
				views := count(x/cpm*1000, 20)
				clicks := min(views, count(views*ctr, 1+phi/2))
				conversions := count(clicks*cvr*math.Sqrt(wander[i]), phi)
				value := 0.0
				for range int(conversions) {
					value += basket * math.Exp(.703*rng.NormFloat64()-.247)
				}
				for _, d := range append([]*metrics.Day{&s.Days[i], &c.Whole.Days[i]}, own(members, j, i)...) {
					d.Spend += int64(math.Round(x*100)) * 10000
					d.Impressions += int64(views)
					d.Clicks += int64(clicks)
					d.Conversions += int64(conversions) * metrics.Micro
					d.ConversionValue += int64(math.Round(value*100)) * 10000
				}
			}
		}
		c.Channels = append(c.Channels, s)
		c.Objects = append(c.Objects, members...)
	}
	return c
}

func own(members []metrics.Object, j, i int) []*metrics.Day {
	if len(members) == 0 {
		return nil
	}
	return []*metrics.Day{&members[j].Days[i]}
}

// asOf is a campaign as it is known some days after its start: the last week is
// young, and the fortnight before it is compared.
func asOf(c insight.Case, days int) insight.Case {
	cut := func(all []metrics.Day) []metrics.Day {
		out := slices.Clone(all[:days])
		for i := range out {
			out[i].Mature = i < days-7
		}
		return out
	}
	last := c.Flight.From + locale.Day(days) - 1
	n := locale.Day(min(14, (days-7)/2))
	c.Today = last + 1
	c.Period = insight.Span{From: last - 7 - n + 1, To: last - 7}
	c.Previous = insight.Span{From: c.Period.From - n, To: c.Period.From - 1}
	c.Whole.Days = cut(c.Whole.Days)
	c.Channels, c.Objects = slices.Clone(c.Channels), slices.Clone(c.Objects)
	for i := range c.Channels {
		c.Channels[i].Days = cut(c.Channels[i].Days)
	}
	for i := range c.Objects {
		c.Objects[i].Days = cut(c.Objects[i].Days)
	}
	return c
}

// TestQuiet asks the rules each week of campaigns in which nothing happens. What
// they hold to be established or likely is a false alarm, counted once for as
// long as it stands; all together may raise two for each hundred
// campaign-weeks. A calibration takes ten times as many campaigns.
func TestQuiet(t *testing.T) {
	if testing.Short() {
		t.Skip("calibration")
	}
	seeds := 20
	if os.Getenv("VIGIE_CALIBRATE") != "" {
		seeds = 200
	}
	type alarm struct {
		rule, scope string
		insight.Span
	}
	weeks, alarms, watch := 0, map[string]int{}, map[string]int{}
	for seed := range seeds {
		c := quiet(uint64(seed))
		var seen []alarm
		for days := 14; days <= len(c.Whole.Days); days += 7 {
			weeks++
			for _, f := range insight.Examine(asOf(c, days)).Findings {
				if !slices.Contains(quietRules, f.Rule) {
					continue
				}
				if f.Level == insight.Watch {
					watch[f.Rule]++
					continue
				}
				a := alarm{f.Rule, f.Scope, insight.Span{From: f.From, To: f.To}}
				if i := slices.IndexFunc(seen, func(b alarm) bool {
					return b.rule == a.rule && b.scope == a.scope && b.From <= a.To && a.From <= b.To
				}); i >= 0 {
					seen[i] = a
					continue
				}
				seen = append(seen, a)
				alarms[f.Rule]++
			}
		}
	}
	fewAlarms(t, weeks, alarms)
	t.Logf("to watch %v", watch)
}

// fewAlarms allows two false alarms for each hundred campaign-weeks, and three
// standard errors of that.
func fewAlarms(t *testing.T, weeks int, alarms map[string]int) {
	t.Helper()
	total := 0
	for _, n := range alarms {
		total += n
	}
	share := float64(total) / float64(weeks)
	t.Logf("%d campaign-weeks: %d false alarms (%.4f) %v", weeks, total, share, alarms)
	if limit := 0.02 + 3*math.Sqrt(0.02/float64(weeks)); share > limit {
		t.Errorf("%.4f false alarms a campaign-week, at most %.4f", share, limit)
	}
}

// TestSettles plants a delay of conversions in quiet campaigns, exported daily or
// weekly, and asks where the CPA of the last days is said to settle: the 90 %
// interval should hold what came of it.
func TestSettles(t *testing.T) {
	if testing.Short() {
		t.Skip("calibration")
	}
	seeds := 20
	if os.Getenv("VIGIE_CALIBRATE") != "" {
		seeds = 200
	}
	const days, window = 56, 14
	for _, every := range []int{1, 7} {
		held, told := 0, 0
		for seed := range seeds {
			c := quiet(uint64(seed))
			rng := rand.New(rand.NewPCG(uint64(seed), 12))
			final := 0.0
			c.Triangles = []metrics.Triangle{{Platform: "googleads", Measure: "conversions"}, {Platform: "metaads", Measure: "conversions"}}
			last := c.Flight.From + days - 1
			for k := range c.Channels {
				tr := &c.Triangles[k%2]
				for i := range c.Channels[k].Days {
					d := &c.Channels[k].Days[i]
					// By the number of days later that a conversion comes in.
					var late [window + 1]int64
					for range d.Conversions / metrics.Micro {
						lag := 0
						if rng.Float64() > .58 {
							for lag = 1; lag < window && rng.Float64() < .7; lag++ {
							}
						}
						late[lag]++
					}
					if len(tr.Origins) <= i {
						tr.Origins = append(tr.Origins, metrics.Origin{Day: d.Day})
					}
					n, seen := 0, int64(0)
					for lag := 0; d.Day+locale.Day(lag) <= last; lag++ {
						if lag <= window {
							seen += late[lag]
						}
						if (int(last-d.Day)-lag)%every != 0 {
							continue
						}
						if o := &tr.Origins[i]; len(o.Values) <= n {
							o.Values = append(o.Values, metrics.KnownValue{Lag: lag})
						}
						tr.Origins[i].Values[n].Value += seen * metrics.Micro
						n++
					}
					if i >= days-7 {
						final += float64(d.Conversions) / metrics.Micro
					}
					c.Whole.Days[i].Conversions += seen*metrics.Micro - d.Conversions
					d.Conversions = seen * metrics.Micro
				}
			}
			c.Objects = nil
			for _, f := range insight.Examine(asOf(c, days)).Findings {
				if f.Rule == "immature" && f.Effect.Confidence > 0 {
					told++
					spend := f.Value * f.Volume.Value
					if cpa := spend / final; f.Value*(1+f.Effect.Low) <= cpa && cpa <= f.Value*(1+f.Effect.High) {
						held++
					}
				}
			}
		}
		share := float64(held) / float64(max(1, told))
		t.Logf("exported every %d days: told %d of %d, the interval holds %d (%.3f)", every, told, seeds, held, share)
		if told < seeds*9/10 || math.Abs(share-.90) > .08+3*math.Sqrt(.09/float64(seeds)) {
			t.Errorf("exported every %d days: told %d of %d, holds %.3f", every, told, seeds, share)
		}
	}
}

// TestPlanted plants one trouble in the largest channel of quiet campaigns and asks
// that its rule finds it there, or in its platform, near its days.
func TestPlanted(t *testing.T) {
	if testing.Short() {
		t.Skip("calibration")
	}
	seeds := 15
	if os.Getenv("VIGIE_CALIBRATE") != "" {
		seeds = 150
	}
	const days = 56
	for _, p := range []struct {
		name, rule string
		from, to   int // days of the trouble
		least      float64
		plant      func(i int, s *metrics.Series)
	}{
		{"conversions doubled", "double-tagging", 32, days - 1, .70, func(i int, s *metrics.Series) {
			s.Days[i].Conversions *= 2
			s.Days[i].ConversionValue *= 2
		}},
		{"amounts in cents", "unit-change", 32, days - 1, .90, func(i int, s *metrics.Series) { s.Days[i].Spend *= 100 }},
		{"tax of 20 % on top", "unit-change", 32, days - 1, .60, func(i int, s *metrics.Series) { s.Days[i].Spend = s.Days[i].Spend / 10 * 12 }},
		{"80 % more clicks in six days", "bot-clicks", 38, 43, .60, func(i int, s *metrics.Series) { s.Days[i].Clicks = s.Days[i].Clicks * 9 / 5 }},
		{"three days copied", "repeated-days", 30, 32, .90, func(i int, s *metrics.Series) {
			d := s.Days[i]
			s.Days[i] = s.Days[i-7]
			s.Days[i].Day = d.Day
		}},
		{"four days without an export", "missing-days", 40, 43, 1, func(i int, s *metrics.Series) { s.Days[i] = metrics.Day{Day: s.Days[i].Day} }},
		{"a third of the conversions lost in the first month", "level-shift", 18, days - 1, .40, func(i int, s *metrics.Series) {
			n := s.Days[i].Conversions / metrics.Micro * 6 / 10
			s.Days[i].Conversions = n * metrics.Micro
		}},
		{"clicks 3 % dearer each week", "trend", 0, days - 1, .50, func(i int, s *metrics.Series) {
			s.Days[i].Spend = int64(float64(s.Days[i].Spend) * math.Pow(1.03, float64(i)/7))
		}},
		{"an order worth half of the fortnight", "whale-order", 44, 44, .80, func(i int, s *metrics.Series) {
			total := int64(0)
			for _, d := range s.Days[35:49] {
				total += d.ConversionValue
			}
			s.Days[i].ConversionValue += total
		}},
	} {
		found := 0
		for seed := range seeds {
			c := quiet(uint64(seed))
			c.Objects = nil
			channel, most := 0, int64(0) // the one with the most conversions
			for k, s := range c.Channels {
				n := int64(0)
				for _, d := range s.Days {
					n += d.Conversions
				}
				if n > most {
					channel, most = k, n
				}
			}
			s := &c.Channels[channel]
			for i := p.from; i <= p.to; i++ {
				was, w := s.Days[i], &c.Whole.Days[i]
				p.plant(i, s)
				d := s.Days[i]
				w.Spend += d.Spend - was.Spend
				w.Clicks += d.Clicks - was.Clicks
				w.Impressions += d.Impressions - was.Impressions
				w.Conversions += d.Conversions - was.Conversions
				w.ConversionValue += d.ConversionValue - was.ConversionValue
			}
			c = asOf(c, days)
			start, end := c.Flight.From+locale.Day(p.from), c.Flight.From+locale.Day(p.to)
			for i := range c.Channels[channel].Days {
				if d := &c.Channels[channel].Days[i]; !d.Known {
					d.Complete, d.Mature = false, false
				}
			}
			if slices.ContainsFunc(insight.Examine(c).Findings, func(f insight.Finding) bool {
				near := max(f.From-start, start-f.From) <= 3
				return f.Rule == p.rule && (f.Scope == s.ID || f.Scope == "platform:"+s.Platform) && (near || p.rule == "trend") && f.From <= end
			}) {
				found++
			}
		}
		share := float64(found) / float64(seeds)
		t.Logf("%s: %s finds %d of %d", p.name, p.rule, found, seeds)
		if share < p.least-1.5/math.Sqrt(float64(seeds)) {
			t.Errorf("%s: %s finds %.2f, at least %.2f", p.name, p.rule, share, p.least)
		}
	}
}
