package simulate

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"vigie/internal/agency"
	"vigie/internal/locale"
)

//go:embed demo
var written embed.FS

// Truth is what was planted in the demo agency and what an analysis should
// therefore find, or leave alone.
type Truth struct {
	Client, Campaign string     // their ids
	Today            locale.Day // fixed in vigie.yaml; the exports were made that morning
	First, Last      locale.Day // days that the exports hold
	Outage           Outage
	Rise             Rise
	Behind           Behind
	TooSmall         string // channel with too few conversions to be judged
	// Immature is the first of the last days: from it on, conversions still to
	// come would add more than a tenth to a day's.
	Immature locale.Day
}

// Behind is a channel that spends only a part of its plan.
type Behind struct {
	Channel string
	Share   float64 // of the plan to date, about
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

// Demo ids and dates.
const (
	demoSeed     = "bloc-d-ardoise 48"
	demoClient   = "bloc-d-ardoise"
	demoCampaign = "essais-rentree-2026"
)

var (
	demoFirst = locale.Date(2026, time.September, 14)
	demoLast  = locale.Date(2026, time.October, 18)
	demoToday = locale.Date(2026, time.October, 19)
)

// DemoTruth is the answer key of the demo agency.
func DemoTruth() Truth {
	return Truth{
		Client: demoClient, Campaign: demoCampaign,
		Today: demoToday, First: demoFirst, Last: demoLast,
		Outage: Outage{
			Platform: "googleads", Channels: []string{"search-generique", "search-marque"},
			First: locale.Date(2026, time.October, 6), Last: locale.Date(2026, time.October, 8),
		},
		Rise:     Rise{Channel: "meta-prospection", From: locale.Date(2026, time.September, 28), Percent: 70},
		Behind:   Behind{Channel: "linkedin-cse", Share: 0.45},
		TooSmall: "linkedin-cse",
		Immature: locale.Date(2026, time.October, 16),
	}
}

// demoScenario is the demo campaign: 8 800 € over the 42 days from 14 September
// to 25 October 2026. Rates and costs have the size of those of a French local
// business.
func demoScenario() scenario {
	t := DemoTruth()
	flight := int64(42)
	euros := func(total, percent int64) int64 { return total * percent / flight }
	s := scenario{
		seed: demoSeed, nature: demoNature, first: t.First, last: t.Last,
		entities: []entity{
			{channel: "search-generique", platform: "googleads", campaign: "SEA_GEN | Salle d’escalade Angers",
				daily: euros(3600, 62), share: 990_000, cpc: 780_000, ctr: 72_000, cvr: 72_000, week: leisure},
			{channel: "search-generique", platform: "googleads", campaign: "SEA_GEN | Escalade, enfants et ados",
				daily: euros(3600, 38), share: 990_000, cpc: 740_000, ctr: 65_000, cvr: 66_000, week: leisure},
			{channel: "search-marque", platform: "googleads", campaign: "SEA_MARQUE | Bloc d'Ardoise",
				daily: euros(600, 100), share: 950_000, cpc: 340_000, ctr: 165_000, cvr: 96_000, week: leisure},
			{channel: "meta-prospection", platform: "metaads", campaign: "FB_PROSP | Débutants 18-35 ans",
				daily: euros(2800, 60), share: 1_000_000, cpc: 610_000, ctr: 11_500, cvr: 47_000, week: leisure},
			{channel: "meta-prospection", platform: "metaads", campaign: "FB_PROSP | Familles d’Anjou",
				daily: euros(2800, 40), share: 1_000_000, cpc: 560_000, ctr: 13_000, cvr: 42_000, week: leisure},
			{channel: "meta-retargeting", platform: "metaads", campaign: "FB_RTG | Visiteurs 30 j",
				daily: euros(800, 100), share: 970_000, cpc: 520_000, ctr: 17_000, cvr: 68_000, week: leisure},
			{channel: "linkedin-cse", platform: "linkedinads", campaign: "LK_CSE | Comités d’entreprise", adSet: "Élus de CSE – Maine-et-Loire",
				daily: euros(1000, 60), share: 450_000, cpc: 6_400_000, ctr: 5_200, cvr: 36_000, week: office},
			{channel: "linkedin-cse", platform: "linkedinads", campaign: "LK_CSE | Comités d’entreprise", adSet: "Responsables RH – Angers",
				daily: euros(1000, 40), share: 450_000, cpc: 5_900_000, ctr: 5_600, cvr: 30_000, week: office},
		},
	}
	outage := plant{first: t.Outage.First, last: t.Outage.Last, effect: with(func(in *influence) { in.recorded = lostTag })}
	rise := plant{first: t.Rise.From, last: t.Last, effect: with(func(in *influence) { in.auction = pct(100 + t.Rise.Percent) })}
	for i := range s.entities {
		e := &s.entities[i]
		if e.platform == t.Outage.Platform {
			e.value = leadValue
			outage.entities = append(outage.entities, i)
		}
		if e.channel == t.Rise.Channel {
			rise.entities = append(rise.entities, i)
		}
	}
	s.plants = []plant{outage, rise}
	return s
}

const (
	// lostTag is the share of conversions still recorded during the outage, in
	// millionths.
	lostTag = 50_000
	// leadValue is what the Google Ads account counts for a booking, in millionths
	// of a euro: what a first visit brings on average.
	leadValue = 14 * million
)

// DemoDays is the demo campaign as its platforms report it: what the exports
// hold, row by row. A LinkedIn ad set has no row on a day without impressions.
func DemoDays() []Day {
	s := demoScenario()
	var days []Day
	for _, h := range s.run() {
		days = append(days, h.asOf(s.last))
	}
	return days
}

// DemoFiles is the demo agency by slash path inside its folder: the files that
// people wrote, the schemas, and the exports in the inbox. The same bytes on
// every run and machine.
func DemoFiles() map[string][]byte {
	files := agency.Schemas(locale.FR)
	add := func(to, from string) {
		b, err := fs.ReadFile(written, "demo/"+from)
		if err != nil {
			panic("simulate: " + err.Error()) // embedded
		}
		files[to] = b
	}
	add("vigie.yaml", "vigie.yaml")
	add("LISEZMOI.md", "LISEZMOI.md")
	add(".gitignore", "gitignore")
	add("clients/"+demoClient+"/client.yaml", "client.yaml")
	add("clients/"+demoClient+"/"+demoCampaign+"/campaign.yaml", "campaign.yaml")
	decisions, err := fs.ReadDir(written, "demo/decisions")
	if err != nil {
		panic("simulate: " + err.Error()) // embedded
	}
	for _, d := range decisions {
		add("clients/"+demoClient+"/"+demoCampaign+"/"+agency.DecisionsName+"/"+d.Name(), "decisions/"+d.Name())
	}
	for name, b := range demoExports() {
		files["inbox/"+demoClient+"/"+name] = b
	}
	return files
}

// demoExports are the files of the platforms by the names they come with.
func demoExports() map[string][]byte {
	of := map[string][]Day{}
	for _, d := range DemoDays() {
		of[d.Platform] = append(of[d.Platform], d)
	}
	return map[string][]byte{
		"Rapport sur les campagnes.csv":                          googleReport(googleCampaigns, of["googleads"], Day{}, demoFirst, demoLast),
		"Bloc-d-Ardoise-Campagnes-14-sept-2026-18-oct-2026.xlsx": metaReport(metaCampaigns, of["metaads"], demoFirst, demoLast),
		"account_509871236_campaign_performance_report.csv":      linkedinReport(linkedinCampaigns, "Bloc d’Ardoise", of["linkedinads"], demoFirst, demoLast, demoMorning()),
	}
}

// demoMorning is when the exports were made: the morning of the fixed day.
func demoMorning() time.Time {
	return demoToday.Time().Add(5*time.Hour + 42*time.Minute)
}

// Demo writes the demo agency into a folder. The exports carry the time at
// which they were made. A file that exists with other contents is an error,
// and nothing is written.
func Demo(dir string) error {
	files := tree{}
	for name, b := range DemoFiles() {
		at := time.Time{}
		if strings.HasPrefix(name, "inbox/") {
			at = demoMorning()
		}
		files.add(dir, name, b, at)
	}
	return files.write()
}

// tree is files to be written, by path.
type tree map[string]leaf

// leaf is the contents of a file, and the time that it carries; zero for that of
// its writing.
type leaf struct {
	body []byte
	at   time.Time
}

func (t tree) add(dir, name string, body []byte, at time.Time) {
	t[filepath.Join(dir, filepath.FromSlash(name))] = leaf{body, at}
}

func (t tree) write() error {
	paths := slices.Sorted(maps.Keys(t))
	for _, path := range paths {
		old, err := os.ReadFile(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return fmt.Errorf("write: %w", err)
		case !bytes.Equal(old, t[path].body):
			return fmt.Errorf("write: %s is there with other contents: choose an empty folder", path)
		}
	}
	for _, path := range paths {
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			return fmt.Errorf("write: %w", err)
		}
		if err := os.WriteFile(path, t[path].body, 0o666); err != nil {
			return fmt.Errorf("write: %w", err)
		}
		if at := t[path].at; !at.IsZero() {
			if err := os.Chtimes(path, at, at); err != nil {
				return fmt.Errorf("write: %w", err)
			}
		}
	}
	return nil
}
