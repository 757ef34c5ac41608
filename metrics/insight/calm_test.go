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
	"vigie/metrics/insight/insighttest"
)

// calmRules are the rules whose false alarms are counted here.
var calmRules = []string{
	"brand-hides-generic", "budget-cap", "competitor", "fatigue", "learning", "target-reach", "weekday-pattern", "winner",
}

// calm is a campaign in which nothing happens, down to its ads: four channels
// over eight weeks with the weekdays of a shop, one or two ad groups of two or
// three ads whose rates are equal, counts with a dispersion of 1.2 to 2.5,
// impression shares that wander, a platform campaign on the brand that costs
// what the others do, and targets and budgets that the truth meets by a tenth.
func calm(seed uint64) insight.Case {
	rng := rand.New(rand.NewPCG(seed, 12))
	count := func(mean, phi float64) float64 {
		if mean <= 0 {
			return 0
		}
		lambda := distuv.Gamma{Alpha: mean / (phi - 1), Beta: 1 / (phi - 1), Src: rng}.Rand()
		return distuv.Poisson{Lambda: max(1e-9, lambda), Src: rng}.Rand()
	}
	const days, flight = 56, 70
	week := []float64{1.10, 1.12, 1.10, 1.05, .98, .80, .85}
	start := locale.Date(2026, 8, 31)
	c := insight.Case{
		Report: fmt.Sprint(seed), Currency: "EUR", Flight: insight.Span{From: start, To: start + flight - 1},
		Plans: map[string]insight.Plan{}, Targets: map[string]float64{}, Platforms: map[string]string{},
	}
	blank := func() []metrics.Day {
		out := make([]metrics.Day, days)
		for i := range out {
			out[i] = metrics.Day{Day: start + locale.Day(i), Known: true, Complete: true}
		}
		return out
	}
	c.Whole.Days = blank()
	truth := struct{ spend, conversions float64 }{}
	for k := range 4 {
		s := metrics.Series{ID: fmt.Sprintf("ch%d", k), Label: fmt.Sprintf("Levier %d", k), Platform: []string{"googleads", "metaads"}[k%2], Days: blank()}
		spend, cpm, ctr, cvr := 40+160*rng.Float64(), 5+20*rng.Float64(), .005+.03*rng.Float64(), .02+.08*rng.Float64()
		phi, share := 1.2+1.3*rng.Float64(), .3+.5*rng.Float64()
		truth.spend += spend
		truth.conversions += spend / cpm * 1000 * ctr * cvr
		object := func(level, parent, name string) int {
			c.Objects = append(c.Objects, metrics.Object{ID: parent + "/" + name, Channel: s.ID, Level: level, Parent: parent, Name: name, Days: blank()})
			return len(c.Objects) - 1
		}
		type path struct{ campaign, group, ad int }
		var ads []path
		for g := range 1 + rng.IntN(2) {
			name := []string{"Offre", "Marque"}[g]
			campaign := object(metrics.CampaignLevel, s.ID, name)
			group := object(metrics.AdGroupLevel, s.ID+"/"+name, "G")
			for a := range 2 + rng.IntN(2) {
				ads = append(ads, path{campaign, group, object(metrics.AdLevel, s.ID+"/"+name+"/G", fmt.Sprint("A", a))})
			}
		}
		weight := make([]float64, len(ads))
		all := 0.0
		for j := range weight {
			weight[j] = .3 + rng.Float64()
			all += weight[j]
		}
		for i := range s.Days {
			demand := week[i%7] * math.Exp(.06*rng.NormFloat64())
			for j, p := range ads {
				x := spend * weight[j] / all * demand * math.Exp(.08*rng.NormFloat64())
				views := count(x/cpm*1000, 20)
				clicks := min(views, count(views*ctr, 1+phi/2))
				conversions := count(clicks*cvr, phi)
				for _, d := range []*metrics.Day{&s.Days[i], &c.Whole.Days[i], &c.Objects[p.campaign].Days[i], &c.Objects[p.group].Days[i], &c.Objects[p.ad].Days[i]} {
					d.Spend += int64(math.Round(x*100)) * 10000
					d.Impressions += int64(views)
					d.Clicks += int64(clicks)
					d.Conversions += int64(conversions) * metrics.Micro
				}
			}
			if k%2 == 0 {
				d := &s.Days[i]
				d.Eligible = int64(float64(d.Impressions) / (share * math.Exp(.05*rng.NormFloat64())))
				d.LostBudget = int64(.04 * float64(d.Eligible))
			}
		}
		c.Channels = append(c.Channels, s)
		budget := int64(spend * flight * metrics.Micro)
		c.Plans[s.ID] = insight.Plan{Budget: budget, Days: insighttest.Even(budget, flight)}
	}
	budget := int64(1.1 * truth.spend * flight * metrics.Micro)
	c.Plans[""] = insight.Plan{Budget: budget, Days: insighttest.Even(budget, flight)}
	c.Targets["cpa"] = 1.1 * truth.spend / truth.conversions
	c.Targets["conversions"] = .9 * truth.conversions * flight
	return c
}

