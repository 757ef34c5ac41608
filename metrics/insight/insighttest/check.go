package insighttest

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"vigie/internal/locale"
	"vigie/metrics"
	"vigie/metrics/insight"
	"vigie/metrics/stats"
)

// Compare compares a part of an archive, or rewrites it.
func Compare(t *testing.T, path string, a *txtar.Archive, part, got string, update bool) {
	t.Helper()
	for i, f := range a.Files {
		if f.Name != part {
			continue
		}
		if update {
			a.Files[i].Data = []byte(got)
			break
		}
		if string(f.Data) != got {
			t.Errorf("%s: %s differs\n--- got\n%s--- want\n%s", path, part, got, f.Data)
		}
		return
	}
	if !update {
		t.Fatalf("%s has no %s", path, part)
	}
	if !bytes.Contains(txtar.Format(a), []byte("-- "+part+" --")) {
		a.Files = append(a.Files, txtar.File{Name: part, Data: []byte(got)})
	}
	if err := os.WriteFile(path, txtar.Format(a), 0o644); err != nil {
		t.Fatal(err)
	}
}

// causal finds words that claim a cause, or more certainty than there is.
var causal = regexp.MustCompile(`(?i)because|caused by|due to|thanks to|parce que|à cause|grâce à|causé par|provoqu|entraîn|significant|significatif`)

// latin are the characters that the embedded font has: the ranges of Inter's
// latin file, without control characters. U+202F is measured, not drawn.
func latin(r rune) bool {
	switch {
	case r >= 0x20 && r <= 0x7e, r >= 0xa0 && r <= 0xff, r == 0x131, r == 0x152, r == 0x153,
		r >= 0x2010 && r <= 0x205f, r == 0x20ac, r == 0x2122, r == 0x2212:
		return true
	}
	return false
}

// loose finds French punctuation that lost its no-break space.
var loose = regexp.MustCompile(`[^\x{00a0}\x{202f}][;:!?»%]|«[^\x{00a0}]| '|'`)

// Texts walks every Text below a value: both languages are there, filled, and
// written with characters that can be drawn, and claim no cause.
func Texts(t *testing.T, at string, value any) {
	t.Helper()
	texts(t, reflect.ValueOf(value), at)
}

func texts(t *testing.T, v reflect.Value, at string) {
	t.Helper()
	if !v.IsValid() {
		return
	}
	if text, ok := v.Interface().(locale.Text); ok {
		for _, l := range locale.Langs {
			s := text.In(l)
			if strings.TrimSpace(s) == "" || strings.Contains(s, "%!") || strings.Contains(s, "  ") || strings.Contains(s, "NaN") || strings.Contains(s, locale.Dash) {
				t.Errorf("%s (%s): %q", at, l, s)
			}
			if m := causal.FindString(s); m != "" {
				t.Errorf("%s (%s): %q claims %q", at, l, s, m)
			}
			for _, r := range s {
				if !latin(r) {
					t.Errorf("%s (%s): %q has %q, which the font has not", at, l, s, r)
				}
			}
			if m := loose.FindString(s); l == locale.FR && m != "" {
				t.Errorf("%s: %q has %q without its no-break space", at, s, m)
			}
		}
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				texts(t, v.Field(i), at+"."+v.Type().Field(i).Name)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			texts(t, v.Index(i), fmt.Sprintf("%s[%d]", at, i))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			texts(t, v.Elem(), at)
		}
	}
}