// TestCalm asks the rules each week of campaigns in which nothing happens. What
// they hold to be established or likely is a false alarm, counted once for as
// long as it stands: at most two for each hundred campaign-weeks, three standard
// errors allowed. A calibration takes ten times as many campaigns.
func TestCalm(t *testing.T) {
	if testing.Short() {
		t.Skip("calibration")
	}
	seeds := 20
	if os.Getenv("VIGIE_CALIBRATE") != "" {
		seeds = 200
	}
	weeks, watch, alarms, standing := 0, map[string]int{}, map[string]int{}, map[string]int{}
	for seed := range seeds {
		c := calm(uint64(seed))
		var before map[string]bool
		for days := 14; days <= len(c.Whole.Days); days += 7 {
			weeks++
			now := map[string]bool{}
			for _, f := range insight.Examine(asOf(c, days)).Findings {
				switch {
				case !slices.Contains(calmRules, f.Rule):
				case f.Level == insight.Watch:
					watch[f.Rule]++
				default:
					standing[f.Rule]++
					if now[f.Rule+f.Scope] = true; !before[f.Rule+f.Scope] {
						alarms[f.Rule]++
					}
				}
			}
			before = now
		}
	}
	fewAlarms(t, weeks, alarms)
	t.Logf("standing %v, to watch %v", standing, watch)
}

// TestSeen plants what the rules are for in calm campaigns: an ad that converts
// half as often again, one whose click rate falls by half over four weeks, weekends
// that convert half as well, a target a fifth too high. It counts how many are told,
// at any level, by the end, and at which levels.
func TestSeen(t *testing.T) {
	if testing.Short() {
		t.Skip("calibration")
	}
	seeds := 20
	if os.Getenv("VIGIE_CALIBRATE") != "" {
		seeds = 200
	}
	// What is planted must be seen in most campaigns; the ads of calm ones are
	// small, and half of the plants lie below what their days can show.
	least := map[string]float64{"winner": .25, "fatigue": .5, "weekday-pattern": .4, "target-reach": .8}
	seen, levels := map[string]int{}, map[string]map[insight.Level]int{}
	for seed := range seeds {
		c := calm(uint64(seed))
		rng := rand.New(rand.NewPCG(uint64(seed), 13))
		kept := func(n int64, p float64) int64 {
			return int64(distuv.Binomial{N: float64(n), P: p, Src: rng}.Rand())
		}
		// on changes the clicks and conversions of an ad, and of all above it.
		on := func(ad int, i int, clicks, conversions int64) {
			o := c.Objects[ad]
			for _, d := range []*metrics.Day{&o.Days[i], &c.Whole.Days[i]} {
				d.Clicks, d.Conversions = d.Clicks+clicks, d.Conversions+conversions*metrics.Micro
			}
			for k, s := range c.Channels {
				if s.ID == o.Channel {
					d := &c.Channels[k].Days[i]
					d.Clicks, d.Conversions = d.Clicks+clicks, d.Conversions+conversions*metrics.Micro
				}
			}
			for _, up := range c.Objects {
				if len(up.ID) < len(o.ID) && o.ID[:len(up.ID)+1] == up.ID+"/" {
					d := &up.Days[i]
					d.Clicks, d.Conversions = d.Clicks+clicks, d.Conversions+conversions*metrics.Micro
				}
			}
		}
		for k, o := range c.Objects {
			if o.Level != metrics.AdLevel {
				continue
			}
			for i, d := range o.Days {
				n := d.Conversions / metrics.Micro
				switch {
				case o.ID == "ch0/Offre/G/A0":
					on(k, i, 0, int64(distuv.Poisson{Lambda: max(1e-9, .5*float64(n)), Src: rng}.Rand()))
				case o.ID == "ch1/Offre/G/A0" && i >= 28:
					p := math.Exp(math.Log(.5) * float64(i-27) / 28)
					on(k, i, kept(d.Clicks, p)-d.Clicks, kept(n, p)-n)
				case o.Channel == "ch2" && i%7 >= 5:
					on(k, i, 0, kept(n, .5)-n)
				}
			}
		}
		c.Targets = map[string]float64{"conversions": c.Targets["conversions"] * 1.2 / .9}
		told := map[string]bool{}
		for _, f := range insight.Examine(asOf(c, 56)).Findings {
			is := map[string]string{"winner": "ch0/Offre/G/A0", "fatigue": "ch1/Offre/G/A0", "weekday-pattern": "ch2", "target-reach": ""}
			if scope, ok := is[f.Rule]; ok && f.Scope == scope && !told[f.Rule] {
				told[f.Rule] = true
				seen[f.Rule]++
				if levels[f.Rule] == nil {
					levels[f.Rule] = map[insight.Level]int{}
				}
				levels[f.Rule][f.Level]++
			}
		}
	}
	for rule, p := range least {
		share := float64(seen[rule]) / float64(seeds)
		t.Logf("%s: %d of %d told, %v", rule, seen[rule], seeds, levels[rule])
		if share < p-3*math.Sqrt(p*(1-p)/float64(seeds)) {
			t.Errorf("%s: %.2f told, at least %.2f", rule, share, p)
		}
	}
}