// objectsOf shares a channel's days out among some ad groups and their ads, so
// that conversions do not follow spend alike.
func objectsOf(rng *rand.Rand, s metrics.Series) (out []metrics.Object) {
	groups, ads := rng.IntN(4), 1+rng.IntN(3)
	if groups == 0 {
		return nil
	}
	at := func(level, id, parent string) metrics.Object {
		o := metrics.Object{ID: id, Channel: s.ID, Level: level, Parent: parent, Name: id[strings.LastIndex(id, "/")+1:], Days: make([]metrics.Day, len(s.Days))}
		for i, d := range s.Days {
			o.Days[i] = metrics.Day{Day: d.Day, Known: d.Known, Complete: d.Complete, Mature: d.Mature}
		}
		return o
	}
	campaign := s.ID + "/C"
	for g := range groups {
		group := at(metrics.AdGroupLevel, fmt.Sprintf("%s/G%d", campaign, g), campaign)
		for a := range ads {
			ad := at(metrics.AdLevel, fmt.Sprintf("%s/A%d", group.ID, a), group.ID)
			share, worth := rng.Float64(), 2*rng.Float64()
			for i, d := range s.Days {
				if !d.Known {
					continue
				}
				of := func(v int64, k float64) int64 { return int64(float64(v) * k / float64(groups*ads)) }
				x := metrics.Day{Spend: of(d.Spend, share), Impressions: of(d.Impressions, share), Clicks: of(d.Clicks, share), Conversions: of(d.Conversions, share*worth)}
				y, z := &ad.Days[i], &group.Days[i]
				y.Spend, y.Impressions, y.Clicks, y.Conversions = x.Spend, x.Impressions, x.Clicks, x.Conversions
				z.Spend, z.Impressions, z.Clicks, z.Conversions = z.Spend+x.Spend, z.Impressions+x.Impressions, z.Clicks+x.Clicks, z.Conversions+x.Conversions
			}
			out = append(out, ad)
		}
		out = append(out, group)
	}
	return out
}

// Random makes a campaign of any shape: levels, noise, outages, gaps, young
// days, plans and objects.
func Random(seed uint64) insight.Case {
	rng := rand.New(rand.NewPCG(seed, 7))
	start := locale.Date(2026, 9, 1)
	length := 10 + rng.IntN(80)
	seen := rng.IntN(length + 2)
	half := 1 + rng.IntN(21)
	last := start + locale.Day(seen) - 1
	c := insight.Case{
		Report: fmt.Sprint(seed), Currency: "EUR",
		Flight: insight.Span{From: start, To: start + locale.Day(length) - 1}, Today: last + 1,
		Period:   insight.Span{From: last - locale.Day(half) + 1, To: last},
		Previous: insight.Span{From: last - locale.Day(2*half) + 1, To: last - locale.Day(half)},
		Plans:    map[string]insight.Plan{}, Targets: map[string]float64{"cpa": 30},
	}
	c.Whole.Days = make([]metrics.Day, seen)
	for i := range c.Whole.Days {
		c.Whole.Days[i] = metrics.Day{Day: start + locale.Day(i), Known: true, Complete: true, Mature: true}
	}
	total := int64(0)
	for k := range rng.IntN(5) {
		s := metrics.Series{ID: fmt.Sprintf("ch%d", k), Label: fmt.Sprintf("Levier %d", k), Platform: []string{"googleads", "metaads"}[rng.IntN(2)], Days: make([]metrics.Day, seen)}
		level, rate, cpc := 100*rng.Float64(), .2*rng.Float64(), .1+3*rng.Float64()
		step, at := math.Exp(rng.NormFloat64()), rng.IntN(seen+1)
		out := rng.IntN(seen + 10)
		for i := range s.Days {
			w := &c.Whole.Days[i]
			d := metrics.Day{Day: w.Day, Known: rng.IntN(40) > 0, Complete: i < seen-1 || rng.IntN(2) == 0, Mature: i < seen-rng.IntN(8)}
			if d.Known {
				spend := math.Max(0, level*(1+.3*rng.NormFloat64()))
				clicks := math.Floor(spend / cpc)
				p := rate
				if i >= at {
					p *= step
				}
				if i >= out && i < out+3 {
					p = 0
				}
				d.Spend, d.Clicks, d.Impressions = int64(math.Round(spend*100))*10000, int64(clicks), int64(clicks*40)
				d.Conversions = int64(math.Round(clicks*p*(1+.5*rng.NormFloat64()))) * metrics.Micro
				d.Conversions = max(0, d.Conversions)
			}
			s.Days[i] = d
			w.Known = w.Known && (d.Known || rng.IntN(2) == 0)
			w.Complete = w.Complete && d.Complete
			w.Mature = w.Mature && d.Mature
			w.Spend += d.Spend
			w.Clicks += d.Clicks
			w.Impressions += d.Impressions
			w.Conversions += d.Conversions
		}
		c.Channels = append(c.Channels, s)
		c.Objects = append(c.Objects, objectsOf(rng, s)...)
		if rng.IntN(3) > 0 {
			b := int64(level*float64(length)*(.7+.6*rng.Float64())) * metrics.Micro
			c.Plans[s.ID] = insight.Plan{Budget: b, Days: Even(b, length)}
			total += b
		}
	}
	if total > 0 {
		c.Plans[""] = insight.Plan{Budget: total, Days: Even(total, length)}
	}
	furnish(rand.New(rand.NewPCG(seed, 8)), &c)
	disturb(rand.New(rand.NewPCG(seed, 9)), &c)
	return c
}

// furnish adds to a campaign what only some have: targets, terms, impressions
// that could have been had, values, budgets that flatten the days, campaigns of
// the platform, some of them on the brand.
func furnish(rng *rand.Rand, c *insight.Case) {
	for _, kpi := range []string{"conversions", "clicks", "cpc", "roas", "conversion_value"} {
		if rng.IntN(3) == 0 {
			c.Targets[kpi] = math.Exp(6 * rng.Float64())
		}
	}
	c.Brand = []string{"Levier 1"}
	c.Terms = map[string]insight.Terms{}
	for k := range c.Channels {
		s := &c.Channels[k]
		if rng.IntN(2) == 0 {
			c.Terms[s.ID] = insight.Terms{
				Fees:  stats.Fees{Share: .2 * rng.Float64(), Fixed: 100 * rng.Float64(), PerEvent: float64(rng.IntN(3)) * 10 * rng.Float64(), BuysMedia: rng.IntN(2) == 0},
				Costs: stats.Costs{Hours: 20 * rng.Float64(), Hour: 45},
			}
		}
		share, lost, at := rng.Float64(), rng.Float64()*rng.Float64(), rng.IntN(len(s.Days)+1)
		told, flat, worth := rng.IntN(2) == 0, rng.IntN(3) == 0, int64(80*rng.Float64()*metrics.Micro)
		campaign := metrics.Object{ID: s.ID + "/Marque", Channel: s.ID, Level: metrics.CampaignLevel, Parent: s.ID, Name: "Marque"}
		others := metrics.Object{ID: s.ID + "/Autres", Channel: s.ID, Level: metrics.CampaignLevel, Parent: s.ID, Name: "Hors marque"}
		for i := range s.Days {
			d := &s.Days[i]
			if d.Known && flat && i >= at {
				c.Whole.Days[i].Spend += s.Days[max(0, at-1)].Spend - d.Spend
				d.Spend = s.Days[max(0, at-1)].Spend
			}
			if d.Known && told {
				p := share
				if i >= at {
					p *= .8
				}
				d.Eligible = int64(float64(d.Impressions) / max(.05, p))
				d.LostBudget = int64(lost * float64(d.Eligible-d.Impressions))
			}
			if d.Known {
				d.ConversionValue = d.Conversions / metrics.Micro * worth
				c.Whole.Days[i].ConversionValue += d.ConversionValue
			}
			b, o := *d, *d
			b.Spend, b.Impressions, b.Clicks, b.Conversions = d.Spend/5, d.Impressions/5, d.Clicks/5, d.Conversions/2
			o.Spend, o.Impressions, o.Clicks, o.Conversions = d.Spend-b.Spend, d.Impressions-b.Impressions, d.Clicks-b.Clicks, d.Conversions-b.Conversions
			campaign.Days, others.Days = append(campaign.Days, b), append(others.Days, o)
		}
		if rng.IntN(2) == 0 {
			c.Objects = append(c.Objects, campaign, others)
		}
	}
}

// disturb gives orders a value, and some campaigns what data go wrong with:
// conversions counted twice, amounts in cents, days copied, clicks of robots,
// an order out of all proportion, platform campaigns, exports of the same days
// on different dates.
func disturb(rng *rand.Rand, c *insight.Case) {
	for k := range c.Channels {
		s := &c.Channels[k]
		at := rng.IntN(len(s.Days) + 1)
		kind, worth := rng.IntN(8), 10+90*rng.Float64()
		change := func(i int, d metrics.Day) {
			w := &c.Whole.Days[i]
			was := s.Days[i]
			w.Spend += d.Spend - was.Spend
			w.Clicks += d.Clicks - was.Clicks
			w.Impressions += d.Impressions - was.Impressions
			w.Conversions += d.Conversions - was.Conversions
			w.ConversionValue += d.ConversionValue - was.ConversionValue
			s.Days[i] = d
		}
		for i, d := range s.Days {
			if !d.Known {
				continue
			}
			d.Impressions = int64(float64(d.Impressions) * (1 + .1*rng.NormFloat64()))
			d.Impressions = max(d.Impressions, d.Clicks)
			d.ConversionValue = int64(float64(d.Conversions) * worth * math.Exp(.4*rng.NormFloat64()))
			switch {
			case i < at:
			case kind == 0:
				d.Conversions, d.ConversionValue = 2*d.Conversions, 2*d.ConversionValue
			case kind == 1:
				d.Spend *= []int64{100, 2}[k%2]
			case kind == 2 && i < at+4 && i > 2:
				twin := s.Days[i-3]
				twin.Day, twin.Known, twin.Complete, twin.Mature = d.Day, d.Known, d.Complete, d.Mature
				d = twin
			case kind == 3 && i < at+5:
				d.Clicks *= 2
			case kind == 4 && i == at:
				d.ConversionValue *= 30
			case kind == 5:
				d.Spend = int64(float64(d.Spend) * (1 + .02*float64(i-at)))
			}
			change(i, d)
		}
		if rng.IntN(2) == 0 {
			for j := range 2 {
				o := metrics.Object{ID: fmt.Sprintf("%s/P%d", s.ID, j), Channel: s.ID, Level: metrics.CampaignLevel, Parent: s.ID, Name: fmt.Sprintf("P%d", j)}
				for _, d := range s.Days {
					if d.Spend, d.Impressions, d.Clicks = d.Spend/2, d.Impressions/2, d.Clicks/2; rng.IntN(30) == 0 {
						d.Spend, d.Impressions, d.Clicks, d.Conversions, d.ConversionValue = 0, 0, 0, 0, 0
					}
					d.Conversions, d.ConversionValue = d.Conversions/2, d.ConversionValue/2
					o.Days = append(o.Days, d)
				}
				c.Objects = append(c.Objects, o)
			}
		}
		if rng.IntN(2) == 0 {
			t := metrics.Triangle{Platform: s.Platform, Measure: "conversions"}
			every, grows := 1+rng.IntN(3), .5+.6*rng.Float64()
			for i, d := range s.Days {
				o := metrics.Origin{Day: d.Day}
				for lag := 0; lag < 12 && i+lag < len(s.Days); lag += every {
					share := 1 - (1-grows)*math.Exp(-float64(lag)/3)
					o.Values = append(o.Values, metrics.KnownValue{Lag: lag, Value: int64(float64(d.Conversions) * share)})
				}
				t.Origins = append(t.Origins, o)
			}
			c.Triangles = append(c.Triangles, t)
		}
	}
	c.Targets["roas"] = 1 + 5*rng.Float64()
}
